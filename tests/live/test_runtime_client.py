"""Microsoft's runtime as the client of ``ipam-progress serve --demo``."""

import resource

import pytest
from lxml import etree

IPAM = "{http://Microsoft.Windows.Ipam}"
SERVICE = "http://Microsoft.Windows.Ipam/IIpamOperationWithProgress"
INITIALIZE = "InitializeOperationParameters"
START = "StartOperationWithCallback"
INVALID = "IpamApiInvalidParameter"
REPLIED = {
    "open": ("open", "reply"),
    "reuse": ("reuse", "reply"),
    "init": (INITIALIZE, "reply"),
    "start": (START, "reply"),
    "close": ("close", "reply"),
}
INIT = "init:CreateDhcpScope"
WAIT = "wait:20"
GOOD = (INIT, "start", WAIT, "close")
GOOD_CALLS = [REPLIED["init"], REPLIED["start"], REPLIED["close"]]


def expected_callbacks(subtasks=3, steps=4):
    """Give what the demonstration tells: name and values, subtask as (number, status)."""
    yield ("StartProgressCallback", False)
    for number in range(1, subtasks + 1):
        yield ("AddSubTask", (number, "NotStarted"))
    done = 0
    for number in range(1, subtasks + 1):
        for step in range(1, steps + 1):
            done += 1
            status = "CompletedWithSuccess" if step == steps else "InProgress"
            percent = round(100 * step / steps, 2)
            yield ("SetSubTaskStatus", (number, status), status, percent, None)
            yield ("SetCompletionPercentage", round(100 * done / (subtasks * steps), 2))
    yield ("SetOverallStatus", "CompletedWithSuccess", "DhcpMsmOverallCompletionStatus")


def subtask_of(text, subtasks=3):
    element = etree.fromstring(text)
    values = {part.tag.removeprefix(IPAM): part.text for part in element}
    number = int(values.pop("SubTaskInstanceId"))
    status = values.pop("SubTaskStatus")
    assert element.tag == IPAM + "SubTaskInstance"
    assert values == {
        "FailedCompletionStatus": None,
        "IsNonDeterministicProgress": "false",
        "ProgressStatusDescriptions": f"step {number} of {subtasks}",
        "SubTaskInstanceDetails": None,
        "SubTaskName": f"Step {number}",
        "SubTaskUniqueId": values["SubTaskUniqueId"],
    }
    return number, status


def told(event):
    """Give a callback as `expected_callbacks` does."""
    match event["name"]:
        case "StartProgressCallback":
            return (event["name"], event["isNonDeterministic"])
        case "AddSubTask":
            return (event["name"], subtask_of(event["subTaskInstance"]))
        case "SetSubTaskStatus":
            return (
                event["name"],
                subtask_of(event["subTaskInstance"]),
                event["status"],
                event["percentComplete"],
                event["completionStatus"],
            )
        case "SetCompletionPercentage":
            return (event["name"], event["completionPercentage"])
        case "SetOverallStatus":
            status = etree.fromstring(event["completionStatus"])
            return (event["name"], event["overallStatus"], status.tag.removeprefix(IPAM))
    raise AssertionError(event)


@pytest.mark.parametrize(
    "chop", [(), ("--chop", 1), ("--chop", 3)], ids=["whole", "chop1", "chop3"]
)
def test_every_callback_arrives_in_order_with_its_values(probe, demo_server, chop):
    run = probe(demo_server, "progress", "CreateDhcpScope", *chop)
    assert run.status == 0, run.events
    assert run.calls == [REPLIED["open"], *GOOD_CALLS]
    assert [told(event) for event in run.of("callback")] == list(expected_callbacks())
    assert run.end["callbacks"] == 29


@pytest.mark.parametrize("chop", [(), ("--chop", 97)], ids=["whole", "chop97"])
def test_all_operations_on_one_connection(probe, demo_server, chop):
    run = probe(demo_server, "all", *chop)
    assert run.status == 0
    assert (run.end["operations"], run.end["bad"]) == (49, 0)
    assert len(run.of("reply")) == 4 * 49
    assert not run.of("error")


@pytest.mark.parametrize(
    "operation",
    [
        "CreateDhcpScope",
        "EditDhcpServer",
        "UpdateDnsZones",
        "CreateIpamIPAddress",
        "ReplicateScope",
    ],
)
def test_parameters_that_are_empty(probe, demo_server, operation):
    run = probe(demo_server, "bare", operation)
    assert run.status == 0
    assert run.end["callbacks"] == 29


REUSED = ("reuse", *GOOD)
REUSED_CALLS = [REPLIED["reuse"], *GOOD_CALLS]
FAULT_INIT = (INITIALIZE, INVALID)
FAULT_START = (START, INVALID)

