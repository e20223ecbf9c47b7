"""The generated WSDL against what CoreWCF publishes for the same contracts, policy by policy.

What is different, and is meant to be:

- CoreWCF has a WSDL for the port type and one for the binding, because its test service stands in
  http://tempuri.org/; ours is one, bindings and service in the namespace of the port types.
- The service is called Ipam, and has all port types; there each is a service of its own, with a
  name that the test service chose.
- A fault has the Action that it is sent with; there it has ``*``, which the test service chose.
- The callbacks stand in the order of [MS-IPAMM2] 3.21.4 as we declare them.
- IIpamServer has the operations that are served of it; there it has StartTask alone.
- Prefixes that nothing uses are not declared.

Schemas are compared with those of [MS-IPAMM2] itself, in test_schemas.py.
"""

from pathlib import Path

import pytest
from lxml import etree

from ipam_progress.errors import LocalProtocolError
from ipam_progress.namespaces import HISTORY, IPAM, SCHEMA, SERIALIZATION
from ipam_progress.security.mechanism import ProtectionLevel
from ipam_progress.service.declarations import (
    CALLBACKS_BY_ACTION,
    IPAM_SERVER,
    OPERATION_HISTORY,
    OPERATION_WITH_PROGRESS,
    OPERATIONS,
    OPERATIONS_BY_ACTION,
)
from ipam_progress.service.metadata import (
    EndpointIdentity,
    IdentityKind,
    PublishedEndpoint,
    ServiceMetadata,
    TlsSecurity,
    WindowsSecurity,
)
from ipam_progress.service.metadata.elements import IDENTITY, MSC, MSF, SOAP12, SP, WSAW, WSP

RECORDED = Path(__file__).parent.parent.parent / "data" / "metadata"
TEMPURI = "http://tempuri.org/"
WSDL = "http://schemas.xmlsoap.org/wsdl/"
W = f"{{{WSDL}}}"
ACTION = WSAW.name("Action")

MODES = {
    "none": (None, None),
    "tls": (TlsSecurity(), EndpointIdentity(IdentityKind.DNS, "srv.contoso.com")),
    "cert": (TlsSecurity(True), EndpointIdentity(IdentityKind.DNS, "srv.contoso.com")),
    "windows": (
        WindowsSecurity(),
        EndpointIdentity(IdentityKind.SPN, "host/server.contoso.com"),
    ),
}
SERVICES = {
    "IpamOperationWithProgress": OPERATION_WITH_PROGRESS,
    "IpamServer": IPAM_SERVER,
}


def recorded(name):
    return etree.parse(RECORDED / name).getroot()


def named(parent, tag, name):
    (found,) = [each for each in parent.iterfind(W + tag) if each.get("name") == name]
    return found


def parts_of(port_type, tree_of):
    """Give attributes and operations of a port type or a binding, these by their names."""
    tag, attributes, text, content = tree_of(port_type)
    operations = {each[1]["name"]: each for each in content if each[0] == f"{W}operation"}
    others = [each for each in content if each[0] != f"{W}operation"]
    return (tag, attributes, text, others), operations


@pytest.fixture(scope="module")
def main(documents):
    return documents[0].root


@pytest.mark.parametrize("service", SERVICES)
def test_port_types_and_messages_are_those_of_corewcf(main, tree_of, service):
    theirs = recorded(f"{service}.wsdl0.wsdl")
    for message in theirs.iterfind(f"{W}message"):
        assert tree_of(named(main, "message", message.get("name"))) == tree_of(message)
    (port_type,) = theirs.iterfind(f"{W}portType")
    for fault in port_type.iter(f"{W}fault"):
        assert fault.get(ACTION) == "*"
        action = fault.getparent().find(f"{W}input").get(ACTION)
        fault.set(ACTION, OPERATIONS_BY_ACTION[action].fault_action)
    due, due_operations = parts_of(port_type, tree_of)
    said, operations = parts_of(named(main, "portType", SERVICES[service]), tree_of)
    assert said == due
    added = operations.keys() - due_operations.keys()
    assert {name: operations[name] for name in due_operations} == due_operations
    assert added == (
        set()
        if service == "IpamOperationWithProgress"
        else {
            "IsTaskRunning",
            "TaskLastRunResult",
            "TaskLastRuntime",
            "TaskNextRuntime",
            "TaskRecurrenceDuration",
            "GetIpamTasksInfo",
        }
    )


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("mode", MODES)
def test_policies_bindings_and_ports_are_those_of_corewcf(make_metadata, tree_of, mode, service):
    security, identity = MODES[mode]
    ours = make_metadata(security, identity).documents()[0].root
    theirs = recorded(f"{mode}/{service}.wsdl")
    name = f"NetTcpBinding_{SERVICES[service]}"

    (due,) = theirs.iterfind(WSP.name("Policy"))
    (policy,) = [each for each in ours.iterfind(WSP.name("Policy")) if name in str(each.attrib)]
    assert tree_of(policy) == tree_of(due)

    due, due_operations = parts_of(named(theirs, "binding", name), tree_of)
    said, operations = parts_of(named(ours, "binding", name), tree_of)
    assert said == due
    assert {each: operations[each] for each in due_operations} == due_operations

    (due,) = theirs.iter(f"{W}port")
    port = named(named(ours, "service", "Ipam"), "port", name)
    tag, attributes, text, content = tree_of(due)
    attributes["binding"] = attributes["binding"].replace(TEMPURI, IPAM)
    assert tree_of(port) == (tag, attributes, text, content)


