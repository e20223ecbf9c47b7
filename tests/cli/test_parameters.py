"""Files of parameters: each of the 49 types filled, in both forms, and mistakes told apart."""

import json

import pytest
from lxml import etree

from ipam_progress.binaryxml import Decoder
from ipam_progress.binaryxml.tree import to_element
from ipam_progress.cli.parameters import ParametersError, empty_parameters, read_parameters
from ipam_progress.contracts import PARAMETER_TYPES, IpamAdminOperationId
from ipam_progress.contracts.messages import InitializeOperationParameters
from ipam_progress.contracts.registry import contract_for, message_for
from ipam_progress.datacontract import read_body, to_json
from ipam_progress.framing.records import SizedEnvelopeRecord
from ipam_progress.namespaces import IPAM
from ipam_progress.soap import read_message

CREATE = IpamAdminOperationId.CreateDhcpScope
ROOT = (
    f'<CreateDhcpScopeParameters xmlns="{IPAM}" xmlns:i="http://www.w3.org/2001/XMLSchema-instance"'
)


@pytest.fixture(scope="module")
def filled(conversations) -> dict:
    """What a WCF client sent for each operation: the object, and its element."""
    found = {}
    message = message_for(InitializeOperationParameters)
    for entry in conversations["all-operations"]["connections"][0]:
        if entry["record"] == "Version":
            decoder = Decoder()
        if entry["from"] == "client" and entry["record"] == "SizedEnvelope":
            record = SizedEnvelopeRecord.parse(bytes.fromhex(entry["bytes"]))
            tokens = decoder.decode(record.payload)
            header = read_message(tokens)
            if header.action.endswith("/InitializeOperationParameters"):
                parameters = read_body(tokens, header.body, message).paramters
                element = to_element(tokens).find(f".//{{{IPAM}}}paramters")
                found[parameters.OperationId] = parameters, element
    return found


def as_file(operation, element) -> bytes:
    """Give the element as a person's file would have it: named after its type."""
    contract = contract_for(PARAMETER_TYPES[operation])
    text = etree.tostring(element).decode()
    inner = text[text.index(" ") : text.rindex("</")]
    name = contract.type.name
    return f'<p:{name} xmlns:p="{contract.type.namespace}"{inner}</p:{name}>'.encode()


@pytest.mark.parametrize("operation", PARAMETER_TYPES, ids=lambda operation: operation.value)
def test_filled_parameters_in_both_forms(filled, operation) -> None:
    parameters, element = filled[operation]
    assert read_parameters(operation, as_file(operation, element)) == parameters
    data = json.dumps(to_json(parameters))
    for octets in (data.encode(), data.encode("utf-8-sig"), b"\r\n" + data.encode()):
        assert read_parameters(operation, octets) == parameters


@pytest.mark.parametrize("operation", PARAMETER_TYPES, ids=lambda operation: operation.value)
def test_empty_parameters(operation) -> None:
    expected = empty_parameters(operation)
    assert type(expected) is PARAMETER_TYPES[operation]
    assert expected.OperationId is operation
    contract = contract_for(PARAMETER_TYPES[operation])
    xml = f'<{contract.type.name} xmlns="{contract.type.namespace}"/>'
    assert read_parameters(operation, b"{}") == expected
    assert read_parameters(operation, xml.encode()) == expected


def test_prefixes_comments_and_white_space_are_the_writers_affair() -> None:
    text = f"""<?xml version="1.0" encoding="utf-16"?>
    <?hint ?>
    <x:CreateDhcpScopeParameters xmlns:x="{IPAM}">
        <!-- which scope -->
        <x:Scope xmlns:t="http://www.w3.org/2001/XMLSchema-instance" t:type="x:DhcpScopeV4">
            <x:ScopeName>L\u00e4b</x:ScopeName>
        </x:Scope>
    </x:CreateDhcpScopeParameters>"""
    parameters = read_parameters(CREATE, text.encode("utf-16"))
    assert parameters.OperationId is CREATE
    assert parameters.Scope.ScopeName == "L\u00e4b"


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("", "it is neither XML nor JSON"),
        ("scope: Lab", "it is neither XML nor JSON"),
        ("{", "it is no JSON"),
        ("[]", "it is a list; the members of CreateDhcpScopeParameters are due in an object"),
        ('{"Scope": ' + "[" * 100_000, "it is no JSON"),
        ('{"Scoop": null}', "is Scope meant?"),
        ('{"$type": "DhcpScopeV4"}', "does not fit CreateDhcpScopeParameters"),
        ('{"OperationId": "EditDhcpScope"}', "its OperationId is EditDhcpScope"),
        ('{"OperationId": "Nothing"}', "OperationId: "),
        ('{"Scope": {"$type": "DhcpScopeV4", "PrefixLength": "long"}}', "Scope.PrefixLength: "),
        (f"{ROOT}>", "it is neither XML nor JSON"),
        (f"{ROOT} i:nil='true'/>", "its root element is nil"),
        (f"{ROOT} i:type='EditDhcpScopeParameters'/>", "another i:type"),
        ("<CreateDhcpScopeParameters/>", f'is due, with xmlns="{IPAM}"'),
        (f'<EditDhcpScopeParameters xmlns="{IPAM}"/>', "CreateDhcpScopeParameters is due"),
        (
            f"{ROOT}><OperationId>EditDhcpScope</OperationId></CreateDhcpScopeParameters>",
            "its OperationId is EditDhcpScope",
        ),
        (f"{ROOT}><Scoop/></CreateDhcpScopeParameters>", "no member {" + IPAM + "}Scoop; is Scope"),
        (f"{ROOT}><Other/></CreateDhcpScopeParameters>", "no member {" + IPAM + "}Other"),
        (
            f'{ROOT}><Scope xmlns=""/></CreateDhcpScopeParameters>',
            f"no member Scope; its namespace is {IPAM}",
        ),
        (
            (
                f"{ROOT}><Scope/><OperationId>CreateDhcpScope</OperationId>"
                "</CreateDhcpScopeParameters>"
            ),
            "OperationId stands after Scope, where it is not read; the order is OperationId, Scope",
        ),
        (
            (
                f"{ROOT}><Scope i:type='DhcpScopeV4'><SetProperties><text/></SetProperties></Scope>"
                "</CreateDhcpScopeParameters>"
            ),
            "CreateDhcpScopeParameters.Scope.SetProperties[0]",
        ),
        (
            f"{ROOT}><Scope i:type='DhcpScopeV9'/></CreateDhcpScopeParameters>",
            "DhcpScopeV9",
        ),
        (
            (
                f"<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>{ROOT}><Scope>&e;</Scope>"
                "</CreateDhcpScopeParameters>"
            ),
            "",
        ),
    ],
)
def test_a_mistake_is_told(text, cause) -> None:
    with pytest.raises(ParametersError) as caught:
        read_parameters(CREATE, text.encode())
    assert cause in str(caught.value)
    assert "root:" not in str(caught.value)


def test_a_misspelt_name_is_found_wherever_it_stands(filled) -> None:
    found = 0
    for operation, (_, element) in filled.items():
        octets = as_file(operation, element)
        names = [each.tag for each in etree.fromstring(octets).iter(etree.Element)]
        for index in range(1, len(names), max(1, len(names) // 12)):
            root = etree.fromstring(octets)
            list(root.iter(etree.Element))[index].tag = "Misspelt"
            with pytest.raises(ParametersError):
                read_parameters(operation, etree.tostring(root))
            found += 1
    assert found > 49
