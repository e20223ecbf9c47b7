"""The client's requests and what comes back for them.

[MS-IPAMM2] 3.20 and 3.3.4.139. A reply must carry the Action of the request's reply; a fault may
carry any, and becomes a `SoapFaultError`. Knows no sessions, and nothing of who waits for what.
"""

from typing import Any

from ipam_progress.binaryxml import Encoder, UniqueId
from ipam_progress.contracts import IpamException
from ipam_progress.datacontract import read_object
from ipam_progress.errors import (
    DeserializationError,
    EnvelopeError,
    RemoteProtocolError,
)
from ipam_progress.service.bodies import end_with_body
from ipam_progress.service.declarations import KEEPALIVE, OPERATIONS, action_of
from ipam_progress.service.faults import describe_fault
from ipam_progress.service.incoming import Incoming
from ipam_progress.service.protocol import EXCEPTION_DETAIL
from ipam_progress.soap import (
    Fault,
    begin_one_way,
    begin_request,
    end_message,
    read_fault,
)

__all__ = [
    "SoapFaultError",
    "encode_keepalive",
    "encode_request",
    "read_answer",
    "read_fault_error",
]


class SoapFaultError(RemoteProtocolError):
    """The server answered with a SOAP fault.

    Attributes:
        fault: The fault: code, subcodes, Action, reason and its language.
        detail: The IpamException in it; None if the fault has no detail, or another one.
    """

    def __init__(self, fault: Fault, detail: IpamException | None = None) -> None:
        super().__init__(describe_fault(fault, detail))
        self.fault = fault
        self.detail = detail


def encode_request(encoder: Encoder, message: object, message_id: UniqueId, to: str) -> bytes:
    """Encode a request. It has to be sent before anything else is encoded.

    Args:
        encoder: Of the session.
        message: One of the requests of `ipam_progress.contracts.messages`.
        message_id: What the answer will repeat; `UniqueId.random` makes one.
        to: The address of the service, as the connection was opened with it.

    Returns:
        The envelope, ready for a SizedEnvelope record.

    Raises:
        SerializationError: If it is no request, or holds a value that does not fit.
    """
    action = action_of(message, "request", OPERATIONS)
    return end_with_body(encoder, begin_request(encoder, action, message_id, to), message)


def encode_keepalive(encoder: Encoder) -> bytes:
    """Encode the message that says "still here": nothing but an Action ([MS-IPAMM2] 2.2.2.2)."""
    return end_message(encoder, begin_one_way(encoder, KEEPALIVE))


def read_answer(incoming: Incoming, request: type[Any]) -> Any:
    """Read the answer to a request.

    Args:
        incoming: What came with the request's MessageID in RelatesTo.
        request: The class of the request.

    Returns:
        An object of `ipam_progress.contracts.messages`.

    Raises:
        SoapFaultError: If it is a fault.
        EnvelopeError: If it is the reply of another operation, or a header has to be understood
            that is not known here.
        DeserializationError: If its body is not what the contract demands.
    """
    if incoming.is_fault:
        raise read_fault_error(incoming)
    operation = OPERATIONS[request]
    if incoming.action != operation.reply_action:
        raise EnvelopeError(
            f"the answer to {operation.name} has the Action {incoming.action} "
            f"where {operation.reply_action} is due"
        )
    return incoming.read_body(operation.response)


def read_fault_error(incoming: Incoming) -> SoapFaultError:
    """Make the exception for a fault. A detail that cannot be read counts as none.

    Raises:
        EnvelopeError: If there is no fault in the message.
    """
    fault = read_fault(incoming.tokens, incoming.message)
    detail = None
    if fault.detail is not None:
        try:
            detail = read_object(incoming.tokens, fault.detail, EXCEPTION_DETAIL, EXCEPTION_DETAIL)
        except DeserializationError:
            detail = None  # the fault says enough without it
    return SoapFaultError(fault, detail)
