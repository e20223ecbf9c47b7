"""TLS in memory: both ends joined, every refusal, and every way to cut the octets."""

import shutil
import ssl
from contextlib import suppress
from functools import partial

import pytest
from cryptography import x509
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ipam_progress.errors import LocalProtocolError, SecurityError
from ipam_progress.security.certificates import KeyedCertificate
from ipam_progress.security.tls import (
    HANDSHAKE_LIMIT,
    TRANSITIONS,
    ClientCertificates,
    TlsAction,
    TlsClient,
    TlsInput,
    TlsServer,
    TlsState,
    TlsUpgrade,
)
from ipam_progress.security.tls_words import plain_words
from ipam_progress.security.upgrade import (
    AuthenticatedPeer,
    DataReceived,
    HandshakeCompleted,
    UpgradeClosed,
)

SERVER_NAME = "ipam.example.com"
PREAMBLE = bytes.fromhex("000100 0102 0205 6e65742e74")
VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]
FATAL_ALERT = b"\x15\x03\x03\x00\x02\x02"


def events_of(upgrade, cuts=None, data=b""):
    """Give what comes of some octets, given whole or in pieces of these sizes."""
    events = []
    for piece in pieces(data, cuts):
        upgrade.receive_data(piece)
        while (event := upgrade.next_event()) is not None:
            events.append(event)
    return events


def pieces(data, cuts):
    if cuts is None:
        yield data
        return
    position = 0
    for size in cuts:
        if position >= len(data):
            return
        yield data[position : position + size]
        position += size
    yield data[position:]


class Joined:
    """A server's end and a client's, and what has come at each."""

    def __init__(self, server, client):
        self.server, self.client = server.new_upgrade(), client.new_upgrade()
        self.server_events, self.client_events = [], []
        self.server.start()
        self.client.start()

    def exchange(self, cuts=None):
        """Carry octets to and fro until there are none."""
        while True:
            to_server, to_client = self.client.data_to_send(), self.server.data_to_send()
            if not to_server and not to_client:
                return self
            self.server_events += events_of(self.server, cuts, to_server)
            self.client_events += events_of(self.client, cuts, to_client)

    @property
    def server_peer(self):
        [event] = self.server_events
        assert isinstance(event, HandshakeCompleted)
        return event.peer

    @property
    def client_peer(self):
        [event] = self.client_events
        assert isinstance(event, HandshakeCompleted)
        return event.peer


def refusal(upgrade, data):
    with pytest.raises(SecurityError) as caught:
        events_of(upgrade, data=data)
    assert upgrade.state is TlsState.FAILED
    with pytest.raises(SecurityError) as again:
        upgrade.next_event()
    assert str(again.value) == str(caught.value)
    return str(caught.value)


@pytest.fixture
def server_of(certificates):
    def make(name="server", **options):
        return TlsServer(lambda: certificates[name], **options)

    return make


@pytest.fixture
def client_of(certificates):
    def make(identity=SERVER_NAME, **options):
        if "pinned" not in options:
            options.setdefault("ca_file", certificates.ca.file)
        return TlsClient(identity, **options)

    return make


@pytest.fixture
def asking(server_of, certificates):
    """A server that asks for certificates of the CA."""
    return partial(
        server_of,
        client_certificates=ClientCertificates.REQUIRED,
        client_ca_file=certificates.ca.file,
    )


def at_most(upgrade_maker, version):
    upgrade_maker._context.maximum_version = version
    return upgrade_maker


@pytest.fixture(params=VERSIONS, ids=lambda version: version.name)
def version(request):
    return request.param


@pytest.fixture
def joined(server_of, client_of, version):
    return Joined(server_of(), at_most(client_of(), version)).exchange()


def record_sizes(octets):
    sizes = []
    while octets:
        sizes.append(5 + int.from_bytes(octets[3:5], "big"))
        octets = octets[sizes[-1] :]
    return sizes


# Handshakes


