r"""What can be configured: plain data, the sections of the file as classes.

A field is a key of the file by the same name, its default what is taken where the key is missing; a
field without a default has to be given. `ipam_progress.configuration.reading` makes these objects
from texts, by their annotations; a program may as well make them itself. docs/configuration.md is
the manual. Knows no TOML, no Twisted and no wire; opens no file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from ipam_progress.configuration.values import (
    GLOBAL_SCOPE,
    DatabaseUrl,
    Endpoint,
    Recurrence,
    ScopePath,
    Trustee,
)
from ipam_progress.contracts import IpamTaskType
from ipam_progress.identity import IpamGroup
from ipam_progress.limits import Limits
from ipam_progress.service.paths import OPERATION_PATH, SERVER_PATH
from ipam_progress.session.keepalive import KeepaliveMode

__all__ = [
    "BUILT_IN_GROUPS",
    "TASK_NAMES",
    "AccessScopeSettings",
    "AccountsSettings",
    "ClientCertificates",
    "Configuration",
    "HttpSettings",
    "KerberosSettings",
    "ListenerSettings",
    "LogFormat",
    "LoggingSettings",
    "MinimumLevel",
    "MonitoringSettings",
    "PathSettings",
    "PolicySettings",
    "Protection",
    "RoleSettings",
    "SecurityMode",
    "StoreSettings",
    "TaskSettings",
    "TlsSettings",
    "TlsVersion",
]

BUILT_IN_GROUPS: Final = tuple(group.value for group in IpamGroup)
"""The groups that rights come from, [MS-IPAMM2] 3.1.4.3."""

TASK_NAMES: Final = tuple(each.value for each in IpamTaskType if each is not IpamTaskType.None_)
"""The recurring tasks, [MS-IPAMM2] 2.2.5.55."""

DEFAULT_ENDPOINT: Final = Endpoint.parse("tcp:9100:interface=127.0.0.1")
"""Where a server listens that is not told where."""

_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class SecurityMode(Enum):
    """How the clients of a listener prove who they are."""

    WINDOWS = "windows"
    """NegotiateStream, [MS-NNS]: Kerberos or NTLM. What NetTcpBinding asks for by default."""
    TLS = "tls"
    """TLS, with or without client certificates."""
    NONE = "none"
    """Not at all."""


class Protection(Enum):
    """The least protection of the octets that Windows security gives."""

    ENCRYPT = "encrypt"
    SIGN = "sign"
    NONE = "none"


class ClientCertificates(Enum):
    """Whether clients are asked for a certificate in TLS."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


class TlsVersion(Enum):
    """A version of TLS."""

    V1_2 = "1.2"
    V1_3 = "1.3"


class MinimumLevel(Enum):
    """How much weight an event has at least that goes to the log."""

    DEBUG = "debug"
    INFO = "info"
    WARN = "warn"
    ERROR = "error"


