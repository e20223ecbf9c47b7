"""A conversation as lines for people, coloured where the terminal likes it.

A line says when, on which connection and in which direction (``-->`` from the client, ``<--`` from
the server), where in that side's stream, and what. Below a message stand, if that is wanted, the
strings that it adds to its side's table and its XML.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from textwrap import wrap
from typing import Final

from rich.console import Console
from rich.text import Text

from ipam_progress.binaryxml import to_text
from ipam_progress.cli.renderings.words import event_words
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

__all__ = ["TextRendering"]

_INDENT: Final = "    "
_WIDTH: Final = 100

_ARROWS: Final = {Side.CLIENT: "-->", Side.SERVER: "<--"}
_ARROW_STYLES: Final = {Side.CLIENT: "cyan", Side.SERVER: "green"}

_STYLES: Final[dict[type[Event], str]] = {
    RecordRead: "dim",
    EnvelopeRead: "",
    HandshakeMessageRead: "dim",
    HandshakeEnded: "yellow",
    ProtectedMessageRead: "dim",
    DamageFound: "bold red",
    OctetsSkipped: "yellow",
    StreamEnded: "dim",
}


class TextRendering:
    """Prints each item as it comes.

    Args:
        console: Where it is printed.
        with_xml: Whether messages are shown in full.
    """

    def __init__(self, console: Console, *, with_xml: bool) -> None:
        self._console = console
        self._with_xml = with_xml

    def show(self, item: Item) -> None:
        """Print an item."""
        lines = Text("\n").join(self.lines(item))
        if self._console.is_terminal:
            self._console.print(lines, soft_wrap=True)
        else:  # five times as fast
            self._console.file.write(lines.plain + "\n")
            self._console.file.flush()

    def finish(self) -> None:
        """Do nothing: all has been shown."""

    def lines(self, item: Item) -> Iterator[Text]:
        """Give the lines for an item."""
        match item:
            case ConnectionFound():
                yield Text(_connection_line(item), style="bold")
            case ConnectionsIgnored():
                yield Text(_ignored_line(item), style="yellow")
            case SourceDamaged():
                yield Text(f"damaged: {printable(item.reason)}", style="bold red")
            case _:
                yield self._line(item)
                if self._with_xml and isinstance(item, EnvelopeRead):
                    yield from _message_lines(item)

    @staticmethod
    def _line(event: Event) -> Text:
        line = Text()
        if event.time is not None:
            line.append(f"{_moment(event.time):%H:%M:%S.%f} ", style="dim")
        line.append(f"{event.connection} ", style="dim")
        line.append(_ARROWS[event.side], style=_ARROW_STYLES[event.side])
        line.append(f" {event.offset:>7}  ", style="dim")
        is_fault = isinstance(event, EnvelopeRead) and event.fault is not None
        line.append(event_words(event), style="red" if is_fault else _STYLES[type(event)])
        return line


def _moment(time: float) -> datetime:
    return datetime.fromtimestamp(time, UTC)


def _connection_line(item: ConnectionFound) -> str:
    line = f"connection {item.connection}"
    if item.client or item.server:
        line += f": {printable(item.client)} --> {printable(item.server)}"
    if item.time is not None:
        line += f", {_moment(item.time):%Y-%m-%d %H:%M:%S} UTC"
    if item.note:
        line += f" ({printable(item.note)})"
    return line


def _ignored_line(item: ConnectionsIgnored) -> str:
    named = ", ".join(f"{printable(server)} ({count})" for server, count in item.servers)
    return f"{item.count} connections without a net.tcp session, to: {named}"


def _message_lines(event: EnvelopeRead) -> Iterator[Text]:
    """Give what a message adds to the string table, its Action, and its XML."""
    if event.strings:
        yield Text(
            f"{_INDENT}strings {event.table_before} to {event.table_after - 1}:", style="magenta"
        )
        listed = ", ".join(repr(string) for string in event.strings)
        for line in wrap(listed, _WIDTH, break_long_words=False, break_on_hyphens=False):
            yield Text(f"{_INDENT * 2}{line}", style="magenta")
    if event.message is not None:
        yield Text(f"{_INDENT}Action {printable(event.message.action)}", style="bold")
    if event.tokens:
        for line in to_text(event.tokens, indent=True).split("\n"):
            yield Text(_INDENT + printable(line), style="red" if event.fault is not None else "")
