"""Objects as JSON: what people write into parameter files, and what a command line prints."""

import json
from decimal import Decimal
from uuid import UUID

import pytest

from ipam_progress.contracts import (
    CreateDhcpScopeParameters,
    DhcpScopeV6,
    IpamAdminOperationId,
    SubTaskInstance,
    SubTaskStatus,
)
from ipam_progress.contracts.messages import SetSubTaskStatus
from ipam_progress.contracts.model import TypeName
from ipam_progress.datacontract import (
    TypedInt,
    displayed,
    from_json,
    parse_name,
    to_json,
    typed,
)
from ipam_progress.errors import DeserializationError, SerializationError
from ipam_progress.namespaces import ARRAYS, IPAM, SCHEMA, SERIALIZATION
from ipam_progress.values import DateTime, TimeSpan

ANY = TypeName(SCHEMA, "anyType")


def test_parameters_as_people_write_them():
    data = {
        "OperationId": "CreateDhcpScope",
        "Scope": {
            "$type": "DhcpScopeV6",
            "ScopeName": "Lab",
            "PrefixLength": 64,
            "SetProperties": ["ScopeName", None],
            "PreferredLeaseTime": "PT8H",
        },
    }
    parameters = from_json(data, TypeName(IPAM, "CreateDhcpScopeParameters"))
    assert parameters == CreateDhcpScopeParameters(
        OperationId=IpamAdminOperationId.CreateDhcpScope,
        Scope=DhcpScopeV6(
            ScopeName="Lab",
            PrefixLength=64,
            SetProperties=["ScopeName", None],
            PreferredLeaseTime=TimeSpan.parse("PT8H"),
        ),
    )
    again = to_json(parameters)
    assert again["$type"] == "CreateDhcpScopeParameters"
    assert again["Scope"]["$type"] == "DhcpScopeV6"
    assert again["Scope"]["PreferredLeaseTime"] == "PT8H"


def test_a_message_is_its_parts():
    message = SetSubTaskStatus(
        subTaskInstance=SubTaskInstance(SubTaskName="Step 1"),
        status=SubTaskStatus.InProgress,
        percentComplete=Decimal("12.50"),
    )
    data = json.loads(json.dumps(to_json(message)))
    assert list(data) == ["subTaskInstance", "status", "percentComplete", "completionStatus"]
    assert data["subTaskInstance"]["SubTaskName"] == "Step 1"
    assert data["status"] == "InProgress"
    assert data["percentComplete"] == 12.5
    assert data["completionStatus"] is None


def test_an_object_in_several_places_is_written_once(zoo):
    animal = zoo.Animal(Name="a")
    animal.Friend = animal
    cage = zoo.Cage(Animals=[animal, zoo.Animal(), animal])
    name = zoo.zoo_type("Cage")
    animals = zoo.contracts.to_json(cage, name)["Animals"]
    assert animals[0]["$id"] == "1"
    assert animals[0]["Friend"] == {"$ref": "1"}
    assert "$id" not in animals[1]
    assert animals[2] == {"$ref": "1"}
    again = zoo.contracts.from_json({"Animals": animals}, name).Animals
    assert again[0] is again[0].Friend is again[2]
    assert again[1] is not again[0]


