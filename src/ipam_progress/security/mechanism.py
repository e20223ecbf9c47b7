"""What a security mechanism looks like to the layers above it: the words of GSS-API [RFC 2743].

`ntlm`, `kerberos` and `spnego` (which holds one of the others) are mechanisms; `negotiate` carries
their tokens over a stream and knows nothing else of them. Nothing here knows how tokens travel.
"""

import struct
from enum import IntEnum
from typing import Final, Protocol

from ipam_progress.errors import SecurityError
from ipam_progress.security.upgrade import AuthenticatedPeer

__all__ = ["DECODING_ERRORS", "Mechanism", "ProtectionLevel", "Status", "refuse"]

DECODING_ERRORS: Final = (ValueError, struct.error, LookupError, ArithmeticError)
"""What pyspnego's decoders raise when a token is none: they check little, and let it escape."""


class ProtectionLevel(IntEnum):
    """How the octets of a stream are protected; a higher number is better, [MS-NNS] 3.1.1."""

    NONE = 0
    SIGN = 1
    ENCRYPT_AND_SIGN = 2

    @property
    def title(self) -> str:
        """Its name as .NET and the policies of WCF have it, ``EncryptAndSign`` for one."""
        return self.name.title().replace("_", "")


class Status(IntEnum):
    """What a HandshakeError says: HRESULTs of [MS-ERREF], and one plain Windows error number."""

    LOGON_DENIED = 0x8009030C
    """SEC_E_LOGON_DENIED: whatever was wrong with an account or with the proof of its password."""

    INVALID_TOKEN = 0x80090308
    """SEC_E_INVALID_TOKEN: what came is no token, or not one that is accepted."""

    TRUST_FAILURE = 0x6FE
    """ERROR_TRUST_FAILURE: authenticated, but below the protection level that is required."""


def refuse(text: str, status: Status = Status.INVALID_TOKEN) -> SecurityError:
    """Make the error for a token that is refused."""
    return SecurityError(text, status=status)


class Mechanism(Protocol):
    """One end of a security context: an initiator or an acceptor, for one session."""

    @property
    def oids(self) -> tuple[str, ...]:
        """The names SPNEGO knows the mechanism by, the usual one first."""
        ...

    @property
    def complete(self) -> bool:
        """Whether the context stands, as far as this end is concerned."""
        ...

    @property
    def level(self) -> ProtectionLevel:
        """What the two ends have agreed on; only when complete."""
        ...

    @property
    def peer(self) -> AuthenticatedPeer:
        """Who is at the other end; only when complete."""
        ...

    def step(self, token: bytes) -> bytes:
        """Take the peer's token and give the next one, empty if there is none.

        Args:
            token: What the peer sent; empty for an initiator's first step.

        Raises:
            SecurityError: If the token is refused; its `status` is for the peer.
        """
        ...

    def sign(self, message: bytes) -> bytes:
        """Make a signature (MIC) over octets that travel beside it."""
        ...

    def verify(self, message: bytes, signature: bytes) -> None:
        """Check the peer's signature over octets.

        Raises:
            SecurityError: If it is not the right one.
        """
        ...

    def restart_sealing(self) -> None:
        """Begin the key streams again, the message numbers go on; SPNEGO asks for it."""
        ...

    def wrap(self, message: bytes) -> bytes:
        """Protect octets as `level` says."""
        ...

    def unwrap(self, data: bytes) -> bytes:
        """Open what the peer's `wrap` made.

        Raises:
            SecurityError: If it was changed on the way, came out of order, or is protected less
                than `level` says.
        """
        ...
