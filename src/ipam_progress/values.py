"""Values that .NET has and Python's own types cannot hold: 100 ns ticks, DateTime's kind.

`DateTime` and `TimeSpan` are what contracts carry for xsd:dateTime and ser:duration, and what the
binary records DateTimeText and TimeSpanText hold ([MC-NBFX] 2.2.3.12, 2.2.3.23). They convert to
and from `datetime` and `timedelta`, losing nothing in that direction but the seventh decimal.
This module imports nothing of ours.
"""

import datetime as dt
import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Self

__all__ = ["DateTime", "DateTimeKind", "TimeSpan"]

TICKS_PER_SECOND: Final = 10_000_000
_TICKS_PER_DAY: Final = 86_400 * TICKS_PER_SECOND
_MAX_TICKS: Final = 3_155_378_975_999_999_999  # 9999-12-31T23:59:59.9999999
_TICKS_MASK: Final = (1 << 62) - 1
_MAX_SPAN: Final = (1 << 63) - 1
_EPOCH: Final = dt.datetime(1, 1, 1)

_DATE_TIME: Final = re.compile(
    r"\s*(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d)?\s*",
    re.ASCII,
)
_DURATION: Final = re.compile(
    r"\s*(-)?P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?"
    r"(?P<time>T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d*))?S)?)?\s*",
    re.ASCII,
)


class DateTimeKind(IntEnum):
    """Which clock a `DateTime` was read from: .NET's DateTimeKind, the top two bits on the wire."""

    UNSPECIFIED = 0
    UTC = 1
    LOCAL = 2


_KINDS: Final = (*DateTimeKind, DateTimeKind.LOCAL)  # .NET reads 3 as 2: its topmost bit decides


