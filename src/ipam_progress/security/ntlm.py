"""NTLM, both ends, NTLMv2 only: [MS-NLMP] over pyspnego's messages and its cryptography.

pyspnego's own contexts are not used. Its acceptor takes accounts from a file that an environment
variable names, and accepts LM and NTLMv1 responses; its initiator reads the clock, the host's name
and the environment, and cannot sign without sealing. What is kept of it: the layouts of the three
messages, MD4, RC4, and the derivation of keys.

NEGOTIATE and CHALLENGE agree on flags, AUTHENTICATE proves the password against the challenge. A
message integrity code (MIC) over all three is demanded, so nobody between the two ends can take a
flag away. Nothing here knows SPNEGO, or how tokens travel.
"""

import hashlib
import hmac
import secrets
import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Final

from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
from cryptography.hazmat.primitives.ciphers import Cipher
from spnego._ntlm_raw import crypto
from spnego._ntlm_raw.messages import (
    Authenticate,
    AvFlags,
    AvId,
    Challenge,
    FileTime,
    Negotiate,
    NegotiateFlags,
    TargetInfo,
    Version,
)

from ipam_progress.errors import LocalProtocolError
from ipam_progress.security.accounts import Account, AccountLookup, nt_hash
from ipam_progress.security.mechanism import DECODING_ERRORS, ProtectionLevel, Status, refuse
from ipam_progress.security.upgrade import AuthenticatedPeer

__all__ = [
    "NTLM_OID",
    "NtlmAcceptor",
    "NtlmInitiator",
    "NtlmProtection",
    "ServerNames",
    "check_response",
    "level_of",
]

NTLM_OID: Final = "1.3.6.1.4.1.311.2.2.10"

SIGNATURE_SIZE: Final = 16
"""Octets of NTLMSSP_MESSAGE_SIGNATURE, [MS-NLMP] 2.2.2.9."""

_DEMANDED: Final = (
    NegotiateFlags.unicode
    | NegotiateFlags.ntlm
    | NegotiateFlags.extended_session_security
    | NegotiateFlags.key_128
)
"""Without these, keys would be short, or shared by both directions."""

_PROTECTING: Final = NegotiateFlags.sign | NegotiateFlags.seal

_ECHOED: Final = (
    _DEMANDED
    | _PROTECTING
    | NegotiateFlags.key_exch
    | NegotiateFlags.always_sign
    | NegotiateFlags.version
    | NegotiateFlags.key_56
)
"""What a CHALLENGE repeats of a NEGOTIATE. .NET's client insists on each it has asked for."""

_VERSION: Final = Version(major=10, minor=0, build=17763)
"""What is said where a version is asked for: that of a Windows, and only for debugging,
[MS-NLMP] 2.2.2.10."""

_NT_PROOF_SIZE: Final = 16
_CLIENT_CHALLENGE_HEAD: Final = 28
"""NTLMv2_CLIENT_CHALLENGE before its AV pairs, [MS-NLMP] 2.2.2.7."""

_NOBODY: Final = secrets.token_bytes(16)
"""The NT hash that responses of unknown users are checked with: they take as long as others."""

_NULL_MIC: Final = bytes(16)


@dataclass(frozen=True, slots=True)
class ServerNames:
    """What a CHALLENGE says of the server, [MS-NLMP] 2.2.2.1; clients show it, and mix it in.

    Attributes:
        computer: NetBIOS name of the machine: 15 characters, upper case.
        domain: NetBIOS name of its domain; of a machine in none, its own name.
        dns_computer: The machine's name in DNS; empty to leave it out.
        dns_domain: The domain's name in DNS; empty to leave it out.
    """

    computer: str = "IPAM"
    domain: str = "WORKGROUP"
    dns_computer: str = ""
    dns_domain: str = ""

    def __post_init__(self) -> None:
        if not self.computer or not self.domain:
            # Without both, clients give up: STATUS_LOGON_FAILURE, [MS-NLMP] 3.1.5.1.2.
            raise LocalProtocolError("the server needs a NetBIOS name and a NetBIOS domain")


