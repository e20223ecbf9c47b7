"""What a client receives: a message that is decoded, and not yet known to be this or that.

An envelope from a server is the answer to a request, an uncorrelated fault, or a callback. Its
headers say which, and who has to read its body. Knows no sessions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ipam_progress.binaryxml import Decoder, Token, UniqueId
from ipam_progress.contracts.model import MessageContract
from ipam_progress.datacontract import read_body
from ipam_progress.errors import DeserializationError, EnvelopeError
from ipam_progress.soap import Message, read_message, spell_name

__all__ = ["Incoming", "read_incoming"]


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message from the server.

    Attributes:
        tokens: The whole document.
        message: What its headers say.
    """

    tokens: Sequence[Token]
    message: Message

    @property
    def action(self) -> str:
        """wsa:Action."""
        return self.message.action

    @property
    def relates_to(self) -> UniqueId | str | None:
        """MessageID of the request that this answers; None for a callback or a lone fault."""
        return self.message.relates_to

    @property
    def is_fault(self) -> bool:
        """Whether its body is a fault."""
        return self.message.is_fault

    def read_body(self, contract: MessageContract) -> Any:
        """Read the body as what it has to be.

        Raises:
            EnvelopeError: If a header has to be understood that is not known here.
            DeserializationError: If the body is not what the contract demands.
        """
        if self.message.not_understood:
            names = ", ".join(map(spell_name, self.message.not_understood[:16]))
            raise EnvelopeError(
                f"the message {self.action} demands that its headers are understood, and these are "
                f"not known: {names}"
            )
        if self.message.body is None:
            raise DeserializationError(
                f"the body of {self.action} is empty, {contract.type.name} is due"
            )
        return read_body(self.tokens, self.message.body, contract)


def read_incoming(decoder: Decoder, envelope: bytes) -> Incoming:
    """Decode an envelope from the server and read its headers.

    Raises:
        BinaryXmlError: If it cannot be decoded. (A server has no excuse; close the session.)
        EnvelopeError: If it is no envelope.
    """
    tokens = decoder.decode(envelope)
    return Incoming(tokens, read_message(tokens))
