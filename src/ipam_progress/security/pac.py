"""Who a Windows user is, from a Kerberos ticket: the LOGON_INFO of its PAC, [MS-PAC] 2.5.

A ticket from an Active Directory domain carries a KERB_VALIDATION_INFO in NDR ([C706] 14, as a
pickled type, [MS-RPCE] 2.2.6): the user's and the groups' SIDs. Whether the PAC is genuine is for
the Kerberos library to say, before anything here is asked.
"""

import struct
from dataclasses import dataclass
from typing import Final

from ipam_progress.errors import SecurityError

__all__ = ["LogonInfo", "parse_logon_info"]

_GROUP_LIMIT: Final = 10_000
"""No Windows token holds more than 1,015 groups."""

_SUB_AUTHORITY_LIMIT: Final = 15

_GROUP_ENABLED: Final = 0x00000004
_GROUP_USE_FOR_DENY_ONLY: Final = 0x00000010


@dataclass(frozen=True, slots=True)
class LogonInfo:
    """What of a KERB_VALIDATION_INFO decides what a user may do.

    Attributes:
        user_name: The account's name (EffectiveName).
        domain_name: The NetBIOS name of its domain (LogonDomainName).
        user_sid: Its SID.
        group_sids: The SIDs of the groups it is in: of its domain, of others, of the resource's.
    """

    user_name: str
    domain_name: str
    user_sid: str
    group_sids: frozenset[str]


class _Reader:
    """Reads NDR from octets, each number at a position that is a multiple of its size."""

    __slots__ = ("_octets", "_position")

    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self._position = 0

    def _take(self, size: int, alignment: int = 1) -> bytes:
        start = -(-self._position // alignment) * alignment
        end = start + size
        if end > len(self._octets):
            raise SecurityError(f"the ticket's LOGON_INFO ends within itself, at octet {start}")
        self._position = end
        return self._octets[start:end]

    def skip(self, size: int) -> None:
        self._take(size)

    def u32(self) -> int:
        return int.from_bytes(self._take(4, 4), "little")

    def count(self, limit: int, what: str) -> int:
        number = self.u32()
        if number > limit:
            raise SecurityError(f"the ticket's LOGON_INFO speaks of {number} {what}")
        return number

    def string_head(self) -> bool:
        """Read an RPC_UNICODE_STRING and tell whether characters follow, [MS-DTYP] 2.3.10."""
        self._take(4, 4)  # both lengths are said again where the characters are
        return self.u32() != 0

    def string(self, is_present: bool) -> str:
        """Read the characters of an RPC_UNICODE_STRING: a conformant and varying array."""
        if not is_present:
            return ""
        self.u32()  # how many there could be
        offset, actual = self.u32(), self.count(0xFFFF, "characters")
        if offset:
            raise SecurityError("the ticket's LOGON_INFO has a string that begins in its middle")
        return self._take(2 * actual, 2).decode("utf-16-le", errors="replace").rstrip("\x00")

    def sid(self) -> str:
        """Read an RPC_SID, [MS-DTYP] 2.4.2.3."""
        self.count(_SUB_AUTHORITY_LIMIT, "parts of a SID")
        revision, count, authority = struct.unpack(">BB6s", self._take(8))
        if revision != 1 or count > _SUB_AUTHORITY_LIMIT:
            raise SecurityError("the ticket's LOGON_INFO has a SID of an unknown kind")
        parts = [str(self.u32()) for _ in range(count)]
        return "-".join(("S-1", str(int.from_bytes(authority, "big")), *parts))

    def groups(self, count: int) -> list[tuple[int, int]]:
        """Read an array of GROUP_MEMBERSHIP or KERB_SID_AND_ATTRIBUTES: (id or pointer, flags)."""
        if self.count(_GROUP_LIMIT, "groups") != count:
            raise SecurityError("the ticket's LOGON_INFO has two sizes for one array of groups")
        return [(self.u32(), self.u32()) for _ in range(count)]


def _counts(attributes: int) -> bool:
    """Tell whether to be in a group grants anything, [MS-PAC] 2.2.2."""
    return bool(attributes & _GROUP_ENABLED) and not attributes & _GROUP_USE_FOR_DENY_ONLY


def parse_logon_info(octets: bytes) -> LogonInfo:
    """Read a KERB_VALIDATION_INFO, [MS-PAC] 2.5.

    Args:
        octets: The buffer of type 1 of a PAC, whole: what MIT Kerberos calls
            ``urn:mspac:logon-info``.

    Raises:
        SecurityError: If it is none.
    """
    if octets[:4] != b"\x01\x10\x08\x00":
        raise SecurityError("the ticket's LOGON_INFO is not NDR of version 1, little-endian")
    reader = _Reader(octets)
    reader.skip(16)  # headers of the pickled type
    if not reader.u32():
        raise SecurityError("the ticket's LOGON_INFO is empty")
    reader.skip(6 * 8)  # six times
    # EffectiveName, FullName, LogonScript, ProfilePath, HomeDirectory, HomeDirectoryDrive
    heads = [reader.string_head() for _ in range(6)]
    reader.skip(4)  # LogonCount, BadPasswordCount
    user_id = reader.u32()
    reader.u32()  # PrimaryGroupId, which is among the groups
    group_count = reader.count(_GROUP_LIMIT, "groups")
    has_groups = reader.u32()
    reader.skip(4 + 16)  # UserFlags, UserSessionKey
    has_server, has_domain = reader.string_head(), reader.string_head()
    has_domain_sid = reader.u32()
    reader.skip(8 + 4 + 4 + 8 + 8 + 4 + 4)  # Reserved1 ... Reserved3
    extra_count = reader.count(_GROUP_LIMIT, "groups")
    has_extra = reader.u32()
    has_resource_sid = reader.u32()
    resource_count = reader.count(_GROUP_LIMIT, "groups")
    has_resource = reader.u32()

    # What the pointers point to follows in their order, [C706] 14.3.12.
    user_name, *_ = [reader.string(head) for head in heads]
    groups = reader.groups(group_count) if has_groups else []
    reader.string(has_server)
    domain_name = reader.string(has_domain)
    domain_sid = reader.sid() if has_domain_sid else None
    extra = reader.groups(extra_count) if has_extra else []
    extra_sids = [(reader.sid(), flags) for pointer, flags in extra if pointer]
    resource_sid = reader.sid() if has_resource_sid else None
    resource_groups = reader.groups(resource_count) if has_resource else []

    sids = [sid for sid, flags in extra_sids if _counts(flags)]
    for base, members in ((domain_sid, groups), (resource_sid, resource_groups)):
        if base is not None:
            sids += [f"{base}-{identifier}" for identifier, flags in members if _counts(flags)]
    if user_id and domain_sid is not None:
        user_sid = f"{domain_sid}-{user_id}"
    elif extra_sids:
        # A user of another kind of domain: the first SID is the user's, [MS-PAC] 2.5 (UserId).
        user_sid = extra_sids[0][0]
    else:
        raise SecurityError("the ticket's LOGON_INFO has no SID of the user")
    return LogonInfo(user_name, domain_name, user_sid, frozenset(sids) - {user_sid})
