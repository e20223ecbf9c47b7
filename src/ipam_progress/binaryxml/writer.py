"""Writing binary XML: the other end of `ipam_progress.binaryxml.reader`.

`Encoder` is one direction of a session ([MC-NBFSE]). A message is written in one of two ways: from
tokens, by `encode`, for whatever has been read or built; or by hand between `begin` and `finish`,
where the octets of constant markup come from `octets` and values are appended after them. The
second is the way of the data, and about as fast as copying octets can be.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ipam_progress.binaryxml.fragments import Fragment, MarkupWriter, StringTable
from ipam_progress.binaryxml.reader import TABLE_LIMIT
from ipam_progress.binaryxml.records import RecordType
from ipam_progress.binaryxml.text_writer import array_octets
from ipam_progress.binaryxml.tokens import END, ROOT_SCOPE, Comment, EndElement, StartElement, Token
from ipam_progress.errors import LocalProtocolError, SerializationError

__all__ = ["Encoder", "Octets", "encode_document"]


class Octets(dict[Fragment, bytes]):
    """The octets of fragments in one session; what is not there yet is rendered when asked for."""

    __slots__ = ("_table",)

    def __init__(self, table: StringTable) -> None:
        super().__init__()
        self._table = table

    def __missing__(self, fragment: Fragment) -> bytes:
        octets = self[fragment] = fragment.render(self._table)
        return octets


class Encoder:
    """One direction of a session, [MC-NBFSE].

    Attributes:
        octets: Constant markup as it is written in this session: ``out += octets[fragment]``.
    """

    __slots__ = ("_out", "_table", "octets")

    def __init__(self, *, table_limit: int = TABLE_LIMIT) -> None:
        self._table = StringTable(table_limit)
        self._out: bytearray | None = None
        self.octets = Octets(self._table)

    def begin(self) -> bytearray:
        """Start a message; give the buffer to which its document is to be appended.

        Raises:
            LocalProtocolError: If one was started before and neither finished nor abandoned.
        """
        if self._out is not None:
            raise LocalProtocolError("a message is being written: finish or abandon it first")
        self._out = out = bytearray(1)  # an empty string table, as most messages have
        return out

    @property
    def buffer(self) -> bytearray:
        """The buffer of the message that is being written, as `begin` gave it.

        Raises:
            LocalProtocolError: If none was started.
        """
        if self._out is None:
            raise LocalProtocolError("no message is being written: begin one first")
        return self._out

    def finish(self) -> bytes:
        """End the message; give its string table and document.

        Raises:
            LocalProtocolError: If none was started.
        """
        out = self.buffer
        self._out = None
        if self._table.has_news:
            out[:1] = self._table.take_announcement()
        return bytes(out)

    def abandon(self) -> None:
        """Forget the message that is being written, if there is one.

        Strings that it brought into the table stay there, and go out with the next message.
        """
        self._out = None

    def encode(self, tokens: Iterable[Token]) -> bytes:
        """Write a message from its tokens.

        Raises:
            SerializationError: If the tokens are no document: elements that do not end, prefixes
                that are not declared, values that no record can hold.
            LocalProtocolError: If a message was begun before and neither finished nor abandoned.
        """
        out = self.begin()
        try:
            _write(out, self._table, tokens)
        except SerializationError:
            self.abandon()
            raise
        return self.finish()


def encode_document(tokens: Iterable[Token]) -> bytes:
    """Write a document that stands alone, without a string table.

    Raises:
        SerializationError: If the tokens are no document.
    """
    out = bytearray()
    _write(out, StringTable(0), tokens)
    return bytes(out)


def _write(out: bytearray, table: StringTable, tokens: Iterable[Token]) -> None:
    """Write a whole document.

    An element that stands there more than once, as one and the same object, was an array when it
    was read, and becomes one again.
    """
    writer = MarkupWriter(out, table)
    scope = ROOT_SCOPE
    stack: list[Mapping[str, str]] = []
    roots = 0
    remaining = list(tokens)
    remaining.reverse()
    while remaining:
        token = remaining.pop()
        if isinstance(token, StartElement):
            roots += not stack
            stack.append(scope)
            array = _take_array(token, remaining)
            if array is not None:
                out.append(RecordType.ARRAY)
            scope = _write_start(writer, token, scope)
            if array is not None:
                writer.end()
                out += array
                scope = stack.pop()
        elif isinstance(token, Comment):
            writer.comment(token.text)
        elif not stack:
            raise SerializationError(f"{token!r} stands outside the root element")
        elif isinstance(token, EndElement):
            writer.end()
            scope = stack.pop()
        elif remaining and remaining[-1] is END:
            remaining.pop()
            writer.text(token, 1)
            scope = stack.pop()
        else:
            writer.text(token, 0)
    if stack or roots != 1:
        raise SerializationError(
            f"{len(stack)} elements do not end" if stack else f"a document of {roots} root elements"
        )


def _write_start(
    writer: MarkupWriter, element: StartElement, outer: Mapping[str, str]
) -> Mapping[str, str]:
    """Write a start tag, the declarations last as WCF has them; give what is in scope inside."""
    scope = {**outer, **dict(element.declarations)} if element.declarations else outer
    writer.start(element.prefix, element.local_name)
    if scope.get(element.prefix) != element.namespace:
        raise _not_declared(element.prefix, element.namespace)
    for attribute in element.attributes:
        if (scope.get(attribute.prefix) if attribute.prefix else "") != attribute.namespace:
            raise _not_declared(attribute.prefix, attribute.namespace)
        writer.attribute(attribute.prefix, attribute.local_name, attribute.value)
    for prefix, namespace in element.declarations:
        writer.declare(prefix, namespace)
    return scope


def _not_declared(prefix: str, namespace: str) -> SerializationError:
    return SerializationError(f"the prefix {prefix!r} is not declared as {namespace!r} there")


def _take_array(element: StartElement, remaining: list[Token]) -> bytes | None:
    """Take the values of an array from what follows its element, the last token first.

    Gives them as octets; None, with nothing taken, if the element is no array.
    """
    values: list[Any] = []
    at = len(remaining)
    while at >= 2 and remaining[at - 2] is END:
        values.append(remaining[at - 1])
        at -= 2
        if not at or remaining[at - 1] is not element:
            break
        at -= 1
    octets = array_octets(values) if len(values) > 1 else None
    if octets is not None:
        del remaining[at:]
    return octets
