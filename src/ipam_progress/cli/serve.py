"""``ipam-progress serve``: a server as a process, for a program's registry or the demonstration."""

import sys
import traceback
from collections.abc import Awaitable
from dataclasses import fields
from functools import partial
from importlib import import_module
from typing import Any, Final

import click
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.endpoints import serverFromString
from twisted.internet.error import CannotListenError
from twisted.internet.task import deferLater
from twisted.logger import Logger

from ipam_progress.cli.process import Ended, ExitStatus, run_in_reactor
from ipam_progress.contracts import PARAMETER_TYPES
from ipam_progress.demo import demo_registry
from ipam_progress.net.limits import Limits
from ipam_progress.net.server import OPERATION_PATH, SERVER_PATH, ManagementServer
from ipam_progress.operations import OperationRegistry

__all__ = ["command", "load_registry", "serve_until_cancelled", "sleep"]

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


async def serve_until_cancelled(server: ManagementServer, listen: tuple[str, ...]) -> None:
    """Serve until a signal cancels it, then stop in order.

    Raises:
        Ended: If it cannot listen as it was asked to.
    """
    for description in listen:
        try:
            serverFromString(server.reactor, description)
        except Exception as error:  # noqa: BLE001 (each kind of endpoint has errors of its own)
            raise _refusal(
                f"--listen {description!r} is no endpoint ({error}); an example: {_ENDPOINT}"
            ) from None
    try:
        urls = await server.start()
    except CannotListenError as error:
        why = getattr(error.socketError, "strerror", None) or error.socketError
        raise _refusal(
            f"cannot listen on {error.interface or 'any address'}, port {error.port}: {why}; "
            "say another endpoint with --listen"
        ) from None
    except Exception as error:  # noqa: BLE001 (as above, what Twisted calls CannotListenError apart)
        raise _refusal(f"cannot listen on {' and '.join(listen)}: {error}") from None
    for url in urls:
        print(f"listening on {url}", flush=True)
    operations = sum(server.registry.find(each) is not None for each in PARAMETER_TYPES)
    _log.info(
        "operations: {operations}, tasks: {tasks}; whoever can connect may start them",
        operations=operations,
        tasks=len(server.registry.tasks),
    )
    try:
        await Deferred()
    except CancelledError:
        _log.info("stopping")
        await server.stopService()
        _log.info("stopped")


def _limits(settings: tuple[str, ...]) -> Limits:
    """Make limits of ``NAME=NUMBER`` texts."""
    usual = Limits()
    kinds: dict[str, type[int | float]] = {
        field.name: type(getattr(usual, field.name)) for field in fields(usual)
    }
    chosen: dict[str, Any] = {}
    for setting in settings:
        name, _, number = setting.partition("=")
        if name not in kinds:
            raise _refusal(f"--limit {setting}: the limits are {', '.join(kinds)}")
        try:
            chosen[name] = kinds[name](number)
        except ValueError:
            raise _refusal(f"--limit {setting}: a number is due, as in {name}=10") from None
    try:
        return Limits(**chosen)
    except ValueError as error:
        raise _refusal(f"--limit: {error}") from None


@click.command("serve")
@click.option(
    "--listen",
    multiple=True,
    default=(_ENDPOINT,),
    show_default=True,
    metavar="ENDPOINT",
    help="Where to listen, as Twisted writes it; port 0 is any that is free. Several are possible.",
)
@click.option(
    "--security",
    type=click.Choice(["none"]),
    help="Has to be said: Windows security does not exist here yet, and without any, whoever can "
    "connect may start everything.",
)
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
    "--operation-path", default=OPERATION_PATH, show_default=True, metavar="PATH",
    help="Path of the service for operations.",
)  # fmt: skip
@click.option(
    "--server-path", default=SERVER_PATH, show_default=True, metavar="PATH",
    help="Path of the service for tasks.",
)  # fmt: skip
@click.option(
    "--limit",
    "limits",
    multiple=True,
    metavar="NAME=NUMBER",
    help="Change a limit of ipam_progress.Limits, such as connections=100 or stop_timeout=5.",
)
def command(  # noqa: PLR0917 (click hands them over by name)
    listen: tuple[str, ...],
    security: str | None,
    app: str | None,
    demo: bool,
    demo_subtasks: int,
    demo_steps: int,
    demo_delay: float,
    operation_path: str,
    server_path: str,
    limits: tuple[str, ...],
) -> None:
    """Serve operations and tasks to management clients.

    Prints a line for each listener once clients can connect; the log goes to stderr. SIGTERM and
    SIGINT stop the server in order: handlers that run are given some time, then their clients are
    told that the operation has failed. A second signal ends it at once.

    \b
    Exit status:
      0    stopped by a signal
      2    could not be started as it was asked to
    """  # noqa: D301 (click's mark for lines that stay as they are is a backspace)
    if security is None:
        raise _refusal(
            "say --security none: Windows security does not exist here yet, and without any, "
            "whoever can connect may start everything"
        )
    if demo == (app is not None):
        raise _refusal("say either --app MODULE:REGISTRY, for the handlers of a program, or --demo")
    for path in (operation_path, server_path):
        if not path.startswith("/"):
            raise _refusal(f"the path {path!r} does not begin with /")
    chosen_limits = _limits(limits)
    if app is not None:
        registry = load_registry(app)
    else:
        registry = demo_registry(
            subtasks=demo_subtasks, steps=demo_steps, delay=demo_delay, sleep=sleep
        )
    try:
        server = ManagementServer(
            registry,
            listen=listen,
            operation_path=operation_path,
            server_path=server_path,
            limits=chosen_limits,
        )
    except ValueError as error:
        raise _refusal(str(error)) from None
    run_in_reactor(partial(serve_until_cancelled, server, listen))
