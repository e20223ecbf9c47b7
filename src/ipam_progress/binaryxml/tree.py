"""Tokens to and from lxml elements, for people and checks: never on the way of the data.

A tree has what the document had, its prefixes and declarations included, but only text: that 5 was
a number is not to be seen in it. The only module here that knows lxml.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lxml import etree

from ipam_progress.binaryxml.tokens import END, ROOT_SCOPE, Attribute, Comment, StartElement, Token
from ipam_progress.binaryxml.xml_text import to_text
from ipam_progress.errors import BinaryXmlError, SerializationError
from ipam_progress.namespaces import XML

__all__ = ["from_element", "from_text", "read_element", "to_element"]


def to_element(tokens: Iterable[Token]) -> etree._Element:
    """Give a document as a tree.

    Raises:
        BinaryXmlError: If text XML cannot say what it says: a binary document can have names and
            characters that no XML has.
    """
    # By way of text, as lxml's own calls choose among prefixes that mean the same namespace.
    try:
        return _parse(to_text(tokens))
    except etree.XMLSyntaxError as error:
        raise BinaryXmlError(f"the document cannot be written as XML: {error.msg}") from None


def from_text(text: str) -> list[Token]:
    """Give a document that is written as XML; every text becomes a `str`.

    Raises:
        BinaryXmlError: If it is no XML.
        SerializationError: As for `from_element`.
    """
    try:
        root = _parse(text)
    except etree.XMLSyntaxError as error:
        raise BinaryXmlError(f"this is no XML: {error.msg}") from None
    return from_element(root)


def read_element(octets: bytes) -> etree._Element:
    """Give a stranger's document as a tree, without its comments and processing instructions.

    What lets a few octets become many is refused: a document type, and with it entities.

    Raises:
        BinaryXmlError: If it is no XML, is nested deeper than libxml2 takes, or has a document
            type.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(octets, parser)
    except etree.XMLSyntaxError as error:
        raise BinaryXmlError(f"this is no XML: {error.msg}") from None
    if root.getroottree().docinfo.internalDTD:
        raise BinaryXmlError("a document type has no place in a message: leave it out")
    return root


def _parse(text: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    return etree.fromstring(text.encode("utf-8", "surrogatepass"), parser)


def from_element(element: etree._Element) -> list[Token]:
    """Give an element and all that is in it as a document; every text becomes a `str`.

    Prefixes that are declared outside of the element are declared on it.

    Raises:
        SerializationError: If there is a processing instruction or an entity, for which binary XML
            has no records.
    """
    tokens: list[Token] = []
    scope = _append_start(tokens, element, ROOT_SCOPE)
    # the open elements, each with its children that are still to come and what is in scope in it
    stack: list[tuple[Any, Iterator[Any], Mapping[str, str]]] = [(element, iter(element), scope)]
    while True:
        parent, children, scope = stack[-1]
        child = next(children, None)
        if child is None:
            tokens.append(END)
            stack.pop()
            if not stack:
                return tokens
            child = parent
        elif child.tag is etree.Comment:
            tokens.append(Comment(child.text))
        elif isinstance(child.tag, str):
            stack.append((child, iter(child), _append_start(tokens, child, scope)))
            continue
        else:
            raise SerializationError(f"{child!r} has no place in a binary document: leave it out")
        if child.tail:
            tokens.append(child.tail)


def _append_start(tokens: list[Token], element: Any, outer: Mapping[str, str]) -> Mapping[str, str]:
    """Append the start of an element and its first text; give what is in scope in it."""
    name = etree.QName(element)
    namespace = name.namespace or ""
    in_scope = {prefix or "": uri or "" for prefix, uri in element.nsmap.items()}
    if not element.prefix:
        in_scope[""] = namespace  # also where the default namespace is taken back
    declarations = tuple(item for item in in_scope.items() if outer.get(item[0]) != item[1])
    scope = {**outer, **dict(declarations)} if declarations else outer
    attributes = tuple(_attribute(key, value, in_scope) for key, value in element.attrib.items())
    prefix = element.prefix or ""
    tokens.append(StartElement(prefix, name.localname, namespace, attributes, declarations, scope))
    if element.text:
        tokens.append(element.text)
    return scope


def _attribute(key: str, value: str, in_scope: Mapping[str, str]) -> Attribute:
    name = etree.QName(key)
    if name.namespace is None:
        return Attribute("", name.localname, "", value)
    if name.namespace == XML:
        return Attribute("xml", name.localname, XML, value)
    # lxml does not say with which of its prefixes an attribute was written; any will do
    prefix = next(prefix for prefix, uri in in_scope.items() if prefix and uri == name.namespace)
    return Attribute(prefix, name.localname, name.namespace, value)
