"""New objects, enumerations, and what people do with them."""

import copy
import dataclasses
import enum
import pickle
from decimal import Decimal

import pytest

from ipam_progress import contracts
from ipam_progress.contracts import (
    AddressFamily,
    BaseIpamObject,
    CreateDhcpScopeParameters,
    DhcpScopeV4,
    DnsResourceRecordMultiEditFields,
    IpamAdminOperationId,
    IpamException,
    IpamExceptionData,
    IpamObject,
    IpamTaskType,
    IPVirtualizationType,
    MultiUpdateDnsResourceRecordParameters,
    SetSubTaskStatus,
    SubTaskInstance,
    SubTaskStatus,
    WireEnum,
    items_of,
)
from ipam_progress.contracts.model import (
    ClassContract,
    CollectionContract,
    EnumContract,
    ExceptionContract,
    MessageContract,
)
from ipam_progress.contracts.registry import CONTRACTS, MESSAGES
from ipam_progress.values import DateTime, TimeSpan

DESCRIBED = [
    contract
    for contract in [*CONTRACTS.values(), *MESSAGES.values()]
    if isinstance(contract, ClassContract | ExceptionContract | MessageContract)
]
ZERO = {
    "boolean": False,
    "dateTime": DateTime(0),
    "decimal": Decimal(0),
    "double": 0.0,
    "duration": TimeSpan(0),
}


def unset(member):
    """Give what .NET has in a member that nobody has set."""
    if member.nillable:
        return None
    contract = CONTRACTS.get(member.type)
    if not isinstance(contract, EnumContract):
        return ZERO.get(member.type.name, 0)
    zero = [value for value in contract.values.values() if number_of(value) == 0]
    return zero[0] if zero else contract.python(0)


def number_of(member):
    return member.value if isinstance(member, enum.Flag) else member.number


def test_new_objects_have_what_new_objects_of_net_have():
    for contract in DESCRIBED:
        new = contract.python()
        for member in contract.members:
            value = getattr(new, member.name)
            expected = unset(member)
            assert value == expected, (contract.type, member)
            assert type(value) is type(expected), (contract.type, member)


def test_objects_are_slotted_and_take_keywords_only():
    for contract in DESCRIBED:
        assert not hasattr(contract.python(), "__dict__"), contract.type
        if dataclasses.fields(contract.python):
            with pytest.raises(TypeError, match="positional"):
                contract.python(None)
    with pytest.raises(AttributeError):
        SubTaskInstance().SubtaskName = "misspelled"


def test_objects_compare_by_their_members():
    assert DhcpScopeV4(ScopeName="a") == DhcpScopeV4(ScopeName="a")
    assert DhcpScopeV4(ScopeName="a") != DhcpScopeV4(ScopeName="b")
    assert IpamObject() != BaseIpamObject()
    with pytest.raises(TypeError, match="unhashable"):
        hash(DhcpScopeV4())


def test_the_text_of_an_object_that_holds_itself_ends():
    instance = SubTaskInstance(SubTaskName="round")
    instance.SubTaskInstanceDetails = instance
    assert repr(instance).count("'round'") == 1
    assert "SubTaskInstanceDetails=..." in repr(instance)


def test_a_field_may_share_the_name_of_its_type():
    instance = SubTaskInstance(SubTaskStatus=SubTaskStatus.InProgress)
    assert instance.SubTaskStatus is SubTaskStatus.InProgress
    fault = IpamException(IpamExceptionData=IpamExceptionData(ExceptionMessage="no"))
    assert fault.IpamExceptionData.ExceptionMessage == "no"


def test_objects_are_copied_and_pickled():
    parameters = CreateDhcpScopeParameters(
        OperationId=IpamAdminOperationId.CreateDhcpScope, Scope=DhcpScopeV4(ScopeName="office")
    )
    assert copy.deepcopy(parameters) == parameters
    assert pickle.loads(pickle.dumps(parameters)) == parameters


def test_enumerations_have_the_names_and_numbers_of_the_document(published_enumerations):
    enumerations = {
        name: contract for name, contract in CONTRACTS.items() if isinstance(contract, EnumContract)
    }
    assert len(enumerations) == 69
    assert set(enumerations) == set(published_enumerations)
    for name, contract in enumerations.items():
        form, values = published_enumerations[name]
        assert contract.flags == (form == "flags-list")
        assert issubclass(contract.python, enum.Flag if contract.flags else WireEnum)
        found = [(wire_name, number_of(member)) for wire_name, member in contract.values.items()]
        assert found == values, name
        assert contract.python.__name__ == name.name


def test_python_names_differ_from_names_on_the_wire_by_none_only():
    for contract in CONTRACTS.values():
        if isinstance(contract, EnumContract):
            for wire_name, member in contract.values.items():
                assert member.name == ("None_" if wire_name == "None" else wire_name)


def test_members_are_found_by_their_names_on_the_wire():
    assert IpamTaskType("None") is IpamTaskType.None_
    assert IpamTaskType("Discovery") is IpamTaskType.Discovery
    assert IpamTaskType.Discovery.value == "Discovery"
    with pytest.raises(ValueError, match="'Dicsovery' is not a valid IpamTaskType"):
        IpamTaskType("Dicsovery")


def test_names_that_share_a_number_stay_apart():
    for one, other in (("NS", "Ipx"), ("Iso", "Osi")):
        assert AddressFamily(one).number == AddressFamily(other).number
        assert AddressFamily(one) is not AddressFamily(other)
    assert AddressFamily.Unknown.number == -1
    numbers = {}
    for contract in CONTRACTS.values():
        if isinstance(contract, EnumContract):
            assert len(contract.values) == len(contract.python.__members__)
            of_this = [number_of(member) for member in contract.values.values()]
            if len(set(of_this)) != len(of_this):
                numbers[contract.type.name] = len(of_this) - len(set(of_this))
    assert numbers == {"AddressFamily": 2}


def test_flags_combine_and_can_all_be_unset():
    both = IPVirtualizationType.Fabric | IPVirtualizationType.Virtual
    assert list(both) == [IPVirtualizationType.Fabric, IPVirtualizationType.Virtual]
    assert both.value == 6
    unset_fields = MultiUpdateDnsResourceRecordParameters().ModifiedFields
    assert unset_fields == DnsResourceRecordMultiEditFields(0)
    assert not list(unset_fields)


def test_messages_say_what_they_carry():
    message = SetSubTaskStatus(
        subTaskInstance=SubTaskInstance(SubTaskInstanceId=3), percentComplete=Decimal("12.50")
    )
    assert message.subTaskInstance.SubTaskInstanceId == 3
    assert message.completionStatus is None


@pytest.mark.parametrize(
    ("items", "expected"),
    [(None, []), ([], []), ([1, 0], [1, 0]), ([None, "a", None, "b"], ["a", "b"])],
)
def test_items_of_a_list(items, expected):
    assert list(items_of(items)) == expected


def test_the_package_gives_everything_by_name():
    for name in contracts.__all__:
        assert hasattr(contracts, name)
    for contract in CONTRACTS.values():
        if not isinstance(contract, CollectionContract):
            assert getattr(contracts, contract.python.__name__) is contract.python
    for message in MESSAGES.values():
        assert getattr(contracts, message.python.__name__) is message.python
