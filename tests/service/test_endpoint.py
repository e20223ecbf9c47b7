import gc
from contextlib import contextmanager, suppress
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ipam_progress.binaryxml import END, StartElement, UniqueId, attribute, declare, start, text
from ipam_progress.contracts import (
    CreateDhcpScopeParameters,
    IpamAdminOperationId,
    IpamExceptionData,
    IpamExceptionId,
    IpamTaskType,
)
from ipam_progress.contracts.messages import (
    InitializeOperationParameters,
    InitializeOperationParametersResponse,
    SetCompletionPercentage,
    StartOperationWithCallback,
    StartOperationWithCallbackResponse,
    StartTask,
    StartTaskResponse,
)
from ipam_progress.errors import BinaryXmlError, EnvelopeError, SerializationError
from ipam_progress.namespaces import (
    ADDRESSING,
    ADDRESSING_FAULT,
    DISPATCHER,
    DISPATCHER_FAULT,
    IPAM,
    SOAP,
    SOAP_FAULT,
)
from ipam_progress.service import _spyne
from ipam_progress.service.actions import PUBLISHED_ACTIONS
from ipam_progress.service.callbacks import encode_callback, read_callback
from ipam_progress.service.client import encode_keepalive, read_answer, read_fault_error
from ipam_progress.service.declarations import (
    CALLBACKS,
    CALLBACKS_BY_ACTION,
    IPAM_SERVER,
    OPERATIONS,
)
from ipam_progress.service.endpoint import Silence
from ipam_progress.service.incoming import read_incoming
from ipam_progress.session.faults import IpamError
from ipam_progress.soap import MUST_UNDERSTAND, RECEIVER, SENDER

SCOPE = InitializeOperationParameters(
    paramters=CreateDhcpScopeParameters(OperationId=IpamAdminOperationId.CreateDhcpScope)
)
DISCOVERY = StartTask(taskType=IpamTaskType.Discovery, server="dhcp1")
START_TASK = OPERATIONS[StartTask].action
INITIALIZE = OPERATIONS[InitializeOperationParameters].action

DESERIALIZATION_FAILED = (DISPATCHER_FAULT, SENDER, ((DISPATCHER, "DeserializationFailed"),))
INTERNAL_SERVICE_FAULT = (DISPATCHER_FAULT, RECEIVER, ((DISPATCHER, "InternalServiceFault"),))
ACTION_NOT_SUPPORTED = (ADDRESSING_FAULT, SENDER, ((ADDRESSING, "ActionNotSupported"),))


def fault_in(answer):
    """Give what makes a fault what it is: Action, code, subcodes."""
    fault = read_fault_error(answer).fault
    return fault.action, fault.code, fault.subcodes


def initialize_body(*content):
    return (start("", "InitializeOperationParameters"), declare("", IPAM), *content, END)


# Replies


def test_a_session_takes_its_two_requests(operations):
    answer = operations.request(SCOPE)
    assert isinstance(
        read_answer(answer, InitializeOperationParameters), InitializeOperationParametersResponse
    )
    answer = operations.request(StartOperationWithCallback())
    assert isinstance(
        read_answer(answer, StartOperationWithCallback), StartOperationWithCallbackResponse
    )
    (initialize, start_call) = operations.session.calls
    assert initialize == ("initialize", SCOPE.paramters)
    assert type(initialize[1]) is CreateDhcpScopeParameters
    assert start_call == ("start",)
    assert operations.failures == []


def test_a_task_is_started(tasks):
    answer = tasks.request(DISCOVERY)
    assert isinstance(read_answer(answer, StartTask), StartTaskResponse)
    assert tasks.session.calls == [("start_task", IpamTaskType.Discovery, "dhcp1")]


def test_a_task_needs_no_server(tasks):
    tasks.request(StartTask(taskType=IpamTaskType.Audit))
    assert tasks.session.calls == [("start_task", IpamTaskType.Audit, None)]


@pytest.mark.parametrize("message_id", [UniqueId(bytes(range(16))), "urn:mine", "urn:uuid:odd"])
def test_an_answer_repeats_the_message_id(tasks, message_id):
    body = (start("", "StartTask"), declare("", IPAM), END)
    for action in (START_TASK, "urn:unknown"):
        answer = tasks.send(tasks.envelope(action, *body, message_id=message_id))
        assert answer.relates_to == message_id
        assert type(answer.relates_to) is type(message_id)


