"""What Mono's WCF makes of the documents of ``ipam-progress wsdl``, with what svcutil is made of.

Two namespaces of the contracts become the same namespace in .NET, http://Microsoft.Windows.Ipam and
http://schemas.datacontract.org/2004/07/Microsoft.Windows.Ipam, and IpamException can only stand in
that one. So whoever imports them has to say another name for the types of the first. Mono does not
look for RequireClientCertificate. Both is the same with what CoreWCF publishes.
"""

import sys
from pathlib import Path

import pytest

from ipam_progress.service.application import (
    ipam_server_application,
    operation_history_application,
    operation_with_progress_application,
)
from ipam_progress.service.declarations import (
    CALLBACKS,
    IPAM_SERVER,
    OPERATION_HISTORY,
    OPERATION_WITH_PROGRESS,
    OPERATIONS,
)
from ipam_progress.service.metadata import (
    PublishedEndpoint,
    ServiceMetadata,
    TlsSecurity,
    WindowsSecurity,
)

PROGRAMS = Path(__file__).parent / "programs"
IMPORTER = ("-r:System.Web.Services.dll", "-r:System.Configuration.dll")


@pytest.fixture(scope="module")
def importer(compile_for_mono):
    return compile_for_mono(PROGRAMS / "ImportMetadata.cs", options=IMPORTER)


@pytest.fixture
def import_(importer, start_program, tmp_path):
    """Import documents; give what was printed, and the file with the client."""

    def run(directory, *arguments):
        client = tmp_path / "Client.cs"
        program = start_program(*importer, directory, client, *arguments)
        assert program.wait() == 0, program.tail()
        return program.events(), client

    return run


def write(directory, *endpoints):
    directory.mkdir()
    applications = [
        operation_with_progress_application(),
        ipam_server_application(),
        operation_history_application(),
    ]
    for document in ServiceMetadata(applications, endpoints).documents():
        (directory / document.name).write_bytes(document.to_bytes())
    return directory


def test_mono_imports_all_endpoints(import_, tmp_path):
    address = "net.tcp://server:9100/"
    securities = [None, WindowsSecurity(), TlsSecurity(), TlsSecurity(client_certificate=True)]
    directory = write(
        tmp_path / "metadata",
        PublishedEndpoint(OPERATION_WITH_PROGRESS, f"{address}Operations", WindowsSecurity()),
        PublishedEndpoint(OPERATION_HISTORY, f"{address}History", WindowsSecurity()),
        *(
            PublishedEndpoint(IPAM_SERVER, f"{address}{index}", security)
            for index, security in enumerate(securities)
        ),
        PublishedEndpoint(IPAM_SERVER, "http://server:8080/IpamServer"),
    )
    endpoints, _ = import_(directory, "Ipam")
    assert [each["event"] for each in endpoints] == ["endpoint"] * 7
    assert [(each["contract"], each["address"]) for each in endpoints] == [
        (OPERATION_WITH_PROGRESS, f"{address}Operations"),
        (OPERATION_HISTORY, f"{address}History"),
        *((IPAM_SERVER, f"{address}{index}") for index in range(4)),
        (IPAM_SERVER, "http://server:8080/IpamServer"),
    ]
    for each in endpoints:
        actions = {
            action
            for operation in OPERATIONS.values()
            if operation.port_type == each["contract"]
            for action in (operation.action, operation.reply_action)
        }
        if each["contract"] == OPERATION_WITH_PROGRESS:
            actions |= {callback.action for callback in CALLBACKS.values()}
        assert set(each["actions"]) == actions
    protections = [
        [part for part in each["binding"] if "StreamSecurity" in part] for each in endpoints
    ]
    windows = ["WindowsStreamSecurity EncryptAndSign"]
    tls = ["SslStreamSecurity False"]
    assert protections == [windows, windows, [], windows, tls, tls, []]
    for each in endpoints[:-1]:
        assert {"BinaryMessageEncoding", "TcpTransport"} <= set(each["binding"])
    assert endpoints[-1]["binding"] == ["TextMessageEncoding", "HttpTransport"]


def test_a_namespace_has_to_be_named(import_, tmp_path):
    directory = write(tmp_path / "metadata", PublishedEndpoint(IPAM_SERVER, "net.tcp://server/S"))
    events, _ = import_(directory)
    errors = "\n".join(each["message"] for each in events if each["event"] == "error")
    assert "Invalid CLR namespace 'Microsoft.Windows.Ipam1'" in errors
    assert f"Failed to import contract for port type `{OPERATION_WITH_PROGRESS}'" in errors


def test_monos_client_calls_the_server(
    import_, compile_for_mono, start_program, demo_server, tmp_path
):
    """The client is generated, compiled, and then starts a task, without a line of contract."""
    directory = tmp_path / "metadata"
    program = start_program(
        *(sys.executable, "-m", "ipam_progress", "wsdl", "--output", directory),
        *("--security", "none", "--listen", "tcp:9100", "--host", "server"),
    )
    assert program.wait() == 0, program.tail()
    events, client = import_(directory, "Ipam")
    assert {each["event"] for each in events} == {"endpoint"}
    command = compile_for_mono(client, PROGRAMS / "ImportedClient.cs")
    run = start_program(*command, f"{demo_server.url}/IpamServer")
    assert run.wait() == 0, run.tail()
    recurrence, *tasks = run.events()
    assert recurrence == {"recurrence": 0}
    assert len(tasks) == 8
