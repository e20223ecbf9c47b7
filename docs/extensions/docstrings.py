"""Has docstrings and signatures read as they are meant.

Types stand in signatures, never before a colon: napoleon takes what precedes the first colon of a
Returns section, or of a property's docstring, for a type. A colon in front of it all leaves it
nothing to take. What is written as a generator for inlineCallbacks gives a Deferred. And names in
backticks lead to what they name in other modules, too, where there is only one of the name.
"""

import re
from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.nodes import make_refnode


def setup(app: Sphinx) -> dict[str, Any]:
    """Look at docstrings before napoleon does, which comes at priority 500."""
    app.connect("autodoc-process-docstring", _put_colons_first, priority=400)
    app.connect("autodoc-process-signature", _tell_of_deferreds)
    app.connect("missing-reference", _find_by_last_name)
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


def _find_by_last_name(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, shown: nodes.Element
) -> nodes.Element | None:
    if node.get("refdomain") != "py":
        return None
    ending = f".{node['reftarget']}"
    found = [
        entry
        for name, entry in env.domains.python_domain.objects.items()
        if name.endswith(ending) and not entry.aliased
    ]
    if len(found) != 1:
        return None
    return make_refnode(app.builder, node["refdoc"], found[0].docname, found[0].node_id, shown)
