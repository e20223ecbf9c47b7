"""``ipam-progress decode``: shows what was recorded of net.tcp, in whichever form."""

from typing import BinaryIO

import click

from ipam_progress.cli.inspecting import inspecting_options
from ipam_progress.cli.process import ExitStatus
from ipam_progress.cli.renderings import Rendering
from ipam_progress.inspection import DamageFound, SourceDamaged, inspect, read_source
from ipam_progress.security.accounts import AccountLookup

__all__ = ["command"]


@click.command("decode")
@click.argument("file", type=click.File("rb"))
@inspecting_options
@click.option(
    "--connection", "only", metavar="N", type=click.IntRange(min=1), help="Show this one alone."
)
def command(
    file: BinaryIO, rendering: Rendering, accounts: AccountLookup | None, only: int | None
) -> None:
    """Show recorded octets as records and messages.

    FILE (- for standard input) is a capture of packets (pcap, pcapng), a recording of our own, the
    octets that one side of a connection sent, lines of hexadecimal digits, one for each side, or
    the records of both sides as JSON. In captures the sessions of net.tcp are found on any port.

    Sessions that NTLM protects are opened with the password of the account; others are shown up to
    their protection. What is damaged is shown up to the damage, with its offset and the reason; the
    exit status is 1 then.
    """
    damaged = False
    for item in inspect(read_source(file), accounts):
        if only is None or getattr(item, "connection", only) == only:
            damaged |= isinstance(item, DamageFound | SourceDamaged)
            rendering.show(item)
    rendering.finish()
    if damaged:
        raise click.exceptions.Exit(ExitStatus.FAILED)
