"""Reading an envelope: SOAP 1.2 Part 1 section 5, WS-Addressing 1.0 section 3.

A message stays the flat list of tokens that it was decoded to; `read_message` finds in it what the
dispatcher needs, the addressing headers and the place where the body begins, in one pass over the
header. Header blocks that are no addressing headers are skipped, whatever is in them, and named
only if their sender says that they must be understood. Knows no contract and no octets.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from ipam_progress.binaryxml import (
    END,
    Comment,
    EndElement,
    StartElement,
    Text,
    Token,
    UniqueId,
    text_of,
)
from ipam_progress.errors import EnvelopeError
from ipam_progress.namespaces import ADDRESSING, SOAP

__all__ = [
    "OUR_ROLES",
    "Message",
    "QualifiedName",
    "element_text",
    "next_element",
    "read_message",
    "shorten",
    "skip_element",
    "spell_name",
]

QualifiedName = tuple[str, str]
"""A namespace and a local name."""

_ENVELOPE: Final = (SOAP, "Envelope")
_HEADER: Final = (SOAP, "Header")
_BODY: Final = (SOAP, "Body")
_FAULT: Final = (SOAP, "Fault")
_MUST_UNDERSTAND: Final = (SOAP, "mustUnderstand")
_ROLE: Final = (SOAP, "role")
_RELATIONSHIP_TYPE: Final = ("", "RelationshipType")
_REPLY: Final = f"{ADDRESSING}/reply"
_ADDRESS: Final = (ADDRESSING, "Address")

OUR_ROLES: Final = frozenset({"", f"{SOAP}/role/next", f"{SOAP}/role/ultimateReceiver"})
"""The roles that the last receiver of a message acts in (SOAP 1.2 Part 1, 2.2)."""

_LONGEST: Final = 200
"""Characters that an error quotes of one text of the peer's."""

_MARKUP: Final = (StartElement, EndElement, Comment)

_ADDRESSING_HEADERS: Final = {
    (ADDRESSING, name): name
    for name in ("Action", "MessageID", "RelatesTo", "To", "ReplyTo", "From", "FaultTo")
}


@dataclass(slots=True)
class Message:
    """What a receiver has to know of a message before it looks at its body.

    Attributes:
        action: wsa:Action.
        message_id: wsa:MessageID as it was sent: a `UniqueId` or text. An answer repeats it in its
            RelatesTo, and has to repeat it exactly.
        relates_to: wsa:RelatesTo of a reply.
        to: wsa:To; None where the sender left it out, which is no error.
        reply_to: Address in wsa:ReplyTo.
        not_understood: Names of the header blocks that their sender wants to be understood by us,
            and that are no addressing headers.
        body: Index of the token that starts the first child of the body; None if it has none.
        is_fault: Whether that child is a SOAP fault.
    """

    action: str
    message_id: UniqueId | str | None = None
    relates_to: UniqueId | str | None = None
    to: str | None = None
    reply_to: str | None = None
    not_understood: list[QualifiedName] = field(default_factory=list)
    body: int | None = None
    is_fault: bool = False


def read_message(tokens: Sequence[Token]) -> Message:
    """Find the addressing headers and the body of a message.

    Tokens behind the start of the body are not looked at, except to find its first child; they may
    even be missing, as they are where a document broke off inside its body.

    Raises:
        EnvelopeError: If this is no envelope of SOAP 1.2, an addressing header stands there twice,
            or the Action or the body is missing.
    """
    try:
        return _read_message(tokens)
    except IndexError:
        raise EnvelopeError("the document ends before the body of its envelope begins") from None


def _read_message(tokens: Sequence[Token]) -> Message:
    envelope, position = next_element(tokens, 0)
    if envelope is None or envelope.name != _ENVELOPE:
        raise EnvelopeError(
            f"the document is {_spell(envelope)}, not an envelope of SOAP 1.2: send messages "
            f"in the namespace {SOAP}"
        )
    message = Message("")
    child, position = next_element(tokens, position + 1)
    if child is not None and child.name == _HEADER:
        position = _read_header(tokens, position + 1, message)
        child, position = next_element(tokens, position)
    if child is None or child.name != _BODY:
        raise EnvelopeError(f"the envelope goes on with {_spell(child)} where its Body is due")
    if not message.action:
        raise EnvelopeError("the message has no wsa:Action: say which operation is meant")
    try:
        content, position = next_element(tokens, position + 1)
    except IndexError:  # broken off right there
        return message
    if content is not None:
        message.body = position
        message.is_fault = content.name == _FAULT
    return message


