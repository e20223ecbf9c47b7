"""How elements are read, rule by rule, on the contracts of a small zoo."""

from decimal import Decimal
from uuid import UUID

import pytest

from ipam_progress.binaryxml import END, Comment, DictionaryString, Float32, QName, StartElement
from ipam_progress.contracts.model import TypeName
from ipam_progress.datacontract import (
    TypedDict,
    TypedFloat,
    TypedInt,
    TypedList,
    TypedStr,
)
from ipam_progress.errors import DeserializationError
from ipam_progress.namespaces import ARRAYS, SCHEMA, SERIALIZATION
from ipam_progress.values import DateTime, DateTimeKind, TimeSpan


def test_members_are_read_by_their_expanded_names(zoo):
    lion = zoo.read(
        "<e><Name>Leo</Name><t:Name>no</t:Name><Keeper><t:Name>K</t:Name></Keeper>"
        "<t:Mane>2.5</t:Mane></e>",
        zoo.town_type("Lion"),
    )
    assert lion == zoo.Lion(Name="Leo", Keeper=zoo.Keeper(Name="K"), Mane=2.5)


def test_missing_members_keep_their_defaults(zoo):
    assert zoo.read("<e/>", zoo.zoo_type("Animal")) == zoo.Animal()


def test_what_comes_too_late_is_skipped(zoo):
    animal = zoo.read(
        "<e><Friend><Name>F</Name></Friend><Name>too late</Name></e>", zoo.zoo_type("Animal")
    )
    assert animal == zoo.Animal(Friend=zoo.Animal(Name="F"))


def test_what_comes_twice_is_skipped_the_second_time(zoo):
    twice = "<e><Name>first</Name><Name>second</Name></e>"
    assert zoo.read(twice, zoo.zoo_type("Animal")).Name == "first"


def test_unknown_members_are_skipped_with_all_in_them(zoo):
    animal = zoo.read(
        '<e><Extra z:Id="i1"><Name>inner</Name><Friend><Name/></Friend>text</Extra>'
        "<Name>outer</Name></e>",
        zoo.zoo_type("Animal"),
    )
    assert animal == zoo.Animal(Name="outer")


def test_parts_of_a_message_are_read_in_their_order(zoo):
    feed = zoo.read_body(
        "<Feed><again><Name>A</Name></again><animal><Name>too late</Name></animal><other/>"
        "<amount>1.50</amount></Feed>"
    )
    assert feed == zoo.Feed(again=zoo.Animal(Name="A"), amount=Decimal("1.50"))


def test_no_reference_reaches_from_one_part_into_another(zoo):
    same = zoo.read_body('<Feed><animal z:Id="i1"/><again z:Id="i1"/></Feed>')
    assert same.animal is not same.again
    with pytest.raises(DeserializationError, match=r"^again: the z:Ref 'i1' refers to no object"):
        zoo.read_body('<Feed><animal z:Id="i1"/><again z:Ref="i1"/></Feed>')


def test_another_wrapper_is_an_error(zoo):
    with pytest.raises(DeserializationError, match=r"{urn:zoo}Feed is due, not {urn:zoo}Fed"):
        zoo.read_body("<Fed/>")


def test_names_of_a_peer_do_not_make_a_message_long(zoo):
    long = "n" * 40_000
    for xml in (f"<{long}/>", f'<Feed><again i:type="{long}"/></Feed>'):
        with pytest.raises(DeserializationError, match=r"nnn\.\.\.") as caught:
            zoo.read_body(xml)
        assert len(str(caught.value)) < 400
    with pytest.raises(DeserializationError, match=r"nnn\.\.\.") as caught:
        zoo.read_body(f"<Feed><amount><{long}/></amount></Feed>")
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("tokens", [[], [END], ["text", END]])
def test_no_element_is_an_error(zoo, tokens):
    with pytest.raises(DeserializationError, match="an element is due, and none is there"):
        zoo.contracts.read_object(tokens, 0, zoo.zoo_type("Animal"))


def test_a_root_can_have_to_have_a_name(zoo):
    tokens = zoo.parse("<Animal><Name>A</Name></Animal>")
    name = zoo.zoo_type("Animal")
    assert zoo.contracts.read_object(tokens, 0, name, name) == zoo.Animal(Name="A")
    with pytest.raises(DeserializationError, match=r"the element {urn:zoo}Lion is due"):
        zoo.contracts.read_object(tokens, 0, name, zoo.zoo_type("Lion"))


