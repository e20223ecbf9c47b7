"""The last steps of writing any message: its body, and what to do when that cannot be written.

Knows no Spyne.
"""

from typing import Any

from ipam_progress.binaryxml import Encoder
from ipam_progress.datacontract import write_body
from ipam_progress.service.declarations import RequestOperation
from ipam_progress.soap import end_message

__all__ = ["end_with_body", "reply_body"]


def reply_body(operation: RequestOperation, result: Any) -> Any:
    """Make the body of a reply, with what the operation's method gave if there is room for it."""
    reply = operation.response.python()
    if operation.result is not None:
        setattr(reply, operation.result, result)
    return reply


def end_with_body(encoder: Encoder, out: bytearray, message: object) -> bytes:
    """Write the body of a message whose headers are written; give the message.

    Args:
        encoder: Of the session.
        out: What the function of `ipam_progress.soap` gave that wrote the headers.
        message: An object of `ipam_progress.contracts.messages`.

    Raises:
        SerializationError: If it holds a value that does not fit. The encoder is free for the next.
    """
    try:
        write_body(encoder, message)
    except BaseException:
        encoder.abandon()
        raise
    return end_message(encoder, out)
