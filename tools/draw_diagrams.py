#!/usr/bin/env python3
"""Draw the state machines from their tables, as Graphviz sources in ``docs/diagrams``.

Every cell of a table, (state, input) to (action, next state), is drawn exactly once: as an arrow,
or as a line inside its state where the state stays the same. What most states have in common stands
on a card that names the states it does not hold for; where a state does the same about all that is
left, it says so in one line. What is not drawn is not in the table.

    python tools/draw_diagrams.py           write the sources; ``dot -Tsvg`` makes pictures of them
    python tools/draw_diagrams.py --check   compare only; 1 and a summary if they differ
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from html import escape
from pathlib import Path
from textwrap import wrap
from typing import Any, Final, TypeAlias

from ipam_progress.framing import automaton
from ipam_progress.framing.records import RecordType
from ipam_progress.session import callbacks, server

TARGET: Final = Path(__file__).resolve().parent.parent / "docs" / "diagrams"

Cell: TypeAlias = tuple[Enum, Enum]
"""An input, and what is done about it."""

Table: TypeAlias = Mapping[tuple[Any, Any], tuple[Any, Any]]
"""(state, input) to (action, next state)."""

ANY_OTHER: Final = 6
"""So many inputs about which a state does the same, and stays, become one line."""

WIDTH: Final = 28
"""Characters in a line of text."""

HEAD: Final = """\
    graph [
        rankdir=TB, bgcolor=transparent, fontname="Helvetica,Arial,sans-serif", fontsize=11,
        fontcolor="#768390", labelloc=b, labeljust=l, nodesep=0.3, ranksep=0.45
    ]
    node [
        shape=box, style="rounded,filled", fillcolor="#dbe9f9", color="#4a7ab5",
        fontcolor="#1c2733", fontname="Helvetica,Arial,sans-serif", fontsize=11, margin="0.1,0.06"
    ]
    edge [
        color="#768390", fontcolor="#1c2733", fontname="Helvetica,Arial,sans-serif", fontsize=10,
        arrowsize=0.8
    ]
"""
"""Text stands on light ground and lines are grey, so that it can be read on white and on black."""

_CARD: Final = 'style=filled, fillcolor="#f5ecd2", color="#b08f3c"'


@dataclass(frozen=True, slots=True)
class Machine:
    """A state machine that is drawn.

    Attributes:
        title: What it is, and where it is described.
        source: Where its table is.
        table: Its table.
        first: The state in which it begins.
        else_: What an input means that is not in the table.
    """

    title: str
    source: str
    table: Table
    first: Enum
    else_: str


_NOT_DUE: Final = (
    "A record that is not drawn for a state is not due there. It ends the connection, as a failed"
    " check does: with a fault where one may be sent, else at once."
)


MACHINES: Final = {
    "server-session": Machine(
        "A session at the server, [MS-IPAMM2] 3.19.1.1",
        "ipam_progress.session.server.TRANSITIONS",
        server.TRANSITIONS,
        server.ServerState.SESSION_INITIALIZED,
        "What is not drawn cannot happen.",
    ),
    "callback-session": Machine(
        "The callbacks of a session at the client, [MS-IPAMM2] 3.21.1.1",
        "ipam_progress.session.callbacks.TRANSITIONS",
        callbacks.TRANSITIONS,
        callbacks.CallbackState.INITIALIZED,
        "What is not drawn cannot happen.",
    ),
    "framing-server": Machine(
        "A connection at the server, the receiver of [MC-NMF] 3.3",
        "ipam_progress.framing.automaton.SERVER",
        automaton.SERVER,
        automaton.State.VERSION,
        _NOT_DUE,
    ),
    "framing-client": Machine(
        "A connection at the client, the initiator of [MC-NMF] 3.2",
        "ipam_progress.framing.automaton.CLIENT",
        automaton.CLIENT,
        automaton.State.CONNECTED,
        _NOT_DUE,
    ),
}


# --- What is drawn where -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Card:
    """What nearly every state has in common.

    Attributes:
        excepted: The states it does not hold for.
        target: The next state; None if the state stays the same.
        cells: The inputs and what is done about them.
    """

    excepted: tuple[Enum, ...]
    target: Enum | None
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A table, taken apart into what is drawn.

    Attributes:
        states: All of them, in their order.
        arrows: From a state to another.
        lines: Inside a state.
        rest: What a state does about all inputs that are drawn nowhere else.
        cards: What nearly every state has in common.
    """

    states: tuple[Enum, ...]
    arrows: Mapping[tuple[Enum, Enum], list[Cell]]
    lines: Mapping[Enum, list[Cell]]
    rest: Mapping[Enum, Enum]
    cards: tuple[Card, ...]


