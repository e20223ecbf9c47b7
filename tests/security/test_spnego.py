"""SPNEGO: the choice of a mechanism, the signatures over it, and who meddles with either."""

import contextlib
from datetime import UTC, datetime

import pytest
import spnego
from hypothesis import given
from hypothesis import strategies as st
from spnego._spnego import InitialContextToken, NegState, NegTokenInit, NegTokenResp

from ipam_progress.errors import LocalProtocolError, SecurityError
from ipam_progress.security.accounts import Accounts, nt_hash
from ipam_progress.security.mechanism import ProtectionLevel, Status, refuse
from ipam_progress.security.ntlm import NTLM_OID, NtlmAcceptor, NtlmInitiator, ServerNames
from ipam_progress.security.spnego import SPNEGO_OID, SpnegoAcceptor, SpnegoInitiator
from ipam_progress.security.upgrade import AuthenticatedPeer

NOW = datetime(2026, 11, 21, tzinfo=UTC)
KRB5 = "1.2.840.113554.1.2.2"
MS_KRB5 = "1.2.840.48018.1.2.2"
NEGOEX = "1.3.6.1.4.1.311.2.2.30"


class Toy:
    """A mechanism of as many tokens as a test wants: initiator and acceptor count in turn."""

    level = ProtectionLevel.ENCRYPT_AND_SIGN
    peer = AuthenticatedPeer("toy", "Toy")

    def __init__(self, tokens, oids=(KRB5, MS_KRB5)):
        self.tokens = tokens
        self.oids = oids
        self.count = 0
        self.restarts = 0
        self.complete = False

    def step(self, token):
        if token != (b"%d" % self.count if self.count else b""):
            raise refuse(f"toy token {token!r}")
        self.count += 1
        answer = b"%d" % self.count if self.count <= self.tokens else b""
        self.count += 1
        self.complete = self.count > self.tokens
        return answer

    def sign(self, message):
        assert self.complete
        return b"signed " + message

    def verify(self, message, signature):
        if signature != b"signed " + message:
            raise refuse("toy signature")

    def restart_sealing(self):
        self.restarts += 1

    def wrap(self, message):
        return b"[" + message

    def unwrap(self, data):
        return data[1:]


class ToyAcceptor(Toy):
    def __init__(self, tokens, oids=(KRB5, MS_KRB5)):
        super().__init__(tokens, oids)
        self.count = 1


def offering(*toys):
    """An acceptor that offers toys."""
    return SpnegoAcceptor({oid: lambda toy=toy: toy for toy in toys for oid in toy.oids})


def ntlm_acceptor():
    accounts = Accounts({"alice": nt_hash("Secret.123")})
    return NtlmAcceptor(accounts, names=ServerNames(), now=NOW)


def ntlm_initiator(level=ProtectionLevel.ENCRYPT_AND_SIGN):
    return NtlmInitiator("alice", "Secret.123", level=level, now=NOW)


def talk(server, client):
    """Let both ends talk till both are done; give the tokens."""
    tokens = [client.step(b"")]
    while not (server.complete and client.complete):
        assert len(tokens) < 10
        tokens.append((server if len(tokens) % 2 else client).step(tokens[-1]))
    return tokens


def states(tokens):
    """Give what the server's answers say."""
    return [NegTokenResp.unpack(token[2:] if token[1] < 128 else token[3:]) for token in tokens]


# --- How it goes ---------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_the_first_mechanism_is_the_servers_choice_too(count):
    server_toy, client_toy = ToyAcceptor(count), Toy(count)
    server, client = offering(server_toy), SpnegoInitiator([client_toy])
    talk(server, client)
    assert server.complete
    assert client.complete
    assert server.mechanism is server_toy
    assert client.mechanism is client_toy


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_a_mechanism_that_is_not_the_first_is_signed_for(count):
    server_toy, client_toy = ToyAcceptor(count), Toy(count)
    server = offering(server_toy)
    client = SpnegoInitiator([Toy(3, ("1.2.3",)), client_toy])
    tokens = talk(server, client)
    assert server_toy.restarts == client_toy.restarts == 1
    assert states(tokens[1:2])[0].neg_state == NegState.request_mic
    assert states(tokens[1:2])[0].supported_mech == KRB5


def test_a_ticket_is_enough():
    server, client = offering(ToyAcceptor(2)), SpnegoInitiator([Toy(2)])
    tokens = talk(server, client)
    (answer,) = states(tokens[1:2])
    assert len(tokens) == 3
    assert tokens[2] == b""
    assert answer.neg_state == NegState.accept_complete
    assert answer.response_token == b"2"
    assert answer.mech_list_mic is None


