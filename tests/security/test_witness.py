"""A third party to handshakes of our own two ends: what it hears, and what it can open."""

from datetime import UTC, datetime

import pytest
from spnego._ntlm_raw.messages import Authenticate, NegotiateFlags
from spnego._spnego import NegState, NegTokenInit, NegTokenResp

from ipam_progress.errors import SecurityError
from ipam_progress.security.accounts import Account, Accounts, nt_hash
from ipam_progress.security.mechanism import ProtectionLevel
from ipam_progress.security.ntlm import NTLM_OID, NtlmAcceptor, NtlmInitiator, ServerNames
from ipam_progress.security.spnego import SpnegoAcceptor, SpnegoInitiator
from ipam_progress.security.witness import Witness

NOW = datetime(2026, 1, 2, tzinfo=UTC)
PASSWORD = "correct horse"
ACCOUNTS = Accounts({"LAB\\alice": nt_hash(PASSWORD)})
KERBEROS = "1.2.840.113554.1.2.2"


def initiator(level=ProtectionLevel.ENCRYPT_AND_SIGN, password=PASSWORD):
    return NtlmInitiator("alice", password, domain="LAB", level=level, now=NOW)


def acceptor():
    return NtlmAcceptor(ACCOUNTS, names=ServerNames(), now=NOW)


def shake(client, server, witness):
    """Let two ends agree, and the witness hear it; gives what it was told."""
    heard = []
    token = client.step(b"")
    while token:
        heard.append(witness.listen(token, is_client=True))
        token = server.step(token)
        if token:
            heard.append(witness.listen(token, is_client=False))
            token = b"" if client.complete and server.complete else client.step(token)
    return heard


def with_spnego(witness, level=ProtectionLevel.ENCRYPT_AND_SIGN):
    client = SpnegoInitiator([initiator(level)])
    server = SpnegoAcceptor({NTLM_OID: acceptor}, level)
    return client, server, shake(client, server, witness)


def test_what_is_sealed_is_opened_on_both_sides():
    witness = Witness(ACCOUNTS)
    client, server, heard = with_spnego(witness)
    assert heard == [
        "SPNEGO offering NTLM: NTLM NEGOTIATE",
        "SPNEGO accept-incomplete, NTLM chosen: NTLM CHALLENGE of IPAM",
        "SPNEGO, signed: NTLM AUTHENTICATE of LAB\\alice",
        "SPNEGO accept-complete, signed",
    ]
    testimony = witness.testify()
    assert (testimony.mechanism, testimony.account, testimony.reason) == ("NTLM", "LAB\\alice", "")
    assert testimony.level is ProtectionLevel.ENCRYPT_AND_SIGN
    for number in range(5):
        said = b"%d from the client" % number
        assert testimony.open_client(client.wrap(said)) == said
        assert testimony.open_server(server.wrap(said * 9)) == said * 9
    sealed = bytearray(client.wrap(b"last"))
    sealed[-1] ^= 1
    with pytest.raises(SecurityError, match="signature of a message is wrong"):
        testimony.open_client(bytes(sealed))


@pytest.mark.parametrize("accounts", [ACCOUNTS, None])
def test_what_is_signed_is_read_without_a_password_too(accounts):
    witness = Witness(accounts)
    client, server, _ = with_spnego(witness, ProtectionLevel.SIGN)
    testimony = witness.testify()
    assert testimony.level is ProtectionLevel.SIGN
    assert testimony.open_client(client.wrap(b"said")) == b"said"
    assert testimony.open_server(server.wrap(b"told")) == b"told"
    forged = bytes(16) + b"said"
    if accounts is None:
        assert testimony.reason.startswith("signatures are not checked: the password of LAB\\alice")
        assert testimony.open_client(forged) == b"said"
        with pytest.raises(SecurityError, match="shorter than its signature"):
            testimony.open_client(b"short")
    else:
        assert testimony.reason == ""
        with pytest.raises(SecurityError):
            testimony.open_client(forged)


def test_ntlm_without_spnego_protects_nothing():
    witness = Witness(None)
    heard = shake(initiator(ProtectionLevel.NONE), acceptor(), witness)
    assert heard[0] == "NTLM NEGOTIATE"
    testimony = witness.testify()
    assert (testimony.level, testimony.open_client) == (ProtectionLevel.NONE, None)
    # whatever its flags say, but for sealing
    witness = Witness(ACCOUNTS)
    shake(initiator(ProtectionLevel.SIGN), acceptor(), witness)
    assert witness.testify().level is ProtectionLevel.NONE
    witness = Witness(ACCOUNTS)
    client = initiator()
    shake(client, acceptor(), witness)
    assert witness.testify().open_client(client.wrap(b"said")) == b"said"


