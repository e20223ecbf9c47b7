"""The server's machine: every state by every input, then the rules that cells cannot show."""

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ipam_progress.contracts import (
    PARAMETER_TYPES,
    CreateDhcpScopeParameters,
    DhcpFailover,
    DhcpMsmOverallCompletionStatus,
    IpamAdminOperationId,
    IpamExceptionId,
    IpamOperationWithProgressParameters,
    OverallProgressStatus,
    StartProgressCallback,
    UpdateDhcpScopeParameters,
)
from ipam_progress.errors import LocalProtocolError, StoreError
from ipam_progress.operations import OperationRegistry
from ipam_progress.progress import failed_status
from ipam_progress.session.faults import IpamError
from ipam_progress.session.outputs import HandlerKind
from ipam_progress.session.server import (
    TRANSITIONS,
    ServerAction,
    ServerInput,
    ServerSession,
    ServerState,
    SessionSettings,
)

NEW = ServerState.SESSION_INITIALIZED
READY = ServerState.OPERATION_INITIALIZED
STARTING = ServerState.OPERATION_STARTING
STARTED = ServerState.OPERATION_STARTED
ENDING = ServerState.OPERATION_ENDING
COMPLETED = ServerState.OPERATION_COMPLETED
STOPPING = ServerState.OPERATION_STOPPING
CLOSING = ServerState.OPERATION_CLOSING
ABANDONED = ServerState.OPERATION_ABANDONED
CLOSED = ServerState.CLOSED

INVALID = "fault IpamApiInvalidParameter"
DENIED = "fault IpamApiAccessDenied"
STARTS = "StartProgressCallback"
PERCENT = "SetCompletionPercentage"
SUCCESS = "SetOverallStatus CompletedWithSuccess"

REQUESTS = ("INITIALIZE_VALID", "INITIALIZE_INVALID", "START_ALLOWED", "START_DENIED")

