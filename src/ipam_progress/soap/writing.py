"""Writing an envelope as WCF does: which headers each kind of message has, in which order.

WS-Addressing 1.0 section 3; SOAP 1.2 Part 1 section 5. Each function starts a message with an
encoder and leaves it where the content of the body is due; `end_message` closes it. What a kind of
message has before its body hangs on its Action alone, but for one identifier, so it is a fragment
made once for each Action. Actions here are those of a contract: they are few, and never a peer's.
Knows no contract and no records.
"""

from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import Final

from ipam_progress.binaryxml import (
    END,
    Encoder,
    Fragment,
    Part,
    UniqueId,
    append_string,
    append_unique_id,
    attribute,
    declare,
    dictionary_text,
    start,
    text,
)
from ipam_progress.binaryxml.fragments import StringTable
from ipam_progress.namespaces import ADDRESSING, ANONYMOUS, SOAP
from ipam_progress.soap.faults import Fault
from ipam_progress.soap.message import QualifiedName

__all__ = [
    "begin_callback",
    "begin_one_way",
    "begin_reply",
    "begin_request",
    "end_message",
    "write_fault",
]

_MUST_UNDERSTAND: Final = attribute("s", "mustUnderstand", "1")
_ENVELOPE: Final = (
    start("s", "Envelope"),
    declare("s", SOAP),
    declare("a", ADDRESSING),
    start("s", "Header"),
)
_TO_ANONYMOUS: Final = (start("a", "To"), _MUST_UNDERSTAND, dictionary_text(ANONYMOUS), END)
_BODY: Final = (END, start("s", "Body"))  # the first ends Header
_MESSAGE_END: Final = Fragment(END, END)  # Body and Envelope

_REPLY_ADDRESS: Final = Fragment(*_TO_ANONYMOUS, *_BODY)
_DETAIL: Final = Fragment(start("s", "Detail"))
_DETAIL_END: Final = Fragment(END)
_FAULT_END: Final = Fragment(END, END, END)  # Fault, Body and Envelope

_PREFIXES: Final = {SOAP: "s", ADDRESSING: "a"}


def begin_request(encoder: Encoder, action: str, message_id: UniqueId, to: str) -> bytearray:
    """Begin a request that is to be answered: Action, MessageID, ReplyTo, To.

    Args:
        encoder: Of the session that the message goes out in.
        action: Action of an operation.
        message_id: What the answer repeats as its RelatesTo.
        to: The address of the service.

    Returns:
        The buffer, for the body to be appended to.
    """
    octets = encoder.octets
    out = encoder.begin()
    out += octets[_request_header(action)]
    append_unique_id(out, message_id)
    out += octets[_request_address(to)]
    return out


def begin_one_way(encoder: Encoder, action: str, to: str | None = None) -> bytearray:
    """Begin a message that nobody answers: Action, and To if there is one. See `begin_request`."""
    octets = encoder.octets
    out = encoder.begin()
    out += octets[_one_way_header(action)]
    out += octets[_one_way_address(to)]
    return out


def begin_callback(encoder: Encoder, action: str) -> bytearray:
    """Begin a one-way message from the service to its client: Action, To. See `begin_request`."""
    out = encoder.begin()
    out += encoder.octets[_callback_header(action)]
    return out


def begin_reply(encoder: Encoder, action: str, relates_to: UniqueId | str) -> bytearray:
    """Begin an answer: Action, RelatesTo, To. See `begin_request`.

    Args:
        encoder: Of the session that the message goes out in.
        action: Action of an operation's reply.
        relates_to: The request's MessageID, exactly as it was sent.
    """
    octets = encoder.octets
    out = encoder.begin()
    out += octets[_reply_header(action)]
    if isinstance(relates_to, UniqueId):
        append_unique_id(out, relates_to)
    else:
        append_string(out, relates_to)
    out += octets[_REPLY_ADDRESS]
    return out


def end_message(encoder: Encoder, out: bytearray) -> bytes:
    """End body and envelope behind the content of the body; give the message."""
    out += encoder.octets[_MESSAGE_END]
    return encoder.finish()


