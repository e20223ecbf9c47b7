"""What the connections and the sessions of one server have of it, and share."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ipam_progress.authorization import Authorizer
from ipam_progress.events import Counters, EventHub
from ipam_progress.identity import IdentityResolver
from ipam_progress.limits import Limits
from ipam_progress.net.admission import Admission
from ipam_progress.net.brakes import Brakes
from ipam_progress.net.recorder import Recorder
from ipam_progress.net.runner import TwistedHandlerRunner
from ipam_progress.operations import OperationRegistry
from ipam_progress.service.protocol import SessionCodec
from ipam_progress.session.keepalive import KeepaliveMode
from ipam_progress.session.server import SessionSettings
from ipam_progress.store import Store
from ipam_progress.tasks import TaskScheduler

__all__ = ["ServerParts"]


@dataclass(slots=True, eq=False)
class ServerParts:
    """The parts of a server, each of which is described in the module of its class.

    Attributes:
        new_codec: Makes what encodes and decodes the messages of a session.
        authorizer: None lets everyone start everything.
        store: None where no records are kept.
        thread: The reactor's thread.
        stopping: Whether the server is being stopped.
        sessions: How many sessions there ever were.
    """

    reactor: Any
    registry: OperationRegistry
    limits: Limits
    keepalive: KeepaliveMode
    identities: IdentityResolver
    authorizer: Authorizer | None
    store: Store | None
    runner: TwistedHandlerRunner
    events: EventHub
    recorder: Recorder
    tasks: TaskScheduler
    session_settings: SessionSettings
    new_codec: Callable[[], SessionCodec]
    admission: Admission
    counters: Counters = field(default_factory=Counters)
    brakes: Brakes = field(default_factory=Brakes)
    thread: int = field(default_factory=threading.get_ident)
    stopping: bool = False
    sessions: int = 0

    def number_session(self) -> int:
        """Give a number that no other session of the server has had."""
        self.sessions += 1
        return self.sessions
