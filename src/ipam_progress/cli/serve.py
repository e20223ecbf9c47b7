"""``ipam-progress serve``: a server as a process, for a program's registry or the demonstration."""

import os
import sys
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Any, Final, TypeVar

import click
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.endpoints import serverFromString
from twisted.internet.error import CannotListenError
from twisted.internet.task import deferLater
from twisted.logger import Logger, LogLevel

from ipam_progress.authorization import Audit, AuditEntry, Authorizer
from ipam_progress.cli.files import Files
from ipam_progress.cli.logs import Log
from ipam_progress.cli.notify import READY, STOPPING, notify, reloading
from ipam_progress.cli.process import Ended, ExitStatus, port_refusal, run_in_reactor
from ipam_progress.cli.security import listener_securities
from ipam_progress.cli.sites import web_services
from ipam_progress.cli.store import make_store
from ipam_progress.cli.text import printable
from ipam_progress.configuration import (
    Configuration,
    Key,
    LogFormat,
    LoggingSettings,
    MinimumLevel,
    Override,
    Sources,
    access_policies,
    custom_roles,
    group_members,
    load_configuration,
)
from ipam_progress.contracts import PARAMETER_TYPES
from ipam_progress.demo import demo_registry
from ipam_progress.errors import ConfigurationError, StoreError
from ipam_progress.identity import IdentityResolver
from ipam_progress.net.audit import log_decision
from ipam_progress.net.server import Listener, ManagementServer
from ipam_progress.net.upgrades import ServerSecurity
from ipam_progress.operations import OperationRegistry
from ipam_progress.service.paths import OPERATION_PATH, SERVER_PATH
from ipam_progress.store import Store
from ipam_progress.tasks import TaskRegistry
from ipam_progress.web import WebService

__all__ = ["command", "listener_overrides", "load_registry", "serve_until_cancelled", "sleep"]

_Opened = TypeVar("_Opened")

_ENDPOINT: Final = "tcp:9100:interface=127.0.0.1"

_log = Logger()


def sleep(seconds: float) -> Awaitable[object]:
    """Give something to await that is done after so many seconds."""
    from twisted.internet import reactor  # noqa: PLC0415 (importing it installs one)

    done: Deferred[None] = deferLater(reactor, seconds)
    return done


def load_registry(target: str) -> OperationRegistry:
    """Import a program's registry.

    Args:
        target: ``MODULE:REGISTRY``, the module as in an import statement; it may lie in the
            current directory.

    Raises:
        Ended: If there is no such registry.
    """
    module_name, colon, attribute = target.partition(":")
    if not (module_name and colon and attribute):
        raise _refusal(
            f"--app {target}: say which registry of which module, as in myserver:registry"
        )
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        found: Any = import_module(module_name)
    except ImportError as error:
        raise _refusal(
            f"--app {target}: {error}; go to the module's directory, or install it"
        ) from error
    except Exception as error:  # whatever a program does when it is imported
        where = traceback.extract_tb(error.__traceback__)[-1]
        # a SyntaxError says itself where it is
        place = (
            "" if isinstance(error, SyntaxError) else f" ({where.filename}, line {where.lineno})"
        )
        raise _refusal(
            f"--app {target}: importing {module_name} raised {type(error).__name__}: {error}{place}"
        ) from error
    try:
        for name in attribute.split("."):
            found = getattr(found, name)
    except AttributeError as error:
        raise _refusal(f"--app {target}: {error}; name the OperationRegistry in it") from error
    if not isinstance(found, OperationRegistry):
        raise _refusal(
            f"--app {target}: {attribute} is no OperationRegistry but a {type(found).__name__}"
        )
    return found


def _refusal(cause: str) -> Ended:
    return Ended(ExitStatus.USAGE, cause)


