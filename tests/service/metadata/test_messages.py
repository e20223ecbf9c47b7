"""What was recorded of Microsoft's programs, and what zeep makes of the documents."""

import json
import os
from collections import Counter
from pathlib import Path

import pytest
import zeep
from lxml import etree

from ipam_progress.binaryxml.tree import to_element
from ipam_progress.inspection import EnvelopeRead, inspect, read_source
from ipam_progress.namespaces import IPAM, SCHEMA, SOAP
from ipam_progress.security.accounts import Accounts, nt_hash
from ipam_progress.service.declarations import IPAM_SERVER
from ipam_progress.service.metadata import PublishedEndpoint, ServiceMetadata

CONVERSATIONS = Path(__file__).parent.parent.parent / "data" / "conversations"
CHECKOUT = Path(__file__).parent.parent.parent.parent

INVALID = {
    ("raw-bad-enum", "InitializeOperationParameters"): (
        "The value 'Bogus' is not an element of the set"
    ),
    ("raw-bad-type", "InitializeOperationParameters"): "NoSuchParameters' of the xsi:type",
    ("raw-extra-member", "InitializeOperationParameters"): "Extra': This element is not expected",
    ("raw-keepalive", "Keepalive"): "No matching global declaration",
    ("raw-keepalive", "InitializeOperationParameters"): "Extra': This element is not expected",
    ("raw-no-message-id", "InitializeOperationParameters"): "Extra': This element is not expected",
    ("raw-spelling", "InitializeOperationParameters"): "Expected is ( {.*}paramters )",
    ("raw-unknown-action", "NoSuch"): "No matching global declaration",
    ("raw-wrong-order", "InitializeOperationParameters"): (
        "OperationId': This element is not expected"
    ),
}
"""The messages that were broken by intention, and what is wrong with each."""


@pytest.fixture(scope="module")
def schema(directory, schemas):
    """All schemas as one."""
    entry = etree.Element(f"{{{SCHEMA}}}schema")
    for path in directory.glob("*.xsd"):
        namespace = etree.parse(path).getroot().get("targetNamespace")
        etree.SubElement(
            entry, f"{{{SCHEMA}}}import", namespace=namespace, schemaLocation=path.name
        )
    assert len(entry) == len(schemas)
    (directory / "all.xsd").write_bytes(etree.tostring(entry))
    return etree.XMLSchema(file=directory / "all.xsd")


def contents_of(envelope):
    """Give what stands in the body of a message; of a fault, what stands in its detail."""
    (body,) = envelope.iterfind(f"{{{SOAP}}}Body")
    for content in body:
        yield from (
            content.iterfind(f"{{{SOAP}}}Detail/*")
            if content.tag == f"{{{SOAP}}}Fault"
            else [content]
        )


def recorded_envelopes():
    """Give every message that was recorded, those of sealed sessions too, by its recording."""
    for path in sorted(CONVERSATIONS.glob("*.json")):
        account = json.loads(path.read_text()).get("account")
        accounts = account and Accounts(
            {f"{account['domain']}\\{account['user']}": nt_hash(account["password"])}
        )
        with path.open("rb") as file:
            for item in inspect(read_source(file), accounts):
                if isinstance(item, EnvelopeRead):
                    assert item.message is not None, path
                    yield path.stem, to_element(item.tokens)


def test_recorded_messages_are_valid(schema):
    count, recordings, invalid = Counter(), Counter(), {}
    for recording, envelope in recorded_envelopes():
        for content in contents_of(envelope):
            name = etree.QName(content).localname
            if schema.validate(content):
                count[name] += 1
                recordings[recording] += 1
            else:
                invalid.setdefault((recording, name), str(schema.error_log))
    assert invalid.keys() == INVALID.keys()
    for key, reason in INVALID.items():
        assert reason.replace("{.*}", f"{{{IPAM}}}") in invalid[key], key
    assert count["InitializeOperationParameters"] > 50
    assert count["IpamException"] == 5
    assert {"AddSubTask", "SetSubTaskStatus", "SetCompletionPercentage", "SetOverallStatus"} <= set(
        count
    )
    assert count.total() > 930
    assert recordings["ntlm-progress"] == recordings["progress"] == 16


def test_the_examples_of_the_document_are_of_operations_that_are_not_served(schema):
    """[MS-IPAMM2] 4: IIpamServer and IIpamEnumerator, whose messages we do not publish."""
    shared = Path(os.environ.get("IPAM_SHARED") or CHECKOUT.parent / "shared")
    examples = sorted((shared / "reference" / "examples").glob("*.body.xml"))
    if not examples:
        pytest.skip("the examples of the document are in reference/ of IPAM_SHARED")
    assert len(examples) == 10
    for path in examples:
        assert not schema.validate(etree.parse(path))
        (error,) = schema.error_log
        assert "No matching global declaration" in error.message


@pytest.fixture(scope="module")
def zeep_client(applications, tmp_path_factory):
    """Give a client that zeep makes of files."""
    endpoints = [
        PublishedEndpoint(IPAM_SERVER, "net.tcp://server:9100/IpamServer"),
        PublishedEndpoint(IPAM_SERVER, "http://server:8080/IpamServer"),
    ]
    metadata = ServiceMetadata(applications, endpoints)
    folder = tmp_path_factory.mktemp("zeep")

    def make(documents):
        for document in documents:
            (folder / document.name).write_bytes(document.to_bytes())
        return zeep.Client(str(folder / documents[0].name))

    return {"files": make(metadata.documents()), "single": make([metadata.single()])}


@pytest.mark.parametrize("form", ["files", "single"])
def test_zeep_makes_messages_that_are_valid(zeep_client, schema, form):
    """It takes the binding that it knows, over HTTP, and passes over net.tcp."""
    client = zeep_client[form]
    assert list(client.wsdl.services["Ipam"].ports) == ["HttpBinding_IIpamServer"]
    envelope = client.create_message(
        client.service, "StartTask", taskType="Discovery", server="dhcp1"
    )
    (content,) = contents_of(envelope)
    assert schema.validate(content), schema.error_log
    assert content.tag == f"{{{IPAM}}}StartTask"
    assert [each.text for each in content] == ["Discovery", "dhcp1"]


def test_zeep_knows_all_types(zeep_client, schemas):
    client = zeep_client["files"]
    for namespace, root in schemas.items():
        for item in root:
            if item.tag in {f"{{{SCHEMA}}}complexType", f"{{{SCHEMA}}}simpleType"}:
                assert client.get_type(f"{{{namespace}}}{item.get('name')}")
    info = client.get_type(f"{{{IPAM}}}TaskInfo")
    assert "State" in str(info.signature(schema=client.wsdl.types))