def take_apart(table: Table) -> Drawing:
    """Decide what is drawn where."""
    found = {state for state, _ in table} | {state for _, state in table.values()}
    states = tuple(state for state in type(next(iter(found))) if state in found)
    inputs = _inputs(table)
    left = dict(table)
    cards = tuple(_take_cards(left, states, inputs))
    rest = dict(_take_rest(left, table, states, inputs))
    arrows: defaultdict[tuple[Enum, Enum], list[Cell]] = defaultdict(list)
    lines: defaultdict[Enum, list[Cell]] = defaultdict(list)
    for state in states:
        for given in inputs:
            if (state, given) in left:
                action, target = left[state, given]
                place = lines[state] if target is state else arrows[state, target]
                place.append((given, action))
    return Drawing(states, arrows, lines, rest, cards)


def _inputs(table: Table) -> list[Enum]:
    """Give the inputs of a table in the order of their classes, records before steps."""
    kinds = sorted(
        dict.fromkeys(type(given) for _, given in table), key=lambda kind: kind is not RecordType
    )
    found = {given for _, given in table}
    return [given for kind in kinds for given in kind if given in found]


def _take_cards(
    left: dict[tuple[Any, Any], tuple[Any, Any]], states: Sequence[Enum], inputs: Sequence[Enum]
) -> Iterator[Card]:
    """Take out what three states or more have in common, if they are at least half of them."""
    cards: defaultdict[tuple[tuple[Enum, ...], Enum | None], list[Cell]] = defaultdict(list)
    for given in inputs:
        holders: defaultdict[tuple[Enum, Enum | None], list[Enum]] = defaultdict(list)
        for state in states:
            if (state, given) in left:
                action, target = left[state, given]
                holders[action, None if target is state else target].append(state)
        for (action, target), sharing in holders.items():
            if len(sharing) >= max(3, len(states) / 2):
                excepted = tuple(state for state in states if state not in sharing)
                cards[excepted, target].append((given, action))
                for state in sharing:
                    del left[state, given]
    for (excepted, target), cells in cards.items():
        yield Card(excepted, target, tuple(cells))


def _take_rest(
    left: dict[tuple[Any, Any], tuple[Any, Any]],
    table: Table,
    states: Sequence[Enum],
    inputs: Sequence[Enum],
) -> Iterator[tuple[Enum, Enum]]:
    """Take out what a state that knows every input does about most of them."""
    for state in states:
        if not all((state, given) in table for given in inputs):
            continue
        by_action: defaultdict[Enum, list[Enum]] = defaultdict(list)
        for given in inputs:
            if (state, given) in left and left[state, given][1] is state:
                by_action[left[state, given][0]].append(given)
        for action, covered in by_action.items():
            if len(covered) >= ANY_OTHER:
                for given in covered:
                    del left[state, given]
                yield state, action


def put_together(drawing: Drawing, inputs: Iterable[Enum]) -> Table:
    """Read a drawing as a person does: the table that it shows."""
    table: dict[tuple[Any, Any], tuple[Any, Any]] = {}
    for card in drawing.cards:
        for state in drawing.states:
            if state not in card.excepted:
                for given, action in card.cells:
                    table[state, given] = action, card.target or state
    for state, cells in drawing.lines.items():
        table |= {(state, given): (action, state) for given, action in cells}
    for (state, target), cells in drawing.arrows.items():
        table |= {(state, given): (action, target) for given, action in cells}
    for state, action in drawing.rest.items():
        for given in inputs:
            table.setdefault((state, given), (action, state))
    return table


# --- How it is written ---------------------------------------------------------------------------


def render(name: str, machine: Machine) -> str:
    """Give the Graphviz source of a machine."""
    drawing = take_apart(machine.table)
    assert put_together(drawing, _inputs(machine.table)) == machine.table  # noqa: S101
    return "".join(_source(name, machine, drawing))