STEPS = {
    # design.md 4, row by row: what is wrong, the steps, what becomes of each, callbacks in all
    "start first": (
        ("open", "start", *GOOD),
        [REPLIED["open"], FAULT_START, *GOOD_CALLS],
        29,
    ),
    "start first, twice": (
        ("open", "start", "start", *GOOD),
        [REPLIED["open"], FAULT_START, FAULT_START, *GOOD_CALLS],
        29,
    ),
    "initialize twice": (
        ("open", INIT, INIT, "start", WAIT, "close"),
        [REPLIED["open"], REPLIED["init"], FAULT_INIT, REPLIED["start"], REPLIED["close"]],
        29,
    ),
    "initialize with null after initialize": (
        ("open", INIT, "init:null", "start", WAIT, "close"),
        [REPLIED["open"], REPLIED["init"], FAULT_INIT, REPLIED["start"], REPLIED["close"]],
        29,
    ),
    "null": (
        ("open", "init:null", "close"),
        [REPLIED["open"], FAULT_INIT, REPLIED["close"]],
        0,
    ),
    "base type": (
        ("open", "base:CreateDhcpScope", "close"),
        [REPLIED["open"], FAULT_INIT, REPLIED["close"]],
        0,
    ),
    "after completion": (
        ("open", INIT, "start", WAIT, "start", INIT, "init:null", "close"),
        [
            REPLIED["open"], REPLIED["init"], REPLIED["start"],
            FAULT_START, FAULT_INIT, FAULT_INIT, REPLIED["close"],
        ],
        29,
    ),
    "close before initialize": (("open", "close"), [REPLIED["open"], REPLIED["close"]], 0),
    "close before start": (
        ("open", INIT, "close"),
        [REPLIED["open"], REPLIED["init"], REPLIED["close"]],
        0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STEPS)
def test_steps_in_the_wrong_order(probe, demo_server, name):
    steps, calls, callbacks = STEPS[name]
    run = probe(demo_server, "steps", *steps, *REUSED)
    assert run.calls == [*calls, *REUSED_CALLS]  # the connection is as good as new
    assert run.end["callbacks"] == callbacks + 29
    assert all(event["finished"] for event in run.of("waited"))
    for fault in run.of("error"):
        assert fault["type"] == "FaultException"
        assert (fault["code"], fault["subcode"]) == ("Sender", None)
        assert fault["action"] == f"{SERVICE}/{fault['call']}IpamExceptionFault"
        assert fault["message"]


@pytest.fixture(scope="module")
def slow_server(start_server):
    """An operation of a long minute, for steps while it runs."""
    return start_server("--demo-steps", "100", "--demo-delay", "0.2")


def test_requests_while_the_operation_runs(probe, slow_server):
    """Both are refused, and nothing of it disturbs the operation."""
    run = probe(slow_server, "steps", "open", INIT, "start", "count:4", "start", INIT, "count:8")
    assert run.calls == [
        REPLIED["open"], REPLIED["init"], REPLIED["start"], FAULT_START, FAULT_INIT,
    ]  # fmt: skip
    assert "'OperationWithProgress Started'" in run.of("error")[0]["message"]
    assert run.end["callbacks"] >= 8
    assert not run.of("broken")


def test_close_while_callbacks_come(probe, slow_server, served):
    """The server answers End at once, and is silent from then on."""
    again = ("reuse", INIT, "start", "count:12", "close")
    run = probe(slow_server, "steps", "open", INIT, "start", "count:6", "close", *again)
    assert run.calls == [
        REPLIED["open"], REPLIED["init"], REPLIED["start"], REPLIED["close"],
        REPLIED["reuse"], REPLIED["init"], REPLIED["start"], REPLIED["close"],
    ]  # fmt: skip
    closings = [event["took_us"] for event in run.of("reply") if event["call"] == "close"]
    assert max(closings) < 5_000_000
    assert not run.of("broken")


def test_abort_while_callbacks_come(probe, slow_server):
    run = probe(slow_server, "steps", "open", INIT, "start", "count:6", "abort", "open", "close")
    assert run.of("aborted")
    assert run.calls[-2:] == [REPLIED["open"], REPLIED["close"]]


def test_abort_before_start(probe, demo_server, served):
    run = probe(demo_server, "steps", "open", INIT, "abort", "open", "abort", "open", *GOOD)
    assert run.calls[-4:] == [REPLIED["open"], *GOOD_CALLS]
    served(demo_server)


TASKS = (
    "Discovery",
    "Utilization",
    "Audit",
    "Configuration",
    "ServerAvailability",
    "Monitoring",
    "Expiry",
    "DnsConfiguration",
)


@pytest.mark.parametrize(
    "arguments", [("dhcp1",), (), ("--chop", 1)], ids=["server", "null", "chop"]
)
@pytest.mark.parametrize("task", TASKS)
def test_every_task(probe, demo_server, task, arguments):
    run = probe(demo_server, "start-task", task, *arguments)
    assert run.status == 0
    assert [event["call"] for event in run.of("reply")] == ["open", "StartTask", "close"]


def test_the_task_that_is_none(probe, demo_server):
    run = probe(demo_server, "start-task", "None")
    assert run.calls == [("open", "reply"), ("StartTask", INVALID), ("close", "reply")]
    (fault,) = run.of("error")
    assert fault["code"] == "Sender"
    assert (
        fault["action"] == "http://Microsoft.Windows.Ipam/IIpamServer/StartTaskIpamExceptionFault"
    )
    detail = etree.fromstring(fault["detail"])
    assert [element.text for element in detail.iter(IPAM + "ExceptionId")] == [INVALID]


def test_many_calls_in_one_session(probe, demo_server):
    run = probe(demo_server, "calls", 500)
    assert run.status == 0
    assert run.end["calls"] == 500


@pytest.mark.parametrize("reuse", [(), ("reuse",)], ids=["new", "reused"])
def test_many_sessions(probe, demo_server, reuse):
    run = probe(demo_server, "sessions", 50, *reuse)
    assert run.status == 0
    assert run.end["callbacks"] == 50 * 29


def test_five_thousand_sessions_at_once(probe, start_server, served, wait_until):
    """Both ends need a descriptor for each; the server raises its own limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 6_000:
        pytest.skip(f"6000 file descriptors are needed, the limit is {hard}")
    server = start_server()
    idle = server.connections()
    served(server)
    run = probe(server, "hold", 5_000, 5)
    assert run.status == 0
    (held,) = run.of("held")
    assert (held["sessions"], held["bad"]) == (5_000, 0)
    assert (run.end["sessions"], run.end["ended"]) == (5_000, 5_000)
    wait_until(lambda: server.connections() == idle, "the connections are still there")
    served(server)
