"""How objects are written, rule by rule, on the contracts of a small zoo."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from ipam_progress.binaryxml import Encoder
from ipam_progress.contracts import IpamObject, SubTaskInstance
from ipam_progress.contracts.messages import AddSubTask
from ipam_progress.contracts.model import ClassContract, Member, TypeName
from ipam_progress.datacontract import (
    DataContracts,
    DateTimeOffset,
    typed,
    write_body,
    write_object,
)
from ipam_progress.errors import LocalProtocolError, SerializationError
from ipam_progress.namespaces import ARRAYS, IPAM, SCHEMA, SERIALIZATION
from ipam_progress.values import DateTime, DateTimeKind, TimeSpan

ROOT = '<root xmlns="urn:zoo" xmlns:i="XSI"'
REFERENCE = f'{ROOT} xmlns:z="SER" z:Id="i1"'


def test_members_of_the_base_come_first_each_level_in_its_own_namespace(zoo):
    assert zoo.xml(zoo.Lion(Name="Leo", Mane=2.5)) == (
        '<root xmlns="urn:zoo" xmlns:b="urn:town" xmlns:i="XSI" xmlns:z="SER" z:Id="i1">'
        '<Name>Leo</Name><Friend i:nil="true" /><Keeper i:nil="true" /><b:Mane>2.5</b:Mane></root>'
    )


def test_a_derived_type_is_said_after_the_id(zoo):
    assert zoo.xml(zoo.Lion(), zoo.zoo_type("Animal")) == (
        f'{ROOT} xmlns:z="SER" xmlns:b="urn:town" z:Id="i1" i:type="b:Lion">'
        '<Name i:nil="true" /><Friend i:nil="true" /><Keeper i:nil="true" /><b:Mane>0</b:Mane>'
        "</root>"
    )


def test_a_member_declares_the_namespace_of_its_type_even_if_it_is_nil(zoo):
    assert '<Keeper xmlns:b="urn:town" i:nil="true" />' in zoo.xml(zoo.Animal())


def test_objects_without_references_carry_no_id(zoo):
    boss = zoo.Keeper(Name="B")
    assert zoo.xml(zoo.Keeper(Name="K", Boss=boss)) == (
        '<root xmlns="urn:zoo" xmlns:b="urn:town" xmlns:i="XSI"><b:Name>K</b:Name>'
        '<b:Boss><b:Name>B</b:Name><b:Boss i:nil="true" /></b:Boss></root>'
    )


def test_an_object_met_again_is_a_reference(zoo):
    animal = zoo.Animal(Name="a", Keeper=zoo.Keeper())
    animal.Friend = zoo.Animal(Friend=animal)
    xml = zoo.xml(animal)
    assert xml.startswith(f"{REFERENCE}><Name>a</Name>")
    assert '<Friend z:Id="i2"><Name i:nil="true" /><Friend z:Ref="i1" />' in xml


def test_equal_objects_are_not_the_same(zoo):
    cage = zoo.Cage(Animals=[zoo.Animal(), zoo.Animal()])
    assert 'z:Id="i1"' in zoo.xml(cage)
    assert 'z:Id="i2"' in zoo.xml(cage)


def test_an_object_without_members(zoo):
    assert zoo.xml(zoo.Empty()) == f"{REFERENCE} />"


def test_no_reference_reaches_from_one_part_of_a_message_into_another(zoo):
    animal = zoo.Animal()
    xml = zoo.body_xml(zoo.Feed(animal=animal, again=animal))
    assert xml.count('z:Id="i1"') == 2
    assert "Ref" not in xml


def test_parts_of_a_message(zoo):
    feed = zoo.Feed(keeper=zoo.Keeper(), mishap=zoo.Mishap(), amount=Decimal("1.50"))
    assert zoo.body_xml(feed) == (
        '<Feed xmlns="urn:zoo"><animal xmlns:i="XSI" i:nil="true" />'
        '<again xmlns:i="XSI" i:nil="true" />'
        # a part declares the namespace of its type, but for an exception's
        '<keeper xmlns:b="urn:town" xmlns:i="XSI"><b:Name i:nil="true" /><b:Boss i:nil="true" />'
        "</keeper>"
        '<mishap xmlns:i="XSI" xmlns:x="XSD"><Code xmlns="" i:type="x:int">0</Code>'
        '<Witness xmlns="" i:nil="true" /><Cause xmlns="" i:nil="true" /></mishap>'
        "<amount>1.50</amount></Feed>"
    )
    assert zoo.body_xml(zoo.Close()) == '<Close xmlns="urn:zoo" />'


def test_members_of_an_exception_are_unqualified_and_say_their_types(zoo):
    mishap = zoo.Mishap(Code=3, Witness=zoo.Keeper(), Cause=zoo.Mishap())
    assert zoo.xml(zoo.Cage(Mishap=mishap)).partition("<Mishap")[2] == (
        ' xmlns:b="urn:town"><Code xmlns="" xmlns:c="XSD" i:type="c:int">3</Code>'
        '<Witness xmlns="" i:type="b:Keeper"><b:Name i:nil="true" /><b:Boss i:nil="true" />'
        "</Witness>"
        '<Cause xmlns="" i:type="b:Mishap"><Code xmlns:c="XSD" i:type="c:int">0</Code>'
        '<Witness i:nil="true" /><Cause i:nil="true" /></Cause></Mishap>'
        '<Size i:nil="true" /></root>'
    )


def test_lists_declare_the_namespace_of_their_items(zoo):
    cage = zoo.Cage(Animals=[None, zoo.Animal()], Keepers=(zoo.Keeper(),), Points=[zoo.Point(X=1)])
    xml = zoo.xml(cage)
    assert '<Animals><Animal i:nil="true" /><Animal xmlns:z="SER" z:Id="i1">' in xml
    assert '<Keepers xmlns:b="urn:town"><Keeper><b:Name i:nil="true" />' in xml
    assert '<Points><Point><X>1</X><Label i:nil="true" /><Y>0</Y></Point></Points>' in xml


def test_an_empty_list_is_there(zoo):
    assert "<Points />" in zoo.xml(zoo.Cage(Points=[]))


def test_dictionaries(zoo):
    xml = zoo.xml(zoo.Cage(Prices={"a": zoo.Keeper(), None: None}))
    item = "b:KeyValueOfstringKeeper"
    assert (
        f'<Prices xmlns:b="ARRAYS"><{item}><b:Key>a</b:Key><b:Value xmlns:c="urn:town">'
        f'<c:Name i:nil="true" /><c:Boss i:nil="true" /></b:Value></{item}>'
        f'<{item}><b:Key i:nil="true" /><b:Value xmlns:c="urn:town" i:nil="true" /></{item}>'
        "</Prices>"
    ) in xml


@pytest.mark.parametrize(
    ("name", "member", "text"),
    [
        ("Colour", "RED", "Red"),
        ("Colour", "GREEN", "Green"),
        ("Topping", "HAM", "Ham"),
        ("Mood", "NONE", "None"),
        ("Mood", "TIRED", "Tired"),
    ],
)
def test_enumerations_travel_by_name(zoo, name, member, text):
    value = getattr(zoo, name)[member]
    assert zoo.xml(value, zoo.town_type(name)) == f'<root xmlns="urn:zoo">{text}</root>'


def test_several_flags_are_a_list_and_none_is_nothing(zoo):
    both = zoo.Topping.HAM | zoo.Topping.CHEESE
    assert zoo.xml(both, zoo.town_type("Topping")) == '<root xmlns="urn:zoo">Cheese Ham</root>'
    assert zoo.xml(zoo.Topping(0), zoo.town_type("Topping")) == '<root xmlns="urn:zoo" />'


TICK = DateTime(639_000_000_000_000_001, DateTimeKind.UTC)


@pytest.mark.parametrize(
    ("name", "value", "octets"),
    [
        ("Boolean", True, "87"),
        ("Boolean", False, "85"),
        ("Byte", -128, "8980"),
        ("Short", 300, "8b2c01"),
        ("Int", 0, "81"),
        ("Int", 1, "83"),
        ("Int", 65, "8941"),
        ("Int", -(1 << 31), "8d00000080"),
        ("Long", 300, "8b2c01"),
        ("Long", 1 << 40, "8f0000000000010000"),
        ("UnsignedByte", 255, "8bff00"),
        ("UnsignedShort", 5, "8905"),
        ("UnsignedInt", 5, "8905"),
        ("UnsignedLong", 5, "990135"),
        ("Float", 2.5, "9100002040"),
        ("Float", 2, "8902"),
        ("Double", 2.5, "9100002040"),
        ("Double", 0.1, "939a9999999999b93f"),
        ("Double", 7, "8907"),
        ("Decimal", Decimal("1.5"), "95000001000000000" + "00f00000000000000"),
        ("Decimal", 3, "9500000000000000000300000000000000"),
        ("DateTime", TICK, "97" + ((1 << 62) + TICK.ticks).to_bytes(8, "little").hex()),
        ("Duration", TimeSpan(54_000_000_000), "9907" + b"PT1H30M".hex()),
        (
            "Guid",
            UUID("00112233-4455-6677-8899-aabbccddeeff"),
            "9924" + b"00112233-4455-6677-8899-aabbccddeeff".hex(),
        ),
        ("Character", "A", "8941"),
        ("String", "", "01"),
        ("String", "0", "81"),
        ("String", "1", "83"),
        ("String", "abc", "9903616263"),
        ("Uri", "urn:x", "990575726e3a78"),
        ("Binary", b"\1\2\3", "9f03010203"),
        ("Binary", bytearray(b"\1\2\3"), "9f03010203"),
        ("Binary", b"", "01"),
    ],
)
def test_primitives_are_the_records_that_wcf_writes(zoo, name, value, octets):
    assert zoo.octets(value, zoo.primitives[name][0]).hex() == octets


def test_wcf_writes_a_time_with_its_offset_as_a_structure(zoo):
    value = DateTimeOffset(DateTime.parse("2026-01-02T03:04:05Z"), -90)
    offset = zoo.primitives["Offset"][0]
    assert zoo.xml(value, offset) == (
        '<root xmlns="urn:zoo" xmlns:b="SYS" xmlns:i="XSI"><b:DateTime>2026-01-02T03:04:05Z'
        "</b:DateTime><b:OffsetMinutes>-90</b:OffsetMinutes></root>"
    )
    assert (
        zoo.read(
            "<e><sys:DateTime>2026-01-02T03:04:05Z</sys:DateTime>"
            "<sys:OffsetMinutes>-90</sys:OffsetMinutes></e>",
            offset,
        )
        == value
    )


def test_the_marks_of_a_value_are_written_as_wcf_does(zoo):
    declares_i = b"\x09\x01i\x29http://www.w3.org/2001/XMLSchema-instance"
    assert zoo.octets(None, zoo.xsd("string")) == b"\x2e\x03nil\x86" + declares_i + b"\x01"
    assert zoo.octets(5, zoo.xsd("anyType")) == (
        b"\x2e\x04type\x98\x05a:int"
        + declares_i
        + b"\x09\x01a\x20http://www.w3.org/2001/XMLSchema\x89\x05"
    )


ANY_VALUES = [
    ("text", "xsd:string", "text"),
    (True, "xsd:boolean", "true"),
    (5, "xsd:int", "5"),
    (1 << 31, "xsd:long", "2147483648"),
    (-(1 << 31) - 1, "xsd:long", "-2147483649"),
    (1 << 63, "xsd:unsignedLong", "9223372036854775808"),
    (2.5, "xsd:double", "2.5"),
    (Decimal("1.0"), "xsd:decimal", "1.0"),
    (TICK, "xsd:dateTime", str(TICK)),
    (TimeSpan(0), "ser:duration", "PT0S"),
    (b"\1", "xsd:base64Binary", "AQ=="),
    (UUID(int=1), "ser:guid", "00000000-0000-0000-0000-000000000001"),
    (typed(5, TypeName(SCHEMA, "unsignedByte")), "xsd:unsignedByte", "5"),
    (typed(0.5, TypeName(SCHEMA, "float")), "xsd:float", "0.5"),
    (typed("A", TypeName(SERIALIZATION, "char")), "ser:char", "65"),
    (typed("urn:x", TypeName(SCHEMA, "anyURI")), "xsd:anyURI", "urn:x"),
]


@pytest.mark.parametrize(("value", "type_name", "text"), ANY_VALUES)
def test_where_any_type_is_declared_the_type_is_said(zoo, value, type_name, text):
    prefix, _, name = type_name.partition(":")
    namespace = {"xsd": "XSD", "ser": "SER"}[prefix]
    assert zoo.xml(zoo.Crate(Content=value)) == (
        f'{ROOT}><Content xmlns:b="{namespace}" i:type="b:{name}">{text}</Content></root>'
    )


@pytest.mark.parametrize(
    ("items", "content"),
    [
        (["a", None], 'ArrayOfstring"><b:string>a</b:string><b:string i:nil="true" />'),
        ([1, 1 << 40], 'ArrayOflong"><b:long>1</b:long><b:long>1099511627776</b:long>'),
        # there is no array of int here, but one of long
        ([1, 2], 'ArrayOflong"><b:long>1</b:long><b:long>2</b:long>'),
        ([None], 'ArrayOfanyType"><b:anyType i:nil="true" />'),
        (
            ["a", [2.5]],
            (
                'ArrayOfanyType"><b:anyType xmlns:c="XSD" i:type="c:string">a</b:anyType>'
                '<b:anyType i:type="b:ArrayOfanyType"><b:anyType xmlns:c="XSD" i:type="c:double">'
                "2.5</b:anyType></b:anyType>"
            ),
        ),
        (typed([], TypeName(ARRAYS, "ArrayOfstring")), 'ArrayOfstring"'),
        (
            typed({"a": None}, TypeName(ARRAYS, "ArrayOfKeyValueOfstringKeeper")),
            (
                'ArrayOfKeyValueOfstringKeeper"><b:KeyValueOfstringKeeper><b:Key>a</b:Key>'
                '<b:Value xmlns:c="urn:town" i:nil="true" /></b:KeyValueOfstringKeeper>'
            ),
        ),
    ],
)
def test_lists_where_any_type_is_declared(zoo, items, content):
    end = " />" if content.endswith('"') else "</Content>"
    assert zoo.xml(zoo.Crate(Content=items)) == (
        f'{ROOT}><Content xmlns:b="ARRAYS" i:type="b:{content}{end}</root>'
    )


def test_a_list_where_no_array_is_known(zoo):
    crate = next(c for c in zoo.all_contracts if c.python is zoo.Crate)
    few = type(zoo)(contracts=DataContracts({crate.type: crate}, {}))
    with pytest.raises(SerializationError, match="has no type of its own"):
        few.xml(zoo.Crate(Content=["a"]), crate.type)


def test_objects_where_any_type_is_declared(zoo):
    town = f'{ROOT}><Content xmlns:b="urn:town" i:type="b:'
    assert zoo.xml(zoo.Crate(Content=zoo.Colour.RED)) == f'{town}Colour">Red</Content></root>'
    keepers = zoo.xml(zoo.Crate(Content=[zoo.Keeper()]))
    assert keepers.startswith(f'{town}ArrayOfKeeper"><b:Keeper><b:Name i:nil="true" />')
    empty = zoo.xml(zoo.Crate(Content=zoo.Empty()))
    assert empty == f'{ROOT}><Content xmlns:z="SER" z:Id="i1" i:type="Empty" /></root>'
    assert zoo.xml(zoo.Crate(Content=object())) == f"{ROOT}><Content /></root>"
    assert zoo.xml(zoo.Crate()) == f'{ROOT}><Content i:nil="true" /></root>'


def test_prefixes_go_on_after_z(zoo):
    """Twenty-seven namespaces in each other."""
    contracts = {}
    python = zoo.Crate
    for number in range(30):
        contract = ClassContract(
            TypeName(f"urn:{number}", "Crate"),
            python,
            None,
            (Member("Content", TypeName(f"urn:{number + 1}", "Crate"), nillable=True),),
        )
        contracts[contract.type] = contract
        python = type(f"Crate{number}", (zoo.Crate,), {})
    last = TypeName("urn:30", "Crate")
    contracts[last] = ClassContract(last, python, None, ())
    value = python()
    for contract in reversed(list(contracts.values())[:-1]):
        value = contract.python(Content=value)
    serializer = DataContracts(contracts, {})
    zoo = type(zoo)(contracts=serializer)
    xml = zoo.xml(value, TypeName("urn:0", "Crate"))
    for prefix, namespace in [
        ("b", "urn:0"),
        ("h", "urn:6"),
        ("j", "urn:7"),
        ("z", "urn:22"),
        ("p1", "urn:23"),
    ]:
        assert f'xmlns:{prefix}="{namespace}"' in xml


@pytest.mark.parametrize(
    ("make", "path", "message"),
    [
        (lambda zoo: zoo.Animal(Name=5), "Name", "a int does not fit xsd:string"),
        (lambda zoo: zoo.Animal(Name="a\0b"), "Name", "U\\+0000 at 1, which XML cannot carry"),
        (lambda zoo: zoo.Animal(Name="\ud800"), "Name", "U\\+D800 at 0"),
        (lambda zoo: zoo.Animal(Friend="Leo"), "Friend", "a str does not fit {urn:zoo}Animal"),
        (lambda zoo: zoo.Animal(Friend=zoo.Keeper()), "Friend", "a Keeper does not fit"),
        (
            lambda zoo: zoo.Animal(Friend=zoo.Animal(Keeper=zoo.Keeper(Boss=zoo.Keeper(Name=1)))),
            "Friend.Keeper.Boss.Name",
            "a int does not fit",
        ),
        (lambda zoo: zoo.Cage(Animals=[None, 5]), "Animals[1]", "a int does not fit"),
        (lambda zoo: zoo.Cage(Animals="ab"), "Animals", "a str does not fit"),
        (lambda zoo: zoo.Cage(Points=[None]), "Points[0]", "None does not fit .* cannot be nil"),
        (lambda zoo: zoo.Cage(Prices=[]), "Prices", "a list does not fit"),
        (lambda zoo: zoo.Cage(Prices={"a": None, 5: None}), "Prices[1].Key", "a int does not fit"),
        (lambda zoo: zoo.Cage(Place=None), "Place", "None does not fit {urn:zoo}Point"),
        (lambda zoo: zoo.Cage(Colour="Red"), "Colour", "a str does not fit"),
        (lambda zoo: zoo.Cage(Colour=zoo.Colour.BLUE), "Colour", "BLUE.* has no name in"),
        (lambda zoo: zoo.Cage(Toppings=zoo.Topping.OLIVE), "Toppings", "OLIVE.* has no name in"),
        (lambda zoo: zoo.Cage(Size=True), "Size", "a bool does not fit xsd:int"),
        (lambda zoo: zoo.Cage(Size="5"), "Size", "a str does not fit xsd:int"),
        (lambda zoo: zoo.Cage(Mishap=zoo.Mishap(Code=None)), "Mishap.Code", "cannot be nil"),
        (lambda zoo: zoo.Crate(Content={}), "Content", "has no type of its own"),
        (lambda zoo: zoo.Crate(Content=[{}]), "Content[0]", "has no type of its own"),
        (
            lambda zoo: zoo.Crate(Content=typed("x", TypeName(SCHEMA, "int"))),
            "Content",
            "a TypedStr does not fit xsd:int",
        ),
        (
            lambda zoo: zoo.Crate(Content=typed([], TypeName("urn:no", "Such"))),
            "Content",
            "a TypedList does not fit {urn:no}Such",
        ),
        (lambda zoo: zoo.Primitives(Byte=128), "Byte", "128 is outside -128 to 127"),
        (lambda zoo: zoo.Primitives(UnsignedLong=-1), "UnsignedLong", "-1 is outside 0 to"),
        (lambda zoo: zoo.Primitives(UnsignedInt=1 << 32), "UnsignedInt", "is outside 0 to"),
        (lambda zoo: zoo.Primitives(Float=1e39), "Float", "too large for xsd:float"),
        (lambda zoo: zoo.Primitives(Float=10**400), "Float", "too large for xsd:float"),
        (lambda zoo: zoo.Primitives(Double=10**400), "Double", "too large for xsd:double"),
        (lambda zoo: zoo.Primitives(Decimal=Decimal("1e29")), "Decimal", "96 bits"),
        (lambda zoo: zoo.Primitives(Decimal=Decimal("NaN")), "Decimal", "96 bits"),
        (lambda zoo: zoo.Primitives(Decimal=0.5), "Decimal", "a float does not fit"),
        (lambda zoo: zoo.Primitives(Character="ab"), "Character", "no single UTF-16 character"),
        (lambda zoo: zoo.Primitives(Character="\U0001f600"), "Character", "no single UTF-16"),
        (lambda zoo: zoo.Primitives(DateTime=datetime.now(UTC)), "DateTime", "a datetime does not"),
        (lambda zoo: zoo.Primitives(Int=None), "Int", "None does not fit xsd:int"),
    ],
)
def test_what_does_not_fit_is_an_error_with_its_path(zoo, make, path, message):
    with pytest.raises(SerializationError, match=message) as caught:
        zoo.xml(make(zoo))
    assert caught.value.path == path
    assert str(caught.value).startswith(f"{path}: ")


@pytest.mark.parametrize("depth", [124, 125])
def test_objects_in_each_other_have_an_end(zoo, depth):
    keeper = None
    for _ in range(depth):
        keeper = zoo.Keeper(Boss=keeper)
    if depth == 124:
        assert zoo.xml(keeper).count("<b:Name") == depth
    else:
        with pytest.raises(SerializationError, match="more than 124 objects stand in each other"):
            zoo.xml(keeper)


def test_a_circle_without_references_is_an_error(zoo):
    keeper = zoo.Keeper()
    keeper.Boss = keeper
    with pytest.raises(SerializationError, match="is one of them its own member"):
        zoo.xml(keeper)
    items = []
    items.append(items)
    with pytest.raises(SerializationError, match="more than 124"):
        zoo.xml(zoo.Crate(Content=items))
    entries = {}
    entries["itself"] = typed(entries, zoo.zoo_type("Anything"))
    entries["itself"]["itself"] = entries["itself"]
    with pytest.raises(SerializationError, match="more than 124"):
        zoo.xml(zoo.Crate(Content=entries["itself"]))


def test_a_circle_of_references_is_none(zoo):
    animal = zoo.Animal()
    for _ in range(50):
        animal = zoo.Animal(Friend=animal)
    assert 'z:Id="i51"' in zoo.xml(animal)


def test_a_message_that_does_not_fit_says_where_and_can_be_abandoned():
    encoder = Encoder()
    encoder.begin()
    bad = AddSubTask(subTaskInstance=SubTaskInstance(SubTaskInstanceId=1 << 31))
    with pytest.raises(SerializationError) as caught:
        write_body(encoder, bad)
    assert caught.value.path == "subTaskInstance.SubTaskInstanceId"
    encoder.abandon()
    encoder.begin()
    write_body(encoder, AddSubTask())
    assert encoder.finish()


def test_what_is_no_message_is_an_error():
    encoder = Encoder()
    encoder.begin()
    with pytest.raises(SerializationError, match="SubTaskInstance is no message"):
        write_body(encoder, SubTaskInstance())


def test_a_class_derived_from_a_contract_is_none():
    class Mine(SubTaskInstance):
        pass

    encoder = Encoder()
    encoder.begin()
    name = TypeName(IPAM, "IpamObject")
    with pytest.raises(SerializationError, match="Mine does not fit IpamObject"):
        write_object(encoder, name, name, Mine())
    write_object(encoder, name, name, IpamObject())


def test_nothing_is_written_before_a_message_is_begun():
    with pytest.raises(LocalProtocolError, match="begin one first"):
        write_body(Encoder(), AddSubTask())


def test_a_contract_that_is_not_described_is_a_mistake_of_the_contracts(zoo):
    with pytest.raises(LookupError, match=r"{urn:zoo}Unicorn, which has no description"):
        zoo.xml(zoo.Animal(), zoo.zoo_type("Unicorn"))


def test_only_numbers_texts_and_lists_need_to_be_told_their_type():
    with pytest.raises(TypeError, match="a bool has a type of its own"):
        typed(True, TypeName(SCHEMA, "int"))
