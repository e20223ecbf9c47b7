"""What a server publishes of itself: WSDL and XML Schema, made of the Spyne applications it serves.

Spyne says which operations and types there are; how a type travels is said by its contract, which
can say more than Spyne's own schema does: references, lists of flags, exceptions, annotations for
.NET. The documents are those that WCF makes of the same contracts, so that svcutil and Visual
Studio find in them what they look for.

    documents.py   the set of documents, and their names
    schemas.py     a schema for each namespace; serialization.py the one of DataContractSerializer
    port_types.py  messages and port types
    bindings.py    bindings with their policies, and the service with its ports
    endpoints.py   what has to be said of an endpoint
    elements.py    how elements are made, and the namespaces of WSDL

Knows no sockets, and not how anybody asks for the documents.
"""

from ipam_progress.service.metadata.documents import Locate, MetadataDocument, ServiceMetadata
from ipam_progress.service.metadata.endpoints import (
    EndpointIdentity,
    IdentityKind,
    PublishedEndpoint,
    PublishedSecurity,
    TlsSecurity,
    WindowsSecurity,
    endpoints_at,
)

__all__ = [
    "EndpointIdentity",
    "IdentityKind",
    "Locate",
    "MetadataDocument",
    "PublishedEndpoint",
    "PublishedSecurity",
    "ServiceMetadata",
    "TlsSecurity",
    "WindowsSecurity",
    "endpoints_at",
]
