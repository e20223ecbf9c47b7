"""A conversation as JSON, one object a line, for programs; ``docs/inspector.md`` has the keys."""

import json
from collections.abc import Mapping
from dataclasses import fields
from enum import IntEnum
from typing import Any, TextIO

from ipam_progress.binaryxml import UniqueId, to_text
from ipam_progress.framing.records import Record
from ipam_progress.inspection import (
    ConnectionFound,
    ConnectionsIgnored,
    DamageFound,
    EnvelopeRead,
    Event,
    HandshakeEnded,
    HandshakeMessageRead,
    Item,
    OctetsSkipped,
    ProtectedMessageRead,
    RecordRead,
    SourceDamaged,
    StreamEnded,
)
from ipam_progress.soap import QualifiedName

__all__ = ["JsonRendering"]


class JsonRendering:
    """Writes an object for each item as it comes."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def show(self, item: Item) -> None:
        """Write an item."""
        # plain ASCII: a terminal is not harmed, and no encoding is needed
        self._stream.write(json.dumps(_object(item)) + "\n")
        self._stream.flush()

    def finish(self) -> None:
        """Do nothing: all has been written."""


def _object(item: Item) -> Mapping[str, Any]:
    match item:
        case ConnectionFound():
            return {
                "kind": "connection",
                "connection": item.connection,
                "time": item.time,
                "client": item.client,
                "server": item.server,
                "note": item.note,
            }
        case ConnectionsIgnored():
            return {"kind": "ignored", "count": item.count, "servers": dict(item.servers)}
        case SourceDamaged():
            return {"kind": "source_damage", "reason": item.reason}
    kind, content = _content(item)
    return {
        "kind": kind,
        "connection": item.connection,
        "time": item.time,
        "from": item.side.value,
        "offset": item.offset,
        **content,
    }


def _content(event: Event) -> tuple[str, Mapping[str, Any]]:
    match event:
        case RecordRead(record=record):
            return "record", {"record": record.record_type.title, "fields": _fields(record)}
        case EnvelopeRead():
            return "envelope", _envelope(event)
        case HandshakeMessageRead():
            return "handshake", {"message": event.name, "content": event.content}
        case HandshakeEnded():
            return "protection", {
                "mechanism": event.mechanism,
                "account": event.account,
                "protection": event.protection,
                "opened": event.is_opened,
                "reason": event.reason,
            }
        case ProtectedMessageRead():
            return "protected", {"message": event.name, "size": event.size}
        case DamageFound():
            return "damage", {"reason": event.reason}
        case OctetsSkipped():
            return "skipped", {"size": event.size, "reason": event.reason}
        case StreamEnded():
            return "end", {"how": event.how}


def _fields(record: Record) -> dict[str, Any]:
    """Give the fields of a record; known numbers by their names."""
    values = (
        (field.name, getattr(record, field.name))
        for field in fields(record)  # type: ignore[arg-type]  # every record is a dataclass
    )
    return {name: value.name if isinstance(value, IntEnum) else value for name, value in values}


def _envelope(event: EnvelopeRead) -> Mapping[str, Any]:
    message, fault = event.message, event.fault
    return {
        "record": event.record_type.title,
        "size": event.size,
        "missing": event.missing,
        "action": None if message is None else message.action,
        "message_id": None if message is None else _id(message.message_id),
        "relates_to": None if message is None else _id(message.relates_to),
        "to": None if message is None else message.to,
        "body": _name(event.body),
        "fault": None
        if fault is None
        else {
            "code": _name(fault.code),
            "subcodes": [_name(code) for code in fault.subcodes],
            "reason": fault.reason,
            "detail": _name(event.fault_detail),
        },
        "strings": list(event.strings),
        "table_before": event.table_before,
        "table_after": event.table_after,
        "problem": event.problem,
        "xml": to_text(event.tokens),
    }


def _id(value: UniqueId | str | None) -> str | None:
    return None if value is None else str(value)


def _name(name: QualifiedName | None) -> str | None:
    """Write a name as James Clark does: ``{namespace}name``."""
    return None if name is None else f"{{{name[0]}}}{name[1]}"
