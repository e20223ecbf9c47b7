"""Brakes for those who guess: an address whose handshakes keep failing has to wait for the next.

Knows no sockets; the time is an argument. What is remembered is bounded in number and in time.
"""

from collections import OrderedDict
from typing import Final

__all__ = ["Brakes"]

FREE_FAILURES: Final = 3
"""Failures that cost nothing: passwords are mistyped."""

LONGEST_DELAY: Final = 15.0
"""Seconds at most, below what a handshake may take in all."""

MEMORY: Final = 600.0
"""Seconds after which a failure is forgotten, if none follows."""

_ADDRESSES: Final = 10_000


class Brakes:
    """Failed handshakes by address."""

    def __init__(self) -> None:
        # failures in a row and when the last one was, the longest ago first
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def failed(self, address: str, now: float) -> None:
        """Note a failed handshake."""
        count = self._count(address, now) + 1
        self._failures[address] = (count, now)
        self._failures.move_to_end(address)
        if len(self._failures) > _ADDRESSES:
            self._failures.popitem(last=False)

    def succeeded(self, address: str) -> None:
        """Forget an address: whoever is there knows a password."""
        self._failures.pop(address, None)

    def delay(self, address: str, now: float) -> float:
        """Tell how many seconds the next handshake of an address has to wait.

        Half a second after the first failure that costs, twice as long after each further one.
        """
        excess = self._count(address, now) - FREE_FAILURES
        return min(2.0 ** min(excess - 1, 10) / 2, LONGEST_DELAY) if excess > 0 else 0.0

    def _count(self, address: str, now: float) -> int:
        count, last = self._failures.get(address, (0, now))
        return count if now - last < MEMORY else 0
