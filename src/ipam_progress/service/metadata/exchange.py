"""WS-MetadataExchange: the documents in the answer to a message, as WCF's clients ask for them.

WS-MetadataExchange 1.0 (September 2004), section 4, with the Get of WS-Transfer: what WCF's
mexTcpBinding sends and answers. Each document is a section, and none says where another is: a
client has them all. Knows no sockets, and not what is published.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final, Protocol

from ipam_progress.binaryxml import encode_document
from ipam_progress.binaryxml.tree import from_element
from ipam_progress.namespaces import SOAP_FAULT
from ipam_progress.service.declarations import KEEPALIVE
from ipam_progress.service.endpoint import Answer, Silence
from ipam_progress.service.faults import LANGUAGE, describe_fault
from ipam_progress.service.metadata.documents import MetadataDocument
from ipam_progress.service.metadata.elements import Vocabulary
from ipam_progress.service.protocol import SessionCodec
from ipam_progress.soap import (
    SENDER,
    Fault,
    Message,
    action_not_supported,
    begin_reply,
    end_message,
    headers_not_understood,
    internal_service_fault,
    read_message,
    write_fault,
)

__all__ = [
    "GET",
    "GET_RESPONSE",
    "MEX",
    "MetadataExchange",
    "MetadataSource",
    "encode_section",
    "join_sections",
]

GET: Final = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get"
"""Action of the request."""

GET_RESPONSE: Final = f"{GET}Response"
"""Action of its answer."""

MEX: Final = "http://schemas.xmlsoap.org/ws/2004/09/mex"
"""The namespace of WS-MetadataExchange, prefix ``wsx``."""

_MEX: Final = Vocabulary(MEX, "wsx")


class MetadataSource(Protocol):
    """What a session has to tell."""

    def metadata_sections(self) -> bytes:
        """Give the body of the answer, as `join_sections` makes it."""
        ...


def encode_section(document: MetadataDocument) -> bytes:
    """Make the section of a document, in octets that fit into the messages of any session."""
    attributes = {"Dialect": document.dialect, "Identifier": document.identifier}
    return encode_document(from_element(_MEX("MetadataSection", document.root, **attributes)))


def join_sections(sections: Iterable[bytes]) -> bytes:
    """Make the body of an answer from its sections."""
    *start, end = encode_document(from_element(_MEX("Metadata")))
    return b"".join((bytes(start), *sections, bytes([end])))


class MetadataExchange:
    """Answers the messages that come to an address of metadata."""

    name: Final = "IMetadataExchange"

    def process(
        self, envelope: bytes, codec: SessionCodec, target: MetadataSource
    ) -> Answer | Silence:
        """Answer one message; see `ipam_progress.service.endpoint.ServiceEndpoint.process`.

        Raises:
            BinaryXmlError: If the message cannot be decoded; abort the connection.
            EnvelopeError: If it is no envelope. The same applies.
        """
        message = read_message(codec.decoder.decode(envelope))
        if message.action == KEEPALIVE:
            return Silence.KEEPALIVE
        fault = _refusal(message)
        if fault is not None:
            answer = Answer(write_fault(codec.encoder, fault, message.message_id))
            answer.refusal = describe_fault(fault, None)
            return answer
        assert message.message_id is not None  # noqa: S101 (else it is refused)
        out = begin_reply(codec.encoder, GET_RESPONSE, message.message_id)
        out += target.metadata_sections()
        answer = Answer(end_message(codec.encoder, out))
        answer.operation = "Get"
        return answer


def _refusal(message: Message) -> Fault | None:
    """Tell why a message is not answered with metadata; None if it is."""
    if message.action != GET:
        fault = action_not_supported(message.action)
        return replace(fault, reason=f"{fault.reason} Metadata are asked for with {GET}.")
    if message.not_understood:
        return headers_not_understood(message.not_understood)
    if message.message_id is None:
        return internal_service_fault()
    if message.body is not None:
        return Fault(
            action=SOAP_FAULT,
            code=SENDER,
            reason="A Get has an empty body, and is answered with all there is: leave out the "
            "GetMetadata, or whatever else is in it.",
            language=LANGUAGE,
        )
    return None
