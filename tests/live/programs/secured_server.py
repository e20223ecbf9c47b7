"""Serves the demonstration with a security of the library's, as a program that embeds it would.

    secured_server.py SECURITY [SUBTASKS [STEPS]]

SECURITY is a JSON object. With "accounts" (names to NT hashes) or "keytab" it is Windows security,
at "level" or better; with "certificate" and "key" it is TLS, and with "client_ca" clients must show
a certificate, or may with "optional". SIGHUP reads certificates again.

Prints where it listens, then a JSON object for each client who has logged on.
"""

import json
import signal
import sys
from functools import partial
from pathlib import Path

from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import LogLevel

from ipam_progress.cli.logs import Log
from ipam_progress.cli.process import run_in_reactor
from ipam_progress.demo import demo_registry
from ipam_progress.identity import IdentityResolver
from ipam_progress.net.server import ManagementServer
from ipam_progress.security.accounts import Accounts
from ipam_progress.security.certificates import KeyedCertificate
from ipam_progress.security.kerberos import Keytab
from ipam_progress.security.mechanism import ProtectionLevel
from ipam_progress.security.negotiate import NegotiateServer
from ipam_progress.security.tls import ClientCertificates, TlsServer


def say(event, **values):
    sys.stdout.write(json.dumps({"event": event, **values}) + "\n")
    sys.stdout.flush()


class TellingResolver(IdentityResolver):
    """Tells what security has found out of each client."""

    def identify(self, name, mechanism, **known):
        sids = known["group_sids"]
        say(
            "client",
            name=name,
            mechanism=mechanism,
            user_sid=known["user_sid"],
            group_sids=None if sids is None else sorted(sids),
        )
        return super().identify(name, mechanism, **known)


def negotiate(settings):
    accounts = settings.get("accounts")
    return NegotiateServer(
        accounts=accounts
        and Accounts({name: bytes.fromhex(value) for name, value in accounts.items()}),
        keytab=Keytab(settings["keytab"]) if "keytab" in settings else None,
        required_level=ProtectionLevel[settings.get("level", "ENCRYPT_AND_SIGN")],
    )


def tls(settings):
    wanted = ClientCertificates.NONE
    if "client_ca" in settings:
        optional = settings.get("optional")
        wanted = ClientCertificates.OPTIONAL if optional else ClientCertificates.REQUIRED
    return TlsServer(
        partial(KeyedCertificate.from_pem, Path(settings["certificate"]), Path(settings["key"])),
        client_certificates=wanted,
        client_ca_file=settings.get("client_ca"),
    )


async def serve(security, identities, subtasks, steps):
    server = ManagementServer(
        demo_registry(subtasks=subtasks, steps=steps),
        listen=["tcp:0:interface=127.0.0.1"],
        security=security,
        identities=identities,
        merge_progress=False,  # whoever starts it counts callbacks
    )
    if isinstance(security, TlsServer):

        def reload(_number, _frame):
            security.reload()
            say("reloaded")

        signal.signal(signal.SIGHUP, reload)
    (url,) = await server.start()
    sys.stdout.write(f"listening on {url}\n")
    sys.stdout.flush()
    try:
        await Deferred()  # until a signal cancels it
    except CancelledError:
        await server.stopService()


if __name__ == "__main__":
    settings = json.loads(sys.argv[1])
    security = tls(settings) if "certificate" in settings else negotiate(settings)
    is_quiet = settings.get("quiet", False)
    identities = IdentityResolver() if is_quiet else TellingResolver()
    numbers = [int(argument) for argument in sys.argv[2:]]
    run_in_reactor(
        lambda: serve(security, identities, *(numbers or (3, 4))),
        log=Log(LogLevel.warn if is_quiet else LogLevel.info),
    )
