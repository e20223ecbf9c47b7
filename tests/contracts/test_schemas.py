"""Every contract against the published schema, read here with lxml alone."""

import dataclasses
import inspect
import typing

from lxml import etree

import ipam_progress.contracts
from ipam_progress.contracts import IPAddress, IpamException, SystemException
from ipam_progress.contracts.model import (
    ClassContract,
    CollectionContract,
    EnumContract,
    ExceptionContract,
    TypeName,
)
from ipam_progress.contracts.registry import CONTRACTS, MESSAGES, PRIMITIVES, contract_of
from ipam_progress.namespaces import ARRAYS, IPAM, IPAM1, SCHEMA, SERIALIZATION, SYSTEM, SYSTEM_NET

XS = {"xs": SCHEMA}
APPINFO = {"xs": SCHEMA, "ser": SERIALIZATION}


def expand(node, text):
    prefix, _, name = text.rpartition(":")
    return TypeName(node.nsmap[prefix or None], name)


def own_elements(node):
    """Give name, type, nillability and whether it is required, of a type's own elements."""
    body = node.xpath("xs:complexContent/xs:extension", namespaces=XS)
    sequences = (body[0] if body else node).xpath("xs:sequence", namespaces=XS)
    return [
        (
            element.get("name"),
            expand(element, element.get("type")),
            element.get("nillable") == "true",
            int(element.get("minOccurs", "1")) > 0,
        )
        for sequence in sequences
        for element in sequence
        if etree.QName(element).localname == "element"
    ]


def base_of(node):
    extensions = node.xpath("xs:complexContent/xs:extension", namespaces=XS)
    return expand(extensions[0], extensions[0].get("base")) if extensions else None


def described(members):
    return [(m.name, m.type, m.nillable, m.required) for m in members]


def declares_id(node):
    return any(
        expand(attribute, attribute.get("ref")) == TypeName(SERIALIZATION, "Id")
        for attribute in node.xpath("xs:attribute", namespaces=XS)
    )


def test_all_286_types_are_there(published_types):
    assert len(published_types) == 286
    built_in = {name for name in published_types if contract_of(name) is None}
    assert built_in == {TypeName(SERIALIZATION, "duration")}
    assert built_in <= set(PRIMITIVES)
    assert set(CONTRACTS) == set(published_types) - built_in


def test_kinds(published_types, schema_types):
    for name, contract in CONTRACTS.items():
        kind, _ = published_types[name]
        assert isinstance(contract, EnumContract) == (kind == "simpleType"), name
        repeated = schema_types[name].xpath(
            "xs:sequence/xs:element[@maxOccurs='unbounded']", namespaces=XS
        )
        assert isinstance(contract, CollectionContract) == bool(repeated), name
        assert isinstance(contract, ExceptionContract) == (
            name in {TypeName(SYSTEM, "Exception"), TypeName(IPAM1, "IpamException")}
        )


def test_classes_have_the_members_of_the_schema(schema_types):
    classes = [c for c in CONTRACTS.values() if isinstance(c, ClassContract)]
    assert len(classes) == 178
    for contract in classes:
        node = schema_types[contract.type]
        assert described(contract.members) == own_elements(node), contract.type
        assert contract.base == base_of(node), contract.type


def test_references_and_value_types(schema_types):
    for contract in CONTRACTS.values():
        if not isinstance(contract, ClassContract):
            continue
        chain = [contract.type]
        while base_of(schema_types[chain[-1]]) is not None:
            chain.append(base_of(schema_types[chain[-1]]))
        assert contract.reference == any(declares_id(schema_types[name]) for name in chain)
        annotated = schema_types[contract.type].xpath(
            "xs:annotation/xs:appinfo/ser:IsValueType/text()", namespaces=APPINFO
        )
        assert contract.value_type == (annotated == ["true"])


def test_generic_classes(schema_types):
    def expanded(node):
        return TypeName(node.get("Namespace"), node.get("Name"))

    found = 0
    for contract in CONTRACTS.values():
        nodes = schema_types[contract.type].xpath(
            "xs:annotation/xs:appinfo/ser:GenericType", namespaces=APPINFO
        )
        generic = getattr(contract, "generic", None)
        assert bool(nodes) == (generic is not None), contract.type
        for node in nodes:
            found += 1
            assert generic.type == expanded(node)
            assert generic.parameters == tuple(map(expanded, node))
            assert contract.type.name.startswith(generic.type.name.partition("{")[0])
    assert found == 7


def test_reference_types_by_example():
    assert CONTRACTS[TypeName(IPAM, "SubTaskInstance")].reference
    assert CONTRACTS[TypeName(IPAM, "DnsResourceRecordDataA")].reference
    assert CONTRACTS[TypeName(IPAM, "DhcpOptionCollection")].reference
    assert not CONTRACTS[TypeName(IPAM, "TaskInfo")].reference
    assert not CONTRACTS[TypeName(SYSTEM_NET, "IPAddress")].reference


