"""The securities that are measured, each with accounts, certificates or a realm of its own.

What needs a program that is not installed is left out, and said so on stderr.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from ipam_progress.security.accounts import nt_hash
from ipam_progress.security.kerberos import is_available

from .peers import Security

_USER = "LAB\\alice"
_PASSWORD = "Benchmark-1"  # noqa: S105 - of an account that lives as long as the benchmark
_SERVICE = "host/localhost"
_REALM = "BENCH.TEST"
_PATH = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))


def ntlm(folder: Path) -> Security | None:
    """NTLM with EncryptAndSign; the peer's server has it from gss-ntlmssp."""
    if not list(Path("/usr/lib").glob("*/gssntlmssp/gssntlmssp.so")):
        _left_out("NTLM", "gss-ntlmssp")
        return None
    users = folder / "users"
    users.write_text(f"LAB:alice:{_PASSWORD}\n", encoding="ascii")
    return Security(
        "ntlm",
        ours={"accounts": {_USER: nt_hash(_PASSWORD).hex()}},
        peer=("--security", "windows"),
        client=("--security", "windows", "--user", _USER, "--password", _PASSWORD),
        server_environment={
            "NTLM_USER_FILE": str(users),
            "KRB5_KTNAME": str(folder / "none.keytab"),
        },
        client_environment={"NTLM_ONLY": "1"},
    )


def tls(folder: Path) -> Security:
    """TLS 1.2, what WCF's clients offer, with a certificate of the server's that nobody checks."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem, private, pfx = (folder / f"server.{kind}" for kind in ("pem", "key", "pfx"))
    pem.write_bytes(certificate.public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    pfx.write_bytes(
        pkcs12.serialize_key_and_certificates(b"server", key, certificate, None, NoEncryption())
    )
    return Security(
        "tls",
        ours={"certificate": str(pem), "key": str(private)},
        peer=("--security", "tls", "--certificate", str(pfx)),
        client=("--security", "tls", "--tls", "1.2"),
    )


@contextmanager
def kerberos(folder: Path) -> Iterator[Security | None]:
    """Kerberos with EncryptAndSign, and a key distribution centre while it lasts."""
    programs = ("krb5kdc", "kadmin.local", "kdb5_util", "kinit")
    if not is_available() or not all(shutil.which(name, path=_PATH) for name in programs):
        _left_out("Kerberos", "krb5-kdc, krb5-admin-server, krb5-user and the extra kerberos")
        yield None
        return
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings, profile, keytab = folder / "krb5.conf", folder / "kdc.conf", folder / "keytab"
    settings.write_text(
        f"[libdefaults]\n default_realm = {_REALM}\n dns_lookup_kdc = false\n rdns = false\n"
        f" udp_preference_limit = 1\n[realms]\n {_REALM} = {{\n  kdc = 127.0.0.1:{port}\n }}\n"
        f"[domain_realm]\n localhost = {_REALM}\n",
        encoding="ascii",
    )
    profile.write_text(
        f"[kdcdefaults]\n kdc_listen = 127.0.0.1:{port}\n kdc_tcp_listen = 127.0.0.1:{port}\n"
        f"[realms]\n {_REALM} = {{\n  database_name = {folder}/principal\n"
        f"  key_stash_file = {folder}/stash\n  acl_file = {folder}/acl\n }}\n",
        encoding="ascii",
    )
    realm = {"KRB5_CONFIG": str(settings), "KRB5_KDC_PROFILE": str(profile)}
    environment = {**os.environ, **realm, "PATH": _PATH}
    cache = f"FILE:{folder / 'tickets'}"

    def run(*command: str, password: str | None = None) -> None:
        subprocess.run(
            command, env=environment, check=True, capture_output=True, text=True, input=password
        )

    run("kdb5_util", "create", "-s", "-r", _REALM, "-P", _PASSWORD)
    run("kadmin.local", "addprinc", "-pw", _PASSWORD, "alice")
    run("kadmin.local", "addprinc", "-randkey", _SERVICE)
    run("kadmin.local", "ktadd", "-k", str(keytab), _SERVICE)
    with subprocess.Popen(
        [shutil.which("krb5kdc", path=_PATH) or "krb5kdc", "-n"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as centre:
        try:
            _await_port(port)
            run("kinit", "-c", cache, f"alice@{_REALM}", password=f"{_PASSWORD}\n")
            yield Security(
                "kerberos",
                ours={"keytab": str(keytab)},
                peer=("--security", "windows"),
                client=("--security", "windows", "--spn", _SERVICE),
                server_environment={**realm, "KRB5_KTNAME": str(keytab)},
                client_environment={**realm, "KRB5CCNAME": cache},
            )
        finally:
            centre.terminate()


def _await_port(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit(f"nobody listens on port {port}")


def _left_out(what: str, needed: str) -> None:
    print(f"{what} is left out: install {needed}", file=sys.stderr)
