"""A client and a server in memory: sessions that are stubs, envelopes that are whole."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ipam_progress.binaryxml import (
    END,
    Decoder,
    Encoder,
    EndElement,
    Fragment,
    QName,
    StartElement,
    Token,
    UniqueId,
    declare,
    start,
    text,
    text_of,
)
from ipam_progress.contracts import IpamExceptionId, IpamTaskType
from ipam_progress.namespaces import ADDRESSING, INSTANCE, SOAP
from ipam_progress.service.application import (
    ipam_server_application,
    operation_with_progress_application,
)
from ipam_progress.service.client import encode_request
from ipam_progress.service.endpoint import ServiceEndpoint, Silence
from ipam_progress.service.incoming import Incoming, read_incoming
from ipam_progress.service.protocol import SessionCodec
from ipam_progress.session.faults import IpamError

CONVERSATIONS = Path(__file__).parent.parent / "data" / "conversations"
ADDRESS = "net.tcp://server:808/Service"


class StubSession:
    """A session that knows the order of its two requests, and can be told to fail."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.error: Exception | None = None
        self.request_ids = []
        self.initialized = False

    def initialize(self, parameters) -> None:
        self._note("initialize", parameters)
        if parameters is None:
            raise _invalid("parameters missing")
        if self.initialized:
            raise _invalid("already initialized")
        self.initialized = True

    def start(self, request_id) -> None:
        self.request_ids.append(request_id)
        self._note("start")
        if not self.initialized:
            raise _invalid("not initialized")

    def start_task(self, task_type, server) -> None:
        self._note("start_task", task_type, server)
        if task_type is IpamTaskType.None_:
            raise _invalid("task type")

    def _note(self, *call) -> None:
        self.calls.append(call)
        if self.error is not None:
            raise self.error


def _invalid(text: str) -> IpamError:
    return IpamError(IpamExceptionId.IpamApiInvalidParameter, text)


@dataclass
class Pair:
    """A client and a server with a session between them.

    Attributes:
        endpoint: The server's.
        failures: What the server's hook was told.
    """

    endpoint: ServiceEndpoint
    failures: list[tuple[str, BaseException]]
    session: StubSession = field(default_factory=StubSession)
    codec: SessionCodec = field(default_factory=SessionCodec.create)
    encoder: Encoder = field(default_factory=Encoder)
    decoder: Decoder = field(default_factory=Decoder)

    def send(self, envelope: bytes) -> Incoming | Silence:
        """Let the server answer an envelope."""
        answer = self.endpoint.process(envelope, self.codec, self.session)
        return answer if isinstance(answer, Silence) else read_incoming(self.decoder, answer)

    def request(self, message, message_id=None) -> Incoming | Silence:
        """Let the server answer a request."""
        identifier = message_id or UniqueId.random()
        return self.send(encode_request(self.encoder, message, identifier, ADDRESS))

    def envelope(self, action, *body, message_id="urn:message", headers=()) -> bytes:
        """Make an envelope that no well-behaved client sends, from parts of a `Fragment`."""
        identifier = () if message_id is None else (start("a", "MessageID"), text(message_id), END)
        out = self.encoder.begin()
        out += self.encoder.octets[
            Fragment(
                start("s", "Envelope"),
                declare("s", SOAP),
                declare("a", ADDRESSING),
                start("s", "Header"),
                *(() if action is None else (start("a", "Action"), text(action), END)),
                *identifier,
                *headers,
                END,
                start("s", "Body"),
                *body,
                END,
                END,
            )
        ]
        return self.encoder.finish()


def _pair(make_application) -> Pair:
    failures: list[tuple[str, BaseException]] = []
    application = make_application(lambda *failure: failures.append(failure))
    return Pair(ServiceEndpoint(application), failures)


@pytest.fixture(scope="session")
def make_pair_for():
    """Give a function that makes a session of an application, given what makes that."""
    return _pair


@pytest.fixture
def operations() -> Pair:
    """A session of IIpamOperationWithProgress."""
    return _pair(operation_with_progress_application)


@pytest.fixture
def tasks() -> Pair:
    """A session of IIpamServer."""
    return _pair(ipam_server_application)


@dataclass(frozen=True)
class RecordedSession:
    """The messages of one recorded session in their order: who sent it, envelope, string table."""

    conversation: str
    messages: tuple[tuple[str, bytes], ...]


def _payload(record: bytes) -> bytes:
    position = 1
    while record[position] & 0x80:
        position += 1
    return record[position + 1 :]


def _sessions() -> Iterator[RecordedSession]:
    for path in sorted(CONVERSATIONS.glob("*.json")):
        if path.stem.startswith("ntlm") or path.stem == "raw-over-quota":
            continue
        for connection in json.loads(path.read_text(encoding="utf-8"))["connections"]:
            messages: list[tuple[str, bytes]] = []
            for record in connection:
                if record["record"] == "SizedEnvelope":
                    messages.append((record["from"], _payload(bytes.fromhex(record["bytes"]))))
                elif record["record"] == "PreambleEnd" and messages:
                    yield RecordedSession(path.stem, tuple(messages))
                    messages = []
            yield RecordedSession(path.stem, tuple(messages))


@pytest.fixture(scope="session")
def recorded_sessions() -> list[RecordedSession]:
    """Every recorded session without security, but for the one that is cut off by a quota."""
    return list(_sessions())


_QUALIFIED = {(INSTANCE, "type")}


@pytest.fixture(scope="session")
def infoset():
    """Give what a document says: expanded names, attributes, text, qualified names resolved."""
    return _infoset


def _infoset(tokens: list[Token]) -> list[Any]:
    said: list[Any] = []
    elements: list[StartElement] = []
    pending = ""
    for token in tokens:
        if isinstance(token, StartElement | EndElement):
            if pending:
                element = elements[-1]
                is_name = element.name == (SOAP, "Value")
                said.append(_resolve(pending, element) if is_name else pending)
                pending = ""
            if isinstance(token, StartElement):
                elements.append(token)
                attributes = {
                    item.name: _resolve(text_of(item.value), token)
                    if item.name in _QUALIFIED
                    else text_of(item.value)
                    for item in token.attributes
                }
                said.append((token.name, attributes))
            else:
                elements.pop()
                said.append("end")
        else:
            pending += str(token) if isinstance(token, QName) else text_of(token)
    return said


def _resolve(name: str, element: StartElement) -> tuple[str, str]:
    prefix, _, local_name = name.rpartition(":")
    return element.namespaces.get(prefix, ""), local_name
