"""The server's side of a session: which request does what, and when ([MS-IPAMM2] 3.19.1.1).

`TRANSITIONS` is the whole of the behaviour: (state, input) to (action, next state). The state is
changed first, then the action is done, so that an action may cause the next input (a handler that
is done at once). A pair that is not in the table cannot happen unless a program makes a mistake,
and raises `LocalProtocolError`. Messages that break their contract never get here: they are
answered with a fault and change no state, nor do callbacks that a client sends (3.19.4.5).

Knows no octets, no envelopes and no Twisted; what it needs of the connection is
`ipam_progress.session.outputs.SessionOutputs`. Everything is called in the reactor's thread but
`ServerSession.post` and what it calls.
"""

from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Any, ClassVar, Final

from ipam_progress.contracts import (
    PARAMETER_TYPES,
    IpamExceptionId,
    IpamObject,
    IpamOperationWithProgressParameters,
    SetOverallStatus,
    StartProgressCallback,
)
from ipam_progress.errors import LocalProtocolError
from ipam_progress.operations import OperationHandler, OperationRegistry
from ipam_progress.progress import ProgressReporter, failed_status
from ipam_progress.session.faults import IpamError
from ipam_progress.session.outbox import DEFAULT_LIMIT, Outbox
from ipam_progress.session.outputs import (
    HandlerCall,
    HandlerCancelledError,
    OperationStart,
    SessionOutputs,
    Timer,
)

__all__ = [
    "TRANSITIONS",
    "Authorize",
    "ServerAction",
    "ServerInput",
    "ServerSession",
    "ServerState",
    "SessionSettings",
]


class ServerState(Enum):
    """Where a session stands; where it has a word, it is used."""

    __hash__ = object.__hash__  # Enum's own is written in Python and slow; equality is identity

    SESSION_INITIALIZED = "Session Initialized"
    OPERATION_INITIALIZED = "OperationWithProgress Initialized"
    OPERATION_STARTING = "OperationWithProgress Initialized, its start goes on record"
    OPERATION_STARTED = "OperationWithProgress Started"
    OPERATION_ENDING = "OperationWithProgress Started, its end goes on record"
    OPERATION_COMPLETED = "OperationWithProgress Completed"
    OPERATION_STOPPING = "OperationWithProgress Started, while the server stops"
    OPERATION_CLOSING = "OperationWithProgress Started, its end goes on record, the server stops"
    OPERATION_ABANDONED = "Closed, while the handler goes on"
    CLOSED = "Closed"


class ServerInput(Enum):
    """What can happen to a session."""

    __hash__ = object.__hash__

    RESUMED = "an operation that was interrupted is to run again, without its client"
    INITIALIZE_VALID = "InitializeOperationParameters with parameters that a handler can take"
    INITIALIZE_INVALID = "InitializeOperationParameters with parameters that nothing can take"
    START_ALLOWED = "StartOperationWithCallback by someone who may"
    START_DENIED = "StartOperationWithCallback by someone who may not"
    START_RECORDED = "the start is on record"
    START_NOT_RECORDED = "the start cannot be put on record"
    CALLBACK = "AddSubTask, SetSubTaskStatus or SetCompletionPercentage from the handler"
    HANDLER_RETURNED = "the handler returned"
    HANDLER_FAILED = "the handler raised an exception"
    END_ON_RECORD = "the end is on record"
    END_NOT_RECORDED = "the end cannot be put on record"
    FINAL_STATUS_SENT = "SetOverallStatus has left the outbox"
    COMPLETION_TIMEOUT = "no End from the client although the operation is completed"
    INACTIVITY_TIMEOUT = "no message in either direction for too long"
    STOP_TIMEOUT = "the handler still runs although the server stops"
    SERVER_STOP = "the server stops"
    END_RECEIVED = "End from the client"
    CONNECTION_LOST = "the connection is lost, or the session faulted"


