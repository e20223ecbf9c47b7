"""Finds the description of a contract: by its expanded name, or by its Python class.

This is what a serializer asks: what a name on the wire means, how the members of an object travel,
which classes may stand where another is declared. The descriptions are those of
`ipam_progress.contracts.descriptions`, read once when this module is imported; classes alone
(`ipam_progress.contracts`) do without them. Knows nothing of XML or octets.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from ipam_progress.contracts import history
from ipam_progress.contracts.descriptions import (
    address,
    collections,
    core,
    dhcp,
    dhcp_options,
    dns,
    enumerations,
    exception_data,
    exceptions,
    messages,
    parameters,
    progress,
    servers,
)
from ipam_progress.contracts.model import (
    ClassContract,
    Contract,
    EnumContract,
    ExceptionContract,
    MessageContract,
    TypeName,
)
from ipam_progress.contracts.parameters import PARAMETER_TYPES
from ipam_progress.errors import SerializationError
from ipam_progress.namespaces import SCHEMA, SERIALIZATION
from ipam_progress.values import DateTime, TimeSpan

__all__ = [
    "CONTRACTS",
    "MESSAGES",
    "OWN_CONTRACTS",
    "OWN_MESSAGES",
    "PARAMETER_TYPES",
    "PRIMITIVES",
    "contract_for",
    "contract_of",
    "derived_contracts",
    "message_for",
]

CONTRACTS: Final[Mapping[TypeName, Contract]] = MappingProxyType(
    {
        contract.type: contract
        for module in (
            core,
            exceptions,
            exception_data,
            progress,
            address,
            servers,
            dhcp_options,
            dhcp,
            dns,
            parameters,
            collections,
            enumerations,
        )
        for contract in module.CONTRACTS
    }
)
"""Every contract by its expanded name, [MS-IPAMM2] 2.2.4 and 2.2.5."""

MESSAGES: Final[Mapping[TypeName, MessageContract]] = MappingProxyType(
    {message.type: message for message in messages.CONTRACTS}
)
"""Every message by the expanded name of its wrapper element."""

OWN_CONTRACTS: Final[Mapping[TypeName, Contract]] = MappingProxyType(
    {contract.type: contract for contract in history.CONTRACTS}
)
"""The contracts of our own port type, which the document does not have."""

OWN_MESSAGES: Final[Mapping[TypeName, MessageContract]] = MappingProxyType(
    {message.type: message for message in history.MESSAGES}
)
"""Its messages."""

PRIMITIVES: Final[Mapping[TypeName, type[Any]]] = MappingProxyType(
    {
        TypeName(SCHEMA, "anyType"): object,
        TypeName(SCHEMA, "base64Binary"): bytes,
        TypeName(SCHEMA, "boolean"): bool,
        TypeName(SCHEMA, "dateTime"): DateTime,
        TypeName(SCHEMA, "decimal"): Decimal,
        TypeName(SCHEMA, "double"): float,
        TypeName(SCHEMA, "int"): int,
        TypeName(SCHEMA, "long"): int,
        TypeName(SCHEMA, "string"): str,
        TypeName(SCHEMA, "unsignedByte"): int,
        TypeName(SCHEMA, "unsignedInt"): int,
        TypeName(SCHEMA, "unsignedShort"): int,
        TypeName(SERIALIZATION, "duration"): TimeSpan,
    }
)
"""The types without a contract that members and items are declared with, and their Python types."""

_BY_CLASS: Final[Mapping[type[Any], ClassContract | EnumContract | ExceptionContract]] = {
    contract.python: contract
    for contract in CONTRACTS.values()
    if isinstance(contract, ClassContract | EnumContract | ExceptionContract)
}
_MESSAGE_BY_CLASS: Final = {
    message.python: message for message in (*MESSAGES.values(), *OWN_MESSAGES.values())
}


def contract_of(type_name: TypeName) -> Contract | None:
    """Give the contract of an expanded name, published or our own; None where there is none."""
    return CONTRACTS.get(type_name) or OWN_CONTRACTS.get(type_name)


def contract_for(python: type[Any]) -> ClassContract | EnumContract | ExceptionContract:
    """Give the contract of a class or an enumeration of `ipam_progress.contracts`.

    Raises:
        SerializationError: If the class has no contract; a class derived from one has none either.
    """
    try:
        return _BY_CLASS[python]
    except KeyError:
        raise SerializationError(
            f"{python.__module__}.{python.__qualname__} is no data contract; "
            "use the classes of ipam_progress.contracts"
        ) from None


def message_for(python: type[Any]) -> MessageContract:
    """Give the contract of a class of `ipam_progress.contracts.messages`.

    Raises:
        SerializationError: If the class is no message.
    """
    try:
        return _MESSAGE_BY_CLASS[python]
    except KeyError:
        raise SerializationError(
            f"{python.__module__}.{python.__qualname__} is no message; "
            "use the classes of ipam_progress.contracts.messages"
        ) from None


def derived_contracts(type_name: TypeName) -> Iterator[ClassContract]:
    """Give the contracts that derive from another, at any distance, parents first."""
    for contract in CONTRACTS.values():
        if isinstance(contract, ClassContract) and contract.base == type_name:
            yield contract
            yield from derived_contracts(contract.type)
