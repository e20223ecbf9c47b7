"""What IIpamServer says of tasks: results in replies, as the published schema has them."""

from pathlib import Path

import pytest
from lxml import etree

from ipam_progress.binaryxml import Decoder, UniqueId
from ipam_progress.binaryxml.tree import to_element
from ipam_progress.contracts import IpamTaskState, IpamTaskType, TaskInfo
from ipam_progress.contracts.messages import (
    GetIpamTasksInfo,
    IsTaskRunning,
    StartTask,
    TaskLastRunResult,
    TaskLastRuntime,
    TaskNextRuntime,
    TaskRecurrenceDuration,
)
from ipam_progress.namespaces import SOAP
from ipam_progress.service.client import encode_request, read_answer, read_fault_error
from ipam_progress.service.declarations import OPERATIONS
from ipam_progress.values import DateTime, TimeSpan

SCHEMA = Path(__file__).parent.parent.parent / "wsdl" / "Microsoft.Windows.Ipam.xsd"
READS = {
    IsTaskRunning: ("is_task_running", True),
    TaskLastRunResult: ("task_last_run_result", -1),
    TaskLastRuntime: ("task_last_run_time", DateTime.parse("2026-02-03T04:05:06Z")),
    TaskNextRuntime: ("task_next_run_time", DateTime(0)),
    TaskRecurrenceDuration: ("task_recurrence", TimeSpan.parse("PT15M")),
}
REQUESTS = [
    StartTask(taskType=IpamTaskType.Audit, server="dhcp1"),
    *(read(taskType=IpamTaskType.Audit) for read in READS),
    GetIpamTasksInfo(),
]


def named(each):
    return each.__name__ if isinstance(each, type) else type(each).__name__


@pytest.fixture(scope="module")
def published():
    """The published schema."""
    return etree.XMLSchema(etree.parse(SCHEMA))


@pytest.mark.parametrize("read", READS, ids=named)
def test_a_task_is_asked_about(tasks, read):
    method, result = READS[read]
    setattr(tasks.session, method, lambda task_type: asked.append(task_type) or result)
    asked = []
    answer = read_answer(tasks.request(read(taskType=IpamTaskType.Expiry)), read)
    operation = OPERATIONS[read]
    assert answer == operation.response.python(**{operation.result: result})
    assert operation.result == f"{operation.name}Result"
    assert asked == [IpamTaskType.Expiry]


@pytest.mark.parametrize(
    "known",
    [
        [],
        [
            TaskInfo(
                TaskType=IpamTaskType.Audit,
                State=IpamTaskState.Ready,
                LastRunTime=DateTime.parse("2026-02-03T04:05:06Z"),
                NextRunTime=DateTime.parse("2026-02-04T04:05:06Z"),
                Triggers="every day",
            ),
            TaskInfo(TaskType=IpamTaskType.Expiry, State=IpamTaskState.Disabled),
        ],
    ],
    ids=["none", "two"],
)
def test_all_tasks_are_asked_about(tasks, known, published):
    tasks.session.tasks_info = lambda: known
    incoming = tasks.request(GetIpamTasksInfo())
    assert read_answer(incoming, GetIpamTasksInfo).GetIpamTasksInfoResult == known
    published.assertValid(body_of(incoming.tokens))


def body_of(tokens):
    (body,) = to_element(tokens).find(f"{{{SOAP}}}Body")
    return body


@pytest.mark.parametrize("message", REQUESTS, ids=named)
def test_questions_and_answers_fit_the_published_schema(tasks, published, message):
    for method, result in READS.values():
        setattr(tasks.session, method, lambda _task_type, result=result: result)
    tasks.session.tasks_info = list
    envelope = encode_request(tasks.encoder, message, UniqueId.random(), "net.tcp://server/S")
    answer = tasks.send(envelope)
    name = type(message).__name__
    for tokens, expected in (
        (Decoder().decode(envelope), name),
        (answer.tokens, f"{name}Response"),
    ):
        body = body_of(tokens)
        assert etree.QName(body).localname == expected
        published.assertValid(body)


@pytest.mark.parametrize("read", READS, ids=named)
def test_a_result_of_the_wrong_kind_is_the_servers_own_mistake(tasks, read):
    setattr(tasks.session, READS[read][0], lambda _task_type: "no such thing")
    error = read_fault_error(tasks.request(read(taskType=IpamTaskType.Audit)))
    assert error.fault.subcodes[0][1] == "InternalServiceFault"
    assert len(tasks.failures) == 1
