"""The set of documents that a server publishes, each with its name.

A WSDL for each namespace of port types, a schema for each namespace of types. The first document is
the WSDL with bindings and service; it leads to all others. Where the others are to be found is said
by whoever publishes them: beside it as files, or at URLs. Knows neither files nor URLs.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lxml import etree

from ipam_progress.contracts.model import TypeName
from ipam_progress.contracts.registry import contract_of
from ipam_progress.namespaces import IPAM
from ipam_progress.service.application import IpamApplication
from ipam_progress.service.metadata.bindings import (
    build_binding,
    build_policy,
    build_service,
    name_bindings,
)
from ipam_progress.service.metadata.elements import WSDL, WSDL_PREFIXES, XSD, Prefixes
from ipam_progress.service.metadata.endpoints import PublishedEndpoint
from ipam_progress.service.metadata.port_types import PortType, build_messages, build_port_type
from ipam_progress.service.metadata.schemas import build_schemas, import_schema, reachable
from ipam_progress.service.protocol import EXCEPTION_DETAIL

__all__ = ["Locate", "MetadataDocument", "ServiceMetadata"]

Locate = Callable[[str], str]
"""Tells where a document of a certain name is: what stands in the imports of the others."""

_SERVICE_NAME: Final = "Ipam"
_SEPARATORS: Final = str.maketrans("/:", "..")


@dataclass(frozen=True, slots=True)
class MetadataDocument:
    """A WSDL or a schema.

    Attributes:
        name: Its name among the documents of the set, which can be that of a file.
        root: Its root element.
    """

    name: str
    root: etree._Element

    @property
    def dialect(self) -> str:
        """Namespace of its language, by which WS-MetadataExchange tells a WSDL from a schema."""
        return str(etree.QName(self.root).namespace)

    @property
    def identifier(self) -> str:
        """Its target namespace, by which WS-MetadataExchange tells documents of a dialect apart."""
        return _target(self.root)

    def to_bytes(self) -> bytes:
        """Write it as a document of XML, in lines, for people too."""
        written: bytes = etree.tostring(
            self.root, encoding="utf-8", xml_declaration=True, pretty_print=True
        )
        return written


class ServiceMetadata:
    """What is published of the applications of a server.

    Args:
        applications: What it serves, one application for each port type.
        endpoints: Where, a binding and a port each.

    Raises:
        LocalProtocolError: If an endpoint has a port type that is none of the applications', or
            that cannot be served at its address.
    """

    def __init__(
        self, applications: Sequence[IpamApplication], endpoints: Sequence[PublishedEndpoint]
    ) -> None:
        self._port_types = [PortType.of(application) for application in applications]
        self._bindings = name_bindings(endpoints, self._port_types, IPAM)
        published = {
            TypeName(model.get_namespace(), model.get_type_name())
            for application in applications
            for model in application.interface.classes.values()
        }
        self._contracts = reachable({*published, EXCEPTION_DETAIL}, contract_of)

    def documents(self, locate: Locate = str) -> Sequence[MetadataDocument]:
        """Make the documents, the WSDL with the service first.

        Args:
            locate: Tells where a document is; without it documents are found by their names, as
                files in one directory are.
        """
        schemas = self._schemas(
            self._port_types, lambda namespace: locate(_name_of(namespace, ".xsd"))
        )
        locations = {namespace: locate(_name_of(namespace, ".xsd")) for namespace in schemas}

        def imports(target: str) -> list[etree._Element]:
            content = (import_schema(*each) for each in locations.items())
            return [XSD("schema", *content, targetNamespace=f"{target}/Imports")]

        wsdls = [self._service(self._port_types, imports(IPAM), locate)]
        for namespace in _foreign(self._port_types):
            port_types = [each for each in self._port_types if each.name.namespace == namespace]
            wsdls.append(
                _definitions(namespace, port_types, imports(namespace), _prefixes(port_types))
            )
        return [
            *(MetadataDocument(_name_of(_target(root), ".wsdl"), root) for root in wsdls),
            *(MetadataDocument(_name_of(_target(root), ".xsd"), root) for root in schemas.values()),
        ]

    def single(self) -> MetadataDocument:
        """Make one document of it all, the schemas inside: what WCF has at ``?singleWsdl``.

        Port types of other namespaces than [MS-IPAMM2] has would need a WSDL of their own, and are
        left out.
        """
        port_types = [each for each in self._port_types if each.name.namespace == IPAM]
        schemas = self._schemas(port_types, lambda _: None)
        return MetadataDocument(
            _name_of(IPAM, ".wsdl"), self._service(port_types, schemas.values(), str)
        )

    def _schemas(
        self, port_types: Sequence[PortType], location_of: Callable[[str], str | None]
    ) -> Mapping[str, etree._Element]:
        # the namespace of a port type that is left out is left out with it
        left_out = {*_foreign(self._port_types)} - {*_foreign(port_types)}
        return build_schemas(
            (each for each in self._contracts.values() if each.type.namespace not in left_out),
            (message for port_type in port_types for message in port_type.messages),
            location_of,
        )

    def _service(
        self, port_types: Sequence[PortType], types: Iterable[etree._Element], locate: Locate
    ) -> etree._Element:
        """Make the WSDL that has bindings and service."""
        bindings = [each for each in self._bindings if each.port_type in port_types]
        prefixes = _prefixes(port_types)
        root = _definitions(
            IPAM,
            [each for each in port_types if each.name.namespace == IPAM],
            types,
            prefixes,
            head=[
                *(build_policy(each) for each in bindings if each.is_tcp),
                *(
                    WSDL("import", namespace=each, location=locate(_name_of(each, ".wsdl")))
                    for each in _foreign(port_types)
                ),
            ],
            tail=[
                *(build_binding(each, prefixes) for each in bindings),
                build_service(_SERVICE_NAME, bindings, prefixes),
            ],
        )
        root.set("name", _SERVICE_NAME)
        return root


def _definitions(
    namespace: str,
    port_types: Sequence[PortType],
    types: Iterable[etree._Element],
    prefixes: Prefixes,
    *,
    head: Iterable[etree._Element] = (),
    tail: Iterable[etree._Element] = (),
) -> etree._Element:
    """Make the WSDL of some port types of a namespace."""
    root = etree.Element(WSDL.name("definitions"), nsmap=prefixes.declared)
    root.set("targetNamespace", namespace)
    root.extend(head)
    root.append(WSDL("types", *types))
    for port_type in port_types:
        root.extend(build_messages(port_type, prefixes))
    root.extend(build_port_type(port_type, prefixes) for port_type in port_types)
    root.extend(tail)
    return root


def _prefixes(port_types: Iterable[PortType]) -> Prefixes:
    namespaces = {each.name.namespace for each in port_types}
    return Prefixes({IPAM, EXCEPTION_DETAIL.namespace, *namespaces}, WSDL_PREFIXES)


def _foreign(port_types: Iterable[PortType]) -> list[str]:
    """Give the namespaces of port types that need a WSDL beside the one with the service."""
    return sorted({each.name.namespace for each in port_types} - {IPAM})


def _target(root: etree._Element) -> str:
    return root.get("targetNamespace", "")


def _name_of(namespace: str, suffix: str) -> str:
    """Give the name of a namespace's document, as the schemas of [MS-IPAMM2] are called."""
    return namespace.removeprefix("http://").rstrip("/").translate(_SEPARATORS) + suffix