def test_lists_have_the_items_of_the_schema(schema_types):
    lists = [c for c in CONTRACTS.values() if isinstance(c, CollectionContract)]
    assert len(lists) == 36
    for contract in lists:
        assert described([contract.item]) == own_elements(schema_types[contract.type])
    longs = CONTRACTS[TypeName(ARRAYS, "ArrayOflong")]
    assert longs.item.type == TypeName(SCHEMA, "long")
    assert not longs.item.nillable


def test_messages_have_the_parts_of_the_schema(schema_elements):
    assert len(MESSAGES) == 23
    for name, message in MESSAGES.items():
        assert message.type == name
        assert message.python.__name__ == name.name
        (wrapped,) = schema_elements[name]
        assert described(message.members) == own_elements(wrapped), name


def test_the_exception_has_the_members_that_the_text_names():
    contract = CONTRACTS[TypeName(IPAM1, "IpamException")]
    assert contract.python is IpamException
    assert described(contract.members) == [
        ("IpamExceptionData", TypeName(IPAM, "IpamExceptionData"), True, False),
        ("InnerIpamException", TypeName(IPAM1, "IpamException"), True, False),
    ]
    root = TypeName(SYSTEM, "Exception")
    assert (contract.base, CONTRACTS[root].base) == (root, None)
    assert CONTRACTS[root].members == ()
    assert issubclass(IpamException, SystemException)


def test_nothing_declared_is_unknown():
    for contract in [*CONTRACTS.values(), *MESSAGES.values()]:
        if isinstance(contract, EnumContract):
            continue
        is_list = isinstance(contract, CollectionContract)
        for member in [contract.item] if is_list else contract.members:
            assert member.type in CONTRACTS or member.type in PRIMITIVES, (contract.type, member)


def test_every_primitive_is_used():
    used = set()
    for contract in [*CONTRACTS.values(), *MESSAGES.values()]:
        if isinstance(contract, CollectionContract):
            used.add(contract.item.type)
        elif not isinstance(contract, EnumContract):
            used.update(member.type for member in contract.members)
    assert set(PRIMITIVES) <= used


def hints_of(python):
    """Resolve the annotations of a class as a type checker does, whatever is imported where."""
    everything = {
        name: getattr(ipam_progress.contracts, name) for name in ipam_progress.contracts.__all__
    }
    modules = {
        name: getattr(ipam_progress.contracts, name) for name in ("enumerations", "exception_data")
    }
    own = inspect.get_annotations(python)
    namespace = vars(__import__(python.__module__, fromlist=["_"])) | everything | modules
    return {name: eval(text, namespace) for name, text in own.items()}


def expected_hint(member):
    contract = CONTRACTS.get(member.type)
    if isinstance(contract, CollectionContract):
        item = expected_hint(contract.item)
        base = list[item]
    else:
        base = PRIMITIVES[member.type] if contract is None else contract.python
    return base | None if member.nillable and base is not object else base


def test_fields_are_typed_as_the_members_are_declared():
    for contract in [*CONTRACTS.values(), *MESSAGES.values()]:
        if not isinstance(contract, EnumContract | CollectionContract):
            expected = {member.name: expected_hint(member) for member in contract.members}
            assert hints_of(contract.python) == expected, contract.type


def test_fields_are_the_members_base_first():
    for contract in [*CONTRACTS.values(), *MESSAGES.values()]:
        if isinstance(contract, EnumContract | CollectionContract):
            continue
        names = []
        link = contract
        while link is not None:
            names = [member.name for member in link.members] + names
            base = getattr(link, "base", None)
            if base is not None:
                assert issubclass(contract.python, CONTRACTS[base].python)
            link = CONTRACTS.get(base)
        assert [field.name for field in dataclasses.fields(contract.python)] == names


def test_docstrings_name_the_section(published_types):
    for name, contract in CONTRACTS.items():
        if isinstance(contract, CollectionContract):
            continue
        first_line = contract.python.__doc__.splitlines()[0]
        assert first_line.endswith(f"[MS-IPAMM2] {published_types[name][1]}."), name
    for message in MESSAGES.values():
        assert "[MS-IPAMM2] 3." in message.python.__doc__


def test_types_with_names_that_python_cannot_have():
    assert CONTRACTS[TypeName(SYSTEM, "Exception")].python is SystemException
    version = CONTRACTS[TypeName(IPAM, "ServerRoleDhcp.Version")].python
    assert version.__name__ == "ServerRoleDhcpVersion"
    renamed = [
        contract.type.name
        for contract in CONTRACTS.values()
        if not isinstance(contract, CollectionContract)
        and contract.python.__name__ != contract.type.name
    ]
    assert sorted(renamed) == ["Exception", "ServerRoleDhcp.Version"]


def test_the_address_is_ours():
    assert typing.get_args(hints_of(IPAddress)["m_Numbers"])[0] == list[int]
