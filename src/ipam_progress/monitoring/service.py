"""Serves metrics and page beside a server: listens, and ends in order."""

from collections.abc import Collection, Generator
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any, Final

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
from ipam_progress.monitoring.feed import Feed
from ipam_progress.monitoring.metrics import Metrics
from ipam_progress.monitoring.observed import ObservedServer
from ipam_progress.monitoring.overview import Overview
from ipam_progress.monitoring.site import Answer, MonitoringSite, metrics_answers, page_answers

__all__ = ["CONNECTIONS_AT_MOST", "MonitoringService"]

CONNECTIONS_AT_MOST: Final = 64
"""Connections to a site at once; more are closed at once. They are not to cost clients theirs."""


class MonitoringService(Service):
    """Serves Prometheus metrics, a live page, or both.

    It watches the server from the moment it is made on, so make it before the server starts; and
    one for each server. Start it like any Twisted service (`startService`), or with `start`, which
    tells when it listens. It can be started again after it has stopped.

    Attributes:
        urls: Where to look, while it listens: ``http://127.0.0.1:9464/metrics``.

    Args:
        server: What is watched.
        metrics: Where ``/metrics`` is served, as Twisted describes an endpoint
            (``tcp:9464:interface=127.0.0.1``); None for nowhere.
        page: Where the live page is served; None for nowhere. It may be the same endpoint.
        hosts: Names that browsers and scrapers may ask by, besides the address they come to and
            those of loopback.
        allow_network: Whether other machines may look. There is no login: else the endpoints have
            to be on loopback.
        reactor: None for the reactor that Twisted has installed.

    Raises:
        ValueError: If neither metrics nor page are to be served.
    """

    log = Logger()

    def __init__(
        self,
        server: ObservedServer,
        *,
        metrics: str | None = None,
        page: str | None = None,
        hosts: Collection[str] = (),
        allow_network: bool = False,
        reactor: Any = None,
    ) -> None:
        if metrics is None and page is None:
            raise ValueError("say where to serve metrics, or the page")
        if reactor is None:
            from twisted.internet import reactor  # noqa: PLC0415 (importing it installs one)
        self.urls: tuple[str, ...] = ()
        self._reactor = reactor
        self._hosts = hosts
        self._allow_network = allow_network
        self._feed: Feed | None = None
        self._answers: dict[str, dict[bytes, Answer]] = {}  # by endpoint and path
        self._paths: list[tuple[str, str]] = []  # each endpoint with a path to look at
        self._ports: list[Any] = []  # IListeningPort
        self._sites: list[_Doorkeeper] = []
        if metrics is not None:
            self._serve(metrics, "/metrics", metrics_answers(Metrics(server)))
        if page is not None:
            self._feed = Feed(Overview(server, self._now), reactor)
            self._serve(page, "/", page_answers(self._feed))

    def _serve(self, endpoint: str, path: str, answers: dict[bytes, Answer]) -> None:
        self._answers.setdefault(endpoint, {}).update(answers)
        self._paths.append((endpoint, path))

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._reactor.seconds(), UTC)

    def startService(self) -> None:
        """Begin to listen (Twisted's own way to start); a refusal is logged."""
        self.start().addErrback(
            lambda failure: self.log.failure("metrics and page could not start", failure)
        )

    @inlineCallbacks
    def start(self) -> Generator[Deferred[Any], Any, tuple[str, ...]]:
        """Begin to listen.

        Returns:
            What fires with the URLs when all is there. It fails, and then nothing is left: with the
            first endpoint's error (`twisted.internet.error.CannotListenError`), with
            `ConfigurationError` if other machines could look that may not, with
            `twisted.internet.defer.CancelledError` if it is stopped meanwhile, with
            `LocalProtocolError` if it was running.
        """
        if self.running:
            raise LocalProtocolError("start() while metrics and page are served")
        super().startService()  # type: ignore[no-untyped-call]  # Twisted's has no types
        ports = self._ports = []
        sites = self._sites = []
        roots: dict[str, str] = {}
        try:
            for endpoint, answers in self._answers.items():
                site = _Doorkeeper(
                    MonitoringSite(answers, hosts=self._hosts, reactor=self._reactor)
                )
                sites.append(site)
                port = yield serverFromString(self._reactor, endpoint).listen(site)
                if self._ports is not ports:  # it was stopped while it waited
                    yield maybeDeferred(port.stopListening)
                    raise CancelledError
                ports.append(port)
                address = port.getHost()
                self._check_network(endpoint, address)
                roots[endpoint] = _root_url(endpoint, address)
        except Exception:
            if self._ports is ports:
                yield self.stopService()
            raise
        self.urls = tuple(roots[endpoint] + path for endpoint, path in self._paths)
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
                f"{endpoint} would let other machines look at the server without a login: listen "
                "on a loopback interface only, or say allow_network"
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
        if self._feed is not None:
            self._feed.close()
        for site in sites:
            site.close()
        return gatherResults([maybeDeferred(port.stopListening) for port in ports]).addCallback(
            lambda _: None
        )


class _Doorkeeper(WrappingFactory):
    """Lets some connections in, and knows them, to close them in the end."""

    noisy = False

    def __init__(self, site: MonitoringSite) -> None:
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


def _root_url(endpoint: str, address: IAddress) -> str:
    """Give the URL of a site without a path; a UNIX socket has none and keeps its description."""
    match address:
        case IPv6Address():
            return f"http://[{address.host}]:{address.port}"
        case IPv4Address():
            return f"http://{address.host}:{address.port}"
        case _:
            return endpoint
