import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipam_progress.binaryxml import (
    END,
    Attribute,
    Decoder,
    Encoder,
    Fragment,
    QName,
    StartElement,
    UniqueId,
    attribute,
    declare,
    start,
    text,
)
from ipam_progress.errors import EnvelopeError, LocalProtocolError, SerializationError
from ipam_progress.namespaces import (
    ADDRESSING,
    ADDRESSING_FAULT,
    DISPATCHER,
    DISPATCHER_FAULT,
    SOAP,
    SOAP_FAULT,
    XML,
)
from ipam_progress.soap import (
    MUST_UNDERSTAND,
    RECEIVER,
    SENDER,
    VERSION_MISMATCH,
    Fault,
    action_not_supported,
    begin_callback,
    deserialization_failed,
    end_message,
    headers_not_understood,
    internal_service_fault,
    read_fault,
    read_message,
    write_fault,
)

IDENTIFIER = UniqueId(bytes(range(16)))


def round_trip(fault, relates_to=IDENTIFIER, write_detail=None):
    encoder = Encoder()
    tokens = Decoder().decode(write_fault(encoder, fault, relates_to, write_detail))
    message = read_message(tokens)
    assert message.action == fault.action
    assert message.relates_to == relates_to
    assert message.is_fault
    return read_fault(tokens, message), tokens


@pytest.mark.parametrize(
    ("fault", "action", "code", "subcode"),
    [
        (
            deserialization_failed("Scope: no such value"),
            DISPATCHER_FAULT,
            SENDER,
            (DISPATCHER, "DeserializationFailed"),
        ),
        (
            action_not_supported("urn:do"),
            ADDRESSING_FAULT,
            SENDER,
            (ADDRESSING, "ActionNotSupported"),
        ),
        (
            internal_service_fault(),
            DISPATCHER_FAULT,
            RECEIVER,
            (DISPATCHER, "InternalServiceFault"),
        ),
        (headers_not_understood([("urn:x", "Odd")]), SOAP_FAULT, MUST_UNDERSTAND, None),
    ],
)
def test_the_faults_of_the_dispatcher(fault, action, code, subcode):
    assert fault.action == action
    found, _ = round_trip(fault)
    assert found.action == action
    assert found.code == code
    assert found.subcodes == (() if subcode is None else (subcode,))
    assert found.reason == fault.reason
    assert found.language == ""
    assert found.detail is None


def test_reasons_name_what_they_are_about():
    assert "Scope: no such value" in deserialization_failed("Scope: no such value").reason
    assert "'urn:do'" in action_not_supported("urn:do").reason
    assert "{urn:x}Odd, {}Even" in headers_not_understood([("urn:x", "Odd"), ("", "Even")]).reason


def test_what_a_peer_says_does_not_make_a_fault_long():
    assert len(action_not_supported("a" * 100_000).reason) < 500
    assert len(deserialization_failed("a" * 100_000).reason) < 600
    fault = headers_not_understood([("n" * 100_000, "x")] * 100_000)
    assert len(fault.reason) < 5000
    assert len(fault.not_understood) == 16


def test_recorded_faults_are_written_octet_by_octet_as_wcf_writes_them(recorded):
    count = 0
    for item in recorded:
        if "<s:Fault>" not in item.xml or "<s:Detail>" in item.xml:
            continue
        tokens = Decoder().decode(item.envelope)
        message = read_message(tokens)
        ours = write_fault(Encoder(), read_fault(tokens, message), message.relates_to)
        # WCF ends a text of more than 255 octets with a record of its own
        reason = next(
            at for at, octet in enumerate(item.envelope) if item.envelope[at:].startswith(b"lang")
        )
        assert ours[: reason + 5] == item.envelope[: reason + 5]
        assert Decoder().decode(ours) == tokens
        count += 1
    assert count == 5


