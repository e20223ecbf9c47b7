"""Faults on their way through Spyne: every error that a request can end with.

A `RequestFault` is what Spyne calls a fault (listeners find it as `ctx.out_error`) and carries what
our protocol writes: the SOAP fault and, where there is one, the IpamException of its detail
([MS-IPAMM2] 2.2.2.1). Knows no tokens and no octets.
"""

from typing import Final

from ipam_progress.contracts import IpamException, IpamExceptionId
from ipam_progress.namespaces import SOAP_FAULT
from ipam_progress.service import _spyne
from ipam_progress.service.declarations import FAULT_SUFFIX
from ipam_progress.session.faults import IpamError
from ipam_progress.soap import RECEIVER, SENDER, Fault, internal_service_fault

__all__ = [
    "LANGUAGE",
    "RequestFault",
    "describe_fault",
    "fault_of",
    "ipam_fault",
    "not_implemented",
]

LANGUAGE: Final = "en"
"""The language of our reasons that are made for people to read."""


class RequestFault(_spyne.Fault):  # type: ignore[misc]  # Spyne has no types
    """A fault as the answer to a request.

    Attributes:
        fault: The SOAP fault.
        exception: What stands in its detail; None for a fault without one.
    """

    def __init__(self, fault: Fault, exception: IpamException | None = None) -> None:
        side = {SENDER: "Client", RECEIVER: "Server"}.get(fault.code, fault.code[1])
        name = ".".join([side, *(local_name for _, local_name in fault.subcodes)])
        super().__init__(faultcode=name, faultstring=fault.reason, lang=fault.language)
        self.fault = fault
        self.exception = exception

    @property
    def summary(self) -> str:
        """What it says, in one line."""
        return describe_fault(self.fault, self.exception)

    @property
    def is_internal(self) -> bool:
        """Whether it says that the server failed, rather than that it refuses the request."""
        return self.fault == internal_service_fault()


def describe_fault(fault: Fault, detail: IpamException | None) -> str:
    """Put the most exact code before the reason: ``IpamApiAccessDenied: You may not do that``."""
    data = None if detail is None else detail.IpamExceptionData
    code = (fault.subcodes or (fault.code,))[-1][1] if data is None else data.ExceptionId.value
    return f"{code}: {fault.reason}" if fault.reason else code


def ipam_fault(action: str, error: IpamError) -> RequestFault:
    """Make the fault that tells the sender of an Action of an `IpamError`."""
    return RequestFault(
        Fault(action=action + FAULT_SUFFIX, code=SENDER, reason=error.message, language=LANGUAGE),
        error.to_contract(),
    )


def not_implemented(action: str) -> RequestFault:
    """Make the fault for an operation that is published and not served here."""
    name = action.rpartition("/")[2]
    return ipam_fault(
        action,
        IpamError(
            IpamExceptionId.IpamApiMethodNotImplemented,
            f"The operation {name} is not implemented by this server.",
        ),
    )


def fault_of(error: Exception, action: str) -> RequestFault | None:
    """Make the fault that answers an exception of a service method or of a listener.

    Returns:
        None for an exception that nobody raised for the client's eyes: a mistake in a program.
    """
    if isinstance(error, RequestFault):
        return error
    if isinstance(error, IpamError):
        return ipam_fault(action, error)
    if isinstance(error, _spyne.Fault):  # a listener that knows Spyne and not us
        code = SENDER if str(error.faultcode).startswith("Client") else RECEIVER
        return RequestFault(Fault(action=SOAP_FAULT, code=code, reason=str(error.faultstring)))
    return None
