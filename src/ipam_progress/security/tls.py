"""The stream upgrade ``application/ssl-tls``: TLS over `ssl.MemoryBIO`, either end.

A `TlsServer` or a `TlsClient` has what does not change from session to session: certificates, who
is trusted, how a certificate becomes a name. Its `new_upgrade` gives the `StreamUpgrade` of one
session, a `TlsUpgrade`. [MC-NMF] 2.2.3.5 names the upgrade and says no more about it than that it
is TLS; what WCF does is followed here:

- TLS ends with the session and no close_notify is exchanged; the next preamble follows on the bare
  stream, perhaps in the same segment. So octets are given to TLS record by record, and what is
  behind the record that carried End was never inside.
- WCF's clients name no host in the handshake (no SNI) and compare the certificate themselves.

Nothing is carried over from one session to the next: there are no session tickets, so everyone
shows a certificate each time. Knows no sockets. It has no clock either, but OpenSSL looks at one
to tell whether a certificate has expired.
"""

import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from enum import Enum
from hmac import compare_digest
from pathlib import Path
from typing import Any, ClassVar, Final, NoReturn

from cryptography import x509

from ipam_progress.errors import LocalProtocolError, SecurityError
from ipam_progress.security.certificates import (
    KeyedCertificate,
    certificate_host,
    certificate_name,
    certificate_subject,
    fingerprint_of,
    normal_fingerprint,
)
from ipam_progress.security.tls_words import plain_words
from ipam_progress.security.upgrade import (
    AuthenticatedPeer,
    DataReceived,
    HandshakeCompleted,
    UpgradeClosed,
    UpgradeEvent,
)

__all__ = [
    "SSL_TLS",
    "TRANSITIONS",
    "ClientCertificates",
    "NameOfCertificate",
    "TlsAction",
    "TlsClient",
    "TlsInput",
    "TlsServer",
    "TlsState",
    "TlsUpgrade",
]

NameOfCertificate = Callable[[x509.Certificate], str]
"""Names the owner of a client's certificate; raises `SecurityError` to turn it away."""

SSL_TLS: Final = "application/ssl-tls"
"""The name of this upgrade, [MC-NMF] 2.2.3.5."""

MECHANISM: Final = "TLS"

HANDSHAKE_LIMIT: Final = 65_535
"""Octets of a peer's records until the handshake is over; a long chain takes some 10,000."""

CIPHERS: Final = "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES:!aNULL:!SHA1:!AESCCM:@SECLEVEL=2"
"""What TLS 1.2 may use: keys that are gone when the session is, and no SHA-1.

CBC with SHA-2 stays in: Windows Server 2012 R2 has nothing better for RSA certificates. TLS 1.3
has good ciphers only.
"""

_HEADER: Final = 5
_RECORD_TYPES: Final = range(0x14, 0x18)  # change_cipher_spec, alert, handshake, application_data
_PLAINTEXT_LIMIT: Final = 1 << 14
_RECORD_LIMIT: Final = _PLAINTEXT_LIMIT + 2048  # TLS 1.2, [RFC 5246] 6.2.3; 1.3 allows less


