"""What is published, with real clients: zeep and curl over HTTP, Mono's WCF over net.tcp."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
import zeep
from lxml import etree

from ipam_progress.contracts import IpamTaskType
from ipam_progress.contracts.messages import StartTask
from ipam_progress.framing.records import EndRecord
from ipam_progress.namespaces import IPAM, SCHEMA
from ipam_progress.security.accounts import set_account

PROGRAMS = Path(__file__).parent / "programs"
MANUAL = (Path(__file__).parents[2] / "docs" / "metadata.md").read_text(encoding="utf-8")
HTTP = "tcp:0:interface=127.0.0.1"
WSDL = "http://schemas.xmlsoap.org/wsdl/"


def address_over_http(server):
    return server.wait_for_line(r"^listening on (http://\S+/ipam)$")[1]


@pytest.fixture(scope="module")
def open_server(start_server):
    """A server that lets everybody in, and serves everything there is over HTTP."""
    return start_server("--http", HTTP, "--soap", "--metadata-exchange")


@pytest.fixture(scope="module")
def closed_server(start_server, tmp_path_factory):
    """A server whose clients log on, but for those that ask for metadata."""
    accounts = tmp_path_factory.mktemp("accounts") / "accounts"
    set_account(accounts, "alice", "correct horse")
    return start_server(
        "--security", "windows", "--accounts", accounts, "--metadata-exchange", "--http", HTTP
    )


@pytest.fixture(scope="module")
def zeep_client(open_server):
    """A client that zeep has made of the documents."""
    return zeep.Client(f"{address_over_http(open_server)}?wsdl")


@pytest.fixture(scope="module")
def mono_programs(compile_for_mono):
    """The programs that ask for metadata and that import them."""
    web = "-r:System.Web.Services.dll"
    return (
        compile_for_mono(PROGRAMS / "ExchangeMetadata.cs", options=[web]),
        compile_for_mono(
            PROGRAMS / "ImportMetadata.cs", options=[web, "-r:System.Configuration.dll"]
        ),
    )


class TestZeep:
    def test_calls_the_tasks(self, zeep_client):
        tasks = zeep_client.bind("Ipam", "HttpBinding_IIpamServer")
        assert tasks.StartTask(taskType="Discovery", server="dhcp1") is None
        infos = {info.TaskType: info for info in tasks.GetIpamTasksInfo()}
        assert len(infos) == 8
        assert infos["Discovery"].LastRunTime is not None
        assert infos["Audit"].LastRunTime is None
        assert tasks.IsTaskRunning(taskType="Audit") is False
        assert tasks.TaskLastRunResult(taskType="Discovery") == 0

    def test_understands_faults(self, zeep_client):
        tasks = zeep_client.bind("Ipam", "HttpBinding_IIpamServer")
        with pytest.raises(zeep.exceptions.Fault, match="other than None") as caught:
            tasks.StartTask(taskType="None")
        identifier = caught.value.detail.find(f".//{{{IPAM}}}ExceptionId")
        assert identifier.text == "IpamApiInvalidParameter"

    def test_takes_the_single_document(self, open_server):
        zeep = pytest.importorskip("zeep")
        client = zeep.Client(f"{address_over_http(open_server)}?singleWsdl")
        assert (
            client.bind("Ipam", "HttpBinding_IIpamServer").IsTaskRunning(taskType="Audit") is False
        )

    def test_the_program_of_the_manual(self, open_server):
        (program,) = re.findall(
            r"^```python\n(import zeep\n.*?)^```", MANUAL, re.DOTALL | re.MULTILINE
        )
        program = program.replace("http://127.0.0.1:8080/ipam", address_over_http(open_server))
        done = subprocess.run(
            [sys.executable, "-c", program], check=True, capture_output=True, timeout=60, text=True
        )
        assert len(done.stdout.splitlines()) == 8
        assert "Discovery" in done.stdout


class TestPrograms:
    def test_the_server_of_the_manual(self, start_program):
        (program,) = re.findall(r"^```python\n(from ipam.*?)^```", MANUAL, re.DOTALL | re.MULTILINE)
        program = program.replace("tcp:8080", "tcp:0").replace(
            "OperationRegistry(),", 'OperationRegistry(), listen=["tcp:0:interface=127.0.0.1"],'
        )
        server = start_program(sys.executable, "-c", program)
        url = server.wait_for_log(r"(http://\S+\?wsdl) can be looked at")[1]
        assert zeep.Client(url).wsdl.services
        server.process.terminate()
        assert server.wait() == 0


class TestCurl:
    """The commands of the manual, with the address of a server that runs here."""

    @pytest.fixture
    def run(self, require_peer, open_server):
        require_peer(shutil.which("curl"), "curl is not installed")

        def run(command):
            command = command.replace("http://127.0.0.1:8080/ipam", address_over_http(open_server))
            assert command.startswith("curl ")
            done = subprocess.run(
                ["bash", "-c", command], check=True, capture_output=True, timeout=60
            )
            return etree.fromstring(done.stdout)

        return run

    def test_the_commands_of_the_manual(self, run):
        blocks = [
            block for block in re.split(r"\n\n(?=\S|    )", MANUAL) if block.startswith("    curl ")
        ]
        roots = [etree.QName(run(dedent(block))).localname for block in blocks]
        assert roots == ["definitions", "Envelope", "Envelope"]


class TestMono:
    @pytest.mark.parametrize("kind", ["open_server", "closed_server"])
    def test_is_given_what_it_asks_for(self, kind, request, mono_programs, start_program, tmp_path):
        server = request.getfixturevalue(kind)
        exchange, import_ = mono_programs
        documents = tmp_path / "documents"
        documents.mkdir()
        asking = start_program(*exchange, f"{server.url}/mex", documents)
        assert asking.wait() == 0, asking.tail()
        action, *sections = asking.lines()
        assert action == "http://schemas.xmlsoap.org/ws/2004/09/transfer/GetResponse"
        assert sections[0].split() == ["00.wsdl", WSDL, IPAM]
        assert sections[1].split() == ["01.xsd", SCHEMA, IPAM]
        importing = start_program(*import_, documents, tmp_path / "Client.cs", "Contracts")
        assert importing.wait() == 0, importing.tail()
        events = importing.events()
        assert {event["event"] for event in events} == {"endpoint"}
        assert {event["address"] for event in events} == {
            f"{server.url}/IpamOperationWithProgress",
            f"{server.url}/IpamServer",
        }
        for event in events:
            security = [each for each in event["binding"] if each.startswith("WindowsStream")]
            assert len(security) == (kind == "closed_server")


class TestProtection:
    def test_metadata_are_for_everybody_and_nothing_else_is(self, connect, closed_server):
        connect(closed_server).open_session("/mex")
        for path in ("/IpamServer", "/IpamOperationWithProgress", "/IpamServer/mex"):
            client = connect(closed_server)
            with pytest.raises(AssertionError):
                client.open_session(path)
            closed_server.wait_for_log_of([client.port])

    def test_nor_behind_them(self, connect, closed_server):
        client = connect(closed_server).open_session("/mex")
        client.request(StartTask(taskType=IpamTaskType.Discovery))
        assert "ActionNotSupported" in str(client.next_fault())
        client.send(EndRecord().serialize())
        assert client.next_record() == EndRecord()
        with pytest.raises(AssertionError):
            client.open_session("/IpamServer")
        closed_server.wait_for_log_of([client.port, client.port])

    def test_over_http_there_are_no_tasks(self, closed_server):
        line = closed_server.wait_for_line(r"^listening on (http://\S+)$")
        assert line[1].endswith("/ipam?wsdl")
