"""NTLM in SPNEGO, Microsoft's runtime at the other end: a client of our server, and a server."""

import sys
from functools import partial
from pathlib import Path

import pytest

from ipam_progress.security.accounts import nt_hash

CLIENT = Path(__file__).parent / "programs" / "client.py"
PASSWORD = "Secret-1 \u00fc"
NT_HASH = nt_hash(PASSWORD).hex()
ENVIRONMENT = {"NTLM_ONLY": "1"}
INIT = "init:CreateDhcpScope"
WAIT = "wait:20"

LOGON_DENIED = f"Unknown error {0x8009030C - (1 << 32)}"
TRUST_FAILURE = f"Unknown error {0x6FE}"


def windows(user="LAB\\alice", password=PASSWORD):
    return ("--security", "windows", "--user", user, "--password", password)


@pytest.fixture(scope="module")
def servers(start_secured_server):
    """Servers by the level that they require."""
    started = {}

    def get(level="ENCRYPT_AND_SIGN"):
        if level not in started:
            started[level] = start_secured_server(
                {"accounts": {"LAB\\alice": NT_HASH, "bob": NT_HASH}, "level": level}
            )
        return started[level]

    return get


@pytest.fixture
def run(secured_probe):
    def go(server, *arguments):
        return secured_probe(server, *arguments, environment=ENVIRONMENT)

    return go


@pytest.fixture(autouse=True)
def no_secret_in_the_log(servers):
    """Whatever happens: neither a password nor its hash is told to anybody."""
    yield
    said = servers().out_path.read_text("utf-8") + servers().err_path.read_text("utf-8")
    for secret in (PASSWORD, "Secret-1", NT_HASH, NT_HASH.upper(), repr(nt_hash(PASSWORD))):
        assert secret not in said


@pytest.mark.parametrize("chop", [(), ("--chop", 1), ("--chop", 97)], ids=["whole", "1", "97"])
def test_every_callback_arrives(run, servers, chop):
    done = run(servers(), "progress", "CreateDhcpScope", *windows(), *chop)
    assert done.status == 0, done.events
    assert done.end["callbacks"] == 29
    (secured,) = done.of("secured")
    assert (secured["package"], secured["encrypted"], secured["signed"]) == ("NTLM", True, True)


def test_all_operations_on_one_connection(run, servers):
    done = run(servers(), "all", *windows())
    assert done.status == 0
    assert (done.end["operations"], done.end["bad"]) == (49, 0)
    assert len(done.of("secured")) == 49  # every session proves itself anew
    assert not done.of("error")


@pytest.mark.parametrize(
    ("level", "protection", "is_encrypted"),
    [
        ("SIGN", "sign", False),
        ("SIGN", "encrypt", True),
        ("NONE", "sign", False),
        ("ENCRYPT_AND_SIGN", "encrypt", True),
    ],
)
def test_a_level_that_is_enough(run, servers, level, protection, is_encrypted):
    done = run(
        servers(level), "progress", "CreateDhcpScope", *windows(), "--protection", protection
    )
    assert (done.status, done.end["callbacks"]) == (0, 29)
    (secured,) = done.of("secured")
    assert (secured["encrypted"], secured["signed"]) == (is_encrypted, True)


def test_steps_with_sessions_on_one_connection(run, servers):
    good = (INIT, "start", WAIT, "close")
    steps = ("open", "start", *good, "reuse", *good, "reuse", INIT, "abort", "open", *good)
    done = run(servers(), "steps", *steps, *windows())
    assert [outcome for name, outcome in done.calls if name == "reuse"] == ["reply"] * 2
    assert [event["exceptionId"] for event in done.of("error")] == ["IpamApiInvalidParameter"]
    assert done.end["callbacks"] == 3 * 29
    assert len(done.of("secured")) == 4


@pytest.mark.parametrize("task", ["Discovery", "DnsConfiguration"])
def test_a_task(run, servers, task):
    done = run(servers(), "start-task", task, "dhcp1", *windows())
    assert done.status == 0
    assert done.calls == [("open", "reply"), ("StartTask", "reply"), ("close", "reply")]


@pytest.mark.parametrize(
    ("user", "name"),
    [
        ("LAB\\alice", "LAB\\alice"),
        ("lab\\ALICE", "LAB\\alice"),
        ("bob", "bob"),
        ("ANYWHERE\\Bob", "bob"),
    ],
)
def test_who_the_client_is(run, servers, user, name):
    before = len(servers().events())
    done = run(servers(), "progress", "CreateDhcpScope", "--quiet", *windows(user))
    assert (done.status, done.end["callbacks"]) == (0, 29)
    (client,) = servers().events()[before:]
    assert client == {
        "event": "client", "name": name, "mechanism": "NTLM", "user_sid": None, "group_sids": None,
    }  # fmt: skip


