"""A session of IIpamOperationWithProgress, with the callbacks that go the other way.

It fulfils for the session's machine the Protocols of `ipam_progress.session.outputs`, and encodes
its callbacks when the connection can take them.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING

from ipam_progress.contracts.messages import SetOverallStatus
from ipam_progress.errors import SerializationError
from ipam_progress.net.conversation import Conversation, MessageEndpoint
from ipam_progress.net.operation_outputs import OperationOutputs
from ipam_progress.net.recorder import ActiveOperation
from ipam_progress.net.server_parts import ServerParts
from ipam_progress.service.callbacks import encode_callback
from ipam_progress.session.outputs import OperationStart
from ipam_progress.session.server import ServerSession

if TYPE_CHECKING:
    from ipam_progress.net.server_channel import ServerChannel

__all__ = ["OperationConversation"]

_BATCH = 64
"""Callbacks that are encoded before they are written together."""


class OperationConversation(Conversation, OperationOutputs):
    """A session of IIpamOperationWithProgress, with the callbacks that go the other way.

    It fulfils `ipam_progress.session.outputs.SessionOutputs` for its `ServerSession`.
    """

    def __init__(
        self, parts: ServerParts, endpoint: MessageEndpoint, channel: ServerChannel
    ) -> None:
        super().__init__(parts, endpoint, channel)
        self._end_is_due = False
        self._pump_is_due = False
        self._session = ServerSession(
            parts.registry,
            self,
            settings=parts.session_settings,
            authorize=self._authorization.authorize if self._authorization else None,
        )

    @property
    def outbox_depth(self) -> int:
        """How many callbacks wait to be sent."""
        return len(self._session.outbox)

    def receive(self, envelope: bytes) -> None:
        """Let the service answer a message, and write the answer."""
        self._session.active()
        super().receive(envelope)

    def _end_at_once(self) -> None:
        self._session.connection_lost()
        self.end()

    def _target(self) -> ServerSession:
        return self._session

    def end_received(self) -> None:
        """Send no more callbacks, and an End at once."""
        self._session.end_received()

    def connection_lost(self) -> None:
        """Forget the callbacks; the handler goes on."""
        self._end_is_due = False
        self._count_merged()
        self._session.connection_lost()

    def stop(self) -> None:
        """Give a running handler some time, then end the session."""
        self._session.stop()

    def resumed(self) -> None:
        """Go on with the callbacks that waited."""
        self._pump()

    def _pump(self) -> None:
        """Encode and write callbacks until none waits or the transport is full."""
        self._pump_is_due = False
        self._count_merged()
        channel, outbox = self._channel, self._session.outbox
        if outbox.is_closed:
            outbox.take_all()  # whatever becomes of the connection, handlers go on
        while not channel.full:
            batch = outbox.take_all(_BATCH)
            if not batch:
                if self._end_is_due:
                    self._end_is_due = False
                    channel.send_end()
                    channel.proceed()
                return
            for message in batch:
                self._send(message)
            self._parts.counters.callbacks_sent += len(batch)
            channel.flush()
            if isinstance(batch[-1], SetOverallStatus):  # the last of all
                self._session.final_status_sent()
            self._session.active()
        outbox.begin_merging()  # the client is slower than the handler
        if self._end_is_due:
            # as long as the client reads on it gets everything; what it leaves is not kept for long
            channel.await_end()

    def _count_merged(self) -> None:
        self._parts.counters.callbacks_merged += self._session.outbox.take_merged()

    def _send(self, message: object) -> None:
        try:
            octets = encode_callback(self._codec.encoder, message)
        except SerializationError as error:
            self.log_failure(f"the callback {type(message).__name__}", error)
        else:
            self._channel.framing.send_envelope(octets)

    # --- SessionOutputs, as far as it is about the connection -------------------------------------

    @property
    def _who(self) -> str:
        return self._channel.peer

    def _begin(self, start: OperationStart) -> tuple[ActiveOperation, Future[None] | None]:
        return self._parts.recorder.begin(
            start, client=self._channel.client, address=self._channel.peer, session=self.number
        )

    def callbacks_ready(self) -> None:
        """Begin to empty the outbox, soon and in the reactor's thread."""
        if threading.get_ident() == self._parts.thread:
            self._pump_soon()
        else:
            self._parts.reactor.callFromThread(self._pump_soon)

    def _pump_soon(self) -> None:
        if not self._pump_is_due:
            self._pump_is_due = True
            self._parts.reactor.callLater(0, self._pump)

    def end(self) -> None:
        """Send an End after everything that waits."""
        self._end_is_due = True
        self._pump_soon()

    def abort(self, reason: str) -> None:
        """Drop the connection."""
        self._channel.abort(reason)
