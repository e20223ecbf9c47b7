"""Metrics of a server as Prometheus reads them, made from its events.

docs/monitoring.md says what each of them tells. A `Metrics` has a registry of its own: several
servers in one process do not mix. Knows no HTTP.
"""

from collections.abc import Iterator
from importlib.metadata import version
from platform import python_version
from typing import Final
from uuid import UUID

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, choose_encoder
from prometheus_client.registry import Collector

from ipam_progress.events import (
    FaultSent,
    HandshakeFailed,
    OperationEnded,
    OperationStarted,
    RequestAnswered,
    SessionClosed,
    SessionOpened,
    StoreFailed,
    StoreRecovered,
    TaskRunEnded,
    TaskRunStarted,
)
from ipam_progress.monitoring.observed import ObservedServer

__all__ = ["OTHER", "VALUES_AT_MOST", "Metrics"]

OTHER: Final = "other"
"""Stands for a label's values past `VALUES_AT_MOST`, and for an empty one."""

VALUES_AT_MOST: Final = 100
"""Different values that a label may have: each is a series that Prometheus keeps for weeks."""

_OPERATION_SECONDS: Final = (0.1, 0.5, 1, 5, 10, 30, 60, 300, 600, 1800, 3600, 4 * 3600)
_REQUEST_SECONDS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5)


class Metrics:
    """Counts what happens in a server, from the moment it is made on.

    Attributes:
        registry: Where the metrics are.

    Args:
        server: What is watched.
    """

    def __init__(self, server: ObservedServer) -> None:
        self.registry = registry = CollectorRegistry()
        self._services: dict[int, str] = {}  # of the sessions that are open
        self._operations: set[UUID] = set()  # those that run
        self._runs: set[UUID] = set()  # those of tasks that go on
        self._kind, self._request = _Label(), _Label()

        self._sessions_open = Gauge(
            "ipam_sessions_open", "Sessions that are open.", ["service"], registry=registry
        )
        self._sessions = Counter(
            "ipam_sessions_total", "Sessions that were opened.", ["service"], registry=registry
        )
        Gauge("ipam_operations_running", "Operations that run.", registry=registry).set_function(
            lambda: len(self._operations)
        )
        self._operations_ended = Counter(
            "ipam_operations_total",
            "Operations that ended, by how they did.",
            ["operation_id", "outcome"],
            registry=registry,
        )
        self._operation_seconds = Histogram(
            "ipam_operation_duration_seconds",
            "How long operations ran.",
            buckets=_OPERATION_SECONDS,
            registry=registry,
        )
        self._request_seconds = Histogram(
            "ipam_request_seconds",
            "From a request to its answer, be it a reply or a fault.",
            ["operation"],
            buckets=_REQUEST_SECONDS,
            registry=registry,
        )
        self._faults = Counter(
            "ipam_faults_total", "Faults that clients were sent.", ["kind"], registry=registry
        )
        self._handshake_failures = Counter(
            "ipam_handshake_failures_total",
            "Clients that could not prove who they are, or offered too little protection.",
            registry=registry,
        )
        Gauge("ipam_tasks_running", "Runs of tasks that go on.", registry=registry).set_function(
            lambda: len(self._runs)
        )
        self._task_runs = Counter(
            "ipam_task_runs_total",
            "Runs of tasks that ended, by how they did.",
            ["task", "outcome"],
            registry=registry,
        )
        self._store_failing = Gauge(
            "ipam_store_failing",
            "1 while the store takes nothing and new operations are refused, else 0.",
            registry=registry,
        )
        Gauge(
            "ipam_build_info",
            "Always 1; the labels say what runs.",
            ["version", "python"],
            registry=registry,
        ).labels(version("ipam-progress"), python_version()).set(1)
        registry.register(_AtScrape(server))
        ProcessCollector(registry=registry)

        subscribe = server.events.subscribe
        subscribe(self._session_opened, SessionOpened)
        subscribe(self._session_closed, SessionClosed)
        subscribe(self._operation_started, OperationStarted)
        subscribe(self._operation_ended, OperationEnded)
        subscribe(self._run_started, TaskRunStarted)
        subscribe(self._run_ended, TaskRunEnded)
        subscribe(self._request_answered, RequestAnswered)
        subscribe(self._fault_sent, FaultSent)
        subscribe(lambda _: self._handshake_failures.inc(), HandshakeFailed)
        subscribe(lambda _: self._store_failing.set(1), StoreFailed)
        subscribe(lambda _: self._store_failing.set(0), StoreRecovered)

    def expose(self, accept: str = "") -> tuple[bytes, str]:
        """Write the metrics down.

        Args:
            accept: The Accept header of who asks: the text format, or OpenMetrics.

        Returns:
            The text and its media type.
        """
        try:
            encode, media_type = choose_encoder(accept)
        except (TypeError, ValueError):  # a version that is none
            encode, media_type = generate_latest, CONTENT_TYPE_LATEST
        return encode(self.registry), media_type

    def _session_opened(self, event: SessionOpened) -> None:
        self._services[event.session] = event.service
        self._sessions.labels(event.service).inc()
        self._sessions_open.labels(event.service).inc()

    def _session_closed(self, event: SessionClosed) -> None:
        if (service := self._services.pop(event.session, None)) is not None:
            self._sessions_open.labels(service).dec()

    def _operation_started(self, event: OperationStarted) -> None:
        self._operations.add(event.operation.id)

    def _operation_ended(self, event: OperationEnded) -> None:
        operation = event.operation
        self._operations_ended.labels(operation.operation_id, operation.outcome.value).inc()
        # One that ended with an earlier process, and is only put on record now, took no known time
        if operation.id in self._operations and operation.ended is not None:
            self._operation_seconds.observe((operation.ended - operation.started).total_seconds())
        self._operations.discard(operation.id)

    def _run_started(self, event: TaskRunStarted) -> None:
        self._runs.add(event.run.id)

    def _run_ended(self, event: TaskRunEnded) -> None:
        self._runs.discard(event.run.id)
        self._task_runs.labels(event.run.task_type, event.run.outcome.value).inc()

    def _request_answered(self, event: RequestAnswered) -> None:
        self._request_seconds.labels(self._request.of(event.operation)).observe(event.seconds)

    def _fault_sent(self, event: FaultSent) -> None:
        self._faults.labels(self._kind.of(event.kind)).inc()


