"""Every XML namespace of the protocol, with the prefix its documents use for it.

[MS-IPAMM2] 2.2.1 lists the namespaces of the contracts; the others are those of SOAP 1.2,
WS-Addressing and of WCF itself. This module holds strings and nothing else.
"""

from typing import Final

SOAP: Final = "http://www.w3.org/2003/05/soap-envelope"
"""SOAP 1.2 envelope, prefix ``s``."""

ADDRESSING: Final = "http://www.w3.org/2005/08/addressing"
"""WS-Addressing 1.0, prefix ``a``."""

ANONYMOUS: Final = "http://www.w3.org/2005/08/addressing/anonymous"
"""The WS-Addressing address that means "whoever is at the other end of this connection"."""

ADDRESSING_FAULT: Final = "http://www.w3.org/2005/08/addressing/fault"
"""Action of the fault that WS-Addressing itself defines for an action that is not supported."""

SOAP_FAULT: Final = "http://www.w3.org/2005/08/addressing/soap/fault"
"""Action of a SOAP fault that declares no action of its own."""

DISPATCHER: Final = (
    "http://schemas.microsoft.com/net/2005/12/windowscommunicationfoundation/dispatcher"
)
"""WCF's namespace for the subcodes of faults that its dispatcher makes."""

DISPATCHER_FAULT: Final = DISPATCHER + "/fault"
"""Action of the faults that WCF's dispatcher makes."""

XML: Final = "http://www.w3.org/XML/1998/namespace"
"""The namespace bound to the prefix ``xml``."""

XMLNS: Final = "http://www.w3.org/2000/xmlns/"
"""The namespace of namespace declarations."""

SCHEMA: Final = "http://www.w3.org/2001/XMLSchema"
"""XML Schema, prefix ``xsd``."""

INSTANCE: Final = "http://www.w3.org/2001/XMLSchema-instance"
"""XML Schema instance attributes (``type``, ``nil``), prefix ``i``."""

SERIALIZATION: Final = "http://schemas.microsoft.com/2003/10/Serialization/"
"""DataContractSerializer's own types and attributes (``Id``, ``Ref``), prefix ``ser`` or ``z``."""

ARRAYS: Final = "http://schemas.microsoft.com/2003/10/Serialization/Arrays"
"""Collections of primitive types, prefix ``serarr``."""

IPAM: Final = "http://Microsoft.Windows.Ipam"
"""The contracts of [MS-IPAMM2] and most of their types, prefix ``ipam``."""

IPAM1: Final = "http://schemas.datacontract.org/2004/07/Microsoft.Windows.Ipam"
"""Types of [MS-IPAMM2] that declare no namespace of their own, prefix ``ipam1``."""

HISTORY: Final = "urn:ipam-progress:history"
"""The contracts of our own by which clients ask how operations ended; Microsoft has none.

A URN, because it only has to be different from every other one: an http address would look as if
something were to be found there, in a domain that is not ours.
"""

SYSTEM: Final = "http://schemas.datacontract.org/2004/07/System"
"""Types of .NET's System namespace, prefix ``sys``."""

SYSTEM_GENERIC: Final = "http://schemas.datacontract.org/2004/07/System.Collections.Generic"
"""Key and value pairs, prefix ``sysgen``."""

SYSTEM_NET: Final = "http://schemas.datacontract.org/2004/07/System.Net"
"""IPAddress, prefix ``sysnet``."""

SYSTEM_NET_SOCKETS: Final = "http://schemas.datacontract.org/2004/07/System.Net.Sockets"
"""AddressFamily, prefix ``syssock``."""

PREFIXES: Final = {
    "ipam": IPAM,
    "ipam1": IPAM1,
    "ser": SERIALIZATION,
    "serarr": ARRAYS,
    "sys": SYSTEM,
    "sysgen": SYSTEM_GENERIC,
    "sysnet": SYSTEM_NET,
    "syssock": SYSTEM_NET_SOCKETS,
    "xsd": SCHEMA,
}
"""The prefixes of [MS-IPAMM2] section 7, as its schemas and our tables use them."""
