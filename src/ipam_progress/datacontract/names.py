"""Type names as people and JSON write them: ``DhcpScopeV4``, ``xsd:int``, ``{urn:x}Type``.

The prefixes are those of [MS-IPAMM2] 2.2.1, which leave one namespace in mind for a bare name,
that of almost all contracts. Knows what a name looks like, not what it names.
"""

from typing import Final

from ipam_progress.contracts.model import TypeName
from ipam_progress.namespaces import IPAM, PREFIXES

__all__ = ["displayed", "parse_name"]

_PREFIX_OF: Final = {namespace: prefix for prefix, namespace in PREFIXES.items()}


def displayed(name: TypeName) -> str:
    """Write a type name: bare in the protocol's main namespace, else with prefix or namespace."""
    if name.namespace == IPAM:
        return name.name
    prefix = _PREFIX_OF.get(name.namespace)
    return f"{{{name.namespace}}}{name.name}" if prefix is None else f"{prefix}:{name.name}"


def parse_name(text: str) -> TypeName:
    """Read a type name that `displayed` has written.

    Raises:
        ValueError: If its prefix is none of [MS-IPAMM2] 2.2.1, or a brace is missing.
    """
    if text.startswith("{"):
        namespace, brace, name = text[1:].partition("}")
        if not brace:
            raise ValueError(f"{text!r} has an opening brace and no closing one")
        return TypeName(namespace, name)
    prefix, colon, name = text.rpartition(":")
    if not colon:
        return TypeName(IPAM, name)
    if prefix not in PREFIXES:
        known = ", ".join(PREFIXES)
        raise ValueError(f"{text!r} has an unknown prefix; known are {known}")
    return TypeName(PREFIXES[prefix], name)
