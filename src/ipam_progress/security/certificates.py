"""Certificates with their private keys, out of PEM and PFX files, and the names in certificates.

Either end of `ipam_progress.security.tls` shows a `KeyedCertificate`. What a client's certificate
says of its owner becomes a name through a callable; `certificate_name` is the one that is used
when a program has none of its own. Knows nothing of records and handshakes.
"""

import hashlib
import re
import secrets
import ssl
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509.oid import NameOID

__all__ = [
    "KeyedCertificate",
    "certificate_host",
    "certificate_name",
    "certificate_subject",
    "fingerprint_of",
    "normal_fingerprint",
]

USER_PRINCIPAL_NAME: Final = x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.3")
"""The kind of an otherName that holds a Windows account: ``user@domain``."""

_HOST: Final = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")
_UTF8_STRING: Final = 0x0C
_FINGERPRINT_LENGTH: Final = 64


@dataclass(frozen=True, slots=True)
class KeyedCertificate:
    """A certificate, the intermediate ones that lead to its CA, and its private key.

    Attributes:
        chain: The certificates, the key's own first.
        key: The private key.
    """

    chain: tuple[x509.Certificate, ...]
    key: PrivateKeyTypes = field(repr=False)

    @classmethod
    def from_pem(
        cls,
        certificate_file: str | Path,
        key_file: str | Path | None = None,
        *,
        password: str | None = None,
    ) -> Self:
        """Read PEM files.

        Args:
            certificate_file: The certificate, and behind it the intermediate ones if there are.
            key_file: The private key; None if it is in `certificate_file` too.
            password: Opens the key if it is encrypted.

        Raises:
            OSError: If a file cannot be read.
            ValueError: If there is no certificate or no key in them, if the password is wrong, or
                if the key belongs to another certificate.
        """
        key_file = certificate_file if key_file is None else key_file
        try:
            chain = x509.load_pem_x509_certificates(Path(certificate_file).read_bytes())
        except ValueError:
            raise ValueError(f"{certificate_file}: there is no certificate in PEM in it") from None
        try:
            key = load_pem_private_key(Path(key_file).read_bytes(), _octets(password))
        except TypeError:
            raise ValueError(
                f"{key_file}: the private key is encrypted and needs a password"
                if password is None
                else f"{key_file}: the private key is not encrypted, leave the password out"
            ) from None
        except (ValueError, UnsupportedAlgorithm):
            raise ValueError(
                f"{key_file}: there is no private key in PEM in it, or its password is another"
            ) from None
        _check_key(chain[0], key, key_file)
        return cls(tuple(chain), key)

    @classmethod
    def from_pfx(cls, file: str | Path, *, password: str | None = None) -> Self:
        """Read a PFX file (PKCS #12), as Windows exports a certificate with its key.

        Args:
            file: The file.
            password: Opens it.

        Raises:
            OSError: If the file cannot be read.
            ValueError: If it is none, if the password is wrong, or if certificate or key are
                missing.
        """
        try:
            key, certificate, others = pkcs12.load_key_and_certificates(
                Path(file).read_bytes(), _octets(password)
            )
        except (ValueError, UnsupportedAlgorithm):
            raise ValueError(
                f"{file}: this is no PFX file, its password is another, or it was made with an "
                "encryption that is not supported any more (export it with AES256-SHA256)"
            ) from None
        if key is None or certificate is None:
            raise ValueError(
                f"{file}: the {'private key' if key is None else 'certificate'} is missing; "
                "export the certificate together with its private key"
            )
        _check_key(certificate, key, file)
        return cls((certificate, *others), key)

    @property
    def certificate(self) -> x509.Certificate:
        """The certificate the key belongs to."""
        return self.chain[0]

    @property
    def fingerprint(self) -> str:
        """The SHA-256 fingerprint by which a client can pin the certificate."""
        return fingerprint_of(self.certificate.public_bytes(Encoding.DER))

    def load_into(self, context: ssl.SSLContext) -> None:
        """Let a context show the certificate.

        Raises:
            ValueError: If TLS cannot use the certificate or its key.
        """
        # `ssl` takes nothing but files. The key goes into one that nobody else can read, and
        # encrypted, so that its octets never get to the disk.
        password = secrets.token_urlsafe(32)
        octets = self.key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password.encode())
        ) + b"".join(certificate.public_bytes(Encoding.PEM) for certificate in self.chain)
        with tempfile.TemporaryDirectory(prefix="ipam-progress-") as folder:  # its mode is 0700
            file = Path(folder) / "certificate.pem"
            file.touch(mode=0o600)
            file.write_bytes(octets)
            try:
                context.load_cert_chain(file, password=password)
            except ssl.SSLError as error:
                reason = (error.reason or "unknown").replace("_", " ").lower()
                raise ValueError(
                    f"TLS cannot use the certificate of {certificate_subject(self.certificate)}: "
                    f"{reason}"
                ) from None


