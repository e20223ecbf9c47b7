"""The contracts of our own port type, by which clients ask how their operations ended.

[MS-IPAMM2] has nothing like it: what the server tells is told once, by callbacks, and a client whose
connection went has missed it. So this is no part of the published contracts, and stands in a
namespace of its own; classes and descriptions are as if they had been generated for them. Members
are in alphabetical order, which is what DataContractSerializer expects of a class that says nothing
else: a WCF client declares the same names, and no order. Knows no records, and nothing of XML.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from ipam_progress import records
from ipam_progress.contracts.base import ZERO_TIME
from ipam_progress.contracts.model import (
    ClassContract,
    CollectionContract,
    Contract,
    EnumContract,
    Member,
    MessageContract,
    TypeName,
)
from ipam_progress.namespaces import HISTORY, SCHEMA, SERIALIZATION
from ipam_progress.values import DateTime

__all__ = [
    "CONTRACTS",
    "MESSAGES",
    "GetOperation",
    "GetOperationResponse",
    "GetOperations",
    "GetOperationsResponse",
    "RecordedOperation",
    "RecordedSubtask",
]

_NO_ID: Final = UUID(int=0)


@dataclass(slots=True, kw_only=True)
class RecordedSubtask:
    """How a subtask of an operation stands: an `ipam_progress.records.SubtaskRecord`."""

    Description: str | None = None
    Error: str | None = None
    Name: str | None = None
    Number: int = 0
    Percent: Decimal = Decimal(0)
    Status: str | None = None
    UniqueId: int = 0


@dataclass(slots=True, kw_only=True)
class RecordedOperation:
    """How an operation goes or ended: an `ipam_progress.records.OperationRecord`.

    The checkpoint is not in it, which is the affair of the handler that saved it. Parameters and
    subtasks are nil where they were not asked for.
    """

    Address: str | None = None
    Attempts: int = 0
    Client: str | None = None
    ClientSawEnd: bool = False
    Ended: DateTime | None = None
    Error: str | None = None
    Id: UUID = _NO_ID
    OperationId: str | None = None
    Outcome: records.Outcome = records.Outcome.RUNNING
    Parameters: str | None = None
    Percent: Decimal = Decimal(0)
    RequestId: str | None = None
    Started: DateTime = ZERO_TIME
    Subtasks: list[RecordedSubtask | None] | None = None


@dataclass(slots=True, kw_only=True)
class GetOperation:
    """The client asks for the operation that it started with a request of this MessageID."""

    requestId: str | None = None


@dataclass(slots=True, kw_only=True)
class GetOperationResponse:
    """The operation with its parameters and newest subtasks; nil if the client has none like that.

    Subtasks are numbered from 1 on: a first one of another number says how many were left off.
    """

    GetOperationResult: RecordedOperation | None = None


@dataclass(slots=True, kw_only=True)
class GetOperations:
    """The client asks for its newest operations; for those that ended in a certain way, if it says.

    The limit is for the operations, from 1 to 1000.
    """

    limit: int = 0
    outcome: records.Outcome | None = None


@dataclass(slots=True, kw_only=True)
class GetOperationsResponse:
    """The operations, newest first, without parameters and subtasks."""

    GetOperationsResult: list[RecordedOperation | None] | None = None


def _own(name: str) -> TypeName:
    return TypeName(HISTORY, name)


def _text(name: str) -> Member:
    return Member(name, TypeName(SCHEMA, "string"), nillable=True)


def _list_of(name: str) -> CollectionContract:
    return CollectionContract(_own(f"ArrayOf{name}"), Member(name, _own(name), nillable=True))


_BOOLEAN: Final = TypeName(SCHEMA, "boolean")
_DATE_TIME: Final = TypeName(SCHEMA, "dateTime")
_DECIMAL: Final = TypeName(SCHEMA, "decimal")
_INT: Final = TypeName(SCHEMA, "int")
_LONG: Final = TypeName(SCHEMA, "long")

CONTRACTS: Final[tuple[Contract, ...]] = (
    EnumContract(
        _own("Outcome"),
        records.Outcome,
        {outcome.value.capitalize(): outcome for outcome in records.Outcome},
    ),
    ClassContract(
        _own("RecordedSubtask"),
        RecordedSubtask,
        base=None,
        members=(
            _text("Description"),
            _text("Error"),
            _text("Name"),
            Member("Number", _INT),
            Member("Percent", _DECIMAL),
            _text("Status"),
            Member("UniqueId", _LONG),
        ),
    ),
    _list_of("RecordedSubtask"),
    ClassContract(
        _own("RecordedOperation"),
        RecordedOperation,
        base=None,
        members=(
            _text("Address"),
            Member("Attempts", _INT),
            _text("Client"),
            Member("ClientSawEnd", _BOOLEAN),
            Member("Ended", _DATE_TIME, nillable=True),
            _text("Error"),
            Member("Id", TypeName(SERIALIZATION, "guid")),
            _text("OperationId"),
            Member("Outcome", _own("Outcome")),
            _text("Parameters"),
            Member("Percent", _DECIMAL),
            _text("RequestId"),
            Member("Started", _DATE_TIME),
            Member("Subtasks", _own("ArrayOfRecordedSubtask"), nillable=True),
        ),
    ),
    _list_of("RecordedOperation"),
)
"""The types of the namespace."""

MESSAGES: Final[tuple[MessageContract, ...]] = (
    MessageContract(_own("GetOperation"), GetOperation, members=(_text("requestId"),)),
    MessageContract(
        _own("GetOperationResponse"),
        GetOperationResponse,
        members=(Member("GetOperationResult", _own("RecordedOperation"), nillable=True),),
    ),
    MessageContract(
        _own("GetOperations"),
        GetOperations,
        members=(Member("limit", _INT), Member("outcome", _own("Outcome"), nillable=True)),
    ),
    MessageContract(
        _own("GetOperationsResponse"),
        GetOperationsResponse,
        members=(Member("GetOperationsResult", _own("ArrayOfRecordedOperation"), nillable=True),),
    ),
)
"""The messages of the port type."""
