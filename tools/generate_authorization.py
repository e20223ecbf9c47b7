"""Writes the tables of [MS-IPAMM2] 3.1.1.1.35 to 39 into `ipam_progress.authorization.tables`.

    python tools/generate_authorization.py [--check]

Sources are the CSV files of tools/authorization (see README.md there). With ``--check`` nothing is
written; the exit code says whether the committed module is what would be written.
"""

import csv
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCES = ROOT / "tools" / "authorization"
TARGET = ROOT / "src" / "ipam_progress" / "authorization" / "tables.py"
WIDTH = 100

REQUIREMENTS = {
    "Local Administrator": "LOCAL_ADMINISTRATOR",
    "LocalAdministrator": "LOCAL_ADMINISTRATOR",
    "LoalAdministrator": "LOCAL_ADMINISTRATOR",
    "All Readers": "ALL_READERS",
    "All Admins": "ALL_ADMINS",
    "IPAMAdmins": "IPAM_ADMINS",
    "ASM Admins": "ASM_ADMINS",
    "IPAM ASM Administrators": "ASM_ADMINS",
    "MSM Admins": "MSM_ADMINS",
    "IPAM MSM Administrators": "MSM_ADMINS",
    "IPAudit Admins": "IP_AUDIT_ADMINS",
    "Audit admins": "IP_AUDIT_ADMINS",
    "IPAM Audit Admin": "IP_AUDIT_ADMINS",
}
"""The spellings of the column NonRBACAdminAccessRequirement to the names of their constants."""

OBJECTS = {
    "DhcpServer": "DHCP_SERVER",
    "DhcpScope": "DHCP_SCOPE",
    "DhcpSuperscopeV4": "DHCP_SUPERSCOPE",
    "DhcpSuperscope": "DHCP_SUPERSCOPE",
    "IPRange": "IP_RANGE",
    "DnsServer": "DNS_SERVER",
    "DnsServerZone": "DNS_SERVER_ZONE",
    "DnsResourceRecords": "DNS_RESOURCE_RECORDS",
    "DNSResourceRecords": "DNS_RESOURCE_RECORDS",
}
"""The spellings of the objects of 3.19.6.1 to members of ScopeObject."""

HEAD = '''"""The tables that authorization is decided by, from tools/authorization.

[MS-IPAMM2] 3.1.1.1.35.1 to 3.1.1.1.39.1 and 3.19.6.1. Written by tools/generate_authorization.py:
do not edit.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ipam_progress.authorization.model import (
    ALL_ADMINS,
    ALL_READERS,
    ASM_ADMINS,
    IP_AUDIT_ADMINS,
    IPAM_ADMINS,
    LOCAL_ADMINISTRATOR,
    MSM_ADMINS,
    AdminOperation,
    ScopeObject,
)
from ipam_progress.contracts import IpamAdminOperationId

__all__ = [
    "ADMIN_OPERATIONS",
    "BUILT_IN_ROLES",
    "CHILD_GROUPS",
    "OPERATION_GROUPS",
    "REQUIRED_OPERATIONS",
]

_Required = tuple[tuple[str, ScopeObject | None], ...]

'''


