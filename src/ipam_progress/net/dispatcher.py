"""Conversations: where the octets of a session, its service and its machine meet.

A channel opens a `Conversation` for each session. It hands envelopes to the service that the Via
named, writes what comes back, and fulfils for the session's machine the Protocols of
`ipam_progress.session.outputs`. What is in an envelope and what a state allows is not known here.
"""

import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger

from ipam_progress.contracts.enumerations import IpamTaskType
from ipam_progress.errors import RemoteProtocolError, SerializationError
from ipam_progress.framing import State
from ipam_progress.net.waiter import DeferredWaiter
from ipam_progress.service import (
    Endpoint,
    SessionCodec,
    encode_callback,
    ipam_server_endpoint,
    operation_with_progress_endpoint,
)
from ipam_progress.session.outputs import HandlerCall
from ipam_progress.session.server import ServerSession, SessionSettings

if TYPE_CHECKING:
    from ipam_progress.net.server import ManagementServer, ServerChannel

__all__ = ["Conversation", "OperationConversation", "TaskConversation"]

_BATCH = 64
"""Callbacks that are encoded before the transport is asked whether it can take more."""


class Conversation:
    """One session of a service.

    Args:
        server: Whose session it is.
        channel: The connection that carries it.
    """

    __slots__ = ("_channel", "_codec", "_endpoint", "_receiver", "_server")

    log: ClassVar[Logger] = Logger()

    def __init__(
        self, server: "ManagementServer", channel: "ServerChannel", endpoint: Endpoint
    ) -> None:
        self._server = server
        self._channel = channel
        self._endpoint = endpoint
        self._codec = SessionCodec.create(server.limits.codec)
        self._receiver: object = self

    def receive(self, envelope: bytes) -> None:
        """Let the service answer a message, and write the answer."""
        try:
            answer = self._endpoint.process(envelope, self._codec, self._receiver)
        except RemoteProtocolError as error:
            # the string table is in doubt, and with it every message that would follow
            self._channel.abort(str(error))
            return
        if answer.octets is not None:
            self._channel.framing.send_envelope(answer.octets)
        if answer.ends_session:
            self._close()

    def end_received(self) -> None:
        """The client sends no more."""
        raise NotImplementedError

    def connection_lost(self) -> None:
        """The connection is gone, or the session failed."""
        raise NotImplementedError

    def stop(self) -> None:
        """The server stops."""
        raise NotImplementedError

    def resumed(self) -> None:
        """The transport can take octets again."""
