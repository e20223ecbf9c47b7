"""A stream of octets that is read from its beginning to its end, and never all at once."""

from typing import BinaryIO, Final

__all__ = ["Source"]

_PEEKED: Final = 4096


class Source:
    """Reads a stream, and remembers how far.

    Attributes:
        position: Octets that have been read.
        head: The first octets, still to be read.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.position = 0
        self.head = stream.read(_PEEKED)
        self._held = self.head  # read from the stream, and not given yet

    def read(self, size: int) -> bytes:
        """Give as many octets, or all that are left if they are fewer."""
        held = self._held
        if len(held) < size:
            held += self._stream.read(size - len(held))
        self._held = held[size:]
        self.position += min(size, len(held))
        return held[:size]

    def read_line(self, limit: int) -> bytes:
        """Give octets up to the end of a line, or as many as the limit allows."""
        end = self._held.find(b"\n") + 1
        if end:
            return self.read(min(end, limit))
        if len(self._held) >= limit:
            return self.read(limit)
        line = self._held + self._stream.readline(limit - len(self._held))
        self._held = b""
        self.position += len(line)
        return line
