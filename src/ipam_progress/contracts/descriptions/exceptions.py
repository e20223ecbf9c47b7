"""How the classes of `ipam_progress.contracts.exceptions` travel.

Written by tools/generate_contracts.py from the schemas of [MS-IPAMM2] section 7; do not edit.
"""

from typing import Final

from ipam_progress.contracts.exceptions import IpamException, SystemException
from ipam_progress.contracts.model import ExceptionContract, Member, TypeName
from ipam_progress.namespaces import IPAM, IPAM1, SYSTEM

__all__ = ["CONTRACTS"]

CONTRACTS: Final[tuple[ExceptionContract, ...]] = (
    ExceptionContract(TypeName(SYSTEM, "Exception"), SystemException, members=(), base=None),
    ExceptionContract(
        TypeName(IPAM1, "IpamException"),
        IpamException,
        members=(
            Member("IpamExceptionData", TypeName(IPAM, "IpamExceptionData"), nillable=True),
            Member("InnerIpamException", TypeName(IPAM1, "IpamException"), nillable=True),
        ),
        base=TypeName(SYSTEM, "Exception"),
    ),
)
