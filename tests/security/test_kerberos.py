"""Kerberos with a key distribution centre of MIT's, made for the tests; and without the extra."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ipam_progress.errors import LocalProtocolError, SecurityError
from ipam_progress.security import kerberos
from ipam_progress.security.accounts import Accounts, nt_hash
from ipam_progress.security.kerberos import KERBEROS_OIDS, KerberosInitiator, Keytab
from ipam_progress.security.mechanism import ProtectionLevel, Status
from ipam_progress.security.negotiate import NegotiateClient, NegotiateServer
from ipam_progress.security.upgrade import DataReceived

NOW = datetime(2026, 11, 21, tzinfo=UTC)
LOGON_INFO = bytes.fromhex((Path(__file__).parent.parent / "data" / "logon-info.hex").read_text())
PASSWORD = "Secret.123"
TOOLS = ("krb5kdc", "kdb5_util", "kadmin.local", "kinit")
ENCRYPT = ProtectionLevel.ENCRYPT_AND_SIGN

CONFIGURATION = """
[libdefaults]
  default_realm = EXAMPLE.TEST
  dns_lookup_kdc = false
  dns_lookup_realm = false
  rdns = false
  dns_canonicalize_hostname = false
  udp_preference_limit = 1
[realms]
  EXAMPLE.TEST = {{
    kdc = 127.0.0.1:{port}
  }}
[domain_realm]
  .example.test = EXAMPLE.TEST
  localhost = EXAMPLE.TEST
"""

KDC_CONFIGURATION = """
[kdcdefaults]
  kdc_listen = 127.0.0.1:{port}
  kdc_tcp_listen = 127.0.0.1:{port}
[realms]
  EXAMPLE.TEST = {{
    database_name = {folder}/principal
    key_stash_file = {folder}/stash
    acl_file = {folder}/acl
  }}
[logging]
  kdc = FILE:{folder}/kdc.log
