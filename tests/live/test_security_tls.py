"""TLS, Microsoft's runtime at the other end: a client of our server, and a server of our client."""

import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

INIT = "init:CreateDhcpScope"
GOOD = (INIT, "start", "wait:20", "close")
DAY = timedelta(days=1)

REJECTED = (
    "The remote certificate was rejected by the provided RemoteCertificateValidationCallback."
)


class Authority:
    """A CA of our own: issues certificates into a folder, as PEM and as PFX."""

    def __init__(self, folder, name) -> None:
        self._folder = folder
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._now = datetime.now(UTC)
        certificate = (
            self._builder(self._name, self._key, self._now - DAY, self._now + DAY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(certificate.public_bytes(Encoding.PEM))

    def _builder(self, subject, key, begins, ends):
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins)
            .not_valid_after(ends)
        )

    def issue(self, file, name, *, usage, host=None, days=1, key=None):
        """Issue a certificate; `days` are those that it is still valid, or no longer."""
        key = key or ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = self._builder(subject, key, self._now - 9 * DAY, self._now + days * DAY)
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        if host is not None:
            alternative = x509.SubjectAlternativeName([x509.DNSName(host)])
            builder = builder.add_extension(alternative, critical=False)
        certificate = builder.sign(self._key, hashes.SHA256())
        pem, private = self._folder / f"{file}.pem", self._folder / f"{file}.key"
        pem.write_bytes(certificate.public_bytes(Encoding.PEM))
        private.touch(mode=0o600)
        private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        (self._folder / f"{file}.pfx").write_bytes(
            pkcs12.serialize_key_and_certificates(
                name.encode(), key, certificate, None, NoEncryption()
            )
        )


class Files:
    """The files that all these tests use, by name: ``pki["server.pem"]``."""

    def __init__(self, folder) -> None:
        self.folder = folder
        server, client = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH
        self.authority = Authority(folder, "authority")
        other = Authority(folder, "other")
        rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        host = "ipam.test"
        self.authority.issue("server", "server", usage=server, host=host)
        self.authority.issue("rsa", "server with RSA", usage=server, host=host, key=rsa_key)
        self.authority.issue("expired", "old server", usage=server, host=host, days=-1)
        self.authority.issue("client", "alice", usage=client)
        self.authority.issue("client-expired", "alice", usage=client, days=-1)
        self.authority.issue("client-purpose", "alice", usage=server)
        other.issue("client-other", "mallory", usage=client)

    def __getitem__(self, name):
        path = self.folder / name
        assert path.exists()
        return str(path)

    def server(self, name="server", **more):
        """Give the settings of a server."""
        return {"certificate": self[f"{name}.pem"], "key": self[f"{name}.key"], **more}


