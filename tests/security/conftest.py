"""Certificates of every kind, made once a run, and both ends of an upgrade joined in memory."""

import ipaddress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ipam_progress.security.certificates import USER_PRINCIPAL_NAME, KeyedCertificate

SERVER_NAME = "ipam.example.com"


def _name(common_name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


@dataclass
class Authority:
    """A CA, and what it issues: files in PEM, the key beside the certificate."""

    folder: Path
    name: str
    issuer: "Authority | None" = None
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def __post_init__(self):
        self.folder.mkdir(exist_ok=True)
        parent = self.issuer or self
        builder = self._builder(self.name, self.key, parent.name, (2020, 2120))
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        self.certificate = builder.sign(parent.key, hashes.SHA256())
        self.file = self._write(f"{self.name}.pem", self.pem)

    @property
    def pem(self):
        return self.certificate.public_bytes(Encoding.PEM)

    @staticmethod
    def _builder(common_name, key, issuer, years):
        return (
            x509.CertificateBuilder()
            .subject_name(_name(common_name))
            .issuer_name(_name(issuer))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(datetime(years[0], 1, 1, tzinfo=UTC))
            .not_valid_after(datetime(years[1], 1, 1, tzinfo=UTC))
        )

    def _write(self, name, octets):
        file = self.folder / name
        file.write_bytes(octets)
        return file

    def issue(
        self,
        file_name,
        common_name=SERVER_NAME,
        *,
        names=(),
        purpose=ExtendedKeyUsageOID.SERVER_AUTH,
        years=(2020, 2120),
        password=None,
    ):
        """Write NAME.pem and NAME.key; give the certificate's path."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = self._builder(common_name, key, self.name, years)
        builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), False)
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), False)
        certificate = builder.sign(self.key, hashes.SHA256())
        encryption = BestAvailableEncryption(password.encode()) if password else NoEncryption()
        self._write(
            f"{file_name}.key",
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption),
        )
        octets = certificate.public_bytes(Encoding.PEM)
        if self.issuer is not None:
            octets += self.pem
        return self._write(f"{file_name}.pem", octets)


def keyed(file):
    """Read a certificate of these with its key."""
    return KeyedCertificate.from_pem(file, file.with_suffix(".key"))


def user_principal_name(name):
    octets = name.encode()
    return x509.OtherName(USER_PRINCIPAL_NAME, bytes([0x0C, len(octets)]) + octets)


@dataclass
class Certificates:
    """The cast of these tests: CAs by name, certificates by name."""

    folder: Path
    ca: Authority
    other_ca: Authority
    sub_ca: Authority
    files: dict[str, Path]

    def __getitem__(self, name):
        return keyed(self.files[name])


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificates")
    ca = Authority(folder, "Example CA")
    other_ca = Authority(folder / "other", "Other CA")
    sub_ca = Authority(folder / "sub", "Example Sub CA", ca)
    server_names = [x509.DNSName(SERVER_NAME), x509.IPAddress(ipaddress.ip_address("192.0.2.1"))]
    client = {"purpose": ExtendedKeyUsageOID.CLIENT_AUTH}
    alice = [x509.DNSName("workstation.example.com"), user_principal_name("alice@example.com")]
    files = {
        "server": ca.issue("server", names=server_names),
        "server by common name": ca.issue("common-name"),
        "server of sub CA": sub_ca.issue("sub", names=server_names),
        "server of other CA": other_ca.issue("server", names=server_names),
        "expired server": ca.issue("expired", names=server_names, years=(2020, 2021)),
        "server of the future": ca.issue("future", names=server_names, years=(2119, 2120)),
        "other name": ca.issue("other-name", names=[x509.DNSName("web.example.com")]),
        "client": ca.issue("client", "alice", names=alice, **client),
        "plain client": ca.issue("plain-client", "bob", **client),
        "expired client": ca.issue("expired-client", "carol", years=(2020, 2021), **client),
        "client of other CA": other_ca.issue("client", "mallory", **client),
    }
    return Certificates(folder, ca, other_ca, sub_ca, files)
