"""NTLM: the examples of [MS-NLMP], our two ends, pyspnego's ends, and what is refused."""

import contextlib
import hmac
import struct
from datetime import UTC, datetime

import pytest
import spnego
from hypothesis import given
from hypothesis import strategies as st
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
)

from ipam_progress.errors import LocalProtocolError, SecurityError
from ipam_progress.security import ntlm
from ipam_progress.security.accounts import Accounts, nt_hash
from ipam_progress.security.mechanism import ProtectionLevel, Status
from ipam_progress.security.ntlm import (
    NTLM_OID,
    NtlmAcceptor,
    NtlmInitiator,
    NtlmProtection,
    ServerNames,
)

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
NAMES = ServerNames("IPAM1", "CONTOSO", "ipam1.contoso.com", "contoso.com")
PASSWORD = "Secret.123"
LEVELS = list(ProtectionLevel)
FLAGS = NegotiateFlags
USE_NTLM = spnego.NegotiateOptions.use_ntlm


def accounts(*names):
    return Accounts({name: nt_hash(PASSWORD) for name in names or ("CONTOSO\\alice",)})


def acceptor(lookup=None, **changes):
    return NtlmAcceptor(lookup or accounts(), **{"names": NAMES, "now": NOW, **changes})


def initiator(user="alice", password=PASSWORD, **changes):
    return NtlmInitiator(user, password, **{"domain": "CONTOSO", "now": NOW, **changes})


def joined(server, client):
    """Let both ends talk till they are done."""
    server.step(client.step(server.step(client.step(b""))))
    assert server.complete
    assert client.complete
    return server, client


# --- The document's examples, [MS-NLMP] 4.2.4 ----------------------------------------------------

EXAMPLE_FLAGS = 0xE28A8233
EXAMPLE_KEY = b"\x55" * 16
PLAINTEXT = "Plaintext".encode("utf-16-le")


def test_the_example_of_sealing():
    protection = NtlmProtection(EXAMPLE_FLAGS, EXAMPLE_KEY, is_server=False)
    assert protection.wrap(PLAINTEXT) == bytes.fromhex(
        "01000000 7fb38ec5c55d4976 00000000 54e50165bf1936dc996020c1811b0f06fb5f"
    )


def test_the_example_of_a_response_key():
    key = ntlm._response_key(nt_hash("Password"), "User", "Domain")
    assert key.hex() == "0c868a403bfd7a93a3001ef22ef02e3f"


def test_upper_case_is_windows_upper_case():
    upper = ntlm._response_key(b"h", "STRAßE", "d")
    assert ntlm._response_key(b"h", "straße", "d") == upper
    assert ntlm._response_key(b"h", "STRASSE", "d") != upper


# --- Both ends -----------------------------------------------------------------------------------


@pytest.mark.parametrize("level", LEVELS)
def test_both_ends_agree(level):
    server, client = joined(acceptor(), initiator(level=level))
    assert server.level is client.level is level
    assert server.peer.name == "CONTOSO\\alice"
    assert server.peer.mechanism == client.peer.mechanism == "NTLM"
    assert client.peer.name == ""
    assert server.oids == (NTLM_OID,)


@pytest.mark.parametrize("level", [ProtectionLevel.SIGN, ProtectionLevel.ENCRYPT_AND_SIGN])
def test_messages_arrive(level):
    server, client = joined(acceptor(), initiator(level=level))
    for sender, receiver in [(client, server), (server, client)] * 2:
        for message in (b"", b"x", b"word" * 5000):
            data = sender.wrap(message)
            assert len(data) == 16 + len(message)
            if message:
                assert data.endswith(message) is (level is ProtectionLevel.SIGN)
            assert receiver.unwrap(data) == message
        receiver.verify(b"beside", sender.sign(b"beside"))


def test_the_key_streams_begin_again_and_the_numbers_go_on():
    server, client = joined(acceptor(), initiator())
    first = client.wrap(b"same")
    server.unwrap(first)
    client.restart_sealing()
    server.restart_sealing()
    second = client.wrap(b"same")
    assert second[16:] == first[16:]
    assert second[12:16] == b"\x01\x00\x00\x00"
    assert server.unwrap(second) == b"same"


