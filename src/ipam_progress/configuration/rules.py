"""What the keys of a configuration have to do with each other.

A rule is a function: it is given a configuration whose values are each good by themselves, and
yields the keys that do not go together with others, with what to do. Safety is here: a server that
anyone on a network could use or listen to is refused unless it was asked for in words.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from typing import Final, NamedTuple, TypeAlias

from ipam_progress.authorization.roles import BUILT_IN, custom_role
from ipam_progress.configuration.model import (
    BUILT_IN_GROUPS,
    TASK_NAMES,
    ClientCertificates,
    Configuration,
    HttpSettings,
    MonitoringSettings,
    SecurityMode,
)
from ipam_progress.configuration.positions import Key
from ipam_progress.configuration.sources import Sources
from ipam_progress.configuration.values import GLOBAL_SCOPE, Endpoint
from ipam_progress.service.paths import METADATA_PATH, path_key
from ipam_progress.tasks.registry import LONGEST_RECURRENCE

__all__ = ["RULES", "Problem", "Rule"]


class Problem(NamedTuple):
    """A key, and what is wrong with it."""

    key: Key
    text: str


Rule: TypeAlias = Callable[[Configuration, Sources], Iterator[Problem]]

_NETBIOS_NAME: Final = 15
"""The letters a NetBIOS name can have; NTLM's own limit is no smaller."""

_DNS_NAME: Final = 255
_DAYS: Final = 36_500
_HOST: Final = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")


def _listeners(configuration: Configuration, sources: Sources) -> Iterator[Problem]:
    if not configuration.listeners:
        yield Problem(
            ("listeners",), "a server that listens nowhere serves nobody; leave the key out"
        )
    seen: dict[str, int] = {}
    for index, listener in enumerate(configuration.listeners):
        key = ("listeners", index)
        earlier = seen.setdefault(str(listener.endpoint), index)
        if earlier != index:
            yield Problem(
                (*key, "endpoint"), f"listeners[{earlier}] listens there already; keep one"
            )
        is_windows = listener.security is SecurityMode.WINDOWS
        if sources.is_set((*key, "protection")) and not is_windows:
            yield Problem(
                (*key, "protection"),
                f'only security = "windows" can be told so; with "{listener.security.value}" leave '
                "it out",
            )


def _ways_to_log_on(configuration: Configuration, _: Sources) -> Iterator[Problem]:
    for index, listener in enumerate(configuration.listeners):
        key = ("listeners", index, "security")
        if listener.security is SecurityMode.WINDOWS and not (
            configuration.accounts or configuration.kerberos
        ):
            yield Problem(
                key,
                "nobody could log on with Windows security: name a file of accounts in "
                "accounts.file (`ipam-progress passwd` makes one), or a keytab in kerberos.keytab",
            )
        if listener.security is SecurityMode.TLS and configuration.tls is None:
            yield Problem(
                key,
                "TLS needs a certificate for the server: name its file in tls.certificate (PEM) or "
                "in tls.pfx",
            )


def _unprotected_network(configuration: Configuration, _: Sources) -> Iterator[Problem]:
    if configuration.allow_unprotected_network:
        return
    for index, listener in enumerate(configuration.listeners):
        if listener.is_protected or listener.endpoint.is_local:
            continue
        is_open = listener.security is SecurityMode.NONE
        risk = (
            "whoever can reach this endpoint could start operations"
            if is_open
            else "whoever is between client and server could change what they say"
        )
        yield Problem(
            ("listeners", index, "security" if is_open else "protection"),
            f"{risk}; listen on loopback alone (interface=127.0.0.1), protect it, or set "
            "allow_unprotected_network = true",
        )


def _paths(configuration: Configuration, _: Sources) -> Iterator[Problem]:
    paths = configuration.paths
    for name in ("operation", "server"):
        path = getattr(paths, name)
        if not path.startswith("/"):
            yield Problem(("paths", name), f"{path!r} does not begin with /")
    if path_key(paths.operation) == path_key(paths.server):
        yield Problem(("paths", "server"), "both services are at this path: give them two paths")
    for name in ("operation", "server"):
        if configuration.metadata_exchange and path_key(getattr(paths, name)) == METADATA_PATH:
            yield Problem(("paths", name), "metadata_exchange is at this path: choose another one")


def _accounts(configuration: Configuration, _: Sources) -> Iterator[Problem]:
    accounts = configuration.accounts
    if accounts is None:
        return
    for name in ("computer", "domain"):
        length = len(getattr(accounts, name))
        if not 0 < length <= _NETBIOS_NAME:
            yield Problem(
                ("accounts", name),
                f"a NetBIOS name has 1 to {_NETBIOS_NAME} letters, this one has {length}",
            )
    for name in ("dns_computer", "dns_domain"):
        if len(getattr(accounts, name)) > _DNS_NAME:
            yield Problem(("accounts", name), f"a name in DNS has at most {_DNS_NAME} letters")


