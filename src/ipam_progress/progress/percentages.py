"""Percentages and weights as whole numbers.

Percentages are added up as integers of 1e-8 percent and weights as thousandths, so that what
follows from the subtasks is exact, whatever the order and the number of updates. What travels has
two decimals.
"""

from decimal import Decimal
from functools import cache
from typing import Final

__all__ = ["ALL", "HUNDREDTH", "Percentage", "decimal_of", "rounded", "units_of", "weight_of"]

Percentage = int | float | Decimal
"""How much is done, 0 to 100. It is sent with two decimals, rounded half to even as .NET does."""

_SCALE: Final = 10**8
_WEIGHT_SCALE: Final = 1000

ALL: Final = 100 * _SCALE
"""A hundred percent in units."""

HUNDREDTH: Final = _SCALE // 100
"""A hundredth of a percent in units."""


def units_of(percent: Percentage) -> int:
    """Give a percentage in units of 1e-8, or say what is wrong with it."""
    try:
        if 0 <= percent <= 100:
            return round(percent * _SCALE)
    except (TypeError, ArithmeticError):  # no number; a Decimal that is NaN
        pass
    raise ValueError(f"a percentage must be a number from 0 to 100, not {percent!r}")


def weight_of(weight: float) -> int:
    """Give a weight in thousandths, or say what is wrong with it."""
    try:
        share = round(weight * _WEIGHT_SCALE)
    except (TypeError, ValueError, OverflowError):  # no number; NaN; infinite
        share = 0
    if share < 1:
        raise ValueError(f"a weight must be a number of at least 0.001, not {weight!r}")
    return share


def rounded(numerator: int, denominator: int) -> int:
    """Divide, rounding half to even."""
    quotient, remainder = divmod(numerator, denominator)
    twice = 2 * remainder
    return quotient + (twice > denominator or (twice == denominator and quotient & 1))


@cache
def decimal_of(hundredths: int) -> Decimal:
    """Give hundredths of a percent as what travels: no more decimals than needed, two at most."""
    whole, rest = divmod(hundredths, 100)
    return Decimal(f"{whole}.{rest:02}".rstrip("0").rstrip("."))