class _Label:
    """Keeps the number of values that a label has bounded, whatever clients and handlers send."""

    def __init__(self) -> None:
        self._values: set[str] = set()

    def of(self, value: str) -> str:
        """Give the value, or `OTHER`."""
        if value not in self._values:
            if not value or len(self._values) >= VALUES_AT_MOST:
                return OTHER
            self._values.add(value)
        return value


class _AtScrape(Collector):
    """What is looked up in the server when somebody asks."""

    def __init__(self, server: ObservedServer) -> None:
        self._server = server

    def collect(self) -> Iterator[Metric]:
        """Look it up."""
        counters = self._server.counters
        for name, text, value in (
            ("ipam_connections", "Connections that were accepted.", counters.connections),
            ("ipam_callbacks_sent", "Callbacks written to clients.", counters.callbacks_sent),
            (
                "ipam_callbacks_merged",
                "Callbacks that a newer one took the place of, for slow clients.",
                counters.callbacks_merged,
            ),
        ):
            yield CounterMetricFamily(name, text, value=value)
        depths = list(self._server.outbox_depths())
        yield GaugeMetricFamily(
            "ipam_outbox_callbacks", "Callbacks that wait, of all sessions.", value=sum(depths)
        )
        yield GaugeMetricFamily(
            "ipam_outbox_callbacks_max",
            "Callbacks that wait in the session where most do.",
            value=max(depths, default=0),
        )
        last_run = GaugeMetricFamily(
            "ipam_task_last_run_timestamp_seconds",
            "When a task ran last, in seconds since 1970.",
            labels=["task"],
        )
        for task in self._server.tasks_overview():
            if task.last_run is not None:
                last_run.add_metric([task.task_type], task.last_run.timestamp())
        yield last_run
