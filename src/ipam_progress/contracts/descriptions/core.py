"""How the classes of `ipam_progress.contracts.core` travel.

Written by tools/generate_contracts.py from the schemas of [MS-IPAMM2] section 7; do not edit.
"""

from typing import Final

from ipam_progress.contracts.core import (
    BaseIpamObject,
    IpamObject,
    IpamOperationWithProgressParameters,
    IpamSchemaVersion,
)
from ipam_progress.contracts.model import ClassContract, Member, TypeName
from ipam_progress.namespaces import ARRAYS, IPAM, IPAM1, SCHEMA

__all__ = ["CONTRACTS"]

CONTRACTS: Final[tuple[ClassContract, ...]] = (
    ClassContract(TypeName(IPAM, "IpamObject"), IpamObject, base=None, members=(), reference=True),
    ClassContract(
        TypeName(IPAM, "BaseIpamObject"),
        BaseIpamObject,
        base=TypeName(IPAM, "IpamObject"),
        members=(
            Member("ModifiedProperties", TypeName(ARRAYS, "ArrayOfstring"), nillable=True),
            Member("SetProperties", TypeName(ARRAYS, "ArrayOfstring"), nillable=True),
        ),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "IpamOperationWithProgressParameters"),
        IpamOperationWithProgressParameters,
        base=TypeName(IPAM, "IpamObject"),
        members=(Member("OperationId", TypeName(IPAM1, "IpamAdminOperationId")),),
        reference=True,
    ),
    ClassContract(
        TypeName(IPAM, "IpamSchemaVersion"),
        IpamSchemaVersion,
        base=TypeName(IPAM, "BaseIpamObject"),
        members=(
            Member("MajorVersion", TypeName(SCHEMA, "int")),
            Member("MinorVersion", TypeName(SCHEMA, "int")),
            Member("PatchVersion", TypeName(SCHEMA, "int")),
            Member("SPVersion", TypeName(SCHEMA, "int")),
        ),
        reference=True,
    ),
)