class NtlmProtection:
    """Signing and sealing of messages with extended session security, [MS-NLMP] 3.4.

    A message is 16 octets of signature and then itself, sealed or as it is. The numbers of the
    messages are in the signatures, so none can be lost, repeated or moved.
    """

    __slots__ = (
        "_open",
        "_open_key",
        "_receive_number",
        "_seal",
        "_seal_key",
        "_sealing",
        "_send_number",
        "_sign_key",
        "_verify_key",
    )

    def __init__(self, flags: int, session_key: bytes, *, is_server: bool) -> None:
        ours, theirs = ("accept", "initiate") if is_server else ("initiate", "accept")
        self._sign_key = crypto.signkey(flags, session_key, ours)
        self._verify_key = crypto.signkey(flags, session_key, theirs)
        self._seal_key = crypto.sealkey(flags, session_key, ours)
        self._open_key = crypto.sealkey(flags, session_key, theirs)
        self._sealing = bool(flags & NegotiateFlags.seal)
        self._send_number = 0
        self._receive_number = 0
        self.restart_sealing()

    def restart_sealing(self) -> None:
        """Begin both key streams again; the numbers of the messages go on."""
        self._seal = _rc4(self._seal_key)
        self._open = _rc4(self._open_key)

    def sign(self, message: bytes) -> bytes:
        """Make the signature of a message, [MS-NLMP] 3.4.4.2."""
        number = struct.pack("<I", self._send_number)
        self._send_number = (self._send_number + 1) & 0xFFFFFFFF
        digest = hmac.digest(self._sign_key, number + message, "md5")[:8]
        return b"\x01\x00\x00\x00" + self._seal(digest) + number

    def verify(self, message: bytes, signature: bytes) -> None:
        """Check the signature of a message.

        Raises:
            SecurityError: If it is not the one that is due.
        """
        number = struct.pack("<I", self._receive_number)
        self._receive_number = (self._receive_number + 1) & 0xFFFFFFFF
        digest = hmac.digest(self._verify_key, number + message, "md5")[:8]
        expected = b"\x01\x00\x00\x00" + self._open(digest) + number
        if not hmac.compare_digest(expected, signature):
            raise refuse("the NTLM signature of a message is wrong: changed, lost or repeated")

    def wrap(self, message: bytes) -> bytes:
        """Seal or only sign a message, [MS-NLMP] 3.4.3; the signature comes first."""
        # The message goes through the key stream before its signature does.
        body = self._seal(message) if self._sealing else message
        return self.sign(message) + body

    def unwrap(self, data: bytes) -> bytes:
        """Open what `wrap` of the other end made.

        Raises:
            SecurityError: If the signature is wrong.
        """
        body = data[SIGNATURE_SIZE:]
        message = self._open(body) if self._sealing else body
        self.verify(message, data[:SIGNATURE_SIZE])
        return message


def _rc4(key: bytes) -> Callable[[bytes], bytes]:
    return Cipher(ARC4(key), mode=None).encryptor().update


class _Context:
    """What both ends have once the context stands, as `mechanism.Mechanism` asks for it."""

    __slots__ = ("_level", "_peer", "_protection")

    oids = (NTLM_OID,)

    def __init__(self) -> None:
        self._protection: NtlmProtection | None = None
        self._level = ProtectionLevel.NONE
        self._peer = AuthenticatedPeer(name="", mechanism="NTLM")

    @property
    def complete(self) -> bool:
        """Whether the context stands."""
        return self._protection is not None

    @property
    def level(self) -> ProtectionLevel:
        """What the flags of the AUTHENTICATE come to."""
        return self._level

    @property
    def peer(self) -> AuthenticatedPeer:
        """The client by its account; of a server NTLM tells nothing."""
        return self._peer

    @property
    def _keys(self) -> NtlmProtection:
        if self._protection is None:
            raise LocalProtocolError("the NTLM context does not stand yet")
        return self._protection

    def sign(self, message: bytes) -> bytes:
        """Make a signature over octets that travel beside it."""
        return self._keys.sign(message)

    def verify(self, message: bytes, signature: bytes) -> None:
        """Check the peer's signature over octets."""
        self._keys.verify(message, signature)

    def restart_sealing(self) -> None:
        """Begin the key streams again, [MS-SPNG] 3.3.5.1."""
        self._keys.restart_sealing()

    def wrap(self, message: bytes) -> bytes:
        """Protect octets."""
        return self._keys.wrap(message)

    def unwrap(self, data: bytes) -> bytes:
        """Open what the peer protected."""
        return self._keys.unwrap(data)

    def _stand(self, flags: int, session_key: bytes, *, is_server: bool) -> None:
        self._level = level_of(flags)
        self._protection = NtlmProtection(flags, session_key, is_server=is_server)


