"""One connection to the server, over all the sessions that it carries.

Each session is a conversation of the service that its preamble named. Here is said how sessions
begin and end, what a client that breaks the rules is told, and how long one is waited for.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.error import ConnectionAborted
from twisted.internet.interfaces import IAddress
from twisted.python.failure import Failure

from ipam_progress import events
from ipam_progress.errors import FramingError, SecurityError
from ipam_progress.framing import (
    ConnectionClosed,
    Drained,
    EndReceived,
    EnvelopeReceived,
    FaultReceived,
    PreambleReceived,
    ServerConnection,
    ServerSettings,
    SessionEnded,
    SessionOpened,
    State,
    UpgradeRequested,
    faults,
)
from ipam_progress.identity import Identity
from ipam_progress.net.channel import Channel
from ipam_progress.net.conversation import Conversation
from ipam_progress.net.server_parts import ServerParts
from ipam_progress.net.upgrades import UpgradeMaker
from ipam_progress.security.upgrade import AuthenticatedPeer
from ipam_progress.session.keepalive import KeepaliveMode, KeepaliveWatch

__all__ = ["Door", "OpenListener", "ServerChannel"]

_UNSENT: Final = 64 * 1024
"""Octets that the system may keep for a client before the client's window takes them."""

_UNSENT_OPTION: Final[int | None] = getattr(socket, "TCP_NOTSENT_LOWAT", None)
"""Linux and macOS have it."""

_IN_PREAMBLE: Final = frozenset({State.MODE, State.VIA, State.ENCODING, State.UPGRADE})
"""A preamble has begun and is not complete."""


@dataclass(frozen=True, slots=True)
class OpenListener:
    """What a connection has from the listener that it came in by.

    Attributes:
        framing_settings: What its preambles may ask for.
        upgrades: Makes the upgrades of its sessions; None where nothing is protected.
    """

    framing_settings: ServerSettings
    upgrades: UpgradeMaker | None


class Door(Protocol):
    """Where connections come in and go out."""

    def entered(self, channel: ServerChannel, host: str) -> str | None:
        """Count a connection in; tell why if it may not stay."""
        ...

    def left(self, channel: ServerChannel, host: str) -> None:
        """Count a connection out."""
        ...

    def service_at(self, via: str) -> Callable[[ServerChannel], Conversation] | None:
        """Find the service that a Via names."""
        ...


