"""``ipam-progress start-task``: asks a server to run one of its recurring tasks now."""

import click

from ipam_progress.cli.choices import TASK, URL, timeout_option
from ipam_progress.cli.credentials import security_options
from ipam_progress.cli.process import run_in_reactor
from ipam_progress.cli.run import INTERRUPTIONS, ended_by
from ipam_progress.cli.text import printable
from ipam_progress.contracts import IpamTaskType
from ipam_progress.errors import IpamProgressError
from ipam_progress.net.client import ManagementClient
from ipam_progress.net.upgrades import ClientSecurity

__all__ = ["command"]


@click.command(
    "start-task", epilog="\b\nTasks:\n  " + "\n  ".join(each.value for each in IpamTaskType)
)
@click.argument("url", type=URL)
@click.argument("task", type=TASK, metavar="TYPE")
@click.option("--server", metavar="NAME", help="The server that the task is to look at.")
@security_options
@timeout_option
def command(
    url: str,
    security: ClientSecurity | None,
    task: IpamTaskType,
    server: str | None,
    timeout: float,
) -> None:
    """Start one of a server's recurring tasks.

    URL is net.tcp://HOST:PORT, with a path where the service is not at its usual one; TYPE is one
    of the names below. The server answers when it has triggered the task, not when the task is
    done.

    \b
    Exit status:
      0    the server has triggered the task
      1    the server refused it
      2    it could not be asked for
      3    no connection, or no answer
      130  interrupted
    """  # noqa: D301 (click's mark for lines that stay as they are is a backspace)

    async def main() -> None:
        try:
            await ManagementClient(url, security=security, timeout=timeout).start_task(task, server)
        except (IpamProgressError, *INTERRUPTIONS) as error:
            raise ended_by(f"task {task.value}", error) from None

    run_in_reactor(main)
    print(f"task {task.value} triggered" + (f" for {printable(server)}" if server else ""))
