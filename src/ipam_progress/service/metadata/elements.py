"""How the elements of these documents are made, and their namespaces.

A name in an attribute needs a prefix that is declared around it. So each document declares its
prefixes at its root, once, and `Prefixes` writes such names. Knows no contracts.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from lxml import etree

from ipam_progress.contracts.model import TypeName
from ipam_progress.namespaces import ADDRESSING, HISTORY, PREFIXES, SCHEMA

__all__ = [
    "ADDRESSING_WSDL",
    "CONTRACT",
    "ENCODING",
    "FRAMING",
    "IDENTITY",
    "POLICY",
    "SECURITY",
    "SERVICE_PREFIXES",
    "SOAP12",
    "UTILITY",
    "WSDL",
    "Prefixes",
    "Vocabulary",
]

ADDRESSING_WSDL: Final = "http://www.w3.org/2006/05/addressing/wsdl"
"""WS-Addressing's WSDL binding, prefix ``wsaw``: Actions, and that they are needed."""

CONTRACT: Final = "http://schemas.microsoft.com/ws/2005/12/wsdl/contract"
"""What WCF says of a contract, prefix ``msc``: that it has sessions."""

ENCODING: Final = "http://schemas.microsoft.com/ws/06/2004/mspolicy/netbinary1"
"""WCF's policy of binary XML, prefix ``msb``."""

FRAMING: Final = "http://schemas.microsoft.com/ws/2006/05/framing/policy"
"""WCF's policies of stream upgrades, prefix ``msf``."""

IDENTITY: Final = "http://schemas.xmlsoap.org/ws/2006/02/addressingidentity"
"""Whom a client has to find at an address, in an endpoint reference, prefix ``identity``."""

POLICY: Final = "http://schemas.xmlsoap.org/ws/2004/09/policy"
"""WS-Policy 1.2, prefix ``wsp``."""

SECURITY: Final = "http://schemas.xmlsoap.org/ws/2005/07/securitypolicy"
"""WS-SecurityPolicy 1.1, prefix ``sp``."""

SOAP12: Final = "http://schemas.xmlsoap.org/wsdl/soap12/"
"""WSDL's SOAP 1.2 binding, prefix ``soap12``."""

UTILITY: Final = (
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
)
"""Where the attribute Id of a policy comes from, prefix ``wsu``."""

WSDL: Final = "http://schemas.xmlsoap.org/wsdl/"
"""WSDL 1.1, prefix ``wsdl``."""

_TYPE_PREFIXES: Final = {
    namespace: prefix for prefix, namespace in {**PREFIXES, "history": HISTORY}.items()
}

SERVICE_PREFIXES: Final[Mapping[str, str]] = {
    "wsdl": WSDL,
    "soap12": SOAP12,
    "wsp": POLICY,
    "wsu": UTILITY,
    "wsaw": ADDRESSING_WSDL,
    "wsa10": ADDRESSING,
    "msc": CONTRACT,
    "msb": ENCODING,
    "msf": FRAMING,
    "sp": SECURITY,
    "identity": IDENTITY,
}
"""The prefixes of a WSDL, those of types apart."""


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


class Vocabulary:
    """Makes the elements of a namespace, in the manner of `lxml.builder`.

    Args:
        namespace: The namespace.
        prefix: The prefix.
    """

    def __init__(self, namespace: str, prefix: str) -> None:
        self._namespace = namespace
        self._declared = {prefix: namespace}

    def __call__(
        self, name: str, /, *content: "etree._Element | str", **attributes: str | None
    ) -> etree._Element:
        """Make an element.

        Args:
            name: Its local name.
            content: Its children; a string alone is its text.
            attributes: By their names in lxml's notation; those that are None are left out.
        """
        made = etree.Element(f"{{{self._namespace}}}{name}", nsmap=self._declared)
        for key, value in attributes.items():
            if value is not None:
                made.set(key, value)
        for each in content:
            if isinstance(each, str):
                made.text = each
            else:
                made.append(each)
        return made
