"""Publishes over HTTP beside a server: listens, and says where."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from ipam_progress.publishing.messages import MEDIA_TYPE, TaskMessages
from ipam_progress.publishing.metadata import MetadataAnswers
from ipam_progress.publishing.published import PublishedServer
from ipam_progress.web import Answer, Posts, WebService, WebSite

__all__ = ["HTTP_PATH", "PublishingService"]

HTTP_PATH: Final = "/ipam"
"""Where it is all published."""


class PublishingService(WebService):
    """Publishes the metadata of a server, its tasks as SOAP 1.2 in text, or both, at ``/ipam``.

    Start it like any Twisted service (`startService`), or with `start`, which tells when it
    listens. It can be started again after it has stopped.

    Attributes:
        urls: Where to look, while it listens: ``http://127.0.0.1:8080/ipam?wsdl``.

    Args:
        server: What is published.
        endpoint: Where to listen, as Twisted describes an endpoint
            (``tcp:8080:interface=127.0.0.1``).
        metadata: Whether WSDL and schemas are to be had there.
        soap: Whether IIpamServer is served there, to everybody who can connect. It is refused where
            clients of the server have to say who they are.
        hosts: Names that it may be asked by, besides the address it is come to by and those of
            loopback.
        allow_network: Whether other machines may ask. There is no login: else the endpoint has to
            be on loopback.
        reactor: None for the reactor that Twisted has installed.

    Raises:
        ValueError: If neither metadata nor tasks are to be served.
        LocalProtocolError: If tasks are, and a listener of the server has a security.
    """

    what = "publishing"

    def __init__(
        self,
        server: PublishedServer,
        endpoint: str,
        *,
        metadata: bool = True,
        soap: bool = False,
        hosts: Collection[str] = (),
        allow_network: bool = False,
        reactor: Any = None,
    ) -> None:
        if not (metadata or soap):
            raise ValueError("say whether to publish metadata, soap, or both")
        super().__init__(allow_network=allow_network, reactor=reactor)
        self._endpoint = endpoint
        self._hosts = hosts
        self._answers: dict[bytes, Answer] = {}
        self._posts: Posts | None = None
        self._places: list[str] = []
        self.risk = "other machines read the metadata of the server"
        if metadata:
            answers = MetadataAnswers(server.publisher, HTTP_PATH, has_tasks=soap)
            self._answers[HTTP_PATH.encode()] = answers
            self._places.append(f"{HTTP_PATH}?wsdl")
        if soap:
            server.tasks_for_everybody()
            answer = TaskMessages(server, self.reactor)
            self._posts = Posts({HTTP_PATH.encode(): answer}, MEDIA_TYPE, server.limits.envelope)
            self._places.append(HTTP_PATH)
            self.risk = "other machines start tasks"

    def _new_sites(self) -> Mapping[str, WebSite]:
        return {
            self._endpoint: WebSite(
                self._answers,
                posts=self._posts,
                hosts=self._hosts,
                reactor=self.reactor,
            )
        }

    def _locate(self, roots: Mapping[str, str]) -> tuple[str, ...]:
        return tuple(roots[self._endpoint] + place for place in self._places)
