"""What the tests of binary XML share: recorded messages, and documents as infosets."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from lxml import etree

from ipam_progress.binaryxml import END, Comment, QName, StartElement, text_of
from ipam_progress.namespaces import INSTANCE, SOAP

DATA = Path(__file__).parent.parent / "data"

QNAME_ATTRIBUTES = {(INSTANCE, "type")}
QNAME_ELEMENTS = {(SOAP, "Value")}


@dataclass(frozen=True)
class RecordedMessage:
    """An envelope as it passed, and what .NET's own reader saw in it."""

    octets: bytes
    xml: str
    strings: list[str]


@dataclass(frozen=True)
class RecordedDirection:
    """The messages that one side sent in one session."""

    title: str
    messages: list[RecordedMessage]


def _envelope(record):
    octets = bytes.fromhex(record["bytes"])[1:]
    size = 0
    for index, octet in enumerate(octets):
        size |= (octet & 0x7F) << 7 * index
        if octet < 0x80:
            envelope = octets[index + 1 :]
            assert len(envelope) == size
            return envelope
    raise AssertionError("a recorded size has no end")


def _directions():
    for path in sorted((DATA / "conversations").glob("*.json")):
        if path.name.startswith("ntlm-"):  # sealed octets, no records
            continue
        for number, records in enumerate(json.loads(path.read_text("utf-8"))["connections"]):
            directions = {}
            session = 0
            for record in records:
                if record["record"] == "PreambleAck":
                    session += 1
                elif record["record"] == "SizedEnvelope" and "xml" in record:
                    sender = record["from"]
                    title = f"{path.stem}-{number}-{session}-{sender}"
                    direction = directions.setdefault(title, RecordedDirection(title, []))
                    message = RecordedMessage(_envelope(record), record["xml"], record["strings"])
                    direction.messages.append(message)
            yield from directions.values()


DIRECTIONS = list(_directions())


@pytest.fixture(scope="session")
def directions():
    """Every direction of every recorded session."""
    return DIRECTIONS


def infoset_of(tokens):
    """A document by expanded names, attributes and text, prefixes in values resolved."""
    children = [[]]
    elements = []
    for token in tokens:
        if isinstance(token, StartElement):
            attributes = {
                attribute.name: _resolve(attribute.value, token.namespaces)
                if attribute.name in QNAME_ATTRIBUTES
                else text_of(attribute.value)
                for attribute in token.attributes
            }
            assert len(attributes) == len(token.attributes)
            elements.append((token, attributes))
            children.append([])
        elif token is END:
            element, attributes = elements.pop()
            inner = children.pop()
            if element.name in QNAME_ELEMENTS and inner:
                inner = [_resolve("".join(inner), element.namespaces)]
            children[-1].append((element.name, attributes, inner))
        elif isinstance(token, Comment):
            children[-1].append(("comment", token.text))
        else:
            _append_text(children[-1], text_of(token))
    assert not elements
    return children[0]


def infoset_of_xml(xml):
    """The same of text XML, by lxml and nothing of ours."""
    return [_lxml_infoset(etree.fromstring(xml))]


def _lxml_infoset(element):
    if element.tag is etree.Comment:
        return ("comment", element.text)
    namespaces = {prefix or "": uri for prefix, uri in element.nsmap.items()}
    name = _expanded(element.tag)
    attributes = {
        _expanded(key): _resolve(value, namespaces) if _expanded(key) in QNAME_ATTRIBUTES else value
        for key, value in element.attrib.items()
    }
    inner = []
    _append_text(inner, element.text or "")
    for child in element:
        inner.append(_lxml_infoset(child))
        _append_text(inner, child.tail or "")
    if name in QNAME_ELEMENTS and inner:
        inner = [_resolve("".join(inner), namespaces)]
    return (name, attributes, inner)


def _expanded(name):
    name = etree.QName(name)
    return (name.namespace or "", name.localname)


def _append_text(content, text):
    if content and isinstance(content[-1], str):
        content[-1] += text
    elif text:
        content.append(text)


def _resolve(value, namespaces):
    text = str(value) if isinstance(value, QName) else text_of(value)
    prefix, colon, name = text.rpartition(":")
    return (namespaces.get(prefix, "") if not colon else namespaces[prefix], name)


@pytest.fixture(scope="session")
def infoset():
    """`infoset_of`, the meaning of tokens."""
    return infoset_of


@pytest.fixture(scope="session")
def infoset_xml():
    """`infoset_of_xml`, the meaning of text XML."""
    return infoset_of_xml


def pytest_generate_tests(metafunc):
    if "direction" in metafunc.fixturenames:
        metafunc.parametrize("direction", DIRECTIONS, ids=lambda direction: direction.title)
