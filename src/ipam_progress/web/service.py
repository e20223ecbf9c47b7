"""A Twisted service of web sites: listens, refuses other machines, and ends in order."""

from abc import ABC, abstractmethod
from collections.abc import Generator, Mapping
from ipaddress import ip_address
from typing import Any, ClassVar, Final

from twisted.application.service import Service
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import (
    CancelledError,
    Deferred,
    gatherResults,
    inlineCallbacks,
    maybeDeferred,
)
from twisted.internet.endpoints import serverFromString
from twisted.internet.interfaces import IAddress
from twisted.logger import Logger
from twisted.protocols.policies import ProtocolWrapper, WrappingFactory

from ipam_progress.errors import ConfigurationError, LocalProtocolError
from ipam_progress.web.site import WebSite, root_url

__all__ = ["CONNECTIONS_AT_MOST", "WebService"]

CONNECTIONS_AT_MOST: Final = 64
"""Connections to a site at once; more are closed at once. They are not to cost clients theirs."""


class WebService(Service, ABC):
    """Serves web sites, one at each endpoint.

    Start it like any Twisted service (`startService`), or with `start`, which tells when it
    listens. It can be started again after it has stopped.

    Attributes:
        urls: Where to look, while it listens: ``http://127.0.0.1:9464/metrics``.

    Args:
        allow_network: Whether other machines may ask. There is no login: else the endpoints have
            to be on loopback.
        reactor: None for the reactor that Twisted has installed.
    """

    log: ClassVar[Logger] = Logger()

    what: ClassVar[str]
    """What is served, in words that go before "is served"."""

    risk: str
    """What other machines could do without a login, in words that go behind "would let"."""

    def __init__(self, *, allow_network: bool, reactor: Any) -> None:
        if reactor is None:
            from twisted.internet import reactor  # noqa: PLC0415 (importing it installs one)
        self.urls: tuple[str, ...] = ()
        self.reactor = reactor
        self._allow_network = allow_network
        self._ports: list[Any] = []  # IListeningPort
        self._sites: list[_Doorkeeper] = []

    @abstractmethod
    def _new_sites(self) -> Mapping[str, WebSite]:
        """Make the sites, by the endpoint that each listens on."""

    @abstractmethod
    def _locate(self, roots: Mapping[str, str]) -> tuple[str, ...]:
        """Give the URLs to look at, from the one of each endpoint."""

    def _stop_answering(self) -> None:
        """Let go of requests that are being answered."""

    def startService(self) -> None:
        """Begin to listen (Twisted's own way to start); a refusal is logged."""
        self.start().addErrback(
            lambda failure: self.log.failure("{what} could not start", failure, what=self.what)
        )

    @inlineCallbacks
    def start(self) -> Generator[Deferred[Any], Any, tuple[str, ...]]:
        """Begin to listen.

        Returns:
            What fires with the URLs when all is there. It fails, and then nothing is left: with the
            first endpoint's error (`twisted.internet.error.CannotListenError`), with
            `ConfigurationError` if other machines could ask that may not, with
            `twisted.internet.defer.CancelledError` if it is stopped meanwhile, with
            `LocalProtocolError` if it was running.
        """
        if self.running:
            raise LocalProtocolError(f"start() while {self.what} is served")
        super().startService()  # type: ignore[no-untyped-call]  # Twisted's has no types
        ports = self._ports = []
        sites = self._sites = []
        roots: dict[str, str] = {}
        try:
            for endpoint, site in self._new_sites().items():
                doorkeeper = _Doorkeeper(site)
                sites.append(doorkeeper)
                port = yield serverFromString(self.reactor, endpoint).listen(doorkeeper)
                if self._ports is not ports:  # it was stopped while it waited
                    yield maybeDeferred(port.stopListening)
                    raise CancelledError
                ports.append(port)
                address = port.getHost()
                self._check_network(endpoint, address)
                roots[endpoint] = root_url(endpoint, address)
        except Exception:
            if self._ports is ports:
                yield self.stopService()
            raise
        self.urls = self._locate(roots)
        for url in self.urls:
            self.log.info("{url} can be looked at", url=url)
        return self.urls

    def _check_network(self, endpoint: str, address: IAddress) -> None:
        if (
            not self._allow_network
            and isinstance(address, IPv4Address | IPv6Address)
            and not ip_address(address.host).is_loopback
        ):
            problem = (
                f"{endpoint} would let {self.risk} without a login: listen on a loopback interface "
                "only, or say allow_network"
            )
            raise ConfigurationError([problem])

    def stopService(self) -> Deferred[None]:
        """Stop listening and let everybody go who looks.

        Returns:
            What fires when nothing is listened to any more.
        """
        super().stopService()  # type: ignore[no-untyped-call]  # Twisted's has no types
        ports, self._ports = self._ports, []
        sites, self._sites = self._sites, []
        self.urls = ()
        self._stop_answering()
        for site in sites:
            site.close()
        return gatherResults([maybeDeferred(port.stopListening) for port in ports]).addCallback(
            lambda _: None
        )


class _Doorkeeper(WrappingFactory):
    """Lets some connections in, and knows them, to close them in the end."""

    noisy = False

    def __init__(self, site: WebSite) -> None:
        super().__init__(site)  # type: ignore[no-untyped-call]  # Twisted's has no types

    def buildProtocol(  # type: ignore[override]  # Twisted's may say no as well
        self, addr: IAddress | None
    ) -> ProtocolWrapper | None:
        """Let a connection in; None closes it."""
        if len(self.protocols) >= CONNECTIONS_AT_MOST:
            return None
        return super().buildProtocol(addr)

    def close(self) -> None:
        """Close every connection, when what is written has gone."""
        for protocol in tuple(self.protocols):
            protocol.loseConnection()
