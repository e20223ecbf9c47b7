"""SPNEGO, both ends: which mechanism it is to be, and the proof that nobody meddled with that.

[RFC 4178] with what [MS-SPNG] adds, over pyspnego's layouts of the two tokens. pyspnego's own
negotiation is not used: it makes its contexts itself, see `ntlm` for why those will not do. Nothing
here knows what is in the tokens of the mechanisms.

The proof is the mechListMIC: each end signs the list of mechanisms that was offered. It is demanded
where the mechanism is not the one the client liked best, and checked wherever it comes. After it,
NTLM's key streams begin again, while the numbers of its messages go on: the first message over the
stream has number 1.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any, ClassVar, Final, TypeAlias

from spnego._asn1 import TagClass, unpack_asn1, unpack_asn1_sequence
from spnego._spnego import (
    InitialContextToken,
    NegState,
    NegTokenInit,
    NegTokenResp,
    pack_mech_type_list,
)

from ipam_progress.errors import LocalProtocolError
from ipam_progress.security.mechanism import (
    DECODING_ERRORS,
    Mechanism,
    ProtectionLevel,
    Status,
    refuse,
)
from ipam_progress.security.ntlm import NTLM_OID
from ipam_progress.security.upgrade import AuthenticatedPeer

__all__ = [
    "SPNEGO_OID",
    "SpnegoAcceptor",
    "SpnegoInitiator",
    "TokenKind",
    "mechanism_of",
    "read_init",
    "read_response",
    "take_apart",
]

SPNEGO_OID: Final = "1.3.6.1.5.5.2"

_NTLM_MARK: Final = b"NTLMSSP\x00"
_INITIAL_TOKEN: Final = b"\x60"
"""The first octet of an InitialContextToken, [RFC 2743] 3.1."""


class _State(Enum):
    FIRST = "no token has come"
    BARE = "a mechanism without SPNEGO is at work"
    EXCHANGE = "tokens of the mechanism are exchanged"
    COMPLETE = "the context stands"


class TokenKind(Enum):
    """What a token is."""

    NOTHING = "nothing"
    BARE = "a token of a mechanism"
    INIT = "a NegTokenInit"
    RESPONSE = "a NegTokenResp"


_Table: TypeAlias = Mapping[tuple[_State, TokenKind], Callable[[Any, bytes], bytes]]


class _Context:
    """What both ends have: the mechanism that was chosen, and the state."""

    _table: ClassVar[_Table]
    """What is done with a token; what has no row is refused."""

    __slots__ = (
        "_chosen",
        "_is_bare",
        "_mech_list",
        "_mic_received",
        "_mic_required",
        "_mic_sent",
        "_state",
    )

    def __init__(self) -> None:
        self._state = _State.FIRST
        self._chosen: Mechanism | None = None
        self._is_bare = False
        self._mech_list = b""
        self._mic_required = False
        self._mic_received = False
        self._mic_sent = False

    def step(self, token: bytes) -> bytes:
        """Take a token of the peer and give the answer."""
        try:
            kind, content = take_apart(token)
        except DECODING_ERRORS as error:
            raise refuse(f"not a token of SPNEGO: {error}") from None
        method = self._table.get((self._state, kind))
        if method is None:
            raise refuse(f"{kind.value} came while {self._state.value}")
        return method(self, content)

    @property
    def oids(self) -> tuple[str, ...]:
        """SPNEGO's name."""
        return (SPNEGO_OID,)

    @property
    def mechanism(self) -> Mechanism:
        """The mechanism that was chosen."""
        if self._chosen is None:
            raise LocalProtocolError("no mechanism has been chosen yet")
        return self._chosen

    @property
    def complete(self) -> bool:
        """Whether the context stands."""
        return self._state is _State.COMPLETE

    @property
    def level(self) -> ProtectionLevel:
        """What the mechanism has agreed on."""
        return self.mechanism.level

    @property
    def peer(self) -> AuthenticatedPeer:
        """Who the mechanism says is there."""
        return self.mechanism.peer

    def sign(self, message: bytes) -> bytes:
        """Make a signature by the mechanism."""
        return self.mechanism.sign(message)

    def verify(self, message: bytes, signature: bytes) -> None:
        """Check a signature by the mechanism."""
        self.mechanism.verify(message, signature)

    def restart_sealing(self) -> None:
        """Begin the mechanism's key streams again."""
        self.mechanism.restart_sealing()

    def wrap(self, message: bytes) -> bytes:
        """Protect octets by the mechanism."""
        return self.mechanism.wrap(message)

    def unwrap(self, data: bytes) -> bytes:
        """Open octets by the mechanism."""
        return self.mechanism.unwrap(data)

    def _check_mic(self, mic: bytes | None, token: bytes | None) -> None:
        """Check a mechListMIC if one has come, [RFC 4178] 5."""
        if not mic or mic == token:
            # Windows 2000 put the mechanism's token there a second time, [MS-SPNG] 3.3.5.1.
            return
        if not self.mechanism.complete:
            raise refuse("a mechListMIC before there is a key for it")
        self.mechanism.verify(self._mech_list, mic)
        self._mic_received = True

    def _make_mic(self) -> bytes:
        self._mic_sent = True
        return self.mechanism.sign(self._mech_list)

    def _finish(self) -> None:
        if self._mic_sent or self._mic_received:
            self.mechanism.restart_sealing()
        self._state = _State.COMPLETE