def test_recorded_faults_with_a_detail_are_read(recorded):
    decoders, found = {}, []
    for item in recorded:
        key = (item.conversation, item.session, item.sender)
        tokens = decoders.setdefault(key, Decoder()).decode(item.envelope)
        message = read_message(tokens)
        if "<s:Detail>" in item.xml:
            fault = read_fault(tokens, message)
            assert (fault.code, fault.language, fault.action) == (SENDER, "", "*")
            assert fault.subcodes == (("http://Microsoft.Windows.Ipam", "Ipam"),)
            assert tokens[fault.detail].local_name == "IpamException"
            found.append(fault.reason)
    assert found == [
        "already initialized",
        "parameters missing",
        "parameters missing",
        "not initialized",
        "task type",
    ]


def test_a_detail_is_written_by_whoever_knows_it():
    def write_detail(encoder):
        encoder.octets[Fragment(text("unused"))]
        buffers.append(encoder.octets[Fragment(start("", "Own"), declare("", "urn:own"), END)])

    buffers = []
    encoder = Encoder()
    fault = Fault(action="urn:f", code=SENDER, reason="because", language="en")
    octets = write_fault(encoder, fault, None, write_detail)
    tokens = Decoder().decode(octets)
    names = [token.local_name for token in tokens if isinstance(token, StartElement)]
    assert names[-1] == "Detail"
    assert read_fault(tokens, read_message(tokens)).detail is None
    assert len(buffers) == 1


def test_a_detail_begins_at_its_first_element():
    tokens = fault_document(
        start("s", "Detail"), text(" "), start("", "Own"), declare("", "urn:own"), END, END
    )
    fault = read_fault(tokens, read_message(tokens))
    assert tokens[fault.detail].name == ("urn:own", "Own")


def test_a_detail_that_cannot_be_written_leaves_the_encoder_free():
    def write_detail(_encoder):
        raise SerializationError("no")

    encoder = Encoder()
    with pytest.raises(SerializationError):
        write_fault(encoder, internal_service_fault(), None, write_detail)
    assert write_fault(encoder, internal_service_fault(), None)


def test_a_reason_that_cannot_be_written_leaves_the_encoder_free():
    encoder = Encoder()
    with pytest.raises(SerializationError):
        write_fault(encoder, Fault(action="urn:f", code=SENDER, reason="\ud800"), None)
    assert write_fault(encoder, internal_service_fault(), None)


def test_a_fault_in_the_middle_of_a_message_is_a_mistake_that_is_told():
    encoder = Encoder()
    encoder.begin()
    with pytest.raises(LocalProtocolError):
        write_fault(encoder, internal_service_fault(), None)


def test_a_fault_adds_nothing_to_the_string_table():
    encoder = Encoder()
    fault = Fault(
        action="urn:remote",
        code=MUST_UNDERSTAND,
        subcodes=(("urn:remote:codes", "A"),),
        reason="because",
        not_understood=(("urn:remote:names", "Odd"),),
    )
    octets = write_fault(encoder, fault, "urn:remote:message")
    assert octets[0] == 0
    decoder = Decoder()
    decoder.decode(octets)
    assert decoder.strings == ()


def test_headers_that_were_not_understood_are_named_as_qualified_names():
    _, tokens = round_trip(headers_not_understood([("urn:x", "Odd"), ("", "Even")]))
    blocks = [
        token
        for token in tokens
        if isinstance(token, StartElement) and token.name == (SOAP, "NotUnderstood")
    ]
    named = [block.attributes[0] for block in blocks]
    assert [item.name for item in named] == [("", "qname")] * 2
    prefix, _, local_name = named[0].value.partition(":")
    assert (blocks[0].namespaces[prefix], local_name) == ("urn:x", "Odd")
    assert named[1].value == "Even"


NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9]{0,8}", fullmatch=True)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)
CODES = st.tuples(st.sampled_from([SOAP, ADDRESSING, DISPATCHER, "urn:x"]), NAMES)


