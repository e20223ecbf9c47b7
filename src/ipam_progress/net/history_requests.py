"""What a client can ask of the history of operations, which servers of this library tell.

`ipam_progress.net.client.ManagementClient` has these methods. Each opens a session of its own.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator
from typing import TYPE_CHECKING, Any
from uuid import UUID

from twisted.internet.defer import Deferred, inlineCallbacks

from ipam_progress.contracts.base import items_of
from ipam_progress.contracts.history import GetOperation, GetOperations
from ipam_progress.errors import FramingError
from ipam_progress.framing.faults import ENDPOINT_NOT_FOUND
from ipam_progress.records import OperationRecord, Outcome
from ipam_progress.service.history import record_of

if TYPE_CHECKING:
    from ipam_progress.net.client_channel import ClientChannel

__all__ = ["HistoryRequests"]


class HistoryRequests(ABC):
    """The requests of our own port type.

    Only servers of this library that keep records can tell, and they tell clients of their own
    operations only, but for IPAM administrators. Each gives a Deferred that fires with what is on
    record, or fails: with `ConnectionLostError` if the server cannot be reached, `FramingError` if
    it does not tell, `SoapFaultError` if it refuses, `RequestTimeoutError` or another
    `ProtocolError`. Cancelling it drops the connection.
    """

    @abstractmethod
    def _open_history(self) -> Deferred[ClientChannel]:
        """Open a session of our own port type."""

    @abstractmethod
    def _ask(self, channel: ClientChannel, message: object) -> Deferred[Any]:
        """Send a request and give the reply; the session ends when it fails."""

    @inlineCallbacks
    def operation(
        self, request_id: str | UUID
    ) -> Generator[Deferred[Any], Any, OperationRecord | None]:
        """Ask how an operation goes or ended.

        Args:
            request_id: The MessageID with which its start was asked for, or the UUID in it.

        Returns:
            What fires with what is on record, subtasks and parameters with it, or with None if
            there is no such operation. Of more than 1000 subtasks, or of fewer with long texts, the
            first are left off: they are numbered from 1 on.
        """
        answer = yield self._ask_history(GetOperation(requestId=str(request_id)))
        told = answer.GetOperationResult
        return None if told is None else record_of(told)

    @inlineCallbacks
    def operations(
        self, *, limit: int = 100, outcome: Outcome | None = None
    ) -> Generator[Deferred[Any], Any, list[OperationRecord]]:
        """Ask how the newest operations go or ended.

        Args:
            limit: How many, from 1 to 1000.
            outcome: Which ones; None for all.

        Returns:
            What fires with what is on record, newest first, without subtasks and parameters.
        """
        answer = yield self._ask_history(GetOperations(limit=limit, outcome=outcome))
        return [record_of(told) for told in items_of(answer.GetOperationsResult)]

    @inlineCallbacks
    def _ask_history(self, request: object) -> Generator[Deferred[Any], Any, Any]:
        try:
            channel = yield self._open_history()
        except FramingError as error:
            if error.fault != ENDPOINT_NOT_FOUND:
                raise
            raise FramingError(
                "the server does not tell of its operations: it keeps no records (no [store] in "
                "its configuration), is none of this library, or tells at another path",
                fault=error.fault,
            ) from error
        answer = yield self._ask(channel, request)
        yield channel.end()
        return answer
