"""What is published of an endpoint: where it is, how it is protected, whom a client finds there.

These are the words of a WSDL; what protects the sessions of a running server is the affair of
`ipam_progress.security`. Knows no XML.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from ipam_progress.framing import NetTcpAddress
from ipam_progress.security.mechanism import ProtectionLevel

__all__ = [
    "EndpointIdentity",
    "IdentityKind",
    "PublishedEndpoint",
    "PublishedSecurity",
    "TlsSecurity",
    "WindowsSecurity",
    "endpoints_at",
]


@dataclass(frozen=True, slots=True)
class WindowsSecurity:
    """Clients log on with Kerberos or NTLM, [MS-NNS].

    Attributes:
        level: The least protection of a session.
    """

    level: ProtectionLevel = ProtectionLevel.ENCRYPT_AND_SIGN


@dataclass(frozen=True, slots=True)
class TlsSecurity:
    """Sessions are protected by TLS.

    Attributes:
        client_certificate: Whether a client has to show a certificate of its own.
        host: The name of the host in the server's certificate; None if it has none, or nobody
            knows.
    """

    client_certificate: bool = False
    host: str | None = None


PublishedSecurity = WindowsSecurity | TlsSecurity
"""What protects the sessions of an endpoint."""


class IdentityKind(Enum):
    """How the owner of an address is named; the values are what an endpoint reference has."""

    DNS = "Dns"
    """The name in the server's certificate."""
    SPN = "Spn"
    """The service principal name by which clients ask for a Kerberos ticket."""
    UPN = "Upn"
    """The user principal name of the account that a service runs under."""


@dataclass(frozen=True, slots=True)
class EndpointIdentity:
    """Whom a client has to find at an address."""

    kind: IdentityKind
    name: str


@dataclass(frozen=True, slots=True)
class PublishedEndpoint:
    """An address where a port type is served.

    Attributes:
        port_type: The name of the port type, such as ``IIpamServer``.
        address: Where it is: a net.tcp address, or one of HTTP for SOAP 1.2 as text.
        security: What protects sessions; None for nothing. It says nothing of HTTP.
        identity: Whom a client finds there; None leaves it to clients, which take the host's name
            in the address for it.
    """

    port_type: str
    address: str
    security: PublishedSecurity | None = None
    identity: EndpointIdentity | None = None


def endpoints_at(
    host: str, port: int, security: PublishedSecurity | None, paths: Mapping[str, str]
) -> Iterator[PublishedEndpoint]:
    """Give the endpoints of a listener.

    Whom a client finds there is in TLS the host that the certificate names, else whom it expects
    to find at such an address: the host, which in Kerberos is the service ``host/`` of that name.

    Args:
        host: What clients know the machine by.
        port: Where it listens.
        security: What protects sessions there; None for nothing.
        paths: The path of each port type.
    """
    identity = None
    if isinstance(security, WindowsSecurity):
        identity = EndpointIdentity(IdentityKind.SPN, f"host/{host}")
    elif security is not None:
        identity = EndpointIdentity(IdentityKind.DNS, security.host or host)
    for port_type, path in paths.items():
        address = NetTcpAddress(host, port, path)
        yield PublishedEndpoint(port_type, str(address), security, identity)
