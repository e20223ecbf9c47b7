r"""Who a client is, and in which groups: what takes the place of a Windows token.

Security tells a name and, where a Kerberos ticket has a PAC, the SIDs of the user and of his
groups. An `IdentityResolver` makes an `Identity` of that when a session begins: it adds the SIDs
that every token has, asks the program's `SidResolver` where no ticket told of groups, and finds out
which configured groups the client is in. Members of a group are given by SID or by name::

    resolver = IdentityResolver(
        {
            "IPAM Administrators": ["S-1-5-21-1004336348-1177238915-682003330-1105"],
            "IPAM MSM Administrators": [r"CONTOSO\alice", "bob@EXAMPLE.COM", "CN=carol"],
        }
    )

The groups of [MS-IPAMM2] 3.1.4.3 are local groups of the server, whose own SIDs nobody but Windows
knows; so they are known by their names here, and a SID stands for a member: a user, or a group of
the domain that is in the local one. Knows no wire; what may be done is not decided here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final, Protocol

from ipam_progress.errors import SecurityError

__all__ = [
    "ADMINISTRATORS_SID",
    "ANONYMOUS_SID",
    "AUTHENTICATED_USERS_SID",
    "EVERYONE_SID",
    "Identity",
    "IdentityResolver",
    "IpamGroup",
    "SidResolver",
    "is_sid",
]

EVERYONE_SID: Final = "S-1-1-0"
ANONYMOUS_SID: Final = "S-1-5-7"
AUTHENTICATED_USERS_SID: Final = "S-1-5-11"
ADMINISTRATORS_SID: Final = "S-1-5-32-544"
"""BUILTIN_ADMINISTRATORS, [MS-DTYP] 2.4.2.4."""


class IpamGroup(Enum):
    """The groups that [MS-IPAMM2] 3.1.4.3 looks for in a user's token."""

    ADMINISTRATORS = "Administrators"
    IPAM_USERS = "IPAM Users"
    IPAM_ADMINISTRATORS = "IPAM Administrators"
    IPAM_ASM_ADMINISTRATORS = "IPAM ASM Administrators"
    IPAM_MSM_ADMINISTRATORS = "IPAM MSM Administrators"
    IPAM_IP_AUDIT_ADMINISTRATORS = "IPAM IP Audit Administrators"


_WELL_KNOWN: Final = MappingProxyType(
    {IpamGroup.ADMINISTRATORS.value.casefold(): frozenset({ADMINISTRATORS_SID})}
)
"""Groups whose SID is the same everywhere."""


@dataclass(frozen=True, slots=True)
class Identity:
    r"""A client who is known, or one who did not have to say who it is.

    Attributes:
        name: ``DOMAIN\user``, a Kerberos principal, or the name that a certificate was mapped to;
            empty for nobody.
        mechanism: What proved it: ``NTLM``, ``Kerberos``, ``TLS``; empty if nothing did.
        sid: The user's own SID; None if it is not known.
        group_sids: The SIDs of his groups, with those that every token has.
        groups: The configured groups he is in, by name in small letters.
        address: Where he connects from.
    """

    name: str
    mechanism: str
    sid: str | None = None
    group_sids: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    address: str = ""

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody knows who it is."""
        return not self.name

    @property
    def sids(self) -> frozenset[str]:
        """All SIDs of the token; SidInToken, [MS-DTYP] 2.5.3.1.1, is ``sid in identity.sids``."""
        return self.group_sids if self.sid is None else self.group_sids | {self.sid}

    def is_in(self, group: IpamGroup | str) -> bool:
        """Tell whether he is in a group, built-in or configured."""
        name = group.value if isinstance(group, IpamGroup) else group
        return name.casefold() in self.groups

    def answers_to(self, trustee: str) -> bool:
        """Tell whether a trustee is this client: its SID, its name, or a group it is in."""
        if is_sid(trustee):
            return trustee.upper() in self.sids
        return self._is_named(trustee) or self.is_in(trustee)

    def _is_named(self, name: str) -> bool:
        return not self.is_anonymous and self.name.casefold() == name.casefold()

    def __str__(self) -> str:
        r"""Say who, how known and from where: ``CONTOSO\alice (NTLM) from 192.0.2.7``."""
        who = f"{self.name} ({self.mechanism})" if self.name else "an anonymous client"
        return f"{who} from {self.address}" if self.address else who


class SidResolver(Protocol):
    """A program's own knowledge of who is in which group, from a directory or a database."""

    def __call__(self, name: str, mechanism: str) -> Iterable[str]:
        """Give the SIDs of an account, its own and its groups', all levels of them.

        Called when a session begins, for accounts of which no ticket told the groups.

        Args:
            name: The account, as `Identity.name` has it.
            mechanism: What proved that it is it; the same name may be somebody else in another.
        """
        ...