@pytest.fixture(scope="session")
def pki(tmp_path_factory):
    return Files(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def trusting(pki):
    """The arguments of a client that checks the server's certificate."""
    ca, identity = ("--ca", pki["authority.pem"]), ("--identity", "ipam.test")
    return ("--security", "tls", *ca, *identity)


@pytest.fixture
def knowing(pki, trusting):
    """The arguments of a client that shows a certificate, too."""
    return (*trusting, "--certificate", pki["client.pfx"])


@pytest.fixture(scope="module")
def open_server(start_secured_server, pki):
    """A server that asks for no certificate."""
    return start_secured_server(pki.server())


@pytest.fixture(scope="module")
def strict_server(start_secured_server, pki):
    """A server that lets in nobody without a certificate."""
    return start_secured_server(pki.server(client_ca=pki["authority.pem"]))


@pytest.fixture(params=["1.2", "1.3"])
def version(request):
    return ("--tls", request.param)


def spoken(version):
    return {"1.2": "Tls12", "1.3": "Tls13"}[version[1]]


def assert_served(server, secured_probe, arguments):
    done = secured_probe(server, "progress", "CreateDhcpScope", "--quiet", *arguments)
    assert (done.status, done.end["callbacks"]) == (0, 29), done.events


def refused(done):
    """Give the error of a client that was to get no session, or none that could be used."""
    assert done.status != 0
    assert not done.of("callback")
    (error,) = done.of("error")
    assert error["call"] == "open"
    return error


@pytest.mark.parametrize("chop", [(), ("--chop", 1), ("--chop", 97)], ids=["whole", "1", "97"])
def test_every_callback_arrives(secured_probe, open_server, trusting, version, chop):
    done = secured_probe(open_server, "progress", "CreateDhcpScope", *trusting, *version, *chop)
    assert (done.status, done.end["callbacks"]) == (0, 29), done.events
    assert len(done.of("callback")) == 29
    (secured,) = done.of("secured")
    assert (secured["protocol"], secured["subject"]) == (spoken(version), "CN=server")
    assert open_server.events()[-1]["name"] == ""


def test_a_client_with_a_certificate(secured_probe, strict_server, knowing, version):
    done = secured_probe(strict_server, "progress", "CreateDhcpScope", *knowing, *version)
    assert (done.status, done.end["callbacks"]) == (0, 29), done.events
    (secured,) = done.of("secured")
    assert secured["protocol"] == spoken(version)
    client = strict_server.events()[-1]
    assert (client["name"], client["mechanism"]) == ("CN=alice", "TLS")


@pytest.mark.parametrize("chop", [(), ("--chop", 97)], ids=["whole", "97"])
def test_all_operations_on_one_connection(secured_probe, strict_server, knowing, version, chop):
    done = secured_probe(strict_server, "all", *knowing, *version, *chop)
    assert done.status == 0
    assert (done.end["operations"], done.end["bad"]) == (49, 0)
    assert len(done.of("secured")) == 49
    assert not done.of("error")


def test_steps_with_sessions_on_one_connection(secured_probe, open_server, trusting, version):
    steps = ("open", "start", *GOOD, "reuse", *GOOD, "reuse", INIT, "abort", "open", *GOOD)
    done = secured_probe(open_server, "steps", *steps, *trusting, *version)
    assert [outcome for name, outcome in done.calls if name == "reuse"] == ["reply"] * 2
    assert [event["exceptionId"] for event in done.of("error")] == ["IpamApiInvalidParameter"]
    assert done.end["callbacks"] == 3 * 29
    assert len(done.of("secured")) == 4


@pytest.mark.parametrize("reuse", [(), ("reuse",)], ids=["new", "reused"])
def test_many_sessions(secured_probe, strict_server, knowing, version, reuse):
    done = secured_probe(strict_server, "sessions", 20, *reuse, *knowing, *version)
    assert (done.status, done.end["callbacks"]) == (0, 20 * 29)


def test_a_task(secured_probe, strict_server, knowing, version):
    done = secured_probe(strict_server, "start-task", "Discovery", "dhcp1", *knowing, *version)
    assert done.calls == [("open", "reply"), ("StartTask", "reply"), ("close", "reply")]


def test_a_key_of_rsa(secured_probe, start_secured_server, pki, trusting, version):
    server = start_secured_server(pki.server("rsa"))
    assert_served(server, secured_probe, (*trusting, *version))


@pytest.mark.parametrize("is_shown", [True, False])
def test_a_certificate_that_is_optional(
    *, secured_probe, start_secured_server, pki, trusting, knowing, version, is_shown
):
    server = start_secured_server(pki.server(client_ca=pki["authority.pem"], optional=True))
    assert_served(server, secured_probe, (*(knowing if is_shown else trusting), *version))
    (client,) = server.events()
    assert client["name"] == ("CN=alice" if is_shown else "")


WRONG_SERVERS = {
    "wrong CA": ("server", "other.pem", "ipam.test"),
    "wrong name": ("server", "authority.pem", "other.test"),
    "expired": ("expired", "authority.pem", "ipam.test"),
}


@pytest.mark.parametrize("case", WRONG_SERVERS)
def test_a_server_that_the_client_refuses(secured_probe, start_secured_server, pki, version, case):
    name, ca, identity = WRONG_SERVERS[case]
    server = start_secured_server(pki.server(name))
    arguments = ("--security", "tls", "--ca", pki[ca], "--identity", identity, *version)
    error = refused(secured_probe(server, "progress", "CreateDhcpScope", *arguments))
    assert (error["type"], error["message"]) == ("AuthenticationException", REJECTED)
    assert_served(server, secured_probe, ("--security", "tls"))  # who takes any is served


WRONG_CLIENTS = {
    "none": (None, "the client showed no certificate, which is required"),
    "expired": ("client-expired.pfx", "the client's certificate has expired"),
    "wrong CA": ("client-other.pfx", "the client's certificate comes from a CA that is not"),
    "wrong purpose": ("client-purpose.pfx", "the client's certificate was not issued for this"),
}


@pytest.mark.parametrize("case", WRONG_CLIENTS)
def test_a_client_that_the_server_refuses(
    *, secured_probe, start_secured_server, pki, trusting, knowing, version, case
):
    server = start_secured_server(pki.server(client_ca=pki["authority.pem"]))
    file, logged = WRONG_CLIENTS[case]
    shown = () if file is None else ("--certificate", pki[file])
    error = refused(
        secured_probe(server, "progress", "CreateDhcpScope", *trusting, *shown, *version)
    )
    # In TLS 1.3 the client's part of the handshake is over before the server can refuse.
    expected = {"1.2": "AuthenticationException", "1.3": "IOException"}[version[1]]
    assert error["type"] == expected
    server.wait_for_log(f"warn: .*connection refused: {logged}")
    assert not server.events()
    assert_served(server, secured_probe, (*knowing, *version))


def test_a_client_without_security(probe, open_server):
    error = refused(probe(open_server, "progress", "CreateDhcpScope"))
    assert error["type"]
    open_server.wait_for_log("the preamble ended without the upgrade that is required")


def test_a_certificate_that_is_replaced(
    *, secured_probe, start_secured_server, pki, trusting, version, tmp_path, start_program,
    runtime_probe,
):  # fmt: skip
    """Sessions that are open go on; those that begin see the new one."""
    certificate, key = tmp_path / "server.pem", tmp_path / "server.key"

    def put(name):
        certificate.write_text(Path(pki[f"{name}.pem"]).read_text("ascii"), "ascii")
        key.write_text(Path(pki[f"{name}.key"]).read_text("ascii"), "ascii")

    put("server")
    server = start_secured_server({"certificate": str(certificate), "key": str(key)}, 1, 3000)
    steps = ("open", INIT, "start", "count:3000", "wait:60", "close")
    beside = start_program(runtime_probe, server.url, "steps", *steps, *trusting, *version)
    beside.wait_for_line("AddSubTask", 60)
    put("rsa")
    server.process.send_signal(signal.SIGHUP)
    server.wait_for_line("reloaded")
    done = secured_probe(server, "steps", "open", "close", *trusting, *version)
    (secured,) = done.of("secured")
    assert secured["subject"] == "CN=server with RSA"
    assert beside.wait(60) == 0, beside.tail()
    assert beside.events()[-1]["callbacks"] == 6003


# --- Our client ----------------------------------------------------------------------------------


@pytest.fixture
def peer_server(start_peer_server, pki):
    """Microsoft's runtime as the server, which requires a certificate of a CA of ours."""

    def start():
        trust = ("--ca", pki["authority.pem"])
        return start_peer_server("tls", "--certificate", pki["server.pfx"], *trust)

    return start


@pytest.fixture
def run_client(run_secured_client, pki):
    def run(url, *arguments, kind="twisted", **settings):
        security = {"tls": True, "identity": "ipam.test", "ca_file": pki["authority.pem"]}
        return run_secured_client(url, *arguments, security={**security, **settings}, kind=kind)

    return run


@pytest.mark.parametrize("kind", ["twisted", "asyncio"])
def test_our_client_on_microsofts_runtime(run_client, peer_server, pki, kind):
    server, url = peer_server()
    events = run_client(url, "run", "CreateDhcpScope", kind=kind, certificate=pki["client.pfx"])
    assert events[-1]["succeeded"], events
    assert (events[-1]["percent"], events[-1]["rejected"]) in {("100", 0), ("100.0", 0)}
    server.wait_for_line('"event":"secured".*"user":"CN=alice"')
    server.wait_for_line('"event":"closed"')


def test_our_client_with_a_task(run_client, peer_server, pki):
    _, url = peer_server()
    assert run_client(url, "task", "Discovery", "dhcp1", certificate=pki["client.pfx"]) == [
        {"event": "accepted"}
    ]


def test_our_client_without_a_certificate_that_is_required(run_client, peer_server):
    """Microsoft's server drops the connection, and says nothing."""
    _, url = peer_server()
    (error,) = run_client(url, "run", "CreateDhcpScope")
    assert (error["event"], error["type"]) == ("error", "FramingError")
    assert "not say why" in error["text"]


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"ca_file": "other.pem"}, "the server's certificate comes from a CA that is not trusted"),
        ({"identity": "other.test"}, "is for another name than the server's identity"),
        ({"ca_file": None, "pinned": "00" * 32}, "another certificate than the pinned one"),
    ],
)
def test_a_server_that_our_client_refuses(run_client, peer_server, pki, settings, text):
    _, url = peer_server()
    if settings.get("ca_file"):
        settings = {"ca_file": pki[settings["ca_file"]]}
    (error,) = run_client(url, "run", "CreateDhcpScope", **settings)
    assert error["type"] == "SecurityError"
    assert text in error["text"]


def test_our_client_on_our_server(run_client, strict_server, pki):
    events = run_client(
        strict_server.url, "run", "CreateDhcpScope", 5, certificate=pki["client.pfx"]
    )
    assert [event["succeeded"] for event in events if event["event"] == "ended"] == [True] * 5


def test_a_proxy_passes_it_on_and_sees_that_it_is_protected(
    secured_probe, open_server, start_proxy, trusting, version
):
    proxy = start_proxy(open_server.url, "--json")
    assert_served(proxy, secured_probe, (*trusting, *version))
    proxy.stop()
    kinds = {event["kind"] for event in proxy.events()}
    assert kinds == {"connection", "record", "protected", "end"}
