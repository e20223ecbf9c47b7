"""The values of a configuration that are more than a text: endpoints, databases, names and so on.

Each is made by its `parse`, which raises `ValueError` with what is wrong and what to write instead.
"""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_address
from typing import Final, Self
from urllib.parse import quote

__all__ = ["GLOBAL_SCOPE", "DatabaseUrl", "Endpoint", "Recurrence", "ScopePath", "Trustee"]

_ARGUMENT: Final = re.compile(r"((?:[^:\\]|\\.)*)(:|$)", re.DOTALL)
_NAMED: Final = re.compile(r"((?:[^=\\]|\\.)*)=(.*)", re.DOTALL)
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_KIND: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_PORT: Final = re.compile(r"[0-9]{1,5}")
_SID: Final = re.compile(r"S-1-[0-9]{1,15}(?:-[0-9]{1,10}){1,15}")

_DATABASE: Final = re.compile(
    r"postgresql://(?:(?P<user>[^:/@?#]+)@)?"
    r"(?:[^:/@?#\[\]]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?"
    r"/[^:/@?#]+(?:\?[^@#]*)?"
)
_PASSWORD_IN_URL: Final = re.compile(r"://[^/?#]*:[^/]*@|[?&]password=", re.IGNORECASE)
_RECURRENCE: Final = re.compile(r"([0-9]{1,6})([smhd])")

_EXAMPLE: Final = "tcp:9100:interface=127.0.0.1"
_EXAMPLE_OF_DATABASE: Final = "postgresql://ipam@db.example.com/ipam"
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a listener listens, as Twisted describes server endpoints.

    Attributes:
        description: ``tcp:9100:interface=127.0.0.1``, ``unix:/run/ipam.sock`` and others.
        is_local: Whether nobody but this machine can connect, as far as the description tells.
        port: The port of TCP; None for what is no TCP, or has its port from elsewhere.
        interface: The address of TCP; empty for any.
    """

    description: str
    is_local: bool
    port: int | None = None
    interface: str = ""

    def __str__(self) -> str:
        return self.description

    @classmethod
    def parse(cls, text: str) -> Self:
        """Take a description apart as far as its port and interface.

        Which kinds of endpoints there are is Twisted's business, and its plug-ins'.

        Raises:
            ValueError: If it cannot be one.
        """
        kind, *arguments = _arguments(text)
        if not _KIND.fullmatch(kind) or not arguments:
            raise ValueError(
                f"{text!r} is no endpoint: it begins with its kind and a colon, as in {_EXAMPLE}"
            )
        if kind not in {"tcp", "tcp6"}:
            return cls(text, is_local=kind == "unix")
        positional, named = _separate(arguments)
        values = dict(zip(("port", "interface"), positional, strict=False)) | named
        port = values.get("port", "")
        if not _PORT.fullmatch(port) or int(port) > 0xFFFF:
            raise ValueError(
                f"the port {port!r} is no number from 0 to 65535; an example: {_EXAMPLE}"
            )
        interface = values.get("interface", "")
        return cls(text, _is_loopback(interface), int(port), interface)


def _arguments(description: str) -> list[str]:
    """Split a description at its colons; backslashes stay."""
    arguments = []
    position, mark = 0, ":"
    while mark:
        match = _ARGUMENT.match(description, position)
        if match is None:
            raise ValueError(f"{description!r} ends with a backslash, which quotes nothing")
        argument, mark = match.groups()
        arguments.append(argument)
        position = match.end()
    return arguments


def _separate(arguments: list[str]) -> tuple[list[str], dict[str, str]]:
    positional: list[str] = []
    named: dict[str, str] = {}
    for argument in arguments:
        match = _NAMED.fullmatch(argument)
        if match is None:
            positional.append(_ESCAPED.sub(r"\1", argument))
        else:
            name, value = match.groups()
            named[_ESCAPED.sub(r"\1", name)] = _ESCAPED.sub(r"\1", value)
    return positional, named


def _is_loopback(interface: str) -> bool:
    if interface == "localhost":  # [RFC 6761] 6.3 leaves it no other meaning
        return True
    try:
        return ip_address(interface).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Trustee:
    r"""Somebody who can be given something: a user or a group, by name or by security identifier.

    Attributes:
        text: ``CONTOSO\alice``, ``alice@EXAMPLE.COM``, ``IPAM Users`` or ``S-1-5-21-...-1105``.
    """

    text: str

    def __str__(self) -> str:
        return self.text

    @classmethod
    def parse(cls, text: str) -> Self:
        """Take a name or a SID; the SID is spelled in upper case.

        Raises:
            ValueError: If it is neither.
        """
        if text.upper().startswith("S-1-"):
            if not _SID.fullmatch(text.upper()):
                raise ValueError(
                    f"{text!r} is no SID: numbers follow S-1, as in S-1-5-21-1-2-3-1105"
                )
            return cls(text.upper())
        _check_name(text, "a user or group")
        return cls(text)

    @property
    def folded(self) -> str:
        """The form in which trustees are compared: the case of letters means nothing."""
        return self.text.casefold()


def _check_name(text: str, of_what: str) -> None:
    if not text or text != text.strip():
        raise ValueError(f"{text!r} is no name of {of_what}: it is empty, or spaces surround it")


@dataclass(frozen=True, slots=True)
class ScopePath:
    r"""The path of an access scope, [MS-IPAMM2] 3.1.1.1.40: ``\Global\Europe\Berlin``.

    Attributes:
        labels: From the root, which is ``Global``, to the scope.
    """

    labels: tuple[str, ...]

    def __str__(self) -> str:
        return "".join(f"\\{label}" for label in self.labels)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Take a path.

        Raises:
            ValueError: If it is none.
        """
        root, *labels = text.split("\\")
        if root or not labels or labels[0].casefold() != "global":
            raise ValueError(
                f"{text!r} is no path of a scope: it begins with \\Global, as in '\\Global\\Berlin'"
            )
        for label in labels:
            _check_name(label, "a scope")
        return cls(("Global", *labels[1:]))

    @property
    def parent(self) -> "ScopePath | None":
        """The scope that this one lies in; None for the root."""
        return ScopePath(self.labels[:-1]) if len(self.labels) > 1 else None

    @property
    def folded(self) -> tuple[str, ...]:
        """The form in which paths are compared: the case of letters means nothing."""
        return tuple(label.casefold() for label in self.labels)


