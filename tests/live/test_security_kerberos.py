"""Kerberos, Microsoft's runtime at the other end, with MIT's key distribution centre and a domain.

The centre of MIT listens on a port of its own and knows no groups. Samba is a domain controller of
Active Directory, whose tickets tell the SIDs of a user's groups; it insists on port 88.
"""

import importlib.util
import os
import re
import shutil
import socket
import subprocess

import pytest

PASSWORD = "Ticket-1!"
SERVICE = "host/localhost"
INIT = "init:CreateDhcpScope"
GOOD = (INIT, "start", "wait:20", "close")

SEC_E_LOGON_DENIED = f"Unknown error {0x8009030C - (1 << 32)}"
SEC_E_UNKNOWN_CREDENTIALS = f"Unknown error {0x8009030D - (1 << 32)}"
SEC_E_INTERNAL_ERROR = f"Unknown error {0x80090304 - (1 << 32)}"

PROGRAMS = ("krb5kdc", "kadmin.local", "kdb5_util", "kinit")
SAMBA_PROGRAMS = ("samba", "samba-tool", "kinit")
PATH = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))

CLIENTS_CONFIGURATION = """\
[libdefaults]
 default_realm = {realm}
 dns_lookup_kdc = false
 dns_lookup_realm = false
 rdns = false
 udp_preference_limit = 1
[realms]
 {realm} = {{
  kdc = 127.0.0.1:{port}
 }}
[domain_realm]
 localhost = {realm}
"""
CENTRES_CONFIGURATION = """\
[kdcdefaults]
 kdc_listen = 127.0.0.1:{port}
 kdc_tcp_listen = 127.0.0.1:{port}
[realms]
 {realm} = {{
  database_name = {folder}/principal
  key_stash_file = {folder}/stash
  acl_file = {folder}/acl
 }}
"""


class Realm:
    """Users and services with their keys, and where tickets come from.

    Attributes:
        keytab: The keys of the service.
        environment: What a program needs to know about the realm.
    """

    def __init__(self, folder, name, port) -> None:
        self.folder = folder
        self.name = name
        self.port = port
        self.keytab = folder / "service.keytab"
        configuration = folder / "krb5.conf"
        configuration.write_text(CLIENTS_CONFIGURATION.format(realm=name, port=port), "ascii")
        self.environment = {"KRB5_CONFIG": str(configuration), "PATH": PATH}

    def try_(self, *command, **options):
        """Run a program of the realm's."""
        return subprocess.run(
            [str(part) for part in command],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            **options,
        )

    def call(self, *command, **options):
        """Run a program of the realm's; it must succeed."""
        done = self.try_(*command, **options)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout

    def tickets_of(self, user, name="tickets"):
        """Log a user on, and give the environment of a program of his."""
        cache = f"FILE:{self.folder / name}"
        self.call("kinit", "-c", cache, f"{user}@{self.name}", input=PASSWORD + "\n")
        return {**self.environment, "KRB5CCNAME": cache}

    def nobody(self):
        """Give the environment of a program whose user has not logged on."""
        return {**self.environment, "KRB5CCNAME": f"FILE:{self.folder / 'no-tickets'}"}


