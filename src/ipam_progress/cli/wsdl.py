"""``ipam-progress wsdl``: writes what a server publishes of itself, without a server that runs.

What it says follows from the configuration: nothing is listened on, and of the files that a server
needs only its certificate is read, for the name in it. The documents are made by
`ipam_progress.service.metadata`.
"""

import os
import socket
from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from pathlib import Path

import click

from ipam_progress.cli.process import Ended, ExitStatus
from ipam_progress.cli.security import PROTECTION_LEVELS, server_host
from ipam_progress.cli.serve import listener_overrides
from ipam_progress.cli.text import printable
from ipam_progress.configuration import (
    ClientCertificates,
    Configuration,
    Endpoint,
    ListenerSettings,
    SecurityMode,
    TlsSettings,
    load_configuration,
)
from ipam_progress.errors import ConfigurationError
from ipam_progress.framing import NetTcpAddress
from ipam_progress.publishing.service import HTTP_PATH
from ipam_progress.service.application import (
    ipam_server_application,
    operation_history_application,
    operation_with_progress_application,
)
from ipam_progress.service.declarations import (
    IPAM_SERVER,
    OPERATION_HISTORY,
    OPERATION_WITH_PROGRESS,
)
from ipam_progress.service.metadata import (
    MetadataDocument,
    PublishedEndpoint,
    PublishedSecurity,
    ServiceMetadata,
    TlsSecurity,
    WindowsSecurity,
    endpoints_at,
)
from ipam_progress.service.paths import HISTORY_PATH

__all__ = ["command"]


def _check_host(
    _context: click.Context, _parameter: click.Parameter, host: str | None
) -> str | None:
    """Refuse what would make another address than is meant."""
    if host is not None:
        address = NetTcpAddress(host)
        try:
            same = NetTcpAddress.parse(str(address)).host == host.lower()
        except ValueError:
            same = False
        if not same:
            raise click.BadParameter(f"{host!r} is no name of a host, nor an address of IP")
    return host


@click.command("wsdl")
@click.option(
    "--output", metavar="DIRECTORY", type=click.Path(path_type=Path),
    help="Where to write WSDL and schemas, a file each. The directory is made if it is not there; "
    "in one that is there, earlier documents are replaced, and it must hold nothing else.",
)  # fmt: skip
@click.option(
    "--config", metavar="FILE", type=click.Path(),
    help="The configuration of the server, as `ipam-progress serve` takes it.",
)  # fmt: skip
@click.option(
    "--listen", multiple=True, metavar="ENDPOINT",
    help="Where the server listens, as Twisted writes it. Several are possible.  "
    "[default: tcp:9100:interface=127.0.0.1]",
)  # fmt: skip
@click.option(
    "--security", type=click.Choice([each.value for each in SecurityMode]),
    help="What protects sessions.  [default: windows]",
)  # fmt: skip
@click.option(
    "--host", metavar="NAME", callback=_check_host,
    help="What clients know the machine by, where the server listens on any address.  "
    "[default: the full name of this machine]",
)  # fmt: skip
@click.option(
    "--history", is_flag=True,
    help="Publish what tells clients how their operations ended too, as a server with a store "
    "does.  [default: if the configuration has a store]",
)  # fmt: skip
def command(  # noqa: PLR0917 (click hands them over by name)
    output: Path | None,
    config: str | None,
    listen: tuple[str, ...],
    security: str | None,
    host: str | None,
    history: bool,
) -> None:
    """Write the WSDL of a server, with its schemas.

    It is what a server publishes that is started with the same configuration or options: what
    svcutil, Visual Studio and zeep make clients of. Of the files that a configuration names only
    the certificate is read, for the host's name in it.

    Without --output it goes to standard output as one document, the schemas inside. The history has
    a WSDL of its own, which is written with --output alone.

    \b
    Exit status:
      0    it was written
      2    the configuration cannot be used, or the directory
    """  # noqa: D301 (click's mark for lines that stay as they are is a backspace)
    try:
        configuration, certified = _configuration(config, listen, security)
    except ConfigurationError as error:
        *others, last = error.problems
        for problem in others:
            click.echo(f"Error: {printable(problem)}", err=True)
        raise _refusal(last) from None
    metadata = _metadata(configuration, certified, host or socket.getfqdn(), history)
    if output is None:
        click.echo(metadata.single().to_bytes(), nl=False)
        return
    try:
        _write(metadata.documents(), output)
    except OSError as error:
        raise _refusal(f"{error.filename}: {error.strerror}") from None


