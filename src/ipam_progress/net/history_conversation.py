"""A session in which a client asks how its operations go and ended, answered from the store.

Where nothing protects sessions nobody knows who asks, and everybody is told everything. Else a
client is told of its own operations, those that the same account has started, and an IPAM
administrator of all of them. What is not on record and what is somebody else's are not told apart;
the audit has the difference.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar

from ipam_progress.authorization import AuditEntry, AuthorizationDecision
from ipam_progress.contracts import IpamExceptionId
from ipam_progress.errors import StoreError
from ipam_progress.identity import Identity, IpamGroup
from ipam_progress.net.conversation import MessageEndpoint
from ipam_progress.net.request_conversation import RequestConversation
from ipam_progress.net.server_parts import ServerParts
from ipam_progress.service.history import (
    MOST_OPERATIONS,
    MOST_SUBTASKS,
    recorded,
    recorded_in_short,
    request_id_of,
)
from ipam_progress.session.faults import IpamError

if TYPE_CHECKING:
    from ipam_progress.contracts.history import RecordedOperation
    from ipam_progress.net.server_channel import ServerChannel
    from ipam_progress.records import OperationRecord, Outcome
    from ipam_progress.store import StoreTransaction

__all__ = ["HistoryConversation"]

_Found = TypeVar("_Found")
_Told = TypeVar("_Told")


class HistoryConversation(RequestConversation):
    """A session of our own port type (an `ipam_progress.service.services.OperationHistory`).

    Args:
        parts: Of the server; it has a store.
        endpoint: Answers its messages.
        channel: The connection that carries it.
    """

    __slots__ = ("_identity",)

    def __init__(
        self, parts: ServerParts, endpoint: MessageEndpoint, channel: ServerChannel
    ) -> None:
        super().__init__(parts, endpoint, channel)
        self._identity: Identity | None = channel.identity

    def operation(self, request_id: str | None) -> Future[RecordedOperation | None]:
        """Find the operation that was started with a request of this MessageID."""
        key = request_id_of(request_id or "")
        client = self._whose("GetOperation")

        def find(store: StoreTransaction) -> tuple[OperationRecord | None, bool]:
            record = store.operation_by_request(key, client, MOST_SUBTASKS)
            is_hidden = record is None and client is not None
            return record, is_hidden and store.operation_by_request(key, None, 0) is not None

        def tell(found: tuple[OperationRecord | None, bool]) -> RecordedOperation | None:
            record, is_hidden = found
            if is_hidden:
                self._note_denial(f"GetOperation {key}", "another client started it")
            return None if record is None else recorded(record)

        return self._ask(find, tell)

    def operations(self, limit: int, outcome: Outcome | None) -> Future[list[RecordedOperation]]:
        """Give the newest operations; if an outcome is given, those with it."""
        client = self._whose("GetOperations")
        if not 1 <= limit <= MOST_OPERATIONS:
            raise IpamError(
                IpamExceptionId.IpamApiInvalidParameter,
                f"The limit is {limit}; it has to be from 1 to {MOST_OPERATIONS}.",
            )
        return self._ask(
            lambda store: store.operations(limit, outcome, client),
            lambda records: list(map(recorded_in_short, records)),
        )

    def _whose(self, action: str) -> str | None:
        """Give the account whose operations the client may see; None for everybody's.

        Raises:
            IpamError: IpamApiAccessDenied if none are its own, because nobody knows who it is.
        """
        identity = self._identity
        if identity is None or identity.is_in(IpamGroup.IPAM_ADMINISTRATORS):
            return None
        if identity.is_anonymous:
            self._note_denial(action, "nobody knows who asks")
            raise IpamError(
                IpamExceptionId.IpamApiAccessDenied,
                "Operations are told of to those who started them: log on with an account.",
            )
        return identity.name

    def _note_denial(self, action: str, reason: str) -> None:
        authorizer = self._parts.authorizer
        if authorizer is not None and self._identity is not None:
            decision = AuthorizationDecision(False, reason)
            authorizer.tell(AuditEntry(self._identity, action, decision))

    def _ask(
        self, find: Callable[[StoreTransaction], _Found], tell: Callable[[_Found], _Told]
    ) -> Future[_Told]:
        """Look something up, behind everything that waits to be written.

        Args:
            find: Looks it up, in the store's thread.
            tell: Makes of it what is told, in the reactor's.
        """
        told: Future[_Told] = Future()

        def answer(found: Future[_Found]) -> None:
            try:
                told.set_result(tell(found.result()))
            except StoreError as error:
                self.log.error("the history cannot be read: {reason}", reason=str(error))
                told.set_exception(
                    IpamError(
                        IpamExceptionId.IpamApiGenericErrorOccurred,
                        "The server cannot read its records at the moment. Try again later; its "
                        "log says why.",
                    )
                )
            except Exception as error:  # noqa: BLE001 (whoever waits for the answer tells it)
                told.set_exception(error)

        writer = self._parts.recorder.writer
        assert writer is not None  # it is there as long as there are sessions
        writer.submit(find).add_done_callback(answer)
        return told
