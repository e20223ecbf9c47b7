"""Recorded conversations: read as .NET reads them, written again as WCF wrote them."""

import json
import subprocess

import pytest

from ipam_progress.binaryxml import Decoder, Encoder
from ipam_progress.binaryxml.records import encode_int31
from ipam_progress.binaryxml.tree import from_element, to_element


def test_there_are_conversations(directions):
    assert len(directions) > 100
    assert sum(len(direction.messages) for direction in directions) == 902


def test_read_as_dotnet_reads_them(direction, infoset, infoset_xml):
    decoder = Decoder()
    for message in direction.messages:
        tokens = decoder.decode(message.octets)
        assert infoset(tokens) == infoset_xml(message.xml)
        # the recording leaves out empty strings (of xmlns="")
        assert [string for string in decoder.strings if string] == message.strings


def test_written_again_octet_by_octet(directions):
    equal = 0
    different = {}
    for direction in directions:
        decoder, encoder = Decoder(), Encoder()
        for message in direction.messages:
            if encoder.encode(decoder.decode(message.octets)) == message.octets:
                equal += 1
            else:
                different.setdefault(direction.title, message.xml)
    assert equal == 879
    # The rest are messages that wrote a name or namespace in full where the table has room, and
    # those behind them. Tokens do not say how a name travelled. Clients written by hand did so,
    # and WCF does with the namespace of a subcode in a fault.
    for title, xml in different.items():
        assert "<s:Subcode><s:Value xmlns:a=" in xml or title.startswith("raw-")


def test_written_again_it_means_the_same(direction, infoset):
    decoder, encoder, second = Decoder(), Encoder(), Decoder()
    for message in direction.messages:
        tokens = decoder.decode(message.octets)
        assert infoset(second.decode(encoder.encode(tokens))) == infoset(tokens)


def test_without_room_in_the_table_it_means_the_same(direction, infoset):
    decoder, encoder, second = Decoder(), Encoder(table_limit=0), Decoder(table_limit=0)
    for message in direction.messages:
        tokens = decoder.decode(message.octets)
        assert infoset(second.decode(encoder.encode(tokens))) == infoset(tokens)


def test_as_a_tree_and_back_it_means_the_same(direction, infoset, infoset_xml):
    decoder = Decoder()
    for message in direction.messages:
        tokens = from_element(to_element(decoder.decode(message.octets)))
        assert infoset(tokens) == infoset_xml(message.xml)


@pytest.mark.live
def test_dotnet_reads_what_is_written_again(
    runtime_probe, directions, infoset, infoset_xml, tmp_path
):
    lines = []
    expected = []
    for table_limit in (2048, 100):
        for direction in directions:
            decoder, encoder = Decoder(), Encoder(table_limit=table_limit)
            stream = bytearray()
            for message in direction.messages:
                tokens = decoder.decode(message.octets)
                expected.append(infoset(tokens))
                envelope = encoder.encode(tokens)
                stream += b"\x06" + encode_int31(len(envelope)) + envelope
            lines.append(stream.hex())
    file = tmp_path / "streams.hex"
    file.write_text("\n".join(lines) + "\n")
    output = subprocess.run(
        [runtime_probe, "-", "decode", file], capture_output=True, check=True, timeout=120
    ).stdout
    records = [json.loads(line) for line in output.splitlines()]
    assert [infoset_xml(record["xml"]) for record in records] == expected
