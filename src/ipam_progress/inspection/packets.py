"""Captures of packets, in pcap or pcapng, down to the segments of TCP in them.

The layouts of files, link layers, IP and TCP are dpkt's. Its readers of files are not used: they
know one interface in a file, believe every length, and do not say where a file is damaged. Here
each length is checked before anything is read for it, and a pcapng block or a packet that makes no
sense is passed over where its end is known. Nothing is known of connections: see `tcp`.
"""

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Final, NamedTuple

import dpkt

from ipam_progress.inspection.captured import plausible_time
from ipam_progress.inspection.events import SourceDamaged
from ipam_progress.inspection.source import Source

__all__ = ["PCAPNG_MAGIC", "PCAP_MAGICS", "Segment", "read_segments"]

_PACKET_LIMIT: Final = 1 << 20
"""Octets of a packet. libpcap allows 262,144; offloading makes packets of 64 KiB on the way."""

_BLOCK_LIMIT: Final = 1 << 24
"""Octets of a pcapng block; those with names of hosts or keys are the large ones."""

_INTERFACE_LIMIT: Final = 1 << 16
"""Octets of the block that describes an interface. dpkt takes its options apart, and that time is
the square of their number."""

_DECODING_ERRORS: Final = (
    dpkt.Error,
    ValueError,
    LookupError,
    ArithmeticError,
    AttributeError,
    TypeError,
    struct.error,
    RecursionError,
)
"""What dpkt raises for packets that are damaged: it checks little, and lets it escape."""


class Segment(NamedTuple):
    """A segment of TCP.

    Attributes:
        time: Seconds since 1970; None where that makes no sense.
        source: Who sent it: address and port.
        target: To whom.
        sequence: The number of its first octet.
        acknowledged: The number of the octet that its sender waits for; None without one.
        flags: SYN, FIN and RST as TCP has them.
        payload: Its octets, as many as were captured.
        size: How many they were on the wire.
    """

    time: float | None
    source: str
    target: str
    sequence: int
    acknowledged: int | None
    flags: int
    payload: bytes
    size: int


class _Packet(NamedTuple):
    time: float | None
    link_type: int
    octets: bytes


def read_segments(source: Source) -> Iterator[Segment | SourceDamaged]:
    """Read the segments of a capture in their order; other packets are passed over."""
    packets = _read_pcapng if source.head.startswith(PCAPNG_MAGIC) else _read_pcap
    strange: set[int] = set()
    for packet in packets(source):
        if isinstance(packet, SourceDamaged):
            yield packet
            continue
        read_link = _LINKS.get(packet.link_type)
        if read_link is None:
            if packet.link_type not in strange:
                strange.add(packet.link_type)
                yield SourceDamaged(
                    reason=f"packets of link type {packet.link_type} are not read: nothing is known"
                    " of it"
                )
            continue
        try:
            segment = _segment(packet.time, read_link(packet.octets))
        except _DECODING_ERRORS:
            continue  # cut too short by the one who captured it, or no packet of IP at all
        if segment is not None:
            yield segment


# --- Packets -------------------------------------------------------------------------------------


def _raw_ip(octets: bytes) -> Any:
    return dpkt.ip6.IP6(octets) if octets[0] >> 4 == 6 else dpkt.ip.IP(octets)


_LINKS: Final[dict[int, Callable[[bytes], Any]]] = {
    0: dpkt.loopback.Loopback,  # NULL: loopback of BSD and macOS, and of Npcap on Windows
    1: dpkt.ethernet.Ethernet,
    12: _raw_ip,
    14: _raw_ip,
    101: _raw_ip,
    108: dpkt.loopback.Loopback,
    113: dpkt.sll.SLL,  # tcpdump -i any
    228: dpkt.ip.IP,
    229: dpkt.ip6.IP6,
    276: dpkt.sll2.SLL2,  # likewise, since libpcap 1.10
}
"""What reads the packets of a link type (LINKTYPE_ of tcpdump.org)."""


def _segment(time: float | None, packet: Any) -> Segment | None:
    """Find the segment in a packet; None if there is none."""
    while not isinstance(packet, dpkt.ip.IP | dpkt.ip6.IP6):
        packet = packet.data
        if isinstance(packet, bytes):
            return None
    tcp = packet.data
    if not isinstance(tcp, dpkt.tcp.TCP):
        return None
    payload = bytes(tcp.data)
    if isinstance(packet, dpkt.ip.IP):
        size = packet.len and packet.len - 4 * packet.hl
    else:
        size = packet.plen and packet.plen - sum(
            header.length for header in packet.all_extension_headers
        )
    # No size at all is that of a packet which the network card would have cut into several.
    size = size - 4 * tcp.off if size else len(payload)
    return Segment(
        time,
        _endpoint(packet.src, tcp.sport),
        _endpoint(packet.dst, tcp.dport),
        tcp.seq,
        tcp.ack if tcp.flags & dpkt.tcp.TH_ACK else None,
        tcp.flags,
        payload[: max(size, 0)],
        max(size, 0),
    )


def _endpoint(address: bytes, port: int) -> str:
    found = ip_address(address)
    return f"{found}:{port}" if found.version == 4 else f"[{found}]:{port}"


# --- pcap ----------------------------------------------------------------------------------------

PCAP_MAGICS: Final = {
    bytes.fromhex("a1b2c3d4"): (">", 1e6),
    bytes.fromhex("d4c3b2a1"): ("<", 1e6),
    bytes.fromhex("a1b23c4d"): (">", 1e9),
    bytes.fromhex("4d3cb2a1"): ("<", 1e9),
}
"""The first octets of a file: its byte order, and the parts of a second it counts."""