def _refusal(cause: str) -> Ended:
    return Ended(ExitStatus.USAGE, cause)


def _configuration(
    file: str | None, listen: tuple[str, ...], security: str | None
) -> tuple[Configuration, str | None]:
    """Give the configuration of a server, and the name in its certificate where TLS is used.

    Without a file it is as far a configuration as the options make one.
    """
    if file is not None:
        overrides = listener_overrides(listen, security)
        configuration, sources = load_configuration(
            file, environment=os.environ, overrides=overrides
        )
        uses_tls = any(each.security is SecurityMode.TLS for each in configuration.listeners)
        tls = configuration.tls if uses_tls else None
        return configuration, None if tls is None else server_host(tls, sources)
    usual = ListenerSettings()
    mode = usual.security if security is None else SecurityMode(security)
    try:
        endpoints = [Endpoint.parse(each) for each in listen] or [usual.endpoint]
    except ValueError as error:
        raise ConfigurationError([f"--listen: {error}"]) from None
    listeners = tuple(ListenerSettings(endpoint=each, security=mode) for each in endpoints)
    return Configuration(listeners=listeners), None


def _metadata(
    configuration: Configuration, certified: str | None, host: str, history: bool
) -> ServiceMetadata:
    """Make what is published of a server with this configuration."""
    applications = [operation_with_progress_application(), ipam_server_application()]
    paths = {
        OPERATION_WITH_PROGRESS: configuration.paths.operation,
        IPAM_SERVER: configuration.paths.server,
    }
    if history or configuration.store is not None:
        applications.append(operation_history_application())
        paths[OPERATION_HISTORY] = HISTORY_PATH

    def endpoints() -> Iterator[PublishedEndpoint]:
        for listener in configuration.listeners:
            security = _published_security(listener, configuration.tls, certified)
            yield from endpoints_at(*_place(listener.endpoint, host), security, paths)
        http = configuration.http
        if http is not None and http.soap:
            name, port = _place(http.endpoint, host)
            shown = f"[{name}]" if ":" in name else name
            yield PublishedEndpoint(IPAM_SERVER, f"http://{shown}:{port}{HTTP_PATH}")

    return ServiceMetadata(applications, list(endpoints()))


def _place(endpoint: Endpoint, host: str) -> tuple[str, int]:
    """Give host and port by which clients find what listens at an endpoint."""
    if not endpoint.port:
        raise _refusal(
            f"{endpoint} does not say on which port clients find the server; an endpoint that does "
            "is tcp:9100"
        )
    try:
        is_any = ip_address(endpoint.interface or "::").is_unspecified
    except ValueError:  # a name, such as localhost
        is_any = False
    return host if is_any else endpoint.interface, endpoint.port


def _published_security(
    listener: ListenerSettings, tls: TlsSettings | None, certified: str | None
) -> PublishedSecurity | None:
    match listener.security:
        case SecurityMode.WINDOWS:
            return WindowsSecurity(PROTECTION_LEVELS[listener.protection])
        case SecurityMode.TLS:
            wanted = ClientCertificates.NONE if tls is None else tls.client_certificates
            return TlsSecurity(wanted is ClientCertificates.REQUIRED, certified)
        case _:
            return None


def _write(documents: Sequence[MetadataDocument], directory: Path) -> None:
    """Write documents into a directory, so that at no time one leads to another that is missing.

    Raises:
        OSError: If a file cannot be written.
        Ended: If there is anything else in the directory.
    """
    directory.mkdir(parents=True, exist_ok=True)
    present = {each.name for each in directory.iterdir()}
    strangers = sorted(present - {each.name for each in documents})
    if strangers:
        raise _refusal(
            f"{directory} holds {strangers[0]}, which is none of the documents: name a directory "
            "that is new or empty, or holds earlier ones alone"
        )
    for document in reversed(documents):  # the WSDL that leads to all others comes first in them
        _replace(directory / document.name, document.to_bytes())


def _replace(path: Path, content: bytes) -> None:
    """Write a file whole, or leave the one that is there."""
    temporary = path.with_name(f".{path.name}")
    temporary.write_bytes(content)
    temporary.replace(path)
