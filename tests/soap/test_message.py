import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipam_progress.binaryxml import (
    END,
    Attribute,
    Comment,
    Decoder,
    DictionaryString,
    StartElement,
    UniqueId,
    text_of,
)
from ipam_progress.errors import EnvelopeError
from ipam_progress.namespaces import ADDRESSING, ANONYMOUS, SOAP
from ipam_progress.soap import read_message

ACTION = "urn:do"
IDENTIFIER = UniqueId(bytes(range(16)))
SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"


def s(name, *content, attributes=()):
    return [StartElement("s", name, SOAP, attributes), *_flat(content), END]


def a(name, *content, attributes=()):
    return [StartElement("a", name, ADDRESSING, attributes), *_flat(content), END]


def x(name, *content, namespace="urn:x", attributes=()):
    return [StartElement("x", name, namespace, attributes), *_flat(content), END]


def _flat(parts):
    for part in parts:
        if isinstance(part, list):
            yield from part
        else:
            yield part


def must_understand(value):
    return Attribute("s", "mustUnderstand", SOAP, value)


def role(value):
    return Attribute("s", "role", SOAP, value)


def envelope(*headers, body=()):
    return s("Envelope", s("Header", *headers), s("Body", *body))


def test_every_addressing_header_is_found():
    tokens = envelope(
        a("Action", DictionaryString(ACTION), attributes=(must_understand(1),)),
        a("MessageID", IDENTIFIER),
        a("RelatesTo", "urn:uuid:7"),
        a("ReplyTo", a("Address", ANONYMOUS), x("ReferenceParameters", x("Any"))),
        a("From", a("Address", "urn:me")),
        a("FaultTo", a("Address", "urn:me")),
        a("To", "net.tcp://h/p", attributes=(must_understand("true"),)),
        body=(x("Content", "text"),),
    )
    message = read_message(tokens)
    assert message.action == ACTION
    assert message.message_id is IDENTIFIER
    assert message.relates_to == "urn:uuid:7"
    assert message.reply_to == ANONYMOUS
    assert message.to == "net.tcp://h/p"
    assert message.not_understood == []
    assert not message.is_fault
    assert tokens[message.body].name == ("urn:x", "Content")


def test_all_but_action_and_body_may_be_missing():
    message = read_message(envelope(a("Action", ACTION)))
    assert message.action == ACTION
    assert (message.message_id, message.relates_to, message.to, message.reply_to) == (None,) * 4
    assert message.body is None
    assert not message.is_fault


def test_identifiers_are_kept_exactly():
    tokens = envelope(
        a("Action", ACTION), a("MessageID", " urn:my own "), a("RelatesTo", IDENTIFIER)
    )
    message = read_message(tokens)
    assert message.message_id == " urn:my own "
    assert message.relates_to is IDENTIFIER


@pytest.mark.parametrize("name", ["MessageID", "RelatesTo"])
def test_an_identifier_of_another_type_becomes_its_text(name):
    message = read_message(envelope(a("Action", ACTION), a(name, 12)))
    assert (message.message_id or message.relates_to) == "12"


def test_text_may_come_in_pieces_with_comments_between():
    tokens = envelope(
        a("Action", "\n urn:", Comment("no"), "do"),
        a("To", Comment("only this")),
        a("ReplyTo", Comment("not here"), a("Address", "urn:", "there")),
    )
    message = read_message(tokens)
    assert message.action == "urn:do"
    assert message.to == ""
    assert message.reply_to == "urn:there"


def test_an_endpoint_reference_without_an_address_is_none():
    assert read_message(envelope(a("Action", ACTION), a("ReplyTo"))).reply_to is None


def test_white_space_and_comments_are_passed_over():
    tokens = [
        Comment("before"),
        *s(
            "Envelope",
            "\n",
            s("Header", " ", Comment("in"), a("Action", ACTION), " "),
            "\n",
            s("Body", " ", Comment("in"), x("Content"), " "),
        ),
    ]
    message = read_message(tokens)
    assert message.action == ACTION
    assert tokens[message.body].local_name == "Content"


def test_a_fault_is_recognized_by_its_name():
    assert read_message(envelope(a("Action", ACTION), body=(s("Fault"),))).is_fault
    assert not read_message(envelope(a("Action", ACTION), body=(x("Fault"),))).is_fault


@pytest.mark.parametrize("value", [1, True, "1", "true", " 1 "])
def test_a_header_that_must_be_understood_is_named(value):
    tokens = envelope(
        a("Action", ACTION), x("Odd", x("Deep"), attributes=(must_understand(value),))
    )
    assert read_message(tokens).not_understood == [("urn:x", "Odd")]


@pytest.mark.parametrize("value", [0, False, "0", "false", "yes"])
def test_a_header_that_need_not_be_understood_is_skipped(value):
    tokens = envelope(
        x("Odd", x("Deep"), attributes=(must_understand(value),)), a("Action", ACTION)
    )
    message = read_message(tokens)
    assert message.not_understood == []
    assert message.action == ACTION


def test_an_unknown_header_of_addressing_must_be_understood_too():
    tokens = envelope(a("Action", ACTION), a("Odd", attributes=(must_understand(1),)))
    assert read_message(tokens).not_understood == [(ADDRESSING, "Odd")]


