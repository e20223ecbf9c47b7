"""Everything Microsoft's serializer wrote in the recorded conversations, read and written again."""

import re

import pytest

from ipam_progress.binaryxml import Decoder, Encoder
from ipam_progress.contracts import CreateDhcpScopeParameters, IpamAdminOperationId
from ipam_progress.contracts.messages import InitializeOperationParameters
from ipam_progress.contracts.model import TypeName
from ipam_progress.contracts.registry import MESSAGES
from ipam_progress.datacontract import read_body, read_object, write_body, write_object
from ipam_progress.errors import DeserializationError
from ipam_progress.namespaces import IPAM1

EXCEPTION = TypeName(IPAM1, "IpamException")


def write_again(body):
    """Read a recorded body, write it with the string table its sender had, and give the octets."""
    out = body.encoder.begin()
    start = len(out)
    if body.name == EXCEPTION:
        value = read_object(body.tokens, body.position, EXCEPTION, EXCEPTION)
        write_object(body.encoder, EXCEPTION, EXCEPTION, value)
    else:
        value = read_body(body.tokens, body.position, MESSAGES[body.name])
        write_body(body.encoder, value)
    octets = bytes(out[start:])
    body.encoder.finish()
    return octets


def test_what_the_serializer_wrote_is_written_again_octet_by_octet(recorded):
    count = 0
    for body in recorded:
        if body.handmade or body.name not in {*MESSAGES, EXCEPTION}:
            continue
        ends = b"\x01" * (4 if body.name == EXCEPTION else 2)  # Detail, Fault, Body, Envelope
        assert body.octets.endswith(write_again(body) + ends), body.source
        count += 1
    assert count == 885


@pytest.fixture
def handmade(recorded):
    """The bodies that the client program wrote by hand, by the name of their conversation."""
    found = {}
    for body in recorded:
        if body.handmade and body.name in MESSAGES:
            found.setdefault(body.source.split()[0], []).append(body)
    return found


def read(body):
    return read_body(body.tokens, body.position, MESSAGES[body.name])


@pytest.mark.parametrize(
    ("conversation", "message"),
    [
        (
            "raw-bad-enum.json",
            "paramters.OperationId: 'Bogus' is no value of ipam1:IpamAdminOperationId",
        ),
        ("raw-bad-type.json", "paramters: the i:type NoSuchParameters is no type known here"),
    ],
)
def test_what_the_server_refused_is_refused(handmade, conversation, message):
    with pytest.raises(DeserializationError, match="^" + re.escape(message)) as caught:
        read(handmade[conversation][0])
    assert message.startswith(caught.value.path)


def test_what_the_server_skipped_is_skipped(handmade):
    # OperationId came after Scope
    assert read(handmade["raw-wrong-order.json"][0]).paramters == CreateDhcpScopeParameters()
    # a member that nobody knows came between the two
    extra = CreateDhcpScopeParameters(OperationId=IpamAdminOperationId.CreateDhcpScope)
    assert read(handmade["raw-extra-member.json"][0]).paramters == extra
    # the element was spelled "parameters"
    assert read(handmade["raw-spelling.json"][0]) == InitializeOperationParameters()


def test_what_was_written_by_hand_means_the_same_when_it_is_written_again(handmade):
    refused = {"raw-bad-enum.json": 1, "raw-bad-type.json": 1}
    bodies = [body for name in handmade for body in handmade[name][refused.get(name, 0) :]]
    assert len(bodies) == 8
    for body in bodies:
        value = read(body)
        encoder = Encoder()
        encoder.begin()
        write_body(encoder, value)
        assert read_body(Decoder().decode(encoder.finish()), 0, MESSAGES[body.name]) == value


@pytest.mark.parametrize("table_limit", [0, 40, 300])
def test_a_full_string_table_changes_no_meaning(recorded, same, table_limit):
    encoder, decoder = Encoder(table_limit=table_limit), Decoder()
    for body in recorded:
        if body.handmade or body.name not in MESSAGES or "all-operations" not in body.source:
            continue
        contract = MESSAGES[body.name]
        value = read_body(body.tokens, body.position, contract)
        encoder.begin()
        write_body(encoder, value)
        again = read_body(decoder.decode(encoder.finish()), 0, contract)
        for member in contract.members:
            assert same(getattr(again, member.name), getattr(value, member.name))
