"""How Python text is laid out, so that ``ruff format`` and ``ruff check`` find nothing to change.

Imports, ``__all__``, and expressions that are spread over lines where one is too short. Knows
nothing of contracts.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

LINE_LENGTH: Final = 100


def kind_of_name(name: str) -> int:
    """Number the kinds of names as ruff sorts them: constants, classes, the others."""
    return 0 if name.isupper() and len(name) > 1 else 1 if name[0].isupper() else 2


class Call(NamedTuple):
    """A call, or with an empty callee a tuple, that is spread over lines where it is too long."""

    callee: str
    arguments: tuple["str | Call | Named", ...]


class Named(NamedTuple):
    """A keyword argument."""

    keyword: str
    value: "str | Call"


def layout(expression: "str | Call | Named", indent: str, before: str, after: str) -> Iterator[str]:
    """Give the lines of an expression: one if it fits, else one for each argument."""
    if isinstance(expression, Named):
        yield from layout(expression.value, indent, f"{before}{expression.keyword}=", after)
        return
    line = f"{indent}{before}{flat(expression)}{after}"
    if isinstance(expression, str) or len(line) <= LINE_LENGTH:
        yield line
        return
    yield f"{indent}{before}{expression.callee}("
    for argument in expression.arguments:
        yield from layout(argument, indent + "    ", "", ",")
    yield f"{indent}){after}"


def flat(expression: "str | Call | Named") -> str:
    """Give an expression in one line."""
    if isinstance(expression, str):
        return expression
    if isinstance(expression, Named):
        return f"{expression.keyword}={flat(expression.value)}"
    inner = ", ".join(flat(argument) for argument in expression.arguments)
    alone = "," if not expression.callee and len(expression.arguments) == 1 else ""
    return f"{expression.callee}({inner}{alone})"


def quoted(text: str) -> str:
    """Give a string literal."""
    return json.dumps(text)


def import_lines(imports: Mapping[str, Iterable[str]], indent: str = "") -> Iterator[str]:
    """Give the import statements of one section, sorted."""
    for module in sorted(imports):
        names = sorted(set(imports[module]), key=lambda name: (kind_of_name(name), name.lower()))
        line = f"{indent}from {module} import {', '.join(names)}"
        if len(line) <= LINE_LENGTH:
            yield line
            continue
        yield f"{indent}from {module} import ("
        yield from (f"{indent}    {name}," for name in names)
        yield f"{indent})"


def all_lines(names: Iterable[str]) -> Iterator[str]:
    """Give the statement that defines ``__all__``."""
    listed = sorted(names, key=lambda name: (kind_of_name(name), name))
    line = f"__all__ = [{', '.join(quoted(name) for name in listed)}]"
    if len(line) <= LINE_LENGTH:
        yield line
        return
    yield "__all__ = ["
    yield from (f"    {quoted(name)}," for name in listed)
    yield "]"


class Imports:
    """What a module has to import: at run time, and for annotations only."""

    def __init__(self) -> None:
        self.standard: dict[str, set[str]] = {}
        self.ours: dict[str, set[str]] = {}
        self.annotations: dict[str, set[str]] = {}

    def add(self, module: str, name: str) -> None:
        """Import a name when the module runs."""
        target = self.ours if module.startswith("ipam_progress") else self.standard
        target.setdefault(module, set()).add(name)

    def annotate(self, module: str, name: str) -> None:
        """Import a name for type checkers, unless it is imported anyway."""
        self.annotations.setdefault(module, set()).add(name)

    def lines(self) -> Iterator[str]:
        """Give the import statements."""
        annotations = {
            module: names - self.ours.get(module, set())
            for module, names in self.annotations.items()
            if names - self.ours.get(module, set())
        }
        if annotations:
            self.add("typing", "TYPE_CHECKING")
        for section in (self.standard, self.ours):
            if section:
                yield from import_lines(section)
                yield ""
        if annotations:
            yield "if TYPE_CHECKING:"
            yield from import_lines(annotations, "    ")
            yield ""
