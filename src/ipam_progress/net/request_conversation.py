"""A session of requests that are answered, with no calls the other way and no state between them.

What such services (tasks, history, metadata) have in common: how a session ends, and that one in
which nothing is asked for too long is not kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.interfaces import IDelayedCall

from ipam_progress.net.conversation import Conversation, MessageEndpoint
from ipam_progress.net.server_parts import ServerParts

if TYPE_CHECKING:
    from ipam_progress.net.server_channel import ServerChannel

__all__ = ["RequestConversation"]


class RequestConversation(Conversation):
    """A session of requests and replies; a subclass has what the service's methods call."""

    __slots__ = ("_silence",)

    def __init__(
        self, parts: ServerParts, endpoint: MessageEndpoint, channel: ServerChannel
    ) -> None:
        super().__init__(parts, endpoint, channel)
        self._silence: IDelayedCall = parts.reactor.callLater(
            parts.limits.receive_timeout, channel.abort, "no message for too long"
        )

    def receive(self, envelope: bytes) -> None:
        """Let the service answer a message, and write the answer."""
        self._silence.reset(self._parts.limits.receive_timeout)
        super().receive(envelope)

    def _end_at_once(self) -> None:
        self._channel.send_end()

    def _target(self) -> Any:
        return self

    def end_received(self) -> None:
        """Answer the client's End."""
        self._channel.send_end()

    def connection_lost(self) -> None:
        """Stop waiting for messages."""
        if self._silence.active():
            self._silence.cancel()

    def stop(self) -> None:
        """End the session."""
        self._channel.send_end()

    def resumed(self) -> None:
        """Do nothing: no more is written than was asked for, nothing waits."""