@dataclass(frozen=True, slots=True, order=True)
class DateTime:
    """A point in time as .NET keeps it: xsd:dateTime without losing kind or ticks.

    A local DateTime is a point in time too. .NET puts its UTC ticks on the wire, marked as local
    (DateTime.ToBinary, and WCF's binary writer likewise), and a receiver shows them on a clock of
    its own. By the letter of [MC-NBFX] 2.2.3.12 they would be the ticks of the sender's clock, of
    which a receiver in another zone could make nothing; no WCF peer means that. So `ticks` are
    UTC ticks for LOCAL as for UTC, the time zone of this machine plays no part anywhere, and LOCAL
    only tells that the sender had its own clock in mind.

    Attributes:
        ticks: Units of 100 ns since 0001-01-01T00:00:00; UTC unless `kind` is UNSPECIFIED.
        kind: Whether the sender had UTC in mind, its local clock, or did not say.
    """

    ticks: int
    kind: DateTimeKind = DateTimeKind.UNSPECIFIED

    def __post_init__(self) -> None:
        if not 0 <= self.ticks <= _MAX_TICKS:
            raise ValueError(f"{self.ticks} ticks are outside the years 1 to 9999")

    @classmethod
    def from_datetime(cls, value: dt.datetime) -> Self:
        """Take a `datetime`: an aware one becomes UTC, a naive one stays unspecified.

        Raises:
            ValueError: If the point in time is outside the years 1 to 9999 in UTC.
        """
        offset = value.utcoffset()
        span = value.replace(tzinfo=None) - _EPOCH
        kind = DateTimeKind.UNSPECIFIED
        if offset is not None:
            span -= offset
            kind = DateTimeKind.UTC
        return cls(_ticks(span), kind)

    def to_datetime(self) -> dt.datetime:
        """Give a `datetime`: aware, in UTC, for UTC and local values; naive for unspecified ones.

        The seventh decimal of the second (100 ns) is cut off.
        """
        naive = _EPOCH + dt.timedelta(microseconds=self.ticks // 10)
        return naive.replace(tzinfo=dt.UTC) if self.kind else naive

    @classmethod
    def from_binary(cls, value: int) -> Self:
        """Read the 64 bits of .NET's DateTime.ToBinary and of DateTimeText.

        A local value from the first or last hours of the calendar may be a point in time outside
        of it, seen in UTC; it is moved to the nearest one inside.

        Raises:
            ValueError: If they are no date between the years 1 and 9999.
        """
        kind = _KINDS[value >> 62]
        ticks = value & _TICKS_MASK
        if kind is DateTimeKind.LOCAL:
            if ticks > _TICKS_MASK - _TICKS_PER_DAY:  # below zero, as .NET writes it
                ticks = 0
            elif _MAX_TICKS < ticks <= _MAX_TICKS + _TICKS_PER_DAY:
                ticks = _MAX_TICKS
        return cls(ticks, kind)

    def to_binary(self) -> int:
        """Give the 64 bits of .NET's DateTime.ToBinary and of DateTimeText."""
        return self.kind << 62 | self.ticks

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read xsd:dateTime text, as .NET does.

        ``Z`` gives a UTC value, an offset a local one (the point in time is kept, the offset is
        not), and neither an unspecified one. Decimals past the seventh are cut off.

        Raises:
            ValueError: If the text is no xsd:dateTime between the years 1 and 9999.
        """
        match = _DATE_TIME.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is no xsd:dateTime")
        year, month, day, hour, minute, second, fraction, zone = match.groups()
        hours = int(hour or 0)
        # xsd:dateTime writes the end of a day as 24:00:00
        midnight = hours == 24 and int(minute) == int(second) == int(fraction or 0) == 0
        try:
            date = dt.datetime(int(year), int(month), int(day))
            time = dt.time(0 if midnight else hours, int(minute or 0), int(second or 0))
        except ValueError as error:
            raise ValueError(f"{text!r} is no xsd:dateTime: {error}") from None
        whole = dt.datetime.combine(date, time)
        ticks = _ticks(whole - _EPOCH)
        ticks += int((fraction or "")[:7].ljust(7, "0")) + midnight * _TICKS_PER_DAY
        if zone is None:
            return cls(ticks)
        if zone == "Z":
            return cls(ticks, DateTimeKind.UTC)
        minutes = int(zone[1:3]) * 60 + int(zone[4:6])
        if minutes > 14 * 60 or zone[4:6] > "59":
            raise ValueError(f"{text!r} is no xsd:dateTime: an offset goes up to 14:00")
        ticks -= (minutes if zone[0] == "+" else -minutes) * 60 * TICKS_PER_SECOND
        return cls(ticks, DateTimeKind.LOCAL)

    def __str__(self) -> str:
        """Write xsd:dateTime text, as .NET does on a machine whose clock is UTC.

        ``Z`` follows a UTC value, ``+00:00`` a local one, nothing an unspecified one.
        """
        seconds, fraction = divmod(self.ticks, TICKS_PER_SECOND)
        text = (_EPOCH + dt.timedelta(seconds=seconds)).isoformat()
        if fraction:
            text += f".{fraction:07d}".rstrip("0")
        return text + _ZONES[self.kind]


_ZONES: Final = {
    DateTimeKind.UNSPECIFIED: "",
    DateTimeKind.UTC: "Z",
    DateTimeKind.LOCAL: "+00:00",
}


def _ticks(span: dt.timedelta) -> int:
    return (span.days * 86_400 + span.seconds) * TICKS_PER_SECOND + span.microseconds * 10


@dataclass(frozen=True, slots=True, order=True)
class TimeSpan:
    """A length of time as .NET keeps it: ser:duration without losing ticks.

    Attributes:
        ticks: Units of 100 ns, in the range of a signed 64-bit integer.
    """

    ticks: int

    def __post_init__(self) -> None:
        if not -_MAX_SPAN - 1 <= self.ticks <= _MAX_SPAN:
            raise ValueError(f"{self.ticks} ticks do not fit a TimeSpan")

    @classmethod
    def from_timedelta(cls, value: dt.timedelta) -> Self:
        """Take a `timedelta`."""
        return cls(_ticks(value))

    def to_timedelta(self) -> dt.timedelta:
        """Give a `timedelta`; the seventh decimal of the second (100 ns) is cut off."""
        return dt.timedelta(microseconds=self.ticks // 10)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read xsd:duration text; a year counts 365 days and a month 30, as .NET has them.

        Raises:
            ValueError: If the text is no xsd:duration, or does not fit a TimeSpan.
        """
        match = _DURATION.fullmatch(text)
        # a duration names at least one field, and at least one after its T
        if match is None or text.strip().endswith(("P", "T")):
            raise ValueError(f"{text!r} is no xsd:duration")
        sign, years, months, days, _, hours, minutes, seconds, fraction = match.groups()
        more_years, months_left = divmod(int(months or 0), 12)
        whole_days = (int(years or 0) + more_years) * 365 + months_left * 30 + int(days or 0)
        whole = (int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)
        ticks = whole_days * _TICKS_PER_DAY + whole * TICKS_PER_SECOND
        ticks += int((fraction or "")[:7].ljust(7, "0"))
        return cls(-ticks if sign else ticks)

    def __str__(self) -> str:
        """Write xsd:duration text, as .NET does."""
        seconds, fraction = divmod(abs(self.ticks), TICKS_PER_SECOND)
        minutes, second = divmod(seconds, 60)
        hours, minute = divmod(minutes, 60)
        days, hour = divmod(hours, 24)
        text = "-P" if self.ticks < 0 else "P"
        if days:
            text += f"{days}D"
        time = (f"{hour}H" if hour else "") + (f"{minute}M" if minute else "")
        if fraction:
            time += f"{second}." + f"{fraction:07d}".rstrip("0") + "S"
        elif second:
            time += f"{second}S"
        if not time and not days:
            time = "0S"
        return text + ("T" + time if time else "")
