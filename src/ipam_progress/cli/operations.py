"""``ipam-progress operations``: how operations go and ended, told by their server or its store."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Final

import click
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ipam_progress.binaryxml import to_text
from ipam_progress.binaryxml.tree import from_text
from ipam_progress.cli.choices import timeout_option
from ipam_progress.cli.credentials import security_options
from ipam_progress.cli.display import STATUS_STYLES, STATUS_WORDS, percent_text
from ipam_progress.cli.process import Ended, ExitStatus, run_in_reactor
from ipam_progress.cli.run import INTERRUPTIONS, ended_by
from ipam_progress.cli.store import store_of
from ipam_progress.cli.tables import plain, record_table, table_console, time_text
from ipam_progress.cli.text import printable
from ipam_progress.contracts import SubTaskStatus
from ipam_progress.errors import BinaryXmlError, IpamProgressError, StoreError
from ipam_progress.net.client import ManagementClient
from ipam_progress.net.upgrades import ClientSecurity
from ipam_progress.records import OperationRecord, Outcome, SubtaskRecord
from ipam_progress.service.history import MOST_OPERATIONS, request_id_of

__all__ = ["command"]

_STYLES: Final = {
    Outcome.RUNNING: "cyan",
    Outcome.SUCCEEDED: "green",
    Outcome.FAILED: "red",
    Outcome.UNKNOWN: "yellow",
}

_UUID_URN: Final = "urn:uuid:"


@click.command("operations")
@click.argument("url", metavar="[SOURCE]", required=False)
@click.argument("request_id", metavar="[REQUEST_ID]", required=False)
@click.option(
    "--config", "file", metavar="FILE", type=click.Path(), help="The configuration of the server."
)
@click.option(
    "--outcome", type=click.Choice([each.value for each in Outcome]), help="Only those with it."
)
@click.option(
    "--limit",
    type=click.IntRange(1, MOST_OPERATIONS),
    default=20,
    show_default=True,
    help="How many at most.",
)
@click.option("--json", "as_json", is_flag=True, help="Print an object a line for each.")
@security_options
@timeout_option
def command(  # noqa: PLR0917 (click hands them over by name)
    url: str | None,
    security: ClientSecurity | None,
    request_id: str | None,
    file: str | None,
    outcome: str | None,
    limit: int,
    as_json: bool,
    timeout: float,
) -> None:
    """Tell how operations go and how they ended.

    SOURCE is the server, net.tcp://HOST:PORT, which tells clients of their own operations, and IPAM
    administrators of all. On the server's machine it can be its store: sqlite:///FILE or
    postgresql://USER@HOST/DATABASE, or --config with its configuration. A server that keeps no
    records cannot tell.

    The newest come first; REQUEST_ID shows one with all that is known of it. It is the MessageID
    with which the client asked for the start, or the UUID in it: WCF clients have it in their
    message logs, `ipam-progress run` tells it when it loses its connection.

    \b
    Exit status:
      0    it was printed
      1    there is no such operation, the server refused, or the store cannot be read
      2    it could not be asked for
      3    no connection, no answer, or a server that does not tell
      130  interrupted
    """  # noqa: D301 (click's mark for lines that stay as they are is a backspace)
    if file is not None:
        if request_id is not None:
            raise click.UsageError("--config takes the place of SOURCE: give one of them")
        url, request_id = None, url
    elif url is None:
        raise click.UsageError("name a server, or its store by its URL or with --config")
    wanted = None if outcome is None else Outcome(outcome)
    if url is not None and url.startswith("net.tcp:"):
        found = _ask(_client(url, security, timeout), request_id, wanted, limit)
    else:
        found = _look(url, file, request_id, wanted, limit)
    if request_id is None:
        print_list = _print_json if as_json else _print_table
        print_list(found)
    elif not found:
        raise Ended(
            ExitStatus.FAILED,
            f"no operation is on record that was asked for with {request_id_of(request_id)}, or it "
            "was started by somebody else",
        )
    elif as_json:
        _print_json(found, in_full=True)
    else:
        _print_in_full(found[0])


def _client(url: str, security: ClientSecurity | None, timeout: float) -> ManagementClient:
    try:
        return ManagementClient(url, security=security, timeout=timeout)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _ask(
    client: ManagementClient, request_id: str | None, outcome: Outcome | None, limit: int
) -> Sequence[OperationRecord]:
    """Ask a server; for one operation, of which there may be none, or for a list."""

    async def main() -> Sequence[OperationRecord]:
        try:
            if request_id is None:
                return await client.operations(limit=limit, outcome=outcome)
            record = await client.operation(request_id)
        except (IpamProgressError, *INTERRUPTIONS) as error:
            raise ended_by("the list of operations", error) from None
        return () if record is None else (record,)

    return run_in_reactor(main)


def _look(
    url: str | None,
    file: str | None,
    request_id: str | None,
    outcome: Outcome | None,
    limit: int,
) -> Sequence[OperationRecord]:
    """Look into a store, as `_ask` asks a server."""
    try:
        with store_of(url, file).look() as store:
            if request_id is None:
                return store.operations(limit, outcome)
            record = store.operation_by_request(request_id_of(request_id))
    except StoreError as error:
        raise Ended(ExitStatus.FAILED, str(error)) from None
    return () if record is None else (record,)


# --- Printing ------------------------------------------------------------------------------------


def _print_json(records: Iterable[OperationRecord], *, in_full: bool = False) -> None:
    for record in records:
        members = asdict(record)
        del members["checkpoint"]  # its handler's affair
        if not in_full:
            del members["parameters"], members["subtasks"]
        print(json.dumps(members, default=plain))


def _print_table(records: Sequence[OperationRecord]) -> None:
    if not records:
        print("no operations are on record")
        return
    console = table_console()
    table = record_table()
    headings = [each for each in _COLUMNS if console.width >= _ROOMY or each not in _LESS_VITAL]
    for heading in headings:
        table.add_column(
            heading,
            justify="right" if heading in _NUMBERS else "left",
            no_wrap=heading == "Request",  # whole, for the next command line
            overflow="fold",
        )
    for record in records:
        table.add_row(*(_COLUMNS[heading](record) for heading in headings))
    console.print(table)


def _print_in_full(record: OperationRecord) -> None:
    console = table_console()
    outcome = Text(record.outcome.value, style=_STYLES[record.outcome])
    console.print(Text(f"{printable(record.operation_id)}: ") + outcome)
    client = record.client or "nobody knows who"
    facts = {
        "request": record.request_id,
        "id": str(record.id),
        "client": f"{client}, from {record.address}" if record.address else client,
        "started": time_text(record.started),
        "ended": "" if record.ended is None else time_text(record.ended),
        "took": _duration_text(record),
        "done": percent_text(record.percent),
        "attempts": str(record.attempts) if record.attempts > 1 else "",
        "seen": _seen_text(record),
        "error": record.error or "",
    }
    for name, fact in facts.items():
        if fact:
            console.print(_text(f"  {name:8}  {fact}"), soft_wrap=True)
    if record.subtasks:
        first = record.subtasks[0].number
        if first > 1:
            console.print(f"Of so many subtasks those below number {first} are left off.")
        console.print(_subtask_table(record.subtasks))
    if record.parameters:
        console.print("Parameters")
        for line in _indented(record.parameters):
            console.print(_text(f"  {line}"), soft_wrap=True)


def _indented(document: str) -> Sequence[str]:
    """Give the lines of a document as people read it; as it is where it is none."""
    try:
        return to_text(from_text(document), indent=True).split("\n")
    except BinaryXmlError:
        return (document,)


def _subtask_table(subtasks: Iterable[SubtaskRecord]) -> Table:
    table = record_table()
    table.add_column("Subtask")
    table.add_column("Status")
    table.add_column("Done", justify="right")
    table.add_column("")
    for subtask in subtasks:
        try:
            status = SubTaskStatus(subtask.status)
            words = Text(STATUS_WORDS[status], style=STATUS_STYLES.get(status, ""))
        except ValueError:  # of another version
            words = _text(subtask.status)
        table.add_row(
            _text(subtask.name or f"subtask {subtask.number}"),
            words,
            percent_text(subtask.percent),
            _text(subtask.error or subtask.description),
        )
    return table


def _text(text: str) -> Text:
    """Give what a peer said, as it is: neither markup nor anything that a terminal obeys."""
    return Text(printable(text))


def _duration_text(record: OperationRecord) -> str:
    if record.ended is None:
        return ""
    seconds = (record.ended - record.started).total_seconds()
    return f"{seconds:.1f} s" if seconds < 60 else str(timedelta(seconds=int(seconds)))


def _seen_text(record: OperationRecord) -> str:
    """Say whether the client saw the end, once there is one."""
    if not record.outcome.is_final:
        return ""
    return "yes" if record.client_saw_end else "no"


_COLUMNS: Final[Mapping[str, Callable[[OperationRecord], RenderableType]]] = {
    "Started": lambda record: time_text(record.started),
    "Operation": lambda record: _text(record.operation_id),
    "Client": lambda record: _text(record.client),
    "Outcome": lambda record: Text(record.outcome.value, style=_STYLES[record.outcome]),
    "Done": lambda record: percent_text(record.percent),
    "Took": _duration_text,
    "Seen": _seen_text,
    "Request": lambda record: _text(record.request_id.removeprefix(_UUID_URN)),
}
_NUMBERS: Final = {"Done", "Took"}

_LESS_VITAL: Final = {"Client", "Done", "Took", "Seen"}
"""What is left out where there is no room."""

_ROOMY: Final = 120
"""Columns of a terminal that has room for everything."""