def test_both_ends_come_together(joined, version, certificates):
    assert (
        joined.client._tls.version() == {"TLSv1_2": "TLSv1.2", "TLSv1_3": "TLSv1.3"}[version.name]
    )
    assert joined.server_peer == AuthenticatedPeer("", "TLS")
    server = certificates["server"].certificate
    assert joined.client_peer.name == f"CN={SERVER_NAME}"
    assert joined.client_peer.mechanism == "TLS"
    assert x509.load_der_x509_certificate(joined.client_peer.certificate) == server
    assert joined.server.state is joined.client.state is TlsState.OPEN


def test_octet_by_octet(server_of, client_of, version):
    joined = Joined(server_of(), at_most(client_of(), version))
    joined.exchange(cuts=[1] * 10_000)
    joined.client.send_data(b"ping")
    joined.server.send_data(b"pong")
    joined.exchange(cuts=[1] * 10_000)
    assert joined.server_events[1:] == [DataReceived(b"ping")]
    assert joined.client_events[1:] == [DataReceived(b"pong")]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    cuts=st.lists(st.integers(1, 3000), max_size=30),
    messages=st.lists(st.binary(min_size=1, max_size=40_000), max_size=4),
)
def test_random_cuts(server_of, client_of, version, cuts, messages):
    joined = Joined(server_of(), at_most(client_of(), version)).exchange(cuts)
    for message in messages:
        joined.client.send_data(message)
        joined.server.send_data(message)
    joined.exchange(cuts)
    for events in (joined.server_events, joined.client_events):
        assert b"".join(event.data for event in events[1:]) == b"".join(messages)


def test_no_tickets_are_given(joined):
    # nobody comes back without showing a certificate, and the peer has nothing to read
    # that it did not ask for
    assert joined.server.data_to_send() == b""
    assert joined.client._tls.session.has_ticket is False


def test_tickets_of_other_servers_are_taken(server_of, client_of):
    server = server_of()
    server._context.num_tickets = 3
    joined = Joined(server, client_of())
    joined.exchange()
    joined.server.send_data(b"data")
    joined.exchange()
    assert [type(event) for event in joined.client_events] == [HandshakeCompleted, DataReceived]


def test_a_client_that_names_no_host(server_of, certificates):
    """WCF's clients send no SNI."""
    asked = []
    server = server_of()
    server._context.sni_callback = lambda _socket, name, _context: asked.append(name)
    pinned = TlsClient(pinned=certificates["server"].fingerprint)
    named = TlsClient(SERVER_NAME, ca_file=certificates.ca.file)
    by_address = TlsClient("192.0.2.1", ca_file=certificates.ca.file)
    for client in (pinned, named, by_address):
        assert Joined(server, client).exchange().client_peer.name == f"CN={SERVER_NAME}"
    assert asked == [None, SERVER_NAME, None]


@pytest.mark.parametrize(
    "old", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1], ids=lambda v: v.name
)
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_old_versions_are_not_spoken(server_of, certificates, old):
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.set_ciphers("ALL:@SECLEVEL=0")
    client.minimum_version, client.maximum_version = old, old
    hello = ssl.MemoryBIO()
    old_client = client.wrap_bio(ssl.MemoryBIO(), hello, server_hostname="x")
    with pytest.raises(ssl.SSLWantReadError):
        old_client.do_handshake()
    server = server_of().new_upgrade()
    server.start()
    assert "speaks no version of TLS that is allowed" in refusal(server, hello.read())
    alert = server.data_to_send()
    assert alert[0] == 0x15
    assert alert[-2:] == b"\x02\x46"  # fatal, protocol_version


def test_a_minimum_of_1_3(server_of, client_of):
    joined = Joined(
        server_of(minimum_version=ssl.TLSVersion.TLSv1_3),
        at_most(client_of(), ssl.TLSVersion.TLSv1_2),
    )
    refusal(joined.server, joined.client.data_to_send())
    why = refusal(joined.client, joined.server.data_to_send())
    assert why == "the server ended TLS with an alert: it speaks no version of TLS that we speak"


