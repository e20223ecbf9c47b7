"""The sizes of records: whole numbers in one to five octets, [MC-NMF] 2.2.2.

Limits are not checked here, except the one of the form itself.
"""

from typing import Final

from ipam_progress.errors import FramingError, LocalProtocolError

__all__ = ["MAX_SIZE", "decode_size", "encode_size", "envelope_header"]

MAX_SIZE: Final = 0x7FFFFFFF
"""The largest size of a record. The text of 2.2.2 goes to 0xFFFFFFFF; its grammar and WCF stop
here."""


def decode_size(data: bytes | bytearray, position: int = 0) -> tuple[int, int] | None:
    """Read the size at `position`, [MC-NMF] 2.2.2.

    Seven bits an octet, the least significant group first; the top bit says that more follow.
    Over-long forms (``80 00``) are read, as WCF reads them; only the fifth octet is bound to what
    still fits 31 bits.

    Returns:
        The size and the position after it, or None if `data` ends within it.

    Raises:
        FramingError: If the size is over `MAX_SIZE`. WCF sends no fault.
    """
    value = 0
    octets = data[position : position + 5]
    for index, octet in enumerate(octets):
        if index == 4 and octet > 0x07:
            raise FramingError(f"the size {octets.hex(' ')} is larger than 0x{MAX_SIZE:X}")
        value |= (octet & 0x7F) << (7 * index)
        if octet < 0x80:
            return value, position + index + 1
    return None


def encode_size(value: int) -> bytes:
    """Write a size in its shortest form, [MC-NMF] 2.2.2.

    Raises:
        LocalProtocolError: If `value` is negative or over `MAX_SIZE`.
    """
    if not 0 <= value <= MAX_SIZE:
        raise LocalProtocolError(f"{value} is no size of a record: it must be 0 to {MAX_SIZE}")
    octets = bytearray()
    while value > 0x7F:
        octets.append(value & 0x7F | 0x80)
        value >>= 7
    octets.append(value)
    return bytes(octets)


def envelope_header(length: int) -> bytes:
    """Give the octets that stand before an envelope of `length` octets, [MC-NMF] 2.2.4.1.

    This is on the way of every message that is sent, so that many can be joined into one write.

    Raises:
        LocalProtocolError: If `length` is 0 or over `MAX_SIZE`.
    """
    if 0x7F < length < 0x4000:
        return bytes((0x06, length & 0x7F | 0x80, length >> 7))
    if length == 0:
        raise LocalProtocolError("an envelope must not be empty")
    return b"\x06" + encode_size(length)
