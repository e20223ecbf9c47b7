import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ipam_progress.errors import FramingError, LocalProtocolError
from ipam_progress.framing.sizes import MAX_SIZE, decode_size, encode_size, envelope_header


def test_the_sizes_of_the_specification(vectors):
    sizes = [v for v in vectors("mc-nmf")["derived"] if v["section"] == "2.2.2"]
    assert len(sizes) == 11
    for vector in sizes:
        octets = bytes.fromhex(vector["hex"])
        if vector["grammar_ok"]:
            assert decode_size(octets) == (vector["decoded"], len(octets))
            assert encode_size(vector["decoded"]) == octets
        else:
            with pytest.raises(FramingError, match="larger than 0x7FFFFFFF") as caught:
                decode_size(octets)
            assert caught.value.fault is None


@given(st.integers(0, MAX_SIZE))
@example(0)
@example(MAX_SIZE)
def test_round_trip(value):
    octets = encode_size(value)
    assert decode_size(b"\xff" + octets + b"\x00", 1) == (value, 1 + len(octets))
    assert all(decode_size(octets[:cut]) is None for cut in range(len(octets)))


@pytest.mark.parametrize(
    ("octets", "value"),
    [("8000", 0), ("8100", 1), ("ff808000", 127), ("8180808000", 1), ("8080808007", 7 << 28)],
)
def test_over_long_forms_are_read_as_wcf_reads_them(octets, value):
    octets = bytes.fromhex(octets)
    assert decode_size(octets) == (value, len(octets))


@pytest.mark.parametrize("fifth", [0x08, 0x0F, 0x10, 0x7F, 0x80, 0x87, 0xFF])
def test_the_fifth_octet_has_three_bits(fifth):
    with pytest.raises(FramingError, match="larger"):
        decode_size(b"\x80\x80\x80\x80" + bytes((fifth,)))


@pytest.mark.parametrize("value", [-1, MAX_SIZE + 1, 0xFFFFFFFF])
def test_what_is_no_size_is_not_written(value):
    with pytest.raises(LocalProtocolError, match="no size of a record"):
        encode_size(value)


@given(st.integers(1, MAX_SIZE))
@example(0x7F)
@example(0x80)
@example(0x3FFF)
@example(0x4000)
def test_the_header_of_an_envelope(length):
    assert envelope_header(length) == b"\x06" + encode_size(length)


@pytest.mark.parametrize("length", [-1, 0, MAX_SIZE + 1])
def test_the_header_of_no_envelope(length):
    with pytest.raises(LocalProtocolError):
        envelope_header(length)


@given(st.binary(max_size=8), st.integers(0, 8))
def test_any_octets_give_a_size_or_the_declared_error(octets, position):
    try:
        decoded = decode_size(octets, position)
    except FramingError:
        return
    if decoded is not None:
        value, end = decoded
        assert 0 <= value <= MAX_SIZE
        assert position < end <= len(octets)
