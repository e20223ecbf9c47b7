"""What OpenSSL's errors mean, in words that tell an operator what to do.

`ssl` reports a certificate that is refused by a number of X509_V_ERR, an alert and everything else
by a name. Numbers and names are those of OpenSSL 1.1.1 to 3.
"""

import ssl
from typing import Final

__all__ = ["plain_words"]

_CERTIFICATES: Final[dict[int, str]] = {
    9: "is not valid yet; compare the clocks",
    10: "has expired",
    18: "is self-signed and not among those that are trusted",
    19: "comes from a CA that is not trusted: the chain ends in a root that is not known here",
    20: "comes from a CA that is not trusted, or the certificate between it and the CA is missing",
    21: "comes from a CA that is not trusted, or the certificate between it and the CA is missing",
    23: "has been revoked",
    24: "comes from a certificate that is not a CA's",
    26: "was not issued for this purpose (its extended key usage is another)",
    62: "is for another name than the server's identity",
    64: "is for another IP address than the server's identity",
    66: "has a key that is too short",
    67: "comes from a CA whose key is too short",
    68: "is signed with a digest that is too weak",
}
"""X509_V_ERR to what is the matter with a certificate."""

_ALERTS: Final[dict[str, str]] = {
    "ACCESS_DENIED": "it does not let the owner of our certificate in",
    "BAD_CERTIFICATE": "it does not accept our certificate",
    "CERTIFICATE_EXPIRED": "our certificate has expired",
    "CERTIFICATE_REQUIRED": "it asks for a certificate and we showed none",
    "CERTIFICATE_REVOKED": "our certificate has been revoked",
    "CERTIFICATE_UNKNOWN": "it does not accept our certificate",
    "DECRYPT_ERROR": "it could not check a signature of ours",
    "HANDSHAKE_FAILURE": "it has no cipher in common with us, or asks for a certificate",
    "INSUFFICIENT_SECURITY": "it asks for better ciphers than we have",
    "INTERNAL_ERROR": "it failed itself",
    "PROTOCOL_VERSION": "it speaks no version of TLS that we speak",
    "UNKNOWN_CA": "it does not trust the CA of our certificate",
    "UNRECOGNIZED_NAME": "it does not have the name that we asked for",
    "UNSUPPORTED_CERTIFICATE": "our certificate was not issued for this purpose",
}
"""The last part of an alert's name to what the peer means by it."""

_REASONS: Final[dict[str, str]] = {
    "DECRYPTION_FAILED_OR_BAD_RECORD_MAC": "a TLS record was changed on its way",
    "NO_SHARED_CIPHER": "the {peer} offers no cipher that is allowed here",
    "PEER_DID_NOT_RETURN_A_CERTIFICATE": "the {peer} showed no certificate, which is required",
    "UNSUPPORTED_PROTOCOL": "the {peer} speaks no version of TLS that is allowed here",
    "WRONG_VERSION_NUMBER": "the {peer} does not speak TLS, or a version that is not allowed here",
}
"""The name of another error to what it means."""


def plain_words(error: ssl.SSLError, peer: str) -> str:
    """Say what an error of TLS means.

    Args:
        error: What `ssl` raised.
        peer: Who is at the other end: ``client`` or ``server``.
    """
    if isinstance(error, ssl.SSLCertVerificationError):
        trouble = _CERTIFICATES.get(error.verify_code)
        if trouble is None:
            trouble = f"is refused: {error.verify_message}"
        return f"the {peer}'s certificate {trouble}"
    reason = error.reason or "unknown"
    _, is_alert, alert = reason.partition("_ALERT_")
    if is_alert:
        meaning = _ALERTS.get(alert, alert.replace("_", " ").lower())
        return f"the {peer} ended TLS with an alert: {meaning}"
    if reason in _REASONS:
        return _REASONS[reason].format(peer=peer)
    return f"TLS with the {peer} failed: {reason.replace('_', ' ').lower()}"
