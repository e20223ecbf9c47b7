#!/usr/bin/env python3
"""Write the modules of `ipam_progress.contracts` from the published schemas.

Reads the schemas of [MS-IPAMM2] section 7 (``wsdl/*.xsd``) and ``tools/closure.json``, which says
which of their 563 types the two services can meet, in which section each is described, and which
operation takes which parameters. Writes one module of classes for each domain, the enumerations,
the messages, and under ``descriptions/`` what a serializer has to know of them. What it writes
needs no formatter: it comes out as ``ruff format`` leaves it.

    python tools/generate_contracts.py           write the modules
    python tools/generate_contracts.py --check   compare only; 1 and a summary if they differ
"""

import argparse
import difflib
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from contract_generator.classes import (
    MODULES,
    render_classes,
    render_enumerations,
    render_messages,
    render_package,
)
from contract_generator.descriptions import render_descriptions
from contract_generator.schemas import Model, read_model

TARGET: Final = Path(__file__).resolve().parent.parent / "src" / "ipam_progress" / "contracts"
BY_HAND: Final = {"base.py", "history.py", "model.py", "registry.py", "descriptions/__init__.py"}
"""Modules of the package that this tool leaves alone."""


def render(model: Model) -> dict[str, str]:
    """Give the text of every generated module, by its path under the package."""
    files = {f"{module}.py": render_classes(model, module) for module in MODULES}
    files["messages.py"] = render_messages(model)
    files["enumerations.py"] = render_enumerations(
        model,
        "enumerations",
        "The enumerations, each value with its name on the wire and .NET's number.",
    )
    files["exception_ids.py"] = render_enumerations(
        model, "exception_ids", "The ids by which an IpamException says what went wrong."
    )
    files["__init__.py"] = render_package(model)
    return files | dict(render_descriptions(model))


def differences(files: Mapping[str, str], target: Path) -> list[str]:
    """Say in which files what is there differs from what would be written."""
    found = []
    present = {path.relative_to(target).as_posix() for path in target.rglob("*.py")}
    strays = sorted(present - set(files) - BY_HAND)
    found += [f"{name}: is not written by this tool" for name in strays]
    for name, text in files.items():
        if name not in present:
            found.append(f"{name}: missing")
            continue
        old = (target / name).read_text("utf-8").splitlines()
        changes = [
            line
            for line in difflib.unified_diff(old, text.splitlines(), n=0, lineterm="")
            if not line.startswith(("---", "+++", "@@"))
        ]
        if changes:
            found.append(f"{name}: {len(changes)} lines differ, the first:")
            found += [f"    {line}" for line in changes[:4]]
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or compare the modules."""
    parser = argparse.ArgumentParser(description="Write the contracts from the published schemas.")
    parser.add_argument("--check", action="store_true", help="compare only, write nothing")
    parser.add_argument("--target", type=Path, default=TARGET, help="the package's folder")
    options = parser.parse_args(arguments)
    files = render(read_model())
    if options.check:
        found = differences(files, options.target)
        if found:
            print("The contracts are not what the schemas say; run tools/generate_contracts.py:")
            print("\n".join(found))
        return 1 if found else 0
    for name, text in files.items():
        path = options.target / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
