"""Finding contracts, and the parameters of operations."""

from dataclasses import dataclass

import pytest

from ipam_progress.contracts import (
    DhcpScopeV4,
    IpamAdminOperationId,
    IpamException,
    IpamOperationWithProgressParameters,
    IpamTaskType,
    StartTask,
)
from ipam_progress.contracts.model import ClassContract, CollectionContract, TypeName
from ipam_progress.contracts.registry import (
    CONTRACTS,
    MESSAGES,
    PARAMETER_TYPES,
    contract_for,
    contract_of,
    derived_contracts,
    message_for,
)
from ipam_progress.errors import SerializationError
from ipam_progress.namespaces import IPAM, IPAM1


def test_contracts_are_found_by_name_and_by_class():
    for name, contract in CONTRACTS.items():
        assert contract_of(name) is contract
        assert contract.type == name
        if not isinstance(contract, CollectionContract):
            assert contract_for(contract.python) is contract
    assert contract_of(TypeName(IPAM1, "SubTaskInstance")) is None
    assert contract_for(IpamTaskType).type == TypeName(IPAM, "IpamTaskType")
    assert contract_for(IpamException).type == TypeName(IPAM1, "IpamException")


def test_messages_are_found_by_class():
    for message in MESSAGES.values():
        assert message_for(message.python) is message
    with pytest.raises(SerializationError, match="DhcpScopeV4 is no message"):
        message_for(DhcpScopeV4)


def test_classes_without_a_contract_are_refused():
    @dataclass
    class MyScope(DhcpScopeV4):
        pass

    for python in (MyScope, int, StartTask):
        with pytest.raises(SerializationError, match=f"{python.__qualname__} is no data contract"):
            contract_for(python)


def test_registered_tables_cannot_be_changed():
    for table in (CONTRACTS, MESSAGES):
        with pytest.raises(TypeError):
            table[TypeName(IPAM, "X")] = None


def test_derived_contracts():
    scopes = [c.type.name for c in derived_contracts(TypeName(IPAM, "DhcpScope"))]
    assert scopes == ["DhcpScopeV4", "DhcpScopeV6"]
    assert len(list(derived_contracts(TypeName(IPAM, "DnsResourceRecordData")))) == 21
    assert list(derived_contracts(TypeName(IPAM, "TaskInfo"))) == []
    everything = list(derived_contracts(TypeName(IPAM, "IpamObject")))
    names = [contract.type for contract in everything]
    assert len(set(names)) == len(names)
    for contract in everything:
        if contract.base != TypeName(IPAM, "IpamObject"):
            assert names.index(contract.base) < names.index(contract.type)
    by_inheritance = {
        contract.type
        for contract in CONTRACTS.values()
        if isinstance(contract, ClassContract)
        and issubclass(contract.python, CONTRACTS[TypeName(IPAM, "IpamObject")].python)
    }
    assert set(names) == by_inheritance - {TypeName(IPAM, "IpamObject")}


def test_every_operation_has_its_parameters(published_operations):
    assert len(PARAMETER_TYPES) == 49
    assert {
        operation.value: contract_for(python).type for operation, python in PARAMETER_TYPES.items()
    } == published_operations
    assert set(PARAMETER_TYPES) == set(IpamAdminOperationId)


def test_every_parameter_type_belongs_to_an_operation():
    derived = derived_contracts(contract_for(IpamOperationWithProgressParameters).type)
    assert {contract.python for contract in derived} == set(PARAMETER_TYPES.values())


def test_docstrings_of_parameters_name_their_operations():
    for operation, python in PARAMETER_TYPES.items():
        assert operation.value in python.__doc__.splitlines()[0]
