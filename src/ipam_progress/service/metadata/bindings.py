"""Bindings with their policies, and the service with its ports: WCF's way to describe net.tcp.

[MS-NMFTB] has the transport, [MS-WSPOL] the policies. An address of HTTP is bound to SOAP 1.2 in
text, without WS-Addressing and without policies. Knows no types.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from lxml import etree

from ipam_progress.contracts.model import TypeName
from ipam_progress.errors import LocalProtocolError
from ipam_progress.service.declarations import FAULT_SUFFIX
from ipam_progress.service.metadata.elements import (
    IDENTITY,
    MSB,
    MSF,
    SOAP12,
    SP,
    WSA10,
    WSAW,
    WSDL,
    WSP,
    WSU,
    Prefixes,
)
from ipam_progress.service.metadata.endpoints import (
    EndpointIdentity,
    PublishedEndpoint,
    PublishedSecurity,
    WindowsSecurity,
)
from ipam_progress.service.metadata.port_types import PortType

__all__ = ["Binding", "build_binding", "build_policy", "build_service", "name_bindings"]

_TCP: Final = "http://schemas.microsoft.com/soap/tcp"
_HTTP: Final = "http://schemas.xmlsoap.org/soap/http"


@dataclass(frozen=True, slots=True)
class Binding:
    """A port type at an address.

    Attributes:
        name: Name of the binding, and of the port that has it.
        port_type: The port type.
        endpoint: The endpoint.
    """

    name: TypeName
    port_type: PortType
    endpoint: PublishedEndpoint

    @property
    def is_tcp(self) -> bool:
        """Whether it is net.tcp, with binary XML and WS-Addressing, rather than HTTP with text."""
        return self.endpoint.address.startswith("net.tcp:")


def name_bindings(
    endpoints: Iterable[PublishedEndpoint], port_types: Iterable[PortType], namespace: str
) -> list[Binding]:
    """Find the port types of endpoints, and give each a name of its own, counted as WCF does.

    Raises:
        LocalProtocolError: If a port type is not published, or cannot be served at its address.
    """
    by_name = {port_type.name.name: port_type for port_type in port_types}
    bindings: list[Binding] = []
    counts: dict[str, int] = {}
    for endpoint in endpoints:
        port_type = by_name.get(endpoint.port_type)
        if port_type is None:
            raise LocalProtocolError(
                f"{endpoint.address} is to have the port type {endpoint.port_type}; published "
                f"are {', '.join(by_name)}"
            )
        transport = endpoint.address.partition(":")[0]
        if transport != "net.tcp" and port_type.callbacks:
            raise LocalProtocolError(
                f"{endpoint.address}: {endpoint.port_type} calls its clients, which needs net.tcp"
            )
        base = f"{'NetTcp' if transport == 'net.tcp' else 'Http'}Binding_{endpoint.port_type}"
        number = counts[base] = counts.get(base, -1) + 1
        name = TypeName(namespace, f"{base}{number or ''}")
        bindings.append(Binding(name, port_type, endpoint))
    return bindings


def build_policy(binding: Binding) -> etree._Element:
    """Make the policy of a binding over net.tcp."""
    protection = binding.endpoint.security
    alternative = WSP("All", MSB("BinaryEncoding"))
    if protection is not None:
        alternative.append(
            SP(
                "TransportBinding",
                WSP(
                    "Policy",
                    SP("TransportToken", WSP("Policy", _upgrade(protection))),
                    SP("AlgorithmSuite", WSP("Policy", SP("Basic256"))),
                    SP("Layout", WSP("Policy", SP("Strict"))),
                ),
            )
        )
    alternative.append(WSAW("UsingAddressing"))
    attributes = {WSU.name("Id"): _policy_id(binding)}
    return WSP("Policy", WSP("ExactlyOne", alternative), **attributes)


def _upgrade(security: PublishedSecurity) -> etree._Element:
    if isinstance(security, WindowsSecurity):
        level = MSF("ProtectionLevel", security.level.title)
        return MSF("WindowsTransportSecurity", level)
    certificate = [MSF("RequireClientCertificate")] if security.client_certificate else []
    return MSF("SslTransportSecurity", *certificate)


def _policy_id(binding: Binding) -> str:
    return f"{binding.name.name}_policy"


def build_binding(binding: Binding, prefixes: Prefixes) -> etree._Element:
    """Make a binding."""
    name = binding.port_type.name
    built = WSDL("binding", name=binding.name.name, type=prefixes.name(name))
    if binding.is_tcp:
        built.append(WSP("PolicyReference", URI=f"#{_policy_id(binding)}"))
    built.append(SOAP12("binding", transport=_TCP if binding.is_tcp else _HTTP))
    for operation in binding.port_type.operations:
        built.append(
            WSDL(
                "operation",
                SOAP12("operation", soapAction=operation.action, style="document"),
                WSDL("input", SOAP12("body", use="literal")),
                WSDL("output", SOAP12("body", use="literal")),
                WSDL(
                    "fault",
                    SOAP12("fault", name=FAULT_SUFFIX, use="literal"),
                    name=FAULT_SUFFIX,
                ),
                name=operation.name,
            )
        )
    for callback in binding.port_type.callbacks:
        built.append(
            WSDL(
                "operation",
                SOAP12("operation", soapAction=callback.action, style="document"),
                WSDL("output", SOAP12("body", use="literal")),
                name=callback.name,
            )
        )
    return built


def build_service(name: str, bindings: Sequence[Binding], prefixes: Prefixes) -> etree._Element:
    """Make the service, with a port for each binding."""
    service = WSDL("service", name=name)
    for binding in bindings:
        endpoint = binding.endpoint
        port = WSDL(
            "port",
            SOAP12("address", location=endpoint.address),
            name=binding.name.name,
            binding=prefixes.name(binding.name),
        )
        if binding.is_tcp:
            reference = WSA10("EndpointReference", WSA10("Address", endpoint.address))
            if endpoint.identity is not None:
                reference.append(_identity(endpoint.identity))
            port.append(reference)
        service.append(port)
    return service


def _identity(identity: EndpointIdentity) -> etree._Element:
    return IDENTITY("Identity", IDENTITY(identity.kind.value, identity.name))
