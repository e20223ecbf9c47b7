"""What a server can be told in a TOML file, by environment variables and by options.

- model.py: the sections as classes, plain data; values.py: endpoints, databases and so on.
- reading.py: from texts to a `Configuration`, or to all that is wrong with it; forms.py says what
  annotations mean, rules.py what goes together.
- environment.py, sources.py, positions.py: who said what, and in which line.
- access.py: groups, roles and policies, in the words of identity and authorization.
- writing.py: the configuration as it came out, as TOML.

docs/configuration.md is the manual.
"""

from ipam_progress.configuration.access import access_policies, custom_roles, group_members
from ipam_progress.configuration.environment import PREFIX
from ipam_progress.configuration.model import (
    BUILT_IN_GROUPS,
    TASK_NAMES,
    AccessScopeSettings,
    AccountsSettings,
    ClientCertificates,
    Configuration,
    HttpSettings,
    KerberosSettings,
    ListenerSettings,
    LogFormat,
    LoggingSettings,
    MinimumLevel,
    MonitoringSettings,
    PathSettings,
    PolicySettings,
    Protection,
    RoleSettings,
    SecurityMode,
    StoreSettings,
    TaskSettings,
    TlsSettings,
    TlsVersion,
)
from ipam_progress.configuration.positions import Key
from ipam_progress.configuration.reading import load_configuration, parse_configuration
from ipam_progress.configuration.sources import Override, Place, Sources
from ipam_progress.configuration.values import (
    GLOBAL_SCOPE,
    DatabaseUrl,
    Endpoint,
    Recurrence,
    ScopePath,
    Trustee,
)
from ipam_progress.configuration.writing import write_configuration

__all__ = [
    "BUILT_IN_GROUPS",
    "GLOBAL_SCOPE",
    "PREFIX",
    "TASK_NAMES",
    "AccessScopeSettings",
    "AccountsSettings",
    "ClientCertificates",
    "Configuration",
    "DatabaseUrl",
    "Endpoint",
    "HttpSettings",
    "KerberosSettings",
    "Key",
    "ListenerSettings",
    "LogFormat",
    "LoggingSettings",
    "MinimumLevel",
    "MonitoringSettings",
    "Override",
    "PathSettings",
    "Place",
    "PolicySettings",
    "Protection",
    "Recurrence",
    "RoleSettings",
    "ScopePath",
    "SecurityMode",
    "Sources",
    "StoreSettings",
    "TaskSettings",
    "TlsSettings",
    "TlsVersion",
    "Trustee",
    "access_policies",
    "custom_roles",
    "group_members",
    "load_configuration",
    "parse_configuration",
    "write_configuration",
]