def test_ciphers_of_1_2_keep_no_secrets_for_later(server_of):
    ciphers = server_of()._context.get_ciphers()
    old = [cipher for cipher in ciphers if cipher["protocol"] == "TLSv1.2"]
    assert old
    for cipher in old:
        assert cipher["kea"] == "kx-ecdhe"
        assert cipher["digest"] != "sha1"
        assert cipher["strength_bits"] >= 128


# Whom a client accepts


@pytest.mark.parametrize(
    ("server", "words"),
    [
        ("expired server", "the server's certificate has expired"),
        ("server of the future", "the server's certificate is not valid yet"),
        ("server of other CA", "the server's certificate comes from a CA that is not trusted"),
        ("other name", "is for another name than the server's identity"),
        ("client", "was not issued for this purpose"),
    ],
)
def test_servers_that_are_refused(server_of, client_of, version, server, words):
    joined = Joined(server_of(server), at_most(client_of(), version))
    events_of(joined.server, data=joined.client.data_to_send())
    assert words in refusal(joined.client, joined.server.data_to_send())
    alert = joined.client.data_to_send()
    assert alert  # in TLS 1.3 it is encrypted
    why = refusal(joined.server, alert)
    assert why.startswith("the client ended TLS with an alert: ")


def test_identities(server_of, client_of):
    by_subject = server_of("server by common name")
    assert Joined(by_subject, client_of()).exchange().client_peer.name == f"CN={SERVER_NAME}"
    elsewhere = client_of("web.example.com")
    assert Joined(server_of("other name"), elsewhere).exchange().client_peer
    joined = Joined(server_of(), client_of("192.0.2.2"))
    with pytest.raises(SecurityError, match="for another IP address than"):
        joined.exchange()


def test_a_chain_of_certificates(server_of, client_of):
    assert Joined(server_of("server of sub CA"), client_of()).exchange().client_peer


def test_an_intermediate_certificate_is_missing(client_of, certificates):
    whole = certificates["server of sub CA"]
    server = TlsServer(lambda: KeyedCertificate(whole.chain[:1], whole.key))
    joined = Joined(server, client_of())
    with pytest.raises(SecurityError, match="the certificate between it and the CA is missing"):
        joined.exchange()


def test_the_systems_own_cas(server_of, certificates, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.ca.file))
    assert Joined(server_of(), TlsClient(SERVER_NAME)).exchange().client_peer
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.other_ca.file))
    with pytest.raises(SecurityError, match="CA that is not trusted"):
        Joined(server_of(), TlsClient(SERVER_NAME)).exchange()


@pytest.mark.parametrize("name", ["expired server", "server of other CA", "other name"])
def test_a_pinned_certificate_is_all_that_counts(server_of, client_of, certificates, name):
    fingerprint = certificates[name].fingerprint
    written = ":".join(fingerprint[at : at + 2] for at in range(0, 64, 2)).upper()
    assert Joined(server_of(name), client_of(pinned=written)).exchange().client_peer


def test_another_certificate_than_the_pinned_one(asking, client_of, certificates, version):
    client = client_of(
        pinned=certificates["other name"].fingerprint, certificate=certificates["client"]
    )
    joined = Joined(asking(), at_most(client, version))
    with pytest.raises(SecurityError, match="another certificate than the pinned one") as caught:
        joined.exchange()
    assert certificates["server"].fingerprint in str(caught.value)
    told = joined.client.data_to_send()
    assert told
    if version is ssl.TLSVersion.TLSv1_3:
        # the impostor does not get to see the client's certificate
        assert joined.server_events == []
        refusal(joined.server, told)
    else:
        assert joined.server_events[1:] + events_of(joined.server, data=told) == [UpgradeClosed()]


