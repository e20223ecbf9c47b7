"""One connection of a client, with one session: requests and their answers, callbacks, the end."""

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.threads import deferToThread
from twisted.python.failure import Failure

from ipam_progress import framing
from ipam_progress.binaryxml import UniqueId
from ipam_progress.errors import (
    ConnectionLostError,
    FramingError,
    LocalProtocolError,
    ProtocolError,
    RemoteProtocolError,
    RequestTimeoutError,
    SecurityError,
)
from ipam_progress.framing import (
    ClientConnection,
    ConnectionClosed,
    EndReceived,
    EnvelopeReceived,
    FaultReceived,
    SessionEnded,
    SessionOpened,
    State,
    UpgradeAccepted,
)
from ipam_progress.limits import Limits
from ipam_progress.net.channel import Channel
from ipam_progress.net.codecs import codec_factory
from ipam_progress.net.tcp_keepalive import bound_retransmission
from ipam_progress.net.upgrades import UpgradeMaker
from ipam_progress.security.upgrade import StreamUpgrade
from ipam_progress.service.callbacks import is_callback, read_callback
from ipam_progress.service.client import encode_keepalive, encode_request, read_answer
from ipam_progress.service.declarations import OPERATIONS
from ipam_progress.service.incoming import Incoming, read_incoming
from ipam_progress.session.keepalive import KeepaliveSender

__all__ = ["ClientChannel"]

_Pending = tuple["Deferred[Any]", type[Any]]
"""Who waits for an answer, and the class of the request."""


