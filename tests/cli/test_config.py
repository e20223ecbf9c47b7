"""``ipam-progress config``, and the files that a configuration names."""

import os
import struct
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from ipam_progress.cli.files import check_writable
from ipam_progress.cli.passwords import read_password_file
from ipam_progress.cli.security import listener_securities
from ipam_progress.configuration import Configuration, TlsSettings, parse_configuration
from ipam_progress.errors import ConfigurationError, LocalProtocolError
from ipam_progress.security import kerberos
from ipam_progress.security.accounts import set_account
from ipam_progress.security.mechanism import ProtectionLevel
from ipam_progress.security.negotiate import NegotiateServer
from ipam_progress.security.tls import TlsServer

EXAMPLE = Path(__file__).parents[2] / "examples" / "server.toml"
PASSWORD = "the key's password"


def write_certificate(folder):
    """Write a certificate that signs itself: in PEM with an encrypted key, in PFX, and as a CA."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ipam.contoso.com")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(Encoding.PEM)
    encrypted = BestAvailableEncryption(PASSWORD.encode())
    plain_key = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "server.pem").write_bytes(pem)
    (folder / "clients-ca.pem").write_bytes(pem)
    (folder / "both.pem").write_bytes(pem + plain_key)
    (folder / "server.key").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encrypted)
    )
    (folder / "server.pfx").write_bytes(
        pkcs12.serialize_key_and_certificates(None, key, certificate, None, encrypted)
    )
    password_file = folder / "server.password"
    password_file.touch(0o600)
    password_file.write_text(f"{PASSWORD}\r\n")


def write_keytab(file):
    """Write a keytab with one key, as MIT Kerberos documents its format 0x502."""

    def counted(text):
        return struct.pack(">H", len(text)) + text

    entry = struct.pack(">H", 2) + counted(b"CONTOSO.COM") + counted(b"host")
    entry += counted(b"ipam.contoso.com") + struct.pack(">IIB", 1, 0, 1)
    entry += struct.pack(">H", 18) + counted(bytes(32))
    file.write_bytes(b"\x05\x02" + struct.pack(">i", len(entry)) + entry)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The files that the example names, and others."""
    folder = tmp_path_factory.mktemp("configured")
    set_account(folder / "accounts", r"CONTOSO\alice", "alice's password")
    write_keytab(folder / "server.keytab")
    write_certificate(folder)
    return folder


@pytest.fixture
def configuration(folder):
    """Give a function that writes a configuration beside these files."""

    def write(text):
        file = folder / "server.toml"
        file.write_text(dedent(text))
        return file

    return write


# --- check ---------------------------------------------------------------------------------------


def test_the_example_is_good(invoke, folder):
    if not kerberos.is_available():
        pytest.skip("Kerberos is not installed")
    file = folder / "example.toml"
    file.write_text(EXAMPLE.read_text())
    result = invoke("config", "check", file)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "tcp:9100: windows, encrypt",
        "tcp:9101: tls",
        "tcp:9102:interface=127.0.0.1: none",
        "tcp:9464:interface=127.0.0.1: metrics",
        "tcp:9464:interface=127.0.0.1: page",
        "tcp:8080:interface=127.0.0.1: http",
        f"{folder}/operations.db: store",
        f"{file} is good",
    ]


def test_nobody_with_a_right_is_no_error_but_worth_a_word(invoke, configuration):
    file = configuration('[accounts]\nfile = "accounts"')
    result = invoke("config", "check", file)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "tcp:9100:interface=127.0.0.1: windows, encrypt",
        (
            "note: no group has members and there are no policies; whoever logs on may start "
            "nothing, unless your program knows more of its users (SidResolver)"
        ),
        f"{file} is good",
    ]


def test_everything_that_is_wrong_is_told_at_once(invoke, configuration):
    file = configuration("[limits]\noutbox = 0\n[paths]\nsrever = 1\n[listners]\n")
    result = invoke("config", "check", file)
    assert (result.exit_code, result.stdout) == (1, "")
    assert [line.removeprefix(str(file)) for line in result.stderr.splitlines()] == [
        (
            ": listeners[0].security: nobody could log on with Windows security: name a file of "
            "accounts in accounts.file (`ipam-progress passwd` makes one), or a keytab in "
            "kerberos.keytab"
        ),
        ":2: limits.outbox: the limit outbox must be more than 0",
        ":4: paths.srever: there is no such key here; is server meant?",
        ":5: listners: there is no such key here; is listeners meant?",
    ]