class SpnegoAcceptor(_Context):
    """The server's end. A client that uses a mechanism without SPNEGO is understood too."""

    __slots__ = ("_factories", "_required_level")

    def __init__(
        self,
        mechanisms: Mapping[str, Callable[[], Mechanism]],
        required_level: ProtectionLevel = ProtectionLevel.ENCRYPT_AND_SIGN,
    ) -> None:
        """Begin.

        Args:
            mechanisms: The mechanisms that are offered, by each of their names: what makes an
                acceptor of one.
            required_level: The least protection that is wanted, see `level`.
        """
        super().__init__()
        self._factories = mechanisms
        self._required_level = required_level

    @property
    def level(self) -> ProtectionLevel:
        """What has been agreed on.

        A client that wants no protection uses NTLM without SPNEGO, [MS-NNS] 3.1.3. .NET's own
        NTLM then agrees to sign all the same, for the MIC, and does not. So where no protection
        will do, to sign without SPNEGO means none.
        """
        level = self.mechanism.level
        if (
            self._is_bare
            and level is ProtectionLevel.SIGN
            and self._required_level is ProtectionLevel.NONE
        ):
            return ProtectionLevel.NONE
        return level

    def _begin_bare(self, token: bytes) -> bytes:
        """Go on without SPNEGO; the token tells the mechanism by itself."""
        self._choose([mechanism_of(token)])
        self._is_bare = True
        self._state = _State.BARE
        return self._step_bare(token)

    def _step_bare(self, token: bytes) -> bytes:
        answer = self.mechanism.step(token)
        if self.mechanism.complete:
            self._finish()
        return answer

    def _begin(self, content: bytes) -> bytes:
        """Choose a mechanism, [RFC 4178] 4.2.1; the client's order counts."""
        init, self._mech_list = read_init(content)
        oid = self._choose(init.mech_types)
        # The token is one of the mechanism that the client likes best.
        is_first = init.mech_types[0] in self.mechanism.oids
        self._mic_required = not is_first
        answer = self.mechanism.step(init.mech_token) if is_first and init.mech_token else b""
        self._check_mic(init.mech_list_mic, init.mech_token)
        self._state = _State.EXCHANGE
        return self._respond(answer, oid)

    def _go_on(self, content: bytes) -> bytes:
        """Take the client's next token, [RFC 4178] 4.2.2."""
        response = read_response(content)
        answer = b""
        if response.response_token and not self.mechanism.complete:
            answer = self.mechanism.step(response.response_token)
        elif response.response_token or not self.mechanism.complete:
            raise refuse("a NegTokenResp with a token where none is due, or without one")
        self._check_mic(response.mech_list_mic, response.response_token)
        return self._respond(answer)

    def _choose(self, offered: Sequence[str]) -> str:
        for oid in offered:
            factory = self._factories.get(oid)
            if factory is not None:
                self._chosen = factory()
                return oid
        raise refuse(f"none of the client's mechanisms is offered: {', '.join(offered[:8])}")

    def _respond(self, answer: bytes, oid: str | None = None) -> bytes:
        """Make the answer, and see whether that was the last of them.

        Args:
            answer: The mechanism's token.
            oid: The mechanism's name as the client spelled it, in the first answer only.
        """
        mic = None
        if not self.mechanism.complete:
            is_request = oid is not None and self._mic_required
            state = NegState.request_mic if is_request else NegState.accept_incomplete
        else:
            if (self._mic_required or self._mic_received) and not self._mic_sent:
                mic = self._make_mic()
            if self._mic_required and not self._mic_received:
                if not answer:
                    # It had its chance: the client could sign with its last token.
                    raise refuse("the client did not sign its list of mechanisms (mechListMIC)")
                state = NegState.accept_incomplete
            else:
                state = NegState.accept_complete
                self._finish()
        return NegTokenResp(state, oid, answer or None, mic).pack()

    _table: ClassVar[_Table] = {
        (_State.FIRST, TokenKind.BARE): _begin_bare,
        (_State.FIRST, TokenKind.INIT): _begin,
        (_State.BARE, TokenKind.BARE): _step_bare,
        (_State.EXCHANGE, TokenKind.RESPONSE): _go_on,
    }