class ClientChannel(Channel):
    """A connection to a server, with one session.

    Attributes:
        opened: Fires when the session is open, or fails.

    Args:
        via: The URI of the service.
        timeout: Seconds for the session to open and for each reply.
        limits: What the server can make us spend.
        clock: Tells the time and calls back.
        take_callback: Gets what the server calls us with, in order.
        take_end: Gets the reason when the session is over, orderly or not, once.
        upgrades: Makes the upgrade of the session; None for a session without.
        keepalive: Whether to tell the server now and then that we are still there.
        new_message_id: Makes the identifier of a request.
    """

    framing: ClientConnection

    def __init__(
        self,
        via: str,
        *,
        timeout: float,
        limits: Limits,
        clock: IReactorTime,
        take_callback: Callable[[Any], None],
        take_end: Callable[[str], None],
        upgrades: UpgradeMaker | None = None,
        keepalive: bool = False,
        new_message_id: Callable[[], UniqueId] = UniqueId.random,
    ) -> None:
        super().__init__(
            ClientConnection(framing.Limits(envelope=limits.envelope)),
            clock,
            limits=limits,
        )
        self.opened: Deferred[ClientChannel] = Deferred()
        self._via = via
        self._timeout = timeout
        self._codec = codec_factory(limits)()
        self._take_callback = take_callback
        self._take_end = take_end
        self._upgrades = upgrades
        self._sends_keepalives = keepalive
        self._keepalive: KeepaliveSender | None = None
        self._has_sent_keepalives = False
        self._new_message_id = new_message_id
        # keyed by the text of the MessageID: a server may write it in another form than we did
        self._pending: dict[str, _Pending] = {}
        self._is_over = False
        self._gone: list[Deferred[None]] | None = []

    # --- For those above -------------------------------------------------------------------------

    def request(self, message: object, message_id: UniqueId | None = None) -> Deferred[Any]:
        """Send a request.

        Args:
            message: One of the requests of `ipam_progress.contracts.messages`.
            message_id: What identifies it; None to have one made.

        Returns:
            What fires with the body of the reply, or fails: with `SoapFaultError` for a fault,
            `RequestTimeoutError` when no answer comes, `ConnectionLostError` or another
            `RemoteProtocolError` when the session goes.

        Raises:
            SerializationError: If the message holds a value that does not fit.
            LocalProtocolError: If the session is not open.
        """
        kind = type(message)
        if message_id is None:
            message_id = self._new_message_id()
        octets = encode_request(self._codec.encoder, message, message_id, self._via)
        self.framing.send_envelope(octets)
        if self._keepalive is not None:
            self._keepalive.message_passed()
        answer: Deferred[Any] = Deferred()
        self._pending[str(message_id)] = (answer, kind)
        timer = self.clock.callLater(
            self._timeout,
            self._fail,
            RequestTimeoutError(
                f"no answer to {OPERATIONS[kind].name} within {self._timeout:g} seconds"
            ),
        )

        def answered(result: Any) -> Any:
            if timer.active():
                timer.cancel()
            return result

        answer.addBoth(answered)
        self.flush()
        return answer

    def send_keepalive(self) -> None:
        """Tell the server that we are still there (for a `KeepaliveSender`)."""
        self._has_sent_keepalives = True
        self.framing.send_envelope(encode_keepalive(self._codec.encoder))
        self.flush()

    def end(self) -> Deferred[None]:
        """End the session in order and close the connection.

        Returns:
            What fires when the connection is gone.
        """
        gone: Deferred[None] = Deferred()
        if self._gone is None:
            gone.callback(None)
            return gone
        self._gone.append(gone)
        self._stop_keepalives()
        if self.framing.state in {State.OPENED, State.OPEN}:
            self.framing.send_end()
            self.flush()
            self.set_deadline(
                self._limits.close_timeout, self.abort, "no End came in answer to ours"
            )
        elif self.framing.state is not State.LOCAL_ENDED:
            self.close()
        return gone

    def abort(self, reason: str) -> None:
        """Drop the connection at once; requests that wait fail for this reason."""
        self._fail(ConnectionLostError(reason))

    # --- What Twisted calls ----------------------------------------------------------------------

    def connectionMade(self) -> None:
        """Begin the session."""
        super().connectionMade()
        bound_retransmission(self.transport.getHandle(), self._limits.tcp_keepalive)
        self.set_deadline(
            self._timeout, self.abort, f"no session was opened within {self._timeout:g} seconds"
        )
        try:
            upgrade = None if self._upgrades is None else self._upgrades.protocol
            self.framing.send_preamble(self._via, upgrade=upgrade)
        except LocalProtocolError as error:  # a URI that is too long
            self._fail(error)
        self.flush()

    def _lost(self, reason: Failure) -> None:
        what = f"the connection was lost: {reason.getErrorMessage()}"
        if self._upgrades is None and self.framing.state is State.PREAMBLE_ACK:
            # so do WCF's servers and ours, without a fault
            what += "; a server that demands security drops clients that ask for none"
        self._over(ConnectionLostError(what))
        gone, self._gone = self._gone or [], None
        for waiting in gone:
            waiting.callback(None)

    def _over(self, error: Exception) -> None:
        """Tell everyone who waits that the session is over; the first reason counts."""
        if self._is_over:
            return
        self._is_over = True
        self._stop_keepalives()
        pending, self._pending = self._pending, {}
        if not self.opened.called:
            self.opened.errback(error)
        for answer, _ in pending.values():
            answer.errback(error)
        self._take_end(str(error))

    def _fail(self, error: Exception) -> None:
        self._over(error)
        self._drop()

    def _stop_keepalives(self) -> None:
        keepalive, self._keepalive = self._keepalive, None
        if keepalive is not None:
            keepalive.stop()

    # --- Events ----------------------------------------------------------------------------------

    def _framing_failed(self, error: FramingError) -> None:
        self._fail(error)

    def _upgrade_accepted(self, event: UpgradeAccepted) -> None:
        upgrades = self._upgrades
        assert upgrades is not None  # or none was asked for
        if upgrades.may_wait:
            self.hold()
            making = deferToThread(upgrades.new_upgrade)
            making.addCallback(self._upgrade_made)
            making.addErrback(self._upgrade_not_made)
        else:
            self.begin_upgrade(upgrades.new_upgrade())

    def _upgrade_made(self, upgrade: StreamUpgrade) -> None:
        if self.framing.state is State.UPGRADING:  # the connection is still there
            self.begin_upgrade(upgrade)
            self.release()

    def _upgrade_not_made(self, failure: Failure) -> None:
        assert isinstance(failure.value, Exception)
        self._fail(failure.value)

    def _upgrade_failed(self, error: SecurityError) -> None:
        self._over(error)
        self.close()

    def _session_opened(self, event: SessionOpened) -> None:
        self.clear_deadline()
        if self._sends_keepalives:
            self._keepalive = KeepaliveSender(self, interval=self._limits.keepalive_interval)
        self.opened.callback(self)

    def _envelope_received(self, event: EnvelopeReceived) -> None:
        try:
            incoming = read_incoming(self._codec.decoder, event.payload)
            if is_callback(incoming):
                self._take_callback(read_callback(incoming))
            elif self._has_sent_keepalives and incoming.is_fault and incoming.relates_to is None:
                self._keepalive_refused()
            else:
                self._answered(incoming)
        except RemoteProtocolError as error:
            self._fail(error)

    def _keepalive_refused(self) -> None:
        """Send no more to a server that knows none: one of .NET Framework ends the session.

        A Keepalive has no MessageID. What is said to a request names it, so a fault that names none
        is about a Keepalive, where any has been sent.
        """
        if self._keepalive is not None:
            self._stop_keepalives()
            self.log.warn(
                "{peer}: the server does not know Keepalives, no more are sent to it in this"
                " session; it may end the session for that: connect to it without keepalive",
                peer=self.peer,
            )

    def _answered(self, incoming: Incoming) -> None:
        """Give an answer to whoever waits for it, a fault without address to the first in line."""
        if incoming.relates_to is not None:
            message_id = str(incoming.relates_to).strip().lower()
        else:
            message_id = next(iter(self._pending), "") if incoming.is_fault else ""
        pending = self._pending.pop(message_id, None)
        if pending is None:
            self.log.warn(
                "{peer}: {action!r} answers nothing that was asked",
                peer=self.peer,
                action=incoming.action,
            )
            return
        answer, kind = pending
        try:
            reply = read_answer(incoming, kind)
        except ProtocolError as error:
            answer.errback(error)
        else:
            answer.callback(reply)

    def _end_received(self, event: EndReceived) -> None:
        if self.framing.state is State.PEER_ENDED:  # the server has begun
            self.framing.send_end()

    def _session_ended(self, event: SessionEnded) -> None:
        self._over(ConnectionLostError("the session has ended"))
        self.close()

    def _fault_received(self, event: FaultReceived) -> None:
        reason = _FAULT_TEXTS.get(event.uri, f"the server sent the fault {event.uri!r}")
        self._over(FramingError(reason, fault=event.uri))
        self.close()

    def _connection_closed(self, event: ConnectionClosed) -> None:
        self._over(ConnectionLostError("the server closed the connection"))
        self.close()


_FAULT_TEXTS = {
    framing.faults.ENDPOINT_NOT_FOUND: "the server has no service at this address; check the path",
    framing.faults.MAX_MESSAGE_SIZE_EXCEEDED: "the server does not take messages of this size",
    framing.faults.CONTENT_TYPE_INVALID: "the service does not speak binary XML with sessions",
    framing.faults.UNSUPPORTED_MODE: "the service does not serve duplex sessions",
    framing.faults.UPGRADE_INVALID: "the service does not offer the security that was asked for",
}