# The table of the design, written a second time by hand, with what keeping records adds to it: what
# a connection sees of each pair. A request that a row does not have is refused; nothing else that a
# row does not have can happen.
ROWS = {
    NEW: {
        "RESUMED": (["record_start"], ABANDONED),
        "INITIALIZE_VALID": (["reply"], READY),
        "INITIALIZE_INVALID": (["end", INVALID], CLOSED),
        "INACTIVITY_TIMEOUT": (["abort"], CLOSED),
        "SERVER_STOP": (["end"], CLOSED),
        "END_RECEIVED": (["end"], CLOSED),
        "CONNECTION_LOST": ([], CLOSED),
    },
    READY: {
        "START_ALLOWED": (["record_start"], STARTING),
        "START_DENIED": ([DENIED], READY),
        "INACTIVITY_TIMEOUT": (["abort"], CLOSED),
        "SERVER_STOP": (["end"], CLOSED),
        "END_RECEIVED": (["end"], CLOSED),
        "CONNECTION_LOST": ([], CLOSED),
    },
    STARTING: {
        "START_RECORDED": (["run_handler", "reply", STARTS], STARTED),
        "START_NOT_RECORDED": (["fault IpamApiGenericErrorOccurred"], READY),
        "INACTIVITY_TIMEOUT": (["abort"], CLOSED),
        "SERVER_STOP": (["end"], CLOSED),
        "END_RECEIVED": (["end"], CLOSED),
        "CONNECTION_LOST": ([], CLOSED),
    },
    STARTED: {
        "CALLBACK": ([STARTS], STARTED),
        "HANDLER_RETURNED": (["record_end CompletedWithSuccess", PERCENT], ENDING),
        "HANDLER_FAILED": (["record_end CompletedWithFailure"], ENDING),
        "INACTIVITY_TIMEOUT": (["abort"], ABANDONED),
        "SERVER_STOP": (["timer 10"], STOPPING),
        "END_RECEIVED": (["end"], ABANDONED),
        "CONNECTION_LOST": ([], ABANDONED),
    },
    ENDING: {
        "END_ON_RECORD": ([SUCCESS], COMPLETED),
        "END_NOT_RECORDED": (["abort"], CLOSED),
        "INACTIVITY_TIMEOUT": (["abort"], CLOSED),
        "SERVER_STOP": ([], CLOSING),
        "END_RECEIVED": (["end"], CLOSED),
        "CONNECTION_LOST": ([], CLOSED),
    },
    COMPLETED: {
        "FINAL_STATUS_SENT": (["timer 30"], COMPLETED),
        "COMPLETION_TIMEOUT": (["end"], CLOSED),
        "INACTIVITY_TIMEOUT": (["abort"], CLOSED),
        "SERVER_STOP": (["end"], CLOSED),
        "END_RECEIVED": (["record_end_seen", "end"], CLOSED),
        "CONNECTION_LOST": ([], CLOSED),
    },
    STOPPING: {
        "CALLBACK": ([STARTS], STOPPING),
        "HANDLER_RETURNED": (["record_end CompletedWithSuccess", PERCENT], CLOSING),
        "HANDLER_FAILED": (["record_end CompletedWithFailure"], CLOSING),
        "INACTIVITY_TIMEOUT": (["abort"], ABANDONED),
        "STOP_TIMEOUT": (["record_end CompletedWithFailure"], CLOSING),
        "SERVER_STOP": ([], STOPPING),
        "END_RECEIVED": (["end"], ABANDONED),
        "CONNECTION_LOST": ([], ABANDONED),
    },
    CLOSING: {
        "CALLBACK": ([], CLOSING),
        "HANDLER_RETURNED": ([], CLOSING),
        "HANDLER_FAILED": ([], CLOSING),
        "END_ON_RECORD": (["end", SUCCESS], CLOSED),
        "END_NOT_RECORDED": (["abort"], CLOSED),
        "INACTIVITY_TIMEOUT": (["abort"], CLOSED),
        "SERVER_STOP": ([], CLOSING),
        "END_RECEIVED": (["end"], CLOSED),
        "CONNECTION_LOST": ([], CLOSED),
    },
    ABANDONED: {
        given.name: ([], ABANDONED) for given in ServerInput
        if given.name not in REQUESTS
    } | {
        "START_RECORDED": (["run_handler"], ABANDONED),
        "START_NOT_RECORDED": ([], CLOSED),
        "HANDLER_RETURNED": (["record_end CompletedWithSuccess"], CLOSED),
        "HANDLER_FAILED": (["record_end CompletedWithFailure"], CLOSED),
    },
    CLOSED: {
        given.name: ([], CLOSED) for given in ServerInput
        if given.name not in REQUESTS
    } | {"START_RECORDED": (["record_end CompletedWithFailure"], CLOSED)},
}  # fmt: skip


def cell(state, given):
    refused = ([INVALID], state) if given.name in REQUESTS else None
    return ROWS[state].get(given.name, refused)


def bring_to(scene, state):
    """Bring a session whose records take time to a state, by what a client and a handler do."""
    if state is not NEW:
        scene.session.initialize(scene.parameters)
    if state not in (NEW, READY):
        scene.answer = scene.session.start("urn:uuid:1")
    if state not in (NEW, READY, STARTING, CLOSED):
        scene.outputs.recording.pop().set_result(None)
    if state in (STOPPING, CLOSING):
        scene.session.stop()
    if state in (ENDING, COMPLETED, CLOSING):
        scene.call.returned(None)
    if state is COMPLETED:
        scene.outputs.recording.pop().set_result(None)
    if state in (ABANDONED, CLOSED):
        scene.session.connection_lost()
    assert scene.session.state is state
    scene.session.outbox.take_all()
    scene.outputs.trace.clear()
    scene.outputs.timers.clear()