def accepts_connections(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def await_port(process, port, log, wait_until):
    def listens():
        assert process.poll() is None, log.read_text("utf-8", "replace")
        return accepts_connections(port)

    wait_until(listens, lambda: log.read_text("utf-8", "replace"), 60)


@pytest.fixture(scope="session")
def kerberos(require_peer):
    """The extra that the library's own Kerberos needs."""
    require_peer(
        importlib.util.find_spec("gssapi"),
        "python-gssapi is not installed: pip install 'ipam-progress[kerberos]'",
    )


@pytest.fixture(scope="session")
def realm(kerberos, require_peer, wait_until, tmp_path_factory):
    """MIT's key distribution centre, for as long as the tests run."""
    missing = [name for name in PROGRAMS if shutil.which(name, path=PATH) is None]
    require_peer(
        not missing, f"{missing} not found: install krb5-kdc, krb5-admin-server, krb5-user"
    )
    folder = tmp_path_factory.mktemp("realm")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    realm = Realm(folder, "LAB.TEST", port)
    profile = folder / "kdc.conf"
    profile.write_text(
        CENTRES_CONFIGURATION.format(realm=realm.name, port=port, folder=folder), "ascii"
    )
    realm.environment["KRB5_KDC_PROFILE"] = str(profile)
    realm.call("kdb5_util", "create", "-s", "-r", realm.name, "-P", "of no use to anybody")
    realm.call("kadmin.local", "addprinc", "-pw", PASSWORD, "alice")
    for service in (SERVICE, "IPAM/localhost", "host/elsewhere"):
        realm.call("kadmin.local", "addprinc", "-randkey", service)
    for service in (SERVICE, "IPAM/localhost"):
        realm.call("kadmin.local", "ktadd", "-k", realm.keytab, service)
    log = folder / "kdc.log"
    with log.open("wb") as out:
        centre = subprocess.Popen(
            ["krb5kdc", "-n"],
            env={**os.environ, **realm.environment},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        await_port(centre, port, log, wait_until)
        yield realm
    finally:
        centre.terminate()
        centre.wait(30)


@pytest.fixture(scope="session")
def alice(realm):
    return realm.tickets_of("alice")


@pytest.fixture(scope="module")
def server(start_secured_server, realm):
    return start_secured_server(
        {"keytab": str(realm.keytab)}, env={**os.environ, **realm.environment}
    )


def windows(service=SERVICE):
    return ("--security", "windows", "--spn", service)


@pytest.mark.parametrize("chop", [(), ("--chop", 1)], ids=["whole", "1"])
@pytest.mark.parametrize("service", [SERVICE, "IPAM/localhost"])
def test_every_callback_arrives(secured_probe, server, alice, service, chop):
    before = len(server.events())
    done = secured_probe(
        server, "progress", "CreateDhcpScope", *windows(service), *chop, environment=alice
    )
    assert (done.status, done.end["callbacks"]) == (0, 29), done.events
    (secured,) = done.of("secured")
    assert (secured["package"], secured["mutual"]) == ("Kerberos", True)
    assert (secured["encrypted"], secured["signed"]) == (True, True)
    (client,) = server.events()[before:]
    assert client == {
        "event": "client", "name": "alice@LAB.TEST", "mechanism": "Kerberos",
        "user_sid": None, "group_sids": None,
    }  # fmt: skip


def test_all_operations_on_one_connection(secured_probe, server, alice):
    done = secured_probe(server, "all", *windows(), environment=alice)
    assert done.status == 0
    assert (done.end["operations"], done.end["bad"]) == (49, 0)
    assert len(done.of("secured")) == 49


def test_steps_with_sessions_on_one_connection(secured_probe, server, alice):
    steps = ("open", "start", *GOOD, "reuse", *GOOD, "reuse", INIT, "abort", "open", *GOOD)
    done = secured_probe(server, "steps", *steps, *windows(), environment=alice)
    assert [outcome for name, outcome in done.calls if name == "reuse"] == ["reply"] * 2
    assert [event["exceptionId"] for event in done.of("error")] == ["IpamApiInvalidParameter"]
    assert done.end["callbacks"] == 3 * 29


@pytest.mark.parametrize("reuse", [(), ("reuse",)], ids=["new", "reused"])
def test_many_sessions(secured_probe, server, alice, reuse):
    done = secured_probe(server, "sessions", 30, *reuse, *windows(), environment=alice)
    assert (done.status, done.end["callbacks"]) == (0, 30 * 29)


def test_a_proxy_passes_it_on_and_sees_that_it_is_protected(
    secured_probe, server, alice, start_proxy
):
    proxy = start_proxy(server.url, "--json")
    done = secured_probe(proxy, "progress", "CreateDhcpScope", *windows(), environment=alice)
    assert (done.status, done.end["callbacks"]) == (0, 29)
    proxy.stop()
    (protection,) = [event for event in proxy.events() if event["kind"] == "protection"]
    assert (protection["mechanism"], protection["opened"]) == ("Kerberos", False)
    assert not [event for event in proxy.events() if event["kind"] in {"envelope", "damage"}]


def test_a_task(secured_probe, server, alice):
    done = secured_probe(server, "start-task", "Discovery", *windows(), environment=alice)
    assert done.calls == [("open", "reply"), ("StartTask", "reply"), ("close", "reply")]


def refused(done):
    assert done.status != 0
    (error,) = done.of("error")
    assert (error["call"], error["type"]) == ("open", "AuthenticationException")
    return error["inner"]


def test_a_client_without_a_ticket(secured_probe, server, realm, alice):
    """Microsoft's client gives up by itself, and says so to the server."""
    done = secured_probe(server, "steps", "open", *windows(), environment=realm.nobody())
    assert refused(done) == SEC_E_UNKNOWN_CREDENTIALS
    server.wait_for_log("connection refused: the peer broke the handshake off: 0x8009030D")
    again = secured_probe(server, "steps", "open", "close", *windows(), environment=alice)
    assert again.status == 0


def test_a_service_that_nobody_knows(secured_probe, server, alice):
    done = secured_probe(server, "steps", "open", *windows("host/unknown"), environment=alice)
    assert refused(done) == SEC_E_INTERNAL_ERROR


def test_a_ticket_for_another_service(secured_probe, server, alice):
    """The server has no key of it."""
    done = secured_probe(server, "steps", "open", *windows("host/elsewhere"), environment=alice)
    (error,) = done.of("error")
    assert (error["call"], error["type"]) == ("open", "InvalidCredentialException")
    assert error["inner"] == SEC_E_LOGON_DENIED
    server.wait_for_log("connection refused: Kerberos: ")


# --- Our client ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["twisted", "asyncio"])
@pytest.mark.parametrize("account", [{}, {"user": "alice@LAB.TEST", "password": PASSWORD}])
def test_our_client_on_microsofts_runtime(
    *, run_secured_client, start_peer_server, realm, alice, account, kind
):
    environment = {**realm.environment, "KRB5_KTNAME": str(realm.keytab)}
    server, url = start_peer_server("windows", environment=environment)
    events = run_secured_client(
        url,
        "run",
        "CreateDhcpScope",
        security={"target": SERVICE, "allow_ntlm": False, **account},
        environment=realm.nobody() if account else alice,
        kind=kind,
    )
    assert (events[-1]["succeeded"], events[-1]["rejected"]) == (True, 0)
    server.wait_for_line('"event":"closed"')
    (secured,) = [event for event in server.events() if event["event"] == "secured"]
    assert (secured["package"], secured["user"]) == ("Kerberos", "alice@LAB.TEST")
    assert (secured["encrypted"], secured["signed"]) == (True, True)


@pytest.mark.parametrize("level", ["SIGN", "ENCRYPT_AND_SIGN"])
def test_our_client_on_our_server(*, run_secured_client, start_secured_server, realm, alice, level):
    server = start_secured_server(
        {"keytab": str(realm.keytab), "level": level}, env={**os.environ, **realm.environment}
    )
    security = {"target": SERVICE, "level": level}
    events = run_secured_client(
        server.url, "run", "CreateDhcpScope", 5, security=security, environment=alice
    )
    assert [event["succeeded"] for event in events if event["event"] == "ended"] == [True] * 5
    assert {event["name"] for event in server.events()} == {"alice@LAB.TEST"}


@pytest.mark.parametrize(
    ("security", "text"),
    [
        ({"target": SERVICE}, f"no Kerberos ticket for {SERVICE}"),
        (
            {"target": SERVICE, "user": "alice@LAB.TEST", "password": "x", "allow_ntlm": False},
            f"no Kerberos ticket for {SERVICE}",
        ),
    ],
    ids=["no ticket", "wrong password"],
)
def test_our_client_without_a_ticket(run_secured_client, server, realm, security, text):
    (error,) = run_secured_client(
        server.url, "run", "CreateDhcpScope", security=security, environment=realm.nobody()
    )
    assert error["type"] == "SecurityError"
    assert text in error["text"]


# --- A domain ------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def domain(kerberos, require_peer, wait_until, tmp_path_factory):
    """A domain controller on loopback, for as long as the tests run."""
    missing = [name for name in SAMBA_PROGRAMS if shutil.which(name, path=PATH) is None]
    require_peer(
        not missing,
        f"{missing} not found: install samba, samba-ad-provision, samba-dsdb-modules,"
        " samba-vfs-modules, winbind, krb5-user",
    )
    require_peer(os.geteuid() == 0, "a domain controller needs root")
    require_peer(not accepts_connections(88), "port 88 is taken: somebody else has a domain there")
    folder = tmp_path_factory.mktemp("domain")
    controller = folder / "dc"
    realm = Realm(folder, "IPAM.TEST", 88)
    realm.call(
        "samba-tool", "domain", "provision", "--realm=IPAM.TEST", "--domain=IPAM",
        f"--adminpass={PASSWORD}", "--server-role=dc", "--dns-backend=NONE",
        f"--targetdir={controller}", "--host-ip=127.0.0.1", "--host-name=dc1",
        "--option=interfaces=lo", "--option=bind interfaces only=yes",
    )  # fmt: skip
    settings = controller / "etc" / "smb.conf"
    text = settings.read_text("utf-8")
    # one port of samba's own that anybody else has is the end of it: above those that Linux gives
    services = (
        "server services = ldap cldap kdc rpc winbindd\n"
        "\trpc server dynamic port range = 61000-65535"
    )
    text, count = re.subn(r"server services = .*", services, text)
    if not count:
        text = text.replace("[global]", f"[global]\n\t{services}", 1)
    settings.write_text(text, "utf-8")
    log = folder / "samba.log"
    with log.open("wb") as out:
        samba = subprocess.Popen(
            ["samba", "-s", str(settings), "-F", "--no-process-group"],
            env={**os.environ, **realm.environment},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        await_port(samba, 88, log, wait_until)

        def tool(*arguments):
            return realm.call("samba-tool", *arguments, "-s", settings)

        group = "IPAM MSM Administrators"
        tool("user", "create", "alice", PASSWORD)
        tool("user", "create", "bob", PASSWORD)
        tool("group", "add", group)
        tool("group", "addmembers", group, "alice")
        tool("user", "create", "service", PASSWORD)
        tool("spn", "add", SERVICE, "service")
        tool("domain", "exportkeytab", str(realm.keytab), f"--principal={SERVICE}")
        realm.sids = {
            name: re.search(r"objectSid: (\S+)", tool(kind, "show", name))[1]
            for kind, name in (("user", "alice"), ("user", "bob"), ("group", group))
        }

        def gives_tickets():
            assert samba.poll() is None, log.read_text("utf-8", "replace")
            command = ("kinit", "-c", f"FILE:{folder / 'first-tickets'}", "alice@IPAM.TEST")
            return realm.try_(*command, input=PASSWORD + "\n").returncode == 0

        # samba listens before it answers, and begins a centre that died again after a while
        wait_until(gives_tickets, lambda: log.read_text("utf-8", "replace"), 60)
        yield realm
    finally:
        samba.terminate()
        samba.wait(30)


@pytest.fixture(scope="module")
def member_server(start_secured_server, domain):
    return start_secured_server(
        {"keytab": str(domain.keytab)}, env={**os.environ, **domain.environment}
    )


@pytest.mark.parametrize("user", ["alice", "bob"])
def test_groups_of_the_domain(secured_probe, member_server, domain, user):
    before = len(member_server.events())
    done = secured_probe(
        member_server,
        *("progress", "CreateDhcpScope", *windows()),
        environment=domain.tickets_of(user, f"tickets-{user}"),
    )
    assert (done.status, done.end["callbacks"]) == (0, 29), done.events
    (secured,) = done.of("secured")
    assert secured["package"] == "Kerberos"
    (client,) = member_server.events()[before:]
    assert client["name"] == f"{user}@IPAM.TEST"
    assert client["user_sid"] == domain.sids[user]
    users = domain.sids[user].rpartition("-")[0] + "-513"  # Domain Users
    assert users in client["group_sids"]
    is_member = domain.sids["IPAM MSM Administrators"] in client["group_sids"]
    assert is_member == (user == "alice")


def test_all_operations_in_the_domain(secured_probe, member_server, domain):
    alice = domain.tickets_of("alice", "tickets-alice")
    done = secured_probe(member_server, "all", *windows(), environment=alice)
    assert (done.end["operations"], done.end["bad"]) == (49, 0)


def test_our_client_in_the_domain(run_secured_client, member_server, domain):
    before = len(member_server.events())
    events = run_secured_client(
        *(member_server.url, "run", "CreateDhcpScope"),
        security={"target": SERVICE},
        environment=domain.tickets_of("alice", "tickets-alice"),
    )
    assert events[-1]["succeeded"]
    (client,) = member_server.events()[before:]
    assert domain.sids["IPAM MSM Administrators"] in client["group_sids"]
