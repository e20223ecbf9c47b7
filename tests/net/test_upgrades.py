"""Stream upgrades between our two ends in memory: NTLM and TLS under sessions, and refusals."""

import datetime as dt
from functools import partial

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from twisted.internet.testing import MemoryReactorClock

from ipam_progress.authorization import Authorizer
from ipam_progress.contracts import (
    CreateDhcpScopeParameters,
    IpamAdminOperationId,
    IpamExceptionId,
    IpamTaskType,
)
from ipam_progress.contracts.messages import (
    InitializeOperationParameters,
    StartOperationWithCallback,
    StartTask,
)
from ipam_progress.demo import demo_registry
from ipam_progress.errors import LocalProtocolError, SecurityError
from ipam_progress.identity import IdentityResolver
from ipam_progress.limits import Limits
from ipam_progress.net.audit import log_decision
from ipam_progress.net.brakes import FREE_FAILURES, LONGEST_DELAY, MEMORY, Brakes
from ipam_progress.net.client_channel import ClientChannel
from ipam_progress.net.server import Listener, ManagementServer
from ipam_progress.net.upgrades import UpgradeMaker
from ipam_progress.security.accounts import Accounts, nt_hash
from ipam_progress.security.certificates import KeyedCertificate
from ipam_progress.security.negotiate import NegotiateClient, NegotiateServer
from ipam_progress.security.tls import TlsClient, TlsServer
from ipam_progress.service.client import SoapFaultError
from ipam_progress.service.paths import OPERATION_PATH, SERVER_PATH
from ipam_progress.session.faults import IpamError

