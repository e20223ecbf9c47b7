"""DHCP options, their definitions, and the user and vendor classes they belong to.

Written by tools/generate_contracts.py from the schemas of [MS-IPAMM2] section 7; do not edit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ipam_progress.contracts.core import BaseIpamObject, IpamObject
from ipam_progress.contracts.enumerations import (
    CollectionOperations,
    DhcpOptionCollectionType,
    DhcpOptionOwnerType,
    DhcpOptionType,
)

if TYPE_CHECKING:
    from ipam_progress.contracts.dhcp import DhcpPolicyV4, DhcpServer

__all__ = [
    "DhcpFindAndReplaceOption",
    "DhcpFindAndReplaceOptionV4",
    "DhcpFindAndReplaceOptionV6",
    "DhcpOption",
    "DhcpOptionCollection",
    "DhcpOptionDefinition",
    "DhcpOptionDefinitionCollection",
    "DhcpOptionDefinitionV4",
    "DhcpOptionDefinitionV6",
    "DhcpOptionV4",
    "DhcpOptionV6",
    "DhcpUserClass",
    "DhcpUserClassCollection",
    "DhcpUserClassV4",
    "DhcpUserClassV6",
    "DhcpVendorClass",
    "DhcpVendorClassCollection",
    "DhcpVendorClassV4",
    "DhcpVendorClassV6",
    "KeyValuePairOfCollectionOperationsDhcpOptionDefinitionnTEz2bI_S",
    "KeyValuePairOfCollectionOperationsDhcpOptionnTEz2bI_S",
    "KeyValuePairOfCollectionOperationsDhcpUserClassnTEz2bI_S",
    "KeyValuePairOfCollectionOperationsDhcpVendorClassnTEz2bI_S",
    "TupleOfDhcpVendorClassArrayOfDhcpOptionDefinitionDhcpServerKSQw48VL",
]


@dataclass(slots=True, kw_only=True)
class DhcpFindAndReplaceOption:
    """The contract DhcpFindAndReplaceOption, [MS-IPAMM2] 2.2.4.116.

    From it derive: DhcpFindAndReplaceOptionV4, DhcpFindAndReplaceOptionV6.
    """

    NewValue: object = None
    OldValue: object = None
    Option: DhcpOption | None = None


@dataclass(slots=True, kw_only=True)
class DhcpOption(BaseIpamObject):
    """The contract DhcpOption, [MS-IPAMM2] 2.2.4.120.

    From it derive: DhcpOptionV4, DhcpOptionV6.
    """

    OptionDefinition: DhcpOptionDefinition | None = None
    OptionOwnerType: DhcpOptionOwnerType = DhcpOptionOwnerType.None_
    RecordId: int = 0
    UserClass: DhcpUserClass | None = None
    Values: list[object] | None = None


@dataclass(slots=True, kw_only=True)
class DhcpOptionCollection:
    """The contract DhcpOptionCollection, [MS-IPAMM2] 2.2.4.121."""

    OperationTracker: list[KeyValuePairOfCollectionOperationsDhcpOptionnTEz2bI_S] | None = None
    OptionsInCollection: list[DhcpOption | None] | None = None
    OwnerType: DhcpOptionOwnerType = DhcpOptionOwnerType.None_
    UpdatedOptions: list[DhcpOption | None] | None = None


@dataclass(slots=True, kw_only=True)
class DhcpOptionDefinition(BaseIpamObject):
    """The contract DhcpOptionDefinition, [MS-IPAMM2] 2.2.4.122.

    From it derive: DhcpOptionDefinitionV4, DhcpOptionDefinitionV6.
    """

    Description: str | None = None
    Name: str | None = None
    OptionCollectionType: DhcpOptionCollectionType = DhcpOptionCollectionType.None_
    OptionId: int = 0
    OptionType: DhcpOptionType = DhcpOptionType.None_
    RecordId: int = 0
    Values: list[object] | None = None
    VendorClass: DhcpVendorClass | None = None


@dataclass(slots=True, kw_only=True)
class DhcpOptionDefinitionCollection(IpamObject):
    """The contract DhcpOptionDefinitionCollection, [MS-IPAMM2] 2.2.4.123."""

    OperationTracker: (
        list[KeyValuePairOfCollectionOperationsDhcpOptionDefinitionnTEz2bI_S] | None
    ) = None
    OptionDefinitionsInCollection: list[DhcpOptionDefinition | None] | None = None
    UpdatedOptionDefinitions: (
        list[TupleOfDhcpVendorClassArrayOfDhcpOptionDefinitionDhcpServerKSQw48VL | None] | None
    ) = None


@dataclass(slots=True, kw_only=True)
class DhcpUserClass(BaseIpamObject):
    """The contract DhcpUserClass, [MS-IPAMM2] 2.2.4.167.

    From it derive: DhcpUserClassV4, DhcpUserClassV6.
    """

    Description: str | None = None
    IsDefault: bool = False
    Name: str | None = None
    RecordId: int = 0
    Value: list[int] | None = None


@dataclass(slots=True, kw_only=True)
class DhcpUserClassCollection:
    """The contract DhcpUserClassCollection, [MS-IPAMM2] 2.2.4.168."""

    OperationTracker: list[KeyValuePairOfCollectionOperationsDhcpUserClassnTEz2bI_S] | None = None
    UpdatedUserClasses: list[DhcpUserClass | None] | None = None
    UserClassesInCollection: list[DhcpUserClass | None] | None = None


@dataclass(slots=True, kw_only=True)
class DhcpVendorClass(BaseIpamObject):
    """The contract DhcpVendorClass, [MS-IPAMM2] 2.2.4.171.

    From it derive: DhcpVendorClassV4, DhcpVendorClassV6.
    """

    Description: str | None = None
    IsDefault: bool = False
    Name: str | None = None
    RecordId: int = 0
    Value: list[int] | None = None


@dataclass(slots=True, kw_only=True)
class DhcpVendorClassCollection:
    """The contract DhcpVendorClassCollection, [MS-IPAMM2] 2.2.4.172."""

    OperationTracker: list[KeyValuePairOfCollectionOperationsDhcpVendorClassnTEz2bI_S] | None = None
    UpdatedVendorClasses: list[DhcpVendorClass | None] | None = None
    VendorClassesInCollection: list[DhcpVendorClass | None] | None = None


@dataclass(slots=True, kw_only=True)
class KeyValuePairOfCollectionOperationsDhcpOptionDefinitionnTEz2bI_S:  # noqa: N801 (the name on the wire)
    """The contract KeyValuePairOfCollectionOperationsDhcpOptionDefinitionnTEz2bI_S, [MS-IPAMM2] 2.2.4.434."""

    key: CollectionOperations = CollectionOperations.None_
    value: DhcpOptionDefinition | None = None


@dataclass(slots=True, kw_only=True)
class KeyValuePairOfCollectionOperationsDhcpOptionnTEz2bI_S:  # noqa: N801 (the name on the wire)
    """The contract KeyValuePairOfCollectionOperationsDhcpOptionnTEz2bI_S, [MS-IPAMM2] 2.2.4.433."""

    key: CollectionOperations = CollectionOperations.None_
    value: DhcpOption | None = None


@dataclass(slots=True, kw_only=True)
class KeyValuePairOfCollectionOperationsDhcpUserClassnTEz2bI_S:  # noqa: N801 (the name on the wire)
    """The contract KeyValuePairOfCollectionOperationsDhcpUserClassnTEz2bI_S, [MS-IPAMM2] 2.2.4.435."""

    key: CollectionOperations = CollectionOperations.None_
    value: DhcpUserClass | None = None


@dataclass(slots=True, kw_only=True)
class KeyValuePairOfCollectionOperationsDhcpVendorClassnTEz2bI_S:  # noqa: N801 (the name on the wire)
    """The contract KeyValuePairOfCollectionOperationsDhcpVendorClassnTEz2bI_S, [MS-IPAMM2] 2.2.4.436."""

    key: CollectionOperations = CollectionOperations.None_
    value: DhcpVendorClass | None = None


@dataclass(slots=True, kw_only=True)
class TupleOfDhcpVendorClassArrayOfDhcpOptionDefinitionDhcpServerKSQw48VL:
    """The contract TupleOfDhcpVendorClassArrayOfDhcpOptionDefinitionDhcpServerKSQw48VL, [MS-IPAMM2] 2.2.4.414."""

    m_Item1: DhcpVendorClass | None = None
    m_Item2: list[DhcpOptionDefinition | None] | None = None
    m_Item3: DhcpServer | None = None


@dataclass(slots=True, kw_only=True)
class DhcpFindAndReplaceOptionV4(DhcpFindAndReplaceOption):
    """The contract DhcpFindAndReplaceOptionV4, [MS-IPAMM2] 2.2.4.117."""


@dataclass(slots=True, kw_only=True)
class DhcpFindAndReplaceOptionV6(DhcpFindAndReplaceOption):
    """The contract DhcpFindAndReplaceOptionV6, [MS-IPAMM2] 2.2.4.118."""


@dataclass(slots=True, kw_only=True)
class DhcpOptionDefinitionV4(DhcpOptionDefinition):
    """The contract DhcpOptionDefinitionV4, [MS-IPAMM2] 2.2.4.124."""


@dataclass(slots=True, kw_only=True)
class DhcpOptionDefinitionV6(DhcpOptionDefinition):
    """The contract DhcpOptionDefinitionV6, [MS-IPAMM2] 2.2.4.125."""


@dataclass(slots=True, kw_only=True)
class DhcpOptionV4(DhcpOption):
    """The contract DhcpOptionV4, [MS-IPAMM2] 2.2.4.126."""

    PolicyOwner: DhcpPolicyV4 | None = None


@dataclass(slots=True, kw_only=True)
class DhcpOptionV6(DhcpOption):
    """The contract DhcpOptionV6, [MS-IPAMM2] 2.2.4.127."""


@dataclass(slots=True, kw_only=True)
class DhcpUserClassV4(DhcpUserClass):
    """The contract DhcpUserClassV4, [MS-IPAMM2] 2.2.4.169."""


@dataclass(slots=True, kw_only=True)
class DhcpUserClassV6(DhcpUserClass):
    """The contract DhcpUserClassV6, [MS-IPAMM2] 2.2.4.170."""


@dataclass(slots=True, kw_only=True)
class DhcpVendorClassV4(DhcpVendorClass):
    """The contract DhcpVendorClassV4, [MS-IPAMM2] 2.2.4.173."""


@dataclass(slots=True, kw_only=True)
class DhcpVendorClassV6(DhcpVendorClass):
    """The contract DhcpVendorClassV6, [MS-IPAMM2] 2.2.4.174."""

    IanaVendorID: int = 0
