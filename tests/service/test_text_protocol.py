"""SOAP 1.2 in text: the same services, what is in a body member by member as in binary XML."""

from concurrent.futures import Future

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from ipam_progress.contracts import IpamExceptionId, IpamTaskType
from ipam_progress.contracts.progress import TaskInfo
from ipam_progress.namespaces import IPAM, IPAM1, SOAP
from ipam_progress.service.application import text_tasks_application
from ipam_progress.service.endpoint import ServiceEndpoint
from ipam_progress.session.faults import IpamError
from ipam_progress.values import TimeSpan

NAMES = {"s": SOAP, "i": IPAM, "d": IPAM1}
START = (
    f'<StartTask xmlns="{IPAM}"><taskType>Discovery</taskType><server>dhcp1</server></StartTask>'
)
TYPE = "<taskType>Audit</taskType>"


class Tasks:
    """Takes what comes, and gives or raises what it was told to."""

    def __init__(self):
        self.calls = []
        self.result = None

    def _answer(self, *call):
        self.calls.append(call)
        if isinstance(self.result, Exception):
            raise self.result
        return self.result

    def start_task(self, task_type, server):
        return self._answer("start_task", task_type, server)

    def is_task_running(self, task_type):
        return self._answer("is_task_running", task_type)

    def task_recurrence(self, task_type):
        return self._answer("task_recurrence", task_type)

    def tasks_info(self):
        return self._answer("tasks_info")


class Conversation:
    def __init__(self):
        self.tasks = Tasks()
        self.failures = []
        self.endpoint = ServiceEndpoint(
            text_tasks_application(lambda *failure: self.failures.append(failure))
        )

    def send(self, document):
        return self.endpoint.process(document.encode(), None, self.tasks)

    def ask(self, body, header="", namespace=SOAP):
        """Give the content of the answer's body, and the answer."""
        header = header and f"<e:Header>{header}</e:Header>"
        answer = self.send(
            f'<e:Envelope xmlns:e="{namespace}">{header}<e:Body>{body}</e:Body></e:Envelope>'
        )
        return content(answer), answer


def content(answer):
    root = etree.fromstring(answer)
    assert root.tag == f"{{{SOAP}}}Envelope"
    (element,) = root.find("s:Body", NAMES)
    return element


def code_of(fault):
    return [value.text for value in fault.iterfind("s:Code//s:Value", NAMES)]


@pytest.fixture
def conversation():
    return Conversation()


class TestRequests:
    def test_arguments_are_those_of_the_contract(self, conversation):
        reply, answer = conversation.ask(START)
        assert conversation.tasks.calls == [("start_task", IpamTaskType.Discovery, "dhcp1")]
        assert reply.tag == f"{{{IPAM}}}StartTaskResponse"
        assert len(reply) == 0
        assert answer.operation == "StartTask"
        assert answer.refusal == ""

    def test_layout_prefixes_and_comments_do_not_matter(self, conversation):
        conversation.ask(
            f"""<!-- now -->
            <ipam:StartTask xmlns:ipam="{IPAM}">
              <ipam:taskType> Discovery </ipam:taskType><?no matter?>
              <ipam:server xmlns:x="http://www.w3.org/2001/XMLSchema-instance" x:nil="true"/>
            </ipam:StartTask>"""
        )
        assert conversation.tasks.calls == [("start_task", IpamTaskType.Discovery, None)]

    def test_any_encoding_that_the_document_names(self, conversation):
        document = (
            f'<?xml version="1.0" encoding="iso-8859-1"?><e:Envelope xmlns:e="{SOAP}"><e:Body>'
            f"{START.replace('dhcp1', 'süd')}</e:Body></e:Envelope>"
        )
        conversation.endpoint.process(document.encode("latin-1"), None, conversation.tasks)
        assert conversation.tasks.calls[0][2] == "süd"

    @pytest.mark.parametrize(
        ("result", "name", "said"),
        [
            (True, "IsTaskRunning", "true"),
            (TimeSpan.from_timedelta(TimeSpan(0).to_timedelta()), "TaskRecurrenceDuration", "PT0S"),
        ],
    )
    def test_results(self, conversation, result, name, said):
        conversation.tasks.result = result
        reply, _ = conversation.ask(f'<{name} xmlns="{IPAM}">{TYPE}</{name}>')
        assert reply.findtext(f"i:{name}Result", None, NAMES) == said

    def test_lists(self, conversation):
        conversation.tasks.result = [TaskInfo(TaskType=IpamTaskType.Audit)]
        reply, _ = conversation.ask(f'<GetIpamTasksInfo xmlns="{IPAM}"/>')
        (info,) = reply.find("i:GetIpamTasksInfoResult", NAMES)
        assert info.findtext("i:TaskType", None, NAMES) == "Audit"

    def test_results_that_come_later(self, conversation):
        later = conversation.tasks.result = Future()
        answer = conversation.send(
            f'<e:Envelope xmlns:e="{SOAP}"><e:Body><IsTaskRunning xmlns="{IPAM}">{TYPE}'
            "</IsTaskRunning></e:Body></e:Envelope>"
        )
        assert not answer.done()
        later.set_result(False)
        reply = content(answer.result())
        assert reply.findtext("i:IsTaskRunningResult", None, NAMES) == "false"

    def test_headers_that_need_not_be_understood(self, conversation):
        for header in (
            '<a xmlns="urn:a"/>',
            '<a e:mustUnderstand="0"/>',
            '<a e:mustUnderstand="true" e:role="urn:somebody"/>',
        ):
            reply, _ = conversation.ask(START, header)
            assert reply.tag == f"{{{IPAM}}}StartTaskResponse"


