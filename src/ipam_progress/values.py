"""Values that .NET has and Python's own types cannot hold: 100 ns ticks, DateTime's kind.

`DateTime` and `TimeSpan` are what contracts carry for xsd:dateTime and ser:duration, and what the
binary records DateTimeText and TimeSpanText hold ([MC-NBFX] 2.2.3.12, 2.2.3.23). They convert to
and from `datetime` and `timedelta`, losing nothing in that direction but the seventh decimal.
This module imports nothing of ours.
"""

import datetime as _datetime
import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Self

__all__ = ["DateTime", "DateTimeKind", "TimeSpan"]

TICKS_PER_SECOND: Final = 10_000_000
_TICKS_PER_DAY: Final = 86_400 * TICKS_PER_SECOND
_MAX_TICKS: Final = 3_155_378_975_999_999_999  # 9999-12-31T23:59:59.9999999
_MAX_SPAN: Final = (1 << 63) - 1
_EPOCH: Final = _datetime.datetime(1, 1, 1)  # noqa: DTZ001 (a count of ticks has no zone)

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
    """What a `DateTime` is relative to: .NET's DateTimeKind, the top two bits of DateTimeText."""

    UNSPECIFIED = 0
    UTC = 1
    LOCAL = 2


@dataclass(frozen=True, slots=True, order=True)
class DateTime:
    """A point in time as .NET keeps it: xsd:dateTime without losing kind or ticks.

    Attributes:
        ticks: Units of 100 ns since 0001-01-01T00:00:00, of the clock that `kind` names.
        kind: Whether the clock is UTC, the local one, or not said. .NET writes ``Z`` after a UTC
            value, the local offset after a local one, and nothing after an unspecified one.
    """

    ticks: int
    kind: DateTimeKind = DateTimeKind.UNSPECIFIED

    def __post_init__(self) -> None:
        if not 0 <= self.ticks <= _MAX_TICKS:
            raise ValueError(f"{self.ticks} ticks are outside the years 1 to 9999")

    @classmethod
    def from_datetime(cls, value: _datetime.datetime) -> Self:
        """Take a `datetime`: an aware one becomes UTC, a naive one stays unspecified."""
        kind = DateTimeKind.UNSPECIFIED
        if value.tzinfo is not None:
            value = value.astimezone(_datetime.UTC).replace(tzinfo=None)
            kind = DateTimeKind.UTC
        span = value - _EPOCH
        return cls((span.days * 86_400 + span.seconds) * TICKS_PER_SECOND + span.microseconds * 10, kind)

    def to_datetime(self) -> _datetime.datetime:
        """Give a `datetime`: aware for UTC and local values, naive for unspecified ones.

        The seventh decimal of the second (100 ns) is cut off.
        """
        naive = _EPOCH + _datetime.timedelta(microseconds=self.ticks // 10)
        if self.kind is DateTimeKind.UTC:
            return naive.replace(tzinfo=_datetime.UTC)
        if self.kind is DateTimeKind.LOCAL:
            return naive.astimezone()
        return naive

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read xsd:dateTime text.

        ``Z`` gives a UTC value, an offset gives UTC too (the point in time is kept, the offset is
        not), and neither gives an unspecified one. Decimals past the seventh are cut off.

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
        whole = _datetime.datetime(  # noqa: DTZ001
            int(year), int(month), int(day), 0 if midnight else hours, int(minute or 0), int(second or 0)
        )
        span = whole - _EPOCH
        ticks = (span.days * 86_400 + span.seconds) * TICKS_PER_SECOND
        ticks += int((fraction or "")[:7].ljust(7, "0")) + midnight * _TICKS_PER_DAY
        if zone is None:
            return cls(ticks)
        if zone != "Z":
            minutes = int(zone[1:3]) * 60 + int(zone[4:6])
            if minutes > 14 * 60:
                raise ValueError(f"{text!r} has an offset of more than 14 hours")
            ticks -= (minutes if zone[0] == "+" else -minutes) * 60 * TICKS_PER_SECOND
        return cls(ticks, DateTimeKind.UTC)

    def __str__(self) -> str:
        """Write xsd:dateTime text, as .NET does."""
        seconds, fraction = divmod(self.ticks, TICKS_PER_SECOND)
        naive = _EPOCH + _datetime.timedelta(seconds=seconds)
        text = naive.isoformat()
        if fraction:
            text += f".{fraction:07d}".rstrip("0")
        if self.kind is DateTimeKind.UTC:
            return text + "Z"
        if self.kind is DateTimeKind.LOCAL:
            return text + _local_offset(naive)
        return text


def _local_offset(naive: _datetime.datetime) -> str:
    try:
        offset = naive.astimezone().utcoffset() or _datetime.timedelta()
    except (OverflowError, ValueError):  # the first and the last day have no neighbour
        offset = _datetime.timedelta()
    minutes = int(offset.total_seconds()) // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


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
    def from_timedelta(cls, value: _datetime.timedelta) -> Self:
        """Take a `timedelta`."""
        return cls((value.days * 86_400 + value.seconds) * TICKS_PER_SECOND + value.microseconds * 10)

    def to_timedelta(self) -> _datetime.timedelta:
        """Give a `timedelta`; the seventh decimal of the second (100 ns) is cut off."""
        return _datetime.timedelta(microseconds=self.ticks // 10)

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
        whole_days = int(years or 0) * 365 + int(months or 0) * 30 + int(days or 0)
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
