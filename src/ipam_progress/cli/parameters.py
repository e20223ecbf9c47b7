"""The parameters of an operation from a file that a person has written: XML or JSON.

XML is what DataContractSerializer would write, whatever its prefixes: the root element is the
parameter type. JSON has the members by their wire names, and ``"$type"`` where a derived type is
meant. On the wire a member that nobody knows, or that comes out of order, is skipped in silence; in
a file it is a mistake, and is told.
"""

import json
from difflib import get_close_matches
from functools import cache
from typing import Any, Final

from lxml import etree

from ipam_progress.binaryxml.tree import from_element
from ipam_progress.contracts import (
    PARAMETER_TYPES,
    IpamAdminOperationId,
    IpamOperationWithProgressParameters,
)
from ipam_progress.contracts.model import ClassContract, CollectionContract, TypeName
from ipam_progress.contracts.registry import CONTRACTS, MESSAGES, contract_for
from ipam_progress.datacontract import displayed, from_json, read_object
from ipam_progress.datacontract.catalogue import Catalogue
from ipam_progress.errors import DeserializationError, SerializationError
from ipam_progress.namespaces import INSTANCE, IPAM, SERIALIZATION

__all__ = ["ParametersError", "empty_parameters", "read_parameters"]

_TYPE: Final = f"{{{INSTANCE}}}type"
_REF: Final = f"{{{SERIALIZATION}}}Ref"
_OPERATION_ID: Final = "OperationId"


class ParametersError(Exception):
    """A file that cannot be used, and why."""


def empty_parameters(operation: IpamAdminOperationId) -> IpamOperationWithProgressParameters:
    """Make parameters that say nothing but their operation."""
    return PARAMETER_TYPES[operation](OperationId=operation)


def read_parameters(
    operation: IpamAdminOperationId, octets: bytes
) -> IpamOperationWithProgressParameters:
    """Read the parameters of an operation; OperationId may be left out.

    Raises:
        ParametersError: If they are neither XML nor JSON, or not the parameters of the operation.
    """
    contract = contract_for(PARAMETER_TYPES[operation])
    parameters: IpamOperationWithProgressParameters
    try:
        if octets.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
            parameters, named = _from_json(octets, contract.type)
        else:
            parameters, named = _from_xml(octets, contract.type)
    except (DeserializationError, SerializationError) as error:
        raise ParametersError(str(error)) from None
    if not named:
        parameters.OperationId = operation
    if parameters.OperationId is not operation:
        raise ParametersError(
            f"its OperationId is {parameters.OperationId.value}; "
            f"make it {operation.value}, or leave it out"
        )
    return parameters


def _from_json(octets: bytes, declared: TypeName) -> tuple[Any, bool]:
    """Read JSON; give the object, and whether the file says an OperationId."""
    try:
        data = json.loads(octets)
    except (ValueError, RecursionError) as error:
        raise ParametersError(f"it is no JSON: {error}") from None
    if not isinstance(data, dict):
        raise ParametersError(f"it is a list; the members of {declared.name} are due in an object")
    return from_json(data, declared), _OPERATION_ID in data


def _from_xml(octets: bytes, declared: TypeName) -> tuple[Any, bool]:
    """Read XML; give the object, and whether the file says an OperationId."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_pis=True)
    try:
        root = etree.fromstring(octets, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ParametersError(f"it is neither XML nor JSON: {error}") from None
    due = f"{{{declared.namespace}}}{declared.name}"
    if root.tag != due:
        raise ParametersError(
            f"its root element is {root.tag}; {declared.name} is due, with "
            f'xmlns="{declared.namespace}"'
        )
    if root.get(_TYPE) is not None and _type_of(root, declared) != declared:
        raise ParametersError(f"its root element has another i:type than {declared.name}")
    parameters = read_object(from_element(root), 0, declared)
    if parameters is None:
        raise ParametersError("its root element is nil")
    _check(root, declared, declared.name)
    return parameters, root.find(f"{{{IPAM}}}{_OPERATION_ID}") is not None


@cache
def _catalogue() -> Catalogue:
    return Catalogue(CONTRACTS, MESSAGES)


def _check(element: Any, declared: TypeName, path: str) -> None:
    """Check that every element in a document that was read meant something.

    What is inside an exception is not looked at: its writer has more to say than its reader wants.

    Raises:
        ParametersError: If one is unknown where it stands, or comes out of order.
    """
    if element.get(_REF) is not None:
        return
    name = _type_of(element, declared)
    contract = _catalogue().find(name)
    if isinstance(contract, CollectionContract):
        _check_items(element, contract, path)
    elif isinstance(contract, ClassContract):
        _check_members(element, contract, path)


def _check_items(element: Any, contract: CollectionContract, path: str) -> None:
    due = _tag(contract.type.namespace, contract.item.name)
    for index, child in enumerate(element.iterchildren(tag=etree.Element)):
        step = f"{path}[{index}]"
        if child.tag != due:
            raise ParametersError(f"{step} is {child.tag}; {due} is due")
        _check(child, contract.item.type, step)


def _check_members(element: Any, contract: ClassContract, path: str) -> None:
    members = list(_catalogue().members(contract))
    tags = [_tag(namespace, member.name) for namespace, member in members]
    due = 0
    for child in element.iterchildren(tag=etree.Element):
        local_name = etree.QName(child).localname
        if child.tag not in tags:
            hint = _hint(local_name, tags)
            raise ParametersError(
                f"{path}: {displayed(contract.type)} has no member {child.tag}{hint}"
            )
        found = tags.index(child.tag)
        if found < due:
            before = members[due - 1][1].name
            raise ParametersError(
                f"{path}: {local_name} stands after {before}, where it is not read; "
                f"the order is {', '.join(member.name for _, member in members)}"
            )
        due = found + 1
        _check(child, members[found][1].type, f"{path}.{local_name}")


def _hint(local_name: str, tags: list[str]) -> str:
    for tag in tags:
        if etree.QName(tag).localname == local_name:
            return f"; its namespace is {etree.QName(tag).namespace or 'none'}"
    close = get_close_matches(local_name, [etree.QName(tag).localname for tag in tags], 1)
    return f"; is {close[0]} meant?" if close else ""


def _tag(namespace: str, local_name: str) -> str:
    return f"{{{namespace}}}{local_name}" if namespace else local_name


def _type_of(element: Any, declared: TypeName) -> TypeName:
    """Give the type that an element says, or else the declared one."""
    written = element.get(_TYPE)
    if written is None:
        return declared
    prefix, _, local_name = written.strip().rpartition(":")
    return TypeName(element.nsmap.get(prefix or None, ""), local_name)
