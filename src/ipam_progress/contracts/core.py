"""The roots from which almost every contract derives.

Written by tools/generate_contracts.py from the schemas of [MS-IPAMM2] section 7; do not edit.
"""

from __future__ import annotations

from dataclasses import dataclass

from ipam_progress.contracts.enumerations import IpamAdminOperationId

__all__ = [
    "BaseIpamObject",
    "IpamObject",
    "IpamOperationWithProgressParameters",
    "IpamSchemaVersion",
]


@dataclass(slots=True, kw_only=True)
class IpamObject:
    """The contract IpamObject, [MS-IPAMM2] 2.2.4.285."""


@dataclass(slots=True, kw_only=True)
class BaseIpamObject(IpamObject):
    """The contract BaseIpamObject, [MS-IPAMM2] 2.2.4.64."""

    ModifiedProperties: list[str | None] | None = None
    SetProperties: list[str | None] | None = None


@dataclass(slots=True, kw_only=True)
class IpamOperationWithProgressParameters(IpamObject):
    """The contract IpamOperationWithProgressParameters, [MS-IPAMM2] 2.2.4.286."""

    OperationId: IpamAdminOperationId = IpamAdminOperationId.EditDhcpServer


@dataclass(slots=True, kw_only=True)
class IpamSchemaVersion(BaseIpamObject):
    """The contract IpamSchemaVersion, [MS-IPAMM2] 2.2.4.289."""

    MajorVersion: int = 0
    MinorVersion: int = 0
    PatchVersion: int = 0
    SPVersion: int = 0