GLOBAL_SCOPE: Final = ScopePath(("Global",))
"""The scope that all others lie in, [MS-IPAMM2] 3.1.1.1.40.1."""


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    """The address of a PostgreSQL database: ``postgresql://ipam@db.example.com/ipam``.

    There is no password in it, and what is wrong with one is told without repeating it.

    Attributes:
        text: As PostgreSQL's own programs take it.
        user: Who logs on; None where the text does not say.
    """

    text: str
    user: str | None = field(compare=False)

    def __str__(self) -> str:
        return self.text

    @classmethod
    def parse(cls, text: str) -> Self:
        """Take an address.

        Raises:
            ValueError: If it is none, or has a password in it.
        """
        if _PASSWORD_IN_URL.search(text):
            raise ValueError(
                "there is a password in it: write it into a file of its own, name that in "
                "password_file, and leave it out here"
            )
        match = _DATABASE.fullmatch(text)
        if match is None:
            raise ValueError(
                f"this is no address of a database; an example: {_EXAMPLE_OF_DATABASE} (an SQLite "
                "file is named in file)"
            )
        return cls(text, match["user"])

    def with_password(self, password: str) -> str:
        """Give the address with the password of its user, who has to be in it."""
        before, at, behind = self.text.partition("@")
        return f"{before}:{quote(password, safe='')}{at}{behind}"


@dataclass(frozen=True, slots=True)
class Recurrence:
    """How often something happens by itself: ``90s``, ``15m``, ``24h``, ``7d`` or ``never``.

    Attributes:
        text: As it was written.
        interval: From one time to the next; None for never.
    """

    text: str
    interval: timedelta | None

    def __str__(self) -> str:
        return self.text

    @classmethod
    def parse(cls, text: str) -> Self:
        """Take a number with its unit.

        Raises:
            ValueError: If it is none.
        """
        if text == "never":
            return cls(text, None)
        match = _RECURRENCE.fullmatch(text)
        if match is None or int(match[1]) == 0:
            raise ValueError(
                f"{text!r} is no time between two runs: seconds, minutes, hours or days are due, "
                'as in "90s", "15m", "24h" or "7d", or "never"'
            )
        return cls(text, timedelta(**{_UNITS[match[2]]: int(match[1])}))
