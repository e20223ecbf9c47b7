"""The Spyne protocol for SOAP 1.2 in binary XML, dispatched by wsa:Action.

Spyne calls a protocol at five seams, and here is what each does with a message:

    create_in_document            octets to tokens, with the session's decoder
    decompose_incoming_envelope   tokens to `Message`: the headers and where the body begins
    deserialize                   body to the contract object whose parts the method is called with
    serialize                     result to the contract object of the reply, or the fault
    create_out_string             that to octets, with the session's encoder

Nothing is encoded before the last one: a session's string table grows with every message, so a
message has to go out when, and in the order in which, it was encoded. No element tree is built and
none of Spyne's own serializers is used. Knows nothing of sessions' states and of sockets.
"""

from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from time import time
from typing import Any, Final, Self

from ipam_progress.binaryxml import TABLE_LIMIT, Decoder, Encoder, Quotas, UniqueId
from ipam_progress.contracts.exceptions import IpamException
from ipam_progress.contracts.model import TypeName
from ipam_progress.datacontract import read_body, write_object
from ipam_progress.errors import BinaryXmlError, DeserializationError, EnvelopeError
from ipam_progress.namespaces import IPAM1
from ipam_progress.service._spyne import (
    MethodContext,
    MethodDescriptor,
    ProtocolBase,
    ProtocolContext,
    TransportContext,
)
from ipam_progress.service.actions import PUBLISHED_ACTIONS
from ipam_progress.service.bodies import end_with_body, reply_body
from ipam_progress.service.declarations import CALLBACKS_BY_ACTION, KEEPALIVE, RequestOperation
from ipam_progress.service.faults import RequestFault, not_implemented
from ipam_progress.soap import (
    Message,
    action_not_supported,
    begin_reply,
    deserialization_failed,
    headers_not_understood,
    internal_service_fault,
    read_message,
    write_fault,
)

__all__ = ["EXCEPTION_DETAIL", "EnvelopeContext", "EnvelopeProtocol", "SessionCodec"]

EXCEPTION_DETAIL: Final = TypeName(IPAM1, "IpamException")
"""Name of the element in a fault's detail, and of its type ([MS-IPAMM2] 2.2.4.247)."""

_IGNORED: Final = frozenset({KEEPALIVE, *CALLBACKS_BY_ACTION})
"""What is taken in silence: the Keepalive, and callbacks, which no client may send (3.19.4.5)."""


@dataclass(frozen=True, slots=True)
class SessionCodec:
    """Both directions of one session's binary XML: each has a string table of its own.

    Attributes:
        decoder: Reads what the peer sends.
        encoder: Writes what is sent to it.
    """

    decoder: Decoder
    encoder: Encoder

    @classmethod
    def create(cls, quotas: Quotas | None = None, *, table_limit: int = TABLE_LIMIT) -> Self:
        """Make the codec of a new session.

        Args:
            quotas: What a message may have; None for the usual ones.
            table_limit: Octets that the strings of each direction may take.
        """
        return cls(
            Decoder(quotas or Quotas(), table_limit=table_limit), Encoder(table_limit=table_limit)
        )


class EnvelopeTransport(TransportContext):  # type: ignore[misc]  # Spyne has no types
    """What a call has of its connection: `ctx.transport`.

    Attributes:
        codec: Of the session that the message came in.
    """

    codec: SessionCodec


class EnvelopeExchange(ProtocolContext):  # type: ignore[misc]  # Spyne has no types
    """What the protocol keeps for the length of a call: `ctx.inprot_ctx`.

    Attributes:
        message: The headers of the request, as soon as they are read.
        operation: What it asks for, as soon as that is known to be served.
        relates_to: Its MessageID, as soon as it is known to have one.
        broken: Why the document could not be read to its end, if it could not.
        awaited: What the method gave where its result comes later.
    """

    message: Message
    operation: RequestOperation
    relates_to: UniqueId | str

    def __init__(self, parent: MethodContext, protocol: ProtocolBase) -> None:
        # not Spyne's: that makes a dictionary of contexts within this one, which nobody wants here
        self.parent = parent
        self.itself = protocol
        self.type = None
        self.broken: BinaryXmlError | None = None
        self.awaited: Future[Any] | None = None


_MESSAGES: Final = (
    *("in_string", "in_document", "in_body_doc", "in_object"),
    *("out_error", "out_object", "out_document", "out_string"),
)
"""What a context has of the messages of its call."""


class EnvelopeContext(MethodContext):  # type: ignore[misc]  # Spyne has no types
    """The context of a call, as listeners and service methods see it."""

    TransportContext = EnvelopeTransport

    # Spyne's own refuses attributes that it does not know. It is called some sixty times for each
    # message, and took a seventh of all the time that goes into answering one.
    __setattr__ = object.__setattr__

    def close(self) -> None:
        """Tell the listeners that the call is over, and let go of the messages.

        Spyne's own method also collects garbage, up to once a second; with thousands of sessions
        in the process that would take longer than all the calls of this second. But the garbage
        collector is all that ends a context, since what belongs to it knows it. So that a message
        of megabytes is not kept until then, nothing large may hang on it, nor an exception, whose
        traceback has frames with everything that was at hand.
        """
        self.call_end = time()
        self.is_closed = True
        try:
            self.app.event_manager.fire_event("method_context_closed", self)
        finally:
            for name in _MESSAGES:
                setattr(self, name, None)
            if self.inprot_ctx is not None:
                self.inprot_ctx.broken = None