@pytest.mark.parametrize("level", [ProtectionLevel.SIGN, ProtectionLevel.ENCRYPT_AND_SIGN])
@pytest.mark.parametrize("position", [0, 4, 11, 12, 15, 16, -1])
def test_a_changed_message_is_refused(level, position):
    server, client = joined(acceptor(), initiator(level=level))
    data = bytearray(client.wrap(b"message"))
    data[position] ^= 1
    with pytest.raises(SecurityError, match="signature"):
        server.unwrap(bytes(data))


def test_a_message_that_is_lost_repeated_or_short_is_refused():
    for spoil in (
        lambda first, second: [second],
        lambda first, second: [first, first],
        lambda first, second: [first[:15]],
        lambda first, second: [b""],
    ):
        server, client = joined(acceptor(), initiator())
        messages = spoil(client.wrap(b"1"), client.wrap(b"2"))
        with pytest.raises(SecurityError, match="signature"):
            [server.unwrap(message) for message in messages]


def test_a_message_is_not_taken_by_its_own_sender():
    _, client = joined(acceptor(), initiator())
    with pytest.raises(SecurityError, match="signature"):
        client.unwrap(client.wrap(b"echo"))


def test_a_context_that_does_not_stand_protects_nothing():
    for end in (acceptor(), initiator()):
        assert not end.complete
        with pytest.raises(LocalProtocolError, match="does not stand"):
            end.wrap(b"x")


@pytest.mark.parametrize(
    ("spelled", "known"),
    [
        (("contoso", "ALICE"), "CONTOSO\\alice"),
        (("CONTOSO", "Alice"), "CONTOSO\\alice"),
        (("", "bob"), "bob"),
        (("ANYWHERE", "bob"), "bob"),
        (("", "carol@contoso.com"), "carol@contoso.com"),
        (("", "Straße"), "straße"),
    ],
)
def test_the_peer_has_the_name_of_the_account(spelled, known):
    domain, user = spelled
    server, _ = joined(acceptor(accounts(known)), initiator(user, domain=domain))
    assert server.peer.name == known


def test_what_a_challenge_says():
    server = acceptor(challenge=b"12345678")
    challenge = Challenge.unpack(server.step(initiator().step(b"")))
    assert challenge.server_challenge == b"12345678"
    assert challenge.target_name == "IPAM1"
    assert list(challenge.target_info) == [
        AvId.nb_computer_name,
        AvId.nb_domain_name,
        AvId.dns_computer_name,
        AvId.dns_domain_name,
        AvId.timestamp,
        AvId.eol,
    ]
    assert challenge.target_info[AvId.nb_domain_name] == "CONTOSO"
    assert challenge.target_info[AvId.timestamp] == FileTime(2026, 11, 21, 12)
    assert challenge.pack().endswith(b"\x00\x00\x00\x00")
    assert challenge.version.major == 10


def test_a_version_is_told_to_those_who_tell_theirs():
    assert Challenge.unpack(acceptor().step(Negotiate(ALL_FLAGS).pack())).version is None


def test_names_that_are_empty_are_left_out():
    server = acceptor(names=ServerNames())
    challenge = Challenge.unpack(server.step(initiator().step(b"")))
    assert set(challenge.target_info) == {
        AvId.nb_computer_name,
        AvId.nb_domain_name,
        AvId.timestamp,
        AvId.eol,
    }


@pytest.mark.parametrize("names", [("", "D"), ("C", "")])
def test_a_server_has_names(names):
    with pytest.raises(LocalProtocolError, match="NetBIOS"):
        ServerNames(*names)


def test_challenges_are_not_repeated():
    negotiate = initiator().step(b"")
    challenges = {Challenge.unpack(acceptor().step(negotiate)).server_challenge for _ in range(20)}
    assert len(challenges) == 20


def test_secrets_show_nowhere():
    for end in joined(acceptor(), initiator()):
        assert PASSWORD not in repr(end)
        assert PASSWORD not in repr([getattr(end, name, "") for name in type(end).__slots__])


