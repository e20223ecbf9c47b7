"""TCP's own means to notice that the machine of a peer has gone.

While nobody sends, the system probes the peer: `enable_keepalive`. One whose system answers is left
alone, also where its program is stopped. While octets wait for their acknowledgement the system
sends them again instead, for as long as it likes (15 minutes on Linux): `bound_retransmission`
shortens that, for clients alone. For Linux, to answer the probes of a closed window is not to
acknowledge, and while callbacks wait a client that is stopped for minutes has its window closed;
a server has room for a client's few requests.

Where a system lacks an option its default stays.
"""

import socket
from contextlib import suppress
from typing import Final

__all__ = ["bound_retransmission", "enable_keepalive"]

_PROBES: Final = 4
"""Unanswered ones in a row that end a connection."""


def enable_keepalive(handle: socket.socket, seconds: float) -> None:
    """Have the system end a silent connection whose peer has been gone for so long.

    The first half of the time the system waits, in the other it probes.
    """
    _set(handle, socket.IPPROTO_TCP, "TCP_KEEPIDLE", seconds / 2)
    _set(handle, socket.IPPROTO_TCP, "TCP_KEEPINTVL", seconds / 2 / _PROBES)
    _set(handle, socket.IPPROTO_TCP, "TCP_KEEPCNT", _PROBES)
    _set(handle, socket.SOL_SOCKET, "SO_KEEPALIVE", 1)


def bound_retransmission(handle: socket.socket, seconds: float) -> None:
    """Have the system end a connection whose peer acknowledges nothing for so long."""
    _set(handle, socket.IPPROTO_TCP, "TCP_USER_TIMEOUT", seconds * 1000)


def _set(handle: socket.socket, level: int, name: str, value: float) -> None:
    option: int | None = getattr(socket, name, None)
    if option is not None:
        with suppress(OSError):  # the connection may be gone already
            handle.setsockopt(level, option, max(1, round(value)))