def _tls(configuration: Configuration, _: Sources) -> Iterator[Problem]:
    tls = configuration.tls
    if tls is None:
        return
    if tls.certificate is None and tls.pfx is None:
        yield Problem(
            ("tls", "certificate"),
            "the server needs a certificate: name its file here (PEM) or in tls.pfx",
        )
    if tls.certificate is not None and tls.pfx is not None:
        yield Problem(("tls", "pfx"), "there is a certificate in tls.certificate already; keep one")
    if tls.key is not None and tls.certificate is None:
        yield Problem(("tls", "key"), "this is the key of tls.certificate, which is missing")
    if tls.client_certificates is ClientCertificates.NONE:
        for name in ("client_ca", "identities"):
            if getattr(tls, name):
                yield Problem(
                    ("tls", name),
                    "clients are not asked for a certificate: set tls.client_certificates to "
                    '"optional" or "required", or leave this out',
                )
    elif tls.client_ca is None:
        yield Problem(
            ("tls", "client_certificates"),
            "there is no CA to judge clients' certificates by: name its file in tls.client_ca",
        )
    for certificate, name in tls.identities.items():
        if not certificate or not name:
            yield Problem(
                ("tls", "identities", certificate),
                "a certificate's subject and the name it stands for are due, one is empty",
            )


def _groups(configuration: Configuration, _: Sources) -> Iterator[Problem]:
    groups = {name.casefold(): name for name in configuration.groups}
    used = {trustee.folded for policy in configuration.policies for trustee in policy.who}
    built_in = {name.casefold() for name in BUILT_IN_GROUPS}
    for name, members in configuration.groups.items():
        folded = name.casefold()
        if groups[folded] != name:
            yield Problem(("groups", name), f'"{groups[folded]}" is the same group; make them one')
        elif folded not in built_in and folded not in used:
            close = get_close_matches(name, BUILT_IN_GROUPS, 1)
            advice = f'is "{close[0]}" meant?' if close else "no policy names it"
            yield Problem(("groups", name), f"this group means nothing; {advice}")
        for index, member in enumerate(members):
            if member.folded in groups:
                yield Problem(
                    ("groups", name, index),
                    f'"{member}" is a group of this configuration, and they do not nest; name its '
                    "members",
                )


def _roles(configuration: Configuration, _: Sources) -> Iterator[Problem]:
    built_in = {role.name.casefold() for role in BUILT_IN}
    seen: set[str] = set()
    for index, role in enumerate(configuration.roles):
        key = ("roles", index)
        name = role.name.casefold()
        if name in built_in:
            yield Problem((*key, "name"), f'"{role.name}" is built in; find another name')
        elif name in seen or not name:
            yield Problem((*key, "name"), "a name is due that no other role has")
        seen.add(name)
        if not role.operations and not role.operation_groups:
            yield Problem(key, "a role without operations is of no use: name some of them")
        for position, operation in enumerate(role.operations):
            yield from _refusal((*key, "operations", position), operations=[operation])
        for position, group in enumerate(role.operation_groups):
            yield from _refusal((*key, "operation_groups", position), groups=[group])


def _refusal(
    key: Key, *, operations: Iterable[str] = (), groups: Iterable[str] = ()
) -> Iterator[Problem]:
    """Tell why a role cannot have a part."""
    try:
        custom_role("", operations=operations, groups=groups)
    except ValueError as error:
        yield Problem(key, str(error))


def _scopes(configuration: Configuration, _: Sources) -> Iterator[Problem]:
    known = {scope.path.folded for scope in configuration.scopes} | {GLOBAL_SCOPE.folded}
    seen = {GLOBAL_SCOPE.folded}
    for index, scope in enumerate(configuration.scopes):
        key = ("scopes", index, "path")
        if scope.path.folded in seen:
            yield Problem(key, f"the scope {scope.path} is there already; leave this one out")
        seen.add(scope.path.folded)
        parent = scope.path.parent
        if parent is not None and parent.folded not in known:
            yield Problem(
                key, f"its parent {parent} is no scope: add [[scopes]] with path = '{parent}'"
            )


def _policies(configuration: Configuration, _: Sources) -> Iterator[Problem]:
    names = [*(role.name for role in BUILT_IN), *(role.name for role in configuration.roles)]
    roles = {name.casefold() for name in names}
    scopes = {scope.path.folded: str(scope.path) for scope in configuration.scopes}
    scopes[GLOBAL_SCOPE.folded] = str(GLOBAL_SCOPE)
    for index, policy in enumerate(configuration.policies):
        key = ("policies", index)
        if not policy.who:
            yield Problem((*key, "who"), "a policy is for somebody: name users, groups or SIDs")
        if policy.role.casefold() not in roles:
            yield Problem((*key, "role"), _unknown(policy.role, "role", names))
        if policy.scope.folded not in scopes:
            yield Problem(
                (*key, "scope"), _unknown(str(policy.scope), "scope", list(scopes.values()))
            )