def test_a_nil_root_is_none(zoo):
    for name in (zoo.zoo_type("Animal"), zoo.town_type("Colour"), zoo.xsd("int")):
        assert zoo.read('<e i:nil="true"/>', name) is None


@pytest.mark.parametrize("nil", ["true", "1", " true "])
def test_nil(zoo, nil):
    cage = f'<e><Size i:nil="{nil}"><What/></Size></e>'
    assert zoo.read(cage, zoo.zoo_type("Cage")).Size is None


def test_nil_can_be_false(zoo):
    assert zoo.read('<e><Size i:nil="false">5</Size></e>', zoo.zoo_type("Cage")).Size == 5


def test_a_type_is_resolved_by_its_namespace_not_by_its_prefix(zoo):
    xml = '<e i:type="q:Lion" xmlns:q="urn:town"><t:Mane>1</t:Mane></e>'
    assert zoo.read(xml, zoo.zoo_type("Animal")) == zoo.Lion(Mane=1.0)
    # without a prefix it is in the default namespace, or in none
    assert zoo.read('<e i:type="Animal"/>', zoo.zoo_type("Animal")) == zoo.Animal()
    with pytest.raises(DeserializationError, match=r"the i:type {}Animal is no type known"):
        zoo.read('<e xmlns="" i:type="Animal"/>', zoo.zoo_type("Animal"))


def test_references_give_the_same_object(zoo):
    cage = zoo.read(
        '<e><Animals><Animal z:Id="a"><Friend z:Ref="a"/></Animal><Animal z:Ref="a"/>'
        '<Animal z:Id="b" i:type="t:Lion"/><Animal z:Ref="b"><Name>skipped</Name></Animal>'
        "</Animals></e>",
        zoo.zoo_type("Cage"),
    )
    first, again, lion, lion_again = cage.Animals
    assert first is again is first.Friend
    assert lion is lion_again
    assert type(lion) is zoo.Lion
    assert lion.Name is None


def test_whatever_is_no_value_type_can_be_referred_to(zoo):
    keeper = zoo.read(
        '<e><t:Name z:Id="n">K</t:Name><t:Boss><t:Name z:Ref="n"/></t:Boss></e>',
        zoo.town_type("Keeper"),
    )
    assert keeper.Boss.Name == "K"
    content = zoo.read(
        '<e><Content i:type="arr:ArrayOfanyType">'
        '<arr:anyType z:Id="l" i:type="arr:ArrayOfstring"/><arr:anyType z:Ref="l"/>'
        '<arr:anyType z:Id="o"/><arr:anyType z:Ref="o"/>'
        '<arr:anyType z:Id="d" i:type="Ranks"/><arr:anyType z:Ref="d"/>'
        '<arr:anyType z:Id="t" i:type="xsd:string">t</arr:anyType><arr:anyType z:Ref="t"/>'
        '<arr:anyType z:Id="m" i:type="t:Mishap"/><arr:anyType z:Ref="m"/>'
        "</Content></e>",
        zoo.zoo_type("Crate"),
    ).Content
    assert len(content) == 10
    for first, second in zip(content[::2], content[1::2], strict=True):
        assert first is second
    assert [type(item) for item in content[::2]] == [
        TypedList,
        object,
        TypedDict,
        str,
        zoo.Mishap,
    ]