@pytest.mark.parametrize(
    ("accounts", "reason"),
    [
        (None, "the password of LAB\\alice is not given"),
        (Accounts({"bob": nt_hash(PASSWORD)}), "no password is given for LAB\\alice"),
        (
            lambda _domain, user: Account(user, nt_hash("wrong")),
            "the password that is given is not the one that LAB\\alice logged on with",
        ),
    ],
)
def test_without_the_right_password(accounts, reason):
    witness = Witness(accounts)
    with_spnego(witness)
    testimony = witness.testify()
    assert (testimony.open_client, testimony.open_server) == (None, None)
    assert testimony.reason == reason


def challenge_and_answer(change):
    """Give a witness of a bare handshake whose AUTHENTICATE was changed."""
    witness = Witness(ACCOUNTS)
    client, server = initiator(), acceptor()
    witness.listen(token := client.step(b""), is_client=True)
    witness.listen(token := server.step(token), is_client=False)
    message = Authenticate.unpack(client.step(token))
    witness.listen(change(message), is_client=True)
    return witness.testify()


def answer(message, **changes):
    fields = {
        "flags": message.flags,
        "nt_challenge_response": message.nt_challenge_response,
        "domain_name": message.domain_name,
        "username": message.user_name,
        "encrypted_session_key": message.encrypted_random_session_key,
    }
    return Authenticate(**{**fields, **changes}).pack()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"nt_challenge_response": bytes(24)}, "NTLMv1, only NTLMv2 is known"),
        ({"encrypted_session_key": b"short"}, "its session key is not 16 octets long"),
        ({"username": None}, "the client logged on as nobody"),
    ],
)
def test_answers_that_cannot_be_used(changes, reason):
    testimony = challenge_and_answer(lambda message: answer(message, **changes))
    assert testimony.open_client is None
    assert reason in testimony.reason


def test_an_answer_without_extended_session_security():
    def change(message):
        flags = message.flags & ~NegotiateFlags.extended_session_security
        return answer(message, flags=flags)

    assert "no extended session security" in challenge_and_answer(change).reason


def test_a_list_of_mechanisms_that_was_changed():
    witness = Witness(ACCOUNTS)
    client = SpnegoInitiator([initiator()])
    server = SpnegoAcceptor({NTLM_OID: acceptor})
    shake(client, server, witness)
    forged = NegTokenResp(NegState.accept_complete, mech_list_mic=bytes(16)).pack()
    witness.listen(forged, is_client=False)
    assert "signature of a message is wrong" in witness.testify().reason


def test_kerberos_is_named_and_not_opened():
    witness = Witness(ACCOUNTS)
    init = NegTokenInit([KERBEROS, NTLM_OID], mech_token=b"ticket").pack()
    assert witness.listen(init, is_client=True) == (
        "SPNEGO offering Kerberos, NTLM: Kerberos of 6 octets"
    )
    done = NegTokenResp(NegState.accept_complete, KERBEROS, b"answer").pack()
    assert witness.listen(done, is_client=False) == (
        "SPNEGO accept-complete, Kerberos chosen: Kerberos of 6 octets"
    )
    testimony = witness.testify()
    assert (testimony.mechanism, testimony.level) == ("Kerberos", None)
    assert testimony.reason == "Kerberos cannot be opened, only NTLM can, by its password"


def test_an_offer_without_a_token_of_a_mechanism_without_a_name():
    witness = Witness(None)
    init = NegTokenInit(["1.2.3.4"]).pack()
    assert witness.listen(init, is_client=True) == "SPNEGO offering 1.2.3.4: no token"
    assert witness.testify().mechanism == "1.2.3.4"


def test_tokens_that_are_none():
    witness = Witness(None)
    assert witness.listen(b"", is_client=True) == ""
    assert witness.listen(b"?", is_client=True).startswith("a token that cannot be read: ")
    assert witness.listen(b"NTLMSSP\x00\x09\x00\x00\x00", is_client=True) == (
        "an unknown NTLM message"
    )
    reject = NegTokenResp(NegState.reject).pack()
    assert witness.listen(reject, is_client=False) == "the peer rejects the negotiation"
    assert "what is not NTLM cannot be opened" in Witness(None).testify().reason