async def serve_until_cancelled(server: ManagementServer, sites: Sequence[WebService] = ()) -> None:
    """Serve until a signal cancels it, then stop in order.

    Args:
        server: What serves.
        sites: What is served beside it.

    Raises:
        Ended: If it cannot listen as it was asked to.
    """
    endpoints = [listener.endpoint for listener in server.listeners]
    for description in endpoints:
        try:
            serverFromString(server.reactor, description)
        except Exception as error:  # noqa: BLE001 (each kind of endpoint has errors of its own)
            raise _refusal(
                f"--listen {description!r} is no endpoint ({error}); an example: {_ENDPOINT}"
            ) from None
    try:
        urls = await server.start()
    except CannotListenError as error:
        raise _refusal(f"{port_refusal(error)}; say another endpoint with --listen") from None
    except StoreError as error:
        raise _refusal(f"the store cannot be used: {error}") from None
    except Exception as error:  # noqa: BLE001 (as above, what Twisted calls CannotListenError apart)
        raise _refusal(f"cannot listen on {' and '.join(endpoints)}: {error}") from None
    for site in sites:
        try:
            urls += await site.start()
        except (CannotListenError, ConfigurationError) as error:
            await _stop(server, sites)
            text = port_refusal(error) if isinstance(error, CannotListenError) else str(error)
            raise _refusal(
                f"{text}; say other endpoints with --metrics, --page and --http"
            ) from None
    for url in urls:
        print(f"listening on {url}", flush=True)
    operations = sum(server.registry.find(each) is not None for each in PARAMETER_TYPES)
    is_open = any(listener.security is None for listener in server.listeners)
    _log.info(
        "operations: {operations}, tasks: {tasks}; {who}",
        operations=operations,
        tasks=len(server.registry.tasks),
        who="whoever can connect may start them" if is_open else "groups and policies say who may",
    )
    notify(READY)
    try:
        await Deferred()
    except CancelledError:
        notify(STOPPING)
        _log.info("stopping")
        await _stop(server, sites)
        _log.info("stopped")


async def _stop(server: ManagementServer, sites: Sequence[WebService]) -> None:
    await server.stopService()
    for site in sites:
        await site.stopService()


@dataclass(frozen=True, slots=True)
class _Access:
    """What of a configuration can be read again while the server runs."""

    securities: tuple[ServerSecurity | None, ...]
    identities: IdentityResolver
    authorizer: Authorizer


class _Settings:
    """The configuration of a server: a file, environment variables, options.

    Attributes:
        configuration: As it was when the server started.
    """

    def __init__(self, file: str | None, overrides: list[Override], audit: Audit) -> None:
        self._file = file
        self._overrides = overrides
        self._audit = audit
        self.configuration, self._sources = self._load()

    def _load(self) -> tuple[Configuration, Sources]:
        return load_configuration(self._file, environment=os.environ, overrides=self._overrides)

    def access(self) -> _Access:
        """Open the files that secure the server.

        Raises:
            ConfigurationError: If one cannot be used.
        """
        return self._access(self.configuration, self._sources)

    def _access(self, configuration: Configuration, sources: Sources) -> _Access:
        try:
            authorizer = Authorizer(
                roles=custom_roles(configuration),
                policies=access_policies(configuration),
                audit=self._audit,
            )
        except ValueError as error:
            raise ConfigurationError([str(error)]) from None
        identities = IdentityResolver(group_members(configuration))
        return _Access(listener_securities(configuration, sources), identities, authorizer)

    def store(self) -> Store | None:
        """Make what is recorded in, if anything is.

        Raises:
            ConfigurationError: If it cannot be used.
        """
        settings = self.configuration.store
        return None if settings is None else self._open(("store",), partial(make_store, settings))

    def log(self) -> Log:
        """Open the log.

        Raises:
            ConfigurationError: If its file cannot be opened.
        """
        return self._open(("logging", "file"), partial(_open_log, self.configuration.logging))

    def _open(self, key: Key, opener: Callable[[], _Opened]) -> _Opened:
        files = Files(self._sources)
        opened = files.open(key, opener)
        if opened is None:
            raise ConfigurationError(files.problems)
        return opened

    def adjust(self, tasks: TaskRegistry) -> None:
        """Have the tasks of a program run as the configuration says.

        Raises:
            ConfigurationError: If the program has no such task, or it cannot run so.
        """
        problems = []
        for name, task in self.configuration.tasks.items():
            try:
                if task.every is not None:
                    tasks.recur(name, task.every.interval)
                if task.concurrent is not None:
                    tasks.limit(name, task.concurrent)
                if not task.enabled:
                    tasks.disable(name)
            except ValueError as error:
                problems.append(self._sources.problem(("tasks", name), str(error)))
        if problems:
            raise ConfigurationError(problems)

    def reload(self, server: ManagementServer) -> None:
        """Read everything again that sessions to come can follow; else all stays as it was."""
        try:
            configuration, sources = self._load()
            if configuration.listeners != self.configuration.listeners:
                raise ConfigurationError(["listeners cannot change while the server runs"])
            access = self._access(configuration, sources)
        except ConfigurationError as error:
            for problem in error.problems:
                _log.error("nothing was read again: {problem}", problem=problem)
            return
        server.protect(access.securities)
        server.admit(access.identities, access.authorizer)
        _log.info("accounts, keytab, certificates, groups, roles and policies were read again")


def _open_log(settings: LoggingSettings) -> Log:
    levels = {name: _level(level) for name, level in settings.levels.items()}
    return Log(
        _level(settings.level),
        levels=levels,
        as_json=settings.format is LogFormat.JSON,
        file=settings.file,
    )


