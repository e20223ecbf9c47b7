"""The generated schemas against those that are published, node by node."""

from pathlib import Path

import pytest
from lxml import etree

from ipam_progress.contracts.enumerations import DnsResourceRecordMultiEditFields
from ipam_progress.contracts.model import DictionaryContract, EnumContract, Member, TypeName
from ipam_progress.contracts.registry import CONTRACTS, MESSAGES, OWN_CONTRACTS, OWN_MESSAGES
from ipam_progress.namespaces import (
    ARRAYS,
    HISTORY,
    IPAM,
    IPAM1,
    SCHEMA,
    SERIALIZATION,
    SYSTEM,
    SYSTEM_NET,
)
from ipam_progress.service.metadata.schemas import build_schemas, reachable

WSDL = Path(__file__).parent.parent.parent.parent / "wsdl"
XS = f"{{{SCHEMA}}}"


@pytest.fixture(scope="module")
def published(global_items):
    """What stands in the schemas of [MS-IPAMM2] section 7, by kind and name."""
    return {
        key: item
        for path in WSDL.glob("*.xsd")
        for key, item in global_items(etree.parse(path).getroot()).items()
    }


@pytest.fixture(scope="module")
def generated(schemas, global_items):
    return {key: item for schema in schemas.values() for key, item in global_items(schema).items()}


def test_all_285_types_are_equal_to_those_that_are_published(generated, published, tree_of):
    types = {key for key in generated if key[0] == "type" and key[1] != HISTORY}
    own = {("type", SERIALIZATION, name) for name in ("char", "duration", "guid")}
    assert types - own == {("type", *name) for name in CONTRACTS}
    assert len(types - own) == 285
    for key in types:
        assert tree_of(generated[key]) == tree_of(published[key]), key


def test_messages_are_equal_to_those_that_are_published(generated, published, tree_of):
    for name in MESSAGES:
        key = ("element", *name)
        assert tree_of(generated[key]) == tree_of(published[key])


def test_beside_each_type_is_an_element_for_it(generated, published, tree_of):
    """As CoreWCF has it; section 7 leaves most of these out, and those it has are the same."""
    there = 0
    for key, item in generated.items():
        if key[0] == "type":
            element = generated["element", *key[1:]]
            assert tree_of(element) == (
                f"{XS}element",
                {"name": key[2], "nillable": "true", "type": f"{{{key[1]}}}{key[2]}"},
                "",
                [],
            )
            assert item.getnext() is element or key[1] == SERIALIZATION
            if ("element", *key[1:]) in published:
                there += 1
                assert tree_of(element) == tree_of(published["element", *key[1:]])
    assert there == 16


def test_nothing_else_is_published(generated):
    elements = {key[1:] for key in generated if key[0] == "element" and key[1] != SERIALIZATION}
    assert elements == {*CONTRACTS, *OWN_CONTRACTS, *MESSAGES, *OWN_MESSAGES}


def test_the_schema_of_the_serializer_is_the_one_that_is_published(schemas, tree_of):
    there = etree.parse(WSDL / "schemas.microsoft.com.2003.10.Serialization.xsd").getroot()
    tag, attributes, text, ours = tree_of(schemas[SERIALIZATION])
    assert (tag, attributes, text) == tree_of(there)[:3]
    assert sorted(ours, key=str) == sorted(tree_of(there)[3], key=str)


def test_schemas_are_qualified_and_import_what_they_mention(schemas):
    for namespace, schema in schemas.items():
        assert schema.get("elementFormDefault") == "qualified"
        imported = {each.get("namespace") for each in schema.iterfind(f"{XS}import")}
        named = {
            node.nsmap[value.partition(":")[0]]
            for node in schema.iter()
            for key, value in node.attrib.items()
            if key in {"type", "base", "ref"}
        }
        assert named - {namespace, SCHEMA} <= imported
        # an exception does not say what is in it, and yet there are objects of IPAM in it
        assert imported <= {*named, SERIALIZATION, *[IPAM] * (namespace == IPAM1)}


def test_every_kind_of_type_by_example(generated):
    ids = [each.get("ref") for each in generated["type", IPAM, "IpamObject"].iter(f"{XS}attribute")]
    assert ids == ["ser:Id", "ser:Ref"]
    assert generated["type", IPAM, "BaseIpamObject"].find(f"{XS}attribute") is None
    (factory,) = generated["type", SYSTEM, "Exception"].iter(f"{XS}attribute")
    assert factory.get("ref") == "ser:FactoryType"
    exception = generated["type", IPAM1, "IpamException"]
    assert exception.find(f"{XS}complexContent/{XS}extension").get("base") == "sys:Exception"
    assert generated["type", IPAM, "DnsResourceRecordMultiEditFields"].find(f"{XS}list") is not None
    address = generated["type", SYSTEM_NET, "IPAddress"]
    assert all(each.get("minOccurs") is None for each in address.iter(f"{XS}element"))


def test_a_dictionary_is_a_list_with_a_note(published, tree_of):
    """None of the 285 types is one, but among the 563 of section 7 there are some."""
    name = "ArrayOfKeyValueOfDnsResourceRecordAsmFormatterIpamException0cupfWA8"
    contract = DictionaryContract(
        TypeName(ARRAYS, name),
        name.removeprefix("ArrayOf"),
        Member("Key", TypeName(IPAM, "DnsResourceRecordAsmFormatter"), nillable=True),
        Member("Value", TypeName(IPAM1, "IpamException"), nillable=True),
    )
    schema = build_schemas([contract], [], str)[ARRAYS]
    assert [each.get("namespace") for each in schema.iterfind(f"{XS}import")] == [
        IPAM,
        IPAM1,
        SERIALIZATION,
    ]
    (ours,) = schema.iterfind(f"{XS}complexType")
    assert tree_of(ours) == tree_of(published["type", ARRAYS, name])
    found = reachable([contract.type], {**CONTRACTS, contract.type: contract}.get)
    assert {contract.type, TypeName(IPAM1, "IpamException"), TypeName(SYSTEM, "Exception")} <= set(
        found
    )


def test_flags_with_numbers_of_their_own_say_so():
    fields = DnsResourceRecordMultiEditFields
    contract = EnumContract(
        TypeName(IPAM, "Fields"), fields, {"None": fields(0), "TTL": fields(1)}, flags=True
    )
    schema = build_schemas([contract], [], str)[IPAM]
    numbers = [each.text for each in schema.iter(f"{{{SERIALIZATION}}}EnumerationValue")]
    assert numbers == ["0", "1"]  # where 1 and 2 are usual
