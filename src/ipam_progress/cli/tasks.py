"""``ipam-progress tasks``: shows how the recurring tasks of a server stand."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Final

import click
from rich.console import JustifyMethod
from rich.table import Table
from rich.text import Text

from ipam_progress.cli.choices import URL, timeout_option
from ipam_progress.cli.credentials import security_options
from ipam_progress.cli.process import run_in_reactor
from ipam_progress.cli.run import INTERRUPTIONS, ended_by
from ipam_progress.cli.tables import plain, record_table, table_console, time_text
from ipam_progress.contracts import IpamTaskState
from ipam_progress.errors import IpamProgressError
from ipam_progress.net.client import ManagementClient
from ipam_progress.net.upgrades import ClientSecurity
from ipam_progress.records import TaskRecord
from ipam_progress.tasks.answers import spell_recurrence

__all__ = ["command"]


@click.command("tasks")
@click.argument("url", type=URL)
@click.option("--json", "as_json", is_flag=True, help="Print the tasks as JSON, one a line.")
@security_options
@timeout_option
def command(url: str, security: ClientSecurity | None, as_json: bool, timeout: float) -> None:
    """Show how the recurring tasks of a server stand.

    URL is net.tcp://HOST:PORT, with a path where the service is not at its usual one. Times are
    those of this machine; the result of a run is 0 for success. As JSON times are UTC, and the time
    from one run to the next is in seconds.

    \b
    Exit status:
      0    the tasks are shown
      1    the server refused to tell
      2    it could not be asked
      3    no connection, or no answer
      130  interrupted
    """  # noqa: D301 (click's mark for lines that stay as they are is a backspace)

    async def main() -> tuple[TaskRecord, ...]:
        try:
            return await ManagementClient(url, security=security, timeout=timeout).tasks()
        except (IpamProgressError, *INTERRUPTIONS) as error:
            raise ended_by("the list of tasks", error) from None

    tasks = run_in_reactor(main)
    if as_json:
        for task in tasks:
            print(json.dumps(asdict(task), default=plain))
    else:
        table_console().print(_table(tasks))


def _table(tasks: Iterable[TaskRecord]) -> Table:
    table = record_table()
    for heading, justify in _HEADINGS.items():
        table.add_column(heading, justify=justify)
    for task in tasks:
        table.add_row(
            task.task_type,
            Text(task.state, _STYLES.get(task.state, "")),
            "" if task.last_run is None else time_text(task.last_run),
            Text(_spell_result(task.last_result), "red" if task.last_result else ""),
            "" if task.next_run is None else time_text(task.next_run),
            "" if task.recurrence is None else spell_recurrence(task.recurrence),
        )
    return table


_HEADINGS: Final[Mapping[str, JustifyMethod]] = {
    "Task": "left",
    "State": "left",
    "Last run": "left",
    "Result": "right",
    "Next run": "left",
    "Runs": "left",
}

_STYLES: Final = {
    IpamTaskState.Running.value: "cyan",
    IpamTaskState.Queued.value: "cyan",
    IpamTaskState.Disabled.value: "dim",
}


def _spell_result(result: int | None) -> str:
    """Write a number as programs have it, a large one as Windows spells its own: hexadecimal."""
    if result is None:
        return ""
    return str(result) if 0 <= result < 256 else f"0x{result & 0xFFFFFFFF:08X}"
