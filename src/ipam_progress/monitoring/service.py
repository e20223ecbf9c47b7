"""Serves metrics and page beside a server."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from ipam_progress.monitoring.feed import Feed
from ipam_progress.monitoring.metrics import Metrics
from ipam_progress.monitoring.observed import ObservedServer
from ipam_progress.monitoring.overview import Overview
from ipam_progress.monitoring.site import metrics_answers, monitoring_site, page_answers
from ipam_progress.web import Answer, WebService, WebSite

__all__ = ["MonitoringService"]


class MonitoringService(WebService):
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

    what = "monitoring"
    risk = "other machines look at the server"

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
        super().__init__(allow_network=allow_network, reactor=reactor)
        self._hosts = hosts
        self._feed: Feed | None = None
        self._answers: dict[str, dict[bytes, Answer]] = {}  # by endpoint and path
        self._paths: list[tuple[str, str]] = []  # each endpoint with a path to look at
        if metrics is not None:
            self._serve(metrics, "/metrics", metrics_answers(Metrics(server)))
        if page is not None:
            self._feed = Feed(Overview(server, self._now), self.reactor)
            self._serve(page, "/", page_answers(self._feed))

    def _serve(self, endpoint: str, path: str, answers: dict[bytes, Answer]) -> None:
        self._answers.setdefault(endpoint, {}).update(answers)
        self._paths.append((endpoint, path))

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self.reactor.seconds(), UTC)

    def _new_sites(self) -> Mapping[str, WebSite]:
        return {
            endpoint: monitoring_site(answers, hosts=self._hosts, reactor=self.reactor)
            for endpoint, answers in self._answers.items()
        }

    def _locate(self, roots: Mapping[str, str]) -> tuple[str, ...]:
        return tuple(roots[endpoint] + path for endpoint, path in self._paths)

    def _stop_answering(self) -> None:
        if self._feed is not None:
            self._feed.close()