def do(scene, given, allow):  # noqa: C901 (a case for each input)
    """Do an input by the method it comes through; timeouts and what cannot happen, directly."""
    session = scene.session
    recording = scene.outputs.recording
    match given:
        case ServerInput.RESUMED if session.state is NEW:
            handler = scene.registry.find(scene.parameters.OperationId)
            session.resume(scene.parameters, handler, attempt=2, saved_checkpoint=None)
        case ServerInput.INITIALIZE_VALID:
            session.initialize(scene.parameters)
        case ServerInput.INITIALIZE_INVALID:
            session.initialize(None)
        case ServerInput.START_ALLOWED | ServerInput.START_DENIED:
            allow.append(given is ServerInput.START_ALLOWED)
            session.start("urn:uuid:2")
        case ServerInput.START_RECORDED if recording and session.state in (STARTING, CLOSED):
            recording.pop().set_result(None)
        case ServerInput.START_NOT_RECORDED if recording and session.state is STARTING:
            recording.pop().set_exception(
                IpamError(IpamExceptionId.IpamApiGenericErrorOccurred, "no disk")
            )
        case ServerInput.END_ON_RECORD if recording and session.state in (ENDING, CLOSING):
            recording.pop().set_result(None)
        case ServerInput.END_NOT_RECORDED if recording and session.state in (ENDING, CLOSING):
            recording.pop().set_exception(StoreError("no disk"))
        case ServerInput.CALLBACK:
            session.post(StartProgressCallback())
        case ServerInput.HANDLER_RETURNED if scene.outputs.calls:
            scene.call.returned(None)
        case ServerInput.HANDLER_FAILED if scene.outputs.calls:
            scene.call.failed(RuntimeError("secret"))
        case ServerInput.SERVER_STOP:
            session.stop()
        case ServerInput.END_RECEIVED:
            session.end_received()
        case ServerInput.CONNECTION_LOST:
            session.connection_lost()
        case ServerInput.START_RECORDED if session.state is ABANDONED:
            # of one that was resumed: it has its parameters still
            resumed = scene.another()
            resumed.session.resume(
                scene.parameters,
                scene.registry.find(scene.parameters.OperationId),
                attempt=2,
                saved_checkpoint=None,
            )
            scene.session, scene.outputs = resumed.session, resumed.outputs
            scene.outputs.trace.clear()
            scene.outputs.recording.pop().set_result(None)
        case _:
            session._input(given)


@pytest.mark.parametrize(
    ("state", "given"),
    [(state, given) for state in ServerState for given in ServerInput],
    ids=lambda value: value.name,
)
def test_every_state_by_every_input(scenario, state, given):
    allow = []
    scene = scenario(
        authorize=lambda _parameters: allow[-1] if allow else True, records_take_time=True
    )
    scene.answer = None
    bring_to(scene, state)
    expected = cell(state, given)
    if expected is None:
        assert (state, given) not in TRANSITIONS
        with pytest.raises(LocalProtocolError, match="not possible in state"):
            do(scene, given, allow)
        assert scene.session.state is state
        assert not scene.outputs.trace
        return
    seen = []
    try:
        do(scene, given, allow)
    except IpamError as fault:
        seen.append(f"fault {fault.exception_id.name}")
    else:
        if given.name.startswith("INITIALIZE"):
            seen.append("reply")
    if state is STARTING and scene.answer.done():
        fault = scene.answer.exception()
        seen.append("reply" if fault is None else f"fault {fault.exception_id.name}")
    trace = [entry.partition(":")[0] for entry in scene.outputs.trace]
    seen = [entry for entry in trace if entry != "callbacks_ready"] + seen
    seen += [f"timer {timer.due - scene.outputs.now:g}" for timer in scene.outputs.pending]
    for name, *rest in scene.sent():
        seen.append(f"{name} {rest[0]}" if name == "SetOverallStatus" else name)
    assert (seen, scene.session.state) == expected
    assert TRANSITIONS[state, given][1] is expected[1]


def test_every_action_is_done_somewhere():
    assert {action for action, _ in TRANSITIONS.values()} == set(ServerAction)
    assert set(ServerSession._ACTIONS) == set(ServerAction) - {ServerAction.POST}