class _Due(Enum):
    """The message an end waits for."""

    NOTHING = "no message"
    NEGOTIATE = "a NEGOTIATE"
    CHALLENGE = "a CHALLENGE"
    AUTHENTICATE = "an AUTHENTICATE"


class NtlmAcceptor(_Context):
    """The server's end, [MS-NLMP] 3.2.

    Demanded: NTLMv2, Unicode, extended session security, 128-bit keys, key exchange, a MIC. Not
    looked at: channel bindings (there is no channel below), and the client's time: it is the one
    of the challenge, which is good for one answer only and so cannot be answered too late.
    """

    __slots__ = ("_accounts", "_challenge", "_due", "_names", "_negotiate", "_nonce", "_now")

    def __init__(
        self,
        accounts: AccountLookup,
        *,
        names: ServerNames,
        now: datetime,
        challenge: bytes | None = None,
    ) -> None:
        """Begin.

        Args:
            accounts: Who may log on.
            names: What the challenge says of this server.
            now: The time, with its zone.
            challenge: The server's challenge, 8 octets; random if None, as it has to be outside
                of tests.
        """
        super().__init__()
        self._accounts = accounts
        self._names = names
        self._now = now
        self._nonce = secrets.token_bytes(8) if challenge is None else challenge
        self._due = _Due.NEGOTIATE
        self._negotiate = b""
        self._challenge = b""

    def step(self, token: bytes) -> bytes:
        """Answer a NEGOTIATE with a CHALLENGE, and an AUTHENTICATE with nothing."""
        due, self._due = self._due, _Due.NOTHING
        try:
            if due is _Due.NEGOTIATE:
                answer = self._answer_negotiate(token)
                self._due = _Due.AUTHENTICATE
                return answer
            if due is _Due.AUTHENTICATE:
                self._check_authenticate(token)
                return b""
        except DECODING_ERRORS as error:
            raise refuse(f"not {due.value} message of NTLM: {error}") from None
        raise refuse("an NTLM message where none is due")

    def _answer_negotiate(self, token: bytes) -> bytes:
        """Agree on flags and give the challenge, [MS-NLMP] 3.2.5.1.1."""
        flags = NegotiateFlags(Negotiate.unpack(_ntlm(token)).flags)
        if lacking := _lacking(flags):
            raise refuse(f"the client's NTLM is too weak: it lacks {lacking!r}")
        self._negotiate = token
        self._challenge = challenge_message(
            (flags & _ECHOED)
            | NegotiateFlags.request_target
            | NegotiateFlags.target_type_server
            | NegotiateFlags.target_info,
            self._nonce,
            self._names,
            self._now,
        )
        return self._challenge

    def _check_authenticate(self, token: bytes) -> None:
        """Check the proof of the password and the MIC, [MS-NLMP] 3.2.5.1.2."""
        message = Authenticate.unpack(_ntlm(token))
        flags = message.flags & Challenge.unpack(self._challenge).flags
        if _lacking(flags) or message.flags & NegotiateFlags.anonymous:
            raise refuse("the client's NTLM became too weak in its AUTHENTICATE")
        response = message.nt_challenge_response or b""
        if len(response) < _NT_PROOF_SIZE + _CLIENT_CHALLENGE_HEAD:
            raise refuse("the client gave no NTLMv2 response: NTLMv1 and LM are not accepted")
        mic = message.mic
        if mic is None or not _says_mic(response[_NT_PROOF_SIZE + _CLIENT_CHALLENGE_HEAD :]):
            raise refuse("the client's AUTHENTICATE has no MIC")
        user, domain = message.user_name or "", message.domain_name or ""

        account = self._accounts(domain, user)
        # From here on, what is done is the same for known and unknown users, right and wrong.
        is_proof, session_key = check_response(
            message, flags, self._nonce, account.nt_hash if account else _NOBODY
        )
        message.mic = _NULL_MIC
        expected_mic = hmac.digest(
            session_key, self._negotiate + self._challenge + message.pack(), "md5"
        )
        is_mic = hmac.compare_digest(expected_mic, mic)
        if account is None or not is_proof or not is_mic:
            raise refuse(
                f"the account {user!r} of the domain {domain!r} is unknown, its password is wrong,"
                " or its messages were changed on the way",
                Status.LOGON_DENIED,
            )
        self._peer = AuthenticatedPeer(name=account.name, mechanism="NTLM")
        self._stand(flags, session_key, is_server=True)