def _tasks(configuration: Configuration, _: Sources) -> Iterator[Problem]:
    for name, task in configuration.tasks.items():
        if name not in TASK_NAMES:
            yield Problem(("tasks", name), _unknown(name, "task", list(TASK_NAMES)))
        if task.concurrent is not None and task.concurrent < 1:
            yield Problem(
                ("tasks", name, "concurrent"), "one run at once is the least there can be"
            )
        interval = None if task.every is None else task.every.interval
        if interval is not None and interval > LONGEST_RECURRENCE:
            yield Problem(
                ("tasks", name, "every"),
                f"{LONGEST_RECURRENCE.days} days are the longest time between two runs; a task "
                'that runs only when it is asked for has every = "never"',
            )


def _store(configuration: Configuration, _: Sources) -> Iterator[Problem]:
    store = configuration.store
    if store is None:
        return
    if store.file is None and store.url is None:
        yield Problem(
            ("store", "file"),
            "the store has to be somewhere: name its file here (SQLite), or a database of "
            "PostgreSQL in store.url",
        )
    if store.file is not None:
        if store.url is not None:
            yield Problem(("store", "url"), "there is a file in store.file already; keep one")
        for name, why in (
            ("password_file", "a file needs no password"),
            ("notes", "the notes of a file are beside it"),
        ):
            if getattr(store, name) is not None:
                yield Problem(("store", name), f"{why}; leave this out")
    elif store.url is not None and store.password_file is not None and store.url.user is None:
        yield Problem(
            ("store", "url"),
            "it does not say whose password it is: postgresql://USER@HOST/DATABASE",
        )
    if not 0 <= store.keep_days <= _DAYS:
        yield Problem(("store", "keep_days"), f"1 to {_DAYS} days are due, or 0 for ever")
    if store.keep_operations < 0:
        yield Problem(("store", "keep_operations"), "a number is due, or 0 for all")


def _monitoring(configuration: Configuration, _: Sources) -> Iterator[Problem]:
    monitoring = configuration.monitoring
    if monitoring is None:
        return
    if monitoring.metrics is None and monitoring.page is None:
        yield Problem(
            ("monitoring",),
            "nothing is to be seen anywhere: give an endpoint to metrics, to page, or to both, or "
            "leave the section out",
        )
    for name in ("metrics", "page"):
        yield from _site(("monitoring", name), getattr(monitoring, name), monitoring)


def _http(configuration: Configuration, _: Sources) -> Iterator[Problem]:
    http = configuration.http
    if http is None:
        return
    if not (http.metadata or http.soap):
        yield Problem(
            ("http",), "nothing is published: set metadata, soap, or both to true, or leave it out"
        )
    yield from _site(("http", "endpoint"), http.endpoint, http)
    for index, listener in enumerate(configuration.listeners):
        if http.soap and listener.security is not SecurityMode.NONE:
            yield Problem(
                ("http", "soap"),
                f"the clients of listeners[{index}] have to say who they are, and over HTTP nobody "
                'does: serve it from a server whose listeners have security = "none"',
            )


def _site(
    key: Key, endpoint: Endpoint | None, settings: MonitoringSettings | HttpSettings
) -> Iterator[Problem]:
    """Look at an endpoint of a web site."""
    if not (endpoint is None or endpoint.is_local or settings.allow_network):
        yield Problem(
            key,
            "whoever can reach this endpoint could look, for there is no login; listen on "
            f"loopback alone (interface=127.0.0.1), or set {key[0]}.allow_network = true",
        )


def _hosts(configuration: Configuration, _: Sources) -> Iterator[Problem]:
    for section in ("monitoring", "http"):
        for index, host in enumerate(getattr(getattr(configuration, section), "hosts", ())):
            if not _HOST.fullmatch(host):
                yield Problem(
                    (section, "hosts", index),
                    f"{host!r} is no name of a machine; an example: ipam.contoso.com",
                )


def _unknown(name: str, what: str, known: list[str]) -> str:
    close = get_close_matches(name, known, 1)
    advice = f'is "{close[0]}" meant?' if close else f"those are {', '.join(known)}"
    return f'there is no {what} "{name}"; {advice}'


RULES: Final[tuple[tuple[tuple[str, ...], Rule], ...]] = (
    (("listeners",), _listeners),
    (("listeners", "accounts", "kerberos", "tls"), _ways_to_log_on),
    (("listeners", "allow_unprotected_network"), _unprotected_network),
    (("metadata_exchange", "paths"), _paths),
    (("accounts",), _accounts),
    (("tls",), _tls),
    (("groups", "policies"), _groups),
    (("roles",), _roles),
    (("scopes",), _scopes),
    (("policies", "roles", "scopes"), _policies),
    (("tasks",), _tasks),
    (("store",), _store),
    (("monitoring",), _monitoring),
    (("http", "listeners"), _http),
    (("http", "monitoring"), _hosts),
)
"""The sections that a rule looks at, and the rule; it is asked when all of them could be read."""
