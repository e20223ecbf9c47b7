"""A third party to a handshake: what can be told of it, and the keys where the password is known.

Both ends of ``application/negotiate`` exchange tokens of SPNEGO and NTLM, or of Kerberos, and one
who hears them all can say which mechanism they agree on, who logs on and how the stream will be
protected. Who knows the NT hash of the account besides can open an NTLM stream: the AUTHENTICATE
proves the hash, so a wrong one is noticed, and holds the key of the session for who has the right
one ([MS-NLMP] 3.2.5.1.2). A Kerberos stream cannot be opened: its key is in a ticket. Nothing here
answers, and how tokens travel is not known.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from spnego._ntlm_raw.messages import (
    Authenticate,
    AvId,
    Challenge,
    MessageType,
    NegotiateFlags,
    TargetInfo,
)
from spnego._spnego import NegState

from ipam_progress.errors import SecurityError
from ipam_progress.security.accounts import AccountLookup
from ipam_progress.security.kerberos import KERBEROS_OIDS
from ipam_progress.security.mechanism import DECODING_ERRORS, ProtectionLevel
from ipam_progress.security.ntlm import (
    NTLM_OID,
    SIGNATURE_SIZE,
    NtlmProtection,
    check_response,
    level_of,
)
from ipam_progress.security.spnego import (
    TokenKind,
    mechanism_of,
    read_init,
    read_response,
    take_apart,
)

__all__ = ["Opener", "Testimony", "Witness"]

Opener: TypeAlias = Callable[[bytes], bytes]
"""Gives what is in a protected message; raises SecurityError if it is not the one that is due."""

_NAMES: Final = {
    NTLM_OID: "NTLM",
    **dict.fromkeys(KERBEROS_OIDS, "Kerberos"),
    "1.3.6.1.4.1.311.2.2.30": "NegoEx",
}
_NTLM_MARK: Final = b"NTLMSSP\x00"
_NTLMV1_SIZE: Final = 24
"""Octets of an NTLMv1 response; an NTLMv2 response is longer, [MS-NLMP] 2.2.2.8."""


@dataclass(frozen=True, slots=True)
class Testimony:
    r"""What a handshake came to.

    Attributes:
        mechanism: ``NTLM``, ``Kerberos`` or a number that has no name here; empty if none was
            heard of.
        account: ``DOMAIN\user`` as the client spelled it; empty where that is not to be seen.
        level: How the stream is protected; None where that is not to be seen.
        open_client: Opens what the client sends; None if that cannot be done.
        open_server: Opens what the server sends.
        reason: Why the stream cannot be opened, or not be checked.
    """

    mechanism: str
    account: str = ""
    level: ProtectionLevel | None = None
    open_client: Opener | None = field(default=None, repr=False)
    open_server: Opener | None = field(default=None, repr=False)
    reason: str = ""


class Witness:
    """Hears the tokens of one handshake, in their order.

    Args:
        accounts: The accounts whose passwords are known; None if there are none.
    """

    def __init__(self, accounts: AccountLookup | None) -> None:
        self._accounts = accounts
        self._mechanism = ""
        self._is_bare = False
        self._mech_list = b""
        self._signatures: list[tuple[bytes, bool]] = []  # mechListMIC, whether the client's
        self._challenge: Challenge | None = None
        self._authenticate: Authenticate | None = None
        self._account = ""

    def listen(self, token: bytes, *, is_client: bool) -> str:
        """Take a token; give what it says, for people."""
        try:
            kind, content = take_apart(token)
            if kind is TokenKind.NOTHING:
                return ""
            if kind is TokenKind.BARE:
                self._is_bare = True
                self._mechanism = mechanism_of(token)
                return self._hear(token)
            if kind is TokenKind.INIT:
                return self._hear_init(content)
            return self._hear_response(content, is_client=is_client)
        except SecurityError as error:
            return str(error)
        except DECODING_ERRORS as error:
            return f"a token that cannot be read: {error}"

    def _hear_init(self, content: bytes) -> str:
        init, self._mech_list = read_init(content)
        self._mechanism = init.mech_types[0]
        offered = ", ".join(_NAMES.get(oid, oid) for oid in init.mech_types)
        inner = self._hear(init.mech_token) if init.mech_token else "no token"
        return f"SPNEGO offering {offered}: {inner}"

    def _hear_response(self, content: bytes, *, is_client: bool) -> str:
        response = read_response(content)
        said = "SPNEGO"
        if response.neg_state is not None:
            said += f" {NegState(response.neg_state).name.replace('_', '-')}"
        if response.supported_mech:
            self._mechanism = response.supported_mech
            said += f", {_NAMES.get(self._mechanism, self._mechanism)} chosen"
        signature = response.mech_list_mic
        if signature and signature != response.response_token:
            self._signatures.append((signature, is_client))
            said += ", signed"
        if response.response_token:
            said += f": {self._hear(response.response_token)}"
        return said

    def _hear(self, token: bytes) -> str:
        """Take a token of the mechanism itself."""
        if not token.startswith(_NTLM_MARK):
            return f"{_NAMES.get(self._mechanism, self._mechanism)} of {len(token)} octets"
        kind = int.from_bytes(token[8:12], "little")
        if kind == MessageType.challenge:
            challenge = self._challenge = Challenge.unpack(token)
            info = challenge.target_info or TargetInfo()
            return f"NTLM CHALLENGE of {info.get(AvId.nb_computer_name) or challenge.target_name}"
        if kind == MessageType.authenticate:
            message = Authenticate.unpack(token)
            domain, user = message.domain_name, message.user_name or ""
            self._account = f"{domain}\\{user}" if domain and user else user
            self._authenticate = message
            return f"NTLM AUTHENTICATE of {self._account or 'nobody'}"
        return "NTLM NEGOTIATE" if kind == MessageType.negotiate else "an unknown NTLM message"

    def testify(self) -> Testimony:
        """Tell what the handshake came to, once both ends are content."""
        mechanism = _NAMES.get(self._mechanism, self._mechanism)
        if self._challenge is None or self._authenticate is None:
            return Testimony(
                mechanism,
                reason=f"{mechanism or 'what is not NTLM'} cannot be opened,"
                " only NTLM can, by its password",
            )
        # Without SPNEGO no protection is wanted, whatever the flags say, [MS-NNS] 3.1.3.
        flags = self._authenticate.flags & self._challenge.flags
        level = level_of(flags)
        if self._is_bare and level is not ProtectionLevel.ENCRYPT_AND_SIGN:
            level = ProtectionLevel.NONE
        if level is ProtectionLevel.NONE:
            return Testimony("NTLM", self._account, level)
        try:
            client, server = self._derive_keys(self._challenge, self._authenticate, flags)
        except SecurityError as error:
            reason = str(error)
        except DECODING_ERRORS as error:
            reason = f"the AUTHENTICATE cannot be read: {error}"
        else:
            return Testimony("NTLM", self._account, level, client.unwrap, server.unwrap)
        if level is ProtectionLevel.SIGN:
            reason = f"signatures are not checked: {reason}"
            return Testimony("NTLM", self._account, level, _strip, _strip, reason)
        return Testimony("NTLM", self._account, level, reason=reason)

    def _derive_keys(
        self, challenge: Challenge, message: Authenticate, flags: int
    ) -> tuple[NtlmProtection, NtlmProtection]:
        """Give what opens the client's messages, and what opens the server's."""
        if not flags & NegotiateFlags.extended_session_security:
            raise SecurityError("it has no extended session security, which is all that is known")
        if len(message.nt_challenge_response or b"") <= _NTLMV1_SIZE:
            raise SecurityError("the client logged on with NTLMv1, only NTLMv2 is known")
        if not self._account:
            raise SecurityError("the client logged on as nobody, which takes no password")
        if self._accounts is None:
            raise SecurityError(f"the password of {self._account} is not given")
        account = self._accounts(message.domain_name or "", message.user_name or "")
        if account is None:
            raise SecurityError(f"no password is given for {self._account}")
        is_proof, key = check_response(message, flags, challenge.server_challenge, account.nt_hash)
        if not is_proof:
            raise SecurityError(
                f"the password that is given is not the one that {self._account} logged on with"
            )
        of_client = NtlmProtection(flags, key, is_server=True)
        of_server = NtlmProtection(flags, key, is_server=False)
        for signature, is_client in self._signatures:
            (of_client if is_client else of_server).verify(self._mech_list, signature)
        if self._signatures:
            of_client.restart_sealing()
            of_server.restart_sealing()
        return of_client, of_server


def _strip(message: bytes) -> bytes:
    """Take the signature off a message that is not sealed, [MS-NLMP] 3.4.3."""
    if len(message) < SIGNATURE_SIZE:
        raise SecurityError("a signed message that is shorter than its signature")
    return message[SIGNATURE_SIZE:]
