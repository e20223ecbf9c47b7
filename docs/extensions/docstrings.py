"""Has docstrings and signatures read as they are meant.

Types stand in signatures, never before a colon: napoleon takes what precedes the first colon of a
Returns section, or of a property's docstring, for a type. A colon in front of it all leaves it
nothing to take. And what is written as a generator for inlineCallbacks gives a Deferred.
"""

import re
from typing import Any

from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, Any]:
    """Look at docstrings before napoleon does, which comes at priority 500."""
    app.connect("autodoc-process-docstring", _put_colons_first, priority=400)
    app.connect("autodoc-process-signature", _tell_of_deferreds)
    return {"parallel_read_safe": True}


def _put_colons_first(
    _app: Sphinx, what: str, _name: str, _documented: object, _options: object, lines: list[str]
) -> None:
    if what in {"attribute", "property"} and lines:
        lines[0] = f": {lines[0]}"
    for number, line in enumerate(lines[:-1], start=1):
        if line.strip() == "Returns:":
            text = lines[number].lstrip()
            indent = lines[number].removesuffix(text)
            lines[number] = f"{indent}: {text}"


def _tell_of_deferreds(
    _app: Sphinx,
    _what: str,
    _name: str,
    _documented: object,
    _options: object,
    signature: str | None,
    returns: str | None,
) -> tuple[str | None, str] | None:
    generator = re.fullmatch(
        r"\S*Generator\[(\S*Deferred)\[\S*Any\], \S*Any, (.*)\]", returns or ""
    )
    return (signature, f"{generator[1]}[{generator[2]}]") if generator else None
