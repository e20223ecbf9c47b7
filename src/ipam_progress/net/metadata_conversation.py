"""A session in which a client asks what there is: metadata, for everybody who can connect.

WCF's mexTcpBinding asks for no security, so such a session is opened without any even where all
others need it. There is nothing to be done in it but to ask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ipam_progress.framing import NetTcpAddress
from ipam_progress.net.publication import Publisher
from ipam_progress.net.request_conversation import RequestConversation
from ipam_progress.net.server_parts import ServerParts
from ipam_progress.service.metadata.exchange import MetadataExchange

if TYPE_CHECKING:
    from ipam_progress.net.server_channel import ServerChannel

__all__ = ["MetadataConversation"]


class MetadataConversation(RequestConversation):
    """A session of WS-MetadataExchange (a `MetadataSource`).

    Args:
        parts: Of the server.
        publisher: Knows what is published.
        channel: The connection that carries it.
    """

    __slots__ = ("_host", "_publisher")

    is_public = True

    def __init__(self, parts: ServerParts, publisher: Publisher, channel: ServerChannel) -> None:
        super().__init__(parts, MetadataExchange(), channel)
        self._publisher = publisher
        self._host = NetTcpAddress.parse(channel.via).host

    def metadata_sections(self) -> bytes:
        """Give the documents, with the addresses by which this client can reach the server."""
        return self._publisher.sections(self._host)