@pytest.mark.parametrize(
    ("name", "xml", "value"),
    [
        ("Boolean", "true", True),
        ("Boolean", " 0 ", False),
        ("Byte", "-128", -128),
        ("Int", " +5 ", 5),
        ("Long", "-9223372036854775808", -(1 << 63)),
        ("UnsignedLong", "18446744073709551615", (1 << 64) - 1),
        ("Float", "0.1", 0.10000000149011612),
        ("Float", "INF", float("inf")),
        ("Double", " -1.5E+3 ", -1500.0),
        ("Double", "-INF", float("-inf")),
        ("Double", ".5", 0.5),
        ("Decimal", " 1.50 ", Decimal("1.50")),
        ("Decimal", "-.5", Decimal("-0.5")),
        ("Decimal", "0." + "3" * 40, Decimal("0." + "3" * 28)),
        ("Decimal", "7.9228162514264337593543950335", Decimal("7.9228162514264337593543950335")),
        ("Decimal", "8.9228162514264337593543950335", Decimal("8.922816251426433759354395034")),
        ("Decimal", "79228162514264337593543950335", Decimal((1 << 96) - 1)),
        ("Decimal", "0" * 40 + "5", Decimal(5)),
        ("DateTime", "2026-01-02T03:04:05Z", DateTime.parse("2026-01-02T03:04:05Z")),
        ("DateTime", "2026-01-02T03:04:05", DateTime.parse("2026-01-02T03:04:05")),
        ("Duration", "PT1H30M", TimeSpan(54_000_000_000)),
        ("Guid", " 00000000-0000-0000-0000-000000000001 ", UUID(int=1)),
        ("Guid", "{00000000-0000-0000-0000-00000000000A}", UUID(int=10)),
        ("Character", "65", "A"),
        ("String", " kept as it is ", " kept as it is "),
        ("String", "", ""),
        ("String", "<!-- a -->be<!-- b -->tween<!-- c -->", "between"),
        ("Uri", "urn:x", "urn:x"),
        ("Binary", "AQ ID\n", b"\1\2\3"),
        ("Binary", "", b""),
    ],
)
def test_primitives_are_read_from_text(zoo, name, xml, value):
    read = zoo.read(f"<e>{xml}</e>", zoo.primitives[name][0])
    assert read == value
    assert type(read) is type(value)
    assert str(read) == str(value)


def of_tokens(zoo, name, *content):
    """Read an element with this content as a primitive type."""
    tokens = [StartElement("", "e", ""), *content, END]
    return zoo.contracts.read_object(tokens, 0, zoo.primitives[name][0])


@pytest.mark.parametrize(
    ("name", "content", "value"),
    [
        ("Boolean", [1], True),
        ("Int", [Decimal(5)], 5),
        ("Int", ["1", "2"], 12),
        ("Long", [2.0], 2),
        ("Double", [2], 2.0),
        ("Double", [Float32(0.5)], 0.5),
        ("Double", [Decimal("0.5")], 0.5),
        ("Float", [0.5], 0.5),
        ("Decimal", [2], Decimal(2)),
        ("Decimal", [0.25], Decimal("0.25")),
        ("Decimal", [Float32(0.5)], Decimal("0.5")),
        ("DateTime", [DateTime(5, DateTimeKind.UTC)], DateTime(5, DateTimeKind.UTC)),
        ("Duration", [TimeSpan(5)], TimeSpan(5)),
        ("Guid", [UUID(int=5)], UUID(int=5)),
        ("Character", [65], "A"),
        ("String", [True], "true"),
        ("String", [1.5], "1.5"),
        ("String", [("a", 5)], "a 5"),
        ("String", [DictionaryString("a")], "a"),
        ("String", ["a", 1, Comment("x"), b"\1"], "a1AQ=="),
        ("Binary", [b"\1\2\3", b"\4"], b"\1\2\3\4"),
        ("Binary", [b"\1", Comment("x"), b"\4"], b"\1\4"),
        ("Binary", [b"\1\2\3", "BA=="], b"\1\2\3\4"),
        ("Binary", [Comment("x"), b"\4"], b"\4"),
    ],
)
def test_primitives_are_read_from_any_record(zoo, name, content, value):
    read = of_tokens(zoo, name, *content)
    assert read == value
    assert type(read) is type(value)


def test_not_a_number(zoo):
    assert of_tokens(zoo, "Double", "NaN") != of_tokens(zoo, "Double", "NaN")