@given(
    st.builds(
        Fault,
        action=st.from_regex(r"urn:[a-z]{1,300}", fullmatch=True),
        code=st.sampled_from([SENDER, RECEIVER, MUST_UNDERSTAND, VERSION_MISMATCH]),
        subcodes=st.lists(CODES, max_size=4).map(tuple),
        reason=TEXTS,
        language=st.sampled_from(["", "en", "de-CH"]),
    ),
    st.none() | TEXTS.filter(bool) | st.just(IDENTIFIER),
)
def test_what_is_written_is_read(fault, relates_to):
    assert round_trip(fault, relates_to)[0] == fault


def fault_document(*parts):
    encoder = Encoder()
    out = begin_callback(encoder, "urn:f")
    out += encoder.octets[Fragment(start("s", "Fault"), *parts, END)]
    return Decoder().decode(end_message(encoder, out))


def read_parts(*parts):
    tokens = fault_document(*parts)
    return read_fault(tokens, read_message(tokens))


def value(content, *declarations):
    return (start("s", "Value"), *declarations, text(content), END)


def test_a_code_may_be_one_record_with_a_prefix_and_a_name():
    tokens = fault_document(start("s", "Code"), *value(QName("s", "Sender")), END)
    assert read_fault(tokens, read_message(tokens)).code == SENDER


def test_prefixes_of_codes_are_resolved_where_they_stand():
    fault = read_parts(
        start("s", "Code"),
        *value("p:Sender", declare("p", SOAP)),
        start("s", "Subcode"),
        *value(" q:Own ", declare("q", "urn:q")),
        start("s", "Subcode"),
        *value("Bare", declare("", "urn:default")),
        END,
        END,
        END,
    )
    assert fault.code == SENDER
    assert fault.subcodes == (("urn:q", "Own"), ("urn:default", "Bare"))


def test_a_prefix_that_is_not_declared_means_no_namespace():
    assert read_parts(start("s", "Code"), *value("p:Sender"), END).code == ("", "Sender")


def test_parts_that_are_missing_or_unknown_are_no_error():
    fault = read_parts(
        start("s", "Node"), text("urn:n"), END, start("s", "Code"), start("s", "Odd"), END, END
    )
    assert (fault.code, fault.subcodes, fault.reason, fault.detail) == (RECEIVER, (), "", None)
    assert read_parts(start("s", "Reason"), END).reason == ""
    assert read_parts(start("s", "Reason"), start("s", "Odd"), END, END).reason == ""
    assert read_parts(start("s", "Detail"), END).detail is None


def test_the_first_of_several_texts_counts():
    fault = read_parts(
        start("s", "Reason"),
        start("s", "Text"),
        attribute("s", "odd", "x"),
        attribute("xml", "lang", "de"),
        text("weil"),
        END,
        start("s", "Text"),
        attribute("xml", "lang", "en"),
        text("because"),
        END,
        END,
    )
    assert (fault.reason, fault.language) == ("weil", "de")


def test_a_message_without_a_fault_has_none_to_read():
    encoder = Encoder()
    tokens = Decoder().decode(end_message(encoder, begin_callback(encoder, "urn:c")))
    with pytest.raises(EnvelopeError, match="urn:c holds no fault"):
        read_fault(tokens, read_message(tokens))


def test_text_that_is_none_is_refused():
    tokens = fault_document(
        start("s", "Code"), start("s", "Value"), start("s", "Odd"), END, END, END
    )
    with pytest.raises(EnvelopeError, match="where text is due"):
        read_fault(tokens, read_message(tokens))


def test_a_language_is_an_attribute_of_xml():
    _, tokens = round_trip(Fault(action="urn:f", code=SENDER, reason="because", language="en"))
    (reason,) = [
        token for token in tokens if isinstance(token, StartElement) and token.local_name == "Text"
    ]
    assert reason.attributes == (Attribute("xml", "lang", XML, "en"),)