def test_a_file_that_is_not_there(invoke, tmp_path):
    result = invoke("config", "check", tmp_path / "missing.toml")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"{tmp_path}/missing.toml: No such file or directory\n"


def test_what_is_printed_does_not_command_the_terminal(invoke, configuration):
    result = invoke("config", "check", configuration('"\\u001b[31m" = 1'))
    assert result.exit_code == 1
    assert "\x1b" not in result.stderr
    assert r'"\u001b[31m": there is no such key here' in result.stderr


@pytest.mark.parametrize("environment", ["none", "tls"])
def test_environment_variables_count(invoke, configuration, monkeypatch, environment):
    monkeypatch.setenv("IPAM_PROGRESS_LISTENERS__0__SECURITY", environment)
    result = invoke("config", "check", configuration(""))
    if environment == "none":
        assert result.stdout.startswith("tcp:9100:interface=127.0.0.1: none\n")
    else:
        assert result.stderr.startswith("IPAM_PROGRESS_LISTENERS__0__SECURITY: listeners[0].secu")


def test_files_that_a_configuration_names_are_opened(invoke, configuration, folder):
    file = configuration(
        """
        [[listeners]]
        endpoint = "tcp:9100"
        [[listeners]]
        endpoint = "tpc:9101"
        security = "tls"
        [[listeners]]
        endpoint = "systemd:domain=INET:index=0"
        [accounts]
        file = "missing"
        [kerberos]
        keytab = "nothing.keytab"
        [tls]
        certificate = "server.key"
        key = "server.key"
        password_file = "server.password"
        """
    )
    result = invoke("config", "check", file)
    assert (result.exit_code, result.stdout) == (1, "")
    lines = [line.removeprefix(str(file)) for line in result.stderr.splitlines()]
    keytab = lines.pop(2)
    assert keytab.startswith(":12: kerberos.keytab: ")
    assert lines == [
        (
            ":5: listeners[1].endpoint: 'tpc:9101' is no endpoint (Unknown endpoint type: 'tpc'); "
            "an example: tcp:9100"
        ),
        f":10: accounts.file: {folder}/missing: No such file or directory",
        f":14: tls.certificate: {folder}/server.key: there is no certificate in PEM in it",
    ]


TLS = {
    "no password": (
        'certificate = "server.pem"\nkey = "server.key"',
        "tls.certificate: {}/server.key: the private key is encrypted and needs a password",
    ),
    "no file of passwords": (
        'pfx = "server.pfx"\npassword_file = "missing"',
        "tls.password_file: {}/missing: No such file or directory",
    ),
    "another password": (
        'pfx = "server.pfx"\npassword_file = "accounts"',
        "tls.pfx: {}/server.pfx: this is no PFX file, its password is another, or it was made",
    ),
    "no certificate": (
        'certificate = "missing"',
        "tls.certificate: {}/missing: No such file or directory",
    ),
    "no CA": (
        'certificate = "both.pem"\nclient_certificates = "required"\nclient_ca = "accounts"',
        "tls.client_ca: ",
    ),
}


@pytest.mark.parametrize(("section", "problem"), TLS.values(), ids=TLS)
def test_certificates_that_cannot_be_used(invoke, configuration, folder, section, problem):
    file = configuration(f'[[listeners]]\nsecurity = "tls"\n[tls]\n{section}')
    result = invoke("config", "check", file)
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    _, problem_of_line = line.split(": ", 1)
    assert problem_of_line.startswith(problem.format(folder))


STORES = {
    "no folder": ('file = "nowhere/operations.db"', ":2: store.file: {}/nowhere: No such file or"),
    "a folder": ('file = "."', ":2: store.file: {}: Is a directory"),
    "no name of a server": (
        'file = "operations.db"\nserver = "a/b"',
        ":1: store: 'a/b' is no name for a server: ",
    ),
    "no file of a password": (
        'url = "postgresql://ipam@db/ipam"\npassword_file = "missing"',
        ":3: store.password_file: {}/missing: No such file or directory",
    ),
    "no password in it": (
        'url = "postgresql://ipam@db/ipam"\npassword_file = "clients-ca.pem"',
        ":3: store.password_file: {}/clients-ca.pem: others than its owner may use it",
    ),
    "no folder for notes": (
        'url = "postgresql://ipam@db/ipam"\nnotes = "missing"',
        ":3: store.notes: {}/missing: No such file or directory",
    ),
    "notes in a file": (
        'url = "postgresql://ipam@db/ipam"\nnotes = "accounts"',
        ":3: store.notes: {}/accounts: Not a directory",
    ),
}


