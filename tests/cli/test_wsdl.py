"""``ipam-progress wsdl``: which documents are written where, and what they say of endpoints."""

import socket
from datetime import UTC, datetime
from textwrap import dedent
from urllib.request import urlopen

import pytest
import zeep
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from lxml import etree

from ipam_progress.namespaces import ADDRESSING
from ipam_progress.service.application import (
    ipam_server_application,
    operation_history_application,
    operation_with_progress_application,
)
from ipam_progress.service.metadata import ServiceMetadata

WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
IDENTITY = "{http://schemas.xmlsoap.org/ws/2006/02/addressingidentity}"
FRAMING = "{http://schemas.microsoft.com/ws/2006/05/framing/policy}"
NAME = "Microsoft.Windows.Ipam.wsdl"
HISTORY = {"urn.ipam-progress.history.wsdl", "urn.ipam-progress.history.xsd"}
ALL = {
    document.name
    for document in ServiceMetadata(
        [
            operation_with_progress_application(),
            ipam_server_application(),
            operation_history_application(),
        ],
        [],
    ).documents()
}


@pytest.fixture
def wsdl(invoke):
    """Give a function that runs the command and gives what it printed as a document."""

    def run(*arguments):
        result = invoke("wsdl", *arguments)
        assert (result.exit_code, result.stderr) == (0, ""), result.output
        return etree.fromstring(result.stdout_bytes)

    return run


def addresses(root):
    return [each.text for each in root.iter(f"{{{ADDRESSING}}}Address")]


def names(directory):
    return {each.name for each in directory.iterdir()}


def test_without_output_it_is_one_document(wsdl, tmp_path):
    root = wsdl("--security", "none")
    assert root.tag == f"{WSDL}definitions"
    assert addresses(root) == [
        "net.tcp://127.0.0.1:9100/IpamOperationWithProgress",
        "net.tcp://127.0.0.1:9100/IpamServer",
    ]
    (tmp_path / "single.wsdl").write_bytes(etree.tostring(root))
    types = zeep.Client(str(tmp_path / "single.wsdl")).wsdl.types
    assert types.get_type("{http://Microsoft.Windows.Ipam}TaskInfo")


def test_windows_security_is_usual_and_needs_no_accounts(wsdl):
    root = wsdl()
    assert {each.text for each in root.iter(f"{FRAMING}ProtectionLevel")} == {"EncryptAndSign"}
    assert {each.text for each in root.iter(f"{IDENTITY}Spn")} == {"host/127.0.0.1"}


def test_tls(wsdl):
    root = wsdl("--security", "tls", "--listen", "tcp:808", "--host", "ipam.example.com")
    assert addresses(root)[1] == "net.tcp://ipam.example.com/IpamServer"
    assert {each.text for each in root.iter(f"{IDENTITY}Dns")} == {"ipam.example.com"}
    assert len(list(root.iter(f"{FRAMING}SslTransportSecurity"))) == 2
    assert root.find(f".//{FRAMING}RequireClientCertificate") is None


def test_the_machine_is_known_by_its_name_where_any_address_is_listened_on(wsdl, monkeypatch):
    monkeypatch.setattr(socket, "getfqdn", lambda: "machine.example.com")
    options = [
        *("--listen", "tcp:1"),
        *("--listen", "tcp:2:interface=0.0.0.0"),
        *("--listen", r"tcp6:3:interface=\:\:"),
        *("--listen", r"tcp6:4:interface=\:\:1"),
        *("--listen", "tcp:5:interface=localhost"),
    ]
    assert addresses(wsdl(*options))[::2] == [
        "net.tcp://machine.example.com:1/IpamOperationWithProgress",
        "net.tcp://machine.example.com:2/IpamOperationWithProgress",
        "net.tcp://machine.example.com:3/IpamOperationWithProgress",
        "net.tcp://[::1]:4/IpamOperationWithProgress",
        "net.tcp://localhost:5/IpamOperationWithProgress",
    ]
    assert addresses(wsdl(*options[:2], "--host", "2001:db8::1"))[1] == (
        "net.tcp://[2001:db8::1]:1/IpamServer"
    )


