import tempfile
from pathlib import Path

import pytest
from lxml import etree

from ipam_progress.contracts.model import (
    ClassContract,
    CollectionContract,
    DictionaryContract,
    EnumContract,
    ExceptionContract,
    Member,
    TypeName,
)
from ipam_progress.contracts.registry import CONTRACTS, PRIMITIVES, contract_of
from ipam_progress.errors import LocalProtocolError
from ipam_progress.namespaces import HISTORY, IPAM, SCHEMA, SERIALIZATION
from ipam_progress.service import _spyne
from ipam_progress.service.application import (
    ipam_server_application,
    operation_history_application,
    operation_with_progress_application,
)
from ipam_progress.service.declarations import (
    IPAM_SERVER,
    OPERATION_HISTORY,
    OPERATION_WITH_PROGRESS,
    OPERATIONS,
)
from ipam_progress.service.models import ModelFactory

WSDL = Path(__file__).parent.parent.parent / "wsdl"
XS = "{http://www.w3.org/2001/XMLSchema}"


@pytest.fixture(scope="module")
def factory():
    return ModelFactory(contract_of)


def bases_first(name):
    """Give the contracts of a class, root first."""
    found = []
    while name is not None:
        found.insert(0, CONTRACTS[name])
        name = found[0].base
    return found


def test_every_type_of_the_closure_has_a_model(factory):
    assert len(CONTRACTS) == 285
    for name in (*CONTRACTS, TypeName(SERIALIZATION, "duration")):
        model = factory.model_of(name)
        assert (model.get_namespace(), model.get_type_name()) == name
        assert factory.model_of(name) is model


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=lambda contract: contract.type.name)
def test_a_model_has_the_members_of_its_contract(factory, contract):
    model = factory.model_of(contract.type)
    match contract:
        case ClassContract():
            line = bases_first(contract.type)
            members = [member for ancestor in line for member in ancestor.members]
            assert list(model.get_flat_type_info(model)) == [member.name for member in members]
            base = factory.model_of(contract.base) if contract.base else None
            assert model.__extends__ is base
            check_members(model, contract.members)
        case ExceptionContract():
            check_members(model, contract.members)
        case CollectionContract():
            ((name, item),) = model._type_info.items()
            assert name == contract.item.name
            assert item.get_type_name() == contract.item.type.name
            assert item.Attributes.max_occurs == float("inf")
            assert issubclass(model, _spyne.Array)
        case EnumContract(flags=False):
            assert list(model.__values__) == list(contract.values)
        case EnumContract(flags=True):
            assert model.Attributes.pattern


def check_members(model, members):
    assert list(model._type_info) == [member.name for member in members]
    for member in members:
        attributes = model._type_info[member.name].Attributes
        assert bool(attributes.nullable) == member.nillable
        assert attributes.min_occurs == int(member.required)
        assert model._type_info[member.name].get_type_name() == member.type.name
        assert model._type_info[member.name].get_namespace() == member.type.namespace


def test_primitive_types_are_spynes_own(factory):
    for name in PRIMITIVES:
        assert factory.model_of(name).get_type_name() == name.name


def test_a_name_without_a_type_is_an_error(factory):
    with pytest.raises(LocalProtocolError, match="no type Odd in the namespace urn:x"):
        factory.model_of(TypeName("urn:x", "Odd"))
    with pytest.raises(LocalProtocolError):
        factory.model_of(TypeName(SCHEMA, "NOTATION"))


def test_a_dictionary_is_a_list_of_items_with_key_and_value():
    key = Member("Key", TypeName(SCHEMA, "string"), nillable=True, required=True)
    value = Member("Value", TypeName(SCHEMA, "int"), required=True)
    name = TypeName("urn:d", "ArrayOfKeyValueOfstringint")
    contract = DictionaryContract(name, "KeyValueOfstringint", key, value)
    factory = ModelFactory({name: contract}.get)
    model = factory.model_of(name)
    ((item_name, item),) = model._type_info.items()
    assert item_name == "KeyValueOfstringint"
    assert item.get_namespace() == "urn:d"
    check_members(item, (key, value))


def schema_of(application):
    """Let Spyne publish an application and libxml2 compile what it publishes."""
    from spyne.interface.xml_schema import XmlSchema

    schema = XmlSchema(application.interface)
    with tempfile.TemporaryDirectory() as directory:
        previous, tempfile.tempdir = tempfile.tempdir, directory
        try:
            schema.build_validation_schema()
        finally:
            tempfile.tempdir = previous
    return schema.validation_schema


@pytest.mark.parametrize("make", [operation_with_progress_application, ipam_server_application])
def test_spyne_publishes_a_schema_that_compiles(make):
    schema = schema_of(make())
    parameters = etree.fromstring(
        f"<InitializeOperationParameters xmlns='{IPAM}'><paramters>"
        "<OperationId>CreateDhcpScope</OperationId></paramters></InitializeOperationParameters>"
    )
    task = etree.fromstring(f"<StartTask xmlns='{IPAM}'><taskType>Audit</taskType></StartTask>")
    assert schema.validate(parameters if make is operation_with_progress_application else task), (
        schema.error_log
    )
    for element in (parameters, task):
        element[0].text = "Bogus"
        assert not schema.validate(element)


def test_spyne_publishes_the_types_that_are_published():
    from spyne.interface.wsdl import Wsdl11

    application = operation_with_progress_application()
    wsdl = Wsdl11(application.interface)
    wsdl.build_interface_document("net.tcp://server/IpamOperationWithProgress")
    document = etree.fromstring(wsdl.get_interface_document())
    ours = {
        (schema.get("targetNamespace"), item.get("name"))
        for schema in document.iter(f"{XS}schema")
        for item in schema
        if item.tag in {f"{XS}complexType", f"{XS}simpleType"}
    }
    published = {
        (schema.get("targetNamespace"), item.get("name"))
        for schema in (etree.parse(path).getroot() for path in WSDL.glob("*.xsd"))
        for item in schema
        if item.tag in {f"{XS}complexType", f"{XS}simpleType"}
    }
    wrappers = {
        (IPAM, name)
        for operation in OPERATIONS.values()
        for name in (operation.request.type.name, operation.response.type.name)
    }
    assert set(CONTRACTS) | {(SERIALIZATION, "duration")} <= ours
    assert ours - wrappers <= published
    operations = [item.get("name") for item in document.iterfind(".//{*}portType/{*}operation")]
    assert operations == ["InitializeOperationParameters", "StartOperationWithCallback"]


def test_each_service_has_an_application_of_its_own():
    for make, name, namespace in (
        (operation_with_progress_application, OPERATION_WITH_PROGRESS, IPAM),
        (ipam_server_application, IPAM_SERVER, IPAM),
        (operation_history_application, OPERATION_HISTORY, HISTORY),
    ):
        application = make()
        assert application.name == name
        assert application.tns == namespace
        keys = set(application.interface.service_method_map)
        assert keys == {
            f"{{{namespace}}}{operation.name}"
            for operation in OPERATIONS.values()
            if operation.port_type == name
        }
