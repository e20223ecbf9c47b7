"""Metadata over net.tcp: what is asked and answered, and that nobody gets further than to them."""

from pathlib import Path

import pytest
from lxml import etree
from twisted.internet.address import IPv4Address, UNIXAddress

from ipam_progress.authorization import Authorizer
from ipam_progress.binaryxml.tree import from_text, to_element
from ipam_progress.contracts import IpamTaskType
from ipam_progress.contracts.messages import StartTask
from ipam_progress.errors import LocalProtocolError
from ipam_progress.events import RequestAnswered
from ipam_progress.framing import ServerSettings
from ipam_progress.framing.records import EndRecord, SizedEnvelopeRecord
from ipam_progress.namespaces import ADDRESSING, HISTORY, IPAM, SCHEMA, SOAP
from ipam_progress.net.publication import Publisher, published_security
from ipam_progress.net.server import Listener
from ipam_progress.security.accounts import Accounts, nt_hash
from ipam_progress.security.mechanism import ProtectionLevel
from ipam_progress.security.negotiate import NegotiateServer
from ipam_progress.security.tls import ClientCertificates
from ipam_progress.service.metadata import (
    EndpointIdentity,
    IdentityKind,
    TlsSecurity,
    endpoints_at,
)
from ipam_progress.service.paths import HISTORY_PATH, METADATA_PATH, OPERATION_PATH, SERVER_PATH
from ipam_progress.store import Store

REQUEST = (Path(__file__).parents[1] / "data" / "metadata" / "mex-request.xml").read_text()
MESSAGE_ID = "urn:uuid:f471275e-be5f-493b-af9c-57f8a718d374"
GET = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get"
MEX = "http://schemas.xmlsoap.org/ws/2004/09/mex"
WSDL = "http://schemas.xmlsoap.org/wsdl/"
SOAP12 = "http://schemas.xmlsoap.org/wsdl/soap12/"
NAMES = {"s": SOAP, "a": ADDRESSING, "x": MEX, "w": WSDL, "b": SOAP12}

PLACE = IPv4Address("TCP", "192.0.2.7", 808)
LISTEN = "tcp:9100:interface=192.0.2.7"


def windows():
    return NegotiateServer(
        accounts=Accounts({"LAB\\alice": nt_hash("p")}), required_level=ProtectionLevel.SIGN
    )


def protected(make_harness, **arguments):
    arguments.setdefault("metadata_exchange", True)
    return make_harness(listen=[Listener(LISTEN, windows())], authorizer=Authorizer(), **arguments)


def ask(wire, text=REQUEST):
    wire.send(SizedEnvelopeRecord(wire._encoder.encode(from_text(text))).serialize())
    (answer,) = wire.records()
    return to_element(answer)


def get(wire, path=METADATA_PATH):
    """Ask as Microsoft's client does, without any protection; give the answer's envelope."""
    wire.open(path)
    assert wire.names() == ["PreambleAckRecord"]
    return ask(wire)


def addresses(envelope):
    return [each.get("location") for each in envelope.iterfind(".//b:address", NAMES)]


class TestAnswers:
    def test_to_what_microsofts_client_sends(self, make_harness):
        envelope = get(make_harness(metadata_exchange=True).connect())
        header, body = envelope
        assert [(each.tag, each.text) for each in header] == [
            (f"{{{ADDRESSING}}}Action", f"{GET}Response"),
            (f"{{{ADDRESSING}}}RelatesTo", MESSAGE_ID),
            (f"{{{ADDRESSING}}}To", "http://www.w3.org/2005/08/addressing/anonymous"),
        ]
        (metadata,) = body
        assert metadata.tag == f"{{{MEX}}}Metadata"
        sections = {
            (each.tag, each.get("Dialect"), each.get("Identifier"), each[0].tag, len(each))
            for each in metadata
        }
        section = f"{{{MEX}}}MetadataSection"
        assert (section, WSDL, IPAM, f"{{{WSDL}}}definitions", 1) in sections
        assert (section, SCHEMA, IPAM, f"{{{SCHEMA}}}schema", 1) in sections
        assert len(sections) == len(metadata)

    def test_have_every_document_that_is_referred_to(self, make_harness):
        envelope = get(make_harness(metadata_exchange=True).connect())
        there = {
            (each.get("Dialect"), each.get("Identifier"))
            for each in envelope.iterfind(".//x:MetadataSection", NAMES)
        }
        for kind in (WSDL, SCHEMA):
            for each in envelope.iter(f"{{{kind}}}import"):
                assert (kind, each.get("namespace")) in there
                assert each.get("location", each.get("schemaLocation")) == ""

    def test_schemas_are_such(self, make_harness):
        envelope = get(make_harness(metadata_exchange=True).connect())
        found = [each[0] for each in envelope.iterfind(".//x:MetadataSection", NAMES)]
        for schema in found:
            if schema.tag == f"{{{SCHEMA}}}schema":
                assert schema.get("targetNamespace")

    def test_names_keep_their_prefixes(self, make_harness):
        envelope = get(make_harness(metadata_exchange=True).connect())
        for part in envelope.iter(f"{{{WSDL}}}part"):
            prefix, _, _ = part.get("element").partition(":")
            assert part.nsmap[prefix]

    def test_any_path_below(self, make_harness):
        get(make_harness(metadata_exchange=True).connect(), f"{METADATA_PATH.upper()}/more")

    def test_more_than_once_in_a_session(self, make_harness):
        wire = make_harness(metadata_exchange=True).connect()
        assert etree.tostring(get(wire)) == etree.tostring(ask(wire))
        wire.send(EndRecord().serialize())
        assert wire.names() == ["EndRecord"]

    def test_history_where_there_is_one(self, make_harness, tmp_path):
        store = Store(f"sqlite:///{tmp_path / 'records.db'}")
        server = make_harness(start=False, store=store).server
        publisher = Publisher(
            server.publisher.applications, server.publisher._paths, lambda: [(PLACE, None)]
        )
        assert [each.address for each in publisher.endpoints("x")] == [
            f"net.tcp://192.0.2.7{path}" for path in (OPERATION_PATH, SERVER_PATH, HISTORY_PATH)
        ]
        assert HISTORY.encode() in publisher.sections("x")

    def test_are_counted_as_answers(self, make_harness):
        harness = make_harness(metadata_exchange=True)
        seen = []
        harness.server.events.subscribe(seen.append, RequestAnswered)
        get(harness.connect())
        assert [each.operation for each in seen] == ["Get"]


