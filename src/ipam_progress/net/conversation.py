"""Conversations: where the octets of a session, its service and its machine meet.

A channel opens a `Conversation` for each session. It hands envelopes to the service that the Via
named, and writes what comes back. What is in an envelope and what a state allows is not known here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from twisted.logger import Logger

from ipam_progress.authorization import SessionAuthorization
from ipam_progress.errors import RemoteProtocolError
from ipam_progress.events import FaultSent, RequestAnswered
from ipam_progress.net.server_parts import ServerParts
from ipam_progress.service.endpoint import Answer, Silence
from ipam_progress.service.protocol import SessionCodec
from ipam_progress.soap import shorten

if TYPE_CHECKING:
    from ipam_progress.net.server_channel import ServerChannel

__all__ = ["Conversation", "MessageEndpoint"]


class MessageEndpoint(Protocol):
    """What answers the messages of a service."""

    @property
    def name(self) -> str:
        """The port type that is served."""
        ...

    def process(
        self, envelope: bytes, codec: SessionCodec, target: Any
    ) -> Answer | Future[Answer] | Silence:
        """Answer one message; see `ipam_progress.service.endpoint.ServiceEndpoint`."""
        ...


class Conversation(ABC):
    """One session of a service.

    Args:
        parts: Of the server.
        endpoint: Answers its messages.
        channel: The connection that carries it.

    Attributes:
        number: What tells it from the server's other sessions.
        is_public: Whether it is for everybody, even where sessions have to be protected.
    """

    __slots__ = ("_authorization", "_channel", "_codec", "_endpoint", "_parts", "number")

    log: ClassVar[Logger] = Logger()
    is_public: ClassVar[bool] = False

    def __init__(
        self, parts: ServerParts, endpoint: MessageEndpoint, channel: ServerChannel
    ) -> None:
        self._parts = parts
        self._channel = channel
        self._endpoint = endpoint
        self._codec = parts.new_codec()
        self.number = parts.number_session()
        # what the client may do is computed once ([MS-IPAMM2] 3.1.4.3); None lets it do everything
        self._authorization: SessionAuthorization | None = None
        if parts.authorizer is not None and channel.identity is not None:
            self._authorization = parts.authorizer.for_session(channel.identity)

    @property
    def service(self) -> str:
        """The port type that the session is of."""
        return self._endpoint.name

    @property
    def outbox_depth(self) -> int | None:
        """How many callbacks wait to be sent; None for a service without any."""
        return None

    def receive(self, envelope: bytes) -> None:
        """Let the service answer a message, and write the answer, now or later."""
        began: float = self._parts.reactor.seconds()
        try:
            answer = self._endpoint.process(envelope, self._codec, self._target())
        except RemoteProtocolError as error:
            # string tables are in doubt, and with them every message that would follow
            self._channel.abort(shorten(str(error), 500))
            return
        if answer is Silence.KEEPALIVE:
            self._channel.keepalive_received()
        elif isinstance(answer, Future):
            # answers go out in the order of the requests, so what comes meanwhile has to wait
            self._channel.hold()
            answer.add_done_callback(partial(self._answer_late, began))
        elif not isinstance(answer, Silence):
            self._answer(began, answer)

    def _answer_late(self, began: float, answer: Future[Answer]) -> None:
        if self._channel.carries(self):
            self._answer(began, answer.result())
        self._channel.release()

    def _answer(self, began: float, answer: Answer) -> None:
        self._channel.framing.send_envelope(answer)
        events = self._parts.events
        if answer.refusal:
            self.log.warn(
                "{peer}: refused a request: {refusal}",
                peer=self._channel.peer,
                refusal=answer.refusal,
            )
            kind, _, reason = answer.refusal.partition(": ")
            events.publish(FaultSent(self._channel.peer, kind, reason))
        if events.wants(RequestAnswered):
            now = self._parts.reactor.seconds()
            events.publish(RequestAnswered(answer.operation, now - began))
        if answer.ends_session:
            self._end_at_once()

    @abstractmethod
    def _end_at_once(self) -> None:
        """Send an End behind an answer that said that the server has failed."""

    @abstractmethod
    def _target(self) -> Any:
        """Give what the service calls."""

    @abstractmethod
    def end_received(self) -> None:
        """The client sends no more."""

    @abstractmethod
    def connection_lost(self) -> None:
        """The connection is gone, or the session failed."""

    @abstractmethod
    def stop(self) -> None:
        """The server stops."""

    @abstractmethod
    def resumed(self) -> None:
        """The transport can take octets again."""
