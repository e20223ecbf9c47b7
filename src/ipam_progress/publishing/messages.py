"""The answers to messages: SOAP 1.2 over HTTP, SOAP 1.2 Part 2 section 7, as WCF has it.

Nobody knows who sends them. Only a program can, or a page of this very server: browsers let no
foreign page send this media type without asking for leave, which is never given.
"""

from concurrent.futures import Future
from functools import partial
from typing import Final

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.http import INTERNAL_SERVER_ERROR
from twisted.web.server import Request

from ipam_progress.events import FaultSent, RequestAnswered
from ipam_progress.publishing.published import PublishedServer
from ipam_progress.service.application import text_tasks_application
from ipam_progress.service.endpoint import Answer, ServiceEndpoint
from ipam_progress.web import root_url

__all__ = ["MEDIA_TYPE", "TaskMessages"]

MEDIA_TYPE: Final = "application/soap+xml"
"""What messages are sent as, RFC 3902."""


class TaskMessages:
    """Answers POST at an address: IIpamServer for everybody.

    Args:
        server: Whose tasks they are.
        clock: Tells the time.
    """

    log = Logger()

    def __init__(self, server: PublishedServer, clock: IReactorTime) -> None:
        self._server = server
        self._clock = clock
        self._endpoint = ServiceEndpoint(text_tasks_application(self._failed))

    def __call__(self, request: Request) -> tuple[bytes, str] | None:
        """Answer a request with what the service answers, now or later."""
        began = self._clock.seconds()
        assert request.content is not None  # noqa: S101 (it has been read)
        answer = self._endpoint.process(
            request.content.read(), None, self._server.tasks_for_everybody()
        )
        if isinstance(answer, Future):
            gone: list[Failure] = []
            request.notifyFinish().addErrback(gone.append)
            answer.add_done_callback(partial(self._answer_late, request, gone, began))
            return None
        assert isinstance(answer, Answer)  # noqa: S101 (silence is for other services)
        return self._answer(request, began, answer)

    def _answer_late(
        self, request: Request, gone: list[Failure], began: float, later: Future[Answer]
    ) -> None:
        if not gone:
            body, media_type = self._answer(request, began, later.result())
            request.setHeader("Content-Type", media_type)
            request.write(body)
            request.finish()

    def _answer(self, request: Request, began: float, answer: Answer) -> tuple[bytes, str]:
        if answer.refusal:
            # as WCF does it, whose clients take no other status for a fault
            request.setResponseCode(INTERNAL_SERVER_ERROR)
            address = request.getClientAddress()
            peer = root_url(str(address), address).removeprefix("http://")
            self.log.warn("{peer}: refused a request: {refusal}", peer=peer, refusal=answer.refusal)
            kind, _, reason = answer.refusal.partition(": ")
            self._server.events.publish(FaultSent(peer, kind, reason))
        self._server.events.publish(
            RequestAnswered(answer.operation, self._clock.seconds() - began)
        )
        return bytes(answer), f"{MEDIA_TYPE}; charset=utf-8"

    def _failed(self, description: str, error: BaseException) -> None:
        self.log.failure("{what} failed", Failure(error), what=description)