class TestAddresses:
    def test_are_those_that_are_listened_on_alone(self, make_harness):
        envelope = get(make_harness(metadata_exchange=True, listen=[LISTEN]).connect())
        assert addresses(envelope) == [
            f"net.tcp://192.0.2.7:9100{OPERATION_PATH}",
            f"net.tcp://192.0.2.7:9100{SERVER_PATH}",
        ]

    def test_else_have_the_host_that_was_asked_by(self, make_harness):
        harness = make_harness(metadata_exchange=True, listen=["tcp:808"], server_path="/tasks")
        assert addresses(get(harness.connect())) == [
            f"net.tcp://example.net{OPERATION_PATH}",
            "net.tcp://example.net/tasks",
        ]

    def test_are_those_of_all_listeners(self, make_harness):
        harness = make_harness(metadata_exchange=True, listen=[LISTEN, "tcp:9101"])
        assert len(addresses(get(harness.connect()))) == 4

    def test_follow_what_protects_them(self, make_harness):
        harness = protected(make_harness)
        envelope = get(harness.connect())
        assert b">Sign<" in etree.tostring(envelope)
        assert b"host/192.0.2.7" in etree.tostring(envelope)
        harness.server.protect([None])
        again = harness.server.publisher.sections("example.net")
        assert b"WindowsTransportSecurity" not in again

    def test_what_is_not_on_the_network_has_none(self):
        publisher = Publisher([], {"P": "/p"}, lambda: [(UNIXAddress("/run/ipam"), None)])
        assert publisher.endpoints("x") == ()

    @pytest.mark.parametrize("wants", list(ClientCertificates))
    @pytest.mark.parametrize("name", ["ipam.example.com", None])
    def test_certificates_are_for_the_host(self, wants, name):
        class Security:
            client_certificates = wants
            host = name

        security = published_security(Security())
        assert security == TlsSecurity(wants is ClientCertificates.REQUIRED, name)
        (endpoint,) = endpoints_at("ipam", 9100, security, {"P": "/p"})
        assert endpoint.identity == EndpointIdentity(IdentityKind.DNS, name or "ipam")

    def test_of_the_sixth_version(self):
        (endpoint,) = endpoints_at("2001:db8::1", 9100, None, {"P": "/p"})
        assert endpoint.address == "net.tcp://[2001:db8::1]:9100/p"


