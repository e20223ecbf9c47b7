"""DateTime and TimeSpan: texts and octets as .NET has them, whatever the zone of this machine."""

import datetime as dt
import json
import os
import subprocess
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ipam_progress.values import DateTime, DateTimeKind, TimeSpan

UTC = DateTimeKind.UTC
LOCAL = DateTimeKind.LOCAL
UNSPECIFIED = DateTimeKind.UNSPECIFIED

MAX_TICKS = 3_155_378_975_999_999_999
DAY = 864_000_000_000
HOUR = 36_000_000_000
MOMENT = 639_029_198_930_000_000  # 2026-01-02T03:04:53

ticks = st.integers(0, MAX_TICKS)
moments = st.builds(DateTime, ticks, st.sampled_from(DateTimeKind))


@pytest.fixture(params=["UTC", "America/New_York", "Asia/Kolkata"])
def zone(request, monkeypatch):
    """The zone of this machine."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


DATE_TIMES = [
    ("0001-01-01T00:00:00", DateTime(0)),
    ("0001-01-01T00:00:00Z", DateTime(0, UTC)),
    ("9999-12-31T23:59:59.9999999", DateTime(MAX_TICKS)),
    ("2026-01-02T03:04:53", DateTime(MOMENT)),
    ("2026-01-02T03:04:53Z", DateTime(MOMENT, UTC)),
    ("2026-01-02T03:04:53+00:00", DateTime(MOMENT, LOCAL)),
    ("2026-01-02T03:04:53.0000001Z", DateTime(MOMENT + 1, UTC)),
    ("2026-01-02T03:04:53.12", DateTime(MOMENT + 1_200_000)),
    ("2006-05-17T00:00:00", DateTime(632_834_208_000_000_000)),
]


@pytest.mark.parametrize(("text", "value"), DATE_TIMES, ids=[text for text, _ in DATE_TIMES])
def test_date_time_text(zone, text, value):
    assert str(value) == text
    assert DateTime.parse(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-01-02", DateTime(MOMENT // DAY * DAY)),
        ("2026-01-02Z", DateTime(MOMENT // DAY * DAY, UTC)),
        (" 2026-01-02T03:04:53\n", DateTime(MOMENT)),
        ("2026-01-02T03:04:53.00000019", DateTime(MOMENT + 1)),
        ("2026-01-01T24:00:00", DateTime(MOMENT // DAY * DAY)),
        ("2026-01-01T24:00:00.000", DateTime(MOMENT // DAY * DAY)),
        ("2026-01-02T05:04:53+02:00", DateTime(MOMENT, LOCAL)),
        ("2026-01-01T13:04:53-14:00", DateTime(MOMENT, LOCAL)),
        ("2026-01-02T03:04:53-00:00", DateTime(MOMENT, LOCAL)),
        ("2026-01-02T08:34:53+05:30", DateTime(MOMENT, LOCAL)),
    ],
)
def test_other_texts_of_date_times(zone, text, value):
    assert DateTime.parse(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026",
        "0000-01-01T00:00:00",
        "10000-01-01T00:00:00",
        "2026-13-01T00:00:00",
        "2026-02-29T00:00:00",
        "2026-01-02T25:00:00",
        "2026-01-02T24:00:01",
        "2026-01-02T24:00:00.1",
        "2026-01-02T03:60:00",
        "2026-01-02T03:04:60",
        "2026-01-02T03:04",
        "2026-01-02T03:04:53.",
        "2026-01-02T03:04:53z",
        "2026-01-02T03:04:53+14:01",
        "2026-01-02T03:04:53+05:75",
        "2026-01-02T03:04:53+0530",
        "٢٠٢٦-01-02T03:04:53",
        "9999-12-31T24:00:00",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
    ],
)
def test_texts_that_are_no_date_time(text):
    with pytest.raises(ValueError, match=r"no xsd:dateTime|outside the years"):
        DateTime.parse(text)


@given(moments)
def test_date_time_text_round_trips(value):
    assert DateTime.parse(str(value)) == value


@given(moments)
def test_date_time_binary_round_trips(value):
    assert DateTime.from_binary(value.to_binary()) == value
    assert value.to_binary() == value.kind << 62 | value.ticks


@pytest.mark.parametrize(
    ("bits", "value"),
    [
        (MOMENT, DateTime(MOMENT)),
        (1 << 62 | MOMENT, DateTime(MOMENT, UTC)),
        (2 << 62 | MOMENT, DateTime(MOMENT, LOCAL)),
        # .NET marks a local time in the hour that a clock is put back by both bits
        (3 << 62 | MOMENT, DateTime(MOMENT, LOCAL)),
        # east of Greenwich the calendar begins before UTC's: .NET wraps it
        ((3 << 62) - 1, DateTime(0, LOCAL)),
        ((3 << 62) - 14 * HOUR, DateTime(0, LOCAL)),
        # and ends later in the west
        (2 << 62 | MAX_TICKS + 1, DateTime(MAX_TICKS, LOCAL)),
        (2 << 62 | MAX_TICKS + 14 * HOUR, DateTime(MAX_TICKS, LOCAL)),
    ],
)
def test_date_time_binary(bits, value):
    assert DateTime.from_binary(bits) == value


@pytest.mark.parametrize(
    "bits",
    [
        MAX_TICKS + 1,
        (1 << 62) - 1,
        1 << 62 | MAX_TICKS + 1,
        (2 << 62) - 1,
        2 << 62 | MAX_TICKS + DAY + 1,
        (3 << 62) - DAY - 1,
    ],
)
def test_bits_that_are_no_date_time(bits):
    with pytest.raises(ValueError, match="outside the years"):
        DateTime.from_binary(bits)


@pytest.mark.parametrize("value", [-1, MAX_TICKS + 1])
def test_ticks_that_are_no_date_time(value):
    with pytest.raises(ValueError, match="outside the years"):
        DateTime(value)


def test_date_time_from_datetime(zone):
    naive = dt.datetime(2026, 1, 2, 3, 4, 53)
    assert DateTime.from_datetime(naive) == DateTime(MOMENT)
    assert DateTime.from_datetime(naive.replace(tzinfo=dt.UTC)) == DateTime(MOMENT, UTC)
    east = dt.timezone(dt.timedelta(hours=2))
    assert DateTime.from_datetime(dt.datetime(2026, 1, 2, 5, 4, 53, 7, east)) == DateTime(
        MOMENT + 70, UTC
    )


def test_datetimes_outside_the_calendar_in_utc():
    east = dt.timezone(dt.timedelta(hours=1))
    with pytest.raises(ValueError, match="outside the years"):
        DateTime.from_datetime(dt.datetime(1, 1, 1, tzinfo=east))
    with pytest.raises(ValueError, match="outside the years"):
        DateTime.from_datetime(
            dt.datetime(9999, 12, 31, 23, 59, tzinfo=dt.timezone(-dt.timedelta(hours=1)))
        )


def test_date_time_to_datetime(zone):
    aware = dt.datetime(2026, 1, 2, 3, 4, 53, tzinfo=dt.UTC)
    assert DateTime(MOMENT).to_datetime() == aware.replace(tzinfo=None)
    assert DateTime(MOMENT + 9, UTC).to_datetime() == aware
    assert DateTime(MOMENT, LOCAL).to_datetime() == aware
    # not shown on the clock of this machine
    assert DateTime(MOMENT, LOCAL).to_datetime().tzinfo is dt.UTC
    assert DateTime(MAX_TICKS, LOCAL).to_datetime().year == 9999
    assert DateTime(0, LOCAL).to_datetime().year == 1


@given(st.datetimes(timezones=st.none() | st.just(dt.UTC)))
def test_datetimes_come_back(value):
    assert DateTime.from_datetime(value).to_datetime() == value


def test_date_times_have_an_order():
    assert DateTime(1) < DateTime(2) < DateTime(2, UTC)


@pytest.mark.live
@pytest.mark.parametrize("zone_of_peer", ["UTC", "America/New_York", "Asia/Kolkata"])
def test_dotnet_takes_local_ticks_for_utc(runtime_probe, tmp_path, zone_of_peer):
    value = DateTime(MOMENT, LOCAL)
    record = b"\x40\x01r\x97" + value.to_binary().to_bytes(8, "little")
    file = tmp_path / "stream.hex"
    file.write_text((b"\x06" + bytes((1 + len(record), 0)) + record).hex() + "\n")
    output = subprocess.run(
        [runtime_probe, "-", "decode", file],
        capture_output=True,
        check=True,
        timeout=60,
        env={**os.environ, "TZ": zone_of_peer},
    ).stdout
    text = json.loads(output)["xml"].removeprefix("<r>").removesuffix("</r>")
    assert DateTime.parse(text) == value
    assert text.endswith("+00:00") is (zone_of_peer == "UTC")


SPANS = [
    ("PT0S", 0),
    ("PT5M44S", 344 * 10**7),
    ("-PT5M44S", -344 * 10**7),
    ("PT3H20M", 12_000 * 10**7),
    ("P1D", DAY),
    ("P36500D", 36_500 * DAY),
    ("P1DT1H1M1.0000001S", DAY + 3661 * 10**7 + 1),
    ("PT0.5S", 5_000_000),
    ("-PT0.0000001S", -1),
    ("P10675199DT2H48M5.4775807S", 2**63 - 1),
    ("-P10675199DT2H48M5.4775808S", -(2**63)),
]


@pytest.mark.parametrize(("text", "value"), SPANS, ids=[text for text, _ in SPANS])
def test_time_span_text(text, value):
    assert str(TimeSpan(value)) == text
    assert TimeSpan.parse(text) == TimeSpan(value)


@pytest.mark.parametrize(
    ("text", "days"),
    [("P1Y", 365), ("P1M", 30), ("P14M", 425), ("P1Y13M2D", 762), (" P2D ", 2), ("-P1Y", -365)],
)
def test_years_and_months_have_days(text, days):
    assert TimeSpan.parse(text) == TimeSpan(days * DAY)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("PT36H", 36 * HOUR),
        ("PT90S", 90 * 10**7),
        ("PT1.S", 10**7),
        ("PT0.00000019S", 1),
        ("-PT0S", 0),
    ],
)
def test_other_texts_of_time_spans(text, value):
    assert TimeSpan.parse(text) == TimeSpan(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "-P",
        "P1DT",
        "1D",
        "P1S",
        "PT1D",
        "P1.5D",
        "PT.S",
        "P-1D",
        "PT1H1H",
        "00:05:44",
    ],
)
def test_texts_that_are_no_duration(text):
    with pytest.raises(ValueError, match="no xsd:duration"):
        TimeSpan.parse(text)


@pytest.mark.parametrize("text", ["P10675200D", "-P10675199DT2H48M5.4775809S", "P99999999999Y"])
def test_durations_that_are_too_long(text):
    with pytest.raises(ValueError, match="do not fit a TimeSpan"):
        TimeSpan.parse(text)


@pytest.mark.parametrize("value", [-(2**63) - 1, 2**63])
def test_ticks_that_are_no_time_span(value):
    with pytest.raises(ValueError, match="do not fit a TimeSpan"):
        TimeSpan(value)


@given(st.integers(-(2**63), 2**63 - 1))
@example(-1)
def test_time_span_text_round_trips(value):
    assert TimeSpan.parse(str(TimeSpan(value))) == TimeSpan(value)


@given(st.timedeltas(dt.timedelta(-10_000_000), dt.timedelta(10_000_000)))
def test_timedeltas_come_back(value):
    assert TimeSpan.from_timedelta(value).to_timedelta() == value


def test_timedeltas_that_are_too_long():
    with pytest.raises(ValueError, match="do not fit a TimeSpan"):
        TimeSpan.from_timedelta(dt.timedelta.max)


def test_time_span_cuts_the_seventh_decimal():
    assert TimeSpan(19).to_timedelta() == dt.timedelta(microseconds=1)


def test_time_spans_have_an_order():
    assert TimeSpan(-1) < TimeSpan(0) < TimeSpan(1)