# --- pyspnego's ends -----------------------------------------------------------------------------


def test_pyspnego_logs_on():
    client = spnego.client(
        "CONTOSO\\alice",
        PASSWORD,
        "server",
        protocol="ntlm",
        options=spnego.NegotiateOptions.use_ntlm,
    )
    server = acceptor()
    server.step(client.step(server.step(client.step())))
    assert server.peer.name == "CONTOSO\\alice"
    assert server.unwrap(client.wrap(b"up").data) == b"up"
    assert client.unwrap(server.wrap(b"down")).data == b"down"


@pytest.mark.parametrize("level", [ProtectionLevel.SIGN, ProtectionLevel.ENCRYPT_AND_SIGN])
def test_pyspnego_lets_us_log_on(level, tmp_path, monkeypatch):
    users = tmp_path / "users"
    users.write_text(f"CONTOSO:alice:{PASSWORD}\n")
    monkeypatch.setenv("NTLM_USER_FILE", str(users))
    server = spnego.server(protocol="ntlm", options=USE_NTLM)
    client = initiator(level=level)
    server.step(client.step(server.step(client.step(b""))))
    assert server.client_principal == "CONTOSO\\alice"
    if level is ProtectionLevel.ENCRYPT_AND_SIGN:
        assert server.unwrap(client.wrap(b"up")).data == b"up"
        assert client.unwrap(server.wrap(b"down").data) == b"down"
    else:
        server.verify(b"up", client.sign(b"up"))
        assert client.unwrap(server.sign(b"down") + b"down") == b"down"


def test_pyspnego_is_refused_with_ntlm_v1(monkeypatch):
    monkeypatch.setenv("LM_COMPAT_LEVEL", "1")
    client = spnego.client(
        "CONTOSO\\alice",
        PASSWORD,
        "server",
        protocol="ntlm",
        options=spnego.NegotiateOptions.use_ntlm,
    )
    server = acceptor()
    answer = client.step(server.step(client.step()))
    with pytest.raises(SecurityError, match="NTLMv1"):
        server.step(answer)


# --- What a server refuses -----------------------------------------------------------------------

ALL_FLAGS = int(
    FLAGS.unicode
    | FLAGS.ntlm
    | FLAGS.extended_session_security
    | FLAGS.key_128
    | FLAGS.key_exch
    | FLAGS.sign
    | FLAGS.seal
    | FLAGS.always_sign
    | FLAGS.request_target
)


@pytest.mark.parametrize(
    "flag",
    [FLAGS.unicode, FLAGS.ntlm, FLAGS.extended_session_security, FLAGS.key_128, FLAGS.key_exch],
)
def test_a_weak_negotiate_is_refused(flag):
    with pytest.raises(SecurityError, match=flag.name) as caught:
        acceptor().step(Negotiate(ALL_FLAGS & ~flag).pack())
    assert caught.value.status == Status.INVALID_TOKEN


class Forger:
    """A client whose AUTHENTICATE is made as a test wants it."""

    def __init__(self, flags=ALL_FLAGS):
        self.server = acceptor()
        self.negotiate = Negotiate(flags).pack()
        self.challenge = self.server.step(self.negotiate)

    def send(
        self,
        *,
        password=PASSWORD,
        flags=0,
        minus=0,
        av_flags=AvFlags.mic,
        encrypted_key=None,
        response=None,
        mic=True,
        **changes,
    ):
        challenge = Challenge.unpack(self.challenge)
        pairs = TargetInfo(challenge.target_info)
        if av_flags is not None:
            pairs[AvId.flags] = av_flags
        key = ntlm._response_key(nt_hash(password), "alice", "CONTOSO")
        made, _, exchange_key = crypto.compute_response_v2(
            key, challenge.server_challenge, b"c" * 8, pairs[AvId.timestamp], pairs
        )
        message = Authenticate(
            (challenge.flags | flags) & ~minus,
            nt_challenge_response=made if response is None else response(made),
            encrypted_session_key=(
                crypto.rc4k(exchange_key, b"k" * 16) if encrypted_key is None else encrypted_key
            ),
            **{"domain_name": "CONTOSO", "username": "alice", **changes},
        )
        if mic:
            octets = self.negotiate + self.challenge + message.pack()
            message.mic = hmac.digest(b"k" * 16, octets, "md5")
        self.server.step(message.pack())
        return self.server