class NtlmInitiator(_Context):
    """The client's end, [MS-NLMP] 3.1.

    It demands of the server what `NtlmAcceptor` demands of a client, and always adds a MIC.
    """

    __slots__ = (
        "_account",
        "_client_challenge",
        "_domain",
        "_due",
        "_exported_key",
        "_flags",
        "_negotiate",
        "_now",
        "_target",
        "_user",
    )

    def __init__(
        self,
        user: str,
        password: str,
        *,
        domain: str = "",
        target: str = "",
        level: ProtectionLevel = ProtectionLevel.ENCRYPT_AND_SIGN,
        now: datetime,
        client_challenge: bytes | None = None,
        session_key: bytes | None = None,
    ) -> None:
        """Begin.

        Args:
            user: Whose account it is.
            password: Its password.
            domain: The account's domain; empty for none.
            target: The service principal name of the server.
            level: The least protection that is wanted.
            now: The time, with its zone; told to servers that do not tell theirs.
            client_challenge: 8 octets; random if None, as they have to be outside of tests.
            session_key: 16 octets; random if None, likewise.
        """
        super().__init__()
        self._user = user
        self._domain = domain
        self._account = Account(user, nt_hash(password))
        self._target = target
        self._now = now
        self._client_challenge = (
            secrets.token_bytes(8) if client_challenge is None else client_challenge
        )
        self._exported_key = secrets.token_bytes(16) if session_key is None else session_key
        flags = _DEMANDED | NegotiateFlags.request_target | NegotiateFlags.always_sign
        if level >= ProtectionLevel.SIGN:
            flags |= NegotiateFlags.sign | NegotiateFlags.key_exch
        if level >= ProtectionLevel.ENCRYPT_AND_SIGN:
            flags |= NegotiateFlags.seal
        self._flags = flags
        self._due = _Due.NOTHING
        self._negotiate = b""

    def step(self, token: bytes) -> bytes:
        """Give the NEGOTIATE, and answer a CHALLENGE with the AUTHENTICATE."""
        if self._due is _Due.NOTHING and not self._negotiate:
            self._negotiate = Negotiate(self._flags, version=_VERSION).pack()
            self._due = _Due.CHALLENGE
            return self._negotiate
        if self._due is not _Due.CHALLENGE:
            raise refuse("an NTLM message where none is due")
        self._due = _Due.NOTHING
        try:
            return self._answer_challenge(token)
        except DECODING_ERRORS as error:
            raise refuse(f"not a CHALLENGE message of NTLM: {error}") from None

    def _answer_challenge(self, token: bytes) -> bytes:
        """Prove the password and sign all that was said, [MS-NLMP] 3.1.5.1.2."""
        challenge = Challenge.unpack(_ntlm(token))
        flags = challenge.flags & (self._flags | NegotiateFlags.version)
        if flags & self._flags != self._flags:
            raise refuse(
                f"the server's NTLM is too weak: it lacks {NegotiateFlags(self._flags & ~flags)!r}",
                Status.TRUST_FAILURE,
            )
        target_info = challenge.target_info or TargetInfo()
        time = target_info.get(AvId.timestamp) or FileTime.from_datetime(self._now)
        target_info[AvId.flags] = AvFlags(target_info.get(AvId.flags, 0)) | AvFlags.mic
        target_info[AvId.target_name] = self._target
        # No channel below, so no bindings: 16 zeros say so, [MS-NLMP] 3.1.5.1.2.
        target_info[AvId.channel_bindings] = bytes(16)
        key = _response_key(self._account.nt_hash, self._user, self._domain)
        response, _, exchange_key = crypto.compute_response_v2(
            key, challenge.server_challenge, self._client_challenge, time, target_info
        )
        session_key, encrypted_key = exchange_key, b""
        if flags & _PROTECTING:
            session_key = self._exported_key
            encrypted_key = crypto.rc4k(exchange_key, session_key)
        message = Authenticate(
            flags,
            lm_challenge_response=bytes(24),  # no LM response, and this says so
            nt_challenge_response=response,
            domain_name=self._domain,
            username=self._user,
            encrypted_session_key=encrypted_key,
            version=_VERSION,
        )
        message.mic = hmac.digest(session_key, self._negotiate + token + message.pack(), "md5")
        self._stand(flags, session_key, is_server=False)
        return message.pack()