REFUSED = {
    "wrong password": (windows(password="Secret-2"), "its password is wrong"),
    "unknown user": (windows("LAB\\nobody"), "its password is wrong"),
    "wrong domain": (windows("OTHER\\alice"), "its password is wrong"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_client_who_is_refused(run, servers, case):
    """Whatever is wrong with it, the client is told the same."""
    arguments, logged = REFUSED[case]
    done = run(servers(), "progress", "CreateDhcpScope", *arguments)
    (error,) = done.of("error")
    assert (error["call"], error["type"]) == ("open", "InvalidCredentialException")
    assert error["message"] == "The server has rejected the client credentials."
    assert error["inner"] == LOGON_DENIED
    servers().wait_for_log(f"connection refused: .*{logged}")
    again = run(servers(), "progress", "CreateDhcpScope", "--quiet", *windows())
    assert (again.status, again.end["callbacks"]) == (0, 29)


@pytest.mark.parametrize("protection", ["none", "sign"])
def test_a_level_that_is_too_low(run, servers, protection):
    done = run(servers(), "progress", "CreateDhcpScope", *windows(), "--protection", protection)
    (error,) = done.of("error")
    assert (error["call"], error["type"]) == ("open", "AuthenticationException")
    assert error["message"].startswith("A remote side security requirement was not fulfilled")
    assert error["inner"] == TRUST_FAILURE
    servers().wait_for_log("the protection level is SIGN, at least ENCRYPT_AND_SIGN is required")
    assert run(servers(), "progress", "CreateDhcpScope", "--quiet", *windows()).status == 0


def test_a_client_without_security(probe, servers):
    done = probe(servers(), "progress", "CreateDhcpScope")
    assert done.status != 0
    (error,) = done.of("error")
    assert error["call"] == "open"
    servers().wait_for_log("the preamble ended without the upgrade that is required")


def test_who_guesses_is_slowed(run, start_secured_server):
    server = start_secured_server({"accounts": {"alice": NT_HASH}})
    wrong = windows("alice", "guess")
    for _ in range(5):
        (error,) = run(server, "progress", "CreateDhcpScope", *wrong).of("error")
        assert error["inner"] == LOGON_DENIED
    done = run(server, "progress", "CreateDhcpScope", *windows("alice"))
    assert (done.status, done.end["callbacks"]) == (0, 29)
    (opened,) = [event for event in done.of("reply") if event["call"] == "open"]
    assert opened["took_us"] >= 1_000_000  # half a second after the fourth, one after the fifth


@pytest.mark.parametrize("reuse", [(), ("reuse",)], ids=["new", "reused"])
def test_many_sessions(run, servers, reuse):
    done = run(servers(), "sessions", 30, *reuse, *windows())
    assert (done.status, done.end["callbacks"]) == (0, 30 * 29)


# --- Our client ----------------------------------------------------------------------------------

OURS = {"target": "host/localhost", "user": "LAB\\alice", "password": PASSWORD}


@pytest.fixture
def peer_server(start_ntlm_peer_server):
    """Microsoft's runtime as the server."""
    return partial(start_ntlm_peer_server, [("LAB", "alice", PASSWORD)])


@pytest.mark.parametrize("kind", ["twisted", "asyncio"])
def test_our_client_on_microsofts_runtime(run_secured_client, peer_server, kind):
    server, url = peer_server()
    events = run_secured_client(url, "run", "CreateDhcpScope", security=OURS, kind=kind)
    assert (events[-1]["succeeded"], events[-1]["rejected"]) == (True, 0)
    server.wait_for_line('"event":"closed"')
    (secured,) = [event for event in server.events() if event["event"] == "secured"]
    assert (secured["package"], secured["user"]) == ("NTLM", "LAB\\alice")
    assert (secured["encrypted"], secured["signed"]) == (True, True)


def test_our_client_with_signatures_alone(run_secured_client, peer_server):
    server, url = peer_server("--protection", "sign")
    security = {**OURS, "level": "SIGN"}
    events = run_secured_client(url, "task", "Discovery", "dhcp1", security=security)
    assert events == [{"event": "accepted"}]
    (secured,) = [event for event in server.events() if event["event"] == "secured"]
    assert secured["signed"]


@pytest.mark.parametrize("wrong", [{"password": "Secret-2"}, {"user": "LAB\\nobody"}])
def test_our_client_is_refused(run_secured_client, peer_server, wrong):
    _, url = peer_server()
    (error,) = run_secured_client(url, "run", "CreateDhcpScope", security={**OURS, **wrong})
    assert error["type"] == "SecurityError"
    assert "broke the handshake off: 0x80090304" in error["text"]
    assert "Secret" not in error["text"]


def test_our_client_is_told_what_may_be_missing(start_program, servers):
    """No fault says so: the connection is dropped, as WCF does it."""
    program = start_program(sys.executable, CLIENT, "twisted", servers().url, "task", "Discovery")
    assert program.wait() == 0, program.tail()
    (error,) = program.events()
    assert error["type"] == "ConnectionLostError"
    assert "a server that demands security drops clients that ask for none" in error["text"]


@pytest.mark.parametrize("level", ["SIGN", "ENCRYPT_AND_SIGN"])
def test_our_client_on_our_server(run_secured_client, servers, level):
    security = {**OURS, "level": level}
    url = servers(level).url
    events = run_secured_client(url, "run", "CreateDhcpScope", 5, security=security)
    assert [event["succeeded"] for event in events if event["event"] == "ended"] == [True] * 5


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"password": "Secret-2"}, "LOGON_DENIED, 0x8009030C"),
        ({"level": "SIGN"}, "TRUST_FAILURE, 0x000006FE"),
    ],
)
def test_our_server_refuses_our_client(run_secured_client, servers, wrong, text):
    security = {**OURS, **wrong}
    (error,) = run_secured_client(servers().url, "task", "Discovery", security=security)
    assert error["type"] == "SecurityError"
    assert text in error["text"]