def _level(level: MinimumLevel) -> Any:
    return LogLevel.levelWithName(level.value)


def _hang_up(settings: _Settings, server: ManagementServer, log: Log) -> None:
    """Do what SIGHUP asks for: read again what can be, and open the log's file again."""
    notify(reloading())
    try:
        log.reopen()
    except OSError as error:
        _log.error(
            "the log goes on in its old file: {file}: {reason}",
            file=error.filename,
            reason=error.strerror,
        )
    settings.reload(server)
    notify(READY)


def listener_overrides(listen: tuple[str, ...], security: str | None) -> list[Override]:
    """Make of the options for listeners what takes the place of those in the file."""
    if not (listen or security):
        return []
    listeners = [{"endpoint": endpoint} for endpoint in listen or (_ENDPOINT,)]
    if security:
        listeners = [{**listener, "security": security} for listener in listeners]
    return [Override(("listeners",), listeners, "--listen or --security")]


def _overrides(
    listen: tuple[str, ...],
    security: str | None,
    settings: Mapping[str, tuple[Key, object]],
    limits: tuple[str, ...],
) -> list[Override]:
    """Make of the options what takes the place of the file's keys."""
    found = listener_overrides(listen, security)
    for option, (key, value) in settings.items():
        if value is not None:
            found.append(Override(key, value, option))
    for limit in limits:
        name, _, text = limit.partition("=")
        try:
            number = float(text) if "." in text else int(text)
        except ValueError:
            raise _refusal(f"--limit {limit}: a number is due, as in {name}=10") from None
        found.append(Override(("limits", name), number, f"--limit {limit}"))
    return found


