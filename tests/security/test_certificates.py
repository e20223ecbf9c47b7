"""Certificates and keys out of files, and the names in them."""

import ssl
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    load_pem_private_key,
    pkcs12,
)

from ipam_progress.security.certificates import (
    USER_PRINCIPAL_NAME,
    KeyedCertificate,
    certificate_host,
    certificate_name,
    fingerprint_of,
    normal_fingerprint,
)

PASSWORD = "correct horse"


def key_file(certificate_file):
    return certificate_file.with_suffix(".key")


@pytest.fixture
def server_file(certificates):
    return certificates.files["server"]


# PEM


def test_two_files(server_file):
    keyed = KeyedCertificate.from_pem(server_file, key_file(server_file))
    assert keyed.certificate.subject.rfc4514_string() == "CN=ipam.example.com"
    assert len(keyed.chain) == 1
    assert "key" not in repr(keyed).partition("chain")[0]
    assert "PrivateKey" not in repr(keyed)


def test_one_file_with_the_chain(certificates, tmp_path):
    source = certificates.files["server of sub CA"]
    file = tmp_path / "all.pem"
    file.write_bytes(key_file(source).read_bytes() + source.read_bytes())
    keyed = KeyedCertificate.from_pem(str(file))
    subjects = [certificate.subject.rfc4514_string() for certificate in keyed.chain]
    assert subjects == ["CN=ipam.example.com", "CN=Example Sub CA"]


def test_an_encrypted_key(certificates):
    file = certificates.ca.issue("locked", password=PASSWORD)
    assert KeyedCertificate.from_pem(file, key_file(file), password=PASSWORD).certificate
    with pytest.raises(ValueError, match=r"locked\.key: the private key is encrypted and needs"):
        KeyedCertificate.from_pem(file, key_file(file))
    with pytest.raises(ValueError, match=r"locked\.key: .* its password is another") as caught:
        KeyedCertificate.from_pem(file, key_file(file), password="battery staple")
    assert "battery" not in str(caught.value)


def test_a_password_too_many(server_file):
    with pytest.raises(ValueError, match="not encrypted, leave the password out"):
        KeyedCertificate.from_pem(server_file, key_file(server_file), password=PASSWORD)


def test_files_that_hold_something_else(certificates, server_file, tmp_path):
    (tmp_path / "nothing").write_text("nothing")
    with pytest.raises(ValueError, match="nothing: there is no certificate in PEM"):
        KeyedCertificate.from_pem(tmp_path / "nothing", key_file(server_file))
    with pytest.raises(ValueError, match="nothing: there is no private key in PEM"):
        KeyedCertificate.from_pem(server_file, tmp_path / "nothing")
    with pytest.raises(ValueError, match=r"server\.pem: there is no private key in PEM"):
        KeyedCertificate.from_pem(server_file)
    with pytest.raises(FileNotFoundError):
        KeyedCertificate.from_pem(tmp_path / "missing")
    other = key_file(certificates.files["other name"])
    with pytest.raises(ValueError, match="does not belong to the certificate of CN=ipam"):
        KeyedCertificate.from_pem(server_file, other)


# PFX


def write_pfx(file, key, certificate, others=(), password=PASSWORD):
    encryption = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    file.write_bytes(
        pkcs12.serialize_key_and_certificates(b"ipam", key, certificate, others, encryption)
    )
    return file


@pytest.mark.parametrize("password", [PASSWORD, None])
def test_a_pfx_file(certificates, tmp_path, password):
    given = certificates["server of sub CA"]
    file = write_pfx(tmp_path / "a.pfx", given.key, given.chain[0], given.chain[1:], password)
    read = KeyedCertificate.from_pfx(file, password=password)
    assert read.chain == given.chain
    assert read.fingerprint == given.fingerprint
    read.load_into(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))


def test_pfx_files_that_cannot_be_used(certificates, tmp_path):
    given = certificates["server"]
    file = write_pfx(tmp_path / "a.pfx", given.key, given.certificate)
    for password in (None, "battery staple"):
        with pytest.raises(ValueError, match=r"a\.pfx: this is no PFX file, its password"):
            KeyedCertificate.from_pfx(file, password=password)
    file.write_bytes(b"nothing")
    with pytest.raises(ValueError, match=r"a\.pfx: this is no PFX file"):
        KeyedCertificate.from_pfx(file)
    write_pfx(file, None, None, [given.certificate])
    with pytest.raises(ValueError, match=r"a\.pfx: the private key is missing"):
        KeyedCertificate.from_pfx(file, password=PASSWORD)
    write_pfx(file, given.key, None)
    with pytest.raises(ValueError, match=r"a\.pfx: the certificate is missing"):
        KeyedCertificate.from_pfx(file, password=PASSWORD)