def test_a_certificate_that_only_openssl_can_read(client_of):
    with pytest.raises(SecurityError, match="the server's certificate is not made well"):
        client_of()._judge(b"junk")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "nothing to tell the right server by"),
        ({"identity": ""}, "nothing to tell the right server by"),
        ({"pinned": "12:34"}, "'12:34' is no SHA-256 fingerprint"),
        ({"pinned": "g" * 64}, "is no SHA-256 fingerprint"),
        ({"identity": ".example.com"}, "'.example.com' is neither a DNS name nor an IP address"),
        ({"identity": "a" * 64 + ".example"}, "is neither a DNS name nor an IP address"),
        ({"identity": "a\0b"}, "is neither a DNS name nor an IP address"),
        ({"pinned": "0" * 64, "ca_file": "ca.pem"}, "needs no CA"),
    ],
)
def test_clients_that_cannot_be(options, words):
    with pytest.raises(ValueError, match=words):
        TlsClient(**options)


def test_a_ca_file_that_is_none(tmp_path):
    (tmp_path / "ca.pem").write_text("nothing")
    with pytest.raises(ValueError, match=r"ca\.pem: there is no CA certificate"):
        TlsClient(SERVER_NAME, ca_file=tmp_path / "ca.pem")
    with pytest.raises(FileNotFoundError):
        TlsClient(SERVER_NAME, ca_file=tmp_path / "other.pem")


# Whom a server accepts


def test_a_client_shows_its_certificate(asking, client_of, certificates, version):
    client = client_of(certificate=certificates["client"])
    joined = Joined(asking(), at_most(client, version)).exchange()
    assert joined.server_peer.name == "alice@example.com"
    assert joined.server_peer.mechanism == "TLS"
    shown = x509.load_der_x509_certificate(joined.server_peer.certificate)
    assert shown == certificates["client"].certificate
    assert "certificate" not in repr(joined.server_peer)


def test_a_certificate_for_everyone_who_has_one(asking, client_of, certificates):
    server = asking(client_certificates=ClientCertificates.OPTIONAL)
    client = client_of(certificate=certificates["plain client"])
    assert Joined(server, client).exchange().server_peer.name == "CN=bob"
    assert Joined(server, client_of()).exchange().server_peer == AuthenticatedPeer("", "TLS")


def test_a_certificate_that_is_not_asked_for(server_of, client_of, certificates):
    joined = Joined(server_of(), client_of(certificate=certificates["client"])).exchange()
    assert joined.server_peer == AuthenticatedPeer("", "TLS")


@pytest.mark.parametrize(
    ("client", "at_server", "at_client"),
    [
        (None, "the client showed no certificate", "asks for a certificate"),
        ("expired client", "certificate has expired", "our certificate has expired"),
        (
            "client of other CA",
            "CA that is not trusted",
            "does not trust the CA of our certificate",
        ),
        ("server", "was not issued for this purpose", "was not issued for this purpose"),
    ],
)
def test_clients_that_are_refused(
    asking, client_of, certificates, version, *, client, at_server, at_client
):
    certificate = client and certificates[client]
    joined = Joined(asking(), at_most(client_of(certificate=certificate), version))
    events_of(joined.server, data=joined.client.data_to_send())
    events_of(joined.client, data=joined.server.data_to_send())
    assert at_server in refusal(joined.server, joined.client.data_to_send())
    # TLS 1.3: the client has been through the handshake, and hears it with the first record
    assert at_client in refusal(joined.client, joined.server.data_to_send())


def test_a_program_names_clients_itself(asking, client_of, certificates):
    client = client_of(certificate=certificates["client"])
    server = asking(name_of=lambda certificate: f"serial {certificate.serial_number}")
    serial = certificates["client"].certificate.serial_number
    assert Joined(server, client).exchange().server_peer.name == f"serial {serial}"


def _turn_away(_certificate):
    raise SecurityError("alice has left the company")