def test_the_forger_can_be_honest():
    assert Forger().send().peer.name == "CONTOSO\\alice"


def test_flags_in_two_pairs_count_together():
    # .NET repeats the server's flags and adds its own behind them.
    assert ntlm._says_mic(struct.pack("<HHIHHIHH", 6, 4, 0, 6, 4, 2, 0, 0))
    assert not ntlm._says_mic(struct.pack("<HHIHHIHH", 6, 4, 0, 6, 4, 1, 0, 0))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"minus": int(FLAGS.key_128)}, "too weak"),
        ({"minus": int(FLAGS.extended_session_security)}, "too weak"),
        ({"minus": int(FLAGS.unicode)}, "too weak"),
        ({"minus": int(FLAGS.key_exch), "encrypted_key": b""}, "too weak"),
        ({"flags": int(FLAGS.anonymous)}, "too weak"),
        ({"response": lambda made: made[:24]}, "NTLMv1"),
        ({"response": lambda made: b""}, "NTLMv1"),
        ({"response": lambda made: made[:43]}, "NTLMv1"),
        ({"response": lambda made: made[:46]}, "not an AUTHENTICATE"),
        ({"av_flags": None}, "no MIC"),
        ({"av_flags": AvFlags.constrained}, "no MIC"),
        ({"encrypted_key": b"k" * 15}, "not 16 octets"),
    ],
)
def test_a_bad_authenticate_is_refused(changes, problem):
    with pytest.raises(SecurityError, match=problem) as caught:
        Forger().send(**changes)
    assert caught.value.status == Status.INVALID_TOKEN


@pytest.mark.parametrize(
    "changes",
    [
        {"password": "wrong"},
        {"username": "nobody"},
        {"username": None},
        {"domain_name": None},
        {"mic": False},
        {"encrypted_key": b"k" * 16},
        {"response": lambda made: bytes(16) + made[16:]},
        {"response": lambda made: made[:-1] + b"x"},
        {"minus": int(FLAGS.seal), "mic": False},
    ],
)
def test_a_proof_that_fails_is_refused(changes):
    with pytest.raises(SecurityError, match="unknown, its password is wrong, or") as caught:
        Forger().send(**changes)
    assert caught.value.status == Status.LOGON_DENIED


def test_a_message_without_room_for_a_mic_is_refused():
    forger = Forger()
    message = without_mic(forger)
    with pytest.raises(SecurityError, match="no MIC"):
        forger.server.step(message)


def without_mic(forger):
    """Make an AUTHENTICATE as Windows XP did: fields behind the head, no version, no MIC."""
    challenge = Challenge.unpack(forger.challenge)
    pairs = TargetInfo(challenge.target_info)
    pairs[AvId.flags] = AvFlags.mic
    response, _, _ = crypto.compute_response_v2(
        b"k" * 16, challenge.server_challenge, b"c" * 8, pairs[AvId.timestamp], pairs
    )
    message = Authenticate(challenge.flags, nt_challenge_response=response, username="alice").pack()
    head, payload = bytearray(message[:64]), message[80:]
    for field in range(12, 60, 8):
        (offset,) = struct.unpack_from("<I", head, field + 4)
        struct.pack_into("<I", head, field + 4, offset - 16)
    return bytes(head) + payload


def test_unknown_users_and_wrong_passwords_are_the_same_work(monkeypatch):
    work = []

    def count(**changes):
        forger = Forger()
        calls = []
        digest = hmac.digest
        with monkeypatch.context() as patch:
            patch.setattr(hmac, "digest", lambda *a: calls.append(len(a[1])) or digest(*a))
            with pytest.raises(SecurityError) as caught:
                forger.send(**changes)
        work.append((calls, str(caught.value).replace("nobod", "alice"), caught.value.status))

    count(password="wrong")
    count(username="nobod")
    count(username="nobod", password="wrong")
    assert work[0] == work[1] == work[2]


