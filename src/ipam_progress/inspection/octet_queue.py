"""Octets of a stream that wait to be read, each of which knows where in the stream it stands.

Where octets were unsealed, theirs is the place of the sealed message that held them. Knows nothing
of what the octets are.
"""

from collections import deque
from typing import NamedTuple

__all__ = ["OctetQueue"]


class _Piece(NamedTuple):
    """Where a run of octets stands: in the queue (counted from its beginning) and in the stream."""

    start: int
    offset: int
    is_unsealed: bool


class OctetQueue:
    """Takes octets in pieces of any size and gives them in others."""

    __slots__ = ("_octets", "_pieces", "_taken", "needed")

    def __init__(self) -> None:
        self._octets = bytearray()
        self._taken = 0  # octets that have left the queue
        self._pieces: deque[_Piece] = deque()
        self.needed = 0
        """How many octets must be here before it is worth while to look at them again."""

    def __len__(self) -> int:
        return len(self._octets)

    @property
    def octets(self) -> bytearray:
        """What is in the queue; to be read only."""
        return self._octets

    def append(self, octets: bytes, offset: int, *, is_unsealed: bool = False) -> None:
        """Put octets at the end that stand, or were sealed, at an offset of the stream."""
        start = self._taken + len(self._octets)
        last = self._pieces[-1] if self._pieces else None
        follows = last is not None and not is_unsealed and not last.is_unsealed
        if last is None or not follows or offset - last.offset != start - last.start:
            self._pieces.append(_Piece(start, offset, is_unsealed))
        self._octets += octets

    def offset_of(self, position: int) -> int:
        """Tell where in the stream the octet at a position stands, or the one that would be."""
        place = self._taken + position
        found = _Piece(place, 0, is_unsealed=True)
        for piece in self._pieces:
            if piece.start > place:
                break
            found = piece
        return found.offset + (0 if found.is_unsealed else place - found.start)

    def take(self, size: int) -> bytes:
        """Take octets off the beginning."""
        taken = bytes(memoryview(self._octets)[:size])
        del self._octets[:size]
        self._taken += size
        self.needed = 0
        pieces = self._pieces
        while len(pieces) > 1 and pieces[1].start <= self._taken:
            pieces.popleft()
        return taken

    def clear(self) -> int:
        """Take all, and give how many they were."""
        return len(self.take(len(self._octets)))
