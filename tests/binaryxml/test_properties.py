"""What holds for every document: it comes back, and broken ones raise the declared error only."""

import string
from collections import ChainMap
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipam_progress.binaryxml import (
    END,
    Attribute,
    Comment,
    Decoder,
    DictionaryString,
    Encoder,
    EndElement,
    Float32,
    QName,
    Quotas,
    StartElement,
    UniqueId,
    decode_document,
    encode_document,
    text_of,
)
from ipam_progress.errors import BinaryXmlError
from ipam_progress.namespaces import XML
from ipam_progress.values import DateTime, DateTimeKind, TimeSpan

names = st.one_of(
    st.sampled_from(["Envelope", "nil", "Value", "n"]),
    st.text(string.ascii_letters, min_size=1).filter(lambda name: name != "xmlns"),
)
texts = st.text(st.characters(exclude_categories=["Cs"]))
prefixes = st.one_of(
    st.sampled_from(["", "a", "b", "s", "z"]),
    st.text(string.ascii_lowercase, min_size=2).filter(lambda prefix: prefix[:3] != "xml"),
)
namespaces = st.sampled_from(["urn:1", "urn:2", "http://www.w3.org/2003/05/soap-envelope"])
moments = st.builds(
    DateTime, st.integers(0, 3_155_378_975_999_999_999), st.sampled_from(DateTimeKind)
)
decimals = st.builds(
    lambda sign, mantissa, scale: Decimal(f"{sign}{mantissa}E-{scale}"),
    st.sampled_from(["", "-"]),
    st.integers(0, 2**96 - 1),
    st.integers(0, 28),
)
items = st.one_of(
    texts,
    texts.map(DictionaryString),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(allow_nan=False),
    st.floats(width=32, allow_nan=False).map(Float32),
    decimals,
    moments,
    st.timedeltas(timedelta(-10_000_000), timedelta(10_000_000)).map(TimeSpan.from_timedelta),
    st.binary(),
    st.uuids(),
    st.binary(min_size=16, max_size=16).map(UniqueId),
    st.builds(QName, st.sampled_from(string.ascii_lowercase), names),
)
values = st.one_of(items, st.lists(items, max_size=3).map(tuple))


@st.composite
def documents(draw):
    tokens = []
    _element(draw, tokens, ChainMap({"": "", "xml": XML}), depth=0)
    return tokens


def _element(draw, tokens, outer, depth):
    declarations = draw(st.dictionaries(prefixes, namespaces, max_size=2))
    scope = outer.new_child(declarations)
    prefix = draw(st.sampled_from(sorted(set(scope) - {"xml"})))
    attributes = draw(
        st.lists(
            st.tuples(st.sampled_from(sorted(scope)), names, values),
            max_size=3,
            unique_by=lambda item: (scope[item[0]] if item[0] else "", item[1]),
        )
    )
    tokens.append(
        StartElement(
            prefix,
            draw(names),
            scope[prefix],
            tuple(
                Attribute(prefix, name, scope[prefix] if prefix else "", value)
                for prefix, name, value in attributes
            ),
            tuple(declarations.items()),
            scope,
        )
    )
    for kind in draw(st.lists(st.sampled_from("tcea"), max_size=4 if depth < 3 else 1)):
        if kind == "t":
            tokens.append(draw(values))
        elif kind == "c":
            tokens.append(Comment(draw(texts)))
        elif kind == "a":
            item = StartElement("", "item", scope[""])
            for value in draw(st.lists(st.integers(-(2**40), 2**40), min_size=2, max_size=4)):
                tokens += [item, value, END]
        elif depth < 3:
            _element(draw, tokens, scope, depth + 1)
    tokens.append(END)


def spelled(tokens):
    """What a document says: values as text, adjacent ones joined."""
    said = []
    for token in tokens:
        if isinstance(token, StartElement):
            attributes = [(item.prefix, item.name, worth(item.value)) for item in token.attributes]
            said.append((token.prefix, token.name, attributes, token.declarations))
        elif isinstance(token, EndElement | Comment):
            said.append(token)
        elif said and isinstance(said[-1], str):
            # octets are written in groups of three: joined they are the base64 text of all
            said[-1] += worth(token)
        elif text := worth(token):
            said.append(text)
    return said


def worth(value):
    """A value as text, but the same text for a number in any record that holds it."""
    if isinstance(value, tuple):
        return " ".join(map(worth, value))
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else float(value).hex()
    return text_of(value)


@given(documents())
def test_documents_come_back(tokens):
    assert spelled(decode_document(encode_document(tokens))) == spelled(tokens)


@given(st.lists(documents(), max_size=4), st.integers(0, 200))
def test_sessions_come_back(messages, limit):
    encoder, decoder = Encoder(table_limit=limit), Decoder(table_limit=limit)
    for tokens in messages:
        assert spelled(decoder.decode(encoder.encode(tokens))) == spelled(tokens)


# Any octets at all. A decoder gives tokens or raises its error.
quotas = Quotas(max_depth=8, max_string=64, max_attributes=4, max_namespaces=8, max_elements=32)
records = st.lists(
    st.one_of(
        st.sampled_from([bytes((code,)) for code in range(256)]),
        st.sampled_from([b"\x01n", b"\x00", b"\x02", b"\x01", b"\x40\x01r", b"\x09\x01b\x01u"]),
        st.binary(max_size=4),
    )
).map(b"".join)


@settings(max_examples=400)
@given(st.one_of(st.binary(), records))
def test_any_octets(octets):
    for attempt in (
        lambda: decode_document(octets),
        lambda: decode_document(b"\x40\x01r" + octets, session=["one"], quotas=quotas),
        lambda: decode_document(octets, quotas=quotas, fragment=True),
        lambda: Decoder(quotas, table_limit=16).decode(octets),
        lambda: Decoder().decode(b"\x00\x40\x01r" + octets),
    ):
        try:
            tokens = attempt()
        except BinaryXmlError as error:
            tokens = error.tokens
        assert tokens is not None


@settings(max_examples=60)
@given(data=st.data())
def test_mutated_messages(data, directions):
    direction = data.draw(st.sampled_from(directions))
    decoder = Decoder(quotas) if data.draw(st.booleans()) else Decoder()
    for message in direction.messages[:4]:
        octets = bytearray(message.octets)
        for _ in range(data.draw(st.integers(0, 3))):
            index = data.draw(st.integers(0, len(octets)))
            octets[index : index + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
        try:
            tokens = decoder.decode(bytes(octets))
        except BinaryXmlError:
            continue
        # what can be read can be written, and says the same
        assert spelled(decode_document(encode_document(tokens))) == spelled(tokens)


@given(data=st.data())
def test_cut_messages(data, directions):
    message = data.draw(st.sampled_from(directions)).messages[0]
    size = data.draw(st.integers(0, len(message.octets) - 1))
    with pytest.raises(BinaryXmlError):
        Decoder().decode(message.octets[:size])