@pytest.mark.parametrize(
    ("name", "xml", "message"),
    [
        ("Boolean", "yes", "'yes' is no xsd:boolean"),
        ("Boolean", "", "'' is no xsd:boolean"),
        ("Int", "", "'' is no xsd:int"),
        ("Int", "1_0", "'1_0' is no xsd:int"),
        ("Int", "٣", "is no xsd:int"),
        ("Int", "9" * 5000, "'9{56}... is no xsd:int"),
        ("Int", "2147483648", "2147483648 is outside -2147483648 to 2147483647"),
        ("Byte", "128", "128 is outside"),
        ("UnsignedInt", "-1", "-1 is outside 0 to 4294967295"),
        ("Float", "1e39", "1e\\+39 is too large for xsd:float"),
        ("Double", "1,5", "'1,5' is no xsd:double"),
        ("Double", "inf", "'inf' is no xsd:double"),
        ("Decimal", "1e5", "'1e5' is no xsd:decimal"),
        ("Decimal", "79228162514264337593543950336", "does not fit xsd:decimal"),
        ("DateTime", "yesterday", "'yesterday' is no xsd:dateTime"),
        ("Duration", "P", "'P' is no ser:duration"),
        ("Guid", "x", "'x' is no ser:guid"),
        ("Character", "A", "'A' is no xsd:unsignedShort"),
        ("Character", "65536", "65536 is outside"),
        ("Binary", "A", "'A' is no xsd:base64Binary"),
        ("Binary", "é", "'é' is no xsd:base64Binary"),
        ("String", "a<b/>", "the element 'b' stands where a text is due"),
        ("Int", "<b/>", "the element 'b' stands where a text is due"),
    ],
)
def test_what_is_no_value_of_a_type_is_an_error(zoo, name, xml, message):
    with pytest.raises(DeserializationError, match=message):
        zoo.read(f"<e>{xml}</e>", zoo.primitives[name][0])


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("Colour", "Green", "GREEN"),
        ("Colour", " Rot ", "RED"),
        ("Topping", "Ham", "HAM"),
        ("Mood", "None", "NONE"),
        ("Mood", "", "NONE"),
    ],
)
def test_enumerations(zoo, name, text, value):
    assert zoo.read(f"<e>{text}</e>", zoo.town_type(name)) is getattr(zoo, name)[value]


def test_flags_are_a_list_of_names(zoo):
    both = zoo.Topping.HAM | zoo.Topping.CHEESE
    assert zoo.read("<e>Ham  Cheese\n</e>", zoo.town_type("Topping")) == both
    assert zoo.read("<e/>", zoo.town_type("Topping")) == zoo.Topping(0)


def test_lists_skip_what_is_none_of_their_items(zoo):
    cage = zoo.read(
        "<e><Points> <!-- one --> <Point><X>1</X><Y>2</Y></Point><t:Point/><Other/></Points></e>",
        zoo.zoo_type("Cage"),
    )
    assert cage.Points == [zoo.Point(X=1, Y=2)]


def test_dictionaries(zoo):
    cage = zoo.read(
        "<e><Prices><arr:KeyValueOfstringKeeper><arr:Key>a</arr:Key><arr:Value/>"
        "</arr:KeyValueOfstringKeeper><other/></Prices></e>",
        zoo.zoo_type("Cage"),
    )
    assert cage.Prices == {"a": zoo.Keeper()}


def test_members_of_an_exception_come_in_any_order(zoo):
    mishap = zoo.read(
        '<e><Cause xmlns="" i:type="t:Mishap"><Code>7</Code></Cause><Unknown xmlns=""/>'
        '<Code>foreign</Code><Code xmlns="" i:type="xsd:int">5</Code>'
        '<Witness xmlns="" i:nil="true"/></e>',
        zoo.town_type("Mishap"),
    )
    assert mishap == zoo.Mishap(Code=5, Cause=zoo.Mishap(Code=7))


@pytest.mark.parametrize(
    ("xml", "value", "python"),
    [
        ('i:type="xsd:int">5', 5, int),
        ('i:type="xsd:long">5', 5, TypedInt),
        ('i:type="xsd:long">2147483648', 1 << 31, int),
        ('i:type="xsd:unsignedByte">5', 5, TypedInt),
        ('i:type="xsd:double">0.5', 0.5, float),
        ('i:type="xsd:float">0.5', 0.5, TypedFloat),
        ('i:type="xsd:string">5', "5", str),
        ('i:type="xsd:anyURI">5', "5", TypedStr),
        ('i:type="ser:char">65', "A", TypedStr),
        ('i:type="xsd:boolean">true', True, bool),
        ('i:type="ser:guid">00000000-0000-0000-0000-000000000001', UUID(int=1), UUID),
        ('i:type="arr:ArrayOfstring"><arr:string>a</arr:string>', ["a"], list),
        ('i:type="arr:ArrayOfstring">', [], TypedList),
        ('i:type="Ranks">', {}, TypedDict),
        ('i:nil="true">', None, type(None)),
        (">", ..., object),
        ('i:type="xsd:anyType">', ..., object),
    ],
)
def test_where_any_type_is_declared_the_type_is_said_and_kept(zoo, xml, value, python):
    content = zoo.read(f"<e><Content {xml}</Content></e>", zoo.zoo_type("Crate")).Content
    assert type(content) is python
    assert value is ... or content == value
    again = zoo.xml(zoo.Crate(Content=content))
    assert shape(zoo.read(localized(again), zoo.zoo_type("Crate")).Content) == shape(content)


