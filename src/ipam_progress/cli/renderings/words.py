"""What all renderings of a conversation say in the same words: a line for each thing that happens.

Every text here is fit to be printed, whatever a peer has sent. Knows no terminal and no contract:
of the body of a message the names and values are shown as they stand there.
"""

from collections.abc import Iterator
from dataclasses import fields
from enum import IntEnum
from itertools import islice
from typing import Final

from ipam_progress.binaryxml import Comment, EndElement, StartElement, text_of
from ipam_progress.cli.text import printable
from ipam_progress.framing.records import Record
from ipam_progress.inspection import (
    DamageFound,
    EnvelopeRead,
    Event,
    HandshakeEnded,
    HandshakeMessageRead,
    OctetsSkipped,
    ProtectedMessageRead,
    RecordRead,
    StreamEnded,
)
from ipam_progress.soap import Fault, shorten

__all__ = ["body_words", "event_words", "fault_words", "short_action"]

_LONGEST_VALUE: Final = 60
_LONGEST_BODY: Final = 160
_MOST_VALUES: Final = 64

_FIRST: Final = (
    "SubTaskInstanceId",
    "SubTaskName",
    "status",
    "percentComplete",
    "SubTaskStatus",
)
"""The values of a message that come first because a line may not have room for all."""


def event_words(event: Event) -> str:
    """Tell an event in a line."""
    match event:
        case RecordRead(record=record):
            return _record_words(record)
        case EnvelopeRead():
            return _envelope_words(event)
        case HandshakeMessageRead():
            return f"{event.name} {printable(event.content)}".rstrip()
        case HandshakeEnded():
            return _protection_words(event)
        case ProtectedMessageRead():
            return f"{event.name}, {event.size} octets"
        case DamageFound():
            return f"damaged at octet {event.offset}: {printable(event.reason)}"
        case OctetsSkipped():
            return f"{event.size} octets not read: {printable(event.reason)}"
        case StreamEnded():
            return printable(event.how)


def _record_words(record: Record) -> str:
    """Give a record's name and its fields, the names of known numbers beside them."""
    shown = record.record_type.title
    for field in fields(record):  # type: ignore[arg-type]  # every record is a dataclass
        value = getattr(record, field.name)
        if isinstance(value, IntEnum):
            value = f"{int(value)} ({value.name})"
        shown += f" {field.name}={printable(str(value))}"
    return shown


def _protection_words(event: HandshakeEnded) -> str:
    parts = [f"{event.mechanism} {event.protection}".strip(), event.account]
    said = ", ".join(["handshake over", *filter(None, parts)])
    if event.reason:
        said += f"; {'opened' if event.is_opened else 'not opened'}: {event.reason}"
    return printable(said)


def _envelope_words(event: EnvelopeRead) -> str:
    if event.fault is not None:
        said = fault_words(event, event.fault)
    elif event.message is None:
        said = event.record_type.title
        if event.problem:
            said += f": {printable(event.problem)}"
    else:
        said = f"{short_action(event)} {body_words(event)}".rstrip()
    size = f"{event.size} octets"
    if event.missing:
        size += f", {event.missing} missing"
    if event.strings:
        size += f", strings {event.table_before}+{len(event.strings)}"
    return f"{said}  [{size}]"


def short_action(event: EnvelopeRead) -> str:
    """Give the last part of a message's Action; the whole where it has no parts."""
    action = "" if event.message is None else event.message.action
    return printable(shorten(action.rpartition("/")[2] or action or "no Action"))


def fault_words(event: EnvelopeRead, fault: Fault) -> str:
    """Tell a SOAP fault: its codes, its reason and the type of its detail."""
    codes = "/".join(name for _, name in (fault.code, *fault.subcodes))
    said = f"Fault {codes}: {shorten(fault.reason)}"
    if event.fault_detail is not None:
        said += f" (detail {event.fault_detail[1]})"
    return printable(said)


def body_words(event: EnvelopeRead) -> str:
    """Give the values in a message's body with the names of their elements, as many as fit."""
    said: list[str] = []
    length = 0
    values = sorted(islice(_values(event), _MOST_VALUES), key=_importance)
    for name, value in values:
        said.append(f"{name}={printable(shorten(value, _LONGEST_VALUE))}")
        length += len(said[-1]) + 1
        if length > _LONGEST_BODY:
            said[-1] = "..."
            break
    return " ".join(said)


def _values(event: EnvelopeRead) -> Iterator[tuple[str, str]]:
    """Give the texts in a message's body with the names of their elements, in their order."""
    if event.message is None or event.message.body is None:
        return
    name = ""
    for token in islice(event.tokens, event.message.body, None):
        if isinstance(token, StartElement):
            name = printable(token.local_name)
        elif not isinstance(token, EndElement | Comment):
            yield name, text_of(token)


def _importance(value: tuple[str, str]) -> int:
    return _FIRST.index(value[0]) if value[0] in _FIRST else len(_FIRST)