@pytest.mark.parametrize(
    ("name_of", "words"),
    [
        (_turn_away, "^alice has left the company$"),
        (lambda _certificate: {}["alice"], "cannot be mapped to a name: KeyError: 'alice'"),
        (lambda _certificate: "", "cannot be used: ''"),
        (lambda _certificate: "alice\nroot", r"cannot be used: 'alice\\nroot'"),
    ],
    ids=["refused", "mistake", "nobody", "two lines"],
)
def test_names_that_open_no_door(asking, client_of, certificates, version, *, name_of, words):
    client = client_of(certificate=certificates["client"])
    joined = Joined(asking(name_of=name_of), at_most(client, version))
    with pytest.raises(SecurityError, match=words):
        joined.exchange()
    assert joined.server_events == []
    assert joined.server.state is TlsState.FAILED
    # what it has to tell is well-formed: the end of the handshake, then close_notify
    events = joined.client_events + events_of(joined.client, data=joined.server.data_to_send())
    assert [type(event) for event in events] == [HandshakeCompleted, UpgradeClosed]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"client_certificates": ClientCertificates.REQUIRED}, "give client_ca_file"),
        ({"client_certificates": ClientCertificates.OPTIONAL}, "give client_ca_file"),
        ({"client_ca_file": "ca.pem"}, "they are not asked for any"),
    ],
)
def test_servers_that_cannot_be(server_of, options, words):
    with pytest.raises(ValueError, match=words):
        server_of(**options)


# A new certificate


def test_reload(certificates, tmp_path, client_of):
    file = tmp_path / "server.pem"

    def install(name):
        source = certificates.files[name]
        shutil.copy(source, file)
        shutil.copy(source.with_suffix(".key"), file.with_suffix(".key"))

    install("server")
    server = TlsServer(partial(KeyedCertificate.from_pem, file, file.with_suffix(".key")))
    assert server.host == "ipam.example.com"
    client = client_of()
    running = Joined(server, client).exchange()
    install("server by common name")
    assert Joined(server, client).exchange().client_peer == running.client_peer
    server.reload()
    renewed = Joined(server, client).exchange().client_peer
    assert renewed.certificate != running.client_peer.certificate
    running.server.send_data(b"still there")
    assert running.exchange().client_events[1:] == [DataReceived(b"still there")]
    file.write_text("half written")
    with pytest.raises(ValueError, match="no certificate in PEM"):
        server.reload()
    assert Joined(server, client).exchange().client_peer == renewed


# The end of a session


@pytest.mark.parametrize("cuts", [None, [1] * 10_000])
def test_the_next_preamble_is_given_back(joined, cuts):
    joined.client.send_data(b"envelope")
    joined.client.send_data(b"\x07")
    octets = joined.client.data_to_send()
    first = record_sizes(octets)[0]
    # the channel stops asking when it has read End
    joined.server.receive_data(octets + PREAMBLE)
    assert joined.server.next_event() == DataReceived(b"envelope")
    assert joined.server.next_event() == DataReceived(b"\x07")
    assert joined.server.take_trailing() == PREAMBLE
    assert joined.server.take_trailing() == b""
    assert first < len(octets)
    joined.server.send_data(b"\x07")
    assert joined.exchange().client_events[1:] == [DataReceived(b"\x07")]
    assert joined.client.take_trailing() == b""


def test_another_session_behind_the_first(server_of, client_of, version):
    """A pooled connection: a new handshake in clear behind what was End."""
    server, client = server_of(), at_most(client_of(), version)
    first = Joined(server, client).exchange()
    first.client.send_data(b"\x07")
    second = Joined(server, client)
    hello = second.client.data_to_send()
    first.server.receive_data(first.client.data_to_send() + hello)
    assert first.server.next_event() == DataReceived(b"\x07")
    second.server.receive_data(first.server.take_trailing())
    assert second.server.next_event() is None
    assert second.exchange().server_events[0] == HandshakeCompleted(AuthenticatedPeer("", "TLS"))


def test_no_close_notify_is_sent(joined):
    joined.server.receive_eof()
    assert joined.server.next_event() == UpgradeClosed()
    assert joined.server.data_to_send() == b""


def test_close_notify_is_taken(joined):
    with pytest.raises(ssl.SSLWantReadError):
        joined.client._tls.unwrap()
    joined.server.receive_data(joined.client.data_to_send() + PREAMBLE)
    assert joined.server.next_event() == UpgradeClosed()
    assert joined.server.next_event() is None
    assert joined.server.take_trailing() == PREAMBLE
    joined.server.send_data(b"last words")
    assert joined.server.data_to_send()
    joined.server.receive_eof()
    assert joined.server.next_event() is None


