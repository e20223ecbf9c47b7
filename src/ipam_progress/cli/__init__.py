"""The command ``ipam-progress``: every command is a module of its name in this package.

A module is imported when its command is wanted, so that ``--help`` does not wait for Twisted and
Spyne; only what stands in `COMMANDS` is known before. What all commands share is in `process`
(signals, exit status), `logs`, `choices` (arguments) and `text` (what peers send, made fit to
print).
"""

import io
import sys
from importlib import import_module
from typing import Any, Final

import click

__all__ = ["COMMANDS", "main"]

COMMANDS: Final = {
    "serve": "Serve operations and tasks to management clients.",
    "run": "Run an operation on a server and show its progress.",
    "operations": "Tell how operations go and how they ended.",
    "start-task": "Start one of a server's recurring tasks.",
    "tasks": "Show how the recurring tasks of a server stand.",
    "config": "Check a server's configuration, or show what it comes to.",
    "store": "Look after the database in which a server records what it does.",
    "wsdl": "Write the WSDL of a server, with its schemas.",
    "passwd": "Keep the accounts that may log on to a server.",
    "demo": "Show a server and a client at work, here and now.",
    "decode": "Show recorded octets as records and messages.",
    "proxy": "Show what passes between clients and a server, live.",
}
"""The commands and what they do, in the order in which they are listed."""

_EXAMPLES: Final = """\b
Examples:
  ipam-progress demo
  ipam-progress serve --security none --demo
  ipam-progress passwd accounts.txt alice
  ipam-progress serve --accounts accounts.txt --app myserver:registry
  ipam-progress config check server.toml
  ipam-progress store upgrade --config server.toml
  ipam-progress wsdl --config server.toml --output metadata
  ipam-progress run net.tcp://127.0.0.1:9100 CreateDhcpScope
  ipam-progress run net.tcp://127.0.0.1:9100 CreateDhcpScope \\
      --parameters scope.json --json
  ipam-progress operations net.tcp://127.0.0.1:9100 --outcome failed
  ipam-progress start-task net.tcp://127.0.0.1:9100 Discovery --server dhcp1
  ipam-progress tasks net.tcp://127.0.0.1:9100
  ipam-progress decode recorded.bin
  ipam-progress proxy 9200 net.tcp://127.0.0.1:9100 --record session.jsonl
"""


class _Misuse(click.ClickException):
    """A command line that cannot be understood, told in one line."""

    exit_code = 2


class _CommandModules(click.Group):
    """A group whose commands are modules, imported when they are wanted."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what is wrong with its arguments takes one line, not click's four."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            command = (error.ctx or ctx).command_path
            raise _Misuse(f"{error.format_message()} ({command} --help says more)") from error
        except KeyboardInterrupt:  # before a command has its own way to deal with it
            raise click.exceptions.Exit(130) from None

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        """Give the names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Give a command; None if there is none of this name."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"{__name__}.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=_CommandModules,
    epilog=_EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="ipam-progress", message="%(prog)s %(version)s")
def main() -> None:
    """Long-running operations of Windows IPAM ([MS-IPAMM2]) over net.tcp.

    Serves them to Microsoft's management clients, and runs them on a server, Microsoft's or one
    of our own, with live progress.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # a name with letters that the terminal does not have is no reason to fail
            stream.reconfigure(errors="backslashreplace")