def rows(name: str) -> list[dict[str, str]]:
    """Read a source."""
    with (SOURCES / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def call(indent: int, name: str, arguments: list[str]) -> str:
    """Write a call, or a tuple behind a key, as the formatter does."""
    is_call = name.isidentifier()
    room, inner = " " * indent, " " * (indent + 4)
    joined = ", ".join(arguments)
    only = "" if is_call or len(arguments) > 1 else ","
    whole = f"{room}{name}({joined}{only}),\n"
    if len(whole) <= WIDTH + 1:
        return whole
    # a call's arguments may share a line, a tuple's items may not
    body = f"{inner}{joined}\n"
    if not is_call or len(body) > WIDTH + 1:
        body = "".join(f"{inner}{each},\n" for each in arguments)
    return f"{room}{name}(\n{body}{room}),\n"


class Tables:
    """What the sources say, in one spelling."""

    def __init__(self) -> None:
        self.groups = {row["OperationGroupId"]: row for row in rows("admin_operation_groups")}
        self._spellings = {group.casefold(): group for group in self.groups}
        self.operations = rows("admin_operations") + rows("admin_operations_missing")
        for row in self.operations:  # three groups are named there only
            group = row["OperationGroupId"]
            self._spellings.setdefault(group.casefold(), group)

    def group(self, name: str) -> str:
        """Give a group's name as the table of groups spells it."""
        return self._spellings[name.casefold()]

    def module(self) -> str:
        """Give the text of the module."""
        return "".join(
            [
                HEAD,
                self._operation_groups(),
                self._child_groups(),
                self._admin_operations(),
                self._built_in_roles(),
                self._required_operations(),
            ]
        )

    def _operation_groups(self) -> str:
        lines = ["OPERATION_GROUPS: Final[frozenset[str]] = frozenset(\n    {\n"]
        lines += [f'        "{group}",\n' for group in sorted(self._spellings.values())]
        lines.append("    }\n)\n")
        lines.append('"""The names of the operation groups, [MS-IPAMM2] 3.1.1.1.35.1, and those\n')
        lines.append('that only operations name."""\n\n')
        return "".join(lines)

    def _child_groups(self) -> str:
        children: dict[str, list[str]] = {}
        for row in rows("admin_operation_group_hierarchy"):
            parent = self.group(row["ParentOperationGroupId"])
            children.setdefault(parent, []).append(self.group(row["ChildOperationGroupId"]))
        lines = [_mapping("CHILD_GROUPS", "str, tuple[str, ...]")]
        for parent, groups in children.items():
            lines.append(call(8, f'"{parent}": ', [f'"{group}"' for group in groups]))
        lines.append(
            _END + '"""Operation groups to those that are clubbed together in them."""\n\n'
        )
        return "".join(lines)

    def _admin_operations(self) -> str:
        lines = ["_OPERATIONS: Final = (\n"]
        for row in self.operations:
            words = row["NonRBACAdminAccessRequirement"].split(" / ")
            requirement = " | ".join(dict.fromkeys(REQUIREMENTS[word] for word in words))
            arguments = [
                f'"{row["OperationId"]}"',
                f'"{row["OperationName"]}"',
                f'"{self.group(row["OperationGroupId"])}"',
                requirement,
            ]
            arguments += [
                f"{argument}=True"
                for argument, column in (
                    ("is_admin_role_only", "IsAdminRoleOnlyOperation"),
                    ("is_non_rbac", "IsNonRBACOperation"),
                    ("is_scope_agnostic", "IsAccessScopeAgnosticOperation"),
                )
                if row[column] == "TRUE"
            ]
            lines.append(call(4, "AdminOperation", arguments))
        lines.append(")\n\n")
        lines.append("ADMIN_OPERATIONS: Final[Mapping[str, AdminOperation]] = MappingProxyType(\n")
        lines.append("    {operation.operation_id: operation for operation in _OPERATIONS}\n)\n")
        lines.append('"""OperationId to the operation, [MS-IPAMM2] 3.1.1.1.36.1; the last 14 are\n')
        lines.append('those that the document names but does not define."""\n\n')
        return "".join(lines)

    def _built_in_roles(self) -> str:
        lines = [_mapping("BUILT_IN_ROLES", "str, tuple[str, ...]")]
        for row in rows("builtin_roles"):
            groups = [self.group(name) for name in row["AllowedOperationGroups"].split("; ")]
            lines.append(call(8, f'"{row["RoleName"]}": ', [f'"{group}"' for group in groups]))
        lines.append(
            _END + '"""Built-in roles to their operation groups, [MS-IPAMM2] 3.1.1.1.39.1."""\n\n'
        )
        return "".join(lines)

    def _required_operations(self) -> str:
        lines = [_mapping("REQUIRED_OPERATIONS", "IpamAdminOperationId, _Required")]
        for row in rows("operations"):
            operations = row["admin_operation"].split(" / ")
            objects = row["access_scope_object"].split("/")
            pairs = []
            for operation, object_ in zip(operations, objects, strict=True):
                agnostic = object_ == "AccessScopeAgnostic"
                kind = "None" if agnostic else f"ScopeObject.{OBJECTS[object_]}"
                pairs.append(f'("{operation}", {kind})')
            lines.append(call(8, f"IpamAdminOperationId.{row['OperationId']}: ", pairs))
        lines.append(_END)
        lines.append(
            '"""What a client asks for to the OperationId that it needs and the objects whose\n'
        )
        lines.append(
            "access scope counts, [MS-IPAMM2] 3.19.6.1. Where there are two it is one or the\n"
        )
        lines.append('other, as its parameters have it."""\n')
        return "".join(lines)


_END = "    }\n)\n"


def _mapping(name: str, types: str) -> str:
    return f"{name}: Final[Mapping[{types}]] = MappingProxyType(\n    {{\n"


def main(arguments: list[str]) -> int:
    """Write the module, or compare it."""
    text = Tables().module()
    if "--check" in arguments:
        if TARGET.exists() and TARGET.read_text(encoding="utf-8") == text:
            return 0
        print(f"{TARGET} is not what tools/generate_authorization.py writes", file=sys.stderr)
        return 1
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