@pytest.mark.parametrize(("section", "problem"), STORES.values(), ids=STORES)
def test_stores_that_cannot_be_used(invoke, configuration, folder, section, problem):
    file = configuration(f"[store]\n{section}\n[accounts]\nfile = 'accounts'")
    result = invoke("config", "check", file)
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert line.removeprefix(str(file)).startswith(problem.format(folder))
    assert not (folder / "operations.db").exists()


def test_a_database_is_not_connected_to(invoke, configuration):
    file = configuration(
        """
        [accounts]
        file = "accounts"
        [store]
        url = "postgresql://ipam@192.0.2.1/ipam"
        password_file = "server.password"
        [groups]
        "IPAM Administrators" = ["alice"]
        """
    )
    result = invoke("config", "check", file)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[1] == "postgresql://ipam@192.0.2.1/ipam: store"
    assert PASSWORD not in invoke("config", "show", file).stdout


def test_the_log_has_to_have_a_place(invoke, configuration, folder):
    file = configuration(
        """
        [accounts]
        file = "accounts"
        [logging]
        file = "nowhere/server.log"
        [monitoring]
        page = "tpc:9465:interface=127.0.0.1"
        allow_network = true
        """
    )
    result = invoke("config", "check", file)
    assert result.exit_code == 1
    assert [line.removeprefix(str(file)) for line in result.stderr.splitlines()] == [
        (
            ":7: monitoring.page: 'tpc:9465:interface=127.0.0.1' is no endpoint (Unknown endpoint "
            "type: 'tpc'); an example: tcp:9100"
        ),
        f":5: logging.file: {folder}/nowhere: No such file or directory",
    ]


@pytest.mark.parametrize("name", ["file", "folder"])
def test_what_may_not_be_written(monkeypatch, tmp_path, name):
    file = tmp_path / "log"
    if name == "file":
        file.touch()
    # whoever runs the tests may be allowed everything
    monkeypatch.setattr(
        "os.access", lambda path, _: Path(path) != (file if name == "file" else tmp_path)
    )
    with pytest.raises(PermissionError) as caught:
        check_writable(file)
    assert caught.value.filename == str(file if name == "file" else tmp_path)


# --- show ----------------------------------------------------------------------------------------


def test_show_prints_a_configuration_that_can_be_read_again(invoke, configuration, folder):
    file = configuration(EXAMPLE.read_text())
    result = invoke("config", "show", file)
    assert (result.exit_code, result.stderr) == (0, "")
    again = invoke("config", "show", configuration(result.stdout))
    assert parse_configuration(again.stdout)[0] == parse_configuration(result.stdout)[0]
    assert f'file = "{folder}/accounts"  # {file}:' in result.stdout
    assert "outbox = 1024  # default\n" in result.stdout


def test_show_hides_secrets(invoke, configuration, folder):
    result = invoke("config", "show", configuration(EXAMPLE.read_text()))
    assert f'password_file = "{folder}/server.password"' in result.stdout
    hashes_of_accounts = (folder / "accounts").read_text().strip().rpartition(":")[2]
    for secret in (PASSWORD, hashes_of_accounts, "alice's password", "PRIVATE KEY"):
        assert secret
        assert secret not in result.stdout


