"""What the tests of this room share: the recorded conversations with Microsoft's own code."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

CONVERSATIONS = Path(__file__).parent.parent / "data" / "conversations"


@dataclass(frozen=True)
class Recorded:
    """One message of a recorded conversation.

    Attributes:
        conversation: The file's name.
        session: Number of its session in the file; string tables start anew with each.
        sender: ``client`` or ``server``.
        envelope: Its octets, string table and document.
        xml: The message as .NET reads it.
    """

    conversation: str
    session: int
    sender: str
    envelope: bytes
    xml: str

    @property
    def document(self) -> bytes:
        """The octets behind the string table."""
        size, position = 0, 0
        while self.envelope[position] & 0x80:
            size |= (self.envelope[position] & 0x7F) << 7 * position
            position += 1
        size |= self.envelope[position] << 7 * position
        return self.envelope[position + 1 + size :]


def _payload(record: bytes) -> bytes:
    """Take the envelope out of a SizedEnvelope record."""
    position = 1
    while record[position] & 0x80:
        position += 1
    return record[position + 1 :]


def _messages() -> Iterator[Recorded]:
    for path in sorted(CONVERSATIONS.glob("*.json")):
        if path.stem.startswith("ntlm"):
            continue
        session = 0
        for connection in json.loads(path.read_text(encoding="utf-8"))["connections"]:
            for record in connection:
                if record["record"] == "PreambleEnd":
                    session += 1
                if record["record"] == "SizedEnvelope" and "xml" in record:
                    yield Recorded(
                        path.stem,
                        session,
                        record["from"],
                        _payload(bytes.fromhex(record["bytes"])),
                        record["xml"],
                    )


@pytest.fixture(scope="session")
def recorded() -> list[Recorded]:
    """Every message of the recorded conversations without security, in order."""
    return list(_messages())