def challenge_message(flags: int, nonce: bytes, names: ServerNames, now: datetime) -> bytes:
    """Make a CHALLENGE, [MS-NLMP] 2.2.1.2."""
    target_info = TargetInfo()
    target_info[AvId.nb_computer_name] = names.computer
    target_info[AvId.nb_domain_name] = names.domain
    if names.dns_computer:
        target_info[AvId.dns_computer_name] = names.dns_computer
    if names.dns_domain:
        target_info[AvId.dns_domain_name] = names.dns_domain
    # A server that tells its time is one whose client adds a MIC, [MS-NLMP] 3.1.5.1.2.
    target_info[AvId.timestamp] = FileTime.from_datetime(now.astimezone(UTC))
    return Challenge(
        flags,
        nonce,
        target_name=names.computer,
        target_info=target_info,
        version=_VERSION if flags & NegotiateFlags.version else None,
    ).pack()


def level_of(flags: int) -> ProtectionLevel:
    """Tell what the flags of an AUTHENTICATE come to."""
    if flags & NegotiateFlags.seal:
        return ProtectionLevel.ENCRYPT_AND_SIGN
    return ProtectionLevel.SIGN if flags & NegotiateFlags.sign else ProtectionLevel.NONE


def check_response(
    message: Authenticate, flags: int, nonce: bytes, hash_: bytes
) -> tuple[bool, bytes]:
    """Check the NTLMv2 response of an AUTHENTICATE, [MS-NLMP] 3.3.2.

    Args:
        message: The AUTHENTICATE.
        flags: What both ends have agreed on.
        nonce: The server's challenge.
        hash_: The NT hash of the password.

    Returns:
        Whether it proves the password, and the key of the session if it does.

    Raises:
        ValueError: If the session key in it is none.
    """
    response = message.nt_challenge_response or b""
    key = _response_key(hash_, message.user_name or "", message.domain_name or "")
    proof = hmac.digest(key, nonce + response[_NT_PROOF_SIZE:], "md5")
    session_key = _session_key(
        flags, hmac.digest(key, proof, "md5"), message.encrypted_random_session_key or b""
    )
    return hmac.compare_digest(proof, response[:_NT_PROOF_SIZE]), session_key


def _lacking(flags: int) -> NegotiateFlags:
    """Tell which flags are missing that are demanded."""
    # A key of the client's choice is for protection only; without, gss-ntlmssp cannot bear one.
    demanded = _DEMANDED | (NegotiateFlags.key_exch if flags & _PROTECTING else 0)
    return NegotiateFlags(demanded & ~flags)


def _ntlm(token: bytes) -> bytes:
    if not token.startswith(b"NTLMSSP\x00"):
        raise ValueError("it does not begin as such")
    return token


def _response_key(hash_: bytes, user: str, domain: str) -> bytes:
    """Derive the key of responses, NTOWFv2, [MS-NLMP] 3.3.2."""
    # Windows' upper case maps one character to one: no sharp s to two.
    upper = "".join(big if len(big := letter.upper()) == 1 else letter for letter in user)
    return hmac.digest(hash_, (upper + domain).encode("utf-16-le"), hashlib.md5)


def _session_key(flags: int, exchange_key: bytes, encrypted_key: bytes) -> bytes:
    """Find the key that the client chose for the session, [MS-NLMP] 3.2.5.1.2."""
    if not flags & _PROTECTING:
        return exchange_key
    if len(encrypted_key) != 16:
        raise ValueError("its session key is not 16 octets long")
    return crypto.rc4k(exchange_key, encrypted_key)


def _says_mic(av_pairs: bytes) -> bool:
    """Tell whether AV pairs say that the message has a MIC, [MS-NLMP] 2.2.2.1.

    pyspnego's reader keeps one pair of a kind. .NET's client repeats the server's flags and adds
    its own as a second pair, so any of them counts.
    """
    position = 0
    while True:
        kind, size = struct.unpack_from("<HH", av_pairs, position)
        if kind == AvId.eol:
            return False
        position += 4
        if kind == AvId.flags:
            (flags,) = struct.unpack_from("<I", av_pairs, position)
            if flags & AvFlags.mic:
                return True
        position += size