# InitializeOperationParameters


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        (None, "paramters is null"),
        (
            IpamOperationWithProgressParameters(OperationId=IpamAdminOperationId.CreateDhcpScope),
            "takes CreateDhcpScopeParameters, not IpamOperationWithProgressParameters",
        ),
        (
            UpdateDhcpScopeParameters(OperationId=IpamAdminOperationId.CreateDhcpScope),
            "takes CreateDhcpScopeParameters, not UpdateDhcpScopeParameters",
        ),
        (
            UpdateDhcpScopeParameters(OperationId=IpamAdminOperationId.EditDhcpScope),
            "does not perform the operation EditDhcpScope",
        ),
    ],
    ids=["null", "base type", "other type", "no handler"],
)
def test_parameters_that_nothing_can_take(scenario, parameters, words):
    scene = scenario()
    with pytest.raises(IpamError, match=words) as caught:
        scene.session.initialize(parameters)
    assert caught.value.exception_id is IpamExceptionId.IpamApiInvalidParameter
    assert scene.session.state is CLOSED
    assert scene.outputs.trace == ["end"]
    assert not scene.outputs.pending


@pytest.mark.parametrize("operation_id", IpamAdminOperationId, ids=lambda value: value.name)
def test_every_operation_can_be_initialized(outputs, operation_id):
    registry = OperationRegistry()
    registry.operation(operation_id)(lambda _parameters, _progress: None)
    session = ServerSession(registry, outputs)
    session.initialize(PARAMETER_TYPES[operation_id](OperationId=operation_id))
    assert session.state is READY


# StartOperationWithCallback


def test_the_handler_is_called_as_it_was_registered(scenario):
    scene = scenario()
    scene.run_to_started()
    assert scene.call.kind is HandlerKind.DIRECT
    assert scene.call.description == "operation CreateDhcpScope"
    assert scene.progress.subtasks == ()


def test_a_handler_that_is_done_at_once(scenario):
    scene = scenario()
    scene.outputs.at_once = lambda call: call.returned(None)
    scene.run_to_started()
    assert scene.session.state is COMPLETED
    assert scene.sent() == [
        ("StartProgressCallback", False),
        ("SetCompletionPercentage", "100"),
        ("SetOverallStatus", "CompletedWithSuccess"),
    ]


def test_an_operation_without_percentage_says_so(outputs):
    registry = OperationRegistry()
    registry.operation("CreateDhcpScope", non_deterministic=True)(lambda _p, _q: None)
    session = ServerSession(registry, outputs)
    parameters = CreateDhcpScopeParameters(OperationId=IpamAdminOperationId.CreateDhcpScope)
    session.initialize(parameters)
    session.start()
    outputs.calls[0].returned(None)
    started, final = session.outbox.take_all()
    assert started.isNonDeterministic
    assert final.overallStatus is OverallProgressStatus.CompletedWithSuccess


def test_authorization_sees_the_parameters_once(scenario):
    asked = []

    def authorize(parameters):
        asked.append(parameters)
        return len(asked) > 1

    scene = scenario(authorize=authorize)
    with pytest.raises(IpamError):
        scene.session.start()
    assert asked == []
    scene.session.initialize(scene.parameters)
    with pytest.raises(IpamError, match="not allowed to start the operation CreateDhcpScope"):
        scene.session.start()
    scene.session.start()
    with pytest.raises(IpamError, match="not due now"):
        scene.session.start()
    assert asked == [scene.parameters, scene.parameters]


def test_authorization_that_fails_opens_no_door(scenario):
    def authorize(_parameters):
        raise OSError("directory not reachable")

    scene = scenario(authorize=authorize)
    scene.session.initialize(scene.parameters)
    with pytest.raises(IpamError) as caught:
        scene.session.start()
    assert caught.value.exception_id is IpamExceptionId.IpamApiAccessDenied
    [(what, error)] = scene.outputs.failures
    assert what == "authorization of operation CreateDhcpScope"
    assert isinstance(error, OSError)


# The end of a handler


def final_of(scene):
    return scene.session.outbox.take_all()[-1]


def test_a_handler_that_returns_an_object(scenario):
    scene = scenario()
    scene.run_to_started()
    result = DhcpMsmOverallCompletionStatus(ReturnObject=DhcpFailover())
    scene.call.returned(result)
    assert final_of(scene).completionStatus is result


def test_a_handler_that_returns_something_else(scenario):
    scene = scenario()
    scene.run_to_started()
    scene.call.returned("done")
    final = final_of(scene)
    assert final.overallStatus is OverallProgressStatus.CompletedWithFailure
    [(_, error)] = scene.outputs.failures
    assert "returned 'done'; it must return None or an IpamObject" in str(error)


