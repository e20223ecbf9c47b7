"""A conversation as a sequence diagram in Mermaid's language, which GitHub and others draw.

Records that one side sends after another, and the messages of a handshake, share an arrow; every
SOAP message has its own. Faults are crossed arrows, damage is a note.
"""

import re
from typing import Final, TextIO

from ipam_progress.cli.renderings.words import event_words, fault_words, short_action
from ipam_progress.cli.text import printable
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
    Side,
    SourceDamaged,
    StreamEnded,
)
from ipam_progress.soap import Fault, shorten

__all__ = ["DiagramRendering"]

_BREAK: Final = "<br/>"

_SPECIAL: Final = re.compile(r"[#;<>{}]")
"""Characters that Mermaid takes for something else; it has entities for them."""


class DiagramRendering:
    """Writes the diagram line by line."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._has_begun = False
        self._records: list[str] = []  # what waits to share an arrow
        self._sender: tuple[int, Side] = (0, Side.CLIENT)

    def show(self, item: Item) -> None:
        """Draw an item."""
        match item:
            case ConnectionFound():
                self._end_arrow()
                for letter, role, address in (
                    ("C", "client", item.client),
                    ("S", "server", item.server),
                ):
                    name = f"{role} {item.connection}" + (
                        f"{_BREAK}{_safe(address)}" * bool(address)
                    )
                    self._write(f"participant {letter}{item.connection} as {name}")
            case ConnectionsIgnored() | SourceDamaged():
                self._end_arrow()
                self._write(f"%% {_comment(item)}")
            case RecordRead() | HandshakeMessageRead():
                self._share_arrow(item)
            case _:
                self._end_arrow()
                self._draw(item)

    def finish(self) -> None:
        """Draw what waits."""
        self._end_arrow()

    def _draw(self, event: Event) -> None:
        match event:
            case EnvelopeRead(fault=None, message=None):
                self._arrow(event.connection, event.side, "->>", event_words(event))
            case EnvelopeRead(fault=None):
                self._arrow(event.connection, event.side, "->>", short_action(event))
            case EnvelopeRead(fault=Fault() as fault):
                self._arrow(event.connection, event.side, "-x", fault_words(event, fault))
            case ProtectedMessageRead() | StreamEnded():
                self._arrow(event.connection, event.side, "-->>", event_words(event))
            case HandshakeEnded() | DamageFound() | OctetsSkipped():
                number = event.connection
                text = _safe(event_words(event))
                self._write(f"Note over C{number},S{number}:wrap: {event.side.value}: {text}")

    def _share_arrow(self, event: RecordRead | HandshakeMessageRead) -> None:
        sender = (event.connection, event.side)
        if sender != self._sender:
            self._end_arrow()
            self._sender = sender
        self._records.append(event_words(event))

    def _end_arrow(self) -> None:
        if self._records:
            self._arrow(*self._sender, "->>", *self._records)
            self._records.clear()

    def _arrow(self, connection: int, side: Side, arrow: str, *lines: str) -> None:
        client, server = f"C{connection}", f"S{connection}"
        ends = (client, server) if side is Side.CLIENT else (server, client)
        self._write(f"{ends[0]}{arrow}{ends[1]}: {_BREAK.join(map(_safe, lines))}")

    def _write(self, line: str) -> None:
        if not self._has_begun:
            self._has_begun = True
            self._stream.write("sequenceDiagram\n")
        self._stream.write(f"    {line}\n")


def _safe(text: str) -> str:
    """Write a text so that Mermaid takes it for one."""
    return _SPECIAL.sub(lambda match: f"#{ord(match[0])};", printable(shorten(text)))


def _comment(item: ConnectionsIgnored | SourceDamaged) -> str:
    if isinstance(item, SourceDamaged):
        return f"damaged: {_safe(item.reason)}"
    return f"{item.count} connections without a net.tcp session"
