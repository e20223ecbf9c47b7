"""TCP keepalive: how a connection to a machine that has gone is noticed while nobody sends.

The system probes a silent peer; one that answers, stopped programs included, is left alone. While
octets wait for their acknowledgement it does not probe but sends them again, for as long as it
likes (15 minutes on Linux). `TCP_USER_TIMEOUT` would shorten that, but on Linux it also ends the
connection of a client that has merely stopped reading, however well its system answers the probes
of its closed window; so it is left alone. Where a system lacks an option its default stays.
"""

import socket
from contextlib import suppress
from typing import Final

__all__ = ["enable_keepalive"]

_PROBES: Final = 4
"""Unanswered ones in a row that end a connection."""


def enable_keepalive(handle: socket.socket, seconds: float) -> None:
    """Have the system end a connection whose peer has been gone for so long.

    The first half of the time the system waits, in the other it probes.
    """
    options = {
        "TCP_KEEPIDLE": seconds / 2,
        "TCP_KEEPINTVL": seconds / 2 / _PROBES,
        "TCP_KEEPCNT": _PROBES,
    }
    with suppress(OSError):  # the connection may be gone already
        for name, value in options.items():
            if (option := getattr(socket, name, None)) is not None:
                handle.setsockopt(socket.IPPROTO_TCP, option, max(1, round(value)))
        handle.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