@pytest.mark.parametrize(
    ("name", "value", "data"),
    [
        ("Boolean", True, True),
        ("Int", 5, 5),
        ("Int", typed(5, TypeName(SCHEMA, "int")), 5),
        ("UnsignedLong", 1 << 63, 1 << 63),
        ("Double", 2.5, 2.5),
        ("Double", float("inf"), "INF"),
        ("Double", float("-inf"), "-INF"),
        ("Decimal", Decimal(5), 5),
        ("Decimal", Decimal("12.50"), 12.5),
        ("Decimal", Decimal("0.1"), 0.1),
        ("Decimal", Decimal("0.1000000000000000000000000001"), "0.1000000000000000000000000001"),
        ("DateTime", DateTime.parse("2026-01-02T03:04:05Z"), "2026-01-02T03:04:05Z"),
        ("Duration", TimeSpan(0), "PT0S"),
        ("Guid", UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        ("Character", "A", "65"),
        ("String", "text", "text"),
        ("Uri", "urn:x", "urn:x"),
        ("Binary", b"\1\2\3", "AQID"),
    ],
)
def test_primitives(zoo, name, value, data):
    type_name = zoo.primitives[name][0]
    written = zoo.contracts.to_json(value, type_name)
    assert written == data
    assert type(written) is type(data)
    assert zoo.contracts.from_json(data, type_name) == value


@pytest.mark.parametrize(
    ("name", "data", "value"),
    [
        ("Boolean", "true", True),
        ("Int", "5", 5),
        ("Int", 5.0, 5),
        ("Double", 5, 5.0),
        ("Double", Decimal("0.5"), 0.5),
        ("Decimal", 1e-28, Decimal("1e-28")),
        ("Decimal", Decimal("0.25"), Decimal("0.25")),
        ("Decimal", Decimal("1e5"), Decimal(100_000)),
        ("Decimal", "12.50", Decimal("12.50")),
    ],
)
def test_other_ways_to_write_a_primitive(zoo, name, data, value):
    read = zoo.contracts.from_json(data, zoo.primitives[name][0])
    assert read == value
    assert type(read) is type(value)


def test_octets_in_an_array_that_can_change(zoo):
    assert zoo.contracts.to_json(bytearray(b"\1\2\3"), zoo.primitives["Binary"][0]) == "AQID"


def test_enumerations(zoo):
    toppings = zoo.town_type("Topping")
    both = zoo.Topping.CHEESE | zoo.Topping.HAM
    assert zoo.contracts.to_json(both, toppings) == "Cheese Ham"
    assert zoo.contracts.from_json("Ham Cheese", toppings) == both
    assert zoo.contracts.from_json(["Ham", "Cheese"], toppings) == both
    assert zoo.contracts.from_json([], toppings) == zoo.Topping(0)
    assert zoo.contracts.to_json(zoo.Colour.RED, zoo.town_type("Colour")) == "Red"


def test_dictionaries_are_lists_of_entries(zoo):
    cage = zoo.Cage(Prices={"a": zoo.Keeper(Name="K"), "b": None})
    data = zoo.contracts.to_json(cage, zoo.zoo_type("Cage"))
    assert data["Prices"] == [
        {"Key": "a", "Value": {"Name": "K", "Boss": None}},
        {"Key": "b", "Value": None},
    ]
    assert zoo.contracts.from_json(data, zoo.zoo_type("Cage")) == cage


@pytest.mark.parametrize(
    ("value", "data"),
    [
        (None, None),
        (True, True),
        (5, 5),
        (1 << 31, {"$type": "xsd:long", "$value": 1 << 31}),
        (2.5, 2.5),
        ("text", "text"),
        (Decimal("0.5"), {"$type": "xsd:decimal", "$value": 0.5}),
        (TimeSpan(0), {"$type": "ser:duration", "$value": "PT0S"}),
        (["a"], {"$type": "serarr:ArrayOfstring", "$value": ["a"]}),
        (typed(5, TypeName(SCHEMA, "byte")), {"$type": "xsd:byte", "$value": 5}),
        (
            typed("A", TypeName(SERIALIZATION, "char")),
            {"$type": "ser:char", "$value": "65"},
        ),
    ],
)
def test_where_any_type_is_declared(zoo, value, data):
    written = zoo.contracts.to_json(zoo.Crate(Content=value), zoo.zoo_type("Crate"))
    assert written == {"Content": data}
    read = zoo.contracts.from_json(written, zoo.zoo_type("Crate")).Content
    assert read == value
    assert getattr(read, "type", None) == getattr(value, "type", None)


def test_objects_and_bare_objects_where_any_type_is_declared(zoo):
    crate = zoo.zoo_type("Crate")
    written = zoo.contracts.to_json(zoo.Crate(Content=zoo.Keeper(Name="K")), crate)
    assert written == {"Content": {"$type": "{urn:town}Keeper", "Name": "K", "Boss": None}}
    assert zoo.contracts.from_json(written, crate).Content == zoo.Keeper(Name="K")
    written = zoo.contracts.to_json(zoo.Crate(Content=object()), crate)
    assert written == {"Content": {"$type": "xsd:anyType"}}
    assert type(zoo.contracts.from_json(written, crate).Content) is object
    plain = zoo.contracts.from_json(
        {"Content": ["a", [1], {"$type": "xsd:byte", "$value": 1}]}, crate
    )
    assert plain.Content == ["a", [1], 1]
    assert type(plain.Content[2]) is TypedInt
    entries = typed({"k": None}, zoo.zoo_type("Anything"))
    written = zoo.contracts.to_json(zoo.Crate(Content=entries), crate)["Content"]
    assert written == {"$type": "{urn:zoo}Anything", "$value": [{"Key": "k", "Value": None}]}


def test_exceptions(zoo):
    mishap = zoo.Mishap(Code=5, Cause=zoo.Mishap())
    data = zoo.contracts.to_json(mishap)
    assert data == {
        "$type": "{urn:town}Mishap",
        "Code": 5,
        "Witness": None,
        "Cause": {"Code": 0, "Witness": None, "Cause": None},
    }
    assert zoo.contracts.from_json(data, zoo.town_type("Mishap")) == mishap


@pytest.mark.parametrize(
    ("data", "path", "message"),
    [
        (5, "", "an object is due for {urn:zoo}Cage, not 5"),
        ({"Sise": 5}, "", r"has no member 'Sise'; is Size meant\?"),
        ({"Xylophone": 5}, "", "has no member 'Xylophone'$"),
        ({"Size": "x"}, "Size", "'x' is no xsd:int"),
        ({"Size": True}, "Size", "True does not fit xsd:int"),
        ({"Size": 1 << 31}, "Size", "2147483648 is outside"),
        ({"Place": None}, "Place", "null does not fit {urn:zoo}Point"),
        ({"Place": {"X": 1, "Label": 5}}, "Place.Label", "5 does not fit xsd:string"),
        ({"Points": {}}, "Points", "a list is due for {urn:zoo}ArrayOfPoint"),
        ({"Points": [{}, {"X": "x"}]}, "Points[1].X", "'x' is no xsd:int"),
        ({"Colour": 1}, "Colour", "a string is due for {urn:town}Colour, not 1"),
        ({"Colour": "Blue"}, "Colour", "'Blue' is no value of {urn:town}Colour"),
        ({"Prices": {}}, "Prices", "a list is due"),
        ({"Prices": [5]}, "Prices[0]", "an object of Key and Value is due"),
        ({"Prices": [{"Key": "a"}]}, "Prices[0]", "an object of Key and Value is due"),
        ({"Prices": [{"Key": 1, "Value": None}]}, "Prices[0].Key", "1 does not fit xsd:string"),
        ({"Animals": [{"$ref": 1}]}, "Animals[0]", '"\\$ref" 1 refers to no object before it'),
        (
            {"Animals": [{"$id": "1", "Keeper": {"$ref": "1"}}]},
            "Animals[0].Keeper",
            "\"\\$ref\" '1' refers to a {urn:zoo}Animal, which does not fit {urn:town}Keeper",
        ),
        ({"Animals": [{"$type": "q:x"}]}, "Animals[0]", "'q:x' has an unknown prefix"),
        ({"Animals": [{"$type": "{x"}]}, "Animals[0]", "an opening brace and no closing one"),
        ({"Animals": [{"$type": "Zebra"}]}, "Animals[0]", "'Zebra' is no type known here"),
        (
            {"Animals": [{"$type": "{urn:town}Keeper"}]},
            "Animals[0]",
            "'{urn:town}Keeper' does not fit {urn:zoo}Animal",
        ),
    ],
)
def test_data_that_does_not_fit_is_an_error_with_its_path(zoo, data, path, message):
    with pytest.raises(DeserializationError, match=message) as caught:
        zoo.contracts.from_json(data, zoo.zoo_type("Cage"))
    assert caught.value.path == path


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("Boolean", 1),
        ("Binary", 1),
        ("Int", []),
        ("Double", {}),
        ("String", 5),
        ("DateTime", 5),
    ],
)
def test_data_of_the_wrong_kind_is_an_error(zoo, name, data):
    with pytest.raises(DeserializationError, match="does not fit"):
        zoo.contracts.from_json(data, zoo.primitives[name][0])


