"""Preambles and records that are wrong, from a peer that means harm or was never a WCF client.

Each gets its fault, readable before the connection closes, or a closed connection; one line in the
log tells who and why; memory stays flat and good clients are served meanwhile.
"""

import random

import pytest

from ipam_progress.framing import faults
from ipam_progress.framing.records import (
    EndRecord,
    ExtensibleEncodingRecord,
    FaultRecord,
    KnownEncodingRecord,
    ModeRecord,
    PreambleAckRecord,
    PreambleEndRecord,
    UpgradeRequestRecord,
    VersionRecord,
    ViaRecord,
)

OPERATION_PATH = "/IpamOperationWithProgress"
ENDINGS = {"closed", "reset"}
TWO_GIGABYTES = b"\xff\xff\xff\xff\x07"
BEGINNING = VersionRecord().serialize() + ModeRecord().serialize()


@pytest.fixture(scope="module")
def server(start_server, probe):
    """A server that has served before, so that what it holds now is what it needs."""
    server = start_server()
    assert probe(server, "sessions", 20).status == 0
    return server


def via(server, path=OPERATION_PATH):
    return ViaRecord(server.url + path).serialize()


def assert_fault(client, uri):
    """The fault is there to be read, then the connection is closed in order, with one line."""
    assert client.next_record() == FaultRecord(uri)
    client.end_sending()
    assert client.next_record() == "closed"
    client.server.wait_for_log_of([client.port])


def test_random_octets(server, connect, undisturbed):
    generator = random.Random(3)
    with undisturbed(server):
        ports = []
        for _ in range(300):
            client = connect(server)
            client.send(generator.randbytes(generator.randint(1, 2000)))
            client.end_sending()
            records = client.records()
            assert records[-1] in ENDINGS
            assert all(isinstance(record, FaultRecord) for record in records[:-1])
            ports.append(client.port)
            client.close()
        server.wait_for_log_of(ports)


def test_random_octets_after_a_preamble(server, connect, undisturbed):
    generator = random.Random(4)
    with undisturbed(server):
        ports = []
        for _ in range(200):
            client = connect(server).open_session(OPERATION_PATH)
            client.send(generator.randbytes(generator.randint(1, 2000)))
            client.end_sending()
            assert client.records()[-1] in ENDINGS
            ports.append(client.port)
            client.close()
        # a leading 07 is an End, and what follows begins no session: one line as well
        server.wait_for_log_of(ports)


@pytest.mark.parametrize("ending", ["half close", "reset"])
def test_truncated_preambles(server, connect, make_preamble, undisturbed, ending):
    whole = make_preamble(server.url + OPERATION_PATH)
    with undisturbed(server, good=("sessions", 50)):
        ports = []
        for length in range(1, len(whole)):
            client = connect(server)
            client.send(whole[:length])
            if ending == "reset":
                client.reset()
                continue
            client.end_sending()
            assert client.records() == ["reset"]
            ports.append(client.port)
            client.close()
        server.wait_for_log_of(ports)


def test_connections_that_only_knock(server, connect, undisturbed):
    """A health check opens and closes: that is no reason for a line in the log."""
    with undisturbed(server, good=("sessions", 50)):
        ports = []
        for _ in range(50):
            client = connect(server)
            client.end_sending()
            assert client.records() == ["closed"]
            ports.append(client.port)
    assert not server.log_by_port(ports)


