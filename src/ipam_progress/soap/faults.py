"""SOAP faults: SOAP 1.2 Part 1 section 5.4, as WCF makes and words them.

A `Fault` says everything but the detail, whose content belongs to whoever knows its contract: a
writer calls back for it, a reader is told where in the tokens it begins. The functions below make
the faults that WCF's dispatcher sends, each with the Action that it travels with. Knows no contract
and no octets.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ipam_progress.binaryxml import StartElement, Token, text_of
from ipam_progress.errors import EnvelopeError
from ipam_progress.namespaces import (
    ADDRESSING,
    ADDRESSING_FAULT,
    DISPATCHER,
    DISPATCHER_FAULT,
    SOAP,
    SOAP_FAULT,
    XML,
)
from ipam_progress.soap.message import (
    Message,
    QualifiedName,
    element_text,
    next_element,
    shorten,
    skip_element,
    spell_name,
)

__all__ = [
    "MUST_UNDERSTAND",
    "RECEIVER",
    "SENDER",
    "VERSION_MISMATCH",
    "Fault",
    "action_not_supported",
    "deserialization_failed",
    "headers_not_understood",
    "internal_service_fault",
    "read_fault",
]

SENDER: Final = (SOAP, "Sender")
"""The message is at fault: sent again as it is, it will fail again."""

RECEIVER: Final = (SOAP, "Receiver")
"""The message may be all right, its receiver could not deal with it."""

MUST_UNDERSTAND: Final = (SOAP, "MustUnderstand")
"""A header block had to be understood and was not."""

VERSION_MISMATCH: Final = (SOAP, "VersionMismatch")
"""The message is of another version of SOAP."""

_MOST_NAMES: Final = 16
"""Header blocks that a fault names: a message can hold a hundred thousand of them."""

_CODE: Final = (SOAP, "Code")
_SUBCODE: Final = (SOAP, "Subcode")
_VALUE: Final = (SOAP, "Value")
_REASON: Final = (SOAP, "Reason")
_TEXT: Final = (SOAP, "Text")
_DETAIL: Final = (SOAP, "Detail")
_LANGUAGE: Final = (XML, "lang")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault, but for the content of its detail.

    Attributes:
        action: wsa:Action of the message that carries it.
        code: One of SOAP's own codes.
        subcodes: More exact codes, each within the one before it.
        reason: What went wrong, in words for people.
        language: The language of these words (xml:lang); empty where the sender does not say.
        not_understood: Names of the header blocks that a MustUnderstand fault is about, each sent
            in a NotUnderstood header block (SOAP 1.2 Part 1, 5.4.8).
        detail: In a fault that was read: index of the token that starts the first child of its
            Detail; None if there is none.
    """

    action: str
    code: QualifiedName
    subcodes: tuple[QualifiedName, ...] = ()
    reason: str
    language: str = ""
    not_understood: tuple[QualifiedName, ...] = ()
    detail: int | None = None


def deserialization_failed(what: str) -> Fault:
    """Make the fault for a body that does not fit its contract; `what` says where and why.

    It may quote what the client wrote, and a client takes no answer of megabytes.
    """
    what = shorten(what, 500)
    return Fault(
        action=DISPATCHER_FAULT,
        code=SENDER,
        subcodes=((DISPATCHER, "DeserializationFailed"),),
        reason=f"The body of the message cannot be read as its contract demands: {what}",
    )


def action_not_supported(action: str) -> Fault:
    """Make the fault for an Action that means nothing here (WS-Addressing 1.0 SOAP, 6.4.1)."""
    return Fault(
        action=ADDRESSING_FAULT,
        code=SENDER,
        subcodes=((ADDRESSING, "ActionNotSupported"),),
        reason=(
            f"No operation at this address has the Action '{shorten(action)}'. "
            "Check that the client has the contract of this service, and its address."
        ),
    )


def internal_service_fault() -> Fault:
    """Make the fault for an error on our side; what it was is told to the log alone."""
    return Fault(
        action=DISPATCHER_FAULT,
        code=RECEIVER,
        subcodes=((DISPATCHER, "InternalServiceFault"),),
        reason=(
            "The server could not process the request because of an error of its own. "
            "The log of the server says more."
        ),
    )


def headers_not_understood(names: Sequence[QualifiedName]) -> Fault:
    """Make the fault for header blocks that must be understood and are not (5.4.8)."""
    named = tuple(names[:_MOST_NAMES])
    return Fault(
        action=SOAP_FAULT,
        code=MUST_UNDERSTAND,
        reason=(
            "These header blocks must be understood and are not known here: "
            + ", ".join(map(spell_name, named))
        ),
        not_understood=named,
    )


def read_fault(tokens: Sequence[Token], message: Message) -> Fault:
    """Read the fault in the body of a message.

    A part that is missing is no error, since a fault is not to be answered with another one: the
    code is then Receiver, the reason empty. Of several texts the first counts.

    Raises:
        EnvelopeError: If there is no fault in the body, or if what should be text in it is none.
    """
    if message.body is None or not message.is_fault:
        raise EnvelopeError(f"the message {message.action} holds no fault")
    codes: tuple[QualifiedName, ...] = ()
    reason, language, detail = "", "", None
    position = message.body + 1
    while True:
        child, position = next_element(tokens, position)
        if child is None:
            break
        if child.name == _CODE:
            codes = _read_code(tokens, position)
        elif child.name == _REASON:
            reason, language = _read_reason(tokens, position)
        elif child.name == _DETAIL:
            content, start = next_element(tokens, position + 1)
            detail = None if content is None else start
        position = skip_element(tokens, position)
    return Fault(
        action=message.action,
        code=codes[0] if codes else RECEIVER,
        subcodes=codes[1:],
        reason=reason,
        language=language,
        detail=detail,
    )


def _read_code(tokens: Sequence[Token], position: int) -> tuple[QualifiedName, ...]:
    """Read Code: its value and those of the subcodes within it, outermost first."""
    codes: list[QualifiedName] = []
    position += 1
    while True:
        child, position = next_element(tokens, position)
        if child is None:
            return tuple(codes)
        if child.name == _VALUE:
            value, position = element_text(tokens, position)
            codes.append(_resolve(text_of(value), child))
        elif child.name == _SUBCODE:
            position += 1
        else:
            position = skip_element(tokens, position)


def _resolve(text: str, element: StartElement) -> QualifiedName:
    """Resolve a qualified name with the prefixes in scope; one that is not declared means none."""
    prefix, colon, local_name = text.strip().partition(":")
    if not colon:
        prefix, local_name = "", prefix
    return element.namespaces.get(prefix, ""), local_name


def _read_reason(tokens: Sequence[Token], position: int) -> tuple[str, str]:
    """Read the first Text of Reason and its language."""
    child, position = next_element(tokens, position + 1)
    if child is None or child.name != _TEXT:
        return "", ""
    value, _ = element_text(tokens, position)
    languages = [text_of(item.value) for item in child.attributes if item.name == _LANGUAGE]
    return text_of(value), "".join(languages)