class IdentityResolver:
    """Makes an `Identity` of what security has found out.

    Args:
        groups: The members of the groups, by name: SIDs of users and groups, names of accounts.
            Names are compared without regard to case. Any other group than those of `IpamGroup`
            can be given too, for access policies to refer to.
        sid_resolver: Gives the SIDs of accounts that come without.
    """

    def __init__(
        self,
        groups: Mapping[str, Iterable[str]] = MappingProxyType({}),
        *,
        sid_resolver: SidResolver | None = None,
    ) -> None:
        self._members: dict[str, frozenset[str]] = dict(_WELL_KNOWN)
        for group, members in groups.items():
            name = group.casefold()
            folded = frozenset(map(_folded, members))
            self._members[name] = self._members.get(name, frozenset()) | folded
        self._sid_resolver = sid_resolver

    def identify(
        self,
        name: str,
        mechanism: str,
        *,
        user_sid: str | None = None,
        group_sids: Iterable[str] | None = None,
        address: str = "",
    ) -> Identity:
        """Find out who a client is, when its session begins ([MS-IPAMM2] 3.1.4.3).

        Args:
            name: Its name; empty for nobody.
            mechanism: What proved the name.
            user_sid: Its SID, from the ticket's PAC.
            group_sids: The SIDs of its groups from the ticket's PAC; None where there is none.
            address: Where it connects from.

        Raises:
            SecurityError: If the `SidResolver` fails; the client is to be turned away.
        """
        if not name:
            return self._with_groups(name, mechanism, None, {ANONYMOUS_SID}, address)
        if group_sids is None and self._sid_resolver is not None:
            try:
                group_sids = [_checked(sid) for sid in self._sid_resolver(name, mechanism)]
            except Exception as error:  # whatever a program's own code raises
                raise SecurityError(
                    f"the SIDs of {name} ({mechanism}) cannot be found: "
                    f"{type(error).__name__}: {error}"
                ) from error
        sids = {EVERYONE_SID, AUTHENTICATED_USERS_SID, *(group_sids or ())}
        return self._with_groups(name, mechanism, user_sid, sids, address)

    def _with_groups(
        self, name: str, mechanism: str, sid: str | None, group_sids: set[str], address: str
    ) -> Identity:
        keys = {_folded(each) for each in group_sids}
        keys |= {_folded(each) for each in (sid, name) if each}
        groups = frozenset(group for group, members in self._members.items() if members & keys)
        return Identity(name, mechanism, sid, frozenset(group_sids), groups, address)


def is_sid(text: str) -> bool:
    """Tell a security identifier from a name: ``S-1-5-32-544``."""
    parts = text.upper().split("-")
    return len(parts) > 2 and parts[0] == "S" and all(_is_number(part) for part in parts[1:])


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _folded(trustee: str) -> str:
    return trustee.upper() if is_sid(trustee) else trustee.casefold()


def _checked(sid: str) -> str:
    if not is_sid(sid):
        raise ValueError(f"{sid!r} is no SID")
    return sid.upper()