@pytest.mark.parametrize("data", [float("nan"), float("inf"), 1e30, Decimal("NaN")])
def test_numbers_that_are_no_decimals(zoo, data):
    with pytest.raises(DeserializationError, match="does not fit xsd:decimal"):
        zoo.contracts.from_json(data, zoo.primitives["Decimal"][0])


def test_an_object_of_any_type_needs_its_type(zoo):
    with pytest.raises(DeserializationError, match='an object needs a "\\$type" here') as caught:
        zoo.contracts.from_json({"Content": [{}]}, zoo.zoo_type("Crate"))
    assert caught.value.path == "Content[0]"


def test_a_key_that_is_none(zoo):
    data = [{"Key": {"X": 1, "Y": 1}, "Value": 1}]
    with pytest.raises(DeserializationError, match="cannot be a key"):
        zoo.contracts.from_json(data, zoo.zoo_type("Ranks"))


@pytest.mark.parametrize(
    ("make", "path", "message"),
    [
        (lambda zoo: zoo.Cage(Size="5"), "Size", "a str does not fit xsd:int"),
        (lambda zoo: zoo.Cage(Size=1 << 31), "Size", "2147483648 is outside"),
        (lambda zoo: zoo.Cage(Place=None), "Place", "None does not fit {urn:zoo}Point"),
        (lambda zoo: zoo.Cage(Place=zoo.Keeper()), "Place", "a Keeper does not fit"),
        (lambda zoo: zoo.Cage(Place=5), "Place", "a int does not fit"),
        (lambda zoo: zoo.Cage(Colour="Red"), "Colour", "a str does not fit"),
        (lambda zoo: zoo.Cage(Points=5), "Points", "a int does not fit"),
        (lambda zoo: zoo.Cage(Points=[zoo.Point(X=None)]), "Points[0].X", "None does not fit"),
        (lambda zoo: zoo.Cage(Prices={5: None}), "Prices[0].Key", "a int does not fit"),
        (lambda zoo: zoo.Crate(Content={}), "Content", "has no type of its own"),
        (lambda zoo: zoo.Animal(Name="\0"), "Name", "which XML cannot carry"),
    ],
)
def test_objects_that_do_not_fit_are_an_error_with_its_path(zoo, make, path, message):
    with pytest.raises(SerializationError, match=message) as caught:
        zoo.contracts.to_json(make(zoo))
    assert caught.value.path == path


def test_what_has_no_end_is_an_error(zoo):
    keeper = zoo.Keeper()
    keeper.Boss = keeper
    with pytest.raises(SerializationError, match="more than 124 objects"):
        zoo.contracts.to_json(keeper)
    data = {}
    for _ in range(200):
        data = {"Boss": data}
    with pytest.raises(DeserializationError, match="more than 124 objects"):
        zoo.contracts.from_json(data, zoo.town_type("Keeper"))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (TypeName(IPAM, "DhcpScopeV4"), "DhcpScopeV4"),
        (TypeName(SCHEMA, "int"), "xsd:int"),
        (TypeName(ARRAYS, "ArrayOfstring"), "serarr:ArrayOfstring"),
        (TypeName("urn:x", "Y"), "{urn:x}Y"),
        (TypeName("", "Y"), "{}Y"),
    ],
)
def test_type_names(name, text):
    assert displayed(name) == text
    assert parse_name(text) == name