class ClientCertificates(Enum):
    """Whether a server asks its clients for a certificate."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


_VERIFY_MODES: Final = {
    ClientCertificates.NONE: ssl.CERT_NONE,
    ClientCertificates.OPTIONAL: ssl.CERT_OPTIONAL,
    ClientCertificates.REQUIRED: ssl.CERT_REQUIRED,
}


class TlsServer:
    """The server's end: makes an upgrade for each session, with the certificate of the day.

    Attributes:
        client_certificates: Whether clients are asked for theirs.
        host: The name in the certificate; None if there is none of a single host.

    Args:
        load_certificate: Reads the certificate with its key; called now and with each `reload`.
            ``partial(KeyedCertificate.from_pem, "server.pem", "server.key")``.
        client_certificates: Whether clients are asked for theirs.
        client_ca_file: The CA certificates, in PEM, that clients' certificates have to come from.
        name_of: Names the owner of a client's certificate.
        minimum_version: The oldest version of TLS that clients may speak.

    Raises:
        OSError: If a file cannot be read.
        ValueError: If a certificate cannot be used, or if there is no CA for those of clients.
    """

    def __init__(
        self,
        load_certificate: Callable[[], KeyedCertificate],
        *,
        client_certificates: ClientCertificates = ClientCertificates.NONE,
        client_ca_file: str | Path | None = None,
        name_of: NameOfCertificate = certificate_name,
        minimum_version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2,
    ) -> None:
        asks = client_certificates is not ClientCertificates.NONE
        if asks and client_ca_file is None:
            raise ValueError(
                "clients are asked for a certificate, but there is no CA to judge it by; give "
                "client_ca_file"
            )
        if not asks and client_ca_file is not None:
            raise ValueError(
                "there is a CA for clients' certificates, but they are not asked for any; set "
                "client_certificates to optional or required"
            )
        self._load_certificate = load_certificate
        self.client_certificates = client_certificates
        self._client_ca_file = client_ca_file
        self._name_of = name_of
        self._minimum_version = minimum_version
        self.reload()

    def reload(self) -> None:
        """Read certificate and CA again, for the sessions that begin from now on.

        Raises:
            OSError: If a file cannot be read; as with `ValueError`, all stays as it was.
            ValueError: If a certificate cannot be used.
        """
        certificate = self._load_certificate()
        self._context = self._new_context(certificate)
        self.host = certificate_host(certificate.certificate)

    def new_upgrade(self) -> "TlsUpgrade":
        """Give the server's end of one session's upgrade."""
        return TlsUpgrade(self._context, self._judge)

    def _new_context(self, certificate: KeyedCertificate) -> ssl.SSLContext:
        context = _new_context(ssl.PROTOCOL_TLS_SERVER, self._minimum_version)
        context.num_tickets = 0
        context.verify_mode = _VERIFY_MODES[self.client_certificates]
        if self._client_ca_file is not None:
            _trust(context, self._client_ca_file)
        certificate.load_into(context)
        return context

    def _judge(self, certificate: bytes | None) -> AuthenticatedPeer:
        """Name a client whose certificate, if it showed one, comes from a CA that is trusted."""
        if certificate is None:
            return AuthenticatedPeer("", MECHANISM)
        try:
            name = self._name_of(x509.load_der_x509_certificate(certificate))
        except SecurityError:
            raise
        except Exception as error:  # a hook's mistake, or a certificate that is not made well
            raise SecurityError(
                "the client's certificate cannot be mapped to a name: "
                f"{type(error).__name__}: {error}"
            ) from error
        if not name or not name.isprintable():
            raise SecurityError(
                f"the name that the client's certificate is mapped to cannot be used: {name!r}"
            )
        return AuthenticatedPeer(name, MECHANISM, certificate=certificate)


class TlsClient:
    """The client's end: makes an upgrade for each session with one server.

    Args:
        identity: The DNS name or IP address that the server's certificate has to be for, the
            host's own or another (WCF: DnsEndpointIdentity). The server is told a DNS name (SNI).
        ca_file: The CA certificates, in PEM, that the server's certificate has to come from; None
            for those that this system trusts.
        pinned: The SHA-256 fingerprint of the one certificate that is accepted, without regard to
            CA, dates and name.
        certificate: What the server is shown if it asks.
        minimum_version: The oldest version of TLS that the server may choose.

    Raises:
        OSError: If a file cannot be read.
        ValueError: If identity, fingerprint or a certificate cannot be used, or if there is
            nothing to tell the right server by.
    """

    def __init__(
        self,
        identity: str | None = None,
        *,
        ca_file: str | Path | None = None,
        pinned: str | None = None,
        certificate: KeyedCertificate | None = None,
        minimum_version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2,
    ) -> None:
        if pinned is None and not identity:
            raise ValueError(
                "there is nothing to tell the right server by; give the identity that its "
                "certificate is for, or the fingerprint of the certificate"
            )
        if pinned is not None and ca_file is not None:
            raise ValueError("a pinned certificate needs no CA; give one of the two")
        self._identity = identity or None
        self._pinned = None if pinned is None else normal_fingerprint(pinned)
        self._context = context = _new_context(ssl.PROTOCOL_TLS_CLIENT, minimum_version)
        if pinned is not None:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE  # `_judge` compares the certificate
        elif ca_file is not None:
            _trust(context, ca_file)
        else:
            context.load_default_certs(ssl.Purpose.SERVER_AUTH)
        if certificate is not None:
            certificate.load_into(context)
        try:
            self.new_upgrade()
        except (ValueError, TypeError, ssl.SSLError):  # too long, a NUL, a dot in front, ...
            raise ValueError(f"{identity!r} is neither a DNS name nor an IP address") from None

    def new_upgrade(self) -> "TlsUpgrade":
        """Give the client's end of one session's upgrade."""
        return TlsUpgrade(self._context, self._judge, identity=self._identity)

    def _judge(self, certificate: bytes | None) -> AuthenticatedPeer:
        """Compare a server's certificate with the pinned one; OpenSSL has checked any other."""
        assert certificate is not None  # noqa: S101 (a server without is no server in TLS)
        if self._pinned is not None:
            fingerprint = fingerprint_of(certificate)
            if not compare_digest(fingerprint, self._pinned):
                raise SecurityError(
                    f"the server showed another certificate than the pinned one: {fingerprint}"
                )
        try:
            name = certificate_subject(x509.load_der_x509_certificate(certificate))
        except ValueError as error:
            raise SecurityError(f"the server's certificate is not made well: {error}") from error
        return AuthenticatedPeer(name, MECHANISM, certificate=certificate)