# Into ssl


def self_signed(key, digest=None):
    subject = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "key")])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .sign(key, digest)
    )


@pytest.mark.parametrize(
    ("key", "digest"),
    [
        (ec.generate_private_key(ec.SECP384R1()), hashes.SHA384()),
        (rsa.generate_private_key(65537, 2048), hashes.SHA256()),
        (ed25519.Ed25519PrivateKey.generate(), None),
    ],
    ids=["ECDSA", "RSA", "Ed25519"],
)
def test_kinds_of_keys(key, digest):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    KeyedCertificate((self_signed(key, digest=digest),), key).load_into(context)


def test_a_key_that_is_too_short_for_tls():
    key = rsa.generate_private_key(65537, 1024)
    keyed = KeyedCertificate((self_signed(key, digest=hashes.SHA256()),), key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT:@SECLEVEL=2")
    with pytest.raises(ValueError, match="cannot use the certificate of CN=key: ee key too small"):
        keyed.load_into(context)


def test_the_key_is_never_in_clear_on_the_disk(certificates, monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    seen = []

    class Context:
        def load_cert_chain(self, file, password):
            octets = Path(file).read_bytes()
            mode = stat.S_IMODE(Path(file).stat().st_mode)
            seen.append((octets, mode, stat.S_IMODE(Path(file).parent.stat().st_mode)))
            assert load_pem_private_key(octets, password.encode())

    certificates["server"].load_into(Context())
    [(octets, mode, folder_mode)] = seen
    assert octets.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert (mode, folder_mode) == (0o600, 0o700)
    assert list(tmp_path.iterdir()) == []


# Names and fingerprints


def test_a_windows_account(certificates):
    assert certificate_name(certificates["client"].certificate) == "alice@example.com"


def test_subjects(certificates):
    assert certificate_name(certificates["plain client"].certificate) == "CN=bob"
    assert certificate_name(certificates["server"].certificate) == "CN=ipam.example.com"


def issued_with(certificates, encoded, kind=USER_PRINCIPAL_NAME):
    file = certificates.ca.issue("odd", "dave", names=[x509.OtherName(kind, encoded)])
    return x509.load_pem_x509_certificate(file.read_bytes())


@pytest.mark.parametrize("length", [1, 127, 128, 1024])
def test_accounts_of_any_length(certificates, length):
    name = "a" * length
    size = length.to_bytes(2, "big").lstrip(b"\0")
    header = bytes([0x80 + len(size)]) + size if length > 127 else size
    assert certificate_name(issued_with(certificates, b"\x0c" + header + name.encode())) == name


@pytest.mark.parametrize(
    ("encoded", "words"),
    [(b"\x16\x03abc", "is no UTF8String"), (b"\x0c\x01\xff", "codec can't decode")],
)
def test_accounts_that_cannot_be_read(certificates, encoded, words):
    with pytest.raises(ValueError, match=words):
        certificate_name(issued_with(certificates, encoded))


def test_another_kind_of_name(certificates):
    kind = x509.ObjectIdentifier("1.2.3.4")
    assert certificate_name(issued_with(certificates, b"\x0c\x01a", kind)) == "CN=dave"


@pytest.mark.parametrize(
    ("common_name", "names", "host"),
    [
        ("ipam.example.com", (), "ipam.example.com"),
        ("IPAM server", ("ipam", "other.example.com"), "ipam"),
        ("ipam.example.com", ("*.example.com",), "ipam.example.com"),
        ("IPAM server", ("*.example.com",), None),
        ("", (), None),
    ],
)
def test_hosts(certificates, common_name, names, host):
    names = [x509.DNSName(each) for each in names]
    file = certificates.ca.issue("host", common_name or "IPAM server", names=names)
    assert certificate_host(x509.load_pem_x509_certificate(file.read_bytes())) == host


def test_fingerprints(certificates):
    certificate = certificates["server"].certificate
    fingerprint = certificates["server"].fingerprint
    assert fingerprint == certificate.fingerprint(hashes.SHA256()).hex()
    assert fingerprint == fingerprint_of(certificate.public_bytes(Encoding.DER))
    assert normal_fingerprint(f" {fingerprint.upper()} ") == fingerprint
