"""The contracts of our own: what a WCF client would declare, and nothing of the published ones."""

import dataclasses

import pytest

from ipam_progress.contracts.history import RecordedOperation
from ipam_progress.contracts.model import (
    ClassContract,
    CollectionContract,
    EnumContract,
    TypeName,
)
from ipam_progress.contracts.registry import (
    CONTRACTS,
    MESSAGES,
    OWN_CONTRACTS,
    OWN_MESSAGES,
    contract_of,
    message_for,
)
from ipam_progress.namespaces import HISTORY
from ipam_progress.records import OperationRecord, Outcome, SubtaskRecord

CLASSES = [each for each in OWN_CONTRACTS.values() if isinstance(each, ClassContract)]


def test_nothing_of_ours_is_published():
    assert not OWN_CONTRACTS.keys() & CONTRACTS.keys()
    assert not OWN_MESSAGES.keys() & MESSAGES.keys()
    for name in (*OWN_CONTRACTS, *OWN_MESSAGES):
        assert name.namespace == HISTORY


def test_what_is_ours_is_found_as_the_rest_is():
    for name, contract in OWN_CONTRACTS.items():
        assert contract_of(name) is contract
    for message in OWN_MESSAGES.values():
        assert message_for(message.python) is message


@pytest.mark.parametrize("contract", CLASSES, ids=lambda contract: contract.type.name)
def test_members_are_in_the_order_of_a_class_that_says_none(contract):
    names = [member.name for member in contract.members]
    assert names == sorted(names)
    assert names == [each.name for each in dataclasses.fields(contract.python)]


def test_lists_are_named_as_data_contract_serializer_names_them():
    for contract in OWN_CONTRACTS.values():
        if isinstance(contract, CollectionContract):
            assert contract.type.name == f"ArrayOf{contract.item.name}"
            assert contract.item.type in OWN_CONTRACTS


def test_every_outcome_has_a_name():
    contract = OWN_CONTRACTS[TypeName(HISTORY, "Outcome")]
    assert isinstance(contract, EnumContract)
    assert list(contract.values) == ["Running", "Succeeded", "Failed", "Unknown"]
    assert set(contract.values.values()) == set(Outcome)


def test_whatever_is_on_record_has_a_member():
    """But the checkpoint, which is the handler's affair."""
    operation, subtask = (
        {each.name.replace("_", "") for each in dataclasses.fields(kind)}
        for kind in (OperationRecord, SubtaskRecord)
    )
    told = {contract.type.name: contract.members for contract in CLASSES}
    assert {each.name.lower() for each in told["RecordedOperation"]} == operation - {"checkpoint"}
    assert {each.name.lower() for each in told["RecordedSubtask"]} == subtask


def test_a_new_object_tells_nothing():
    new = RecordedOperation()
    assert new.Outcome is Outcome.RUNNING
    assert new.Subtasks is None