def test_a_ticket_after_another_token():
    """Windows may like something else best, and then Kerberos: an AP-REP with a signature."""
    server, client = offering(ToyAcceptor(2)), SpnegoInitiator([Toy(2, (NEGOEX,)), Toy(2)])
    tokens = talk(server, client)
    answers = states(tokens[1::2])
    assert [answer.neg_state for answer in answers] == [
        NegState.request_mic,
        NegState.accept_incomplete,
        NegState.accept_complete,
    ]
    assert answers[1].mech_list_mic.startswith(b"signed")


def test_the_mechanism_is_called_as_the_client_calls_it():
    server = offering(ToyAcceptor(2))
    answer = server.step(NegTokenInit([MS_KRB5, KRB5, NTLM_OID], mech_token=b"1").pack())
    assert states([answer])[0].supported_mech == MS_KRB5
    assert server.complete


def test_a_client_may_come_without_a_token():
    server = offering(ToyAcceptor(2))
    answer = server.step(NegTokenInit([KRB5]).pack())
    assert states([answer])[0].neg_state == NegState.accept_incomplete
    answer = server.step(NegTokenResp(response_token=b"1").pack())
    assert states([answer])[0].neg_state == NegState.accept_complete


@pytest.mark.parametrize("mechanisms", [(), (NEGOEX,)])
def test_ntlm_in_spnego(mechanisms):
    server = SpnegoAcceptor({NTLM_OID: ntlm_acceptor})
    client = SpnegoInitiator([*(Toy(2, (oid,)) for oid in mechanisms), ntlm_initiator()])
    tokens = talk(server, client)
    answers = states(tokens[1::2])
    assert answers[-1].neg_state == NegState.accept_complete
    assert answers[-1].mech_list_mic is not None
    assert server.peer.name == "alice"
    assert client.peer.name == ""
    # The signatures over the list had number 0.
    first = client.wrap(b"up")
    assert first[12:16] == b"\x01\x00\x00\x00"
    assert server.unwrap(first) == b"up"
    assert client.unwrap(server.wrap(b"down")) == b"down"
    client.verify(b"x", server.sign(b"x"))
    server.verify(b"y", client.sign(b"y"))
    assert server.oids == client.oids == (SPNEGO_OID,)
    server.restart_sealing()


def test_ntlm_with_pyspnego():
    server = SpnegoAcceptor({NTLM_OID: ntlm_acceptor})
    client = spnego.client(
        "alice", "Secret.123", protocol="negotiate", options=spnego.NegotiateOptions.use_negotiate
    )
    token = client.step()
    while not client.complete:
        token = client.step(server.step(token))
    assert server.unwrap(client.wrap(b"up").data) == b"up"
    assert client.unwrap(server.wrap(b"down")).data == b"down"


def test_our_client_at_pyspnegos_server(tmp_path, monkeypatch):
    users = tmp_path / "users"
    users.write_text(":alice:Secret.123\n")
    monkeypatch.setenv("NTLM_USER_FILE", str(users))
    server = spnego.server(protocol="negotiate", options=spnego.NegotiateOptions.use_negotiate)
    client = SpnegoInitiator([ntlm_initiator()])
    token = client.step(b"")
    while not client.complete:
        token = client.step(server.step(token))
    assert server.unwrap(client.wrap(b"up")).data == b"up"
    assert client.unwrap(server.wrap(b"down").data) == b"down"


# --- Without SPNEGO ------------------------------------------------------------------------------


@pytest.mark.parametrize("level", list(ProtectionLevel))
@pytest.mark.parametrize("required", list(ProtectionLevel))
def test_bare_ntlm(level, required):
    server = SpnegoAcceptor({NTLM_OID: ntlm_acceptor}, required)
    client = ntlm_initiator(level)
    assert server.step(client.step(server.step(client.step(b"")))) == b""
    assert server.complete
    # To sign, without SPNEGO, where no protection will do, means no protection.
    is_lax = required is ProtectionLevel.NONE and level is ProtectionLevel.SIGN
    assert server.level is (ProtectionLevel.NONE if is_lax else level)


def test_signing_in_spnego_means_signing():
    server = SpnegoAcceptor({NTLM_OID: ntlm_acceptor}, ProtectionLevel.NONE)
    client = SpnegoInitiator([ntlm_initiator(ProtectionLevel.SIGN)])
    talk(server, client)
    assert server.level is client.level is ProtectionLevel.SIGN


def test_another_bare_mechanism():
    toy = ToyAcceptor(2)
    toy.step = lambda token: setattr(toy, "complete", True) or b"answer"
    server = offering(toy)
    assert server.step(InitialContextToken(KRB5, b"ticket").pack()) == b"answer"
    assert server.complete


