import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

from ipam_progress.namespaces import HISTORY, IPAM
from ipam_progress.service.actions import PUBLISHED_ACTIONS, PUBLISHED_OPERATIONS
from ipam_progress.service.declarations import CALLBACKS, OPERATION_HISTORY, OPERATIONS

CHECKOUT = Path(__file__).parent.parent.parent
ACTION = "{http://www.w3.org/2006/05/addressing/wsdl}Action"
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"


def published(direction):
    """Give the Actions of the published WSDL by port type and operation."""
    root = ET.parse(CHECKOUT / "wsdl" / "ipam.wsdl").getroot()
    return {
        (port_type.attrib["name"], operation.attrib["name"]): message.attrib[ACTION]
        for port_type in root.iterfind(f"{WSDL}portType")
        for operation in port_type.iterfind(f"{WSDL}operation")
        for message in operation.iterfind(f"{WSDL}{direction}")
    }


def test_the_module_is_what_its_tool_writes():
    tool = CHECKOUT / "tools" / "generate_actions.py"
    result = subprocess.run(
        [sys.executable, tool, "--check"], capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stderr) == (0, "")


def test_the_actions_that_a_client_can_send_are_listed():
    inputs = {key: action for key, action in published("input").items() if "Callback" not in key[0]}
    assert set(inputs.values()) == PUBLISHED_ACTIONS
    assert {(port, name) for port, names in PUBLISHED_OPERATIONS.items() for name in names} == set(
        inputs
    )


def test_operations_have_their_published_actions():
    inputs, outputs = published("input"), published("output")
    for operation in OPERATIONS.values():
        if operation.port_type == OPERATION_HISTORY:
            continue
        key = operation.port_type, operation.name
        assert operation.action == inputs[key]
        assert operation.reply_action == outputs[key]
        assert operation.fault_action == f"{operation.action}IpamExceptionFault"


def test_our_own_operations_are_in_a_namespace_of_our_own():
    """As WCF makes Actions of a namespace, a contract and an operation."""
    own = [each for each in OPERATIONS.values() if each.port_type == OPERATION_HISTORY]
    assert [operation.name for operation in own] == ["GetOperation", "GetOperations"]
    for operation in own:
        assert operation.action == f"{HISTORY}/IOperationHistory/{operation.name}"
        assert operation.reply_action == f"{operation.action}Response"
        assert operation.action not in PUBLISHED_ACTIONS


def test_callbacks_have_both_published_actions():
    inputs, outputs = published("input"), published("output")
    for callback in CALLBACKS.values():
        assert callback.action == outputs["IIpamOperationWithProgress", callback.name]
        assert callback.other_action == inputs["IIpamOperationWithProgressCallback", callback.name]
        assert callback.action.startswith(IPAM)
    assert len(CALLBACKS) == 5