class TestFaults:
    def test_with_an_ipam_exception(self, conversation):
        conversation.tasks.result = IpamError(IpamExceptionId.IpamApiAccessDenied, "You may not.")
        fault, answer = conversation.ask(START)
        assert code_of(fault) == ["s:Sender"]
        assert fault.findtext("s:Reason/s:Text", None, NAMES) == "You may not."
        data = fault.find("s:Detail/d:IpamException/IpamExceptionData", NAMES)
        assert data.findtext("i:ExceptionId", None, NAMES) == "IpamApiAccessDenied"
        assert answer.refusal == "IpamApiAccessDenied: You may not."
        assert conversation.failures == []

    def test_codes_of_the_type_are_names_that_are_declared(self, conversation):
        conversation.tasks.result = IpamError(IpamExceptionId.IpamApiAccessDenied, "You may not.")
        fault, _ = conversation.ask(START)
        data = fault.find("s:Detail/d:IpamException/IpamExceptionData", NAMES)
        kind = data.get("{http://www.w3.org/2001/XMLSchema-instance}type")
        prefix, _, name = kind.partition(":")
        assert (data.nsmap[prefix], name) == (IPAM, "IpamExceptionData")

    def test_mistakes_of_programs_are_for_the_log_alone(self, conversation):
        error = conversation.tasks.result = RuntimeError("a secret")
        fault, answer = conversation.ask(START)
        assert code_of(fault) == ["s:Receiver", "InternalServiceFault"]
        assert b"a secret" not in answer
        assert conversation.failures[0][1] is error

    def test_results_that_cannot_be_written(self, conversation):
        conversation.tasks.result = "not a list"
        fault, _ = conversation.ask(f'<GetIpamTasksInfo xmlns="{IPAM}"/>')
        assert code_of(fault) == ["s:Receiver", "InternalServiceFault"]
        assert len(conversation.failures) == 1

    @pytest.mark.parametrize("role", ["", f"{SOAP}/role/next"])
    def test_headers_that_have_to_be_understood(self, conversation, role):
        fault, answer = conversation.ask(
            START, f'<a:To xmlns:a="urn:a" e:mustUnderstand="1" e:role="{role}"/>'
        )
        assert code_of(fault) == ["s:MustUnderstand"]
        assert b"{urn:a}To" in answer
        assert conversation.tasks.calls == []

    @pytest.mark.parametrize(
        "body",
        [
            "",
            " ",
            f'<StartTask xmlns="{IPAM}"><taskType>Nothing</taskType></StartTask>',
            f'<StartTask xmlns="{IPAM}"><taskType>Discovery<b/></taskType></StartTask>',
        ],
    )
    def test_bodies_that_do_not_fit(self, conversation, body):
        fault, _ = conversation.ask(body)
        assert code_of(fault) == ["s:Sender", "DeserializationFailed"]
        assert conversation.tasks.calls == []

    def test_no_body(self, conversation):
        fault = content(conversation.send(f'<e:Envelope xmlns:e="{SOAP}"/>'))
        assert code_of(fault) == ["s:Sender", "DeserializationFailed"]

    def test_operations_that_are_published_and_not_served(self, conversation):
        fault, answer = conversation.ask(f'<SaveBlock xmlns="{IPAM}"/>')
        assert fault.find("s:Detail/d:IpamException", NAMES) is not None
        assert answer.refusal.startswith("IpamApiMethodNotImplemented: ")
        assert answer.operation == ""

    @pytest.mark.parametrize(
        "body",
        [
            f'<NoSuch xmlns="{IPAM}"/>',
            '<StartTask xmlns="urn:other"/>',
            "<SaveBlock/>",
            f'<InitializeOperationParameters xmlns="{IPAM}"/>',
            "<e:Fault/>",
        ],
    )
    def test_other_operations(self, conversation, body):
        fault, answer = conversation.ask(body)
        assert code_of(fault) == ["s:Sender"]
        assert b"IIpamServer" in answer

    @pytest.mark.parametrize("namespace", ["http://schemas.xmlsoap.org/soap/envelope/", "urn:x"])
    def test_other_versions(self, conversation, namespace):
        fault, _ = conversation.ask(START, namespace=namespace)
        assert code_of(fault) == ["s:VersionMismatch"]

    def test_a_tag_without_end_is_not_quoted_whole(self, conversation):
        answer = conversation.send(f"<{'x' * 40_000}/>")
        assert code_of(content(answer)) == ["s:VersionMismatch"]
        assert len(answer) < 1000

    @pytest.mark.parametrize(
        "document",
        [
            "",
            "no XML",
            f'<e:Envelope xmlns:e="{SOAP}">',
            f'<!DOCTYPE e SYSTEM "file:///etc/passwd"><e:Envelope xmlns:e="{SOAP}"/>',
            '<!DOCTYPE e [<!ENTITY x "y">]><e>&x;</e>',
            "<a>" * 1000 + "</a>" * 1000,
        ],
    )
    def test_what_is_no_document(self, conversation, document):
        fault = content(conversation.send(document))
        assert code_of(fault) == ["s:Sender"]

    def test_entities_within_entities_cost_nothing(self, conversation):
        entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 100}">' for n in range(1, 10))
        answer = conversation.send(
            f'<!DOCTYPE e [<!ENTITY a0 "aaaa">{entities}]><e a="&a9;">&a9;</e>'
        )
        assert code_of(content(answer)) == ["s:Sender"]


def test_spyne_resolves_no_references(conversation):
    """SOAP 1.1 had hrefs, and Spyne follows those that go round in circles."""
    fault, _ = conversation.ask('<a id="1" xmlns=""><b href="#1"/></a>')
    assert code_of(fault) == ["s:Sender"]


@given(st.data())
def test_damage_is_answered_with_a_fault_or_an_answer(data):
    """Whatever comes, one envelope goes back, and nothing is a failure of ours."""
    conversation = Conversation()
    document = bytearray(
        f'<e:Envelope xmlns:e="{SOAP}"><e:Header><h e:mustUnderstand="0"/></e:Header><e:Body>'
        f"{START}</e:Body></e:Envelope>".encode()
    )
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(0, len(document) - 1))
        length = data.draw(st.integers(0, 12))
        document[position : position + length] = data.draw(st.binary(max_size=12))
        document = document or bytearray(b"<")
    answer = conversation.endpoint.process(bytes(document), None, conversation.tasks)
    assert content(answer).tag in {f"{{{SOAP}}}Fault", f"{{{IPAM}}}StartTaskResponse"}
    assert conversation.failures == []
