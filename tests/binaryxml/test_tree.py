"""Trees of lxml and text XML: what they show, what they refuse."""

import pytest
from lxml import etree

from ipam_progress.binaryxml import (
    END,
    Attribute,
    Comment,
    Float32,
    QName,
    StartElement,
    decode_document,
    encode_document,
)
from ipam_progress.binaryxml.tree import from_element, to_element
from ipam_progress.binaryxml.xml_text import to_text
from ipam_progress.errors import BinaryXmlError, SerializationError
from ipam_progress.namespaces import XML

R = StartElement("", "r", "")
DECLARED = StartElement(
    "b",
    "r",
    "urn:b",
    (
        Attribute("c", "type", "urn:b", QName("b", "T")),
        Attribute("", "plain", "", True),
        Attribute("xml", "lang", XML, ""),
    ),
    (("b", "urn:b"), ("c", "urn:b"), ("", "urn:d")),
)


def test_prefixes_and_declarations_are_kept():
    tokens = [DECLARED, StartElement("c", "s", "urn:b"), END, StartElement("", "t", "urn:d"), END]
    text = to_text([*tokens, END])
    assert text == (
        '<b:r xmlns:b="urn:b" xmlns:c="urn:b" xmlns="urn:d" c:type="b:T" plain="true"'
        ' xml:lang=""><c:s /><t /></b:r>'
    )
    root = to_element([*tokens, END])
    assert [(child.prefix, child.tag) for child in root] == [("c", "{urn:b}s"), (None, "{urn:d}t")]
    assert root.prefix == "b"
    assert root.nsmap == {"b": "urn:b", "c": "urn:b", None: "urn:d"}
    assert dict(root.attrib) == {"{urn:b}type": "b:T", "plain": "true", f"{{{XML}}}lang": ""}


def test_values_become_text():
    root = to_element([R, "a ", 5, Float32(0.1), b"\1", END])
    assert root.text == "a 50.1AQ=="


def test_special_characters_survive():
    text = "<&>\"'\r\n\t x"
    root = to_element([StartElement("", "r", "", (Attribute("", "a", "", text),)), text, END])
    assert root.get("a") == root.text == text
    assert to_text([R, text, END]) == "<r>&lt;&amp;&gt;\"'&#xD;\n\t x</r>"


@pytest.mark.parametrize("character", ["\0", "\x1b", "\x08", "\ufffe", "\ud800"])
def test_characters_that_no_xml_has(character):
    tokens = [R, character, END]
    assert to_text(tokens) == f"<r>&#x{ord(character):X};</r>"
    with pytest.raises(BinaryXmlError, match="cannot be written as XML"):
        to_element(tokens)


@pytest.mark.parametrize("name", ["a b", "1", "a:b", "<"])
def test_names_that_no_xml_has(name):
    tokens = decode_document(b"\x40" + bytes((len(name),)) + name.encode() + b"\x01")
    with pytest.raises(BinaryXmlError, match="cannot be written as XML"):
        to_element(tokens)


def test_control_characters_do_not_reach_a_terminal():
    escape = "\x1b[2J"
    element = StartElement(
        escape, escape, "", (Attribute("", escape, "", escape),), ((escape, escape),)
    )
    text = to_text([element, Comment(escape), escape, END])
    assert "\x1b" not in text
    assert text.count("&#x1B;[2J") == 10


def test_indentation():
    tokens = [
        Comment("before"),
        R,
        Comment("in"),
        StartElement("", "empty", ""),
        END,
        StartElement("", "text", ""),
        "x",
        END,
        StartElement("", "mixed", ""),
        StartElement("", "s", ""),
        END,
        "x",
        Comment("c"),
        END,
        END,
        Comment("after"),
    ]
    assert to_text(tokens, indent=True) == (
        "<!--before-->\n"
        "<r>\n"
        "  <!--in-->\n"
        "  <empty />\n"
        "  <text>x</text>\n"
        "  <mixed><s />x<!--c--></mixed>\n"
        "</r>\n"
        "<!--after-->"
    )
    assert to_text(tokens) == (
        "<!--before--><r><!--in--><empty /><text>x</text><mixed><s />x<!--c--></mixed></r>"
        "<!--after-->"
    )


XMLS = [
    "<r/>",
    "<r>text</r>",
    "<r>a<s/>b<!--c-->d<t>e</t></r>",
    "<r a='1' b='2'/>",
    "<r xmlns='urn:d'><s xmlns=''><t xmlns='urn:d'/></s></r>",
    "<p:r xmlns:p='urn:p' xmlns='urn:d'><s p:a='1'/><p:t xmlns:p='urn:q' p:b='2'/></p:r>",
    "<r xmlns:p='urn:p' xmlns:q='urn:p' q:a='q:T'/>",
    "<r xml:lang='de'/>",
    "<!--before--><r/>",
]


@pytest.mark.parametrize("xml", XMLS)
def test_from_an_element_and_back(xml, infoset, infoset_xml):
    element = etree.fromstring(xml)
    tokens = from_element(element)
    assert infoset(tokens) == infoset_xml(xml)
    assert infoset(decode_document(encode_document(tokens))) == infoset_xml(xml)
    assert infoset(from_element(to_element(tokens))) == infoset_xml(xml)


def test_from_an_element_inside_a_tree():
    tree = etree.fromstring("<r xmlns='urn:d' xmlns:p='urn:p'>a<s t='p:T'>b</s>tail</r>")
    assert from_element(tree[0]) == [
        StartElement(
            "",
            "s",
            "urn:d",
            (Attribute("", "t", "", "p:T"),),
            (("", "urn:d"), ("p", "urn:p")),
        ),
        "b",
        END,
    ]


def test_namespaces_in_scope_come_along():
    tokens = from_element(etree.fromstring("<r xmlns:p='urn:p'><s/></r>"))
    starts = [token for token in tokens if isinstance(token, StartElement)]
    assert [start.namespaces["p"] for start in starts] == ["urn:p", "urn:p"]
    assert starts[1].namespaces is starts[0].namespaces


@pytest.mark.parametrize(
    "xml", ["<r><?target data?></r>", "<!DOCTYPE r [<!ENTITY e 'x'>]><r>&e;</r>"]
)
def test_what_binary_xml_has_no_record_for(xml):
    parser = etree.XMLParser(resolve_entities=False)
    with pytest.raises(SerializationError, match="no place in a binary document"):
        from_element(etree.fromstring(xml, parser))


def test_deep_trees():
    depth = 2000
    xml = "<r>" * depth + "</r>" * depth
    element = etree.fromstring(xml, etree.XMLParser(huge_tree=True))
    assert from_element(element) == [R] * depth + [END] * depth