class ServerChannel(Channel):
    """A connection to the server, over all the sessions that it carries.

    Args:
        parts: Of the server.
        door: Lets it in, and shows it to the services.
        listener: That it came in by.

    Attributes:
        identity: Who the session's client is; None where nothing protects it.
        via: The address that the session's client has asked for.
    """

    framing: ServerConnection

    def __init__(self, parts: ServerParts, door: Door, listener: OpenListener) -> None:
        super().__init__(
            ServerConnection(listener.framing_settings),
            parts.reactor,
            limits=parts.limits,
        )
        self._parts = parts
        self._door = door
        self.identity: Identity | None = None
        self.via = ""
        self._listener = listener
        self._host = ""
        self._conversation: Conversation | None = None
        self._watch: KeepaliveWatch | None = None
        self._open_conversation: Callable[[ServerChannel], Conversation] | None = None

    # --- For those above -------------------------------------------------------------------------

    @property
    def client(self) -> str:
        """The name of the session's client; empty where nobody knows it."""
        return "" if self.identity is None else self.identity.name

    def evict(self, reason: str) -> None:
        """Go because others need the room (an `ipam_progress.net.admission.Guest`)."""
        self.abort(reason)

    @property
    def outbox_depth(self) -> int | None:
        """How many callbacks wait for the client; None where there are none to come."""
        return None if self._conversation is None else self._conversation.outbox_depth

    def carries(self, conversation: Conversation) -> bool:
        """Tell whether a session is still there and may be sent messages."""
        return self._conversation is conversation and self.framing.state is not State.LOCAL_ENDED

    def stop(self) -> None:
        """End the session, if there is one, and the connection."""
        if self._conversation is not None:
            self._conversation.stop()
            self.proceed()
        elif self.framing.state is not State.DRAINING:
            self.close()

    def keepalive_received(self) -> None:
        """Expect more of them from a client that has begun to send them."""
        if self._watch is None and self._parts.keepalive is KeepaliveMode.OBSERVED:
            self._begin_watch()

    def _begin_watch(self) -> None:
        limits = self._parts.limits
        self._watch = KeepaliveWatch(
            self, interval=limits.keepalive_interval, grace=limits.keepalive_grace
        )

    def send_end(self) -> None:
        """Say that no more messages go in this session; `proceed` is to follow."""
        if self.framing.state is State.LOCAL_ENDED:
            return  # it has been said
        self.framing.send_end()
        if self.framing.state is not State.ENDED:
            self.await_end()

    def await_end(self) -> None:
        """Give the client some time to read what is left for it and to end the session."""
        self.set_deadline(self._parts.limits.close_timeout, self._no_end_came)

    def _no_end_came(self) -> None:
        """Close without the client's End; what is on its way to a slow client still arrives."""
        self.log.warn(
            "{peer}: connection closed: the session's end was not answered in time", peer=self.peer
        )
        self._leave_conversation()
        self.close()

    # --- What Twisted calls ----------------------------------------------------------------------

    def connectionMade(self) -> None:
        """Let the connection in, or turn it away."""
        super().connectionMade()
        address = self.transport.getPeer()
        self._host = _host_of(address)
        if _UNSENT_OPTION is not None and isinstance(address, IPv4Address | IPv6Address):
            # Otherwise the system takes megabytes for a client that is slow, who then hears for
            # half a minute what was true before, and seems to keep up with everything.
            with suppress(OSError):  # not every kernel that has the number has the option
                self.transport.getHandle().setsockopt(socket.IPPROTO_TCP, _UNSENT_OPTION, _UNSENT)
        refusal = self._door.entered(self, self._host)
        if refusal is None:
            self.set_deadline(
                self._parts.limits.preamble_timeout, self.abort, "no session was opened in time"
            )
        else:
            self.abort(refusal)

    def _drop(self) -> bool:
        dropped = super()._drop()
        self._leave_conversation()
        return dropped

    def _lost(self, reason: Failure) -> None:
        in_session = self._conversation is not None
        if not reason.check(ConnectionAborted) and (in_session or self._is_in_preamble()):
            self.log.warn(
                "{peer}: connection lost: {reason}",
                peer=self.peer,
                reason=reason.getErrorMessage(),
            )
        self._leave_conversation()
        self._door.left(self, self._host)

    def _resumed(self) -> None:
        if self._conversation is not None:
            self._conversation.resumed()

    def _leave_conversation(self) -> None:
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.stop()
        conversation, self._conversation = self._conversation, None
        if conversation is not None:
            conversation.connection_lost()
            self._parts.events.publish(events.SessionClosed(conversation.number))

    def _is_in_preamble(self) -> bool:
        """Tell whether a preamble has begun and is not complete."""
        return self.framing.state in _IN_PREAMBLE

    # --- Events ----------------------------------------------------------------------------------

    def _framing_failed(self, error: FramingError) -> None:
        self._leave_conversation()
        if error.fault is None:
            self.abort(str(error))
            return
        self.log.warn(
            "{peer}: {reason}; sent the fault {fault}",
            peer=self.peer,
            reason=error,
            fault=faults.short_name(error.fault),
        )
        self._parts.events.publish(
            events.FaultSent(self.peer, faults.short_name(error.fault), str(error))
        )
        self.stop_sending()
        self.set_deadline(
            self._parts.limits.close_timeout, self.abort, "the fault was not read in time"
        )

    def _upgrade_requested(self, event: UpgradeRequested) -> None:
        delay = self._parts.brakes.delay(self._host, self.clock.seconds())
        if delay:
            self.hold()
            self.clock.callLater(delay, self._upgrade_late)
        else:
            self._begin_upgrade()

    def _upgrade_late(self) -> None:
        """Go on with a client that had to wait."""
        if self.framing.state is State.UPGRADING:
            self._begin_upgrade()
            self.release()

    def _begin_upgrade(self) -> None:
        upgrades = self._listener.upgrades
        assert upgrades is not None  # no upgrade is offered where there is none
        self.begin_upgrade(upgrades.new_upgrade())

    def _authenticated(self, peer: AuthenticatedPeer) -> None:
        self._parts.brakes.succeeded(self._host)
        self.identity = self._parts.identities.identify(
            peer.name,
            peer.mechanism,
            user_sid=peer.user_sid,
            group_sids=peer.group_sids,
            address=self.peer,
        )

    def _upgrade_failed(self, error: SecurityError) -> None:
        if self._conversation is None:
            self._parts.brakes.failed(self._host, self.clock.seconds())
        self._leave_conversation()
        self.log.warn("{peer}: connection refused: {reason}", peer=self.peer, reason=error)
        self._parts.events.publish(events.HandshakeFailed(self.peer, str(error)))
        self.close()

    def _preamble_received(self, event: PreambleReceived) -> None:
        self.via = event.via
        self._open_conversation = self._door.service_at(event.via)

    def _session_opened(self, event: SessionOpened) -> None:
        assert self._open_conversation is not None  # no other Via is accepted
        conversation = self._open_conversation(self)
        is_protected = self._listener.upgrades is None or self.identity is not None
        if not (is_protected or conversation.is_public):
            # the framing layer goes by the Via; one mistake there is not to let anybody in
            conversation.connection_lost()
            self.abort("what is asked for is not for everybody")
            return
        self._parts.admission.session_opened(self)
        self.clear_deadline()
        if self._parts.keepalive is KeepaliveMode.REQUIRED:
            self._begin_watch()
        self._conversation = conversation
        self._parts.events.publish(
            events.SessionOpened(conversation.number, conversation.service, self.client, self.peer)
        )

    def _envelope_received(self, event: EnvelopeReceived) -> None:
        if self._watch is not None:
            self._watch.message_passed()
        # what crosses our End comes too late: nothing may be sent any more, not even a fault
        if self.framing.state is not State.LOCAL_ENDED:
            assert self._conversation is not None
            self._conversation.receive(event.payload)

    def _end_received(self, event: EndReceived) -> None:
        if self.framing.state is State.PEER_ENDED:  # it does not answer ours
            assert self._conversation is not None
            self._conversation.end_received()

    def _session_ended(self, event: SessionEnded) -> None:
        self._leave_conversation()
        self.identity = None
        if self._parts.stopping:
            self.close()
        else:
            self._parts.admission.await_session(self)
            self.set_deadline(self._parts.limits.idle_timeout, self._no_next_session)

    def _no_next_session(self) -> None:
        """Close a connection that its client keeps for later, as clients expect."""
        if self._is_in_preamble():
            self.abort("no further session was opened in time")
        else:
            self.close()

    def _fault_received(self, event: FaultReceived) -> None:
        self.abort(f"the client sent the fault {faults.short_name(event.uri)!r}")

    def _connection_closed(self, event: ConnectionClosed) -> None:
        self._leave_conversation()
        self.close()

    def _drained(self, event: Drained) -> None:
        if event.complete:
            self.close()
        else:
            self.abort("the client went on sending after it was sent a fault")


def _host_of(address: IAddress) -> str:
    """Give what connections are counted by; those that come without IP count as one address."""
    return address.host if isinstance(address, IPv4Address | IPv6Address) else ""