def test_the_text_of_a_handlers_own_exception_is_for_the_log(scenario):
    scene = scenario()
    scene.run_to_started()
    error = RuntimeError("password is hunter2")
    scene.call.failed(error)
    info = final_of(scene).completionStatus.ErrorInfo
    assert info.IpamExceptionData.ExceptionId is IpamExceptionId.IpamApiGenericErrorOccurred
    assert "hunter2" not in info.IpamExceptionData.ExceptionMessage
    assert scene.outputs.failures == [("operation CreateDhcpScope", error)]


def test_an_ipam_error_is_for_the_client(scenario):
    scene = scenario()
    scene.run_to_started()
    scene.call.failed(IpamError(IpamExceptionId.IpamApiObjectNotFound, "no such server"))
    data = final_of(scene).completionStatus.ErrorInfo.IpamExceptionData
    assert data.ExceptionId is IpamExceptionId.IpamApiObjectNotFound
    assert data.ExceptionMessage == "no such server"
    assert scene.outputs.failures == []


def test_an_exception_after_the_session_is_logged_too(scenario):
    scene = scenario()
    scene.run_to_started()
    scene.session.end_received()
    error = RuntimeError("late")
    scene.call.failed(error)
    assert scene.outputs.failures == [("operation CreateDhcpScope", error)]
    assert scene.sent() == []


def test_a_reporter_that_outlives_its_operation(scenario):
    scene = scenario()
    scene.run_to_started()
    progress = scene.progress
    scene.call.returned(None)
    with pytest.raises(LocalProtocolError, match="nothing to report any more"):
        progress.update(50)
    scene.session.connection_lost()
    progress.update(50)  # nobody is there to mind


# Time


def test_completion_timeout(scenario):
    scene = scenario()
    scene.run_to_started()
    scene.call.returned(None)
    scene.outputs.advance(300)  # the client reads slowly, but it does
    scene.session.final_status_sent()
    scene.outputs.advance(29.9)
    assert scene.session.state is COMPLETED
    scene.outputs.advance(0.1)
    assert scene.session.state is CLOSED
    assert scene.outputs.trace[-1] == "end"
    assert not scene.outputs.pending


def test_the_client_ends_in_time(scenario):
    scene = scenario()
    scene.run_to_started()
    scene.call.returned(None)
    scene.session.final_status_sent()
    scene.session.end_received()
    assert not scene.outputs.pending
    assert scene.outputs.trace.count("end") == 1


def test_what_goes_on_record_is_what_the_client_is_told(scenario):
    scene = scenario()
    scene.run_to_started()
    scene.outputs.sendable = lambda final: failed_status(ValueError(repr(final.completionStatus)))
    scene.call.returned(DhcpMsmOverallCompletionStatus())
    assert scene.outputs.trace[-1] == "record_end CompletedWithFailure"
    assert scene.sent()[-1][:2] == ("SetOverallStatus", "CompletedWithFailure")


def test_silence_is_measured_from_the_last_message(scenario):
    scene = scenario()
    scene.outputs.advance(599)
    scene.session.active()
    scene.outputs.advance(599)
    assert scene.session.state is NEW
    scene.session.active()
    scene.outputs.advance(599.5)
    assert scene.session.state is NEW
    scene.outputs.advance(0.5)
    assert scene.session.state is CLOSED
    assert scene.outputs.trace == ["abort: no message in either direction for too long"]
    assert not scene.outputs.pending


def test_silence_without_a_limit(scenario):
    scene = scenario(settings=SessionSettings(inactivity_timeout=None))
    assert not scene.outputs.timers
    scene.session.active()
    scene.session.connection_lost()
    assert scene.session.state is CLOSED


def test_a_handler_that_is_done_while_the_server_stops(scenario):
    scene = scenario(settings=SessionSettings(stop_timeout=5))
    scene.run_to_started()
    scene.session.stop()
    scene.progress.update(30)
    scene.outputs.advance(4.9)
    scene.call.returned(None)
    assert scene.session.state is CLOSED
    assert scene.sent()[-1] == ("SetOverallStatus", "CompletedWithSuccess")
    assert not scene.outputs.pending