def write_fault(
    encoder: Encoder,
    fault: Fault,
    relates_to: UniqueId | str | None,
    write_detail: Callable[[Encoder], None] | None = None,
) -> bytes:
    """Write an answer that is a fault: Action, NotUnderstood, RelatesTo, To, and the fault.

    All of it but the detail is written in full, past the string table, as WCF does it: a fault
    comes too seldom for the table, and what it quotes may be the peer's.

    Args:
        encoder: Of the session that the message goes out in.
        fault: What to write.
        relates_to: The request's MessageID, exactly as it was sent; None where it had none.
        write_detail: Writes the content of Detail where the encoder stands; None for a fault
            without one.

    Raises:
        SerializationError: If a text cannot be written, or the detail. The message is abandoned.
    """
    out = encoder.begin()
    try:
        out += Fragment(*_fault_parts(fault, relates_to)).render(StringTable(0))
        if write_detail is not None:
            out += encoder.octets[_DETAIL]
            write_detail(encoder)
            out += encoder.octets[_DETAIL_END]
    except BaseException:
        encoder.abandon()
        raise
    out += encoder.octets[_FAULT_END]
    return encoder.finish()


def _fault_parts(fault: Fault, relates_to: UniqueId | str | None) -> Iterator[Part]:
    yield from (*_ENVELOPE, start("a", "Action"), _MUST_UNDERSTAND, text(fault.action), END)
    for namespace, local_name in fault.not_understood:
        yield start("s", "NotUnderstood")
        yield attribute("", "qname", f"n:{local_name}" if namespace else local_name)
        if namespace:
            yield declare("n", namespace)
        yield END
    if relates_to is not None:
        yield from (start("a", "RelatesTo"), text(relates_to), END)
    yield from (*_TO_ANONYMOUS, *_BODY, start("s", "Fault"), start("s", "Code"))
    yield from _code_parts(fault.code)
    for subcode in fault.subcodes:
        yield start("s", "Subcode")
        yield from _code_parts(subcode)
    yield from [END] * len(fault.subcodes)
    yield from (END, start("s", "Reason"), start("s", "Text"))
    yield from (attribute("xml", "lang", fault.language), text(fault.reason), END, END)


def _code_parts(code: QualifiedName) -> Iterator[Part]:
    """Give Value with a qualified name: three texts, as WCF writes one that is no constant."""
    namespace, local_name = code
    yield start("s", "Value")
    prefix = _PREFIXES.get(namespace)
    if prefix is None:
        prefix = "a"  # WCF's choice; nothing in here is of the namespace it stands for outside
        yield declare(prefix, namespace)
    yield from (text(prefix), text(":"), text(local_name), END)


def _action(action: str) -> tuple[Part, ...]:
    return (*_ENVELOPE, start("a", "Action"), _MUST_UNDERSTAND, dictionary_text(action), END)


@cache
def _callback_header(action: str) -> Fragment:
    return Fragment(*_action(action), *_TO_ANONYMOUS, *_BODY)


@cache
def _reply_header(action: str) -> Fragment:
    return Fragment(*_action(action), start("a", "RelatesTo"))


@cache
def _request_header(action: str) -> Fragment:
    return Fragment(*_action(action), start("a", "MessageID"))


@cache
def _one_way_header(action: str) -> Fragment:
    return Fragment(*_action(action))


# A client talks to few addresses, yet to any number in the long run
@lru_cache(maxsize=256)
def _request_address(to: str) -> Fragment:
    return Fragment(
        start("a", "ReplyTo"),
        start("a", "Address"),
        dictionary_text(ANONYMOUS),
        END,
        END,
        *_to(to),
        *_BODY,
    )


@lru_cache(maxsize=256)
def _one_way_address(to: str | None) -> Fragment:
    return Fragment(*(() if to is None else _to(to)), *_BODY)


def _to(to: str) -> tuple[Part, ...]:
    return (start("a", "To"), _MUST_UNDERSTAND, dictionary_text(to), END)
