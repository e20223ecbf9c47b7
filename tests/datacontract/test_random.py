"""Random objects of every type of the protocol, and recorded messages with random damage."""

import json
import re
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipam_progress.binaryxml import (
    END,
    Attribute,
    Comment,
    Decoder,
    Encoder,
    QName,
    StartElement,
    UniqueId,
)
from ipam_progress.contracts.model import TypeName
from ipam_progress.contracts.registry import CONTRACTS, MESSAGES
from ipam_progress.datacontract import (
    from_json,
    read_body,
    read_object,
    to_json,
    write_object,
)
from ipam_progress.errors import DeserializationError
from ipam_progress.namespaces import INSTANCE, IPAM, SERIALIZATION
from ipam_progress.values import DateTime, TimeSpan

ROOT = TypeName(IPAM, "root")
TYPES = sorted(CONTRACTS)


def through_octets(value, declared):
    encoder = Encoder()
    encoder.begin()
    write_object(encoder, ROOT, declared, value)
    return read_object(Decoder().decode(encoder.finish()), 0, declared, ROOT)


def test_there_are_all_types():
    assert len(TYPES) == 285  # and ser:duration, a primitive type here


@pytest.mark.parametrize("name", TYPES, ids=lambda name: name.name)
def test_an_object_comes_back_as_it_went(name, builder, same):
    for seed in range(4):
        value = builder(seed).value(name)
        assert same(through_octets(value, name), value)


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 1 << 32), name=st.sampled_from(TYPES))
def test_any_object_comes_back_as_it_went(seed, name, builder, same):
    value = builder(seed).value(name)
    assert same(through_octets(value, name), value)


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 1 << 32), name=st.sampled_from(TYPES))
def test_any_object_comes_back_from_json(seed, name, builder, same):
    value = builder(seed).value(name)
    assert same(from_json(json.loads(json.dumps(to_json(value, name))), name), value)


@pytest.fixture(scope="module")
def bodies(all_recorded):
    return [body for body in all_recorded if body.name in MESSAGES]


def replacement(token, seed):
    """Give what could stand in a document in place of a token, to the reader's surprise."""
    odd = [
        "Bogus",
        "",
        "-1",
        1 << 70,
        2.5,
        True,
        b"\xff",
        Decimal("1e28"),
        DateTime(5),
        TimeSpan(-5),
        UniqueId(bytes(16)),
        QName("q", "name"),
        (1, "two"),
        Comment("nothing"),
    ]
    if isinstance(token, StartElement):
        attribute = seed.choice(
            [
                Attribute("i", "nil", INSTANCE, seed.choice(odd[:-1])),
                Attribute(
                    "i", "type", INSTANCE, seed.choice(["SubTaskInstance", "xsd:int", "q:x"])
                ),
                Attribute("z", "Id", SERIALIZATION, "i1"),
                Attribute("z", "Ref", SERIALIZATION, seed.choice(["i1", "i2", "i99"])),
                Attribute("", "other", "", "value"),
            ]
        )
        name = seed.choice([token.local_name, token.local_name, "Other", "Scope", "OperationId"])
        return StartElement(token.prefix, name, token.namespace, (attribute,), (), token.namespaces)
    return seed.choice(odd)


@settings(deadline=None, max_examples=400)
@given(seed=st.randoms(use_true_random=False))
def test_damage_is_an_error_or_another_message(bodies, seed):
    body = seed.choice(bodies)
    tokens = list(body.tokens)
    # what may change without leaving the tokens no document: all but the ends
    inside = [place for place in range(body.position + 1, len(tokens)) if tokens[place] is not END]
    for place in seed.sample(inside, min(len(inside), seed.randrange(1, 4))):
        tokens[place] = replacement(tokens[place], seed)
    contract = MESSAGES[body.name]
    path = ""
    try:
        assert type(read_body(tokens, body.position, contract)) is contract.python
    except DeserializationError as error:
        path = error.path
    assert re.split(r"[.[]", path)[0] in {"", *(member.name for member in contract.members)}
