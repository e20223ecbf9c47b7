"""Endpoints beside Twisted's own reading of them, databases, recurrences, trustees, scopes."""

import re
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import make_url
from twisted.internet.endpoints import quoteStringArgument, serverFromString
from twisted.internet.testing import MemoryReactor

from ipam_progress.configuration import (
    GLOBAL_SCOPE,
    DatabaseUrl,
    Endpoint,
    Recurrence,
    ScopePath,
    Trustee,
)

EXAMPLE = "an example: tcp:9100:interface=127.0.0.1"


@pytest.mark.parametrize(
    ("description", "is_local"),
    [
        ("tcp:9100", False),
        ("tcp:0:interface=", False),
        ("tcp:9100:interface=0.0.0.0", False),
        ("tcp:9100:interface=192.0.2.1", False),
        ("tcp:9100:interface=ipam.example.com", False),
        ("tcp:9100:interface=127.0.0.1", True),
        ("tcp:interface=127.3.2.1:port=9100", True),
        ("tcp:9100:127.0.0.1", True),
        ("tcp:9100:backlog=50:interface=localhost", True),
        (r"tcp6:9100:interface=\:\:1", True),
        (r"tcp6:9100:interface=\:\:", False),
        ("tcp6:9100", False),
        ("unix:/run/ipam.sock", True),
        ("systemd:domain=INET:index=0", False),
        ("ssl:9100:interface=127.0.0.1", False),  # not looked into, so not believed
    ],
)
def test_endpoints_that_only_this_machine_reaches(description, is_local):
    endpoint = Endpoint.parse(description)
    assert endpoint.is_local is is_local
    assert str(endpoint) == description


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'' is no endpoint: it begins with its kind and a colon, as in"),
        ("9100", "'9100' is no endpoint: it begins with its kind and a colon, as in"),
        ("127.0.0.1:9100", "'127.0.0.1:9100' is no endpoint: it begins with its kind"),
        ("tcp", "'tcp' is no endpoint: it begins with its kind and a colon, as in"),
        ("tcp:9100\\", r"'tcp:9100\\' ends with a backslash, which quotes nothing"),
        ("tcp:", f"the port '' is no number from 0 to 65535; {EXAMPLE}"),
        ("tcp:interface=127.0.0.1", f"the port '' is no number from 0 to 65535; {EXAMPLE}"),
        ("tcp:127.0.0.1:9100", f"the port '127.0.0.1' is no number from 0 to 65535; {EXAMPLE}"),
        ("tcp:65536", f"the port '65536' is no number from 0 to 65535; {EXAMPLE}"),
        ("tcp6:-1", f"the port '-1' is no number from 0 to 65535; {EXAMPLE}"),
        ("tcp:٣", f"the port '٣' is no number from 0 to 65535; {EXAMPLE}"),
    ],
)
def test_what_is_no_endpoint(text, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        Endpoint.parse(text)


interfaces = st.sampled_from(["127.0.0.1", "::1", "localhost", "0.0.0.0", "::", "::ffff:7f00:1"])


@given(st.integers(0, 0xFFFF), interfaces | st.text(":=\\1a.", max_size=6), st.booleans())
def test_twisted_hears_the_same(port, interface, is_named):
    quoted = quoteStringArgument(interface).replace("=", r"\=")
    description = f"tcp:{port}:{'interface=' if is_named else ''}{quoted}"
    ours = Endpoint.parse(description)
    theirs = serverFromString(MemoryReactor(), description)
    assert theirs._port == port
    assert theirs._interface == interface
    if ours.is_local:
        assert interface in {"localhost", "::1", "0:0:0:0:0:0:0:1", "::ffff:7f00:1"} or (
            interface.startswith("127.")
        )


@given(st.text("tcp6unix:=\\19.é\0 "))
def test_nothing_but_an_endpoint_or_a_value_error_comes_of_a_text(text):
    try:
        endpoint = Endpoint.parse(text)
    except ValueError:
        return
    assert endpoint.description == text


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        (r"CONTOSO\alice", r"CONTOSO\alice"),
        ("alice@EXAMPLE.COM", "alice@EXAMPLE.COM"),
        ("IPAM Users", "IPAM Users"),
        ("CN=alice,O=Example", "CN=alice,O=Example"),
        ("s-1-5-32-544", "S-1-5-32-544"),
        ("S-1-5-21-1-2-3-1105", "S-1-5-21-1-2-3-1105"),
    ],
)
def test_trustees(text, spelled):
    assert str(Trustee.parse(text)) == spelled


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'' is no name of a user or group: it is empty, or spaces surround it"),
        (" bob", "' bob' is no name of a user or group: it is empty, or spaces surround it"),
        ("S-1-", "'S-1-' is no SID: numbers follow S-1, as in S-1-5-21-1-2-3-1105"),
        ("S-1-5-x", "'S-1-5-x' is no SID: numbers follow S-1, as in S-1-5-21-1-2-3-1105"),
        ("S-1-5-21...", "'S-1-5-21...' is no SID: numbers follow S-1, as in S-1-5-21-1-2-3-1105"),
    ],
)
def test_what_is_no_trustee(text, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        Trustee.parse(text)


def test_trustees_are_compared_without_regard_to_case():
    assert Trustee.parse(r"Contoso\ALICE").folded == Trustee.parse(r"CONTOSO\alice").folded


def test_scopes_are_a_tree():
    berlin = ScopePath.parse(r"\GLOBAL\Europe\Berlin")
    assert str(berlin) == r"\Global\Europe\Berlin"
    assert berlin.parent == ScopePath.parse(r"\Global\Europe")
    assert berlin.parent.parent == GLOBAL_SCOPE
    assert GLOBAL_SCOPE.parent is None
    assert berlin.folded == ScopePath.parse(r"\global\europe\BERLIN").folded


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'' is no path of a scope: it begins with \\Global, as in '\\Global\\Berlin'"),
        (
            "Global\\Berlin",
            (
                "'Global\\\\Berlin' is no path of a scope: it begins with \\Global, as in "
                "'\\Global\\Berlin'"
            ),
        ),
        (
            "\\Berlin",
            "'\\\\Berlin' is no path of a scope: it begins with \\Global, as in '\\Global\\Berlin'",
        ),
        ("\\Global\\", "'' is no name of a scope: it is empty, or spaces surround it"),
        ("\\Global\\ x", "' x' is no name of a scope: it is empty, or spaces surround it"),
    ],
)
def test_what_is_no_scope(text, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        ScopePath.parse(text)


@pytest.mark.parametrize(
    ("text", "user"),
    [
        ("postgresql://ipam@db.example.com/ipam", "ipam"),
        ("postgresql://ipam@db.example.com:5433/ipam?sslmode=verify-full", "ipam"),
        ("postgresql://i%40pam@[2001:db8::1]:5432/ipam", "i%40pam"),
        ("postgresql://db/ipam", None),
        ("postgresql:///ipam?host=/run/postgresql", None),
        ("postgresql://ipam@/ipam?host=/run/postgresql", "ipam"),
    ],
)
def test_databases(text, user):
    database = DatabaseUrl.parse(text)
    assert str(database) == text
    assert database.user == user
    heard = make_url(text)
    assert heard.password is None
    assert heard.database == "ipam"


NO_DATABASE = (
    "this is no address of a database; an example: postgresql://ipam@db.example.com/ipam (an "
    "SQLite file is named in file)"
)
PASSWORD = (
    "there is a password in it: write it into a file of its own, name that in password_file, and "
    "leave it out here"
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", NO_DATABASE),
        ("operations.db", NO_DATABASE),
        ("sqlite:///operations.db", NO_DATABASE),
        ("postgres://ipam@db/ipam", NO_DATABASE),
        ("postgresql://ipam@db", NO_DATABASE),
        ("postgresql://ipam@db/", NO_DATABASE),
        ("postgresql://ipam@db/a/b", NO_DATABASE),
        ("postgresql://ipam@db:port/ipam", NO_DATABASE),
        ("postgresql://ipam@[xyz]/ipam", NO_DATABASE),
        ("postgresql://a@b@db/ipam", NO_DATABASE),
        ("postgresql://ipam:secret@db/ipam", PASSWORD),
        ("postgresql://ipam:@db/ipam", PASSWORD),
        ("postgresql://ipam:se/cret@db/ipam", NO_DATABASE),
        ("postgresql://ipam:se@cret@db/ipam", PASSWORD),
        ("mysql://ipam:secret@db/ipam", PASSWORD),
        ("postgresql://ipam@db/ipam?sslmode=require&PASSWORD=secret", PASSWORD),
    ],
)
def test_what_is_no_database(text, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        DatabaseUrl.parse(text)


@given(st.text("postgresql:/@?#&=[]%a1.\0 ") | st.text(":/@?#&=a").map("postgresql://".__add__))
def test_no_text_with_a_password_is_a_database(text):
    with suppress(ValueError):
        assert make_url(str(DatabaseUrl.parse(text))).password is None


@given(st.text(min_size=1))
def test_a_password_can_be_any_text(password):
    database = DatabaseUrl.parse("postgresql://ipam@db.example.com/ipam?sslmode=require")
    heard = make_url(database.with_password(password))
    assert (heard.username, heard.password, heard.host) == ("ipam", password, "db.example.com")
    assert heard.query == {"sslmode": "require"}


@pytest.mark.parametrize(
    ("text", "interval"),
    [
        ("90s", timedelta(seconds=90)),
        ("15m", timedelta(minutes=15)),
        ("24h", timedelta(days=1)),
        ("999999d", timedelta(days=999_999)),
        ("never", None),
    ],
)
def test_recurrences(text, interval):
    recurrence = Recurrence.parse(text)
    assert recurrence.interval == interval
    assert str(recurrence) == text


@pytest.mark.parametrize(
    "text", ["", "0m", "000s", "15", "m", "1.5h", "-1d", "1w", "15 m", "1h30m", "1000000s", "٣m"]
)
def test_what_is_no_recurrence(text):
    message = f"{text!r} is no time between two runs: seconds, minutes, hours or days are due, "
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        Recurrence.parse(text)