class SpnegoInitiator(_Context):
    """The client's end. The first mechanism is tried at once, the others if the server likes."""

    __slots__ = ("_mechanisms",)

    def __init__(self, mechanisms: Sequence[Mechanism]) -> None:
        """Begin.

        Args:
            mechanisms: Initiators, the one that is liked best first; one at least.
        """
        super().__init__()
        if not mechanisms:
            raise LocalProtocolError("there is no mechanism to log on with")
        self._mechanisms = mechanisms

    def _begin(self, _: bytes) -> bytes:
        offered = [mechanism.oids[0] for mechanism in self._mechanisms]
        self._mech_list = pack_mech_type_list(offered)
        self._state = _State.EXCHANGE
        return NegTokenInit(offered, mech_token=self._mechanisms[0].step(b"")).pack()

    def _go_on(self, content: bytes) -> bytes:
        response = read_response(content)
        answer = b""
        if self._chosen is None:
            answer = self._take_choice(response)
        if response.response_token and not self.mechanism.complete:
            answer = self.mechanism.step(response.response_token)
        elif response.response_token:
            raise refuse("the server sent a token of a mechanism that had come to its end")
        self._check_mic(response.mech_list_mic, response.response_token)
        return self._respond(response.neg_state, answer)

    def _take_choice(self, response: NegTokenResp) -> bytes:
        """See which mechanism the server has chosen, [RFC 4178] 4.2.2."""
        oid = response.supported_mech
        for mechanism in self._mechanisms:
            if oid in mechanism.oids:
                self._chosen = mechanism
                break
        else:
            raise refuse(f"the server chose a mechanism that was not offered: {oid}")
        if self._chosen is self._mechanisms[0]:
            self._mic_required = response.neg_state == NegState.request_mic
            return b""
        # Somebody may have struck the better ones off the list; signatures over it will tell.
        self._mic_required = True
        if response.response_token:
            raise refuse("the server answered a token of a mechanism that it did not choose")
        return self._chosen.step(b"")

    def _respond(self, state: NegState | None, answer: bytes) -> bytes:
        if state == NegState.accept_complete:
            if answer or not self.mechanism.complete:
                raise refuse("the server says that the negotiation is over, and it is not")
            if (self._mic_required or self._mic_sent) and not self._mic_received:
                raise refuse("the server did not sign the list of mechanisms (mechListMIC)")
            self._finish()
            return b""
        if not self.mechanism.complete:
            if not answer:
                raise refuse("the server goes on without a token")
            return NegTokenResp(response_token=answer).pack()
        if self._mic_sent:
            raise refuse("the server goes on when all is said")
        # The signature goes with the mechanism's last token, as Windows and .NET do it.
        mic = self._make_mic()
        if self._mic_received:
            self._finish()
        return NegTokenResp(response_token=answer or None, mech_list_mic=mic).pack()

    _table: ClassVar[_Table] = {
        (_State.FIRST, TokenKind.NOTHING): _begin,
        (_State.EXCHANGE, TokenKind.RESPONSE): _go_on,
    }


def take_apart(token: bytes) -> tuple[TokenKind, bytes]:
    """Tell what a token is, and give what SPNEGO has to read of it.

    Raises:
        ValueError: Or another one of `DECODING_ERRORS`, if it is no token.
    """
    if not token:
        return TokenKind.NOTHING, b""
    if token.startswith(_NTLM_MARK):
        return TokenKind.BARE, token
    value = unpack_asn1(token)[0]
    if token.startswith(_INITIAL_TOKEN):
        initial = InitialContextToken.unpack(value.b_data)
        if initial.this_mech != SPNEGO_OID:
            return TokenKind.BARE, token
        value = unpack_asn1(initial.inner_context_token)[0]
        if value.tag_class == TagClass.context_specific and value.tag_number == 0:
            return TokenKind.INIT, value.b_data
    elif value.tag_class == TagClass.context_specific and value.tag_number == 1:
        return TokenKind.RESPONSE, value.b_data
    raise ValueError("neither a NegTokenInit nor a NegTokenResp")


def mechanism_of(token: bytes) -> str:
    """Give the name of the mechanism whose first token this is, [RFC 2743] 3.1."""
    if token.startswith(_NTLM_MARK):
        return NTLM_OID
    return InitialContextToken.unpack(unpack_asn1(token)[0].b_data).this_mech


def read_init(content: bytes) -> tuple[NegTokenInit, bytes]:
    """Read a NegTokenInit; give the octets of its list of mechanisms too, as a MIC signs them.

    Raises:
        SecurityError: If it is none.
    """
    try:
        init = NegTokenInit.unpack(content)
        # The octets as they came are what is signed, not what we would write for them.
        return init, unpack_asn1_sequence(unpack_asn1(content)[0])[0].b_data
    except DECODING_ERRORS as error:
        raise refuse(f"not a NegTokenInit: {error}") from None


def read_response(content: bytes) -> NegTokenResp:
    """Read a NegTokenResp.

    Raises:
        SecurityError: If it is none, or if the peer rejects the negotiation with it.
    """
    try:
        response = NegTokenResp.unpack(content)
    except DECODING_ERRORS as error:
        raise refuse(f"not a NegTokenResp: {error}") from None
    if response.neg_state == NegState.reject:
        raise refuse("the peer rejects the negotiation", Status.LOGON_DENIED)
    return response
