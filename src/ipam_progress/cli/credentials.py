"""The options by which the commands of a client say as whom they log on, and whom they trust."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from ipam_progress.cli.passwords import read_password_file
from ipam_progress.cli.process import Ended, ExitStatus
from ipam_progress.errors import IpamProgressError
from ipam_progress.framing import NetTcpAddress
from ipam_progress.net.upgrades import ClientSecurity
from ipam_progress.security.certificates import KeyedCertificate
from ipam_progress.security.negotiate import NegotiateClient
from ipam_progress.security.tls import TlsClient

__all__ = ["security_options"]

_Command = TypeVar("_Command", bound=Callable[..., Any])

_OPTIONS: Final = (
    click.option(
        "--security",
        type=click.Choice(["windows", "tls", "none"]),
        help="What protects the session.  [default: windows with --user or --spn, tls with --ca, "
        "--identity, --pin or --certificate, else none]",
    ),
    click.option(
        "--user", metavar="NAME", help="DOMAIN\\user or user@REALM; without it the ticket cache."
    ),
    click.option(
        "--password-file", metavar="FILE", type=click.Path(),
        help="The password is its first line (mode 0600); without it there is a prompt.",
    ),
    click.option(
        "--spn", metavar="SPN", help="The server's principal name.  [default: host/ and its name]"
    ),
    click.option("--ca", metavar="FILE", type=click.Path(), help="CA certificates, in PEM."),
    click.option("--identity", metavar="NAME", help="The name in the server's certificate."),
    click.option("--pin", metavar="SHA256", help="The fingerprint of the server's certificate."),
    click.option(
        "--certificate", metavar="FILE", type=click.Path(),
        help="A client certificate with its key: PEM, or PFX by its ending.",
    ),
)  # fmt: skip

_WINDOWS: Final = ("user", "password_file", "spn")
_TLS: Final = ("ca", "identity", "pin", "certificate")


def security_options(command: _Command) -> _Command:
    """Add the options to a command, which gets a `ClientSecurity` or None as ``security``.

    The command has an argument ``url``. It may be missing, or be no server's, where none of them is
    given.
    """

    @wraps(command)
    def with_security(*, url: str | None, security: str | None, **arguments: Any) -> Any:
        given = {name: arguments.pop(name) for name in (*_WINDOWS, *_TLS)}
        return command(url=url, security=_security(url, security, given), **arguments)

    decorated: Any = with_security
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    result: _Command = decorated
    return result


def _security(
    url: str | None, mode: str | None, given: dict[str, str | None]
) -> ClientSecurity | None:
    windows = [name for name in _WINDOWS if given[name]]
    tls = [name for name in _TLS if given[name]]
    if mode is None:
        mode = "windows" if windows else "tls" if tls else "none"
    strange = {"windows": tls, "tls": windows, "none": windows + tls}[mode]
    if strange:
        options = ", ".join("--" + name.replace("_", "-") for name in strange)
        raise Ended(ExitStatus.USAGE, f"{options} does not go with --security {mode}")
    if mode == "none":
        return None
    try:
        host = NetTcpAddress.parse(url or "").host
        if mode == "windows":
            return NegotiateClient(
                given["spn"] or f"host/{host}",
                user=given["user"],
                password=_password(given),
            )
        return TlsClient(
            given["identity"] or host,
            ca_file=given["ca"],
            pinned=given["pin"],
            certificate=_certificate(given["certificate"]),
        )
    except OSError as error:
        # OpenSSL does not say which file it could not open: that is the one with CAs
        file = error.filename or given["ca"]
        raise Ended(ExitStatus.USAGE, f"{file}: {error.strerror}") from None
    except (IpamProgressError, ValueError) as error:
        raise Ended(ExitStatus.USAGE, str(error)) from None


def _password(given: dict[str, str | None]) -> str | None:
    if given["password_file"] is not None:
        return read_password_file(given["password_file"])
    if given["user"] is None:
        return None
    password: str = click.prompt(f"Password of {given['user']}", hide_input=True, err=True)
    return password


def _certificate(file: str | None) -> KeyedCertificate | None:
    if file is None:
        return None
    if Path(file).suffix.lower() in {".pfx", ".p12"}:
        return KeyedCertificate.from_pfx(file)
    return KeyedCertificate.from_pem(file)