def test_answers_share_the_string_table_with_callbacks(operations):
    for _ in range(3):
        operations.session.initialized = False
        assert not operations.request(SCOPE).is_fault
        octets = encode_callback(
            operations.codec.encoder, SetCompletionPercentage(completionPercentage=Decimal(5))
        )
        callback = read_callback(read_incoming(operations.decoder, octets))
        assert callback == SetCompletionPercentage(completionPercentage=Decimal(5))


def test_parameters_are_null_where_the_body_has_none(operations):
    nothing = operations.envelope(INITIALIZE, *initialize_body())
    misspelt = operations.envelope(
        INITIALIZE, *initialize_body(start("", "parameters"), text("x"), END)
    )
    for envelope in (nothing, misspelt):
        assert operations.send(envelope).is_fault
    assert operations.session.calls == [("initialize", None)] * 2


def test_an_address_is_not_asked_for(operations):
    body = (start("", "StartOperationWithCallback"), declare("", IPAM), END)
    operations.session.initialized = True
    action = OPERATIONS[StartOperationWithCallback].action
    assert not operations.send(operations.envelope(action, *body)).is_fault


# Faults that are made for the client


def test_an_ipam_error_becomes_its_fault(operations):
    operations.session.error = IpamError(
        IpamExceptionId.IpamApiAccessDenied, "You may not do that."
    )
    error = read_fault_error(operations.request(SCOPE))
    assert error.fault.action == f"{INITIALIZE}IpamExceptionFault"
    assert (error.fault.code, error.fault.subcodes) == (SENDER, ())
    assert (error.fault.reason, error.fault.language) == ("You may not do that.", "en")
    assert error.detail == operations.session.error.to_contract()
    assert operations.failures == []


def test_an_error_leaves_the_session_open(operations):
    assert operations.request(StartOperationWithCallback()).is_fault
    assert not operations.request(SCOPE).is_fault


@pytest.mark.parametrize("message_id", [None, "urn:message"])
def test_what_is_published_and_not_served_is_not_implemented(tasks, message_id):
    served = {operation.action for operation in OPERATIONS.values()}
    assert len(PUBLISHED_ACTIONS) > 150
    assert {action for action in served if action.startswith(IPAM)} < PUBLISHED_ACTIONS
    here = {each.action for each in OPERATIONS.values() if each.port_type == IPAM_SERVER}
    assert len(here) == 7
    for action in sorted(PUBLISHED_ACTIONS - here):
        answer = tasks.send(tasks.envelope(action, message_id=message_id))
        error = read_fault_error(answer)
        assert error.fault.action == f"{action}IpamExceptionFault"
        exception = error.detail.IpamExceptionData
        assert exception.ExceptionId is IpamExceptionId.IpamApiMethodNotImplemented
        assert action.rpartition("/")[2] in error.fault.reason
        assert answer.relates_to == message_id
    assert tasks.session.calls == []


@pytest.mark.parametrize("message_id", [None, "urn:message"])
def test_an_unknown_action_is_not_supported(operations, message_id):
    answer = operations.send(operations.envelope(f"{IPAM}/Odd/Do", message_id=message_id))
    assert fault_in(answer) == ACTION_NOT_SUPPORTED
    assert f"{IPAM}/Odd/Do" in read_fault_error(answer).fault.reason
    assert answer.relates_to == message_id


def test_a_header_that_must_be_understood_is_refused(operations):
    header = (
        start("x", "Security"),
        attribute("s", "mustUnderstand", "1"),
        declare("x", "urn:security"),
        END,
    )
    answer = operations.send(operations.envelope(INITIALIZE, *initialize_body(), headers=header))
    assert fault_in(answer) == (SOAP_FAULT, MUST_UNDERSTAND, ())
    names = [token.name for token in answer.tokens if hasattr(token, "namespaces")]
    assert (SOAP, "NotUnderstood") in names
    assert "{urn:security}Security" in read_fault_error(answer).fault.reason
    assert operations.session.calls == []