def _source(name: str, machine: Machine, drawing: Drawing) -> Iterator[str]:
    yield f"// Written by tools/draw_diagrams.py from {machine.source}: do not edit.\n"
    yield f'digraph "{name}" {{\n{HEAD}'
    foot = [machine.title, f"Drawn from {machine.source}.", *wrap(machine.else_, 3 * WIDTH)]
    yield f'    label="{"".join(line + chr(92) + "l" for line in foot)}"\n'
    yield '    begin [shape=circle, style=filled, width=0.15, label="", fillcolor="#4a7ab5"]\n'
    yield f"    begin -> {machine.first.name}\n"
    for state in drawing.states:
        yield _state(state, drawing)
    for (state, target), cells in drawing.arrows.items():
        yield f"    {state.name} -> {target.name} [label={_label(_rows(cells))}]\n"
    for number, card in enumerate(drawing.cards, 1):
        rows = [_bold(_but(card.excepted)), *_rows(card.cells)]
        yield f"    card{number} [{_CARD}, label={_label(rows, ground=False)}]\n"
        if card.target is None:
            if number > 1:  # cards without an arrow stand below one another
                yield f"    card{number - 1} -> card{number} [style=invis]\n"
        else:
            yield f"    card{number} -> {card.target.name}\n"
    yield "}\n"


def _state(state: Enum, drawing: Drawing) -> str:
    rows = [_bold(state.name), *_lines(str(state.value))]
    inside = _rows(drawing.lines.get(state, ()))
    if state in drawing.rest:
        inside += _row("any other input", drawing.rest[state])
    is_last = not any(source is state for source, _ in drawing.arrows) and not any(
        card.target is not None and state not in card.excepted for card in drawing.cards
    )
    shape = ', peripheries=2, color="#57606a", fillcolor="#dfe3e8"' if is_last else ""
    return f"    {state.name} [label={_label(rows, inside, ground=False)}{shape}]\n"


def _but(excepted: Sequence[Enum]) -> str:
    if not excepted:
        return "every state"
    return "every state but " + ", ".join(state.name for state in excepted)


def _rows(cells: Iterable[Cell]) -> list[str]:
    """Give the lines for inputs and what is done about them; what is done is said once."""
    by_action: defaultdict[Enum, list[str]] = defaultdict(list)
    for given, action in cells:
        by_action[action].append(_words(given))
    rows: list[str] = []
    for action, inputs in by_action.items():
        rows += _row(",\n".join(inputs), action)
    return rows


def _row(inputs: str, action: Enum) -> list[str]:
    lines = [line for given in inputs.split("\n") for line in _lines(given)]
    return [*lines, *(f"<I>{line}</I>" for line in _lines(f"/ {action.value}"))]


def _words(given: Enum) -> str:
    return f"{given.title} record" if isinstance(given, RecordType) else str(given.value)


def _lines(text: str) -> list[str]:
    return [escape(line) for line in wrap(text, WIDTH, break_long_words=False)]


def _bold(text: str) -> str:
    return "<BR/>".join(f"<B>{line}</B>" for line in _lines(text))


def _label(*parts: Sequence[str], ground: bool = True) -> str:
    """Give lines as a label; parts are divided by a rule."""
    cells = [
        '<TR><TD ALIGN="LEFT" BALIGN="LEFT">' + "<BR/>".join(part) + "</TD></TR>"
        for part in parts
        if part
    ]
    colour = ' BGCOLOR="#eef1f4" STYLE="ROUNDED"' if ground else ""
    return (
        f'<<TABLE BORDER="0" CELLBORDER="0" CELLPADDING="2"{colour}>{"<HR/>".join(cells)}</TABLE>>'
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or compare the sources."""
    parser = argparse.ArgumentParser(description="Draw the state machines from their tables.")
    parser.add_argument("--check", action="store_true", help="compare only, write nothing")
    parser.add_argument("--target", type=Path, default=TARGET, help="the folder of the sources")
    options = parser.parse_args(arguments)
    stale = []
    for name, machine in MACHINES.items():
        path = options.target / f"{name}.dot"
        text = render(name, machine)
        if not options.check:
            path.write_text(text, "utf-8")
        elif not path.exists() or path.read_text("utf-8") != text:
            stale.append(path.name)
    if stale:
        print("These are not what the tables say; run tools/draw_diagrams.py:", ", ".join(stale))
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