@pytest.mark.parametrize(
    ("uri", "ours"),
    [
        ("", True),
        (f"{SOAP}/role/next", True),
        (f"{SOAP}/role/ultimateReceiver", True),
        (f"{SOAP}/role/none", False),
        ("urn:somebody-else", False),
    ],
)
def test_only_headers_for_our_roles_count(uri, ours):
    tokens = envelope(
        a("Action", ACTION),
        x("Odd", attributes=(role(uri), must_understand(1))),
        a("MessageID", IDENTIFIER, attributes=(role(uri),)),
    )
    message = read_message(tokens)
    assert message.not_understood == ([("urn:x", "Odd")] if ours else [])
    assert message.message_id is (IDENTIFIER if ours else None)


def test_other_attributes_of_a_header_mean_nothing():
    tokens = envelope(a("Action", ACTION, attributes=(Attribute("", "role", "", "urn:other"),)))
    assert read_message(tokens).action == ACTION


def test_only_the_relation_of_a_reply_correlates():
    def relation(uri):
        return (Attribute("", "RelationshipType", "", uri),)

    tokens = envelope(
        a("Action", ACTION),
        a("RelatesTo", "urn:other", attributes=relation("urn:part-of")),
        a("RelatesTo", "urn:request", attributes=relation(f"{ADDRESSING}/reply")),
    )
    assert read_message(tokens).relates_to == "urn:request"


@pytest.mark.parametrize(
    "name", ["Action", "MessageID", "RelatesTo", "To", "ReplyTo", "From", "FaultTo"]
)
def test_an_addressing_header_may_stand_there_once(name):
    content = a("Address", "urn:x") if name in {"ReplyTo", "From", "FaultTo"} else "urn:x"
    headers = [a(name, content), a(name, content)]
    if name != "Action":
        headers.insert(0, a("Action", ACTION))
    with pytest.raises(EnvelopeError, match=f"wsa:{name} twice"):
        read_message(envelope(*headers))


@pytest.mark.parametrize("content", [(), ("",), ("  ",)])
def test_an_action_has_to_say_something(content):
    with pytest.raises(EnvelopeError, match="no wsa:Action"):
        read_message(envelope(a("Action", *content)))


@pytest.mark.parametrize(
    ("tokens", "complaint"),
    [
        ([], "ends before the body"),
        (x("Envelope"), "{urn:x}Envelope, not an envelope of SOAP 1.2"),
        (x("Envelope", namespace=SOAP_11), "not an envelope of SOAP 1.2"),
        ([END], "nothing, not an envelope"),
        (s("Envelope"), "goes on with nothing where its Body is due"),
        (s("Envelope", s("Header")), "goes on with nothing where its Body is due"),
        (s("Envelope", s("Body"), s("Header")), "no wsa:Action"),
        (s("Envelope", s("Header"), x("Body")), "goes on with {urn:x}Body"),
        (s("Envelope", s("Header"), s("Header"), s("Body")), "Header where its Body is due"),
        (envelope(), "no wsa:Action"),
        (envelope(a("Action", x("Inner"))), "holds {urn:x}Inner where text is due"),
        (envelope(a("Action", "a", x("Inner"))), "Action holds {urn:x}Inner where text is due"),
        (x("E" * 500), "E..., not an envelope"),
    ],
)
def test_what_is_no_envelope_is_refused(tokens, complaint):
    with pytest.raises(EnvelopeError) as caught:
        read_message(tokens)
    assert complaint in str(caught.value)
    assert len(str(caught.value)) < 500


def test_a_document_that_breaks_off_in_its_body_still_has_its_headers():
    tokens = envelope(a("Action", ACTION), a("MessageID", IDENTIFIER), body=(x("C", x("D", "t")),))
    body = next(
        index for index, token in enumerate(tokens) if getattr(token, "name", 0) == (SOAP, "Body")
    )
    for end in range(body + 1, len(tokens) + 1):
        message = read_message(tokens[:end])
        assert message.message_id is IDENTIFIER
        assert message.body == (None if end == body + 1 else body + 1)
    for end in range(body + 1):
        with pytest.raises(EnvelopeError):
            read_message(tokens[:end])


TOKENS = st.one_of(
    st.just(END),
    st.builds(Comment, st.just("c")),
    st.sampled_from([ACTION, IDENTIFIER, 1, True, ""]),
    st.sampled_from(
        [
            StartElement(prefix, name, namespace)
            for prefix, namespace, names in (
                ("s", SOAP, ("Envelope", "Header", "Body", "Fault")),
                ("a", ADDRESSING, ("Action", "MessageID", "ReplyTo", "Address", "To")),
            )
            for name in names
        ]
    ),
)


@given(st.lists(TOKENS, max_size=30))
def test_whatever_the_tokens_nothing_else_escapes(tokens):
    for document in (tokens, s("Envelope")[:1] + s("Header")[:1] + tokens):
        try:
            message = read_message(document)
        except EnvelopeError:
            continue
        assert message.action


def test_every_recorded_message_is_read(recorded):
    decoders = {}
    for item in recorded:
        decoder = decoders.setdefault((item.conversation, item.session, item.sender), Decoder())
        tokens = decoder.decode(item.envelope)
        message = read_message(tokens)
        assert f">{message.action}</a:Action>" in item.xml
        assert ("<a:RelatesTo>" in item.xml) == (message.relates_to is not None)
        assert ("<a:MessageID>" in item.xml) == (message.message_id is not None)
        for identifier in (message.message_id, message.relates_to):
            assert identifier is None or f">{text_of(identifier)}</a:" in item.xml
        assert f">{message.to}</a:To>" in item.xml
        assert message.is_fault == ("<s:Fault>" in item.xml)
        assert message.not_understood == []
    assert len(recorded) > 800