class EnvelopeProtocol(ProtocolBase):  # type: ignore[misc]  # Spyne has no types
    """Reads requests and writes replies: the in and the out protocol of an application."""

    mime_type = "application/soap+msbinsession1"

    def set_app(self, value: Any) -> None:
        """Learn the operations of the application that this protocol belongs to."""
        super().set_app(value)
        self._descriptors: dict[str, MethodDescriptor] = {}
        if value is not None:
            for (descriptor,) in value.interface.service_method_map.values():
                self._descriptors[descriptor.udd["operation"].action] = descriptor

    def get_context(self, parent: MethodContext, _transport: Any) -> EnvelopeExchange:
        """Make what is kept for one call."""
        return EnvelopeExchange(parent, self)

    # In

    def create_in_document(self, ctx: Any, _charset: str | None = None) -> None:
        """Decode the envelope in `ctx.in_string`.

        A document that breaks off is kept as far as it was read: its headers may be there.
        """
        (envelope,) = ctx.in_string
        try:
            ctx.in_document = ctx.transport.codec.decoder.decode(envelope)
        except BinaryXmlError as error:
            ctx.in_document = error.tokens
            ctx.inprot_ctx.broken = error

    def decompose_incoming_envelope(self, ctx: Any, _message: Any = None) -> None:
        """Find the headers and the body.

        Raises:
            BinaryXmlError: If the string table or what comes before the body could not be read.
            EnvelopeError: If it is no envelope.
        """
        exchange: EnvelopeExchange = ctx.inprot_ctx
        try:
            found = read_message(ctx.in_document)
        except EnvelopeError:
            if exchange.broken is not None:
                raise exchange.broken from None
            raise
        exchange.message = ctx.in_header_doc = found
        ctx.in_body_doc = found.body
        ctx.method_request_string = found.action

    def generate_method_contexts(self, ctx: Any) -> list[Any]:
        """Find the operation of an Action.

        Returns:
            The context itself, as there is one method for an Action and no auxiliary ones; nothing
            for what is taken in silence.

        Raises:
            RequestFault: If the Action is not served.
        """
        action = ctx.method_request_string
        descriptor = self._descriptors.get(action)
        if descriptor is not None:
            ctx.inprot_ctx.operation = descriptor.udd["operation"]
            ctx.descriptor = descriptor
            return [ctx]
        if action in _IGNORED:
            return []
        if action in PUBLISHED_ACTIONS:
            raise not_implemented(action)
        raise RequestFault(action_not_supported(action))

    def deserialize(self, ctx: Any, message: Any = None) -> None:  # noqa: ARG002
        """Read the body; `ctx.in_object` becomes the arguments of the method.

        Raises:
            RequestFault: If a header had to be understood, there is no MessageID to reply to, or
                the body is not what its contract demands.
        """
        exchange: EnvelopeExchange = ctx.inprot_ctx
        request, operation = exchange.message, exchange.operation
        self.event_manager.fire_event("before_deserialize", ctx)
        if request.not_understood:
            raise RequestFault(headers_not_understood(request.not_understood))
        if request.message_id is None:
            # WCF's answer to this is that the server failed; nothing is logged, the client did it
            raise RequestFault(internal_service_fault())
        exchange.relates_to = request.message_id
        try:
            if exchange.broken is not None:
                raise exchange.broken
            if request.body is None:
                raise DeserializationError(f"it is empty, {operation.name} is due")
            body = read_body(ctx.in_document, request.body, operation.request)
        except (BinaryXmlError, DeserializationError) as error:
            raise RequestFault(deserialization_failed(str(error))) from error
        ctx.in_object = [getattr(body, member.name) for member in operation.request.members]
        self.event_manager.fire_event("after_deserialize", ctx)

    # Out

    def serialize(self, ctx: Any, message: Any = None) -> None:  # noqa: ARG002
        """Make the object that goes out, `ctx.out_document`: a reply's body or a `RequestFault`."""
        self.event_manager.fire_event("before_serialize", ctx)
        if ctx.out_error is not None:
            ctx.out_document = ctx.out_error
        else:
            ctx.out_document = reply_body(ctx.inprot_ctx.operation, ctx.out_object[0])
        self.event_manager.fire_event("after_serialize", ctx)

    def create_out_string(self, ctx: Any, _charset: str | None = None) -> None:
        """Encode what goes out. It has to go out now, before anything else is encoded.

        Raises:
            SerializationError: If it holds a value that cannot be written. Nothing is to be sent.
        """
        exchange: EnvelopeExchange = ctx.inprot_ctx
        encoder: Encoder = ctx.transport.codec.encoder
        answer = ctx.out_document
        if isinstance(answer, RequestFault):
            exception = answer.exception
            octets = write_fault(
                encoder,
                answer.fault,
                exchange.message.message_id,
                None if exception is None else partial(_write_detail, exception),
            )
        else:
            out = begin_reply(encoder, exchange.operation.reply_action, exchange.relates_to)
            octets = end_with_body(encoder, out, answer)
        ctx.out_string = [octets]


def _write_detail(exception: IpamException, encoder: Encoder) -> None:
    write_object(encoder, EXCEPTION_DETAIL, EXCEPTION_DETAIL, exception)