def test_show_refuses_what_cannot_be_used(invoke, configuration):
    result = invoke("config", "show", configuration("a = 1"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert ":1: a: there is no such key here; " in result.stderr


# --- What secures the listeners ------------------------------------------------------------------


def securities(text, folder):
    return listener_securities(*parse_configuration(dedent(text), name="x.toml", folder=folder))


def test_each_listener_has_its_own_security(folder):
    encrypted, signed, bare, tls, none = securities(
        """
        [[listeners]]
        endpoint = "tcp:1"
        [[listeners]]
        endpoint = "tcp:2"
        protection = "sign"
        [[listeners]]
        endpoint = "unix:/a"
        protection = "none"
        [[listeners]]
        endpoint = "tcp:4"
        security = "tls"
        [[listeners]]
        endpoint = "unix:/b"
        security = "none"
        [accounts]
        file = "accounts"
        computer = "SERVER"
        [tls]
        pfx = "server.pfx"
        password_file = "server.password"
        """,
        folder,
    )
    assert isinstance(encrypted, NegotiateServer)
    assert encrypted.required_level is ProtectionLevel.ENCRYPT_AND_SIGN
    assert signed.required_level is ProtectionLevel.SIGN
    assert bare.required_level is ProtectionLevel.NONE
    assert [account.name for account in encrypted.accounts] == [r"CONTOSO\alice"]
    assert (encrypted.names.computer, encrypted.names.domain) == ("SERVER", "WORKGROUP")
    assert encrypted.keytab is None
    assert isinstance(tls, TlsServer)
    assert none is None


def test_a_keytab_alone_will_do(folder):
    if not kerberos.is_available():
        pytest.skip("Kerberos is not installed")
    (windows,) = securities('[kerberos]\nkeytab = "server.keytab"', folder)
    assert windows.accounts is None
    assert windows.keytab.path == folder / "server.keytab"


def test_files_of_sections_that_no_listener_needs_stay_closed(folder):
    text = '[accounts]\nfile = "accounts"\n[tls]\npfx = "missing"\n'
    assert len(securities(text, folder)) == 1
    text = '[accounts]\nfile = "missing"\n[[listeners]]\nsecurity = "none"\n'
    assert securities(text, folder) == (None,)


def test_certificates_of_clients_have_the_names_that_the_configuration_gives(folder, monkeypatch):
    taken = {}

    class Server(TlsServer):
        def __init__(self, load_certificate, **settings):
            taken.update(settings)
            super().__init__(load_certificate, **settings)

    monkeypatch.setattr("ipam_progress.cli.security.TlsServer", Server)
    securities(
        r"""
        [[listeners]]
        security = "tls"
        [tls]
        certificate = "both.pem"
        client_certificates = "optional"
        client_ca = "clients-ca.pem"
        minimum_version = "1.3"
        identities = { "CN=ipam.contoso.com" = 'CONTOSO\ipam' }
        """,
        folder,
    )
    certificate = x509.load_pem_x509_certificate((folder / "server.pem").read_bytes())
    assert taken["name_of"](certificate) == r"CONTOSO\ipam"
    assert taken["client_certificates"].value == "optional"
    assert taken["minimum_version"].name == "TLSv1_3"


def test_a_configuration_that_no_rule_has_seen_never_goes_without_security():
    _, sources = parse_configuration("", environment={"IPAM_PROGRESS_KERBEROS__KEYTAB": "x"})
    with pytest.raises(LocalProtocolError, match="nobody could log on"):
        listener_securities(Configuration(), sources)
    tls = parse_configuration(
        '[[listeners]]\nsecurity = "tls"\n[tls]\npfx = "x"', name="server.toml"
    )[0].listeners
    for settings in (None, TlsSettings()):
        with pytest.raises(ConfigurationError, match="the server needs a certificate"):
            listener_securities(Configuration(listeners=tls, tls=settings), sources)


# --- Files of passwords --------------------------------------------------------------------------


def test_a_password_is_the_first_line_of_its_file(tmp_path):
    file = tmp_path / "password"
    file.touch(0o600)
    for octets in ("\ufeffäöü \nmore".encode(), b"\xc3\xa4\xc3\xb6\xc3\xbc \r\n"):
        file.write_bytes(octets)
        assert read_password_file(file) == "äöü "


@pytest.mark.parametrize(
    ("octets", "mode", "problem"),
    [
        (b"", 0o600, "its first line is empty, a password is due there"),
        (b"\nsecret", 0o600, "its first line is empty, a password is due there"),
        (b"\xff", 0o600, "not UTF-8"),
        (b"secret", 0o640, r"others than its owner may use it \(mode 0640\); run: chmod 600 "),
    ],
)
def test_files_that_hold_no_password(tmp_path, octets, mode, problem):
    file = tmp_path / "password"
    file.write_bytes(octets)
    file.chmod(mode)
    with pytest.raises(ValueError, match=f"^{file}: {problem}"):
        read_password_file(file)


def test_no_file_of_passwords(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="not a regular file"):
        read_password_file(tmp_path / "pipe")
    for path, problem in ((tmp_path, "Is a directory"), (tmp_path / "missing", "No such file")):
        with pytest.raises(OSError, match=problem) as caught:
            read_password_file(path)
        assert Path(caught.value.filename) == path