"""


def tool(name):
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture(scope="session")
def realm(tmp_path_factory):
    """A realm with its key distribution centre on the loopback: alice, and three services."""
    missing = [name for name in TOOLS if tool(name) is None]
    if kerberos.gssapi is None or missing:
        reason = f"Kerberos is missing: {', '.join(missing) or 'pip install gssapi'}"
        if os.environ.get("IPAM_REQUIRE_PEERS") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("realm")
    port = free_port()
    (folder / "krb5.conf").write_text(CONFIGURATION.format(port=port))
    (folder / "kdc.conf").write_text(KDC_CONFIGURATION.format(port=port, folder=folder))
    environment = {
        "KRB5_CONFIG": str(folder / "krb5.conf"),
        "KRB5_KDC_PROFILE": str(folder / "kdc.conf"),
        "KRB5CCNAME": f"FILE:{folder}/no-tickets",
        "KRB5RCACHENAME": "dfl:",
        "KRB5_KTNAME": str(folder / "no-keytab"),
    }

    def run(*command, **changes):
        subprocess.run(
            [tool(command[0]), *command[1:]],
            env={**os.environ, **environment, **changes.pop("env", {})},
            check=True,
            capture_output=True,
            text=True,
            **changes,
        )

    run("kdb5_util", "create", "-s", "-r", "EXAMPLE.TEST", "-P", "master")
    commands = [
        f"addprinc -pw {PASSWORD} alice",
        "addprinc -randkey host/localhost",
        "addprinc -randkey host/ipam.example.test",
        "addprinc -randkey host/elsewhere.example.test",
        f"ktadd -k {folder}/keytab host/localhost host/ipam.example.test",
    ]
    run("kadmin.local", "-r", "EXAMPLE.TEST", input="\n".join(commands))
    kdc = subprocess.Popen(
        [tool("krb5kdc"), "-n", "-r", "EXAMPLE.TEST", "-P", str(folder / "kdc.pid")],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while True:
            assert kdc.poll() is None, (folder / "kdc.log").read_text()
            with contextlib.suppress(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port)).close()
                break
            time.sleep(0.01)
        cache = f"FILE:{folder}/tickets"
        run("kinit", "alice@EXAMPLE.TEST", input=PASSWORD, env={"KRB5CCNAME": cache})
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            yield SimpleNamespace(folder=folder, keytab=folder / "keytab", cache=cache)
    finally:
        kdc.terminate()
        kdc.wait()


@pytest.fixture
def acceptor(realm):
    return Keytab(realm.keytab).acceptor()


def initiator(realm, target="host/localhost", **changes):
    return KerberosInitiator(target, **{"ticket_cache": realm.cache, **changes})


def joined(client, server):
    answer = client.step(server.step(client.step(b"")))
    assert answer == b""
    assert client.complete
    assert server.complete


# --- With a realm --------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["host/localhost", "host/ipam.example.test"])
@pytest.mark.parametrize("level", list(ProtectionLevel))
def test_every_service_of_the_keytab_is_served(realm, acceptor, target, level):
    client = initiator(realm, target, level=level)
    joined(client, acceptor)
    assert acceptor.peer.name == "alice@EXAMPLE.TEST"
    assert acceptor.peer.mechanism == "Kerberos"
    # MIT's key distribution centre says nothing of groups.
    assert acceptor.peer.user_sid is None
    assert acceptor.peer.group_sids is None
    assert client.peer.name == f"{target}@EXAMPLE.TEST"
    assert client.oids == acceptor.oids == KERBEROS_OIDS
    # MIT's library grants protection whether it is asked for or not.
    assert client.level is acceptor.level is ENCRYPT
    for sender, receiver in ((client, acceptor), (acceptor, client)):
        data = sender.wrap(b"message")
        assert b"message" not in data
        assert receiver.unwrap(data) == b"message"
        receiver.verify(b"beside", sender.sign(b"beside"))
        with pytest.raises(SecurityError):
            receiver.verify(b"others", sender.sign(b"beside"))


def test_an_account_logs_on_without_a_ticket(realm, acceptor):
    client = KerberosInitiator("host/localhost", principal="alice@EXAMPLE.TEST", password=PASSWORD)
    joined(client, acceptor)
    assert acceptor.peer.name == "alice@EXAMPLE.TEST"


def test_a_principal_of_the_ticket_cache_logs_on(realm, acceptor):
    joined(initiator(realm, principal="alice@EXAMPLE.TEST"), acceptor)


def test_a_service_may_be_named_with_its_realm(realm, acceptor):
    joined(initiator(realm, "host/localhost@EXAMPLE.TEST"), acceptor)


@pytest.mark.parametrize(
    "changes",
    [
        {"target": "host/nowhere.example.test"},
        {"ticket_cache": "FILE:/nonexistent"},
        {"ticket_cache": None},
        {"ticket_cache": None, "principal": "alice@EXAMPLE.TEST", "password": "wrong"},
        {"ticket_cache": None, "principal": "nobody@EXAMPLE.TEST", "password": PASSWORD},
        {"principal": "bob@EXAMPLE.TEST"},
    ],
)
def test_there_is_not_always_a_ticket(realm, changes):
    with pytest.raises(SecurityError, match="no Kerberos ticket for host/") as caught:
        initiator(realm, **changes)
    assert PASSWORD not in str(caught.value)


def test_a_ticket_for_another_service_is_refused(realm, acceptor):
    client = initiator(realm, "host/elsewhere.example.test")
    with pytest.raises(SecurityError, match="Kerberos: ") as caught:
        acceptor.step(client.step(b""))
    assert caught.value.status == Status.LOGON_DENIED


def test_a_ticket_is_good_for_one_context(realm):
    keytab = Keytab(realm.keytab)
    token = initiator(realm).step(b"")
    keytab.acceptor().step(token)
    with pytest.raises(SecurityError, match=r"(?i)replay"):
        keytab.acceptor().step(token)


def test_what_is_no_ticket_is_refused(realm, acceptor):
    for token in (b"", b"x", b"\x60\x00", bytes(100), initiator(realm).step(b"")[:-1]):
        with pytest.raises(SecurityError):
            Keytab(realm.keytab).acceptor().step(token)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_changed_ticket_raises_nothing_but_security_error(realm, data):
    token = bytearray(initiator(realm).step(b""))
    position = data.draw(st.integers(0, 499))  # a ticket's size differs by an octet or two
    assert position < len(token)
    token[position : position + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
    with contextlib.suppress(SecurityError):
        Keytab(realm.keytab).acceptor().step(bytes(token))


def test_a_server_that_cannot_read_the_ticket_is_refused(realm, acceptor):
    client = initiator(realm)
    answer = bytearray(acceptor.step(client.step(b"")))
    answer[-1] ^= 1
    with pytest.raises(SecurityError, match="Kerberos: "):
        client.step(bytes(answer))
    assert not client.complete


def test_tokens_out_of_turn_are_refused(realm, acceptor):
    client = initiator(realm)
    ticket = client.step(b"")
    with pytest.raises(SecurityError, match="none came"):
        client.step(b"")
    answer = acceptor.step(ticket)
    with pytest.raises(SecurityError, match="none is due"):
        acceptor.step(ticket)
    client.step(answer)
    with pytest.raises(SecurityError, match="none is due"):
        client.step(answer)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda one, two: [bytes([one[0] ^ 1]) + one[1:]],
        lambda one, two: [one[:-1] + bytes([one[-1] ^ 1])],
        lambda one, two: [one[:10]],
        lambda one, two: [b""],
        lambda one, two: [one, one],
        lambda one, two: [two],
    ],
)
def test_messages_that_are_changed_repeated_or_lost_are_refused(realm, acceptor, spoil):
    client = initiator(realm)
    joined(client, acceptor)
    *good, bad = spoil(client.wrap(b"one"), client.wrap(b"two"))
    for message in good:
        acceptor.unwrap(message)
    with pytest.raises(SecurityError, match="Kerberos: "):
        acceptor.unwrap(bad)


def test_a_message_in_clear_is_refused_where_encryption_was_agreed_on(realm, acceptor):
    client = initiator(realm)
    joined(client, acceptor)
    client._level = ProtectionLevel.SIGN
    signed = client.wrap(b"in clear")
    assert b"in clear" in signed
    with pytest.raises(SecurityError, match="in clear that was to be encrypted"):
        acceptor.unwrap(signed)
    acceptor._level = ProtectionLevel.SIGN
    client.restart_sealing()
    assert acceptor.unwrap(client.wrap(b"in clear")) == b"in clear"


def test_a_keytab_may_get_new_keys_while_the_server_runs(realm, tmp_path):
    path = tmp_path / "keytab"
    shutil.copy(realm.keytab, path)
    keytab = Keytab(path)
    path.write_bytes(b"\x05\x02")
    with pytest.raises(SecurityError):
        keytab.acceptor().step(initiator(realm).step(b""))
    shutil.copy(realm.keytab, path)
    joined(initiator(realm), keytab.acceptor())


def test_a_keytab_that_is_of_no_use(realm, tmp_path):
    with pytest.raises(LocalProtocolError, match="missing, or may not be read"):
        Keytab(tmp_path / "missing")
    path = tmp_path / "keytab"
    path.write_text("not a keytab")
    with pytest.raises(LocalProtocolError, match="of no use"):
        Keytab(path)
    assert repr(Keytab(realm.keytab)) == f"<Keytab '{realm.keytab}'>"


def talk(server, client):
    """Let the two ends of an upgrade shake hands and say a word each; give who came."""
    server.start()
    client.start()
    seen = []
    while octets := client.data_to_send():
        server.receive_data(octets)
        seen += iter(server.next_event, None)
        client.receive_data(server.data_to_send())
        seen += iter(client.next_event, None)
    for sender, receiver in ((client, server), (server, client)):
        sender.send_data(b"word")
        receiver.receive_data(sender.data_to_send())
        assert receiver.next_event() == DataReceived(b"word")
    return [event.peer for event in seen]


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, "alice@EXAMPLE.TEST"),
        ({"ticket_cache": None, "user": "alice@EXAMPLE.TEST"}, "alice@EXAMPLE.TEST"),
        ({"ticket_cache": None, "user": "Example.test\\alice"}, "alice@EXAMPLE.TEST"),
        ({"ticket_cache": None, "user": "CONTOSO\\alice"}, "CONTOSO\\alice"),
        # There is no such principal, but such an account.
        ({"ticket_cache": None, "user": "bob@EXAMPLE.TEST"}, "bob@EXAMPLE.TEST"),
        ({"target": "host/nowhere.example.test", "user": "CONTOSO\\alice"}, "CONTOSO\\alice"),
    ],
)
def test_both_in_spnego(realm, changes, name):
    accounts = Accounts(dict.fromkeys(["CONTOSO\\alice", "bob@EXAMPLE.TEST"], nt_hash(PASSWORD)))
    server = NegotiateServer(accounts=accounts, keytab=Keytab(realm.keytab))
    if "user" in changes:
        changes = {"password": PASSWORD, **changes}
    client = NegotiateClient(**{"target": "host/localhost", "ticket_cache": realm.cache, **changes})
    assert client.uses_kerberos is (name != "CONTOSO\\alice")
    peers = talk(server.new_upgrade(NOW), client.new_upgrade(NOW))
    assert name in {peer.name for peer in peers}


def test_a_server_without_a_keytab_gets_ntlm_instead_of_a_ticket(realm):
    server = NegotiateServer(accounts=Accounts({"alice@EXAMPLE.TEST": nt_hash(PASSWORD)}))
    client = NegotiateClient("host/localhost", "alice@EXAMPLE.TEST", PASSWORD)
    peers = talk(server.new_upgrade(NOW), client.new_upgrade(NOW))
    assert {peer.mechanism for peer in peers} == {"NTLM"}


def test_a_client_that_may_not_use_ntlm(realm):
    server = NegotiateServer(accounts=Accounts({"alice": nt_hash(PASSWORD)}))
    client = NegotiateClient("host/localhost", "alice@EXAMPLE.TEST", PASSWORD, allow_ntlm=False)
    with pytest.raises(SecurityError, match="none of the client's mechanisms"):
        talk(server.new_upgrade(NOW), client.new_upgrade(NOW))
    client = NegotiateClient("host/nowhere.example.test", "a@B", "x", allow_ntlm=False)
    with pytest.raises(SecurityError, match="no Kerberos ticket"):
        client.new_upgrade(NOW)


def test_a_server_without_accounts_takes_tickets_only(realm):
    server = NegotiateServer(keytab=Keytab(realm.keytab))
    client = NegotiateClient("host/localhost", "CONTOSO\\alice", PASSWORD)
    with pytest.raises(SecurityError, match="none of the client's mechanisms"):
        talk(server.new_upgrade(NOW), client.new_upgrade(NOW))


# --- The PAC -------------------------------------------------------------------------------------


class Name(str):
    """A name with the attributes of a ticket that has a PAC."""

    attributes = None


def acceptor_of(name, flags=0):
    """Give an acceptor whose library says that the client is `name`."""
    context = SimpleNamespace(
        step=lambda _: b"answer", complete=True, actual_flags=flags, initiator_name=name
    )
    return kerberos.KerberosAcceptor(context)


def with_pac(*, authenticated=True, octets=LOGON_INFO):
    name = Name("alice@IPAM.TEST\x00")
    attribute = SimpleNamespace(authenticated=authenticated, values=[octets])
    name.attributes = {"urn:mspac:logon-info": attribute}
    return name


needs_extra = pytest.mark.skipif(kerberos.gssapi is None, reason="the extra is not installed")


@needs_extra
def test_sids_come_from_the_pac():
    acceptor = acceptor_of(with_pac(), kerberos.gssapi.RequirementFlag.integrity)
    assert acceptor.step(b"ticket") == b"answer"
    assert acceptor.level is ProtectionLevel.SIGN
    assert acceptor.peer.name == "alice@IPAM.TEST"
    assert acceptor.peer.user_sid.endswith("-1102")
    assert len(acceptor.peer.group_sids) == 3


@needs_extra
@pytest.mark.parametrize(
    ("name", "problem"),
    [
        (with_pac(authenticated=False), "not genuine"),
        (with_pac(octets=b""), "version 1"),
        (Name(""), "no name"),
    ],
)
def test_a_pac_that_is_not_right_is_refused(name, problem):
    acceptor = acceptor_of(name)
    with pytest.raises(SecurityError, match=problem):
        acceptor.step(b"ticket")
    assert not acceptor.complete


# --- Without the extra ---------------------------------------------------------------------------


@pytest.fixture
def without_gssapi(monkeypatch):
    monkeypatch.setitem(sys.modules, "gssapi", None)
    library, missing = kerberos._load()
    assert library is None
    monkeypatch.setattr(kerberos, "gssapi", library)
    monkeypatch.setattr(kerberos, "_missing", missing)


@pytest.mark.parametrize(
    "use",
    [
        lambda: Keytab("/etc/krb5.keytab"),
        lambda: KerberosInitiator("host/server"),
        lambda: NegotiateClient("host/server"),
        lambda: NegotiateClient("host/server", "alice@REALM", "x", allow_ntlm=False),
    ],
)
def test_what_needs_the_extra_says_so(without_gssapi, use):
    assert not kerberos.is_available()
    with pytest.raises(LocalProtocolError, match=r"pip install 'ipam-progress\[kerberos\]'"):
        use()


def test_an_account_uses_ntlm_without_the_extra(without_gssapi):
    server = NegotiateServer(accounts=Accounts({"alice@REALM": nt_hash("x")}))
    client = NegotiateClient("host/server", "alice@REALM", "x")
    peers = talk(server.new_upgrade(NOW), client.new_upgrade(NOW))
    assert {peer.mechanism for peer in peers} == {"NTLM"}


def test_the_package_imports_without_the_extra():
    program = """
import sys
sys.modules["gssapi"] = None
from ipam_progress.security.negotiate import kerberos
sys.exit(kerberos.is_available())
"""
    subprocess.run([sys.executable, "-c", program], check=True)


@needs_extra
def test_a_context_of_more_tokens_goes_on():
    context = SimpleNamespace(step=lambda _: None, complete=False)
    acceptor = kerberos.KerberosAcceptor(context)
    assert acceptor.step(b"token") == b""
    assert not acceptor.complete
    client = object.__new__(KerberosInitiator)
    kerberos._Context.__init__(client, context)
    assert client.step(b"token") == b""
    assert not client.complete


@needs_extra
def test_a_context_without_protection():
    acceptor = acceptor_of(with_pac())
    acceptor.step(b"ticket")
    assert acceptor.level is ProtectionLevel.NONE
