"""The errors of ipam_progress, one tree.

::

    IpamProgressError
    +- ProtocolError
    |  +- LocalProtocolError      you asked for something the protocol does not allow now
    |  |  +- SerializationError   a value does not fit the type of its member
    |  +- RemoteProtocolError     the peer sent something the protocol does not allow
    |     +- FramingError         a record of [MC-NMF] that is broken, or not due
    |     +- BinaryXmlError       octets that are no document of [MC-NBFX], [MC-NBFSE]
    |     |  +- QuotaExceededError
    |     +- EnvelopeError        a document that is no SOAP 1.2 message with addressing
    |     +- DeserializationError a body that does not fit the types of its contract
    |     +- SecurityError        a peer that is refused, or that breaks the rules of an upgrade
    +- AccountsError              a file of accounts that cannot be used
    +- ConfigurationError         a configuration that cannot be used
    +- ConnectionLostError        there is no connection, or it went before the session was over
    +- RequestTimeoutError        the peer gave no answer in time
    +- StoreError                 the store cannot be used, or not for what was asked of it
       +- StoreUnavailableError   it cannot be reached or written now; later it may

A decoder returns a value or raises the error of its layer; nothing else leaves it, whatever the
octets. This module imports nothing of ours.
"""

from collections.abc import Sequence
from typing import Any

__all__ = [
    "AccountsError",
    "BinaryXmlError",
    "ConfigurationError",
    "ConnectionLostError",
    "DeserializationError",
    "EnvelopeError",
    "FramingError",
    "IpamProgressError",
    "LocalProtocolError",
    "ProtocolError",
    "QuotaExceededError",
    "RemoteProtocolError",
    "RequestTimeoutError",
    "SecurityError",
    "SerializationError",
    "StoreError",
    "StoreUnavailableError",
]


class IpamProgressError(Exception):
    """Any error that this library raises on purpose."""


class ProtocolError(IpamProgressError):
    """Something that the protocol does not allow."""


class LocalProtocolError(ProtocolError):
    """The program that uses this library asked for something the protocol does not allow now."""


class SerializationError(LocalProtocolError):
    """A value that does not fit the type of its member.

    Attributes:
        path: Where the value stands, member names joined by dots: ``Scope.LeaseDuration``.
    """

    def __init__(self, message: str, *, path: str = "") -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path


class RemoteProtocolError(ProtocolError):
    """The peer sent something the protocol does not allow."""


class FramingError(RemoteProtocolError):
    """A framing record that is broken, too long, or not due.

    Attributes:
        fault: The URI to send in a Fault record before closing, or the one that the peer has sent;
            None where there is none.
    """

    def __init__(self, message: str, *, fault: str | None = None) -> None:
        super().__init__(message)
        self.fault = fault


class BinaryXmlError(RemoteProtocolError):
    """Octets that are no binary XML document.

    Attributes:
        offset: Position of the octet that could not be read, counted from the start of the
            message or document; None where it is not known.
        tokens: What had been read before it, so that a receiver can still tell which message it
            was; empty where the string table was broken.
    """

    def __init__(self, message: str, *, offset: int | None = None) -> None:
        super().__init__(message if offset is None else f"{message} (at octet {offset})")
        self.offset = offset
        self.tokens: Sequence[Any] = ()


class QuotaExceededError(BinaryXmlError):
    """A document that is larger, deeper or richer in strings than the receiver allows."""


class EnvelopeError(RemoteProtocolError):
    """A document that is no SOAP 1.2 message with the headers its exchange needs."""


class DeserializationError(RemoteProtocolError):
    """A body whose values do not fit the types of its contract.

    Attributes:
        path: Where the value stands, member names joined by dots: ``paramters.Scope.Status``.
    """

    def __init__(self, message: str, *, path: str = "") -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path


class SecurityError(RemoteProtocolError):
    """A peer that is refused, or that breaks the rules of a stream upgrade.

    The text is for the log of this side. The peer is told no more than that it failed.

    Attributes:
        status: The number that stands for it in a HandshakeError ([MS-NNS] 2.2.1): the one this
            side tells, or the one the peer told; None where no such number is at work.
    """

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class AccountsError(IpamProgressError):
    """A file of accounts that cannot be used, or an account that it cannot hold.

    The text names the file and the line, never what stands in it.
    """


class ConfigurationError(IpamProgressError):
    """A configuration that cannot be used; a line for everything that is wrong with it.

    Attributes:
        problems: What is wrong, and what to do: ``server.toml:12: limits.outbox: ...``.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class ConnectionLostError(IpamProgressError):
    """There is no connection to the peer, or it went before the conversation was over."""


class RequestTimeoutError(IpamProgressError):
    """The peer gave no answer within the time it was given."""


class StoreError(IpamProgressError):
    """The store cannot be used, or not for what was asked of it.

    The text holds neither passwords nor what is kept in the store.
    """


class StoreUnavailableError(StoreError):
    """The store cannot be reached or written now: locked, full, or gone. Later it may."""