class ServerAction(Enum):
    """What a session does about an input."""

    ACCEPT_PARAMETERS = "keep the parameters; reply"
    REFUSE_PARAMETERS = "fault, then End"
    REFUSE_REQUEST = "fault: not in this state"
    DENY = "fault: access denied"
    RECORD_START = "put the start on record"
    REFUSE_START = "fault: it cannot be put on record"
    REVOKE_START = "put on record that nothing came of the start"
    START = "reply, StartProgressCallback, run the handler"
    POST = "put the callback into the outbox"
    DROP = "nothing, in silence"
    RECORD_END = "put the end on record"
    COMPLETE = "SetOverallStatus"
    COMPLETE_AND_END = "SetOverallStatus, then End"
    AWAIT_END = "give the client some time for its End"
    AWAIT_HANDLER = "give the handler some time"
    RECORD_FAILURE = "put on record that the operation failed because the server stops"
    END = "End, after what waits in the outbox"
    ANSWER_END = "drop what waits in the outbox; End"
    ANSWER_LAST_END = "put on record that the client saw the end; End"
    FORGET = "drop what waits in the outbox"
    ABORT = "drop what waits in the outbox, and the connection"
    WITHHOLD = "drop the connection: its client must not be told what is not on record"


_Cell = tuple[ServerAction, ServerState]


def _transitions() -> Mapping[tuple[ServerState, ServerInput], _Cell]:
    state, given, do = ServerState, ServerInput, ServerAction
    new, ready, starting, started, ending, completed, stopping, closing, abandoned, closed = state
    requests = (
        given.INITIALIZE_VALID,
        given.INITIALIZE_INVALID,
        given.START_ALLOWED,
        given.START_DENIED,
    )
    # a request is refused in every state but the one it belongs to
    table: dict[tuple[ServerState, ServerInput], _Cell] = {
        (any_state, request): (do.REFUSE_REQUEST, any_state)
        for any_state in state
        for request in requests
    }
    # any state: the client's End, a lost connection, silence; the handler goes on
    for any_state in state:
        after = abandoned if any_state in {started, stopping} else closed
        table[any_state, given.END_RECEIVED] = (do.ANSWER_END, after)
        table[any_state, given.CONNECTION_LOST] = (do.FORGET, after)
        table[any_state, given.INACTIVITY_TIMEOUT] = (do.ABORT, after)
    table |= {
        (new, given.INITIALIZE_VALID): (do.ACCEPT_PARAMETERS, ready),
        (new, given.INITIALIZE_INVALID): (do.REFUSE_PARAMETERS, closed),
        (new, given.SERVER_STOP): (do.END, closed),
        (new, given.RESUMED): (do.RECORD_START, abandoned),
        (ready, given.START_ALLOWED): (do.RECORD_START, starting),
        (ready, given.START_DENIED): (do.DENY, ready),
        (ready, given.SERVER_STOP): (do.END, closed),
        (starting, given.START_RECORDED): (do.START, started),
        (starting, given.START_NOT_RECORDED): (do.REFUSE_START, ready),
        (starting, given.SERVER_STOP): (do.END, closed),
        (started, given.CALLBACK): (do.POST, started),
        (started, given.HANDLER_RETURNED): (do.RECORD_END, ending),
        (started, given.HANDLER_FAILED): (do.RECORD_END, ending),
        (started, given.SERVER_STOP): (do.AWAIT_HANDLER, stopping),
        (ending, given.END_ON_RECORD): (do.COMPLETE, completed),
        (ending, given.END_NOT_RECORDED): (do.WITHHOLD, closed),
        (ending, given.SERVER_STOP): (do.DROP, closing),
        (completed, given.END_RECEIVED): (do.ANSWER_LAST_END, closed),
        (completed, given.FINAL_STATUS_SENT): (do.AWAIT_END, completed),
        (completed, given.COMPLETION_TIMEOUT): (do.END, closed),
        (completed, given.SERVER_STOP): (do.END, closed),
        (stopping, given.CALLBACK): (do.POST, stopping),
        (stopping, given.HANDLER_RETURNED): (do.RECORD_END, closing),
        (stopping, given.HANDLER_FAILED): (do.RECORD_END, closing),
        (stopping, given.STOP_TIMEOUT): (do.RECORD_FAILURE, closing),
        (stopping, given.SERVER_STOP): (do.DROP, stopping),
        # the handler may be slower than its failure
        (closing, given.CALLBACK): (do.DROP, closing),
        (closing, given.HANDLER_RETURNED): (do.DROP, closing),
        (closing, given.HANDLER_FAILED): (do.DROP, closing),
        (closing, given.END_ON_RECORD): (do.COMPLETE_AND_END, closed),
        (closing, given.END_NOT_RECORDED): (do.WITHHOLD, closed),
        (closing, given.SERVER_STOP): (do.DROP, closing),
        (abandoned, given.START_RECORDED): (do.START, abandoned),
        (abandoned, given.START_NOT_RECORDED): (do.REFUSE_START, closed),
        (abandoned, given.CALLBACK): (do.DROP, abandoned),
        (abandoned, given.HANDLER_RETURNED): (do.RECORD_END, closed),
        (abandoned, given.HANDLER_FAILED): (do.RECORD_END, closed),
    }
    # the session is over: nothing matters any more but requests that crossed our End, whose sender
    # is not left without an answer where one can still go out, and what is on record
    for over in (abandoned, closed):
        for anything in given:
            if anything not in requests:
                table.setdefault((over, anything), (do.DROP, over))
    for nothing in (given.END_RECEIVED, given.CONNECTION_LOST, given.INACTIVITY_TIMEOUT):
        table[abandoned, nothing] = (do.DROP, abandoned)
        table[closed, nothing] = (do.DROP, closed)
    table[closed, given.START_RECORDED] = (do.REVOKE_START, closed)
    return table


