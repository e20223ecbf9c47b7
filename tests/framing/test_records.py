import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipam_progress.errors import FramingError, LocalProtocolError
from ipam_progress.framing import faults, parse_record
from ipam_progress.framing.records import (
    RECORD_CLASSES,
    EndRecord,
    ExtensibleEncodingRecord,
    FaultRecord,
    KnownEncoding,
    KnownEncodingRecord,
    Limits,
    Mode,
    ModeRecord,
    PreambleAckRecord,
    PreambleEndRecord,
    RecordType,
    SizedEnvelopeRecord,
    UnsizedEnvelopeRecord,
    UpgradeRequestRecord,
    UpgradeResponseRecord,
    VersionRecord,
    ViaRecord,
    record_end,
)
from ipam_progress.framing.sizes import encode_size

EXAMPLES = [
    (VersionRecord(1, 0), "000100"),
    (ModeRecord(Mode.DUPLEX), "0102"),
    (ModeRecord(9), "0109"),
    (ViaRecord("net.tcp://h/"), "020c6e65742e7463703a2f2f682f"),
    (KnownEncodingRecord(KnownEncoding.BINARY_SESSION), "0308"),
    (KnownEncodingRecord(0x0C), "030c"),
    (ExtensibleEncodingRecord("text/xml"), "0408746578742f786d6c"),
    (UnsizedEnvelopeRecord((b"ab", b"c")), "050261620163" + "00"),
    (UnsizedEnvelopeRecord(()), "0500"),
    (SizedEnvelopeRecord(b"abc"), "0603616263"),
    (EndRecord(), "07"),
    (FaultRecord("é"), "0802c3a9"),
    (UpgradeRequestRecord("application/ssl-tls"), "0913" + b"application/ssl-tls".hex()),
    (UpgradeResponseRecord(), "0a"),
    (PreambleAckRecord(), "0b"),
    (PreambleEndRecord(), "0c"),
]

octet = st.integers(0, 255)
text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)
payload = st.binary(min_size=1, max_size=300)
records = st.one_of(
    st.builds(VersionRecord, octet, octet),
    st.builds(ModeRecord, octet),
    st.builds(ViaRecord, text),
    st.builds(KnownEncodingRecord, octet),
    st.builds(ExtensibleEncodingRecord, text),
    st.builds(UnsizedEnvelopeRecord, st.lists(payload, max_size=4).map(tuple)),
    st.builds(SizedEnvelopeRecord, payload),
    st.builds(FaultRecord, text),
    st.builds(UpgradeRequestRecord, text),
    st.sampled_from(
        [EndRecord(), UpgradeResponseRecord(), PreambleAckRecord(), PreambleEndRecord()]
    ),
)


@pytest.mark.parametrize(("record", "octets"), EXAMPLES, ids=lambda value: str(value)[:40])
def test_each_record_reads_and_writes(record, octets):
    octets = bytes.fromhex(octets)
    assert record.serialize() == octets
    assert type(record).parse(octets) == record
    assert octets[0] == record.record_type
    assert parse_record(b"\xff" + octets + b"\x06", 1) == (record, 1 + len(octets))


def test_every_type_has_its_class():
    assert sorted(RECORD_CLASSES) == list(range(0x0D))
    assert {type(record).record_type for record, _ in EXAMPLES} == set(RecordType)
    assert RecordType.SIZED_ENVELOPE.title == "SizedEnvelope"


def test_known_octets_become_names():
    assert ModeRecord.parse(b"\x01\x02").mode is Mode.DUPLEX
    assert KnownEncodingRecord.parse(b"\x03\x07").encoding is KnownEncoding.BINARY


def test_records_are_values():
    with pytest.raises(dataclasses.FrozenInstanceError):
        EXAMPLES[0][0].major = 2
    assert not hasattr(EndRecord(), "__dict__")
    assert UnsizedEnvelopeRecord((b"ab", b"c")).payload == b"abc"


def test_the_examples_of_the_specification(vectors):
    names = []
    for vector in vectors("mc-nmf")["vectors"]:
        octets = bytes.fromhex(vector["hex"])
        read = []
        position = 0
        while position < len(octets):
            record, position = parse_record(octets, position)
            read.append(record)
        assert b"".join(record.serialize() for record in read) == octets
        assert len(octets) == vector["length"]
        names.append([record.record_type.title for record in read])
        if vector["section"] == "4.1.1":
            assert read == [
                VersionRecord(1, 0),
                ModeRecord(Mode.DUPLEX),
                ViaRecord(vector["decoded"]["via"]),
                KnownEncodingRecord(KnownEncoding.BINARY_SESSION),
            ]
        if "payload_size" in vector["decoded"]:
            assert len(read[0].payload) == vector["decoded"]["payload_size"]
    assert names == [
        ["Version", "Mode", "Via", "KnownEncoding"],
        ["PreambleEnd"],
        ["PreambleAck"],
        ["SizedEnvelope"],
        ["SizedEnvelope"],
        ["End"],
        ["End"],
    ]


def test_the_records_derived_from_the_layouts(vectors):
    derived = {v["section"]: v for v in vectors("mc-nmf")["derived"]}
    fault, _ = parse_record(bytes.fromhex(derived["2.2.5"]["hex"]))
    assert fault == FaultRecord(faults.UNSUPPORTED_MODE)
    assert fault.uri == derived["2.2.5"]["decoded"]
    request, _ = parse_record(bytes.fromhex(derived["2.2.3.5"]["hex"]))
    assert request == UpgradeRequestRecord(derived["2.2.3.5"]["decoded"])
    assert parse_record(bytes.fromhex(derived["2.2.3.6"]["hex"])) == (UpgradeResponseRecord(), 1)