def test_a_bare_mechanism_that_is_not_offered():
    server = offering(ToyAcceptor(2))
    with pytest.raises(SecurityError, match=r"none of the client's mechanisms.*311\.2\.2\.10"):
        server.step(ntlm_initiator().step(b""))


# --- What is refused -----------------------------------------------------------------------------


def response(state=None, mech=None, token=None, mic=None):
    return NegTokenResp(state, mech, token, mic).pack()


def test_a_server_refuses_what_it_does_not_offer():
    with pytest.raises(SecurityError, match="none of the client's mechanisms"):
        offering(ToyAcceptor(2)).step(NegTokenInit([NEGOEX, NTLM_OID]).pack())
    with pytest.raises(SecurityError, match="none of the client's mechanisms"):
        offering(ToyAcceptor(2)).step(NegTokenInit([]).pack())


@pytest.mark.parametrize(
    ("first", "second", "problem"),
    [
        (NegTokenInit([KRB5], mech_token=b"1", mech_list_mic=b"m").pack(), None, "before"),
        (NegTokenInit([KRB5], mech_token=b"1").pack(), response(), "without one"),
        (NegTokenInit([KRB5], mech_token=b"1").pack(), response(mic=b"m"), "without one"),
        (NegTokenInit([KRB5], mech_token=b"1").pack(), response(NegState.reject), "rejects"),
        (NegTokenInit([KRB5], mech_token=b"1").pack(), response(token=b"9"), "toy token"),
        (
            NegTokenInit([KRB5], mech_token=b"1").pack(),
            response(token=b"3", mic=b"m"),
            "toy signature",
        ),
        (
            NegTokenInit([KRB5], mech_token=b"1").pack(),
            NegTokenInit([KRB5], mech_token=b"1").pack(),
            "NegTokenInit came while tokens",
        ),
        (NegTokenInit([KRB5], mech_token=b"1").pack(), b"NTLMSSP\x00", "token of a mech.* came"),
        (NegTokenInit([KRB5], mech_token=b"1").pack(), b"", "nothing came"),
        (NegTokenInit([NEGOEX, KRB5]).pack(), response(token=b"1", mic=b"m"), "before"),
        (response(token=b"1"), None, "NegTokenResp came while no token"),
        (b"", None, "nothing came"),
        (b"\x60", None, "not a token of SPNEGO"),
        (b"\x30\x00", None, "neither"),
        (b"\xa2\x00", None, "neither"),
        (InitialContextToken(SPNEGO_OID, b"\xa1\x00").pack(), None, "neither"),
        (InitialContextToken(SPNEGO_OID, b"").pack(), None, "not a token of SPNEGO"),
        (InitialContextToken(SPNEGO_OID, b"\xa0\x00").pack(), None, "not a NegTokenInit"),
        (InitialContextToken(SPNEGO_OID, b"\xa0\x02\x30\x00").pack(), None, "not a NegTokenInit"),
        (NegTokenInit([KRB5], mech_token=b"1").pack(), b"\xa1\x00", "not a NegTokenResp"),
    ],
)
def test_a_server_refuses(first, second, problem):
    server = offering(ToyAcceptor(4))
    if second is not None:
        server.step(first)
        first = second
    with pytest.raises(SecurityError, match=problem) as caught:
        server.step(first)
    assert caught.value.status in set(Status)
    assert not server.complete


def test_a_server_wants_the_list_signed_where_its_choice_was_not_the_first():
    server = offering(ToyAcceptor(3))
    server.step(NegTokenInit([NEGOEX, KRB5], mech_token=b"?").pack())
    server.step(response(token=b"1"))
    with pytest.raises(SecurityError, match="did not sign"):
        server.step(response(token=b"3"))


def test_a_list_that_was_changed_on_the_way_is_noticed():
    server = offering(ToyAcceptor(3))
    client = SpnegoInitiator([Toy(3, (NEGOEX,)), Toy(3)])
    client.step(b"")
    token = client.step(server.step(NegTokenInit([KRB5, NEGOEX]).pack()))
    with pytest.raises(SecurityError, match="toy signature"):
        server.step(client.step(server.step(token)))


def test_a_token_in_the_place_of_the_signature_is_overlooked():
    server = offering(ToyAcceptor(3))
    server.step(NegTokenInit([KRB5], mech_token=b"1").pack())
    answer = server.step(response(token=b"3", mic=b"3"))
    assert states([answer])[0].neg_state == NegState.accept_complete