def write_certificate(path):
    """Write a certificate with its key, for ipam.example.com."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ipam.example.com")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(certificate.public_bytes(Encoding.PEM) + private)


@pytest.fixture
def configuration(tmp_path):
    """A configuration that names files; those that are not needed are not there."""
    write_certificate(tmp_path / "server.pem")
    path = tmp_path / "server.toml"
    path.write_text(
        dedent(
            """
            [[listeners]]
            endpoint = "tcp:9100:interface=127.0.0.1"
            protection = "sign"

            [[listeners]]
            endpoint = "tcp:9101:interface=127.0.0.1"
            security = "tls"

            [paths]
            operation = "/Operations"

            [accounts]
            file = "accounts.txt"

            [tls]
            certificate = "server.pem"
            client_certificates = "required"
            client_ca = "ca.pem"

            [store]
            file = "operations.db"
            """
        )
    )
    return path


def test_it_is_what_the_configuration_says(wsdl, configuration, invoke, tmp_path):
    directory = tmp_path / "new" / "metadata"
    result = invoke("wsdl", "--config", configuration, "--output", directory)
    assert (result.exit_code, result.output) == (0, "")
    assert names(directory) == ALL
    root = etree.parse(directory / NAME).getroot()
    assert addresses(root) == [
        "net.tcp://127.0.0.1:9100/Operations",
        "net.tcp://127.0.0.1:9100/IpamServer",
        "net.tcp://127.0.0.1:9100/IpamOperationHistory",
        "net.tcp://127.0.0.1:9101/Operations",
        "net.tcp://127.0.0.1:9101/IpamServer",
        "net.tcp://127.0.0.1:9101/IpamOperationHistory",
    ]
    assert {each.text for each in root.iter(f"{FRAMING}ProtectionLevel")} == {"Sign"}
    assert len(list(root.iter(f"{FRAMING}RequireClientCertificate"))) == 3
    assert [each.text for each in root.iter(f"{IDENTITY}Dns")] == ["ipam.example.com"] * 3
    assert zeep.Client(str(directory / NAME)).wsdl.port_types
    assert not (tmp_path / "operations.db").exists()

    printed = wsdl("--config", configuration, "--listen", "tcp:7", "--host", "other")
    assert "net.tcp://other:7/Operations" in addresses(printed)


@pytest.mark.parametrize(("interface", "shown"), [("127.0.0.1", "127.0.0.1"), (r"\:\:1", "[::1]")])
def test_tasks_over_http_are_published_if_they_are_served(wsdl, tmp_path, interface, shown):
    (tmp_path / "server.toml").write_text(
        dedent(
            f"""
            [[listeners]]
            security = "none"

            [http]
            endpoint = 'tcp:8080:interface={interface}'
            soap = true
            """
        )
    )
    root = wsdl("--config", tmp_path / "server.toml")
    ports = {
        port.get("name"): address.get("location")
        for port in root.iter(f"{WSDL}port")
        for address in port.iterfind("{http://schemas.xmlsoap.org/wsdl/soap12/}address")
    }
    assert ports["HttpBinding_IIpamServer"] == f"http://{shown}:8080/ipam"
    assert len(ports) == 3


def test_a_certificate_that_cannot_be_read(invoke, configuration, tmp_path):
    (tmp_path / "server.pem").unlink()
    result = invoke("wsdl", "--config", configuration)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"{tmp_path}/server.pem: No such file or directory" in result.stderr
    assert invoke("wsdl", "--config", configuration, "--security", "windows").exit_code == 0


def test_history_is_published_if_it_is_asked_for(invoke, tmp_path):
    assert invoke("wsdl", "--output", tmp_path / "without").exit_code == 0
    assert names(tmp_path / "without") == ALL - HISTORY
    assert invoke("wsdl", "--history", "--output", tmp_path / "with").exit_code == 0
    assert names(tmp_path / "with") == ALL


def test_earlier_documents_are_replaced(invoke, tmp_path):
    assert invoke("wsdl", "--output", tmp_path, "--listen", "tcp:1").exit_code == 0
    assert invoke("wsdl", "--output", tmp_path, "--listen", "tcp:22222").exit_code == 0
    assert names(tmp_path) == ALL - HISTORY
    assert b":22222/" in (tmp_path / NAME).read_bytes()


@pytest.mark.parametrize("stranger", ["notes.txt", *HISTORY])
def test_a_directory_with_anything_else_is_left_alone(invoke, tmp_path, stranger):
    (tmp_path / stranger).write_text("mine")
    result = invoke("wsdl", "--output", tmp_path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(
        f"Error: {tmp_path} holds {stranger}, which is none of the documents: name a directory"
    )
    assert names(tmp_path) == {stranger}


def test_a_directory_that_cannot_be(invoke, tmp_path):
    (tmp_path / "file").touch()
    result = invoke("wsdl", "--output", tmp_path / "file" / "metadata")
    assert result.exit_code == 2
    assert result.stderr == f"Error: {tmp_path}/file/metadata: Not a directory\n"


def test_nothing_is_left_half_written(invoke, tmp_path, monkeypatch):
    """The WSDL, which leads to all others, comes last."""
    written = []
    write_bytes = type(tmp_path).write_bytes

    def full(path, content):
        if len(written) == 4:
            raise OSError(28, "No space left on device", str(path))
        written.append(path.name)
        return write_bytes(path, content)

    monkeypatch.setattr(type(tmp_path), "write_bytes", full)
    result = invoke("wsdl", "--output", tmp_path)
    assert result.exit_code == 2
    assert "No space left on device" in result.stderr
    present = names(tmp_path)
    assert len(present) == 4
    assert NAME not in present
    for name in present:
        etree.parse(tmp_path / name)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--listen", "unix:/run/ipam"], "unix:/run/ipam does not say on which port clients find"),
        (["--listen", "tcp:0"], "tcp:0 does not say on which port"),
        (["--listen", "nothing"], "--listen: 'nothing' is no endpoint: it begins with"),
        (["--host", "a/b"], "'a/b' is no name of a host"),
        (["--host", "a:b]"], "'a:b]' is no name of a host"),
        (["--host", ""], "'' is no name of a host"),
        (["--host", "a\nb"], "is no name of a host"),
        (["--config", "/nowhere.toml"], "/nowhere.toml: No such file or directory"),
    ],
)
def test_what_cannot_be_published(invoke, arguments, message):
    result = invoke("wsdl", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr


def test_all_that_is_wrong_with_a_configuration_is_told(invoke, configuration):
    configuration.write_text('[paths]\nserver = "a"\n\n[store]\nkeep_days = -1\n')
    result = invoke("wsdl", "--config", configuration)
    assert result.exit_code == 2
    assert all(line.startswith("Error: ") for line in result.stderr.splitlines())
    assert len(result.stderr.splitlines()) > 1


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def test_it_is_what_a_server_publishes(command, invoke, tmp_path):
    write_certificate(tmp_path / "server.pem")
    (tmp_path / "server.toml").write_text(
        dedent(
            f"""
            [[listeners]]
            endpoint = "tcp:{free_port()}:interface=127.0.0.1"
            security = "tls"

            [tls]
            certificate = "server.pem"

            [http]
            endpoint = "tcp:{free_port()}:interface=127.0.0.1"
            """
        )
    )
    server = command("serve", "--demo", "--config", tmp_path / "server.toml")
    url = server.line_with("http://").removeprefix("listening on ")
    with urlopen(url.replace("?wsdl", "?singleWsdl"), timeout=30) as answer:
        served = answer.read()
    assert b"ipam.example.com" in served
    result = invoke("wsdl", "--config", tmp_path / "server.toml")
    assert result.stdout_bytes == served