def test_a_request_without_a_message_id_fails_as_in_wcf(operations):
    answer = operations.send(operations.envelope(INITIALIZE, *initialize_body(), message_id=None))
    assert fault_in(answer) == INTERNAL_SERVICE_FAULT
    assert answer.relates_to is None
    assert operations.session.calls == []
    assert operations.failures == []


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ((), "it is empty"),
        ((start("", "StartTask"), declare("", IPAM), END), "InitializeOperationParameters"),
        ((start("", "InitializeOperationParameters"), END), "InitializeOperationParameters"),
        (
            initialize_body(
                start("", "paramters"), start("", "OperationId"), text("Bogus"), END, END
            ),
            "Bogus",
        ),
    ],
)
def test_a_body_that_does_not_fit_its_contract(operations, body, complaint):
    answer = operations.send(operations.envelope(INITIALIZE, *body))
    assert fault_in(answer) == DESERIALIZATION_FAILED
    assert complaint in read_fault_error(answer).fault.reason
    assert operations.session.calls == []
    assert not operations.request(SCOPE).is_fault


def test_a_body_that_cannot_be_decoded(operations):
    whole = operations.envelope(INITIALIZE, *initialize_body(start("", "paramters"), END))
    answer = operations.send(whole[:-4] + b"\xff" + whole[-3:])
    assert fault_in(answer) == DESERIALIZATION_FAILED
    assert answer.relates_to == "urn:message"
    answer = operations.send(b"\0" + whole[1 + whole[0] :][:-5])
    assert fault_in(answer) == DESERIALIZATION_FAILED
    assert not operations.request(SCOPE).is_fault


# What is taken in silence


def test_a_keepalive_is_taken_in_silence(operations):
    assert operations.send(encode_keepalive(operations.encoder)) is Silence.KEEPALIVE
    assert operations.session.calls == []


@pytest.mark.parametrize("message_id", [None, "urn:message"])
@pytest.mark.parametrize("action", sorted(CALLBACKS_BY_ACTION))
def test_a_callback_from_a_client_is_ignored(operations, action, message_id):
    envelope = operations.envelope(action, start("", "Odd"), END, message_id=message_id)
    assert operations.send(envelope) is Silence.CALLBACK
    assert operations.session.calls == []


def test_every_callback_is_known_by_both_names():
    assert len(CALLBACKS) == 5
    assert len(CALLBACKS_BY_ACTION) == 10


# What ends a session


def test_a_session_ends_behind_an_internal_fault_and_no_other(tasks):
    def ends_session(envelope):
        return tasks.endpoint.process(envelope, tasks.codec, tasks.session).ends_session

    body = (start("", "StartTask"), declare("", IPAM), END)
    good = tasks.envelope(START_TASK, *body)
    assert not ends_session(good)  # IpamApiInvalidParameter: the task is None
    assert not ends_session(tasks.envelope("urn:unknown"))
    assert not ends_session(tasks.envelope(START_TASK))
    assert ends_session(tasks.envelope(START_TASK, *body, message_id=None))
    tasks.session.error = ZeroDivisionError()
    assert ends_session(tasks.envelope(START_TASK, *body))
    tasks.session.start_task = lambda *_: None
    assert not ends_session(tasks.envelope(START_TASK, *body))


def elements_now():
    return sum(isinstance(each, StartElement) for each in gc.get_objects())


@contextmanager
def elements_left_over():
    """Keep the garbage collector away, and tell how many elements there are."""
    gc.collect()
    gc.disable()
    try:
        yield elements_now()
    finally:
        gc.enable()


@pytest.mark.parametrize("kind", ["good", "unknown", "broken body", "broken headers", "refused"])
def test_no_message_waits_for_the_garbage_collector(tasks, kind):
    """A few broken ones, of megabytes each, would be in memory at a time."""
    body = (start("", "StartTask"), declare("", IPAM), END)
    envelope = tasks.envelope("urn:unknown" if kind == "unknown" else START_TASK, *body)
    if kind == "broken body":
        envelope = envelope[:-3]
    elif kind == "broken headers":
        envelope = envelope[:-100]
    elif kind == "good":
        tasks.session.start_task = lambda *_: None
    with elements_left_over() as before:
        with suppress(EnvelopeError, BinaryXmlError):
            tasks.endpoint.process(envelope, tasks.codec, tasks.session)
        assert elements_now() == before


def test_an_answer_tells_the_log_what_it_refuses(tasks):
    def refusal(envelope):
        return tasks.endpoint.process(envelope, tasks.codec, tasks.session).refusal

    body = (start("", "StartTask"), declare("", IPAM), END)
    assert refusal(tasks.envelope("urn:unknown")).startswith("ActionNotSupported: ")
    assert refusal(tasks.envelope(START_TASK)).startswith("DeserializationFailed: ")
    tasks.session.error = IpamError(IpamExceptionId.IpamApiAccessDenied, "You may not.")
    assert refusal(tasks.envelope(START_TASK, *body)) == "IpamApiAccessDenied: You may not."
    tasks.session.error = None
    tasks.session.start_task = lambda *_: None
    assert refusal(tasks.envelope(START_TASK, *body)) == ""


