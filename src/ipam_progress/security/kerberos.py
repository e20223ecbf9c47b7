"""Kerberos, both ends, through python-gssapi and MIT's library: the extra ``kerberos``.

The server's keys come from a keytab that is named, not from the environment; every service in it is
served, so a server can have several names. Delegated credentials are not asked for, and not looked
at where a client sends some. The package works without the extra: `require` says what is missing.

The library asks key distribution centres over the network when an initiator begins, and nowhere
else: make a `KerberosInitiator` where waiting is allowed. Acceptors ask nobody.
"""

import importlib
import os
from pathlib import Path
from typing import Any, Final

from ipam_progress.errors import LocalProtocolError, SecurityError
from ipam_progress.security.mechanism import ProtectionLevel, Status, refuse
from ipam_progress.security.pac import parse_logon_info
from ipam_progress.security.upgrade import AuthenticatedPeer

__all__ = ["KERBEROS_OIDS", "KerberosAcceptor", "KerberosInitiator", "Keytab", "is_available"]

KERBEROS_OIDS: Final = ("1.2.840.113554.1.2.2", "1.2.840.48018.1.2.2")
"""Its name, and how Windows 2000 misspelled it; Windows has offered that first ever since."""

_LOGON_INFO: Final = "urn:mspac:logon-info"


def _load() -> tuple[Any, str]:
    """Import python-gssapi, or tell what is missing: it, or MIT's library below it."""
    try:
        return importlib.import_module("gssapi"), ""
    except ImportError as error:
        return None, str(error)


gssapi, _missing = _load()


def is_available() -> bool:
    """Whether Kerberos can be used."""
    return gssapi is not None


def require() -> None:
    """Make sure that Kerberos can be used.

    Raises:
        LocalProtocolError: If it cannot.
    """
    if gssapi is None:
        raise LocalProtocolError(
            f"Kerberos is not installed ({_missing}): pip install 'ipam-progress[kerberos]',"
            " which needs MIT Kerberos with its headers (libkrb5-dev) and a C compiler"
        )


class Keytab:
    """The keys of a server: what makes `KerberosAcceptor`. It is shared by all connections.

    The file is read again for every client, so keys may change while the server runs.
    """

    __slots__ = ("_credentials", "path")

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Open a keytab.

        Raises:
            LocalProtocolError: If it cannot be used, or Kerberos is not installed.
        """
        require()
        self.path = Path(path)
        # The library takes a file that is missing for one that has no keys yet.
        if not os.access(self.path, os.R_OK):
            raise LocalProtocolError(f"the keytab {self.path} is missing, or may not be read")
        try:
            self._credentials = gssapi.Credentials(
                usage="accept",
                mechs=[gssapi.MechType.kerberos],
                store={"keytab": f"FILE:{self.path}"},
            )
        except gssapi.exceptions.GSSError as error:
            raise LocalProtocolError(f"the keytab {self.path} is of no use: {error}") from error

    def __repr__(self) -> str:
        return f"<Keytab {str(self.path)!r}>"

    def acceptor(self) -> "KerberosAcceptor":
        """Begin with a client."""
        return KerberosAcceptor(gssapi.SecurityContext(creds=self._credentials, usage="accept"))


class _Context:
    """What both ends have, as `mechanism.Mechanism` asks for it."""

    __slots__ = ("_context", "_level", "_peer")

    oids = KERBEROS_OIDS

    def __init__(self, context: Any) -> None:
        self._context = context
        self._level = ProtectionLevel.NONE
        self._peer = AuthenticatedPeer(name="", mechanism="Kerberos")

    @property
    def complete(self) -> bool:
        """Whether the context stands."""
        return self._peer.name != ""

    @property
    def level(self) -> ProtectionLevel:
        """What the flags of the context come to."""
        return self._level

    @property
    def peer(self) -> AuthenticatedPeer:
        """The principal at the other end."""
        return self._peer

    def _exchange(self, token: bytes | None) -> tuple[bytes, bool]:
        """Take the peer's token; give the answer, and whether the context stands now."""
        if self.complete:
            raise refuse("a Kerberos token where none is due")
        try:
            answer = self._context.step(token) or b""
            # Where there is a token to send, python-gssapi keeps an error until the next question.
            return answer, self._context.complete
        except gssapi.exceptions.GSSError as error:
            raise refuse(f"Kerberos: {error}", Status.LOGON_DENIED) from None

    def _stand(self, peer: AuthenticatedPeer) -> None:
        flags = self._context.actual_flags
        if flags & gssapi.RequirementFlag.confidentiality:
            self._level = ProtectionLevel.ENCRYPT_AND_SIGN
        elif flags & gssapi.RequirementFlag.integrity:
            self._level = ProtectionLevel.SIGN
        self._peer = peer

    def sign(self, message: bytes) -> bytes:
        """Make a signature over octets that travel beside it."""
        return bytes(self._context.get_signature(message))

    def verify(self, message: bytes, signature: bytes) -> None:
        """Check the peer's signature over octets."""
        try:
            self._context.verify_signature(message, signature)
        except gssapi.exceptions.GSSError as error:
            raise refuse(f"Kerberos: {error}") from None

    def restart_sealing(self) -> None:
        """Do nothing: every message has its own key stream."""

    def wrap(self, message: bytes) -> bytes:
        """Protect octets."""
        is_encrypted = self._level is ProtectionLevel.ENCRYPT_AND_SIGN
        return bytes(self._context.wrap(message, is_encrypted).message)

    def unwrap(self, data: bytes) -> bytes:
        """Open what the peer protected."""
        try:
            result = self._context.unwrap(data)
        except gssapi.exceptions.GSSError as error:
            raise refuse(f"Kerberos: {error}") from None
        if self._level is ProtectionLevel.ENCRYPT_AND_SIGN and not result.encrypted:
            raise refuse("Kerberos: a message came in clear that was to be encrypted")
        return bytes(result.message)


