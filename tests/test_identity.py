"""Who somebody is: SIDs out of tickets, directories and nowhere, and groups by SID and by name."""

import pytest

from ipam_progress.errors import SecurityError
from ipam_progress.identity import (
    ADMINISTRATORS_SID,
    ANONYMOUS_SID,
    AUTHENTICATED_USERS_SID,
    EVERYONE_SID,
    Identity,
    IdentityResolver,
    IpamGroup,
    is_sid,
)

USER, GROUP = "S-1-5-21-1-2-3-1105", "S-1-5-21-1-2-3-1200"
EVERY_TOKEN = {EVERYONE_SID, AUTHENTICATED_USERS_SID}


def no_resolver(_name, _mechanism):
    raise AssertionError("not to be asked")


def test_a_ticket_with_a_pac():
    identity = IdentityResolver(sid_resolver=no_resolver).identify(
        "alice@EXAMPLE.COM",
        "Kerberos",
        user_sid=USER,
        group_sids=frozenset({GROUP}),
        address="192.0.2.7",
    )
    assert identity.sids == {USER, GROUP, *EVERY_TOKEN}
    assert identity.sid == USER
    assert identity.groups == frozenset()
    assert str(identity) == "alice@EXAMPLE.COM (Kerberos) from 192.0.2.7"


def test_a_pac_without_groups_is_not_the_same_as_no_pac():
    identity = IdentityResolver(sid_resolver=no_resolver).identify("a", "Kerberos", group_sids=[])
    assert identity.sids == EVERY_TOKEN


def test_a_resolver_of_sids():
    asked = []

    def resolver(name, mechanism):
        asked.append((name, mechanism))
        return [USER.lower(), GROUP]

    groups = {"IPAM MSM Administrators": [GROUP]}
    identity = IdentityResolver(groups, sid_resolver=resolver).identify(r"CONTOSO\alice", "NTLM")
    assert asked == [(r"CONTOSO\alice", "NTLM")]
    assert identity.sids == {USER, GROUP, *EVERY_TOKEN}
    assert identity.is_in(IpamGroup.IPAM_MSM_ADMINISTRATORS)
    assert str(identity) == r"CONTOSO\alice (NTLM)"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda: ["alice"], r"the SIDs of alice \(NTLM\) cannot be found: ValueError: 'alice' is"),
        (lambda: {}["alice"], "cannot be found: KeyError"),
        (lambda: None, "cannot be found: TypeError"),
    ],
)
def test_a_resolver_that_fails(answer, words):
    resolver = IdentityResolver(sid_resolver=lambda _name, _mechanism: answer())
    with pytest.raises(SecurityError, match=words):
        resolver.identify("alice", "NTLM")


def test_members_by_sid_and_by_name():
    resolver = IdentityResolver(
        {
            "ipam users": [GROUP.lower()],
            "IPAM Administrators": ["Alice@Example.com", r"CONTOSO\bob"],
            "Scope keepers": [USER],
        }
    )
    by_sid = resolver.identify("x", "Kerberos", user_sid=USER, group_sids=[GROUP])
    assert by_sid.groups == {"ipam users", "scope keepers"}
    assert by_sid.is_in(IpamGroup.IPAM_USERS)
    assert by_sid.is_in("Scope Keepers")
    # a name counts with a PAC too: whoever wrote it into the group means this account
    by_name = resolver.identify("alice@EXAMPLE.COM", "Kerberos", user_sid=USER, group_sids=[])
    assert by_name.groups == {"ipam administrators", "scope keepers"}
    assert resolver.identify(r"contoso\BOB", "NTLM").is_in(IpamGroup.IPAM_ADMINISTRATORS)
    assert not resolver.identify("bob", "NTLM").groups


def test_built_in_administrators():
    resolver = IdentityResolver({"Administrators": ["root"]})
    for identity in (
        resolver.identify("root", "NTLM"),
        resolver.identify("a", "Kerberos", group_sids=[ADMINISTRATORS_SID]),
        IdentityResolver().identify("a", "Kerberos", group_sids=[ADMINISTRATORS_SID]),
    ):
        assert identity.is_in(IpamGroup.ADMINISTRATORS)
    assert not resolver.identify("b", "NTLM").is_in(IpamGroup.ADMINISTRATORS)


def test_everybody_who_is_known():
    resolver = IdentityResolver({"IPAM Users": [AUTHENTICATED_USERS_SID]})
    assert resolver.identify("a", "TLS").is_in(IpamGroup.IPAM_USERS)
    assert not resolver.identify("", "TLS").is_in(IpamGroup.IPAM_USERS)


def test_nobody():
    resolver = IdentityResolver({"IPAM Users": [""]}, sid_resolver=no_resolver)
    nobody = resolver.identify("", "TLS", address="192.0.2.7")
    assert nobody.is_anonymous
    assert nobody.sids == {ANONYMOUS_SID}
    assert nobody.groups == frozenset()
    assert not nobody.answers_to("")
    assert nobody.answers_to(ANONYMOUS_SID)
    assert str(nobody) == "an anonymous client from 192.0.2.7"
    assert str(Identity("", "")) == "an anonymous client"


def test_whom_a_trustee_is():
    identity = IdentityResolver({"Keepers": ["alice"]}).identify(
        "Alice", "Kerberos", user_sid=USER, group_sids=[GROUP]
    )
    for trustee in (USER, GROUP.lower(), "ALICE", "keepers", EVERYONE_SID):
        assert identity.answers_to(trustee)
    for trustee in ("bob", "S-1-5-7", "Administrators", ""):
        assert not identity.answers_to(trustee)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("S-1-5-32-544", True),
        ("s-1-1-0", True),
        ("S-1", False),
        ("S-1-5-", False),
        ("S-1-5-21-x", False),
        ("T-1-5-21", False),
        ("S-1-5-\N{ARABIC-INDIC DIGIT ONE}", False),
        ("alice", False),
        ("", False),
    ],
)
def test_what_a_sid_is(text, expected):
    assert is_sid(text) is expected