def _read_header(tokens: Sequence[Token], position: int, message: Message) -> int:
    """Read the header blocks up to the end of Header; give the position behind it."""
    seen: set[str] = set()
    while True:
        block, position = next_element(tokens, position)
        if block is None:
            return position + 1
        must_understand, ours, is_reply = _header_attributes(block)
        name = _ADDRESSING_HEADERS.get(block.name)
        if name is None or not ours:
            if must_understand and ours:
                message.not_understood.append(block.name)
            position = skip_element(tokens, position)
            continue
        if name == "RelatesTo" and not is_reply:  # another relation than that of a reply
            position = skip_element(tokens, position)
            continue
        if name in seen:
            raise EnvelopeError(f"the message has wsa:{name} twice: send it once")
        seen.add(name)
        position = _read_addressing(tokens, position, name, message)


def _read_addressing(tokens: Sequence[Token], position: int, name: str, message: Message) -> int:
    """Read an addressing header into the message; give the position behind it."""
    if name == "Action":
        value, position = element_text(tokens, position)
        message.action = text_of(value).strip()
    elif name == "MessageID":
        value, position = element_text(tokens, position)
        message.message_id = value if type(value) is UniqueId else text_of(value)
    elif name == "RelatesTo":
        value, position = element_text(tokens, position)
        message.relates_to = value if type(value) is UniqueId else text_of(value)
    elif name == "To":
        value, position = element_text(tokens, position)
        message.to = text_of(value).strip()
    elif name == "ReplyTo":
        message.reply_to, position = _read_address(tokens, position + 1)
    else:  # From and FaultTo: everything goes back on the connection it came on
        position = skip_element(tokens, position)
    return position


def _read_address(tokens: Sequence[Token], position: int) -> tuple[str | None, int]:
    """Read the content of an endpoint reference; give its Address and the position behind it."""
    address = None
    while True:
        child, position = next_element(tokens, position)
        if child is None:
            return address, position + 1
        if child.name == _ADDRESS:
            value, position = element_text(tokens, position)
            address = text_of(value).strip()
        else:
            position = skip_element(tokens, position)


def _header_attributes(block: StartElement) -> tuple[bool, bool, bool]:
    """Give whether a header block must be understood, is for us, and (RelatesTo) names a reply."""
    must_understand, ours, is_reply = False, True, True
    for attribute in block.attributes:
        if attribute.name == _MUST_UNDERSTAND:
            must_understand = text_of(attribute.value).strip() in {"1", "true"}
        elif attribute.name == _ROLE:
            ours = text_of(attribute.value).strip() in OUR_ROLES
        elif attribute.name == _RELATIONSHIP_TYPE:
            is_reply = text_of(attribute.value).strip() == _REPLY
    return must_understand, ours, is_reply


def next_element(tokens: Sequence[Token], position: int) -> tuple[StartElement | None, int]:
    """Find the next element among the children of one; text and comments are passed over.

    Returns:
        The element and its position; None and the position of the parent's end if there is none.
    """
    while True:
        token = tokens[position]
        if type(token) is StartElement:
            return token, position
        if token is END:
            return None, position
        position += 1


def skip_element(tokens: Sequence[Token], position: int) -> int:
    """Give the position behind the element that starts at a position."""
    depth = 0
    while True:
        token = tokens[position]
        position += 1
        if type(token) is StartElement:
            depth += 1
        elif token is END:
            depth -= 1
            if not depth:
                return position


def element_text(tokens: Sequence[Token], position: int) -> tuple[Text, int]:
    """Read an element that holds text.

    Returns:
        Its value, typed if it is one record and text otherwise, and the position behind it.

    Raises:
        EnvelopeError: If there is an element in it.
    """
    value = tokens[position + 1]
    if not isinstance(value, _MARKUP) and tokens[position + 2] is END:
        return value, position + 3  # one text record, as nearly always
    start = position
    parts: list[str] = []
    while True:
        position += 1
        token = tokens[position]
        if isinstance(token, EndElement):
            return "".join(parts), position + 1
        if isinstance(token, StartElement):
            raise EnvelopeError(f"{_spell(tokens[start])} holds {_spell(token)} where text is due")
        if not isinstance(token, Comment):
            parts.append(text_of(token))


def _spell(token: object) -> str:
    """Name an element for an error's text."""
    return spell_name(token.name) if isinstance(token, StartElement) else "nothing"


def spell_name(name: QualifiedName) -> str:
    """Write a qualified name for an error's text."""
    return shorten(f"{{{name[0]}}}{name[1]}")


def shorten(text: str, longest: int = _LONGEST) -> str:
    """Cut a text of the peer's to a length that fits an error's text."""
    return text if len(text) <= longest else f"{text[: longest - 3]}..."
