"""How the elements of these documents are made, and the vocabularies that they are of.

A vocabulary goes by the prefix that WCF has for it. A name in an attribute needs a prefix that is
declared around it: each document declares its prefixes at its root, once, and `Prefixes` writes
such names. Knows no contracts.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from lxml import etree

from ipam_progress.contracts.model import TypeName
from ipam_progress.namespaces import ADDRESSING, HISTORY, PREFIXES, SCHEMA, SERIALIZATION

__all__ = [
    "IDENTITY",
    "MSB",
    "MSC",
    "MSF",
    "SER",
    "SOAP12",
    "SP",
    "WSA10",
    "WSAW",
    "WSDL",
    "WSDL_PREFIXES",
    "WSP",
    "WSU",
    "XSD",
    "Prefixes",
    "Vocabulary",
]


class Vocabulary:
    """Makes the elements of a namespace, in the manner of `lxml.builder`.

    Attributes:
        declared: Its prefix and its namespace.

    Args:
        namespace: The namespace.
        prefix: The prefix.
    """

    def __init__(self, namespace: str, prefix: str) -> None:
        self.declared = {prefix: namespace}
        self._namespace = namespace

    def name(self, local_name: str) -> str:
        """Write a name of the namespace as lxml has it."""
        return f"{{{self._namespace}}}{local_name}"

    def __call__(
        self, name: str, /, *content: "etree._Element | str", **attributes: str | None
    ) -> etree._Element:
        """Make an element.

        Args:
            name: Its local name.
            content: Its children; a string alone is its text.
            attributes: By their names in lxml's notation; those that are None are left out.
        """
        made = etree.Element(self.name(name), nsmap=self.declared)
        for key, value in attributes.items():
            if value is not None:
                made.set(key, value)
        for each in content:
            if isinstance(each, str):
                made.text = each
            else:
                made.append(each)
        return made


IDENTITY: Final = Vocabulary("http://schemas.xmlsoap.org/ws/2006/02/addressingidentity", "identity")
"""Whom a client has to find at an address, in an endpoint reference."""

MSB: Final = Vocabulary("http://schemas.microsoft.com/ws/06/2004/mspolicy/netbinary1", "msb")
"""WCF's policy of binary XML."""

MSC: Final = Vocabulary("http://schemas.microsoft.com/ws/2005/12/wsdl/contract", "msc")
"""What WCF says of a contract: that it has sessions."""

MSF: Final = Vocabulary("http://schemas.microsoft.com/ws/2006/05/framing/policy", "msf")
"""WCF's policies of stream upgrades."""

SER: Final = Vocabulary(SERIALIZATION, "ser")
"""What DataContractSerializer notes in schemas."""

SOAP12: Final = Vocabulary("http://schemas.xmlsoap.org/wsdl/soap12/", "soap12")
"""WSDL's SOAP 1.2 binding."""

SP: Final = Vocabulary("http://schemas.xmlsoap.org/ws/2005/07/securitypolicy", "sp")
"""WS-SecurityPolicy 1.1."""

WSA10: Final = Vocabulary(ADDRESSING, "wsa10")
"""WS-Addressing 1.0."""

WSAW: Final = Vocabulary("http://www.w3.org/2006/05/addressing/wsdl", "wsaw")
"""WS-Addressing's WSDL binding: Actions, and that they are needed."""

WSDL: Final = Vocabulary("http://schemas.xmlsoap.org/wsdl/", "wsdl")
"""WSDL 1.1."""

WSP: Final = Vocabulary("http://schemas.xmlsoap.org/ws/2004/09/policy", "wsp")
"""WS-Policy 1.2."""

WSU: Final = Vocabulary(
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd", "wsu"
)
"""Where the attribute Id of a policy comes from."""

XSD: Final = Vocabulary(SCHEMA, "xsd")
"""XML Schema."""

WSDL_PREFIXES: Final[Mapping[str, str]] = {
    prefix: namespace
    for vocabulary in (WSDL, SOAP12, WSP, WSU, WSAW, WSA10, MSC, MSB, MSF, SP, IDENTITY)
    for prefix, namespace in vocabulary.declared.items()
}
"""The prefixes of a WSDL, those of types apart."""

_TYPE_PREFIXES: Final = {
    namespace: prefix for prefix, namespace in {**PREFIXES, "history": HISTORY}.items()
}


class Prefixes:
    """The prefixes of a document.

    Args:
        namespaces: Those whose names the document has; that of the schema language is always
            among them.
        others: Prefixes besides those of types.
    """

    def __init__(self, namespaces: Iterable[str], others: Mapping[str, str] | None = None) -> None:
        wanted = {SCHEMA, *namespaces}
        self.declared = dict(others or {}) | {
            prefix: namespace for namespace, prefix in _TYPE_PREFIXES.items() if namespace in wanted
        }

    def name(self, name: TypeName) -> str:
        """Write an expanded name as attributes have it: ``ipam:IpamObject``."""
        return f"{_TYPE_PREFIXES[name.namespace]}:{name.name}"
