"""The manual: it has every metric with its labels and no other; its numbers are the code's."""

import re
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families as parse

from ipam_progress.monitoring import overview
from ipam_progress.monitoring.feed import INTERVAL, PATIENCE, READERS_AT_MOST
from ipam_progress.monitoring.metrics import VALUES_AT_MOST, Metrics
from ipam_progress.web import CONNECTIONS_AT_MOST

MANUAL = (Path(__file__).parents[2] / "docs" / "monitoring.md").read_text(encoding="utf-8")
PROSE = " ".join(MANUAL.split())


@pytest.fixture
def metrics(server):
    metrics = Metrics(server)
    server.task("Discovery", last=60)
    server.session(1)
    server.start(1)
    server.end(1)
    server.run(1)
    server.fault("Kind", "reason")
    server.request("StartTask", 0.1)
    return metrics


def test_every_metric_with_its_labels(metrics):
    rows = re.findall(r"^\| `(ipam_\w+)` \| (.*?) ?\| .+ \|$", MANUAL, re.MULTILINE)
    documented = {name: set(re.findall(r"`(\w+)`", labels)) for name, labels in rows}
    found = {}
    for family in parse(metrics.expose()[0].decode()):
        name = family.name + ("_total" if family.type == "counter" else "")
        if not name.startswith("ipam_") or name.endswith("_created"):
            continue
        labels = {label for sample in family.samples for label in sample.labels}
        found[name] = labels - {"le"}
    assert documented == found


def test_metrics_in_the_examples_exist(metrics):
    documented = set(re.findall(r"^\| `(ipam_\w+)`", MANUAL, re.MULTILINE))
    used = set(re.findall(r"\bipam_[a-z_]+(?=\{|\[|\)| [=>])", MANUAL))
    assert used
    assert used <= documented


def test_names_by_the_conventions_of_prometheus(metrics):
    assert isinstance(metrics.registry, CollectorRegistry)
    for family in parse(metrics.expose()[0].decode()):
        assert re.fullmatch(r"[a-z][a-z0-9_]+", family.name)
        assert family.documentation


@pytest.mark.parametrize(
    "claim",
    [
        f"takes {CONNECTIONS_AT_MOST} connections",
        f"can be open {READERS_AT_MOST} times",
        f"the {overview.OPERATIONS_AT_MOST} that began first",
        f"the {overview.SUBTASKS_AT_MOST} subtasks that matter most",
        f"the {overview.ENDED_AT_MOST} newest",
        f"No label has more than {VALUES_AT_MOST} values",
    ],
)
def test_numbers(claim):
    assert claim in PROSE


def test_numbers_in_words():
    assert INTERVAL == 1 / 4
    assert PATIENCE == 30
    assert "four times a second at most" in PROSE
    assert "half a minute" in PROSE
