"""Writes the Actions of the published port types into `ipam_progress.service.actions`.

    python tools/generate_actions.py [--check]

Source is wsdl/ipam.wsdl ([MS-IPAMM2] section 6). An Action is listed when a client can send it:
it belongs to the input of an operation of a port type that servers have. With ``--check`` nothing
is written; the exit code says whether the committed module is what would be written.
"""

import sys
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "wsdl" / "ipam.wsdl"
TARGET = ROOT / "src" / "ipam_progress" / "service" / "actions.py"

WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
ACTION = "{http://www.w3.org/2006/05/addressing/wsdl}Action"

HEAD = '''"""The Actions that clients can send to the published port types, from wsdl/ipam.wsdl.

[MS-IPAMM2] section 6. Written by tools/generate_actions.py: do not edit. Knows nothing of which
of them are served.
"""

from typing import Final

from ipam_progress.namespaces import IPAM

__all__ = ["PUBLISHED_ACTIONS", "PUBLISHED_OPERATIONS"]

PUBLISHED_OPERATIONS: Final[dict[str, tuple[str, ...]]] = {
'''


def published_operations() -> dict[str, list[str]]:
    """Read the document: port type to the names of its operations that have an input."""
    port_types: dict[str, list[str]] = {}
    root = ET.parse(SOURCE).getroot()  # noqa: S314 (our own file)
    for port_type in root.iterfind(f"{WSDL}portType"):
        name = port_type.attrib["name"]
        if name.endswith("Callback"):  # what a server calls on its client
            continue
        operations = port_types.setdefault(name, [])
        for operation in port_type.iterfind(f"{WSDL}operation"):
            request = operation.find(f"{WSDL}input")
            if request is None:
                continue
            operations.append(operation.attrib["name"])
            rule = f"http://Microsoft.Windows.Ipam/{name}/{operation.attrib['name']}"
            if request.attrib[ACTION] != rule:
                raise SystemExit(
                    f"{SOURCE}: {request.attrib[ACTION]} does not follow the rule {rule}"
                )
    return port_types


def module() -> str:
    """Give the text of the module."""
    lines = [HEAD]
    for name, operations in published_operations().items():
        lines.append(f'    "{name}": (\n')
        lines += [f'        "{operation}",\n' for operation in operations]
        lines.append("    ),\n")
    lines.append('}\n"""Port type to the operations that a client can call there."""\n\n')
    lines.append("PUBLISHED_ACTIONS: Final = frozenset(\n")
    lines.append('    f"{IPAM}/{port_type}/{operation}"\n')
    lines.append("    for port_type, operations in PUBLISHED_OPERATIONS.items()\n")
    lines.append("    for operation in operations\n)\n")
    lines.append('"""The wsa:Action of each of them: namespace, port type and operation."""\n')
    return "".join(lines)


def main(arguments: list[str]) -> int:
    """Write the module, or compare it."""
    text = module()
    if "--check" in arguments:
        if TARGET.read_text(encoding="utf-8") == text:
            return 0
        print(f"{TARGET} is not what tools/generate_actions.py writes", file=sys.stderr)
        return 1
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
