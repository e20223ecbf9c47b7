"""Objects of `ipam_progress.contracts` to and from binary XML, as DataContractSerializer does it.

Plans are compiled once from the descriptions of the contracts, when a type is first met: reading
goes from `binaryxml` tokens to objects, writing from objects to octets, without a tree in between.
`DataContracts` does it for any contracts; the functions here do it for those of the protocol.
Octets, SOAP and sessions are other packages' affair.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ipam_progress.binaryxml import Encoder, Token
from ipam_progress.contracts.model import Contract, MessageContract, TypeName
from ipam_progress.contracts.registry import CONTRACTS, MESSAGES, OWN_CONTRACTS, OWN_MESSAGES
from ipam_progress.datacontract.catalogue import (
    Catalogue,
    DateTimeOffset,
    TypedDict,
    TypedFloat,
    TypedInt,
    TypedList,
    TypedStr,
    typed,
)
from ipam_progress.datacontract.jsonform import JsonForm, JsonValue
from ipam_progress.datacontract.names import displayed, parse_name
from ipam_progress.datacontract.primitives import fit_for_xml
from ipam_progress.datacontract.reader import ReadPlans
from ipam_progress.datacontract.scope import MESSAGE, Scope
from ipam_progress.datacontract.writer import WritePlans

__all__ = [
    "DataContracts",
    "DateTimeOffset",
    "JsonValue",
    "Scope",
    "TypedDict",
    "TypedFloat",
    "TypedInt",
    "TypedList",
    "TypedStr",
    "displayed",
    "fit_for_xml",
    "from_json",
    "parse_name",
    "read_body",
    "read_object",
    "to_json",
    "typed",
    "write_body",
    "write_object",
]


class DataContracts:
    """Reads and writes the objects of a set of contracts.

    Plans are kept for good, so one object should serve a whole program. Threads may share it: at
    worst two make the same plan.
    """

    def __init__(
        self,
        contracts: Mapping[TypeName, Contract],
        messages: Mapping[TypeName, MessageContract],
    ) -> None:
        """Take the contracts and the messages by their expanded names."""
        catalogue = Catalogue(contracts, messages)
        self._reading = ReadPlans(catalogue)
        self._writing = WritePlans(catalogue)
        self._json = JsonForm(catalogue)

    def read_body(self, tokens: Sequence[Token], position: int, contract: MessageContract) -> Any:
        """Read the body of a message.

        Members that are missing keep the defaults of their class; a member that comes before one
        already read is skipped with all in it, and so is one that no contract knows.

        Args:
            tokens: A whole decoded document.
            position: The place of the wrapper element's start in it.
            contract: What the message should be.

        Returns:
            An object of the contract's class.

        Raises:
            DeserializationError: If the element at the position is not the contract's wrapper
                (WCF's fault is DeserializationFailed then too), or if what is in it does not fit.
        """
        return self._reading.read_message(tokens, position, contract)

    def write_body(self, encoder: Encoder, message: object) -> None:
        """Write the body of a message, its wrapper element, where the encoder stands.

        Raises:
            SerializationError: If a value does not fit the type of its member, or the object is no
                message. The encoder's message is half written then: abandon it.
        """
        self._writing.write_message(encoder, message)

    def read_object(
        self,
        tokens: Sequence[Token],
        position: int,
        declared: TypeName,
        element_name: TypeName | None = None,
    ) -> Any:
        """Read one root object: a fault's detail, a file of parameters.

        Args:
            tokens: A whole decoded document.
            position: The place of the element's start in it.
            declared: Expanded name of the type the element has if it carries no i:type.
            element_name: The name that the element must have; None for any.

        Raises:
            DeserializationError: If no such element stands there, or what is in it does not fit.
        """
        return self._reading.read_object(tokens, position, declared, element_name)

    def write_object(
        self,
        encoder: Encoder,
        element_name: TypeName,
        declared: TypeName,
        value: object,
        scope: Scope = MESSAGE,
    ) -> None:
        """Write one root object as an element, where the encoder stands.

        Args:
            encoder: What has begun a message.
            element_name: The name of the element to write.
            declared: Expanded name of its type; a value of a derived one carries i:type.
            value: The object; None is nil.
            scope: The prefixes that mean something where the encoder stands: those of an envelope
                unless told otherwise.

        Raises:
            SerializationError: If a value does not fit the type of its member. The encoder's
                message is half written then: abandon it.
        """
        self._writing.write_object(encoder, element_name, declared, value, scope)

    def from_json(self, data: JsonValue, declared: TypeName) -> Any:
        """Make an object of JSON data, as `to_json` gives it.

        Args:
            data: What `json.load` gives.
            declared: Expanded name of the type it has if it says no ``"$type"``.

        Raises:
            DeserializationError: If the data does not fit the type; its path says where.
        """
        return self._json.read(data, declared)

    def to_json(self, value: object, declared: TypeName | None = None) -> JsonValue:
        """Give an object as JSON data: its members by their wire names.

        An object of another type than the declared one says so in ``"$type"``; one that occurs
        several times is written once, with an ``"$id"``, and then as ``{"$ref": ...}``.

        Args:
            value: An object of a contract, or a value of any type a member can have.
            declared: Expanded name of the type it is expected to have; None where nothing is.

        Raises:
            SerializationError: If a value does not fit the type of its member.
        """
        return self._json.write(value, declared)


_PROTOCOL: Final = DataContracts({**CONTRACTS, **OWN_CONTRACTS}, {**MESSAGES, **OWN_MESSAGES})

read_body: Final = _PROTOCOL.read_body
write_body: Final = _PROTOCOL.write_body
read_object: Final = _PROTOCOL.read_object
write_object: Final = _PROTOCOL.write_object
from_json: Final = _PROTOCOL.from_json
to_json: Final = _PROTOCOL.to_json
