"""File descriptors: how many connections the operating system lets a process have.

Knows the system alone, nothing of servers. Where there is no such limit (Windows has none of this
kind) the module says so and changes nothing.
"""

import sys

try:
    import resource
except ImportError:  # pragma: no cover (Windows)
    resource = None  # type: ignore[assignment]  # where there is none

__all__ = ["raise_descriptor_limit"]

_PLENTY = 1 << 20
"""Asked for where the system sets no bound: the most that Linux gives unless told otherwise."""


def raise_descriptor_limit() -> int:
    """Let the process have as many file descriptors as it may, and tell how many that is."""
    if resource is None:
        return sys.maxsize
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return sys.maxsize
    wanted = _PLENTY if hard == resource.RLIM_INFINITY else hard
    if soft >= wanted:
        return soft
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (OSError, ValueError):  # macOS gives less than it says; a sandbox may forbid it
        return soft
    return wanted