def test_every_action_is_published(documents):
    actions = {
        each.get(ACTION)
        for document in documents
        for each in document.root.iter(f"{W}input", f"{W}output", f"{W}fault")
        if each.get(ACTION)
    }
    assert actions == {
        *(each.action for each in OPERATIONS.values()),
        *(each.reply_action for each in OPERATIONS.values()),
        *(each.fault_action for each in OPERATIONS.values()),
        *(each.action for each in CALLBACKS_BY_ACTION.values()),
    }


def test_our_own_port_type_stands_in_a_wsdl_of_its_own(documents, main):
    (own,) = [each for each in documents if each.identifier == HISTORY and each.dialect == WSDL]
    assert own.name == "urn.ipam-progress.history.wsdl"
    (imported,) = main.iterfind(f"{W}import")
    assert dict(imported.attrib) == {"namespace": HISTORY, "location": own.name}
    (port_type,) = own.root.iterfind(f"{W}portType")
    assert dict(port_type.attrib) == {"name": OPERATION_HISTORY}
    names = [each.get("name") for each in port_type]
    assert names == ["GetOperation", "GetOperations"]
    assert own.root.find(f"{W}service") is None
    binding = named(main, "binding", f"NetTcpBinding_{OPERATION_HISTORY}")
    assert binding.nsmap[binding.get("type").partition(":")[0]] == HISTORY


def test_it_is_left_out_where_no_records_are_kept(make_metadata):
    documents = make_metadata(history=False).documents()
    assert [each.name for each in documents] == [
        "Microsoft.Windows.Ipam.wsdl",
        "Microsoft.Windows.Ipam.xsd",
        "schemas.datacontract.org.2004.07.Microsoft.Windows.Ipam.xsd",
        "schemas.datacontract.org.2004.07.System.xsd",
        "schemas.datacontract.org.2004.07.System.Collections.Generic.xsd",
        "schemas.datacontract.org.2004.07.System.Net.xsd",
        "schemas.datacontract.org.2004.07.System.Net.Sockets.xsd",
        "schemas.microsoft.com.2003.10.Serialization.Arrays.xsd",
        "schemas.microsoft.com.2003.10.Serialization.xsd",
    ]
    assert HISTORY.encode() not in b"".join(each.to_bytes() for each in documents)


def test_documents_are_where_they_are_said_to_be(make_metadata):
    documents = make_metadata().documents(lambda name: f"http://server/ipam?{name}")
    names = {f"http://server/ipam?{each.name}" for each in documents}
    locations = [
        (each.get("namespace"), each.get("location") or each.get("schemaLocation"))
        for document in documents
        for each in document.root.iter(f"{W}import", f"{{{SCHEMA}}}import")
    ]
    for namespace, location in locations:
        (found,) = [
            each for each in documents if location.endswith(f"?{each.name}") and location in names
        ]
        assert found.identifier == namespace
    assert {location for _, location in locations} | {
        "http://server/ipam?Microsoft.Windows.Ipam.wsdl"
    } == names


def test_dialects_and_identifiers(documents):
    wsdls = [each.identifier for each in documents if each.dialect == WSDL]
    assert wsdls == [IPAM, HISTORY]
    schemas = [each.identifier for each in documents if each.dialect == SCHEMA]
    assert len(schemas) == len(set(schemas)) == 9
    assert SERIALIZATION in schemas
    assert len(documents) == 11
    for document in documents:
        assert etree.fromstring(document.to_bytes()).get("targetNamespace") == document.identifier