def test_the_stream_ends_between_two_records(joined):
    joined.client.send_data(b"data")
    joined.server.receive_data(joined.client.data_to_send())
    joined.server.receive_eof()
    assert joined.server.next_event() == DataReceived(b"data")
    assert joined.server.next_event() == UpgradeClosed()
    assert joined.server.next_event() is None


def test_the_stream_ends_within_a_record(joined):
    joined.client.send_data(b"data")
    joined.server.receive_data(joined.client.data_to_send()[:-1])
    joined.server.receive_eof()
    assert refusal(joined.server, b"") == "the peer's stream ended within a TLS record"


@pytest.mark.parametrize("octets", [b"", b"\x16\x03\x01"])
def test_the_stream_ends_in_the_handshake(server_of, octets):
    server = server_of().new_upgrade()
    server.start()
    server.receive_data(octets)
    server.receive_eof()
    assert refusal(server, b"") == "the peer went away in the TLS handshake"


# What is no TLS


@pytest.mark.parametrize("octets", [b"\x0c", b"GET / HTTP/1.1", b"\x16\x02", b"\x80\x2e\x01\x03"])
def test_octets_that_are_no_tls(server_of, octets):
    server = server_of().new_upgrade()
    server.start()
    assert refusal(server, octets) == (
        f"the peer does not speak TLS: {octets[:5].hex(' ')} begins no record"
    )


def test_octets_that_are_no_tls_any_more(joined):
    assert "does not speak TLS: 06 08" in refusal(joined.server, b"\x06\x08envelope")


def test_records_that_are_too_long(server_of, joined):
    server = server_of().new_upgrade()
    server.start()
    why = refusal(server, b"\x16\x03\x01\x48\x01")
    assert why == "a TLS record of 18433 octets; 18432 are allowed"
    assert server.data_to_send() == FATAL_ALERT + b"\x16"  # record_overflow
    assert "a TLS record of 65535 octets" in refusal(joined.server, b"\x17\x03\x03\xff\xff")
    assert joined.server.data_to_send()[0] in (0x15, 0x17)


