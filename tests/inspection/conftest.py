"""Recorded conversations as captures, with whatever can happen to packets on the way."""

import io
import json
from dataclasses import dataclass, field, replace
from pathlib import Path

import dpkt
import pytest
from dpkt.tcp import TH_ACK, TH_FIN, TH_PUSH, TH_SYN

from ipam_progress.inspection import Side, inspect, read_source
from ipam_progress.security.accounts import Account, nt_hash

DATA = Path(__file__).parent.parent / "data"
CLIENT, SERVER = "192.0.2.1", "192.0.2.2"
FIRST_TIME = 1_700_000_000.0


@pytest.fixture(scope="session")
def conversations():
    """The recorded conversations by name: who sent what, in its order."""
    found = {}
    for path in sorted((DATA / "conversations").glob("*.json")):
        (entries,) = json.loads(path.read_text())["connections"]
        found[path.stem] = [
            (Side(entry["from"]), bytes.fromhex(entry["bytes"]))
            for entry in entries
            if "bytes" in entry
        ]
    return found


@pytest.fixture(scope="session")
def captures():
    """The captures of Microsoft's runtime by name."""
    return {path.stem: path.read_bytes() for path in (DATA / "captures").glob("*.pcap")}


def knows(password):
    """Give a lookup for which every account has this password."""
    return lambda _domain, user: Account(user, nt_hash(password))


def read(octets, accounts=None):
    """Give the items of a recording."""
    return list(inspect(read_source(io.BytesIO(octets)), accounts))


@dataclass(frozen=True)
class Sent:
    """A segment of TCP, to be put into a capture."""

    side: Side
    sequence: int
    acknowledged: int | None
    flags: int
    payload: bytes = b""
    ports: tuple[int, int] = (50_000, 9100)

    def tcp(self):
        ports = self.ports if self.side is Side.CLIENT else self.ports[::-1]
        return dpkt.tcp.TCP(
            sport=ports[0],
            dport=ports[1],
            seq=self.sequence % (1 << 32),
            ack=(self.acknowledged or 0) % (1 << 32),
            flags=self.flags | (TH_ACK if self.acknowledged is not None else 0),
            data=self.payload,
            sum=1,
        )

    def ip(self, *, is_v6=False):
        tcp = self.tcp()
        if is_v6:
            ends = [bytes(15) + b"\x01", bytes(15) + b"\x02"]
            source, target = ends if self.side is Side.CLIENT else ends[::-1]
            packet = dpkt.ip6.IP6(src=source, dst=target, nxt=6, plen=len(tcp), hlim=64, data=tcp)
            packet.all_extension_headers = []
            packet.extension_hdrs = {}
            return bytes(packet)
        ends = [bytes(map(int, address.split("."))) for address in (CLIENT, SERVER)]
        source, target = ends if self.side is Side.CLIENT else ends[::-1]
        packet = dpkt.ip.IP(src=source, dst=target, p=6, sum=1, data=tcp)
        packet.len = len(packet)
        return bytes(packet)


@dataclass
class Wire:
    """A connection on a wire: what its ends send becomes segments."""

    ports: tuple[int, int] = (50_000, 9100)
    first: tuple[int, int] = (1000, 4_294_967_000)  # the server's numbers begin again soon
    segments: list[Sent] = field(default_factory=list)

    def __post_init__(self):
        self.next = dict(zip(Side, self.first, strict=True))

    def _add(self, side, flags, payload=b"", *, is_first=False):
        acknowledged = None if is_first else self.next[side.other]
        self.segments.append(Sent(side, self.next[side], acknowledged, flags, payload, self.ports))
        self.next[side] += len(payload) + bool(flags & (TH_SYN | TH_FIN))

    def open(self):
        self._add(Side.CLIENT, TH_SYN, is_first=True)
        self._add(Side.SERVER, TH_SYN)
        return self

    def say(self, chunks, size=100):
        for side, octets in chunks:
            for start in range(0, len(octets), size):
                self._add(side, TH_PUSH, octets[start : start + size])
        return self

    def close(self):
        for side in Side:
            self._add(side, TH_FIN)
        self._add(Side.CLIENT, 0)
        return self


def ethernet(octets, *, kind=0x0800):
    return bytes(12) + kind.to_bytes(2, "big") + octets


def pcap(packets, *, link_type=1, nano=False):
    """Write a pcap file of packets."""
    file = io.BytesIO()
    writer = dpkt.pcap.Writer(file, linktype=link_type, nano=nano)
    for number, packet in enumerate(packets):
        writer.writepkt_time(packet, FIRST_TIME + number / 8)
    return file.getvalue()


def capture(segments, **options):
    """Write segments into a pcap file, over Ethernet."""
    return pcap([ethernet(segment.ip()) for segment in segments], **options)


def changed(segment, **changes):
    return replace(segment, **changes)