SIZED = {
    "Via": BEGINNING + b"\x02",
    "ExtensibleEncoding": BEGINNING
    + ViaRecord(f"net.tcp://x{OPERATION_PATH}").serialize()
    + b"\x04",
    "UpgradeRequest": BEGINNING
    + ViaRecord(f"net.tcp://x{OPERATION_PATH}").serialize()
    + KnownEncodingRecord().serialize()
    + b"\x09",
}
SIZES = {
    "2 GB": TWO_GIGABYTES,
    "over 31 bits": b"\xff\xff\xff\xff\x08",
    "six octets": b"\xff\xff\xff\xff\xff\x01",
    "none": b"\x00",
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("record", SIZED)
def test_sizes_in_the_preamble(server, connect, undisturbed, record, size):
    with undisturbed(server, good=("sessions", 5)):
        client = connect(server)
        client.send(SIZED[record] + SIZES[size] + b"abc")
        assert client.records() == ["reset"]  # WCF sends no fault for these either
        server.wait_for_log_of([client.port])


@pytest.mark.parametrize("size", ["over 31 bits", "six octets", "none"])
@pytest.mark.parametrize("record", [b"\x06", b"\x08"], ids=["SizedEnvelope", "Fault"])
def test_sizes_in_a_session(server, connect, undisturbed, record, size):
    with undisturbed(server, good=("sessions", 5)):
        client = connect(server).open_session(OPERATION_PATH)
        client.send(record + SIZES[size] + b"abc")
        assert client.records() == ["reset"]
        server.wait_for_log_of([client.port])


def test_a_fault_of_two_gigabytes(server, connect, undisturbed):
    with undisturbed(server, good=("sessions", 5)):
        client = connect(server).open_session(OPERATION_PATH)
        client.send(b"\x08" + TWO_GIGABYTES + b"http")
        assert client.records() == ["reset"]
        server.wait_for_log_of([client.port])


def test_an_envelope_that_announces_two_gigabytes(server, connect, undisturbed):
    with undisturbed(server, good=("sessions", 5)):
        client = connect(server).open_session(OPERATION_PATH)
        client.send(b"\x06" + TWO_GIGABYTES + bytes(1000))
        assert_fault(client, faults.MAX_MESSAGE_SIZE_EXCEEDED)


@pytest.fixture(scope="module")
def small_server(start_server, probe):
    """WCF's own default for the largest message."""
    server = start_server("--limit", "envelope=65536", "--limit", "drain=1000000")
    assert probe(server, "sessions", 20).status == 0
    return server


def test_an_envelope_over_the_limit(small_server, connect, undisturbed):
    with undisturbed(small_server, good=("sessions", 20)):
        client = connect(small_server).open_session(OPERATION_PATH)
        client.send_envelope(bytes(101_000))
        assert_fault(client, faults.MAX_MESSAGE_SIZE_EXCEEDED)


def test_a_client_that_goes_on_after_the_fault(small_server, connect, undisturbed):
    """It is drained for a while, then dropped."""
    with undisturbed(small_server, good=("sessions", 20)):
        client = connect(small_server).open_session(OPERATION_PATH)
        client.send(b"\x06" + TWO_GIGABYTES)
        assert client.next_record() == FaultRecord(faults.MAX_MESSAGE_SIZE_EXCEEDED)
        sent = 0
        while client.send(bytes(65_536)):
            sent += 65_536
            assert sent < 100_000_000
        small_server.wait_for_log(rf"127\.0\.0\.1:{client.port}: .*went on sending")


@pytest.mark.parametrize("mode", [1, 3, 4, 0, 99])
def test_modes_that_are_not_served(server, connect, make_preamble, mode):
    client = connect(server)
    # a client of a streamed service sends its message without waiting for an answer
    octets = make_preamble(server.url + OPERATION_PATH, mode=mode)
    client.send(octets + b"\x05" + 100 * (b"\x80\x01" + bytes(128)) + b"\x00\x07")
    assert_fault(client, faults.UNSUPPORTED_MODE)


@pytest.mark.parametrize("encoding", [*range(8), 9, 255])
def test_encodings_that_are_not_spoken(server, connect, make_preamble, encoding):
    client = connect(server)
    client.send(make_preamble(server.url + OPERATION_PATH, encoding=encoding))
    assert_fault(client, faults.CONTENT_TYPE_INVALID)


@pytest.mark.parametrize("content_type", ["text/xml", "application/soap+msbinsession1+gzip", "☃"])
def test_content_types_that_are_not_spoken(server, connect, content_type):
    client = connect(server)
    client.send(BEGINNING + via(server) + ExtensibleEncodingRecord(content_type).serialize())
    assert_fault(client, faults.CONTENT_TYPE_INVALID)


@pytest.mark.parametrize("path", ["", "/", "/Other", "/IpamOperationWithProgres"])
def test_paths_where_nothing_is_served(server, connect, make_preamble, path):
    client = connect(server)
    client.send(make_preamble(server.url + path))
    assert_fault(client, faults.ENDPOINT_NOT_FOUND)


@pytest.mark.parametrize("authority", ["ipam.example.com", "10.1.2.3:808", "[2001:db8::1]:9"])
def test_host_and_port_are_the_clients_affair(server, connect, make_preamble, authority):
    client = connect(server)
    client.send(make_preamble(f"net.tcp://{authority}{OPERATION_PATH}") + EndRecord().serialize())
    assert [client.next_record(), client.next_record()] == [PreambleAckRecord(), EndRecord()]


def test_a_via_that_is_no_uri(server, connect, make_preamble):
    client = connect(server)
    client.send(make_preamble("\x1b[31mnot a URI\r\n2026 critical: forged\n"))
    assert client.records() == ["reset"]
    server.wait_for_log_of([client.port])
    assert not any(line.startswith("2026 critical") for line in server.log())
    assert not any("\x1b" in line for line in server.log())


@pytest.mark.parametrize("version", [(0, 0), (2, 0), (255, 255)])
def test_versions_that_are_not_spoken(server, connect, make_preamble, version):
    client = connect(server)
    client.send(make_preamble(server.url + OPERATION_PATH, version=version))
    assert_fault(client, faults.UNSUPPORTED_VERSION)


@pytest.mark.parametrize(
    "protocol", ["application/negotiate", "application/ssl-tls", "application/x"]
)
def test_upgrades_that_are_not_offered(server, connect, protocol):
    client = connect(server)
    client.send(
        BEGINNING
        + via(server)
        + KnownEncodingRecord().serialize()
        + UpgradeRequestRecord(protocol).serialize()
    )
    assert_fault(client, faults.UPGRADE_INVALID)


FOREIGN = {
    "HTTP": b"GET / HTTP/1.1\r\nHost: ipam\r\n\r\n",
    "TLS": bytes.fromhex("16030100c8010000c40303") + bytes(100),
    "SSH": b"SSH-2.0-OpenSSH_9.2\r\n",
    "RDP": bytes.fromhex("030000130ee000000000000100080003000000"),
    "zeros": bytes(5000),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_other_protocols(server, connect, name):
    client = connect(server)
    client.send(FOREIGN[name])
    assert client.records()[-1] in ENDINGS
    server.wait_for_log_of([client.port])


OUT_OF_ORDER = {
    "PreambleEnd first": PreambleEndRecord().serialize(),
    "End first": EndRecord().serialize(),
    "Mode first": ModeRecord().serialize(),
    "no encoding": BEGINNING
    + ViaRecord(f"net.tcp://x{OPERATION_PATH}").serialize()
    + PreambleEndRecord().serialize(),
    "two modes": BEGINNING + ModeRecord().serialize(),
    "an acknowledgement": BEGINNING + PreambleAckRecord().serialize(),
    "a fault": FaultRecord(faults.SERVER_TOO_BUSY).serialize(),
}


@pytest.mark.parametrize("name", OUT_OF_ORDER)
def test_records_out_of_order(server, connect, name):
    client = connect(server)
    client.send(OUT_OF_ORDER[name])
    assert client.records() == ["reset"]
    server.wait_for_log_of([client.port])


@pytest.mark.parametrize(
    "octets",
    [
        PreambleEndRecord().serialize(),
        VersionRecord().serialize(),
        b"\x05\x01a\x00",
        FaultRecord(faults.SERVER_TOO_BUSY).serialize(),
        FaultRecord("urn:of-its-own").serialize(),
    ],
    ids=["PreambleEnd", "Version", "UnsizedEnvelope", "Fault", "unknown Fault"],
)
def test_records_that_end_a_session(server, connect, octets):
    client = connect(server).open_session(OPERATION_PATH)
    client.send(octets)
    assert client.records() == ["reset"]
    server.wait_for_log_of([client.port])