def _read_pcap(source: Source) -> Iterator[_Packet | SourceDamaged]:
    order, divisor = PCAP_MAGICS[source.head[:4]]
    header_class = dpkt.pcap.LEPktHdr if order == "<" else dpkt.pcap.PktHdr
    file_header = source.read(dpkt.pcap.FileHdr.__hdr_len__)
    if len(file_header) < dpkt.pcap.FileHdr.__hdr_len__:
        yield SourceDamaged(reason="the capture ends within its header")
        return
    file_class = dpkt.pcap.LEFileHdr if order == "<" else dpkt.pcap.FileHdr
    link_type = file_class(file_header).linktype & 0xFFFF  # above it is the length of checksums
    while True:
        position = source.position
        octets = source.read(header_class.__hdr_len__)
        if not octets:
            return
        if len(octets) < header_class.__hdr_len__:
            break
        header = header_class(octets)
        if header.caplen > _PACKET_LIMIT:
            yield SourceDamaged(
                reason=f"a packet of {header.caplen} octets at octet {position} of the capture: the"
                " rest is not read"
            )
            return
        packet = source.read(header.caplen)
        if len(packet) < header.caplen:
            break
        time = plausible_time(header.tv_sec + header.tv_usec / divisor)
        yield _Packet(time, link_type, packet)
    yield SourceDamaged(reason=f"the capture ends within the packet at its octet {position}")


# --- pcapng --------------------------------------------------------------------------------------

PCAPNG_MAGIC: Final = bytes.fromhex("0a0d0d0a")

_MAGIC_OF_ORDER: Final = {"<": bytes.fromhex("4d3c2b1a"), ">": bytes.fromhex("1a2b3c4d")}
_SECTION: Final = 0x0A0D0D0A
_INTERFACE: Final = 1
_OLD_PACKET: Final = 2
_PACKET: Final = 6
_TRAILER_SIZE: Final = 4  # the size once more, behind the block
_TIME_RESOLUTION: Final = 9
_TIME_OFFSET: Final = 14

_BLOCK_CLASSES: Final[dict[tuple[str, int], Any]] = {
    ("<", _INTERFACE): dpkt.pcapng.InterfaceDescriptionBlockLE,
    (">", _INTERFACE): dpkt.pcapng.InterfaceDescriptionBlock,
    ("<", _OLD_PACKET): dpkt.pcapng.PacketBlockLE,
    (">", _OLD_PACKET): dpkt.pcapng.PacketBlock,
    ("<", _PACKET): dpkt.pcapng.EnhancedPacketBlockLE,
    (">", _PACKET): dpkt.pcapng.EnhancedPacketBlock,
}
"""The blocks that are read; all others are passed over."""


@dataclass(slots=True)
class _Interface:
    """Where packets were captured: what they are, and how their time is counted."""

    link_type: int
    divisor: float = 1e6
    offset: int = 0

    @classmethod
    def of(cls, block: Any, order: str) -> "_Interface":
        interface = cls(block.linktype)
        for option in block.opts:
            if option.code == _TIME_RESOLUTION:
                base, power = (2.0 if option.data[0] & 0x80 else 10.0), option.data[0] & 0x7F
                interface.divisor = base**power
            elif option.code == _TIME_OFFSET:
                (interface.offset,) = struct.unpack(f"{order}q", option.data)
        return interface


def _read_pcapng(source: Source) -> Iterator[_Packet | SourceDamaged]:
    order = "<"
    interfaces: list[_Interface] = []
    while True:
        position = source.position
        head = source.read(8)
        if not head:
            return
        if head.startswith(PCAPNG_MAGIC):
            magic = source.read(4)
            order = ">" if magic == _MAGIC_OF_ORDER[">"] else "<"
            head += magic
            interfaces = []
        kind, size = struct.unpack_from(f"{order}II", head.ljust(8, b"\x00"))
        if len(head) >= 8 and (size % 4 or not len(head) + 4 <= size <= _BLOCK_LIMIT):
            yield SourceDamaged(
                reason=f"a block of {size} octets at octet {position} of the capture: the rest is"
                " not read"
            )
            return
        block = head + source.read(size - len(head))
        if len(block) < size or len(head) < 8:
            yield SourceDamaged(reason=f"the capture ends within the block at its octet {position}")
            return
        block_class = _BLOCK_CLASSES.get((order, kind))
        if block_class is None:
            continue
        try:
            if kind == _INTERFACE:
                interfaces.append(_Interface.of(block_class(block[:_INTERFACE_LIMIT]), order))
            else:
                yield _packet_of(block_class(), block, interfaces)
        except _DECODING_ERRORS as error:
            yield SourceDamaged(
                reason=f"the block at octet {position} of the capture makes no sense: {error}"
            )


def _packet_of(layout: Any, block: bytes, interfaces: Sequence[_Interface]) -> _Packet:
    layout.unpack_hdr(block)  # the options behind the packet are nothing to us
    interface = interfaces[layout.iface_id]
    start = layout.__hdr_len__ - _TRAILER_SIZE
    octets = block[start : min(start + layout.caplen, len(block) - _TRAILER_SIZE)]
    ticks = layout.ts_high << 32 | layout.ts_low
    time = plausible_time(interface.offset + ticks / interface.divisor)
    return _Packet(time, interface.link_type, octets)