class TlsState(Enum):
    """Where an upgrade stands."""

    CREATED = "not started"
    HANDSHAKING = "in the handshake"
    OPEN = "open"
    CLOSED = "closed by the peer"
    FAILED = "failed"


class TlsInput(Enum):
    """What can happen to an upgrade."""

    START = "start"
    RECORD = "a record from the peer"
    END_OF_STREAM = "the end of the peer's stream"
    CUT_OFF = "the end of the peer's stream, within a record"
    HANDSHAKE_DONE = "the peer's last message of the handshake"
    CLOSE_NOTIFY = "the peer's close_notify"
    SEND = "data to send"
    FAILURE = "the peer breaks the rules or is refused"


class TlsAction(Enum):
    """What an upgrade does about an input."""

    BEGIN = "give the first message of the handshake, if it is ours"
    ADVANCE = "go on with the handshake"
    JUDGE = "find out who the peer is, and say so"
    OPEN_RECORD = "give what is in the record"
    PROTECT = "protect the data"
    TELL_CLOSED = "say that the peer has closed"
    FAIL_EARLY = "fail: the peer has gone before the handshake was over"
    FAIL_CUT_OFF = "fail: a record is not whole"
    REMEMBER = "remember why"
    RAISE_AGAIN = "raise the error again"


def _transitions() -> Mapping[tuple[TlsState, TlsInput], tuple[TlsAction, TlsState]]:
    state, given, do = TlsState, TlsInput, TlsAction
    table = {
        (state.CREATED, given.START): (do.BEGIN, state.HANDSHAKING),
        (state.HANDSHAKING, given.RECORD): (do.ADVANCE, state.HANDSHAKING),
        (state.HANDSHAKING, given.HANDSHAKE_DONE): (do.JUDGE, state.OPEN),
        (state.HANDSHAKING, given.END_OF_STREAM): (do.FAIL_EARLY, state.HANDSHAKING),
        (state.HANDSHAKING, given.CUT_OFF): (do.FAIL_EARLY, state.HANDSHAKING),
        (state.OPEN, given.RECORD): (do.OPEN_RECORD, state.OPEN),
        (state.OPEN, given.SEND): (do.PROTECT, state.OPEN),
        (state.OPEN, given.CLOSE_NOTIFY): (do.TELL_CLOSED, state.CLOSED),
        (state.OPEN, given.END_OF_STREAM): (do.TELL_CLOSED, state.CLOSED),
        (state.OPEN, given.CUT_OFF): (do.FAIL_CUT_OFF, state.OPEN),
        (state.CLOSED, given.SEND): (do.PROTECT, state.CLOSED),
        (state.FAILED, given.RECORD): (do.RAISE_AGAIN, state.FAILED),
    }
    for any_state in (state.HANDSHAKING, state.OPEN):
        table[any_state, given.FAILURE] = (do.REMEMBER, state.FAILED)
    return table


