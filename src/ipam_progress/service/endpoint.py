"""One address where a service is served: an envelope in, the envelope of the answer out.

This is Spyne's transport, as far as one is needed that has the octets already: it makes a context,
sends it through the protocol's seams and the application, and fires Spyne's events on the way. It
answers everything that can be answered. Knows no sockets.
"""

from concurrent.futures import Future
from enum import Enum
from functools import partial
from typing import Any

from ipam_progress.service._spyne import MethodContext, ServerBase
from ipam_progress.service.application import IpamApplication
from ipam_progress.service.declarations import KEEPALIVE
from ipam_progress.service.faults import RequestFault
from ipam_progress.service.protocol import EnvelopeContext, SessionCodec
from ipam_progress.service.services import OperationSession, ServerTasks

__all__ = ["Answer", "ServiceEndpoint", "Silence"]


class Silence(Enum):
    """What is said to a message that gets no answer."""

    KEEPALIVE = "nothing: the client is still there, [MS-IPAMM2] 2.2.2.2"
    CALLBACK = "nothing: callbacks are not the client's to send, [MS-IPAMM2] 3.19.4.5"


class Answer(bytes):
    """The envelope of an answer, ready for a SizedEnvelope record.

    Attributes:
        ends_session: Whether the session ought to end behind it, as WCF ends one after it has
            failed to process a request (InternalServiceFault).
        refusal: What the client is told, in one line, if it is told a fault.
        operation: The name of the operation that was asked for; empty for what is not served.
    """

    ends_session: bool = False
    refusal: str = ""
    operation: str = ""


class ServiceEndpoint(ServerBase):  # type: ignore[misc]  # Spyne has no types
    """Answers the messages that come to one address.

    One endpoint serves all sessions of its address; what belongs to a session comes with each call.
    """

    transport = "http://schemas.microsoft.com/soap/tcp"

    def __init__(self, application: IpamApplication) -> None:
        super().__init__(application)

    @property
    def name(self) -> str:
        """The port type that is served."""
        name: str = self.app.name
        return name

    def process(
        self, envelope: bytes, codec: SessionCodec | None, target: OperationSession | ServerTasks
    ) -> Answer | Future[Answer] | Silence:
        """Answer one message.

        The answer is encoded in the session's string table, so it has to be sent, and before
        anything else is encoded with the same codec: before the callbacks that the call caused.

        A document that is broken within its body is answered too, as in WCF: string tables stand
        outside of documents, so the session is unharmed and the fault is DeserializationFailed.

        Args:
            envelope: String table and document.
            codec: The codec of the session; None for messages in text, which need none.
            target: What the service's methods find as `ctx.udc`.

        Returns:
            The answer; what gives it later, in the thread in which the method's own Future is
            done, and never fails; for a message that is taken in silence, which kind it is of.

        Raises:
            BinaryXmlError: If the string table is broken, after which nothing can be read any more,
                or the document before its body. WCF faults the channel: abort the connection.
            EnvelopeError: If the document is no envelope, has no Action, or a header twice. The
                same applies.
        """
        ctx = EnvelopeContext(self, MethodContext.SERVER)
        ctx.in_string = [envelope]
        ctx.udc = target
        ctx.transport.codec = codec
        later: Future[Any] | None = None
        try:
            if not self.generate_contexts(ctx):
                is_keepalive = ctx.method_request_string == KEEPALIVE
                return Silence.KEEPALIVE if is_keepalive else Silence.CALLBACK
            if ctx.out_error is None:
                self.get_in_object(ctx)
            if ctx.out_error is None:
                self.get_out_object(ctx)
                later = ctx.inprot_ctx.awaited
            if later is None:
                return self._encode(ctx)
        finally:
            if later is None:
                ctx.close()
        answer: Future[Answer] = Future()
        later.add_done_callback(partial(self._answer_late, ctx, answer))
        return answer

    def _answer_late(self, ctx: Any, answer: Future[Answer], result: Future[Any]) -> None:
        try:
            self.app.complete_request(ctx, result)
            encoded = self._encode(ctx)
        finally:
            ctx.close()
        answer.set_result(encoded)

    def get_in_object(self, ctx: Any) -> None:
        """Read the arguments. Spyne's own method would log a traceback for every bad message."""
        try:
            self.app.in_protocol.deserialize(ctx)
        except Exception as error:  # noqa: BLE001 (whatever it is, it must not end the session)
            self.app.fail(ctx, error)

    def _encode(self, ctx: Any) -> Answer:
        """Encode the answer, or say that it cannot be."""
        try:
            self.get_out_string(ctx)
        except Exception as error:  # noqa: BLE001 (a value that cannot be written, a listener)
            if ctx.out_string is None:
                self.app.fail(ctx, error)
                ctx.out_document = ctx.out_error
                self.app.out_protocol.create_out_string(ctx)
            else:  # it is encoded, so it has to go out: see `process`
                self.app.failed("a listener of the encoded answer", error)
        (octets,) = ctx.out_string
        answer = Answer(octets)
        sent = ctx.out_error
        if ctx.descriptor is not None:
            answer.operation = ctx.inprot_ctx.operation.name
        if isinstance(sent, RequestFault):
            answer.ends_session = sent.is_internal
            answer.refusal = sent.summary
        return answer