@pytest.mark.parametrize(
    ("level", "word"),
    [
        (ProtectionLevel.NONE, "None"),
        (ProtectionLevel.SIGN, "Sign"),
        (ProtectionLevel.ENCRYPT_AND_SIGN, "EncryptAndSign"),
    ],
)
def test_protection_levels(make_metadata, level, word):
    root = make_metadata(WindowsSecurity(level)).documents()[0].root
    levels = {each.text for each in root.iter(MSF.name("ProtectionLevel"))}
    assert levels == {word}


def test_a_user_principal_name_and_no_identity(make_metadata):
    upn = EndpointIdentity(IdentityKind.UPN, "svc@contoso.com")
    root = make_metadata(WindowsSecurity(), upn).documents()[0].root
    assert {each.text for each in root.iter(IDENTITY.name("Upn"))} == {"svc@contoso.com"}
    root = make_metadata(WindowsSecurity()).documents()[0].root
    assert root.find(".//" + IDENTITY.name("Identity")) is None


def test_several_listeners_are_several_ports(applications):
    root = (
        ServiceMetadata(
            applications,
            [
                PublishedEndpoint(IPAM_SERVER, "net.tcp://server:9100/IpamServer"),
                PublishedEndpoint(
                    IPAM_SERVER, "net.tcp://server:9101/IpamServer", WindowsSecurity()
                ),
                PublishedEndpoint(IPAM_SERVER, "http://server:8080/IpamServer"),
            ],
        )
        .documents()[0]
        .root
    )
    names = ["NetTcpBinding_IIpamServer", "NetTcpBinding_IIpamServer1", "HttpBinding_IIpamServer"]
    assert [each.get("name") for each in root.iterfind(f"{W}binding")] == names
    assert [each.get("name") for each in root.iter(f"{W}port")] == names
    first, second = root.iterfind(WSP.name("Policy"))
    assert first.find(".//" + SP.name("TransportBinding")) is None
    assert second.find(".//" + SP.name("TransportBinding")) is not None


def test_an_address_of_http_is_bound_to_soap_as_text(applications):
    endpoint = PublishedEndpoint(IPAM_SERVER, "http://server:8080/IpamServer")
    root = ServiceMetadata(applications, [endpoint]).documents()[0].root
    (binding,) = root.iterfind(f"{W}binding")
    soap, *_ = binding
    assert soap.tag == SOAP12.name("binding")
    assert soap.get("transport") == "http://schemas.xmlsoap.org/soap/http"
    assert root.find(WSP.name("Policy")) is None
    (port,) = root.iter(f"{W}port")
    assert [(each.tag, each.get("location")) for each in port] == [
        (SOAP12.name("address"), "http://server:8080/IpamServer")
    ]


def test_what_cannot_be_published(applications):
    with pytest.raises(LocalProtocolError, match="have the port type IOther; published are IIpam"):
        ServiceMetadata(applications, [PublishedEndpoint("IOther", "net.tcp://server/Other")])
    with pytest.raises(LocalProtocolError, match="calls its clients, which needs"):
        ServiceMetadata(applications, [PublishedEndpoint(OPERATION_WITH_PROGRESS, "http://server")])


def test_sessions_are_for_those_who_are_called_back(documents):
    uses = {
        port_type.get("name"): port_type.get(MSC.name("usingSession"))
        for document in documents
        for port_type in document.root.iter(f"{W}portType")
    }
    assert uses == {
        OPERATION_WITH_PROGRESS: "true",
        IPAM_SERVER: None,
        OPERATION_HISTORY: None,
    }


def test_a_single_document_has_its_schemas_inside(make_metadata):
    root = make_metadata().single().root
    schemas = root.findall(f"{W}types/{{{SCHEMA}}}schema")
    namespaces = [each.get("targetNamespace") for each in schemas]
    assert len(namespaces) == 8
    assert HISTORY not in namespaces
    for schema in schemas:
        for each in schema.iterfind(f"{{{SCHEMA}}}import"):
            assert dict(each.attrib).keys() == {"namespace"}
            assert each.get("namespace") in namespaces
    assert [each.get("name") for each in root.iterfind(f"{W}portType")] == [
        OPERATION_WITH_PROGRESS,
        IPAM_SERVER,
    ]
    assert len(root.findall(f"{W}binding")) == len(list(root.iter(f"{W}port"))) == 2
    assert root.find(f"{W}import") is None