def test_nothing_is_taken_once_the_context_stands():
    for bare in (False, True):
        server = SpnegoAcceptor({NTLM_OID: ntlm_acceptor})
        client = ntlm_initiator() if bare else SpnegoInitiator([ntlm_initiator()])
        tokens = [client.step(b"")]
        while not server.complete:
            tokens.append(server.step(tokens[-1]))
            if not server.complete:
                tokens.append(client.step(tokens[-1]))
        with pytest.raises(SecurityError, match="came while the context stands"):
            server.step(tokens[-2])


def test_a_client_needs_a_mechanism():
    with pytest.raises(LocalProtocolError, match="no mechanism"):
        SpnegoInitiator([])


def test_there_is_no_mechanism_before_it_is_chosen():
    for end in (offering(ToyAcceptor(2)), SpnegoInitiator([Toy(2)])):
        with pytest.raises(LocalProtocolError, match="has been chosen"):
            end.wrap(b"x")


INCOMPLETE, COMPLETE = NegState.accept_incomplete, NegState.accept_complete
REQUEST_MIC = NegState.request_mic


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        ([response(NegState.reject)], "rejects"),
        ([response(INCOMPLETE)], "not offered"),
        ([response(INCOMPLETE, "1.2.3")], "not offered"),
        ([response(INCOMPLETE, KRB5)], "goes on without a token"),
        ([response(COMPLETE, KRB5)], "over, and it is not"),
        ([response(COMPLETE, KRB5, b"2")], "over, and it is not"),
        ([response(INCOMPLETE, KRB5, b"9")], "toy token"),
        ([response(INCOMPLETE, KRB5, mic=b"m")], "before there is a key"),
        ([response(REQUEST_MIC, NTLM_OID, b"2")], "did not choose"),
        ([response(INCOMPLETE, KRB5, b"2"), response(COMPLETE)], "did not sign"),
        ([response(INCOMPLETE, KRB5, b"2"), response(COMPLETE, mic=b"m")], "toy signature"),
        ([response(INCOMPLETE, KRB5, b"2"), response(INCOMPLETE, None, b"4")], "come to its end"),
        ([response(INCOMPLETE, KRB5, b"2"), response(INCOMPLETE)], "all is said"),
        ([b"\xa1\x00"], "not a NegTokenResp"),
        ([b"NTLMSSP\x00"], "token of a mechanism came"),
        ([b""], "nothing came"),
        ([b"\xa1"], "not a token"),
    ],
)
def test_a_client_refuses(answers, problem):
    client = SpnegoInitiator([Toy(3), Toy(3, (NTLM_OID,))])
    client.step(b"")
    *good, bad = answers
    for answer in good:
        client.step(answer)
    with pytest.raises(SecurityError, match=problem):
        client.step(bad)
    assert not client.complete


def test_a_client_takes_a_signature_it_did_not_ask_for():
    toy = Toy(2)
    client = SpnegoInitiator([toy])
    mech_list = NegTokenInit([KRB5]).pack()
    client.step(b"")
    mic = b"signed " + mech_list[mech_list.index(b"\x30\x0b") :][:13]
    assert client.step(response(COMPLETE, KRB5, b"2", mic)) == b""
    assert client.complete
    assert toy.restarts == 1


# --- Anything ------------------------------------------------------------------------------------


@given(token=st.binary(max_size=80))
def test_random_octets_raise_nothing_but_security_error(token):
    for head in (b"", b"\x60", b"\xa1", InitialContextToken(SPNEGO_OID, b"\xa0").pack()):
        with contextlib.suppress(SecurityError):
            offering(ToyAcceptor(3)).step(head + token)
        client = SpnegoInitiator([Toy(3)])
        client.step(b"")
        with contextlib.suppress(SecurityError):
            client.step(head + token)


@given(data=st.data())
def test_changed_tokens_raise_nothing_but_security_error(data):
    server, client = SpnegoAcceptor({NTLM_OID: ntlm_acceptor}), SpnegoInitiator([ntlm_initiator()])
    spoiled = data.draw(st.integers(0, 3))
    token = client.step(b"")
    with contextlib.suppress(SecurityError):
        for number, end in enumerate([server, client, server, client]):
            if number == spoiled:
                position = data.draw(st.integers(0, len(token) - 1))
                changed = bytearray(token)
                changed[position : position + data.draw(st.integers(0, 3))] = data.draw(
                    st.binary(max_size=4)
                )
                token = bytes(changed)
            token = end.step(token)


def test_tokens_within_tokens_do_not_exhaust_the_stack():
    token = b""
    while len(token) < 0xF000:
        token = InitialContextToken(SPNEGO_OID, token).pack()
    with pytest.raises(SecurityError):
        offering(ToyAcceptor(2)).step(token)