def localized(xml):
    """Undo the short namespaces of `zoo.xml`."""
    words = {
        "XSI": "http://www.w3.org/2001/XMLSchema-instance",
        "XSD": SCHEMA,
        "SER": SERIALIZATION,
        "ARRAYS": ARRAYS,
    }
    for word, namespace in words.items():
        xml = xml.replace(f'"{word}"', f'"{namespace}"')
    return xml


def shape(value):
    """Give what a value is: its class, the type it remembers, and itself if it can be compared."""
    return type(value), getattr(value, "type", None), None if type(value) is object else value


def test_values_of_enumerations_and_classes_where_any_type_is_declared(zoo):
    def content(xml):
        return zoo.read(f"<e><Content {xml}</Content></e>", zoo.zoo_type("Crate")).Content

    assert content('i:type="t:Colour">Red') is zoo.Colour.RED
    assert content('i:type="t:Mood">Hungry Tired') == zoo.Mood.HUNGRY | zoo.Mood.TIRED
    assert content('i:type="t:Keeper"><t:Name>K</t:Name>') == zoo.Keeper(Name="K")
    assert content('i:type="t:Mishap">') == zoo.Mishap()


@pytest.mark.parametrize(
    ("xml", "path", "message"),
    [
        ("<Size>x</Size>", "Size", "'x' is no xsd:int"),
        ('<Size z:Ref="i1"/>', "Size", "a value of type xsd:int cannot be a z:Ref"),
        ('<Size z:Id="i1">5</Size>', "Size", "a value of type xsd:int cannot carry a z:Id"),
        ('<Colour i:nil="true"/>', "Colour", "a value of type {urn:town}Colour cannot be nil"),
        ('<Colour z:Id="i1">Red</Colour>', "Colour", "cannot carry a z:Id"),
        ("<Colour>Blue</Colour>", "Colour", "'Blue' is no value of {urn:town}Colour"),
        ("<Colour>1</Colour>", "Colour", "'1' is no value of"),
        ('<Colour i:type="t:Mood">None</Colour>', "Colour", "{urn:town}Mood cannot stand where"),
        ("<Toppings>Ham Jam</Toppings>", "Toppings", "'Jam' is no value of"),
        ('<Place i:nil="true"/>', "Place", "a value of type {urn:zoo}Point cannot be nil"),
        ('<Place z:Id="i1"/>', "Place", "cannot carry a z:Id"),
        ("<Place><X>1</X></Place>", "Place", "the required member Y is missing"),
        ("<Place><Label/><Y>1</Y></Place>", "Place", "the required member X is missing"),
        ("<Place><Y>1</Y></Place>", "Place", "the required member X is missing"),
        ("<Place>5</Place>", "Place", "the text '5' stands where an element is due"),
        ("<Points>5</Points>", "Points", "the text '5' stands where an element is due"),
        ('<Points><Point i:nil="1"/></Points>', "Points[0]", "cannot be nil"),
        (
            "<Points><Point><X>1</X><Y>1</Y></Point><Point><X>x</X></Point></Points>",
            "Points[1].X",
            "'x' is no xsd:int",
        ),
        ('<Animals i:type="Zebra"/>', "Animals", "the i:type {urn:zoo}Zebra is no type known here"),
        ('<Animals i:type="xsd:string"/>', "Animals", "the i:type xsd:string cannot stand where"),
        ('<Animals i:type="q:Lion"/>', "Animals", "the prefix of the i:type 'q:Lion' is not decl"),
        ('<Animals i:type="xsd:anyType"/>', "Animals", "xsd:anyType is no type known here"),
        ('<Animals i:nil="x"/>', "Animals", "'x' is no xsd:boolean"),
        (
            '<Animals><Animal i:type="t:Keeper"/></Animals>',
            "Animals[0]",
            "the i:type {urn:town}Keeper cannot stand where {urn:zoo}Animal is declared",
        ),
        (
            '<Animals><Animal z:Id="i1"/><Animal z:Id="i1"/></Animals>',
            "Animals[1]",
            "the z:Id 'i1' is given to two objects",
        ),
        (
            '<Animals><Animal z:Id="i1"><Keeper z:Ref="i1"/></Animal></Animals>',
            "Animals[0].Keeper",
            "the z:Ref 'i1' refers to a {urn:zoo}Animal where {urn:town}Keeper is declared",
        ),
        (
            '<Animals><Animal><Other z:Id="i1"/></Animal><Animal z:Ref="i1"/></Animals>',
            "Animals[1]",
            "the z:Ref 'i1' refers to no object before it",
        ),
        (
            (
                "<Prices><arr:KeyValueOfstringKeeper><arr:Key>a</arr:Key>"
                "</arr:KeyValueOfstringKeeper></Prices>"
            ),
            "Prices[0]",
            "the required member Value is missing",
        ),
        (
            "<Prices>" + "<arr:KeyValueOfstringKeeper><arr:Key>a</arr:Key><arr:Value/>"
            "</arr:KeyValueOfstringKeeper>" * 2 + "</Prices>",
            "Prices[1]",
            "the key 'a' occurs twice",
        ),
        (
            '<Mishap><Code xmlns="">1</Code><Code xmlns="">1</Code></Mishap>',
            "Mishap.Code",
            "the member occurs twice",
        ),
        ('<Mishap><Code xmlns="">x</Code></Mishap>', "Mishap.Code", "'x' is no xsd:int"),
    ],
)
def test_what_does_not_fit_is_an_error_with_its_path(zoo, xml, path, message):
    with pytest.raises(DeserializationError, match=message) as caught:
        zoo.read(f"<e>{xml}</e>", zoo.zoo_type("Cage"))
    assert caught.value.path == path