def test_a_broken_string_table_is_the_end_of_a_session(operations):
    with pytest.raises(BinaryXmlError):
        operations.send(b"\x05\x04ab")
    with pytest.raises(BinaryXmlError):
        operations.request(SCOPE)


def test_a_document_that_breaks_off_before_its_body_is_told_as_what_it_is(operations):
    whole = operations.envelope(INITIALIZE)
    with pytest.raises(BinaryXmlError):
        operations.send(whole[: whole.index(b"urn:message")])


def test_what_is_no_envelope_is_told_as_what_it_is(operations):
    with pytest.raises(EnvelopeError, match="no wsa:Action"):
        operations.send(operations.envelope(None))
    assert not operations.request(SCOPE).is_fault


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_the_octets_nothing_else_escapes(tasks, data):
    pair = type(tasks)(tasks.endpoint, tasks.failures)
    envelope = bytearray(pair.envelope(START_TASK, start("", "StartTask"), declare("", IPAM), END))
    for _ in range(data.draw(st.integers(1, 4))):
        envelope[data.draw(st.integers(0, len(envelope) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(envelope)))
    for octets in (bytes(envelope), bytes(envelope[:cut])):
        try:
            pair.send(octets)
        except (BinaryXmlError, EnvelopeError):
            continue
    assert tasks.failures == []


# Mistakes in programs


def test_a_mistake_is_told_to_the_hook_and_not_to_the_client(operations):
    operations.session.error = mistake = ZeroDivisionError("secret")
    answer = operations.request(SCOPE)
    assert fault_in(answer) == INTERNAL_SERVICE_FAULT
    assert "secret" not in read_fault_error(answer).fault.reason
    assert operations.failures == [(f"the answer to {INITIALIZE}", mistake)]
    operations.session.error = None
    assert not operations.request(SCOPE).is_fault


def test_a_mistake_goes_to_the_log_where_nobody_else_asked_for_it(caplog):
    from ipam_progress.service.application import log_failure

    log_failure("the answer to something", ZeroDivisionError("why"))
    (record,) = caplog.records
    assert record.name == "ipam_progress.service"
    assert "the answer to something failed" in caplog.text
    assert "why" in caplog.text


def test_an_exception_that_cannot_be_written_is_a_mistake_too(operations):
    operations.session.error = IpamError(
        IpamExceptionId.IpamApiAccessDenied,
        "no",
        data=IpamExceptionData(ExceptionMessage="half of a pair: \ud800"),
    )
    answer = operations.request(SCOPE)
    assert fault_in(answer) == INTERNAL_SERVICE_FAULT
    assert answer.relates_to is not None
    ((_, error),) = operations.failures
    assert isinstance(error, SerializationError)
    operations.session.error = None
    assert not operations.request(SCOPE).is_fault


# Spyne's events


class Listener:
    """Writes down the events of an endpoint's application, service and protocols."""

    EVENTS = (
        "method_context_created",
        "method_call",
        "method_return_object",
        "method_return_document",
        "method_return_string",
        "method_exception_object",
        "method_exception_document",
        "method_exception_string",
        "method_context_closed",
    )

    def __init__(self, endpoint):
        self.seen = []
        self.contexts = []
        self.errors = []
        application = endpoint.app
        for event in self.EVENTS:
            self._listen(application, event)
        for event in ("before_deserialize", "after_deserialize"):
            self._listen(application.in_protocol, event)
        for event in ("before_serialize", "after_serialize"):
            self._listen(application.out_protocol, event)

    def _listen(self, source, event):
        def note(ctx):
            self.seen.append(event)
            self.contexts.append(ctx)
            self.arguments = ctx.in_object
            if ctx.out_error is not None:
                self.errors.append(ctx.out_error)

        source.event_manager.add_listener(event, note)


def test_a_call_fires_spynes_events(tasks):
    listener = Listener(tasks.endpoint)
    tasks.request(DISCOVERY)
    assert listener.seen == [
        "method_context_created",
        "before_deserialize",
        "after_deserialize",
        "method_call",
        "method_return_object",
        "before_serialize",
        "after_serialize",
        "method_return_document",
        "method_return_string",
        "method_context_closed",
    ]
    assert len({id(ctx) for ctx in listener.contexts}) == 1
    ctx = listener.contexts[-1]
    assert ctx.is_closed
    assert ctx.method_name == "StartTask"
    assert ctx.method_request_string == START_TASK
    assert listener.arguments == [IpamTaskType.Discovery, "dhcp1"]  # until the call is over
    assert ctx.in_object is None
    assert ctx.udc is tasks.session
    assert ctx.in_header_doc.action == START_TASK


def test_a_fault_fires_spynes_events(tasks):
    listener = Listener(tasks.endpoint)
    tasks.request(StartTask())
    assert listener.seen == [
        "method_context_created",
        "before_deserialize",
        "after_deserialize",
        "method_call",
        "method_exception_object",
        "before_serialize",
        "after_serialize",
        "method_exception_document",
        "method_exception_string",
        "method_context_closed",
    ]
    error = listener.errors[0]
    assert isinstance(error, _spyne.Fault)
    assert (error.faultcode, error.faultstring, error.lang) == ("Client", "task type", "en")


def test_a_message_that_is_refused_fires_them_too(tasks):
    listener = Listener(tasks.endpoint)
    tasks.send(tasks.envelope("urn:unknown"))
    assert listener.seen[:2] == ["method_context_created", "method_exception_object"]
    assert listener.errors[0].faultcode == "Client.ActionNotSupported"
    tasks.send(tasks.envelope(START_TASK, message_id=None))
    assert listener.errors[-1].faultcode == "Server.InternalServiceFault"
    tasks.send(encode_keepalive(tasks.encoder))
    assert listener.seen[-2:] == ["method_context_created", "method_context_closed"]


def test_the_service_has_listeners_of_its_own(tasks):
    from ipam_progress.service.services import IpamServerService

    seen = []
    manager = IpamServerService.event_manager
    manager.add_listener("method_call", seen.append)
    try:
        tasks.request(DISCOVERY)
    finally:
        manager.del_listener("method_call")
    assert [ctx.method_name for ctx in seen] == ["StartTask"]


def raising(error):
    def listener(_ctx):
        raise error

    return listener


def test_a_listener_may_refuse_a_call(tasks):
    events = tasks.endpoint.app.event_manager
    denied = IpamError(IpamExceptionId.IpamApiAccessDenied, "not today")
    events.add_listener("method_call", raising(denied))
    error = read_fault_error(tasks.request(DISCOVERY))
    assert error.detail.IpamExceptionData.ExceptionId is IpamExceptionId.IpamApiAccessDenied
    assert tasks.session.calls == []


@pytest.mark.parametrize(("faultcode", "code"), [("Client.Own", SENDER), ("Server", RECEIVER)])
def test_a_listener_may_refuse_in_spynes_words(tasks, faultcode, code):
    events = tasks.endpoint.app.event_manager
    events.add_listener("method_call", raising(_spyne.Fault(faultcode, "not today")))
    answer = tasks.request(DISCOVERY)
    assert fault_in(answer) == (SOAP_FAULT, code, ())
    assert read_fault_error(answer).fault.reason == "not today"


@pytest.mark.parametrize("event", ["method_call", "method_return_object", "method_return_document"])
def test_a_listener_that_fails_before_the_answer_is_encoded(tasks, event):
    mistake = ZeroDivisionError()
    tasks.endpoint.app.event_manager.add_listener(event, raising(mistake))
    for _ in range(2):
        assert fault_in(tasks.request(DISCOVERY)) == INTERNAL_SERVICE_FAULT
    assert [error for _, error in tasks.failures] == [mistake] * 2


def test_a_listener_that_fails_after_the_answer_is_encoded_does_not_keep_it_back(tasks):
    mistake = ZeroDivisionError()
    tasks.endpoint.app.event_manager.add_listener("method_return_string", raising(mistake))
    for _ in range(2):
        assert isinstance(read_answer(tasks.request(DISCOVERY), StartTask), StartTaskResponse)
    assert tasks.failures == [("a listener of the encoded answer", mistake)] * 2


def test_a_listener_that_fails_over_a_fault_does_not_keep_it_back(tasks):
    mistake = ZeroDivisionError()
    tasks.endpoint.app.event_manager.add_listener("method_exception_object", raising(mistake))
    answer = tasks.request(StartTask())
    assert answer.action == f"{START_TASK}IpamExceptionFault"
    assert tasks.failures == [("a listener of method_exception_object", mistake)]
