"""Captures in every form: byte orders, link layers, both versions of IP, damaged files."""

import io
import struct

import dpkt
import pytest

from ipam_progress.inspection import ConnectionFound, EnvelopeRead, Side, SourceDamaged

from .conftest import FIRST_TIME, Wire, capture, ethernet, knows, pcap, read


@pytest.fixture(scope="module")
def segments(conversations):
    return Wire().open().say(conversations["progress"], 500).close().segments


def whole(items):
    assert not [item for item in items if isinstance(item, SourceDamaged)]
    assert len([item for item in items if isinstance(item, EnvelopeRead)]) == 16
    return items


LINKS = {
    "ethernet": (1, ethernet),
    "padded": (1, lambda ip: ethernet(ip) + bytes(9)),
    "vlan": (1, lambda ip: bytes(12) + bytes.fromhex("8100000a0800") + ip),
    "two vlans": (1, lambda ip: bytes(12) + bytes.fromhex("88a80064 8100000a0800") + ip),
    "null": (0, lambda ip: struct.pack("<I", 2) + ip),
    "null, other order": (0, lambda ip: struct.pack(">I", 2) + ip),
    "loop": (108, lambda ip: struct.pack(">I", 2) + ip),
    "raw": (101, lambda ip: ip),
    "raw of BSD": (12, lambda ip: ip),
    "ipv4": (228, lambda ip: ip),
    "cooked": (113, lambda ip: bytes.fromhex("00000304000600000000000000000800") + ip),
    "cooked 2": (276, lambda ip: bytes.fromhex("0800000000000001030400060000000000000000") + ip),
}


@pytest.mark.parametrize("name", LINKS)
def test_link_layers(segments, name):
    link_type, link = LINKS[name]
    whole(read(pcap([link(segment.ip()) for segment in segments], link_type=link_type)))


LINKS6 = {
    "ethernet": (1, lambda ip: ethernet(ip, kind=0x86DD)),
    "null": (0, lambda ip: struct.pack("<I", 30) + ip),
    "raw": (101, lambda ip: ip),
    "ipv6": (229, lambda ip: ip),
    "cooked": (113, lambda ip: bytes.fromhex("000003040006000000000000000086dd") + ip),
}


@pytest.mark.parametrize("name", LINKS6)
def test_link_layers_with_ip_version_6(segments, name):
    link_type, link = LINKS6[name]
    packets = [link(segment.ip(is_v6=True)) for segment in segments]
    items = whole(read(pcap(packets, link_type=link_type)))
    assert (items[0].client, items[0].server) == ("[::1]:50000", "[::2]:9100")


def test_ip_version_6_with_an_extension_header(segments):
    def extended(octets):
        size = int.from_bytes(octets[4:6], "big") + 8
        return octets[:4] + size.to_bytes(2, "big") + b"\x3c" + octets[7:40] + (
            b"\x06\x00\x01\x04\x00\x00\x00\x00" + octets[40:]
        )  # fmt: skip

    packets = [ethernet(extended(each.ip(is_v6=True)), kind=0x86DD) for each in segments]
    whole(read(pcap(packets)))


def test_packets_that_the_card_would_have_cut(segments):
    """Their length field says 0, as it has no room for more than 64 KiB."""
    packets = [
        ethernet(octets[:2] + b"\x00\x00" + octets[4:]) for octets in (s.ip() for s in segments)
    ]
    whole(read(pcap(packets)))


def test_other_packets_are_passed_over(segments):
    udp = dpkt.ip.IP(src=b"\x7f\0\0\1", dst=b"\x7f\0\0\1", p=17, data=dpkt.udp.UDP(data=b"x"))
    arp = bytes(12) + b"\x08\x06" + bytes(28)
    fragment = bytearray(segments[3].ip())
    fragment[6:8] = b"\x00\x10"
    others = [ethernet(bytes(udp)), arp, ethernet(bytes(fragment)), b"short", b"", ethernet(b"")]
    whole(read(pcap([*others, *(ethernet(segment.ip()) for segment in segments), *others])))


def test_an_unknown_link_layer_is_told_once():
    assert read(pcap([b"1", b"2"], link_type=147)) == [
        SourceDamaged(reason="packets of link type 147 are not read: nothing is known of it")
    ]


def test_times(segments):
    assert read(capture(segments))[0].time == FIRST_TIME + 2 / 8
    assert read(capture(segments, nano=True))[0].time == FIRST_TIME + 2 / 8


def big_endian(octets):
    """Turn the byte order of a pcap file."""
    turned = struct.pack(">IHHiIII", *struct.unpack("<IHHiIII", octets[:24]))
    position = 24
    while position < len(octets):
        header = struct.unpack_from("<IIII", octets, position)
        turned += struct.pack(">IIII", *header) + octets[position + 16 : position + 16 + header[2]]
        position += 16 + header[2]
    return turned


def test_the_other_byte_order(segments):
    octets = capture(segments)
    assert read(big_endian(octets)) == read(octets)


def test_captures_of_microsofts_runtime(captures):
    for name, sessions in (("none", 1), ("ntlm", 1)):
        items = read(captures[name], knows("Secret-1"))
        assert len([item for item in items if isinstance(item, ConnectionFound)]) == sessions
        envelopes = [item for item in items if isinstance(item, EnvelopeRead)]
        assert sum(item.side is Side.SERVER for item in envelopes) == 2 + 29
        assert not [item for item in items if isinstance(item, SourceDamaged)]


