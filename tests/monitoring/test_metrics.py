"""Metrics: what they say after a series of events, as Prometheus would read it."""

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse

from ipam_progress.monitoring.metrics import OTHER, VALUES_AT_MOST, Metrics


@pytest.fixture
def metrics(server):
    return Metrics(server)


def scrape(metrics):
    """Give the value of each series, by its name and its labels' values in the labels' order."""
    text, _ = metrics.expose()
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in parse(text.decode())
        for sample in family.samples
    }


def test_sessions(server, metrics):
    server.session(1, service="IIpamServer")
    server.session(2, service="IIpamServer")
    server.session(3, service="IIpamOperationWithProgress")
    server.close(1)
    server.close(1)
    found = scrape(metrics)
    assert found["ipam_sessions_open", "IIpamServer"] == 1
    assert found["ipam_sessions_open", "IIpamOperationWithProgress"] == 1
    assert found["ipam_sessions_total", "IIpamServer"] == 2
    assert found["ipam_connections_total",] == 3


def test_operations(server, metrics):
    server.start(1, "CreateDhcpScope", seconds=7)
    server.start(2, "CreateDhcpScope", seconds=40)
    server.start(3, "EditDnsZone")
    assert scrape(metrics)["ipam_operations_running",] == 3
    server.end(1)
    server.end(2, "failed")
    found = scrape(metrics)
    assert found["ipam_operations_running",] == 1
    assert found["ipam_operations_total", "CreateDhcpScope", "succeeded"] == 1
    assert found["ipam_operations_total", "CreateDhcpScope", "failed"] == 1
    assert found["ipam_operation_duration_seconds_sum",] == 47
    assert found["ipam_operation_duration_seconds_bucket", "5.0"] == 0
    assert found["ipam_operation_duration_seconds_bucket", "10.0"] == 1
    assert found["ipam_operation_duration_seconds_bucket", "60.0"] == 2


def test_an_operation_of_an_earlier_process_took_no_known_time(server, new_server, metrics):
    before = new_server()
    before.start(1, seconds=100_000)
    server.ended(before.operations[1], "unknown")
    found = scrape(metrics)
    assert found["ipam_operations_total", "CreateDhcpScope", "unknown"] == 1
    assert found["ipam_operation_duration_seconds_count",] == 0
    assert found["ipam_operations_running",] == 0


def test_callbacks_and_outboxes(server, metrics):
    server.counters.callbacks_sent = 12
    server.counters.callbacks_merged = 3
    server.depths = [4, 0, 9]
    found = scrape(metrics)
    assert found["ipam_callbacks_sent_total",] == 12
    assert found["ipam_callbacks_merged_total",] == 3
    assert found["ipam_outbox_callbacks",] == 13
    assert found["ipam_outbox_callbacks_max",] == 9
    server.depths = []
    assert scrape(metrics)["ipam_outbox_callbacks_max",] == 0


def test_faults_and_handshakes(server, metrics):
    server.fault("IpamApiAccessDenied", "no")
    server.fault("IpamApiAccessDenied", "still no")
    server.fault("", "nobody knows")
    server.handshake("the password is wrong")
    found = scrape(metrics)
    assert found["ipam_faults_total", "IpamApiAccessDenied"] == 2
    assert found["ipam_faults_total", OTHER] == 1
    assert found["ipam_handshake_failures_total",] == 1


def test_the_values_of_a_label_are_bounded(server, metrics):
    for number in range(VALUES_AT_MOST + 50):
        server.fault(f"Kind{number}", "")
    server.fault("Kind0", "")
    found = scrape(metrics)
    kinds = [name for name in found if name[0] == "ipam_faults_total"]
    assert len(kinds) == VALUES_AT_MOST + 1
    assert found["ipam_faults_total", OTHER] == 50
    assert found["ipam_faults_total", "Kind0"] == 2


def test_requests(server, metrics):
    server.request("StartTask", 0.002)
    server.request("StartTask", 3)
    server.request("", 0.1)
    found = scrape(metrics)
    assert found["ipam_request_seconds_count", "StartTask"] == 2
    assert found["ipam_request_seconds_bucket", "0.0025", "StartTask"] == 1
    assert found["ipam_request_seconds_count", OTHER] == 1


def test_tasks(server, metrics):
    server.task("Discovery", last=60)
    server.task("Audit")
    server.run(1, "Discovery", "running")
    server.run(2, "Audit", "running")
    server.run(1, "Discovery", "failed", "nobody answers")
    found = scrape(metrics)
    assert found["ipam_tasks_running",] == 1
    assert found["ipam_task_runs_total", "failed", "Discovery"] == 1
    last = found["ipam_task_last_run_timestamp_seconds", "Discovery"]
    assert last == server.ago(60).timestamp()
    assert ("ipam_task_last_run_timestamp_seconds", "Audit") not in found


def test_the_store(server, metrics):
    assert scrape(metrics)["ipam_store_failing",] == 0
    server.store("disk full")
    assert scrape(metrics)["ipam_store_failing",] == 1
    server.store()
    assert scrape(metrics)["ipam_store_failing",] == 0


def test_what_runs(metrics):
    found = scrape(metrics)
    (build,) = [name for name in found if name[0] == "ipam_build_info"]
    assert all(build)
    assert found[build] == 1
    assert found["process_resident_memory_bytes",] > 0


def test_several_in_one_process_do_not_mix(server, new_server, metrics):
    other = Metrics(new_server())
    server.handshake("the password is wrong")
    assert scrape(metrics)["ipam_handshake_failures_total",] == 1
    assert scrape(other)["ipam_handshake_failures_total",] == 0


def test_open_metrics_for_those_who_want_it(server, metrics):
    server.start(1)
    server.end(1)
    text, media_type = metrics.expose("application/openmetrics-text; version=1.0.0")
    assert media_type.startswith("application/openmetrics-text")
    families = {family.name: family for family in parse_openmetrics(text.decode())}
    assert families["ipam_operations"].type == "counter"
    assert families["ipam_operation_duration_seconds"].type == "histogram"


@pytest.mark.parametrize(
    "accept",
    ["", "*/*", "text/html", "text/plain; version=x.y", "application/openmetrics-text; version=x"],
)
def test_whatever_is_asked_for_there_is_text(metrics, accept):
    text, media_type = metrics.expose(accept)
    assert media_type.startswith("text/plain")
    assert list(parse(text.decode()))
