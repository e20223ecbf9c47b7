"""Addresses of endpoints over TCP: what a Via says, [MS-NMFTB] 2.2.3.

This module does not know which endpoints exist; host and port are what the client believes, and a
server behind a load balancer does well to look at the path alone.
"""

from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import urlsplit

__all__ = ["DEFAULT_PORT", "NetTcpAddress"]

DEFAULT_PORT: Final = 808
"""The port of an address that names none."""


@dataclass(frozen=True, slots=True)
class NetTcpAddress:
    """A URI with the scheme net.tcp.

    Attributes:
        host: Name or IP address; an IPv6 address without its brackets.
        port: The port, 808 if the URI names none.
        path: The path as it stands, ``/`` if there is none. WCF compares it without regard to
            case.
    """

    host: str
    port: int = DEFAULT_PORT
    path: str = "/"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Take a URI apart; its query and fragment are ignored, as WCF ignores them.

        Raises:
            ValueError: If it is no absolute net.tcp URI with a host and without user information.
        """
        parts = urlsplit(text)
        if parts.scheme != "net.tcp":
            raise ValueError(f"{text!r} is no net.tcp URI: it must begin with net.tcp://")
        if not parts.hostname:
            raise ValueError(f"{text!r} names no host")
        if "@" in parts.netloc:
            raise ValueError(f"{text!r} has user information, which net.tcp does not allow")
        port = DEFAULT_PORT if parts.port is None else parts.port
        return cls(parts.hostname, port, parts.path or "/")

    def __str__(self) -> str:
        """Write the URI; the default port is left out."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == DEFAULT_PORT else f":{self.port}"
        return f"net.tcp://{host}{port}{self.path}"
