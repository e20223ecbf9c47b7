"""The faults of the framing layer: what a Fault record can say, [MC-NMF] 2.2.5.

A Fault record carries one of these URIs and ends the session. WCF sends twelve of the fifteen; the
others (`ENDPOINT_ACCESS_DENIED`, `ENDPOINT_PAUSED`, `INVALID_RECORD_SEQUENCE`) come from other
implementations. SOAP faults are another thing altogether and are not known here.
"""

from typing import Final

__all__ = [
    "ALL",
    "BASE",
    "CONNECTION_DISPATCH_FAILED",
    "CONTENT_TYPE_INVALID",
    "CONTENT_TYPE_TOO_LONG",
    "ENDPOINT_ACCESS_DENIED",
    "ENDPOINT_NOT_FOUND",
    "ENDPOINT_PAUSED",
    "ENDPOINT_UNAVAILABLE",
    "INVALID_RECORD_SEQUENCE",
    "MAX_MESSAGE_SIZE_EXCEEDED",
    "SERVER_TOO_BUSY",
    "SERVICE_ACTIVATION_FAILED",
    "UNSUPPORTED_MODE",
    "UNSUPPORTED_VERSION",
    "UPGRADE_INVALID",
    "VIA_TOO_LONG",
    "short_name",
]

BASE: Final = "http://schemas.microsoft.com/ws/2006/05/framing/faults/"
"""What every fault URI begins with."""

CONNECTION_DISPATCH_FAILED: Final = BASE + "ConnectionDispatchFailed"
"""The port sharing service could not hand the connection to the process that serves it."""

CONTENT_TYPE_INVALID: Final = BASE + "ContentTypeInvalid"
"""The encoding is not one that the endpoint speaks."""

CONTENT_TYPE_TOO_LONG: Final = BASE + "ContentTypeTooLong"
"""The content type of an ExtensibleEncoding record is over the limit; WCF only closes."""

ENDPOINT_ACCESS_DENIED: Final = BASE + "EndpointAccessDenied"
"""The client may not use the endpoint."""

ENDPOINT_NOT_FOUND: Final = BASE + "EndpointNotFound"
"""No endpoint listens at the Via."""

ENDPOINT_PAUSED: Final = BASE + "EndpointPaused"
"""The endpoint does not accept sessions at the moment."""

ENDPOINT_UNAVAILABLE: Final = BASE + "EndpointUnavailable"
"""The endpoint exists and cannot be reached now."""

INVALID_RECORD_SEQUENCE: Final = BASE + "InvalidRecordSequence"
"""A record that was not due."""

MAX_MESSAGE_SIZE_EXCEEDED: Final = BASE + "MaxMessageSizeExceededFault"
"""An envelope is over the receiver's limit. The URI itself ends in "Fault"."""

SERVER_TOO_BUSY: Final = BASE + "ServerTooBusy"
"""The server takes no more sessions at the moment."""

SERVICE_ACTIVATION_FAILED: Final = BASE + "ServiceActivationFailed"
"""The service behind the endpoint could not be started."""

UNSUPPORTED_MODE: Final = BASE + "UnsupportedMode"
"""The mode is not one that the endpoint serves."""

UNSUPPORTED_VERSION: Final = BASE + "UnsupportedVersion"
"""The major version is not 1."""

UPGRADE_INVALID: Final = BASE + "UpgradeInvalid"
"""The stream upgrade is not one that the endpoint offers."""

VIA_TOO_LONG: Final = BASE + "ViaTooLong"
"""The Via is over the limit; WCF only closes."""

ALL: Final = frozenset(
    value for name, value in list(globals().items()) if name.isupper() and name != "BASE"
)
"""The fifteen URIs that [MC-NMF] defines."""


def short_name(uri: str) -> str:
    """Give the last part of a fault's URI, for messages; a foreign URI stays whole."""
    return uri.removeprefix(BASE)
