"""``ipam-progress decode``: finds out in which form octets were recorded, and shows them.

Three forms are read: the raw octets of one direction of a connection, lines of hexadecimal digits,
one for each direction, and JSON with the records of both directions in their order, as in
``{"connections": [[{"from": "client", "bytes": "000100"}]]}``. What the octets say is the affair of
`transcript`.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Final

import click

from ipam_progress.cli.process import ExitStatus
from ipam_progress.cli.text import printable
from ipam_progress.cli.transcript import StreamTranscript

__all__ = ["Recording", "command"]

_HEX_LINES: Final = re.compile(rb"(\xef\xbb\xbf)?\s*[0-9A-Fa-f][0-9A-Fa-f\s]*")
_JSON: Final = re.compile(rb"(\xef\xbb\xbf)?\s*\{")


class Recording:
    """Shows what was recorded, line by line.

    Attributes:
        damaged: Whether something could not be read.
    """

    def __init__(self) -> None:
        self.damaged = False

    def lines(self, octets: bytes) -> Iterator[str]:
        """Show a recording in whichever form it is."""
        read: Callable[[bytes], Iterator[str]] = self._raw
        if _HEX_LINES.fullmatch(octets):
            read = self._hex_lines
        elif _JSON.match(octets):
            read = self._conversation
        return read(octets)

    def _damage(self, reason: str) -> str:
        self.damaged = True
        return f"damaged: {printable(reason)}"

    def _raw(self, octets: bytes) -> Iterator[str]:
        if not octets:
            yield self._damage("the recording is empty")
            return
        # a client begins with a Version record, a server never does
        transcript = StreamTranscript("client" if octets[0] == 0 else "server")
        yield from transcript.feed(octets)
        yield from transcript.finish()
        self.damaged |= transcript.damaged

    def _hex_lines(self, octets: bytes) -> Iterator[str]:
        for number, line in enumerate(octets.decode("utf-8-sig").splitlines(), 1):
            digits = "".join(line.split())
            if not digits:
                continue
            if len(digits) % 2:
                yield self._damage(f"line {number} has an odd number of digits; the last is left")
                digits = digits[:-1]
            yield from self._raw(bytes.fromhex(digits))

    def _conversation(self, octets: bytes) -> Iterator[str]:
        try:
            connections = json.loads(octets)["connections"]
        except (ValueError, RecursionError) as error:
            yield self._damage(f"no JSON: {error}")
            return
        except KeyError:
            connections = None
        if not isinstance(connections, list):
            yield self._damage('the JSON has no list "connections"')
            return
        for number, entries in enumerate(connections, 1):
            yield f"connection {number}"
            if isinstance(entries, list):
                yield from self._connection(entries)
            else:
                yield self._damage(f"connection {number} is no list of records")

    def _connection(self, entries: list[Any]) -> Iterator[str]:
        transcripts = {sender: StreamTranscript(sender) for sender in ("client", "server")}
        for number, entry in enumerate(entries, 1):
            sender = entry.get("from") if isinstance(entry, dict) else None
            if not isinstance(sender, str) or sender not in transcripts:
                yield self._damage(f'record {number} says no "from": client or server')
                continue
            if "bytes" not in entry:  # the end of the TCP stream: FIN or RST
                what = str(entry.get("record") or entry.get("event"))
                yield f"{sender}          {printable(what)}"
                continue
            try:
                octets = bytes.fromhex(entry["bytes"])
            except (TypeError, ValueError):
                yield self._damage(f"the bytes of record {number} are no hexadecimal digits")
                continue
            yield from transcripts[sender].feed(octets)
        for transcript in transcripts.values():
            yield from transcript.finish()
            self.damaged |= transcript.damaged


@click.command("decode")
@click.argument("file", type=click.File("rb"))
def command(file: BinaryIO) -> None:
    """Show recorded octets as records and messages.

    FILE (- for standard input) holds the raw octets of one direction of a connection as they were
    sent, or lines of hexadecimal digits, one for each direction, or the records of both directions
    as JSON. Streams that are protected by an upgrade are shown up to it.

    What is damaged is shown up to the damage, with its offset and the reason; the exit status is
    1 then.
    """
    recording = Recording()
    for line in recording.lines(file.read()):
        print(line)
    if recording.damaged:
        raise click.exceptions.Exit(ExitStatus.FAILED)
