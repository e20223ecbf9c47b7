"""The Spyne protocol for SOAP 1.2 in text, as programs without WCF send it over HTTP.

Spyne's own `Soap12` takes envelopes apart, and writes faults and what goes out. What is in a body
goes by `ipam_progress.datacontract`, as it does in binary XML: a request and its answer say the
same in both, member by member. A method is found by the element in the body; Actions are for
WS-Addressing, which is not asked for here and not understood. Knows nothing of HTTP.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from ipam_progress.binaryxml import Decoder, Encoder
from ipam_progress.binaryxml.tree import from_element, read_element, to_element
from ipam_progress.datacontract import read_body, write_body, write_object
from ipam_progress.errors import BinaryXmlError, DeserializationError
from ipam_progress.namespaces import SOAP, SOAP_FAULT
from ipam_progress.service._spyne import MethodContext, Soap12
from ipam_progress.service.actions import PUBLISHED_OPERATIONS
from ipam_progress.service.bodies import reply_body
from ipam_progress.service.declarations import RequestOperation
from ipam_progress.service.faults import LANGUAGE, RequestFault, not_implemented
from ipam_progress.service.protocol import EXCEPTION_DETAIL, EnvelopeExchange
from ipam_progress.soap import (
    OUR_ROLES,
    SENDER,
    VERSION_MISMATCH,
    Fault,
    QualifiedName,
    deserialization_failed,
    headers_not_understood,
    spell_name,
)

__all__ = ["TextProtocol"]

_BODY: Final = f"{{{SOAP}}}Body"
_DETAIL: Final = f"{{{SOAP}}}Detail"
_ENVELOPE: Final = f"{{{SOAP}}}Envelope"
_MUST_UNDERSTAND: Final = f"{{{SOAP}}}mustUnderstand"
_ROLE: Final = f"{{{SOAP}}}role"

_EMPTY_ENVELOPE: Final = f'<s:Envelope xmlns:s="{SOAP}"><s:Body/></s:Envelope>'.encode()


class TextProtocol(Soap12):  # type: ignore[misc]  # Spyne has no types
    """Reads requests and writes replies: the in and the out protocol of an application."""

    soap_env = "s"  # what codes of faults are written with

    def get_context(self, parent: MethodContext, _transport: Any) -> EnvelopeExchange:
        """Make what is kept for one call."""
        return EnvelopeExchange(parent, self)

    # In

    def create_in_document(self, ctx: Any, _charset: str | None = None) -> None:
        """Parse the document in `ctx.in_string`.

        Raises:
            RequestFault: If it is none that a message may be.
        """
        try:
            root = read_element(b"".join(ctx.in_string))
        except BinaryXmlError as error:
            raise _refusal(f"The message cannot be read: {error}") from error
        ctx.in_document = root, {}  # no ids: SOAP 1.2 has no references that Spyne might resolve

    def decompose_incoming_envelope(self, ctx: Any, message: Any = Soap12.REQUEST) -> None:
        """Find the headers and the body.

        Raises:
            RequestFault: If it is no envelope of SOAP 1.2, or has nothing in its body.
        """
        root, _ = ctx.in_document
        if root.tag != _ENVELOPE:
            raise _refusal(
                f"This is {spell_name(_name(root))}, not an Envelope of SOAP 1.2 ({SOAP}).",
                VERSION_MISMATCH,
            )
        body = root.find(_BODY)
        if body is None or not len(body):
            raise RequestFault(deserialization_failed("it is empty, an operation's element is due"))
        super().decompose_incoming_envelope(ctx, message)

    def generate_method_contexts(self, ctx: Any) -> list[Any]:
        """Find the operation of the element in the body.

        Returns:
            The context itself, as there is one method for an element and no auxiliary ones.

        Raises:
            RequestFault: If it is none that is served.
        """
        found = self.app.interface.service_method_map.get(ctx.in_body_doc.tag)
        if found is None:
            name, namespace, port_type = _name(ctx.in_body_doc), self.app.tns, self.app.name
            if name[0] == namespace and name[1] in PUBLISHED_OPERATIONS[port_type]:
                raise not_implemented(f"{namespace}/{port_type}/{name[1]}")
            raise _refusal(
                f"No operation here takes {spell_name(name)}. Check that the client has the "
                f"contract of {port_type}."
            )
        (ctx.descriptor,) = found
        ctx.inprot_ctx.operation = ctx.descriptor.udd["operation"]
        return [ctx]

    def deserialize(self, ctx: Any, message: Any = None) -> None:  # noqa: ARG002
        """Read the body; `ctx.in_object` becomes the arguments of the method.

        Raises:
            RequestFault: If a header had to be understood, or the body is not what its contract
                demands.
        """
        operation: RequestOperation = ctx.inprot_ctx.operation
        self.event_manager.fire_event("before_deserialize", ctx)
        demanding = [_name(header) for header in ctx.in_header_doc or () if _is_demanding(header)]
        if demanding:
            raise RequestFault(headers_not_understood(demanding))
        try:
            body = read_body(from_element(ctx.in_body_doc), 0, operation.request)
        except DeserializationError as error:
            raise RequestFault(deserialization_failed(str(error))) from error
        ctx.in_object = [getattr(body, member.name) for member in operation.request.members]
        self.event_manager.fire_event("after_deserialize", ctx)

    # Out

    def serialize(self, ctx: Any, message: Any = None) -> None:  # noqa: ARG002
        """Make what goes out, `ctx.out_document`: the envelope of a reply, or a `RequestFault`."""
        self.event_manager.fire_event("before_serialize", ctx)
        if ctx.out_error is not None:
            ctx.out_document = ctx.out_error
        else:
            reply = reply_body(ctx.inprot_ctx.operation, ctx.out_object[0])
            ctx.out_document = root = read_element(_EMPTY_ENVELOPE)
            root[0].append(_element(partial(write_body, message=reply)))
        self.event_manager.fire_event("after_serialize", ctx)

    def create_out_string(self, ctx: Any, charset: str | None = None) -> None:
        """Write what goes out."""
        if isinstance(ctx.out_document, RequestFault):
            ctx.out_document = self._fault_envelope(ctx, ctx.out_document)
        super().create_out_string(ctx, charset)

    def _fault_envelope(self, ctx: Any, fault: RequestFault) -> Any:
        root = read_element(_EMPTY_ENVELOPE)
        (body,) = root
        self.fault_to_parent(ctx, RequestFault, fault, body, SOAP)
        if fault.exception is not None:
            detail = body.makeelement(_DETAIL)
            body[0].append(detail)
            detail.append(
                _element(
                    partial(
                        write_object,
                        element_name=EXCEPTION_DETAIL,
                        declared=EXCEPTION_DETAIL,
                        value=fault.exception,
                    )
                )
            )
        return root

    def gen_fault_codes(self, faultstring: str) -> tuple[str, list[str]]:
        """Give the code of a fault, and its subcodes; Spyne knows two of SOAP's codes only."""
        name, *subcodes = faultstring.split(".")
        if name in {"Client", "Server"}:
            code: tuple[str, list[str]] = super().gen_fault_codes(faultstring)
            return code
        return f"{self.soap_env}:{name}", subcodes


def _refusal(reason: str, code: QualifiedName = SENDER) -> RequestFault:
    return RequestFault(Fault(action=SOAP_FAULT, code=code, reason=reason, language=LANGUAGE))


def _name(element: Any) -> QualifiedName:
    namespace, _, name = element.tag.rpartition("}")
    return namespace[1:], name


def _is_demanding(header: Any) -> bool:
    """Tell whether a header block is for us, and has to be understood."""
    must_understand = header.get(_MUST_UNDERSTAND, "").strip() in {"1", "true"}
    return must_understand and header.get(_ROLE, "").strip() in OUR_ROLES


def _element(write: Callable[[Encoder], None]) -> Any:
    """Give as a tree what is written with an encoder."""
    encoder = Encoder(table_limit=0)
    encoder.begin()
    write(encoder)
    return to_element(Decoder().decode(encoder.finish()))