def test_the_tcp_binding_prints_no_octets(vectors):
    assert vectors("ms-nmftb")["vectors"] == []


@given(records)
def test_round_trip(record):
    octets = record.serialize()
    assert type(record).parse(octets) == record
    assert parse_record(octets + b"\x00") == (record, len(octets))
    for cut in range(1, len(octets)):
        assert parse_record(octets[:cut]) is None
        assert cut < record_end(octets[:cut], 0, Limits()) <= len(octets)


@given(st.sampled_from(list(RECORD_CLASSES.values())), st.binary(max_size=12))
def test_any_octets_give_that_record_or_the_declared_error(record_class, octets):
    try:
        record = record_class.parse(octets)
    except FramingError:
        return
    assert record_class.parse(record.serialize()) == record


@given(st.binary(min_size=1, max_size=40))
def test_any_stream_gives_a_record_or_the_declared_error(octets):
    try:
        parsed = parse_record(octets)
    except FramingError:
        return
    assert parsed is None or parsed[1] <= len(octets)


@pytest.mark.parametrize(
    "octets", ["", "0001", "00010000", "010100", "01", "0700", "07 07", "0b", "0206616263", "0c"]
)
@pytest.mark.parametrize("record_class", [VersionRecord, ModeRecord, ViaRecord, EndRecord])
def test_octets_that_are_not_exactly_the_record(record_class, octets):
    with pytest.raises(FramingError, match=record_class.record_type.title):
        record_class.parse(bytes.fromhex(octets))


@pytest.mark.parametrize(
    "octets", ["", "05", "0501", "050161", "050261610000", "05016100ff", "0600"]
)
def test_octets_that_are_not_exactly_an_unsized_envelope(octets):
    with pytest.raises(FramingError, match="UnsizedEnvelope"):
        UnsizedEnvelopeRecord.parse(bytes.fromhex(octets))


@pytest.mark.parametrize("octets", ["0201ff", "0402c328", "0803eda080", "0901c0"])
def test_text_that_is_no_utf8(octets):
    with pytest.raises(FramingError, match="no UTF-8"):
        parse_record(bytes.fromhex(octets))


@pytest.mark.parametrize("record_type", [0x02, 0x04, 0x06, 0x08, 0x09])
@pytest.mark.parametrize("size", ["00", "8000"])
def test_a_size_of_zero(record_type, size):
    octets = bytes((record_type,)) + bytes.fromhex(size)
    with pytest.raises(FramingError, match="size 0") as caught:
        parse_record(octets)
    assert caught.value.fault is None
    with pytest.raises(FramingError, match="size 0"):
        RECORD_CLASSES[record_type].parse(octets)


@pytest.mark.parametrize("octet", [0x0D, 0x16, 0x47, 0x80, 0xFF])
def test_a_type_that_no_record_has(octet):
    with pytest.raises(FramingError, match=f"0x{octet:02X}"):
        parse_record(bytes((octet, 0, 0)))


LIMITED = [
    (0x02, 2048, None),
    (0x04, 256, None),
    (0x05, 4 * 1024 * 1024, faults.MAX_MESSAGE_SIZE_EXCEEDED),
    (0x06, 4 * 1024 * 1024, faults.MAX_MESSAGE_SIZE_EXCEEDED),
    (0x08, 256, None),
    (0x09, 256, None),
]


@pytest.mark.parametrize(("record_type", "limit", "fault"), LIMITED)
@pytest.mark.parametrize("over", [1, 0x7FFFFFFF])
def test_a_size_over_the_limit_is_judged_by_its_own_octets(record_type, limit, fault, over):
    start = bytes((record_type,))
    at_limit = start + encode_size(limit)
    assert record_end(at_limit, 0, Limits()) >= len(at_limit) + limit
    assert parse_record(at_limit) is None
    with pytest.raises(FramingError, match=f"over the limit of {limit}") as caught:
        record_end(start + encode_size(min(limit + over, 0x7FFFFFFF)), 0, Limits())
    assert caught.value.fault == fault


def test_a_size_over_31_bits_has_no_fault():
    with pytest.raises(FramingError, match="larger") as caught:
        parse_record(bytes.fromhex("06ffffffff0f"))
    assert caught.value.fault is None


def test_the_chunks_of_an_unsized_envelope_count_together():
    limits = Limits(envelope=10)
    record = UnsizedEnvelopeRecord((b"12345", b"67890"))
    assert parse_record(record.serialize(), 0, limits) == (record, 14)
    with pytest.raises(FramingError, match="over the limit of 10"):
        parse_record(UnsizedEnvelopeRecord((b"12345", b"678901")).serialize(), 0, limits)


@pytest.mark.parametrize(
    "record",
    [
        VersionRecord(256, 0),
        VersionRecord(1, -1),
        ModeRecord(0x100),
        KnownEncodingRecord(-1),
        ViaRecord(""),
        ViaRecord("\ud800"),
        ExtensibleEncodingRecord(""),
        UpgradeRequestRecord(""),
        FaultRecord(""),
        SizedEnvelopeRecord(b""),
        UnsizedEnvelopeRecord((b"a", b"")),
    ],
    ids=repr,
)
def test_what_does_not_fit_a_record_is_not_written(record):
    with pytest.raises(LocalProtocolError, match=record.record_type.title):
        record.serialize()


def test_the_faults():
    assert len(faults.ALL) == 15
    assert all(uri.startswith(faults.BASE) for uri in faults.ALL)
    assert faults.short_name(faults.MAX_MESSAGE_SIZE_EXCEEDED) == "MaxMessageSizeExceededFault"
    assert faults.short_name("urn:other") == "urn:other"
