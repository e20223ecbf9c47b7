"""The callbacks of a long operation: made from their declarations, for the server and its client.

[MS-IPAMM2] 3.21.4. The server's side is one function from message to octets, called for every step
of every operation, just when the transport can take octets. The client's side takes both spellings
of an Action. Knows no sessions.
"""

from typing import Any

from ipam_progress.binaryxml import Encoder
from ipam_progress.errors import EnvelopeError
from ipam_progress.service.bodies import end_with_body
from ipam_progress.service.declarations import CALLBACKS, CALLBACKS_BY_ACTION, action_of
from ipam_progress.service.incoming import Incoming
from ipam_progress.soap import begin_callback

__all__ = ["encode_callback", "is_callback", "read_callback"]


def encode_callback(encoder: Encoder, message: object) -> bytes:
    """Encode a callback. It has to be sent before anything else is encoded.

    Args:
        encoder: Of the session.
        message: One of the callbacks of `ipam_progress.contracts.messages`.

    Returns:
        The envelope, ready for a SizedEnvelope record.

    Raises:
        SerializationError: If it is no callback, or holds a value that does not fit.
    """
    action = action_of(message, "callback", CALLBACKS)
    return end_with_body(encoder, begin_callback(encoder, action), message)


def is_callback(incoming: Incoming) -> bool:
    """Tell a callback from an answer by its Action."""
    return incoming.action in CALLBACKS_BY_ACTION


def read_callback(incoming: Incoming) -> Any:
    """Read the callback that a server sent.

    Returns:
        An object of `ipam_progress.contracts.messages`.

    Raises:
        EnvelopeError: If it is no callback, or demands that we understand a header we do not know.
        DeserializationError: If its body is not what the contract demands.
    """
    callback = CALLBACKS_BY_ACTION.get(incoming.action)
    if callback is None:
        raise EnvelopeError(f"the Action {incoming.action} belongs to no callback")
    return incoming.read_body(callback.message)
