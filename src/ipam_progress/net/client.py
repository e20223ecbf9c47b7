"""The client: starts operations and tasks on a server, ours or Microsoft's.

`ManagementClient` is what programs use; `ClientChannel` is one connection with one session. All of
it runs in the reactor's thread and gives Deferreds; under Twisted's asyncio reactor
`Deferred.asFuture` makes them awaitable for asyncio.
"""

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from twisted.internet.defer import Deferred, inlineCallbacks
from twisted.internet.endpoints import HostnameEndpoint, connectProtocol
from twisted.internet.interfaces import IReactorTime
from twisted.python.failure import Failure

from ipam_progress import framing
from ipam_progress.binaryxml import UniqueId
from ipam_progress.contracts.core import IpamOperationWithProgressParameters
from ipam_progress.contracts.enumerations import IpamTaskType
from ipam_progress.contracts.messages import (
    InitializeOperationParameters,
    StartOperationWithCallback,
    StartTask,
)
from ipam_progress.errors import (
    ConnectionLostError,
    FramingError,
    LocalProtocolError,
    RemoteProtocolError,
    RequestTimeoutError,
)
from ipam_progress.framing import (
    ClientConnection,
    ConnectionClosed,
    EndReceived,
    EnvelopeReceived,
    FaultReceived,
    NetTcpAddress,
    SessionEnded,
    SessionOpened,
)
from ipam_progress.net.channel import Channel
from ipam_progress.net.limits import Limits
from ipam_progress.net.server import OPERATION_PATH, SERVER_PATH
from ipam_progress.net.waiter import DeferredWaiter
from ipam_progress.tracking import ProgressTracker

__all__ = ["ClientChannel", "ManagementClient", "RunningOperation"]