ALICE = "LAB\\alice"
PASSWORD = "correct horse"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for server.test that signs itself, with its key."""
    folder = tmp_path_factory.mktemp("certificate")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "server.test")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("server.test")]), False)
        .sign(key, hashes.SHA256())
    )
    pem, key_file = folder / "server.pem", folder / "server.key"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return pem, key_file


def windows_server():
    return NegotiateServer(accounts=Accounts({ALICE: nt_hash(PASSWORD)}))


def windows_client(password=PASSWORD):
    return NegotiateClient("host/server.test", user=ALICE, password=password)


@pytest.fixture(params=["windows", "tls"])
def ends(request, certificate):
    """What protects the server and what a client has to match it."""
    if request.param == "windows":
        return windows_server(), windows_client()
    pem, key = certificate
    return (
        TlsServer(partial(KeyedCertificate.from_pem, pem, key)),
        TlsClient("server.test", ca_file=pem),
    )


class Pair:
    """A client's channel and a server's, and what passes between them."""

    def __init__(self, harness, security, path=OPERATION_PATH, cut=None) -> None:
        self.harness = harness
        self.cut = cut
        self.callbacks, self.ends = [], []
        self.wire = harness.connect()
        self.client = ClientChannel(
            f"net.tcp://server.test{path}",
            timeout=30,
            limits=Limits(),
            clock=harness.reactor,
            take_callback=self.callbacks.append,
            take_end=self.ends.append,
            upgrades=UpgradeMaker.of(security),
        )
        self.results = []
        self.client.opened.addBoth(self.results.append)
        self.transport = type(self.wire.transport)()
        self.client.makeConnection(self.transport)
        self.passed = b""
        self.pass_on()

    def pass_on(self):
        """Carry octets both ways until there are no more."""
        for _ in range(200):
            self.harness.settle()
            up, down = self.transport.value(), self.wire.transport.value()
            self.transport.clear()
            self.wire.transport.clear()
            if not up and not down:
                return
            self.passed += up + down
            for octets, channel in ((up, self.wire.channel), (down, self.client)):
                step = self.cut or max(len(octets), 1)
                for start in range(0, len(octets), step):
                    channel.dataReceived(octets[start : start + step])

    def ask(self, message):
        """Send a request; give the answer, or the error that it failed with."""
        answers = []
        self.client.request(message).addBoth(answers.append)
        self.pass_on()
        (answer,) = answers
        return getattr(answer, "value", answer)


PARAMETERS = InitializeOperationParameters(
    paramters=CreateDhcpScopeParameters(OperationId=IpamAdminOperationId.CreateDhcpScope)
)


@pytest.mark.parametrize("cut", [None, 1, 7])
def test_an_operation_under_protection(ends, cut, make_harness):
    server, client = ends
    pair = Pair(make_harness(security=server), client, cut=cut)
    assert pair.results == [pair.client]
    pair.ask(PARAMETERS)
    pair.ask(StartOperationWithCallback())
    assert len(pair.callbacks) == 12
    assert b"CreateDhcpScope" not in pair.passed
    pair.client.end()
    pair.pass_on()
    assert pair.ends == ["the session has ended"]


def test_the_next_session_begins_on_the_bare_stream(ends, make_harness):
    """The second preamble comes in one piece with the End of the first session."""
    server, client = ends
    pair = Pair(make_harness(security=server), client)
    channel = pair.client
    pair.ask(PARAMETERS)
    channel.framing.send_end()
    channel.flush()
    end = pair.transport.value()
    pair.transport.clear()
    second = Pair.__new__(Pair)
    second.__dict__.update(pair.__dict__, callbacks=[], ends=[], results=[])
    second.transport = type(pair.transport)()
    second.client = ClientChannel(
        "net.tcp://server.test/IpamOperationWithProgress",
        timeout=30,
        limits=Limits(),
        clock=pair.harness.reactor,
        take_callback=second.callbacks.append,
        take_end=second.ends.append,
        upgrades=UpgradeMaker.of(client),
    )
    second.client.opened.addBoth(second.results.append)
    second.client.makeConnection(second.transport)
    preamble = second.transport.value()
    second.transport.clear()
    pair.wire.channel.dataReceived(end + preamble)
    pair.harness.settle()
    # the server's own End is still of the first session, what follows is not
    channel.dataReceived(pair.wire.transport.value()[: -len(b"\x0a")])
    second.client.dataReceived(b"\x0a")
    pair.wire.transport.clear()
    second.pass_on()
    assert second.results == [second.client]
    second.ask(PARAMETERS)
    second.ask(StartOperationWithCallback())
    assert len(second.callbacks) == 12


def test_a_wrong_password_is_refused_and_slows_its_address(make_harness, log):
    harness = make_harness(security=windows_server())
    for _ in range(FREE_FAILURES + 1):
        pair = Pair(harness, windows_client("Tr0ub4dor"))
        assert isinstance(pair.results[0].value, SecurityError)
        pair.wire.close()
    assert len(log.lines()) >= FREE_FAILURES + 1
    assert "Tr0ub4dor" not in "".join(log.lines())
    waiting = Pair(harness, windows_client())
    assert waiting.results == []
    harness.reactor.advance(0.5)
    waiting.pass_on()
    assert waiting.results == [waiting.client]
    assert Pair(harness, windows_client()).results[0] is not None


def test_a_client_that_leaves_while_it_has_to_wait(make_harness):
    harness = make_harness(security=windows_server())
    for _ in range(FREE_FAILURES + 1):
        Pair(harness, windows_client("Tr0ub4dor")).wire.close()
    waiting = Pair(harness, windows_client())
    waiting.wire.close()
    harness.reactor.advance(1)


def test_a_session_without_the_upgrade_is_dropped(make_harness):
    wire = make_harness(security=windows_server()).connect()
    via = b"net.tcp://server.test/IpamServer"
    wire.send(bytes.fromhex("000100010202") + bytes([len(via)]) + via + bytes.fromhex("03080c"))
    assert wire.transport.aborted


def test_who_may_do_what(make_harness, log):
    harness = make_harness(
        demo_registry(subtasks=2, steps=2),
        security=windows_server(),
        identities=IdentityResolver({"IPAM Users": [ALICE]}),
        authorizer=Authorizer(audit=log_decision),
    )
    pair = Pair(harness, windows_client())
    pair.ask(PARAMETERS)
    denied = pair.ask(StartOperationWithCallback())
    assert isinstance(denied, SoapFaultError)
    assert denied.detail.IpamExceptionData.ExceptionId is IpamExceptionId.IpamApiAccessDenied
    task = Pair(harness, windows_client(), SERVER_PATH).ask(
        StartTask(taskType=IpamTaskType.Discovery, server=None)
    )
    assert task.detail.IpamExceptionData.ExceptionId is IpamExceptionId.IpamApiAccessDenied
    audit = [line for line in log.lines() if line.startswith("denied: ")]
    assert len(audit) == 2
    assert all(ALICE in line for line in audit)
    harness.server.admit(IdentityResolver({"IPAM MSM Administrators": [ALICE]}), None)
    pair = Pair(harness, windows_client())
    pair.ask(PARAMETERS)
    pair.ask(StartOperationWithCallback())
    assert len(pair.callbacks) == 12
    task = Pair(harness, windows_client(), SERVER_PATH)
    assert not isinstance(
        task.ask(StartTask(taskType=IpamTaskType.Discovery, server=None)), SoapFaultError
    )


def test_a_resolver_that_fails_turns_its_client_away(make_harness):
    def broken(_name, _mechanism):
        raise IpamError(IpamExceptionId.IpamApiGenericErrorOccurred, "directory down")

    harness = make_harness(
        security=windows_server(), identities=IdentityResolver(sid_resolver=broken)
    )
    pair = Pair(harness, windows_client())
    assert pair.wire.transport.disconnecting


def test_without_protection_only_on_loopback_unless_told_so(make_harness, outcome_of):
    listener = Listener("tcp:9100")
    harness = make_harness(start=False, listen=[listener], allow_unprotected_network=False)
    (failure,) = outcome_of(harness.server.start())
    assert isinstance(getattr(failure, "value", failure), LocalProtocolError)
    assert not any(port.open for port in harness.reactor.ports)
    for allowed in (
        {"listen": [listener], "allow_unprotected_network": True},
        {"listen": [Listener("tcp:9100", windows_server())], "allow_unprotected_network": False},
    ):
        harness = make_harness(start=False, **allowed)
        assert outcome_of(harness.server.start())[0] == ("net.tcp://0.0.0.0:9100",)


def test_brakes():
    brakes = Brakes()
    for failure in range(FREE_FAILURES):
        assert brakes.delay("a", failure) == 0
        brakes.failed("a", failure)
    assert brakes.delay("a", FREE_FAILURES) == 0
    delays = []
    for _ in range(12):
        brakes.failed("a", 10)
        delays.append(brakes.delay("a", 10))
    assert delays[:5] == [0.5, 1, 2, 4, 8]
    assert delays[5:] == [LONGEST_DELAY] * 7
    assert brakes.delay("b", 10) == 0
    assert brakes.delay("a", 10 + MEMORY) == 0
    brakes.succeeded("a")
    assert brakes.delay("a", 10) == 0
    for number in range(10_001):
        brakes.failed(str(number), 20)
    assert len(brakes._failures) == 10_000


def test_the_server_knows_its_security_when_it_is_made():
    server = ManagementServer(
        demo_registry(), security=windows_server(), reactor=MemoryReactorClock()
    )
    assert server.listeners[0].security is not None