def test_a_handshake_without_end(server_of):
    server = server_of().new_upgrade()
    server.start()
    # a ClientHello of 100,000 octets in many records; OpenSSL alone would take more of it
    server.receive_data(
        b"\x16\x03\x01\x00\x0a" + b"\x01" + (100_000).to_bytes(3, "big") + b"\3" * 6
    )
    filler = b"\x16\x03\x01\x10\x00" + bytes(4096)
    with pytest.raises(SecurityError):
        events_of(server, data=filler * (HANDSHAKE_LIMIT // len(filler) + 1))
    assert server._handshake_octets <= HANDSHAKE_LIMIT + len(filler)


def test_the_limit_of_a_handshake(server_of, client_of, monkeypatch):
    joined = Joined(server_of(), client_of())
    hello = joined.client.data_to_send()
    monkeypatch.setattr("ipam_progress.security.tls.HANDSHAKE_LIMIT", len(hello) - 1)
    assert "a TLS handshake of more than" in refusal(joined.server, hello)


def test_renegotiation_is_not_done(server_of, client_of):
    joined = Joined(server_of(), at_most(client_of(), ssl.TLSVersion.TLSv1_2)).exchange()
    assert joined.server._tls.context.options & ssl.OP_NO_RENEGOTIATION
    assert joined.client._tls.context.options & ssl.OP_NO_RENEGOTIATION


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_damage_of_any_record(server_of, client_of, version, data):
    """Whatever happens to an octet, at any step, it is a SecurityError or nothing at all."""
    joined = Joined(server_of(), at_most(client_of(), version))
    step = data.draw(st.integers(0, 5))
    ends = [joined.server, joined.client]
    with suppress(SecurityError):
        for number in range(6):
            if joined.client.state is joined.server.state is TlsState.OPEN:
                ends[(number + 1) % 2].send_data(b"data " * 10)
            octets = bytearray(ends[(number + 1) % 2].data_to_send())
            if number == step and octets:
                # signatures are of different length each time
                position = data.draw(st.integers(0, 9999)) * len(octets) // 10_000
                octets[position] ^= data.draw(st.integers(1, 255))
            for event in events_of(ends[number % 2], data=bytes(octets)):
                assert not isinstance(event, DataReceived) or event.data == b"data " * 10


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    kind=st.integers(0x13, 0x18),
    body=st.binary(max_size=200),
    end=st.booleans(),
    opened=st.booleans(),
)
def test_records_out_of_the_blue(server_of, client_of, version, *, kind, body, end, opened):
    joined = Joined(server_of(), at_most(client_of(), version))
    if opened:
        joined.exchange()
    record = bytes([kind, 3, 3]) + len(body).to_bytes(2, "big") + body
    for upgrade in (joined.server, joined.client):
        try:
            events = events_of(upgrade, data=record)
            if end:
                upgrade.receive_eof()
                events += events_of(upgrade)
        except SecurityError:
            continue
        assert not any(isinstance(event, DataReceived) for event in events)


# The table


REACHED = {
    TlsState.CREATED: lambda scene: scene.fresh.new_upgrade(),
    TlsState.HANDSHAKING: lambda scene: scene.started(),
    TlsState.OPEN: lambda scene: scene.joined.server,
    TlsState.CLOSED: lambda scene: scene.closed(),
    TlsState.FAILED: lambda scene: scene.failed(),
}


class Scene:
    def __init__(self, server, client):
        self.fresh = server
        self.joined = Joined(server, client).exchange()

    def started(self):
        upgrade = self.fresh.new_upgrade()
        upgrade.start()
        return upgrade

    def closed(self):
        self.joined.server.receive_eof()
        assert self.joined.server.next_event() == UpgradeClosed()
        return self.joined.server

    def failed(self):
        refusal(self.joined.server, b"?")
        return self.joined.server


@pytest.mark.parametrize("state", TlsState, ids=lambda state: state.name)
def test_start_and_send_in_every_state(server_of, client_of, state):
    for given_input, do in (
        (TlsInput.START, lambda upgrade: upgrade.start()),
        (TlsInput.SEND, lambda upgrade: upgrade.send_data(b"data")),
    ):
        upgrade = REACHED[state](Scene(server_of(), client_of()))
        assert upgrade.state is state
        if (state, given_input) in TRANSITIONS:
            do(upgrade)
            assert upgrade.state is TRANSITIONS[state, given_input][1]
        else:
            with pytest.raises(LocalProtocolError, match=f"is not due: TLS is {state.value}"):
                do(upgrade)


def test_octets_wait_for_the_start(server_of, client_of):
    server, client = server_of().new_upgrade(), client_of().new_upgrade()
    client.start()
    server.receive_data(client.data_to_send())
    assert server.next_event() is None
    server.start()
    assert server.data_to_send() == b""
    assert server.next_event() is None
    assert server.data_to_send()[0] == 0x16


def test_every_action_is_in_the_table():
    assert {action for action, _ in TRANSITIONS.values()} == set(TlsAction)
    assert set(TlsUpgrade._ACTIONS) == set(TlsAction)
    assert {given_input for _, given_input in TRANSITIONS} == set(TlsInput)


def test_nothing_is_sent_for_nothing(joined):
    joined.client.send_data(b"")
    assert joined.client.data_to_send() == b""


# Words


class _Error(ssl.SSLError):
    reason = None


def test_words_for_what_is_rare():
    error = _Error()
    assert plain_words(error, "client") == "TLS with the client failed: unknown"
    error.reason = "BAD_EXTENSION"
    assert plain_words(error, "client") == "TLS with the client failed: bad extension"
    error.reason = "SSLV3_ALERT_ILLEGAL_PARAMETER"
    words = "the server ended TLS with an alert: illegal parameter"
    assert plain_words(error, "server") == words
    refused = ssl.SSLCertVerificationError()
    refused.verify_code, refused.verify_message = 42, "unsupported name syntax"
    words = "the client's certificate is refused: unsupported name syntax"
    assert plain_words(refused, "client") == words