class KerberosAcceptor(_Context):
    """The server's end; `Keytab.acceptor` makes it."""

    __slots__ = ()

    def step(self, token: bytes) -> bytes:
        """Take the client's ticket (AP-REQ), and give the proof that we could read it (AP-REP)."""
        answer, is_complete = self._exchange(token)
        if is_complete:
            self._stand(self._client())
        return answer

    def _client(self) -> AuthenticatedPeer:
        """Tell who the client is, with its SIDs where the ticket has a PAC."""
        name = self._context.initiator_name
        # python-gssapi 1.8 and earlier leave the terminator of the C string in the name.
        principal = str(name).rstrip("\x00")
        if not principal:
            raise refuse("Kerberos: the client has no name", Status.LOGON_DENIED)
        try:
            attribute = name.attributes[_LOGON_INFO]
        except gssapi.exceptions.GSSError:
            # No PAC, or one without it: MIT's own key distribution centre makes such.
            return AuthenticatedPeer(name=principal, mechanism="Kerberos")
        if not attribute.authenticated:
            # The signature of the PAC by our key is wrong or missing: somebody else made it.
            raise refuse("Kerberos: the ticket's PAC is not genuine", Status.LOGON_DENIED)
        info = parse_logon_info(attribute.values[0])
        return AuthenticatedPeer(
            name=principal,
            mechanism="Kerberos",
            user_sid=info.user_sid,
            group_sids=info.group_sids,
        )


class KerberosInitiator(_Context):
    """The client's end. Making it may take as long as a key distribution centre does to answer."""

    __slots__ = ("_first",)

    def __init__(
        self,
        target: str,
        *,
        level: ProtectionLevel = ProtectionLevel.ENCRYPT_AND_SIGN,
        principal: str | None = None,
        password: str | None = None,
        ticket_cache: str | None = None,
    ) -> None:
        """Get a ticket for a server.

        Args:
            target: The service principal name: ``host/server.example``.
            level: The least protection that is wanted.
            principal: Who logs on, ``user@REALM``; None for whoever the ticket cache is of.
            password: The principal's password; None to use the ticket cache.
            ticket_cache: The cache, as in KRB5CCNAME; None for the usual one.

        Raises:
            LocalProtocolError: If Kerberos is not installed.
            SecurityError: If there is no ticket to be had.
        """
        require()
        requirement = gssapi.RequirementFlag
        flags = requirement.mutual_authentication
        if level >= ProtectionLevel.SIGN:
            flags |= (
                requirement.integrity
                | requirement.replay_detection
                | requirement.out_of_sequence_detection
            )
        if level >= ProtectionLevel.ENCRYPT_AND_SIGN:
            flags |= requirement.confidentiality
        mechanism = gssapi.MechType.kerberos
        try:
            super().__init__(
                gssapi.SecurityContext(
                    name=gssapi.Name(target, gssapi.NameType.kerberos_principal),
                    creds=_credentials(principal, password, ticket_cache),
                    mech=mechanism,
                    flags=flags,
                    usage="initiate",
                )
            )
            self._first = self._context.step() or b""
        except gssapi.exceptions.GSSError as error:
            raise SecurityError(f"no Kerberos ticket for {target}: {error}") from None

    def step(self, token: bytes) -> bytes:
        """Give the ticket (AP-REQ); then check the server's proof (AP-REP)."""
        if not token:
            first, self._first = self._first, b""
            if not first:
                raise refuse("a Kerberos token is due, and none came")
            return first
        answer, is_complete = self._exchange(token)
        if is_complete:
            self._stand(
                AuthenticatedPeer(name=str(self._context.target_name), mechanism="Kerberos")
            )
        return answer


def _credentials(principal: str | None, password: str | None, ticket_cache: str | None) -> Any:
    mechanism = [gssapi.MechType.kerberos]
    name = gssapi.Name(principal, gssapi.NameType.user) if principal else None
    if password is not None:
        acquired = gssapi.raw.acquire_cred_with_password(
            name, password.encode(), mechs=mechanism, usage="initiate"
        )
        return gssapi.Credentials(base=acquired.creds)
    store = {"ccache": ticket_cache} if ticket_cache else None
    if name is None and store is None:
        # Without credentials the library chooses by the target's realm.
        return None
    return gssapi.Credentials(name=name, mechs=mechanism, usage="initiate", store=store)