def fingerprint_of(certificate: bytes) -> str:
    """Give the SHA-256 fingerprint of a certificate in DER, in hexadecimal digits."""
    return hashlib.sha256(certificate).hexdigest()


def normal_fingerprint(written: str) -> str:
    """Bring a SHA-256 fingerprint, as people and tools write it, into the form of this module.

    Raises:
        ValueError: If it is none.
    """
    digits = written.replace(":", "").replace(" ", "").lower()
    if len(digits) != _FINGERPRINT_LENGTH or set(digits) - set("0123456789abcdef"):
        raise ValueError(
            f"{written!r} is no SHA-256 fingerprint: that has 64 hexadecimal digits, with or "
            "without colons"
        )
    return digits


def certificate_subject(certificate: x509.Certificate) -> str:
    """Give a certificate's subject as RFC 4514 writes it: ``CN=alice,O=Example``."""
    return certificate.subject.rfc4514_string()


def certificate_name(certificate: x509.Certificate) -> str:
    """Name the owner of a certificate: the Windows account it was issued for, else its subject.

    The account is the user principal name among the subject's alternative names, which certificates
    for logging on to Windows have: ``alice@example.com``.
    """
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return certificate_subject(certificate)
    for name in extension.value.get_values_for_type(x509.OtherName):
        if name.type_id == USER_PRINCIPAL_NAME:
            return _utf8_string(name.value)
    return certificate_subject(certificate)


def certificate_host(certificate: x509.Certificate) -> str | None:
    """Name the host that a certificate was issued for, by the first name that is one of a host.

    Returns:
        None if it names none, but a whole domain perhaps (``*.example.com``).
    """
    names: list[str] = []
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        names += extension.value.get_values_for_type(x509.DNSName)
    except x509.ExtensionNotFound:
        pass  # there is the common name
    common_names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    names += (str(each.value) for each in common_names)
    return next(filter(_HOST.fullmatch, names), None)


def _utf8_string(encoded: bytes) -> str:
    """Read a UTF8String; that it is one whole value in DER has been checked.

    Raises:
        ValueError: If it is another kind of value, or not UTF-8.
    """
    if encoded[0] != _UTF8_STRING:
        raise ValueError("the user principal name in the certificate is no UTF8String")
    length_octets = encoded[1] & 0x7F if encoded[1] > 0x7F else 0
    return encoded[2 + length_octets :].decode()


def _check_key(certificate: x509.Certificate, key: PrivateKeyTypes, file: str | Path) -> None:
    if _public_octets(key) != _public_octets(certificate):
        raise ValueError(
            f"{file}: the private key does not belong to the certificate of "
            f"{certificate_subject(certificate)}; put the key's own certificate first"
        )


def _public_octets(owner: PrivateKeyTypes | x509.Certificate) -> bytes:
    return owner.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _octets(password: str | None) -> bytes | None:
    return None if password is None else password.encode()
