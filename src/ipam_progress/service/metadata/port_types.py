"""Messages and port types of WSDL, from the Spyne applications that serve them.

The callbacks of a long operation stand in the port type of the service as operations that have an
output only: that is how WCF publishes a duplex contract. Knows no bindings and no addresses.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from lxml import etree

from ipam_progress.contracts.model import MessageContract, TypeName
from ipam_progress.service.application import IpamApplication
from ipam_progress.service.declarations import (
    CALLBACKS,
    FAULT_SUFFIX,
    OPERATION_WITH_PROGRESS,
    CallbackOperation,
    RequestOperation,
)
from ipam_progress.service.metadata.elements import MSC, WSAW, WSDL, Prefixes
from ipam_progress.service.protocol import EXCEPTION_DETAIL

__all__ = ["PortType", "build_messages", "build_port_type"]

_CALLBACKS: Final[Mapping[str, Iterable[CallbackOperation]]] = {
    OPERATION_WITH_PROGRESS: CALLBACKS.values()
}
"""Port types whose service calls its clients."""

_ACTION: Final = WSAW.name("Action")


@dataclass(frozen=True, slots=True)
class PortType:
    """A port type.

    Attributes:
        name: Its expanded name.
        operations: What clients call.
        callbacks: What the service calls on its clients. Then it needs a session for each.
    """

    name: TypeName
    operations: tuple[RequestOperation, ...]
    callbacks: tuple[CallbackOperation, ...]

    @classmethod
    def of(cls, application: IpamApplication) -> Self:
        """Find out what an application serves."""
        return cls(
            TypeName(application.tns, application.name),
            tuple(
                descriptor.udd["operation"]
                for (descriptor,) in application.interface.service_method_map.values()
            ),
            tuple(_CALLBACKS.get(application.name, ())),
        )

    @property
    def messages(self) -> Iterator[MessageContract]:
        """The bodies of all messages."""
        for operation in self.operations:
            yield operation.request
            yield operation.response
        for callback in self.callbacks:
            yield callback.message


def build_messages(port_type: PortType, prefixes: Prefixes) -> Iterator[etree._Element]:
    """Make the messages of a port type."""
    for operation in port_type.operations:
        for role, part, element in (
            ("InputMessage", "parameters", operation.request.type),
            ("OutputMessage", "parameters", operation.response.type),
            (f"{FAULT_SUFFIX}_FaultMessage", "detail", EXCEPTION_DETAIL),
        ):
            yield _message(_message_name(port_type, operation, role), part, element, prefixes)
    for callback in port_type.callbacks:
        name = _message_name(port_type, callback, "OutputCallbackMessage")
        yield _message(name, "parameters", callback.message.type, prefixes)


def build_port_type(port_type: PortType, prefixes: Prefixes) -> etree._Element:
    """Make a port type."""
    built = WSDL("portType", name=port_type.name.name)
    session: dict[str, str] = {}
    if port_type.callbacks:
        built.set(MSC.name("usingSession"), "true")
        session = {
            MSC.name("isInitiating"): "true",
            MSC.name("isTerminating"): "false",
        }

    def direction(
        kind: str,
        operation: RequestOperation | CallbackOperation,
        role: str,
        action: str,
        name: str | None = None,
    ) -> etree._Element:
        message = TypeName(port_type.name.namespace, _message_name(port_type, operation, role))
        attributes: dict[str, Any] = {_ACTION: action}
        return WSDL(kind, **attributes, name=name, message=prefixes.name(message))

    for operation in port_type.operations:
        built.append(
            WSDL(
                "operation",
                direction("input", operation, "InputMessage", operation.action),
                direction("output", operation, "OutputMessage", operation.reply_action),
                direction(
                    "fault",
                    operation,
                    f"{FAULT_SUFFIX}_FaultMessage",
                    operation.fault_action,
                    FAULT_SUFFIX,
                ),
                **session,
                name=operation.name,
            )
        )
    for callback in port_type.callbacks:
        output = direction("output", callback, "OutputCallbackMessage", callback.action)
        built.append(WSDL("operation", output, **session, name=callback.name))
    return built


def _message(name: str, part: str, element: TypeName, prefixes: Prefixes) -> etree._Element:
    return WSDL("message", WSDL("part", name=part, element=prefixes.name(element)), name=name)


def _message_name(
    port_type: PortType, operation: RequestOperation | CallbackOperation, role: str
) -> str:
    return f"{port_type.name.name}_{operation.name}_{role}"
