"""What a process tells systemd of itself, as a service with ``Type=notify``: sd_notify(3)."""

import os
import socket
import time
from collections.abc import Mapping
from typing import Final

from twisted.logger import Logger

__all__ = ["READY", "STOPPING", "notify", "reloading"]

READY: Final = "READY=1"
STOPPING: Final = "STOPPING=1"

_PATIENCE: Final = 1.0
"""Seconds for systemd to make room for a message; it reads them at once."""

_log = Logger()


def reloading() -> str:
    """Give the message that the configuration is about to be read again; `READY` follows it."""
    # the time is what Type=notify-reload knows the right READY by
    return f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}"


def notify(message: str, environment: Mapping[str, str] = os.environ) -> None:
    """Tell systemd something; without systemd nothing happens.

    Args:
        message: What to tell.
        environment: Where systemd has left its address, NOTIFY_SOCKET.
    """
    address = environment.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):  # in the abstract namespace, where names begin with a NUL
        address = f"\0{address[1:]}"
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.settimeout(_PATIENCE)
            sender.sendto(message.encode(), address)
    except OSError as error:
        _log.warn("systemd could not be told {message}: {error}", message=message, error=error)