@click.command("serve")
@click.option(
    "--config", "config", metavar="FILE", type=click.Path(),
    help="A configuration file; docs/configuration.md has its keys, `ipam-progress config check` "
    "tries one. Options take the place of what it says.",
)  # fmt: skip
@click.option(
    "--listen",
    multiple=True,
    metavar="ENDPOINT",
    help="Where to listen, as Twisted writes it; port 0 is any that is free. Several are possible. "
    f"[default: {_ENDPOINT}]",
)
@click.option(
    "--security",
    type=click.Choice(["windows", "tls", "none"]),
    help="What protects sessions: Windows accounts with encryption, TLS, or nothing.  "
    "[default: windows]",
)
@click.option(
    "--accounts", metavar="FILE", type=click.Path(),
    help="The accounts that may log on with NTLM; `ipam-progress passwd` makes the file.",
)  # fmt: skip
@click.option(
    "--keytab", metavar="FILE", type=click.Path(),
    help="The keys of this service, for clients that log on with Kerberos.",
)  # fmt: skip
@click.option(
    "--allow-unprotected-network", is_flag=True, default=None,
    help="Serve other machines than this one although nothing protects what they say.",
)  # fmt: skip
@click.option(
    "--store", metavar="FILE|URL",
    help="What operations and tasks are recorded in: an SQLite file, which is made if it is not "
    "there, or postgresql://USER@HOST/DATABASE.  [default: nothing is recorded]",
)  # fmt: skip
@click.option(
    "--metrics", metavar="ENDPOINT",
    help="Where to serve metrics for Prometheus, as for --listen; on loopback alone.",
)  # fmt: skip
@click.option(
    "--page", metavar="ENDPOINT",
    help="Where to serve the live page; it may be the endpoint of --metrics.",
)  # fmt: skip
@click.option(
    "--http", metavar="ENDPOINT",
    help="Where to serve WSDL and schemas, at http://HOST:PORT/ipam?wsdl; on loopback alone.",
)  # fmt: skip
@click.option(
    "--soap", is_flag=True, default=None,
    help="Serve the tasks there too, as SOAP 1.2 in text, to everybody who can connect.",
)  # fmt: skip
@click.option(
    "--metadata-exchange", is_flag=True, default=None,
    help="Answer who asks for metadata over net.tcp, at /mex; no security is needed for that.",
)  # fmt: skip
@click.option(
    "--log-level", type=click.Choice([each.value for each in MinimumLevel]),
    help="What is logged at least.  [default: info]",
)  # fmt: skip
@click.option(
    "--log-format", type=click.Choice([each.value for each in LogFormat]),
    help="Lines of text, or of JSON with the fields of each event.  [default: text]",
)  # fmt: skip
@click.option("--app", metavar="MODULE:REGISTRY", help="Serve the OperationRegistry of a program.")
@click.option("--demo", is_flag=True, help="Serve the demonstration: every operation, every task.")
@click.option(
    "--demo-subtasks", type=click.IntRange(min=1), default=3, show_default=True, metavar="COUNT",
    help="Subtasks of an operation.",
)  # fmt: skip
@click.option(
    "--demo-steps", type=click.IntRange(min=1), default=4, show_default=True, metavar="COUNT",
    help="Steps of a subtask.",
)  # fmt: skip
@click.option(
    "--demo-delay", type=click.FloatRange(min=0), default=0, show_default=True,
    metavar="SECONDS", help="How long a step takes.",
)  # fmt: skip
@click.option(
    "--operation-path", metavar="PATH",
    help=f"Path of the service for operations.  [default: {OPERATION_PATH}]",
)  # fmt: skip
@click.option(
    "--server-path", metavar="PATH",
    help=f"Path of the service for tasks.  [default: {SERVER_PATH}]",
)  # fmt: skip
@click.option(
    "--limit",
    "limits",
    multiple=True,
    metavar="NAME=NUMBER",
    help="Change a limit of ipam_progress.Limits, such as connections=100 or stop_timeout=5.",
)
def command(  # noqa: PLR0917 (click hands them over by name)
    config: str | None,
    listen: tuple[str, ...],
    security: str | None,
    accounts: str | None,
    keytab: str | None,
    allow_unprotected_network: bool | None,
    store: str | None,
    metrics: str | None,
    page: str | None,
    http: str | None,
    soap: bool | None,
    metadata_exchange: bool | None,
    log_level: str | None,
    log_format: str | None,
    app: str | None,
    demo: bool,
    demo_subtasks: int,
    demo_steps: int,
    demo_delay: float,
    operation_path: str | None,
    server_path: str | None,
    limits: tuple[str, ...],
) -> None:
    """Serve operations and tasks to management clients.

    Prints a line for each listener once clients can connect; the log goes to stderr. SIGTERM and
    SIGINT stop the server in order: handlers that run are given some time, then their clients are
    told that the operation has failed. A second signal ends it at once. SIGHUP reads accounts,
    keytab, certificates, groups, roles and policies again, and opens the file of the log again.

    \b
    Exit status:
      0    stopped by a signal
      2    could not be started as it was asked to
    """  # noqa: D301 (click's mark for lines that stay as they are is a backspace)
    if demo == (app is not None):
        raise _refusal("say either --app MODULE:REGISTRY, for the handlers of a program, or --demo")
    options: dict[str, tuple[Key, object]] = {
        "--accounts": (("accounts", "file"), accounts),
        "--keytab": (("kerberos", "keytab"), keytab),
        "--allow-unprotected-network": (
            ("allow_unprotected_network",),
            allow_unprotected_network,
        ),
        "--store": (("store", "url" if "://" in (store or "") else "file"), store),
        "--metrics": (("monitoring", "metrics"), metrics),
        "--page": (("monitoring", "page"), page),
        "--http": (("http", "endpoint"), http),
        "--soap": (("http", "soap"), soap),
        "--metadata-exchange": (("metadata_exchange",), metadata_exchange),
        "--log-level": (("logging", "level"), log_level),
        "--log-format": (("logging", "format"), log_format),
        "--operation-path": (("paths", "operation"), operation_path),
        "--server-path": (("paths", "server"), server_path),
    }
    if app is not None:
        registry = load_registry(app)
    else:
        registry = demo_registry(
            subtasks=demo_subtasks, steps=demo_steps, delay=demo_delay, sleep=sleep
        )

    def audit(entry: AuditEntry) -> None:
        log_decision(entry)
        server.recorder.audit(entry)

    try:
        settings = _Settings(config, _overrides(listen, security, options, limits), audit)
        settings.adjust(registry.tasks)
        access = settings.access()
        database = settings.store()
        log = settings.log()
    except ConfigurationError as error:
        *others, last = error.problems
        for problem in others:
            click.echo(f"Error: {printable(problem)}", err=True)
        raise _refusal(last) from None
    configuration = settings.configuration
    server = ManagementServer(
        registry,
        listen=[
            Listener(str(listener.endpoint), protection)
            for listener, protection in zip(configuration.listeners, access.securities, strict=True)
        ],
        allow_unprotected_network=configuration.allow_unprotected_network,
        operation_path=configuration.paths.operation,
        server_path=configuration.paths.server,
        metadata_exchange=configuration.metadata_exchange,
        limits=configuration.limits,
        keepalive=configuration.keepalive,
        merge_progress=configuration.merge_progress,
        identities=access.identities,
        authorizer=access.authorizer,
        store=database,
    )
    run_in_reactor(
        partial(serve_until_cancelled, server, tuple(web_services(configuration, server))),
        log=log,
        hangup=partial(_hang_up, settings, server, log),
    )