class LogFormat(Enum):
    """What the lines of the log are."""

    TEXT = "text"
    """For people."""
    JSON = "json"
    """An object each, with the fields of the event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerSettings:
    """``[[listeners]]``: where clients connect, and how they are secured there."""

    endpoint: Endpoint = DEFAULT_ENDPOINT
    security: SecurityMode = SecurityMode.WINDOWS
    protection: Protection = Protection.ENCRYPT

    @property
    def is_protected(self) -> bool:
        """Whether nobody between client and server can change what they say."""
        if self.security is SecurityMode.WINDOWS:
            return self.protection is not Protection.NONE
        return self.security is SecurityMode.TLS


@dataclass(frozen=True, slots=True, kw_only=True)
class PathSettings:
    """``[paths]``: where the two services are, below the address of a listener."""

    operation: str = OPERATION_PATH
    server: str = SERVER_PATH


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountsSettings:
    """``[accounts]``: who may log on with NTLM, and what NTLM tells clients of the server."""

    file: Path
    computer: str = "IPAM"
    domain: str = "WORKGROUP"
    dns_computer: str = ""
    dns_domain: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KerberosSettings:
    """``[kerberos]``: the keys of the server's services."""

    keytab: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsSettings:
    """``[tls]``: the server's certificate, and what is done about those of clients.

    The certificate is in `certificate` (PEM), its key there or in `key`; or both are in `pfx`.
    """

    certificate: Path | None = None
    key: Path | None = None
    pfx: Path | None = None
    password_file: Path | None = None
    client_certificates: ClientCertificates = ClientCertificates.NONE
    client_ca: Path | None = None
    minimum_version: TlsVersion = TlsVersion.V1_2
    identities: Mapping[str, str] = field(default_factory=lambda: _NOTHING)

    def identity_of(self, subject: str, name: str) -> str:
        """Give the name that the owner of a client's certificate goes by.

        Args:
            subject: The certificate's subject, as [RFC 4514] writes it.
            name: What the certificate itself has as a name: an account, or the subject.
        """
        return self.identities.get(subject) or self.identities.get(name) or name


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleSettings:
    """``[[roles]]``: a custom role, the operations that its holders may start."""

    name: str
    description: str = ""
    operations: tuple[str, ...] = ()
    operation_groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessScopeSettings:
    r"""``[[scopes]]``: an access scope; its parent is another, or ``\Global``."""

    path: ScopePath
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySettings:
    """``[[policies]]``: gives a role to users and groups, for the objects of a scope."""

    who: tuple[Trustee, ...]
    role: str
    scope: ScopePath = GLOBAL_SCOPE


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSettings:
    """``[tasks.Discovery]`` and so on: how a task runs. What is None is left to the program."""

    enabled: bool = True
    every: Recurrence | None = None
    concurrent: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """``[store]``: what operations and tasks are recorded in, an SQLite file or PostgreSQL."""

    file: Path | None = None
    url: DatabaseUrl | None = None
    password_file: Path | None = None
    notes: Path | None = None
    server: str = "default"
    keep_days: int = 90
    keep_operations: int = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggingSettings:
    """``[logging]``: what is logged, how, and where to."""

    level: MinimumLevel = MinimumLevel.INFO
    format: LogFormat = LogFormat.TEXT
    file: Path | None = None
    levels: Mapping[str, MinimumLevel] = field(default_factory=lambda: _NOTHING)


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringSettings:
    """``[monitoring]``: where metrics and the live page are to be seen, and by whom."""

    metrics: Endpoint | None = None
    page: Endpoint | None = None
    hosts: tuple[str, ...] = ()
    allow_network: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings:
    """``[http]``: what is published over HTTP, where, and for whom."""

    endpoint: Endpoint
    metadata: bool = True
    soap: bool = False
    hosts: tuple[str, ...] = ()
    allow_network: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """The whole of it.

    Attributes:
        groups: The members of groups, by the groups' names: those that [MS-IPAMM2] knows and any
            others, which only `policies` use.
        tasks: Of the tasks that are not as the program has them, by their names.
        store: None if nothing is recorded.
        monitoring: None if there is nothing to be seen.
        http: None if nothing is published over HTTP.
    """

    allow_unprotected_network: bool = False
    keepalive: KeepaliveMode = KeepaliveMode.OBSERVED
    merge_progress: bool = True
    metadata_exchange: bool = False
    listeners: tuple[ListenerSettings, ...] = (ListenerSettings(),)
    paths: PathSettings = PathSettings()
    accounts: AccountsSettings | None = None
    kerberos: KerberosSettings | None = None
    tls: TlsSettings | None = None
    groups: Mapping[str, tuple[Trustee, ...]] = field(default_factory=lambda: _NOTHING)
    roles: tuple[RoleSettings, ...] = ()
    scopes: tuple[AccessScopeSettings, ...] = ()
    policies: tuple[PolicySettings, ...] = ()
    limits: Limits = field(default_factory=Limits)
    tasks: Mapping[str, TaskSettings] = field(default_factory=lambda: _NOTHING)
    store: StoreSettings | None = None
    logging: LoggingSettings = LoggingSettings()
    monitoring: MonitoringSettings | None = None
    http: HttpSettings | None = None
