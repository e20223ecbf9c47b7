"""The LOGON_INFO of a PAC: one that Samba made, others by hand, and anything else."""

import contextlib
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipam_progress.errors import SecurityError
from ipam_progress.security.pac import LogonInfo, parse_logon_info

# Of a ticket from a Samba domain that was made for it: alice, in Domain Users and one group more.
SAMBA = bytes.fromhex((Path(__file__).parent.parent / "data" / "logon-info.hex").read_text())
DOMAIN = "S-1-5-21-1879175739-2364931549-973226001"

ENABLED = 0x7
DENY_ONLY = 0x10


def sid(text):
    revision, authority, *parts = map(int, text.split("-")[1:])
    return struct.pack(
        f"<IBB6s{len(parts)}I",
        len(parts),
        revision,
        len(parts),
        authority.to_bytes(6, "big"),
        *parts,
    )


def string(text):
    if text is None:
        return b""
    octets = text.encode("utf-16-le")
    return struct.pack("<III", len(text), 0, len(text)) + octets + bytes(-len(octets) % 4)


def head(text):
    size = 0 if text is None else 2 * len(text)
    return struct.pack("<HHI", size, size, 0 if text is None else 0x20000)


def memberships(items):
    return (
        b""
        if items is None
        else struct.pack("<I", len(items)) + b"".join(struct.pack("<II", *item) for item in items)
    )


def logon_info(
    *,
    user_id=1102,
    user="alice",
    domain="IPAM",
    domain_sid="S-1-5-21-1-2-3",
    groups=(),
    extra=None,
    resource_sid=None,
    resource=None,
    names=(None,) * 5,
):
    """Write a KERB_VALIDATION_INFO as a pickled type, [MS-PAC] 2.5."""
    strings = (user, *names)
    body = struct.pack("<I", 0x20000) + bytes(48) + b"".join(map(head, strings))
    body += struct.pack("<HHII", 1, 0, user_id, 513)
    body += struct.pack("<II", len(groups or ()), groups is not None and 4)
    body += struct.pack("<I16s", 0x20, b"")
    body += head("DC1") + head(domain)
    body += struct.pack("<I", domain_sid is not None and 4)
    body += bytes(40)
    body += struct.pack("<II", len(extra or ()), extra is not None and 4)
    body += struct.pack("<I", resource_sid is not None and 4)
    body += struct.pack("<II", len(resource or ()), resource is not None and 4)
    body += b"".join(map(string, strings)) + memberships(groups) + string("DC1") + string(domain)
    body += b"" if domain_sid is None else sid(domain_sid)
    if extra is not None:
        body += memberships([(4, flags) for _, flags in extra])
        body += b"".join(sid(text) for text, _ in extra)
    body += b"" if resource_sid is None else sid(resource_sid)
    body += memberships(resource)
    return b"\x01\x10\x08\x00\xcc\xcc\xcc\xcc" + struct.pack("<II", len(body), 0) + body


def test_what_samba_makes():
    assert parse_logon_info(SAMBA) == LogonInfo(
        user_name="alice",
        domain_name="IPAM",
        user_sid=f"{DOMAIN}-1102",
        group_sids=frozenset({f"{DOMAIN}-513", f"{DOMAIN}-1103", "S-1-18-1"}),
    )


def test_groups_come_from_three_places():
    info = parse_logon_info(
        logon_info(
            names=("Alice Example", "logon.cmd", None, "", "H:"),
            groups=[(513, ENABLED), (1105, ENABLED)],
            extra=[("S-1-5-21-9-8-7-519", ENABLED), ("S-1-18-1", ENABLED)],
            resource_sid="S-1-5-21-4-5-6",
            resource=[(1200, ENABLED | 0x20000000)],
        )
    )
    assert info == LogonInfo(
        "alice",
        "IPAM",
        "S-1-5-21-1-2-3-1102",
        frozenset(
            {
                "S-1-5-21-1-2-3-513",
                "S-1-5-21-1-2-3-1105",
                "S-1-5-21-9-8-7-519",
                "S-1-18-1",
                "S-1-5-21-4-5-6-1200",
            }
        ),
    )


def test_groups_that_grant_nothing_do_not_count():
    info = parse_logon_info(
        logon_info(
            groups=[(513, ENABLED), (514, 0), (515, ENABLED | DENY_ONLY)],
            extra=[("S-1-5-21-9-8-7-519", DENY_ONLY)],
        )
    )
    assert info.group_sids == {"S-1-5-21-1-2-3-513"}


def test_a_user_of_no_domain_is_the_first_of_the_extra_sids():
    info = parse_logon_info(
        logon_info(user_id=0, extra=[("S-1-5-21-9-8-7-1", ENABLED), ("S-1-5-32-544", ENABLED)])
    )
    assert info.user_sid == "S-1-5-21-9-8-7-1"
    assert info.group_sids == {"S-1-5-32-544"}


def test_what_is_missing_is_missing():
    info = parse_logon_info(
        logon_info(user=None, domain=None, groups=None, domain_sid=None, extra=[("S-1-5-7", 7)])
    )
    assert info == LogonInfo("", "", "S-1-5-7", frozenset())


@pytest.mark.parametrize(
    ("octets", "problem"),
    [
        (b"", "version 1"),
        (b"\x01\x00\x08\x00" + SAMBA[4:], "version 1"),
        (SAMBA[:16] + bytes(4) + SAMBA[20:], "is empty"),
        (logon_info(user_id=0), "no SID of the user"),
        (logon_info(domain_sid=None), "no SID of the user"),
        (logon_info(domain_sid="S-2-5-21"), "unknown kind"),
        (logon_info(domain_sid="S-1-5" + "-1" * 16), "parts of a SID"),
        (logon_info().replace(struct.pack("<IBB", 4, 1, 4), struct.pack("<IBB", 4, 1, 16)), "kind"),
        (SAMBA[:128] + b"\xff\xff\xff\x7f" + SAMBA[132:], "speaks of"),
        (SAMBA[:430], "ends within itself"),
        (
            logon_info(user="alice").replace(
                struct.pack("<III", 5, 0, 5), struct.pack("<III", 5, 1, 5)
            ),
            "in its middle",
        ),
        (
            logon_info(groups=[(513, 7)]).replace(
                struct.pack("<III", 1, 513, 7), struct.pack("<III", 2, 513, 7)
            ),
            "two sizes",
        ),
    ],
)
def test_what_is_no_logon_info_is_refused(octets, problem):
    with pytest.raises(SecurityError, match=problem):
        parse_logon_info(octets)


def test_every_cut_is_refused():
    padding = 4
    for size in range(len(SAMBA) - padding):
        with pytest.raises(SecurityError):
            parse_logon_info(SAMBA[:size])


@given(octets=st.binary(max_size=400), kept=st.integers(4, len(SAMBA)))
def test_random_octets_raise_nothing_but_security_error(octets, kept):
    with contextlib.suppress(SecurityError):
        parse_logon_info(SAMBA[:kept] + octets)


@given(position=st.integers(0, len(SAMBA) - 1), octet=st.integers(0, 255))
def test_changed_octets_raise_nothing_but_security_error(position, octet):
    with contextlib.suppress(SecurityError):
        parse_logon_info(SAMBA[:position] + bytes([octet]) + SAMBA[position + 1 :])