def test_a_handler_that_is_not_done_when_the_server_stops(scenario):
    scene = scenario(settings=SessionSettings(stop_timeout=5))
    scene.run_to_started()
    part = scene.progress.subtask("Copy")
    part.update(10)
    scene.session.stop()
    scene.outputs.advance(5)
    assert scene.session.state is CLOSED
    assert scene.outputs.trace[-1] == "end"
    *_, status, final = scene.session.outbox.take_all()
    assert status.status.name == "CompletedWithError"
    assert final.overallStatus is OverallProgressStatus.CompletedWithFailure
    message = final.completionStatus.ErrorInfo.IpamExceptionData.ExceptionMessage
    assert message == "The server stopped before the operation CreateDhcpScope was completed."
    part.update(20)  # the handler goes on, nobody listens
    scene.call.returned(None)
    assert scene.sent() == []


# The outbox


def test_what_waits_is_dropped_when_the_client_ends(scenario):
    scene = scenario()
    scene.run_to_started()
    scene.progress.update(1)
    scene.session.end_received()
    assert scene.sent() == []


def test_what_waits_goes_out_before_our_own_end(scenario):
    scene = scenario()
    scene.run_to_started()
    scene.call.returned(None)
    scene.session.stop()
    assert scene.outputs.trace[-1] == "end"
    assert len(scene.sent()) == 3


def test_the_final_status_has_room_in_a_full_outbox(scenario):
    scene = scenario(settings=SessionSettings(outbox_limit=1))
    scene.run_to_started()
    progress = scene.progress
    progress.update(1)
    with pytest.raises(LocalProtocolError, match="callbacks wait for the client already"):
        progress.update(2)
    scene.call.returned(None)
    assert [name for name, *_ in scene.sent()] == [
        "StartProgressCallback",
        "SetCompletionPercentage",
        "SetCompletionPercentage",
        "SetOverallStatus",
    ]


def test_the_session_is_a_sink_for_its_reporter(scenario):
    scene = scenario()
    scene.session.wait_for_room()
    assert scene.session.room is scene.session.outbox.room


def subtask(scene):
    scene.progress.subtask("one").update(10)


STEPS = {
    "valid": lambda scene: scene.session.initialize(scene.parameters),
    "null": lambda scene: scene.session.initialize(None),
    "start": lambda scene: scene.session.start(),
    "stop": lambda scene: scene.session.stop(),
    "end": lambda scene: scene.session.end_received(),
    "lost": lambda scene: scene.session.connection_lost(),
    "time": lambda scene: scene.outputs.advance(11),
    "active": lambda scene: scene.session.active(),
    "sent": lambda scene: scene.session.final_status_sent(),
}
HANDLER_STEPS = {
    "update": lambda scene: scene.progress.update(50),
    "subtask": subtask,
    "return": lambda scene: scene.call.returned(None),
    "fail": lambda scene: scene.call.failed(ValueError()),
}


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(inputs=st.lists(st.sampled_from([*STEPS, *HANDLER_STEPS]), max_size=25))
def test_whatever_happens_the_conversation_is_one(scenario, inputs):
    scene = scenario()  # the fixture is a class: every example makes its own
    messages = []
    for step in inputs:
        if step in STEPS or scene.outputs.calls:
            with suppress(IpamError, LocalProtocolError):
                (STEPS | HANDLER_STEPS)[step](scene)
        messages += [name for name, *_ in scene.sent()]
    if messages:
        assert messages[0] == "StartProgressCallback"
        assert messages.count("StartProgressCallback") == 1
        assert messages.count("SetOverallStatus") <= 1
        if "SetOverallStatus" in messages:
            assert messages[-1] == "SetOverallStatus"
    over = scene.session.state in (ABANDONED, CLOSED)
    endings = [entry for entry in scene.outputs.trace if entry.startswith(("end", "abort"))]
    assert len(endings) <= over
    assert not (over and scene.outputs.pending)