TRANSITIONS: Final = _transitions()
"""(state, input) to (action, next state)."""

_OVER: Final = {ServerState.OPERATION_ABANDONED, ServerState.CLOSED}
"""Nothing is said or heard any more."""

Authorize = Callable[[IpamOperationWithProgressParameters], bool]
"""Tells whether the client of this session may start the operation with these parameters."""


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """The limits of a session.

    Attributes:
        outbox_limit: How many callbacks may wait before handlers have to.
        merge_progress: Whether a client that is slower than its handler gets the newest of what
            waits for it; else handlers wait.
        completion_timeout: Seconds for the client's End after the final status.
        inactivity_timeout: Seconds without a message in either direction; None for no limit.
        stop_timeout: Seconds for a running handler when the server stops.
    """

    outbox_limit: int = DEFAULT_LIMIT
    merge_progress: bool = True
    completion_timeout: float = 30.0
    inactivity_timeout: float | None = 600.0
    stop_timeout: float = 10.0


class ServerSession:
    """One session of IIpamOperationWithProgress at the server.

    `initialize` and `start` are the two requests: they return, and the (empty) reply goes out, or
    they raise `IpamError`, and a fault with that detail goes out. Where a start has to go on record
    first, `start` gives a Future, and the answer waits for it. The other inputs come from the
    connection: `end_received`, `connection_lost`, `stop`, and `active` for each message.

    Attributes:
        outbox: The callbacks that wait to go; to be emptied by the connection.
        state: Where the session stands.
    """

    __slots__ = (
        "_answer",
        "_authorize",
        "_cancel_handler",
        "_deadline",
        "_description",
        "_final",
        "_handler",
        "_inactivity",
        "_last_active",
        "_outputs",
        "_parameters",
        "_registry",
        "_reporter",
        "_settings",
        "outbox",
        "state",
    )

    def __init__(
        self,
        registry: OperationRegistry,
        outputs: SessionOutputs,
        *,
        settings: SessionSettings = SessionSettings(),
        authorize: Authorize | None = None,
    ) -> None:
        """Begin a session: the lower layer has established it.

        Args:
            registry: Finds the handler of an operation.
            outputs: The connection.
            settings: The limits.
            authorize: Who may start what; None lets everyone start everything.
        """
        self.state = ServerState.SESSION_INITIALIZED
        self._registry = registry
        self._outputs = outputs
        self._settings = settings
        self._authorize = authorize
        self._parameters: IpamOperationWithProgressParameters | None = None
        self._handler: OperationHandler | None = None
        self._reporter: ProgressReporter | None = None
        self._answer: Future[None] | None = None  # of a start that goes on record
        self._final: SetOverallStatus | None = None  # withheld until the end is on record
        self._cancel_handler: Callable[[], None] | None = None
        self._deadline: Timer | None = None
        self._inactivity: Timer | None = None
        self._description = ""
        self._last_active = 0.0
        self.outbox = Outbox(
            outputs.callbacks_ready,
            outputs.create_waiter,
            limit=self._settings.outbox_limit,
            merging=self._settings.merge_progress,
        )
        if self._settings.inactivity_timeout is not None:
            self._last_active = outputs.seconds()
            self._watch(self._settings.inactivity_timeout, self._settings.inactivity_timeout)

    # Requests

    def initialize(self, parameters: IpamOperationWithProgressParameters | None) -> None:
        """Take the parameters of an operation ([MS-IPAMM2] 3.19.4.3).

        Raises:
            IpamError: IpamApiInvalidParameter if nothing can be done with the parameters, after
                which the session ends, or if this is not their time, after which it goes on.
        """
        try:
            handler = self._find_handler(parameters)
        except IpamError as fault:
            self._input(ServerInput.INITIALIZE_INVALID, fault)
        else:
            self._input(ServerInput.INITIALIZE_VALID, (parameters, handler))

    def start(self, request_id: str = "") -> Future[None] | None:
        """Start the operation ([MS-IPAMM2] 3.19.4.4).

        Args:
            request_id: The MessageID of the request.

        Returns:
            What the answer has to wait for, the operation's start to be on record; it may fail with
            an `IpamError`. None if there is nothing to wait for.

        Raises:
            IpamError: IpamApiAccessDenied if the client may not, IpamApiInvalidParameter if there
                is nothing to start.
        """
        if self._is_allowed():
            self._input(ServerInput.START_ALLOWED, request_id)
        else:
            self._input(ServerInput.START_DENIED)
        return self._answer

    def resume(
        self,
        parameters: IpamOperationWithProgressParameters,
        handler: OperationHandler,
        *,
        attempt: int,
        saved_checkpoint: str | None,
    ) -> None:
        """Run an operation again that ended with the process; its client is gone.

        Args:
            parameters: What its client sent.
            handler: What runs it.
            attempt: Which attempt this is, from 2 on.
            saved_checkpoint: What earlier attempts saved, as JSON.
        """
        self.outbox.close()
        self._accept_parameters((parameters, handler))
        self._reporter = ProgressReporter(
            self,
            non_deterministic=handler.non_deterministic,
            attempt=attempt,
            saved_checkpoint=saved_checkpoint,
        )
        self._input(ServerInput.RESUMED, "")

    # What happens to the connection

    def active(self) -> None:
        """Note that a message has been received or sent."""
        self._last_active = self._outputs.seconds()

    def final_status_sent(self) -> None:
        """Note that SetOverallStatus has been taken from the outbox and written."""
        self._input(ServerInput.FINAL_STATUS_SENT)

    def end_received(self) -> None:
        """Go along with the client's End: no more callbacks, an End at once."""
        self._input(ServerInput.END_RECEIVED)

    def connection_lost(self) -> None:
        """Give up: the connection has gone or the session has faulted."""
        self._input(ServerInput.CONNECTION_LOST)

    def stop(self) -> None:
        """End the session because the server stops; a running handler is given some time."""
        self._input(ServerInput.SERVER_STOP)

    # What the handler does

    def post(self, message: object) -> None:
        """Send a callback, in any thread: what a reporter does for its handler.

        Raises:
            LocalProtocolError: If the operation is completed, or the outbox overflows.
        """
        # Of all inputs this one comes a hundred thousand times, and from other threads. Its cells
        # leave the state as it is, so reading the state once is enough.
        action, _ = self._cell(ServerInput.CALLBACK)
        if action is ServerAction.POST:
            self.outbox.post(message)

    def wait_for_room(self) -> None:
        """Block a thread while the outbox is full."""
        self.outbox.wait_for_room()

    @property
    def room(self) -> Awaitable[None]:
        """What a coroutine awaits while the outbox is full."""
        return self.outbox.room

    def _handler_returned(self, result: object) -> None:
        if result is not None and not isinstance(result, IpamObject):
            self._handler_failed(
                TypeError(
                    f"the handler of {self._description} returned {result!r}; it must return None "
                    "or an IpamObject (a Deferred only from a function registered with "
                    "thread=False)"
                )
            )
            return
        self._input(ServerInput.HANDLER_RETURNED, result)

    def _handler_failed(self, error: BaseException) -> None:
        if isinstance(error, HandlerCancelledError):
            error = IpamError(
                IpamExceptionId.IpamApiGenericErrorOccurred,
                f"The {self._description} was cancelled: its client had gone.",
            )
        if not isinstance(error, IpamError):
            self._outputs.log_failure(self._description, error)
        self._input(ServerInput.HANDLER_FAILED, error)

    # The machine

    def _cell(self, given: ServerInput) -> _Cell:
        cell = TRANSITIONS.get((self.state, given))
        if cell is None:
            raise LocalProtocolError(
                f"{given.value}: not possible in state {self.state.value!r}; the operation is "
                "not running, so there is nothing to report any more"
            )
        return cell

    def _input(self, given: ServerInput, subject: Any = None) -> None:
        """Let something happen.

        Args:
            given: What.
            subject: What it is about: parameters, a result, an error.
        """
        before = self.state
        action, self.state = self._cell(given)
        if self.state is not before and self._deadline is not None:
            self._deadline.cancel()  # it belonged to the state that is left
            self._deadline = None
        if self.state in _OVER and self._inactivity is not None:
            self._inactivity.cancel()
            self._inactivity = None
        self._ACTIONS[action](self, subject if action is not ServerAction.REFUSE_REQUEST else given)

    def _set_deadline(self, seconds: float, given: ServerInput) -> None:
        self._deadline = self._outputs.schedule(seconds, partial(self._deadline_passed, given))

    def _deadline_passed(self, given: ServerInput) -> None:
        self._deadline = None
        self._input(given)

    def _watch(self, seconds: float, limit: float) -> None:
        self._inactivity = self._outputs.schedule(seconds, partial(self._look, limit))

    def _look(self, limit: float) -> None:
        """Abort if there was no message for so long; else look again when there could be none."""
        self._inactivity = None
        remaining = self._last_active + limit - self._outputs.seconds()
        if remaining > 0:
            self._watch(remaining, limit)
        else:
            self._input(ServerInput.INACTIVITY_TIMEOUT)

    # Conditions

    def _find_handler(
        self, parameters: IpamOperationWithProgressParameters | None
    ) -> OperationHandler:
        """Check parameters as [MS-IPAMM2] 3.19.4.3 has it, and find what takes them."""
        if parameters is None:
            raise _invalid("The parameters of the operation are missing (paramters is null).")
        operation_id = parameters.OperationId
        expected = PARAMETER_TYPES[operation_id]
        if type(parameters) is not expected:
            raise _invalid(
                f"The operation {operation_id.value} takes {expected.__name__}, not "
                f"{type(parameters).__name__}."
            )
        handler = self._registry.find(operation_id)
        if handler is None:
            raise _invalid(f"This server does not perform the operation {operation_id.value}.")
        return handler

    def _is_allowed(self) -> bool:
        """Ask whether the client may; what is not due is refused for that reason, unasked."""
        if self._parameters is None or self._authorize is None:
            return True
        try:
            return self._authorize(self._parameters)
        except Exception as error:  # noqa: BLE001 (a hook's own mistake opens no door)
            self._outputs.log_failure(f"authorization of {self._description}", error)
            return False

    # Actions

    def _accept_parameters(
        self, subject: tuple[IpamOperationWithProgressParameters, OperationHandler]
    ) -> None:
        self._parameters, self._handler = subject
        self._description = f"operation {self._parameters.OperationId.value}"

    def _refuse_parameters(self, fault: IpamError) -> None:
        self._outputs.end()
        raise fault

    def _refuse_request(self, given: ServerInput) -> None:
        request = given.value.partition(" ")[0]
        raise _invalid(f"{request} is not due now: the session is in state {self.state.value!r}.")

    def _deny(self, _subject: None) -> None:
        raise IpamError(
            IpamExceptionId.IpamApiAccessDenied,
            f"You are not allowed to start the {self._description}.",
        )

    def _record_start(self, request_id: str) -> None:
        handler, parameters = self._handler, self._parameters
        assert handler is not None  # noqa: S101 (the table leads here only with parameters)
        assert parameters is not None  # noqa: S101 (the same)
        if self._reporter is None:
            self._reporter = ProgressReporter(self, non_deterministic=handler.non_deterministic)
        recorded = self._outputs.record_start(
            OperationStart(parameters, self._reporter, request_id, handler.resumable)
        )
        if recorded is None:
            self._input(ServerInput.START_RECORDED)
        else:
            self._answer = Future()
            recorded.add_done_callback(self._start_recorded)

    def _start_recorded(self, recorded: Future[None]) -> None:
        answer, error = self._answer, recorded.exception()
        assert answer is not None  # noqa: S101 (made before this could be called)
        if error is None:
            self._input(ServerInput.START_RECORDED)
            answer.set_result(None)
        else:
            self._input(ServerInput.START_NOT_RECORDED)
            answer.set_exception(error)

    def _refuse_start(self, _subject: None) -> None:
        self._reporter = None

    def _revoke_start(self, _subject: None) -> None:
        self._reporter = None
        reason = f"The session ended before the {self._description} began."
        self._outputs.record_end(
            failed_status(IpamError(IpamExceptionId.IpamApiGenericErrorOccurred, reason))
        )

    def _start(self, _subject: None) -> None:
        handler, parameters = self._handler, self._parameters
        assert handler is not None  # noqa: S101 (the table leads here only with parameters)
        self._handler = self._parameters = None
        self.post(StartProgressCallback(isNonDeterministic=handler.non_deterministic))
        cancel = self._outputs.run_handler(
            HandlerCall(
                description=self._description,
                kind=handler.kind,
                invoke=partial(handler.function, parameters, self._reporter),
                returned=self._handler_returned,
                failed=self._handler_failed,
            )
        )
        if handler.cancel_when_client_leaves and self._reporter is not None:  # it still runs
            self._cancel_handler = cancel

    def _record_end(self, outcome: IpamObject | BaseException | None) -> None:
        """Post all that is left to say but the final status, which has to be on record first."""
        reporter, self._reporter = self._reporter, None
        assert reporter is not None  # noqa: S101 (the table leads here only from Started)
        self._cancel_handler = None
        if isinstance(outcome, BaseException):
            reporter.fail(outcome, self._post_last)
        else:
            reporter.succeed(outcome, self._post_last)
        assert self._final is not None  # noqa: S101 (every conclusion has one)
        if outcome is not None:  # it may hold what no message can
            self._final = self._outputs.sendable(self._final)
        recorded = self._outputs.record_end(self._final)
        if recorded is None:
            self._input(ServerInput.END_ON_RECORD)
        else:
            recorded.add_done_callback(self._end_recorded)

    def _post_last(self, message: object) -> None:
        if isinstance(message, SetOverallStatus):
            self._final = message
        else:
            self.outbox.post_last(message)

    def _end_recorded(self, recorded: Future[None]) -> None:
        self._input(
            ServerInput.END_ON_RECORD
            if recorded.exception() is None
            else ServerInput.END_NOT_RECORDED
        )

    def _complete(self, _subject: None) -> None:
        final, self._final = self._final, None
        self.outbox.post_last(final)

    def _await_end(self, _subject: None) -> None:
        self._set_deadline(self._settings.completion_timeout, ServerInput.COMPLETION_TIMEOUT)

    def _complete_and_end(self, _subject: None) -> None:
        self._complete(None)
        self._outputs.end()

    def _record_failure(self, _subject: None) -> None:
        self._record_end(
            IpamError(
                IpamExceptionId.IpamApiGenericErrorOccurred,
                f"The server stopped before the {self._description} was completed.",
            )
        )

    def _await_handler(self, _subject: None) -> None:
        assert self._reporter is not None  # noqa: S101 (the table leads here only from Started)
        self._reporter.cancel("the server stops")
        self._set_deadline(self._settings.stop_timeout, ServerInput.STOP_TIMEOUT)

    def _end(self, _subject: None) -> None:
        self._outputs.end()

    def _answer_end(self, _subject: None) -> None:
        self._forget(None)
        self._outputs.end()

    def _answer_last_end(self, _subject: None) -> None:
        if not len(self.outbox):  # else it ends the session although there is more to come
            self._outputs.record_end_seen()
        self._answer_end(None)

    def _forget(self, _subject: None) -> None:
        self.outbox.close()
        if self._reporter is not None:
            self._reporter.cancel("the client has gone")
        cancel, self._cancel_handler = self._cancel_handler, None
        if cancel is not None:
            cancel()

    def _abort(self, _subject: None) -> None:
        self._forget(None)
        self._outputs.abort("no message in either direction for too long")

    def _withhold(self, _subject: None) -> None:
        self._forget(None)
        self._outputs.abort(
            f"how the {self._description} ended cannot be put on record, so its client is not told"
        )

    def _drop(self, _subject: object) -> None:
        """Do nothing: the session is over, or it is done already."""

    _ACTIONS: ClassVar[Mapping[ServerAction, Callable[[Any, Any], None]]] = {
        ServerAction.ACCEPT_PARAMETERS: _accept_parameters,
        ServerAction.REFUSE_PARAMETERS: _refuse_parameters,
        ServerAction.REFUSE_REQUEST: _refuse_request,
        ServerAction.DENY: _deny,
        ServerAction.RECORD_START: _record_start,
        ServerAction.REFUSE_START: _refuse_start,
        ServerAction.REVOKE_START: _revoke_start,
        ServerAction.START: _start,
        ServerAction.DROP: _drop,
        ServerAction.RECORD_END: _record_end,
        ServerAction.COMPLETE: _complete,
        ServerAction.COMPLETE_AND_END: _complete_and_end,
        ServerAction.AWAIT_END: _await_end,
        ServerAction.AWAIT_HANDLER: _await_handler,
        ServerAction.RECORD_FAILURE: _record_failure,
        ServerAction.END: _end,
        ServerAction.ANSWER_END: _answer_end,
        ServerAction.ANSWER_LAST_END: _answer_last_end,
        ServerAction.FORGET: _forget,
        ServerAction.ABORT: _abort,
        ServerAction.WITHHOLD: _withhold,
    }
    """What is done for an action; POST is done by `post`, in any thread."""


def _invalid(message: str) -> IpamError:
    return IpamError(IpamExceptionId.IpamApiInvalidParameter, message)
