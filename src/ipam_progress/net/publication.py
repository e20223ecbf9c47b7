"""What a server publishes of itself: its services, and where clients find them.

Documents are made of it by `ipam_progress.service.metadata`. There is nothing in it that a client
does not learn by connecting: no accounts, no files, no limits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from ipaddress import ip_address
from typing import Final

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IAddress

from ipam_progress.net.upgrades import ServerSecurity
from ipam_progress.security.negotiate import NegotiateServer
from ipam_progress.security.tls import ClientCertificates
from ipam_progress.service.application import IpamApplication
from ipam_progress.service.metadata import (
    PublishedEndpoint,
    PublishedSecurity,
    ServiceMetadata,
    TlsSecurity,
    WindowsSecurity,
    endpoints_at,
)
from ipam_progress.service.metadata.exchange import encode_section, join_sections

__all__ = ["Publisher", "published_security"]


_KEPT: Final = 16
"""Answers that are kept: one for each name that clients know the server by."""


class Publisher:
    """Knows what a server publishes, as clients see it that ask by this or that name.

    Args:
        applications: The services, one for each port type.
        paths: Their paths, by port type.
        listening: Gives where the server listens now, and what protects sessions there.
    """

    def __init__(
        self,
        applications: Sequence[IpamApplication],
        paths: Mapping[str, str],
        listening: Callable[[], Iterable[tuple[IAddress, ServerSecurity | None]]],
    ) -> None:
        self.applications = tuple(applications)
        self._paths = paths
        self._listening = listening
        self._others: tuple[bytes, ...] = ()  # the sections behind the first
        self._sections = lru_cache(_KEPT)(self._encode)

    def endpoints(self, host: str) -> tuple[PublishedEndpoint, ...]:
        """Give the endpoints.

        Args:
            host: The name or address of the server that the client has asked by.
        """
        return tuple(
            endpoint
            for address, security in self._listening()
            if isinstance(address, IPv4Address | IPv6Address)
            for endpoint in endpoints_at(
                host if ip_address(address.host).is_unspecified else address.host,
                address.port,
                published_security(security),
                self._paths,
            )
        )

    def sections(self, host: str) -> bytes:
        """Give the documents for WS-MetadataExchange; see `endpoints`."""
        return self._sections(self.endpoints(host))

    def _encode(self, endpoints: tuple[PublishedEndpoint, ...]) -> bytes:
        # all documents are in the answer, so none says where another is
        first, *others = ServiceMetadata(self.applications, endpoints).documents(lambda _: "")
        if not self._others:  # they say nothing of endpoints
            self._others = tuple(map(encode_section, others))
        return join_sections([encode_section(first), *self._others])


def published_security(security: ServerSecurity | None) -> PublishedSecurity | None:
    """Give what is published of what protects sessions."""
    if security is None:
        return None
    if isinstance(security, NegotiateServer):
        return WindowsSecurity(security.required_level)
    wants_certificate = security.client_certificates is ClientCertificates.REQUIRED
    return TlsSecurity(wants_certificate, security.host)
