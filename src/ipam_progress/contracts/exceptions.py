"""The exception that travels in the detail of a SOAP fault and in the statuses.

Written by tools/generate_contracts.py from the schemas of [MS-IPAMM2] section 7; do not edit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ipam_progress.contracts import exception_data

__all__ = ["IpamException", "SystemException"]


@dataclass(slots=True, kw_only=True)
class SystemException:
    """The contract Exception, [MS-IPAMM2] 2.2.4.411.

    From it derive: IpamException.
    """


@dataclass(slots=True, kw_only=True)
class IpamException(SystemException):
    """The contract IpamException, [MS-IPAMM2] 2.2.4.247."""

    IpamExceptionData: exception_data.IpamExceptionData | None = None
    InnerIpamException: IpamException | None = None