TRANSITIONS: Final = _transitions()
"""(state, input) to (action, next state); any other pair is a program's mistake."""


class TlsUpgrade:
    """One end of TLS, for one session: a `StreamUpgrade`.

    Attributes:
        state: Where it stands.
    """

    __slots__ = (
        "_buffer",
        "_ended",
        "_failure",
        "_handshake_octets",
        "_incoming",
        "_is_server",
        "_judge",
        "_outgoing",
        "_tls",
        "state",
    )

    def __init__(
        self,
        context: ssl.SSLContext,
        judge: Callable[[bytes | None], AuthenticatedPeer],
        *,
        identity: str | None = None,
    ) -> None:
        """Begin; see `TlsServer.new_upgrade` and `TlsClient.new_upgrade`.

        Args:
            context: What is shown, and who is trusted.
            judge: Names the owner of the peer's certificate, or turns it away.
            identity: Whom a client wants to reach.
        """
        self.state = TlsState.CREATED
        self._is_server = context.protocol is ssl.PROTOCOL_TLS_SERVER
        self._judge = judge
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(
            self._incoming, self._outgoing, server_side=self._is_server, server_hostname=identity
        )
        self._buffer = bytearray()
        self._ended = False
        self._handshake_octets = 0
        self._failure = ""

    # --- StreamUpgrade ---------------------------------------------------------------------------

    def start(self) -> None:
        """Begin the handshake; the client's end then has octets to send."""
        self._input(TlsInput.START)

    def receive_data(self, data: bytes) -> None:
        """Take octets from the transport."""
        self._buffer += data

    def receive_eof(self) -> None:
        """Take notice that the peer sends no more."""
        self._ended = True

    def next_event(self) -> UpgradeEvent | None:
        """Give the next event, or None until more octets have come.

        Raises:
            SecurityError: If the peer is refused or breaks the rules; what it is to be told is in
                `data_to_send`.
        """
        try:
            while (given := self._next_input()) is not None:
                event = self._input(*given)
                if event is not None:
                    return event
        except ssl.SSLError as error:
            self._fail(plain_words(error, "client" if self._is_server else "server"), error)
        return None

    def send_data(self, data: bytes) -> None:
        """Protect octets of the layer above.

        Raises:
            LocalProtocolError: If the handshake is not over.
        """
        self._input(TlsInput.SEND, data)

    def data_to_send(self) -> bytes:
        """Give the octets that are to go to the transport, and forget them."""
        return self._outgoing.read()

    def take_trailing(self) -> bytes:
        """Take back the octets of the bare stream behind the record that was opened last."""
        trailing = bytes(self._buffer)
        self._buffer.clear()
        return trailing

    # --- The machine -----------------------------------------------------------------------------

    def _next_input(self) -> tuple[TlsInput, bytes] | None:
        """Find out what comes next."""
        if self.state in (TlsState.CREATED, TlsState.CLOSED):
            return None  # not for us yet, or not any more
        if self.state is TlsState.FAILED:
            return TlsInput.RECORD, b""  # whatever it is
        size = self._size_of_next_record()
        if 0 < size <= len(self._buffer):
            record = bytes(self._buffer[:size])
            del self._buffer[:size]
            return TlsInput.RECORD, record
        if self._ended:
            return (TlsInput.CUT_OFF if self._buffer else TlsInput.END_OF_STREAM), b""
        return None

    def _input(self, given: TlsInput, subject: Any = None) -> UpgradeEvent | None:
        cell = TRANSITIONS.get((self.state, given))
        if cell is None:
            raise LocalProtocolError(f"{given.value} is not due: TLS is {self.state.value}")
        action, self.state = cell
        return self._ACTIONS[action](self, subject)

    def _fail(self, why: str, cause: BaseException | None = None) -> NoReturn:
        self._input(TlsInput.FAILURE, why)
        raise SecurityError(why) from cause

    def _size_of_next_record(self) -> int:
        """Give the size of the record in front with its header, 0 while it is not known."""
        header = bytes(self._buffer[:_HEADER])
        if not header:
            return 0
        if header[0] not in _RECORD_TYPES or header[1:2] not in (b"", b"\x03"):
            self._refuse_record(f"the peer does not speak TLS: {header.hex(' ')} begins no record")
        if len(header) < _HEADER:
            return 0
        length = int.from_bytes(header[3:], "big")
        if length > _RECORD_LIMIT:
            self._refuse_record(f"a TLS record of {length} octets; {_RECORD_LIMIT} are allowed")
        return _HEADER + length

    def _refuse_record(self, why: str) -> NoReturn:
        # OpenSSL refuses the same header, and knows which alert tells the peer
        self._incoming.write(bytes(self._buffer[:_HEADER]))
        with suppress(ssl.SSLError):
            if self.state is TlsState.OPEN:
                self._tls.read(_PLAINTEXT_LIMIT)
            else:
                self._tls.do_handshake()
        self._fail(why)

    # --- Actions ---------------------------------------------------------------------------------

    def _begin(self, _subject: None) -> None:
        self._handshake()

    def _handshake(self) -> bool:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True

    def _advance(self, record: bytes) -> UpgradeEvent | None:
        self._handshake_octets += len(record)
        if self._handshake_octets > HANDSHAKE_LIMIT:
            self._fail(f"a TLS handshake of more than {HANDSHAKE_LIMIT} octets")
        self._incoming.write(record)
        return self._input(TlsInput.HANDSHAKE_DONE) if self._handshake() else None

    def _find_peer(self, _subject: None) -> UpgradeEvent:
        certificate = self._tls.getpeercert(binary_form=True)
        try:
            return HandshakeCompleted(self._judge(certificate))
        except SecurityError as error:
            # Too late for an alert that gives a reason. A server of TLS 1.3 has not got our last
            # messages yet: it is not shown our certificate if it is not who it should be.
            if not self._is_server:
                self._outgoing.read()
            with suppress(ssl.SSLError):
                self._tls.unwrap()  # close_notify
            self._input(TlsInput.FAILURE, str(error))
            raise

    def _open_record(self, record: bytes) -> UpgradeEvent | None:
        self._incoming.write(record)
        try:
            # a record holds no more than that, so nothing is left behind for another call
            data = self._tls.read(_PLAINTEXT_LIMIT)
        except ssl.SSLWantReadError:
            return None  # nothing for the layer above: a ticket, new keys, an empty record
        return DataReceived(data) if data else self._input(TlsInput.CLOSE_NOTIFY)

    def _protect(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[self._tls.write(rest) :]  # a record at a time

    def _tell_closed(self, _subject: object) -> UpgradeEvent:
        return UpgradeClosed()

    def _fail_early(self, _subject: object) -> NoReturn:
        self._fail("the peer went away in the TLS handshake")

    def _fail_cut_off(self, _subject: object) -> NoReturn:
        self._fail("the peer's stream ended within a TLS record")

    def _remember(self, why: str) -> None:
        self._failure = why

    def _raise_again(self, _subject: object) -> NoReturn:
        raise SecurityError(self._failure)

    _ACTIONS: ClassVar[Mapping[TlsAction, Callable[[Any, Any], UpgradeEvent | None]]] = {
        TlsAction.BEGIN: _begin,
        TlsAction.ADVANCE: _advance,
        TlsAction.JUDGE: _find_peer,
        TlsAction.OPEN_RECORD: _open_record,
        TlsAction.PROTECT: _protect,
        TlsAction.TELL_CLOSED: _tell_closed,
        TlsAction.FAIL_EARLY: _fail_early,
        TlsAction.FAIL_CUT_OFF: _fail_cut_off,
        TlsAction.REMEMBER: _remember,
        TlsAction.RAISE_AGAIN: _raise_again,
    }


def _new_context(protocol: int, minimum_version: ssl.TLSVersion) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    context.minimum_version = minimum_version
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_TICKET
    context.set_ciphers(CIPHERS)
    return context


def _trust(context: ssl.SSLContext, ca_file: str | Path) -> None:
    try:
        context.load_verify_locations(ca_file)
    except ssl.SSLError:
        raise ValueError(f"{ca_file}: there is no CA certificate in PEM in it") from None