@pytest.mark.parametrize("token", [b"", b"NTLMSSP", b"\x60\x00", b"NTLMSSP\x00", bytes(100)])
def test_what_is_no_message_is_refused(token):
    with pytest.raises(SecurityError, match="not a NEGOTIATE"):
        acceptor().step(token)
    client = initiator()
    client.step(b"")
    with pytest.raises(SecurityError, match="not a CHALLENGE"):
        client.step(token)


def test_messages_out_of_turn_are_refused():
    client = initiator()
    negotiate = client.step(b"")
    server = acceptor()
    challenge = server.step(negotiate)
    with pytest.raises(SecurityError, match="not an AUTHENTICATE"):
        server.step(negotiate)
    with pytest.raises(SecurityError, match="none is due"):
        server.step(negotiate)
    authenticate = client.step(challenge)
    with pytest.raises(SecurityError, match="none is due"):
        client.step(challenge)
    with pytest.raises(SecurityError, match="not a NEGOTIATE"):
        acceptor().step(authenticate)


# --- What a client refuses -----------------------------------------------------------------------


@pytest.mark.parametrize("flag", [FLAGS.seal, FLAGS.sign, FLAGS.key_128, FLAGS.key_exch])
def test_a_weak_challenge_is_refused(flag):
    client = initiator()
    negotiate = client.step(b"")
    challenge = Challenge.unpack(acceptor().step(negotiate))
    challenge.flags &= ~flag
    with pytest.raises(SecurityError, match=f"lacks.*{flag.name}") as caught:
        client.step(challenge.pack())
    assert caught.value.status == Status.TRUST_FAILURE


def test_a_challenge_without_names_or_time_is_answered():
    client = initiator(client_challenge=b"c" * 8, session_key=b"k" * 16)
    client.step(b"")
    message = Authenticate.unpack(client.step(Challenge(ALL_FLAGS, b"s" * 8).pack()))
    response = message.nt_challenge_response
    assert FileTime.unpack(response[24:32]) == FileTime(2026, 11, 21, 12)
    assert response[32:40] == b"c" * 8
    assert message.lm_challenge_response == bytes(24)


def test_the_target_is_in_the_response():
    client = initiator(target="host/server.contoso.com")
    authenticate = client.step(acceptor().step(client.step(b"")))
    assert "host/server.contoso.com".encode("utf-16-le") in authenticate


# --- Anything ------------------------------------------------------------------------------------


def genuine():
    """Give the three messages of a good conversation."""
    server, client = acceptor(challenge=b"s" * 8), initiator()
    negotiate = client.step(b"")
    challenge = server.step(negotiate)
    return negotiate, challenge, client.step(challenge)


@given(token=st.binary(max_size=300))
def test_random_octets_raise_nothing_but_security_error(token):
    server = acceptor()
    with pytest.raises(SecurityError):
        server.step(b"NTLMSSP\x00" + token)
    server = acceptor()
    server.step(genuine()[0])
    with pytest.raises(SecurityError):
        server.step(b"NTLMSSP\x00\x03\x00\x00\x00" + token)
    client = initiator()
    client.step(b"")
    try:
        client.step(b"NTLMSSP\x00\x02\x00\x00\x00" + token)
    except SecurityError:
        assert not client.complete


@given(data=st.data())
def test_a_changed_message_never_logs_on(data):
    """Any octet of any message changed: somebody notices, at the latest the server's MIC."""
    server, client = acceptor(), initiator()
    spoiled = data.draw(st.integers(0, 2))
    token = client.step(b"")
    with contextlib.suppress(SecurityError):
        for number, step in enumerate([server.step, client.step, server.step]):
            if number == spoiled:
                position = data.draw(st.integers(0, len(token) - 1))
                changed = bytearray(token)
                changed[position] ^= data.draw(st.integers(1, 255))
                token = bytes(changed)
            token = step(token)
    assert not server.complete
