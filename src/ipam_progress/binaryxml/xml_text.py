"""Tokens as XML text, for people and for parsers of text.

What comes out says the same as the binary document, prefix by prefix and value by value. Characters
that XML 1.0 cannot have at all (a binary document can) become references such as ``&#x0;``: a
person can read them, a terminal is not harmed, and a parser refuses them. Knows no octets and no
lxml.
"""

import re
from collections.abc import Iterable
from typing import Final

from ipam_progress.binaryxml.tokens import Comment, EndElement, StartElement, Token, text_of

__all__ = ["to_text"]

_INDENT: Final = "  "
_SPECIAL: Final = re.compile('[&<>"\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]')
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_NAMED: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
_ONLY_IN_ATTRIBUTES: Final = frozenset('"\t\n')


def to_text(tokens: Iterable[Token], *, indent: bool = False) -> str:
    """Write tokens as XML text, without a declaration before it.

    Args:
        tokens: A document, or a part of one with its elements ended.
        indent: Whether elements that contain elements only are laid out line by line.
    """
    document = list(tokens)
    in_line = _with_text(document) if indent else frozenset(range(-1, len(document)))
    parts: list[str] = []
    open_elements: list[tuple[int, str]] = []  # where each began, and its name
    for index, token in enumerate(document):
        around = open_elements[-1][0] if open_elements else -1
        line = "" if around in in_line else "\n" + _INDENT * len(open_elements)
        if isinstance(token, EndElement):
            _, name = open_elements.pop()
            if around == index - 1:
                parts[-1] = parts[-1][:-1] + " />"
            else:
                parts.append(f"{line[: -len(_INDENT)]}</{name}>")
        elif isinstance(token, StartElement):
            parts.append(line + _start_tag(token))
            open_elements.append((index, _qualified(token.prefix, token.local_name)))
        elif isinstance(token, Comment):
            parts.append(f"{line}<!--{_harmless(token.text)}-->")
        else:
            parts.append(_escape(text_of(token)))
    return "".join(parts).removeprefix("\n")


def _with_text(document: list[Token]) -> frozenset[int]:
    """Find the elements that have text in them, by the index of their start."""
    found: set[int] = set()
    open_elements: list[int] = []
    for index, token in enumerate(document):
        if isinstance(token, EndElement):
            open_elements.pop()
        elif isinstance(token, StartElement):
            open_elements.append(index)
        elif not isinstance(token, Comment):
            found.add(open_elements[-1])
    return frozenset(found)


def _start_tag(element: StartElement) -> str:
    attributes = [
        (_qualified("xmlns", prefix) if prefix else "xmlns", namespace)
        for prefix, namespace in element.declarations
    ]
    attributes += [
        (_qualified(attribute.prefix, attribute.local_name), text_of(attribute.value))
        for attribute in element.attributes
    ]
    written = "".join(f' {name}="{_escape(value, attribute=True)}"' for name, value in attributes)
    return f"<{_qualified(element.prefix, element.local_name)}{written}>"


def _qualified(prefix: str, local_name: str) -> str:
    return _harmless(f"{prefix}:{local_name}" if prefix else local_name)


def _harmless(text: str) -> str:
    """Write control characters as references where markup would not need it: in names, comments."""
    return _CONTROL.sub(lambda match: f"&#x{ord(match[0]):X};", text)


def _escape(text: str, *, attribute: bool = False) -> str:
    """Write what is markup, or would not survive a parser, as references."""

    def reference(match: re.Match[str]) -> str:
        character = match[0]
        if character in _ONLY_IN_ATTRIBUTES and not attribute:
            return character
        return _NAMED.get(character) or f"&#x{ord(character):X};"

    return _SPECIAL.sub(reference, text)
