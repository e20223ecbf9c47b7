from collections import Counter

import pytest

from ipam_progress.binaryxml import (
    Decoder,
    Encoder,
    Fragment,
    StartElement,
    UniqueId,
    declare,
    text_of,
)
from ipam_progress.namespaces import ADDRESSING, ANONYMOUS, SOAP
from ipam_progress.soap import (
    begin_callback,
    begin_one_way,
    begin_reply,
    begin_request,
    end_message,
    read_message,
)

ACTION = "urn:contract/operation"
ADDRESS = "net.tcp://server:808/Service"
IDENTIFIER = UniqueId(bytes(range(16)))


def begin_like(encoder, sender, message):
    """Begin the message that a recorded one is, judging by its headers."""
    if message.message_id is not None:
        return begin_request(encoder, message.action, message.message_id, message.to)
    if message.relates_to is not None:
        return begin_reply(encoder, message.action, message.relates_to)
    if sender == "server":
        return begin_callback(encoder, message.action)
    return begin_one_way(encoder, message.action, message.to)


def test_headers_are_written_octet_by_octet_as_wcf_writes_them(recorded):
    decoders, encoders, kinds = {}, {}, Counter()
    for item in recorded:
        key = (item.conversation, item.session, item.sender)
        decoder = decoders.setdefault(key, Decoder())
        message = read_message(decoder.decode(item.envelope))
        encoder = encoders.setdefault(key, Encoder())
        by_hand = item.sender == "client" and item.conversation.startswith("raw-")
        if not by_hand and not message.is_fault:
            begin = begin_like(encoder, item.sender, message)
            header = bytes(begin[1:])
            assert item.document.startswith(header), item.conversation
            kinds[item.sender, message.relates_to is None, message.message_id is None] += 1
            encoder.abandon()
        for string in decoder.strings:  # what the body has added
            assert encoder.octets[Fragment(declare("p", string))]
    assert kinds["client", True, False] > 100  # requests
    assert kinds["server", False, True] > 100  # replies
    assert kinds["server", True, True] > 600  # callbacks


def test_the_header_of_a_callback_is_rendered_once_in_a_session():
    encoder = Encoder()
    first = end_message(encoder, begin_callback(encoder, ACTION))
    rendered = len(encoder.octets)
    for _ in range(3):
        again = end_message(encoder, begin_callback(encoder, ACTION))
        assert len(encoder.octets) == rendered
        assert len(again) == len(first) - len(ACTION) - 1


def headers(octets):
    """Give the header blocks of a message: name, all text in it, value of its attribute."""
    tokens = Decoder().decode(octets)
    blocks, depth = [], 0
    for token in tokens:
        if isinstance(token, StartElement):
            depth += 1
            if depth == 3:
                due = [text_of(item.value) for item in token.attributes]
                blocks.append([token.local_name, "", due])
                assert token.namespace == ADDRESSING
        elif isinstance(token, str | UniqueId):
            blocks[-1][1] += text_of(token)
        else:
            depth -= 1
    return [tuple(block[:2]) + tuple(block[2]) for block in blocks], tokens


def test_a_request_says_what_where_and_whom_to_answer():
    encoder = Encoder()
    octets = end_message(encoder, begin_request(encoder, ACTION, IDENTIFIER, ADDRESS))
    assert headers(octets)[0] == [
        ("Action", ACTION, "1"),
        ("MessageID", str(IDENTIFIER)),
        ("ReplyTo", ANONYMOUS),
        ("To", ADDRESS, "1"),
    ]


def test_a_one_way_message_says_what_and_perhaps_where():
    encoder = Encoder()
    octets = end_message(encoder, begin_one_way(encoder, ACTION, ADDRESS))
    assert headers(octets)[0] == [("Action", ACTION, "1"), ("To", ADDRESS, "1")]
    encoder = Encoder()
    octets = end_message(encoder, begin_one_way(encoder, ACTION))
    assert headers(octets)[0] == [("Action", ACTION, "1")]


def test_a_callback_goes_to_whoever_is_at_the_other_end():
    encoder = Encoder()
    octets = end_message(encoder, begin_callback(encoder, ACTION))
    assert headers(octets)[0] == [("Action", ACTION, "1"), ("To", ANONYMOUS, "1")]


@pytest.mark.parametrize("identifier", [IDENTIFIER, "urn:any identifier", str(IDENTIFIER)])
def test_a_reply_repeats_the_identifier_exactly(identifier):
    encoder = Encoder()
    octets = end_message(encoder, begin_reply(encoder, ACTION, identifier))
    found, tokens = headers(octets)
    assert found == [
        ("Action", ACTION, "1"),
        ("RelatesTo", str(identifier)),
        ("To", ANONYMOUS, "1"),
    ]
    message = read_message(tokens)
    assert message.relates_to == identifier
    assert type(message.relates_to) is type(identifier)
    assert message.body is None


def test_the_envelope_declares_its_two_prefixes():
    encoder = Encoder()
    tokens = Decoder().decode(end_message(encoder, begin_callback(encoder, ACTION)))
    assert tokens[0].name == (SOAP, "Envelope")
    assert tokens[0].declarations == (("s", SOAP), ("a", ADDRESSING))