@pytest.mark.parametrize(
    ("xml", "message"),
    [
        ("<Content>5</Content>", "the text '5' stands where an element is due"),
        ("<Content><a/></Content>", "a value of xsd:anyType with content needs an i:type"),
        ('<Content i:type="t:Nobody"/>', "the i:type {urn:town}Nobody is no type known here"),
        (
            (
                '<Content i:type="Ranks"><Rank><Key><X>1</X><Y>1</Y></Key><Value>1</Value></Rank>'
                "</Content>"
            ),
            "cannot be a key",
        ),
    ],
)
def test_what_no_type_explains_is_an_error(zoo, xml, message):
    with pytest.raises(DeserializationError, match=message):
        zoo.read(f"<e>{xml}</e>", zoo.zoo_type("Crate"))


def test_the_type_of_a_primitive_is_not_looked_at(zoo):
    assert zoo.read('<e><Size i:type="q:x">5</Size></e>'.replace(' i:type="q:x"', ""),
                    zoo.zoo_type("Cage")).Size == 5  # fmt: skip
    assert zoo.read('<e><Size i:type="xsd:string">5</Size></e>', zoo.zoo_type("Cage")).Size == 5


def test_attributes_that_nobody_knows_are_skipped(zoo):
    assert zoo.read('<e a="b"><Size z:Size="5">5</Size></e>', zoo.zoo_type("Cage")).Size == 5


def test_a_type_can_be_a_qualified_name_record(zoo):
    tokens = zoo.parse('<e i:type="t:Lion"/>')
    (attribute,) = tokens[0].attributes
    attribute.value = QName("t", "Lion")
    name = zoo.zoo_type("Animal")
    assert zoo.contracts.read_object(tokens, 0, name) == zoo.Lion()


@pytest.mark.parametrize(
    ("start", "end", "declared"),
    [
        ("<t:Boss>", "</t:Boss>", "Keeper"),
        ('<arr:anyType i:type="arr:ArrayOfanyType">', "</arr:anyType>", "any"),
        ('<Cause xmlns="">', "</Cause>", "Mishap"),
        (
            '<Entry><Key>a</Key><Value i:type="Anything">',
            "</Value></Entry>",
            "Anything",
        ),
    ],
)
def test_objects_in_each_other_have_an_end(zoo, start, end, declared):
    name = {
        "any": TypeName(ARRAYS, "ArrayOfanyType"),
        "Anything": zoo.zoo_type("Anything"),
    }.get(declared, zoo.town_type(declared))
    zoo.read(f"<e>{start * 60}{end * 60}</e>", name)
    with pytest.raises(DeserializationError, match="more than 124 objects stand in each other"):
        zoo.read(f"<e>{start * 125}{end * 125}</e>", name)