# --- pcapng --------------------------------------------------------------------------------------


def block(kind, body, order="<"):
    body += bytes(-len(body) % 4)
    size = struct.pack(f"{order}I", len(body) + 12)
    return struct.pack(f"{order}I", kind) + size + body + size


def section(order="<"):
    return block(0x0A0D0D0A, struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1), order)


def interface(link_type, options=b"", order="<"):
    return block(1, struct.pack(f"{order}HHI", link_type, 0, 0) + options, order)


def packet(number, octets, ticks, order="<"):
    head = struct.pack(
        f"{order}IIIII", number, ticks >> 32, ticks & 0xFFFFFFFF, len(octets), len(octets)
    )
    return block(6, head + octets, order)


@pytest.mark.parametrize("order", ["<", ">"])
def test_pcapng(segments, order):
    blocks = [section(order), block(5, b"statistics!!", order), interface(101, order=order)]
    blocks += [
        packet(0, s.ip(), round((FIRST_TIME + n) * 1e6), order) for n, s in enumerate(segments)
    ]
    items = whole(read(b"".join(blocks)))
    assert items[0].time == FIRST_TIME + 2


def test_pcapng_of_dpkt(segments):
    file = io.BytesIO()
    writer = dpkt.pcapng.Writer(file)
    for number, segment in enumerate(segments):
        writer.writepkt(ethernet(segment.ip()), FIRST_TIME + number)
    whole(read(file.getvalue()))


def test_pcapng_with_several_interfaces_and_sections(segments):
    """Each has its link layer and its own way to count time."""
    nano = struct.pack("<HH4s", 2, 3, b"lo") + struct.pack("<HHBxxx", 9, 1, 9)
    power_of_two = struct.pack("<HHBxxx", 9, 1, 0x80 | 20) + struct.pack("<HHq", 14, 8, 1_000_000)
    octets = section() + interface(1, nano) + interface(101, power_of_two)
    for number, segment in enumerate(segments[:10]):
        time = FIRST_TIME + number
        if number % 2:
            octets += packet(0, ethernet(segment.ip()), round(time * 1e9))
        else:
            octets += packet(1, segment.ip(), round((time - 1_000_000) * 2**20))
    octets += section(">") + interface(101, order=">")
    for number, segment in enumerate(segments[10:], 10):
        octets += packet(0, segment.ip(), round((FIRST_TIME + number) * 1e6), ">")
    items = whole(read(octets))
    times = [item.time for item in items]
    assert times == sorted(times)
    assert times[0] == FIRST_TIME + 2


def test_pcapng_with_packets_in_the_old_form(segments):
    octets = section() + interface(101)
    for segment in segments:
        ip = segment.ip()
        head = struct.pack("<HHIIII", 0, 0, 0, 1000, len(ip), len(ip))
        octets += block(2, head + ip)
    whole(read(octets))


# --- Damage --------------------------------------------------------------------------------------


def test_a_capture_that_is_cut_off(segments):
    octets = capture(segments)
    for cut in (10, 23):
        assert read(octets[:cut]) == [SourceDamaged(reason="the capture ends within its header")]
    for cut in (30, 45, len(octets) - 1):
        assert read(octets[:cut])[0 if cut < 100 else -3 :]
        (damage,) = [item for item in read(octets[:cut]) if isinstance(item, SourceDamaged)]
        assert damage.reason.startswith("the capture ends within the packet at its octet ")


def test_a_packet_larger_than_any(segments):
    octets = bytearray(capture(segments))
    octets[32:36] = b"\xff\xff\xff\x7f"
    assert read(bytes(octets)) == [
        SourceDamaged(
            reason="a packet of 2147483647 octets at octet 24 of the capture: the rest is not read"
        )
    ]


@pytest.mark.parametrize("size", [0, 8, 14, 0xFFFFFFF0])
def test_a_block_of_a_size_that_cannot_be(size):
    octets = section() + struct.pack("<III", 6, size, 0)
    assert read(octets) == [
        SourceDamaged(
            reason=f"a block of {size} octets at octet 28 of the capture: the rest is not read"
        )
    ]


@pytest.mark.parametrize("cut", [29, 35, 40])
def test_pcapng_that_is_cut_off(cut):
    octets = (section() + interface(1))[:cut]
    assert read(octets) == [
        SourceDamaged(reason="the capture ends within the block at its octet 28")
    ]
    assert read(section()[:10]) == [
        SourceDamaged(reason="the capture ends within the block at its octet 0")
    ]


def test_blocks_that_make_no_sense_are_passed_over(segments):
    strange = [packet(3, b"of no interface", 0), interface(1, struct.pack("<HHq", 14, 4, 1))]
    octets = section() + interface(101) + b"".join(strange)
    octets += b"".join(packet(0, segment.ip(), 1) for segment in segments)
    items = read(octets)
    damages = [item.reason for item in items if isinstance(item, SourceDamaged)]
    assert len(damages) == 2
    assert all("of the capture makes no sense" in damage for damage in damages)
    assert len([item for item in items if isinstance(item, EnvelopeRead)]) == 16


def test_a_time_that_no_calendar_has(segments):
    octets = section() + interface(101, struct.pack("<HHBxxx", 9, 1, 0))
    octets += b"".join(packet(0, segment.ip(), 1 << 63) for segment in segments)
    assert whole(read(octets))[0].time is None
