"""Which stream upgrade a listener demands, and which a client asks for.

`ipam_progress.security` knows no clock; here it is added, so that a channel only has to ask for the
upgrade of its next session.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Self

from ipam_progress.security.negotiate import NEGOTIATE, NegotiateClient, NegotiateServer
from ipam_progress.security.tls import SSL_TLS, TlsClient, TlsServer
from ipam_progress.security.upgrade import StreamUpgrade

__all__ = ["ClientSecurity", "ServerSecurity", "UpgradeMaker"]

ServerSecurity = NegotiateServer | TlsServer
"""What protects the sessions of a listener."""

ClientSecurity = NegotiateClient | TlsClient
"""What protects the sessions of a client."""


@dataclass(frozen=True, slots=True)
class UpgradeMaker:
    """Makes the upgrades of sessions.

    Attributes:
        protocol: What an UpgradeRequest calls it.
        new_upgrade: Makes our end of one.
        may_wait: Whether that may wait for somebody else, a key distribution centre.
    """

    protocol: str
    new_upgrade: Callable[[], StreamUpgrade]
    may_wait: bool = False

    @classmethod
    def of(cls, security: ServerSecurity | ClientSecurity) -> Self:
        """Make one for a security; it tells the time of day by the system's clock."""
        if isinstance(security, TlsServer | TlsClient):
            return cls(SSL_TLS, security.new_upgrade)
        waits = isinstance(security, NegotiateClient) and security.uses_kerberos
        return cls(NEGOTIATE, partial(_negotiate, security), waits)


def _negotiate(security: NegotiateServer | NegotiateClient) -> StreamUpgrade:
    return security.new_upgrade(datetime.now(UTC))