class TestRefusals:
    @pytest.fixture
    def wire(self, make_harness):
        wire = make_harness(metadata_exchange=True).connect().open(METADATA_PATH)
        wire.names()
        return wire

    @pytest.mark.parametrize(
        ("change", "code", "reason"),
        [
            (
                ("transfer/Get<", "transfer/Put<"),
                "a:ActionNotSupported",
                f"asked for with {GET}",
            ),
            (
                (GET, "http://www.w3.org/2011/03/ws-tra/Get"),
                "a:ActionNotSupported",
                "ws-tra/Get",
            ),
            (
                ("<s:Body />", f'<s:Body><GetMetadata xmlns="{MEX}"/></s:Body>'),
                "s:Sender",
                "an empty body",
            ),
            (
                ("<s:Header>", '<s:Header><x xmlns="urn:x" s:mustUnderstand="1"/>'),
                "s:MustUnderstand",
                "{urn:x}x",
            ),
            (
                (f"<a:MessageID>{MESSAGE_ID}</a:MessageID>", ""),
                "a:InternalServiceFault",
                "could not process",
            ),
        ],
    )
    def test_faults(self, wire, log, change, code, reason):
        before, after = change
        assert before in REQUEST
        fault = ask(wire, REQUEST.replace(before, after)).find("s:Body/s:Fault", NAMES)
        codes = [each.text for each in fault.iterfind("s:Code//s:Value", NAMES)]
        assert codes[-1] == code
        assert reason in fault.findtext("s:Reason/s:Text", None, NAMES)
        assert "refused a request" in log.lines()[0]
        ask(wire)

    def test_keepalives_are_taken_in_silence(self, wire):
        action = "Microsoft.WindowsServerSolutions.Common.ProviderFramework.Keepalive"
        text = REQUEST.replace(GET, action)
        wire.send(SizedEnvelopeRecord(wire._encoder.encode(from_text(text))).serialize())
        assert wire.records() == []

    def test_what_cannot_be_read(self, wire, log):
        wire.send(SizedEnvelopeRecord(b"\x00\xff").serialize())
        assert wire.transport.aborted
        assert len(log.lines()) == 1


class TestProtection:
    """On a listener that wants its clients to log on, the metadata are for everybody else too."""

    def test_metadata_need_none(self, make_harness):
        assert len(get(protected(make_harness).connect()).find("s:Body/x:Metadata", NAMES)) > 5

    @pytest.mark.parametrize(
        "path",
        [
            OPERATION_PATH,
            SERVER_PATH,
            f"{SERVER_PATH}{METADATA_PATH}",
            f"{OPERATION_PATH}/mex/",
            f"{SERVER_PATH}?{METADATA_PATH}",
            f"{SERVER_PATH}#{METADATA_PATH}",
        ],
    )
    def test_everything_else_does(self, make_harness, log, path):
        wire = protected(make_harness).connect()
        wire.open(path)
        assert wire.transport.aborted
        assert wire.names() == []
        assert "without the upgrade that is required" in log.lines()[0]

    def test_a_path_through_the_metadata_leads_to_them(self, make_harness):
        """Paths are not normalised: this is one below that of the metadata."""
        get(protected(make_harness).connect(), f"{METADATA_PATH}/..{SERVER_PATH}")

    def test_a_later_session_on_the_connection_does(self, make_harness, log):
        wire = protected(make_harness).connect()
        get(wire)
        wire.send(EndRecord().serialize())
        wire.names()
        wire.open(SERVER_PATH)
        assert wire.transport.aborted
        assert wire.names() == []

    def test_there_is_nothing_to_be_done_in_such_a_session(self, make_harness, log):
        harness = protected(make_harness)
        wire = harness.connect().open(METADATA_PATH)
        wire.names()
        wire.ask(StartTask(taskType=IpamTaskType.Discovery))
        (fault,) = wire.received()
        assert "metadata" in str(fault).lower()
        assert not harness.server.tasks.is_running(IpamTaskType.Discovery)

    def test_without_metadata_there_is_no_exception(self, make_harness, log):
        wire = protected(make_harness, metadata_exchange=False).connect()
        wire.open(METADATA_PATH)
        assert wire.names() == ["FaultRecord"]
        assert "no endpoint listens" in log.lines()[0]

    def test_services_at_paths_below(self, make_harness, log):
        """The longest path counts, for the protection as for the service."""
        harness = protected(make_harness, server_path=f"{METADATA_PATH}/tasks")
        wire = harness.connect()
        wire.open(f"{METADATA_PATH}/tasks")
        assert wire.transport.aborted
        log.lines()

    def test_one_mistake_lets_nobody_in(self, make_harness, log, monkeypatch):
        """Where the framing layer is told that everything is for everybody, sessions say no."""
        harness = protected(make_harness)
        monkeypatch.setattr(harness.server, "is_public", lambda _: True)
        for path in (OPERATION_PATH, SERVER_PATH):
            wire = harness.connect()
            wire.open(path)
            assert wire.transport.aborted
            assert wire.names() == ["PreambleAckRecord"]
            assert "not for everybody" in log.lines()[-1]
        get(harness.connect())

    def test_nothing_is_public_by_default(self):
        assert not ServerSettings(accepts_via=lambda _: True).is_public("net.tcp://x/mex")


def test_a_service_cannot_have_that_path(make_harness):
    with pytest.raises(ValueError, match="metadata is at the path /mex"):
        make_harness(metadata_exchange=True, server_path="/MEX/")


class TestTasksForEverybody:
    def test_are_given_where_nobody_is_asked(self, harness):
        assert harness.server.tasks_for_everybody().tasks_info()

    def test_are_not_where_anybody_is(self, make_harness):
        harness = make_harness(listen=["tcp:9100", Listener("tcp:9101", windows())])
        with pytest.raises(LocalProtocolError, match="who they are"):
            harness.server.tasks_for_everybody()
