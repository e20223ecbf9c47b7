"""Makes of a configuration what secures its listeners, from the files that it names.

Everything that is wrong with these files is told at once, with the line of the key that names the
file, as errors in the configuration itself are.
"""

import ssl
from dataclasses import replace
from functools import partial
from typing import Final

from cryptography import x509

from ipam_progress.cli.files import Files
from ipam_progress.cli.passwords import read_password_file
from ipam_progress.configuration import (
    AccountsSettings,
    Configuration,
    Key,
    Protection,
    SecurityMode,
    Sources,
    TlsSettings,
    TlsVersion,
)
from ipam_progress.errors import ConfigurationError
from ipam_progress.net.upgrades import ServerSecurity
from ipam_progress.security.accounts import load_accounts
from ipam_progress.security.certificates import (
    KeyedCertificate,
    certificate_host,
    certificate_name,
    certificate_subject,
)
from ipam_progress.security.kerberos import Keytab
from ipam_progress.security.mechanism import ProtectionLevel
from ipam_progress.security.negotiate import NegotiateServer
from ipam_progress.security.ntlm import ServerNames
from ipam_progress.security.tls import ClientCertificates, TlsServer

__all__ = ["PROTECTION_LEVELS", "listener_securities", "server_host"]

PROTECTION_LEVELS: Final = {
    Protection.ENCRYPT: ProtectionLevel.ENCRYPT_AND_SIGN,
    Protection.SIGN: ProtectionLevel.SIGN,
    Protection.NONE: ProtectionLevel.NONE,
}
_VERSIONS: Final = {
    TlsVersion.V1_2: ssl.TLSVersion.TLSv1_2,
    TlsVersion.V1_3: ssl.TLSVersion.TLSv1_3,
}


def listener_securities(
    configuration: Configuration, sources: Sources
) -> tuple[ServerSecurity | None, ...]:
    """Give what secures each listener, None where nothing does.

    Only those files are opened that a listener needs.

    Args:
        configuration: The configuration.
        sources: Knows where its keys were given.

    Raises:
        ConfigurationError: If a file that it names cannot be used.
    """
    files = Files(sources)
    modes = {listener.security for listener in configuration.listeners}
    securities: dict[SecurityMode, ServerSecurity | None] = {SecurityMode.NONE: None}
    if SecurityMode.WINDOWS in modes:
        securities[SecurityMode.WINDOWS] = _windows(configuration, files)
    if SecurityMode.TLS in modes:
        securities[SecurityMode.TLS] = _tls(configuration.tls or TlsSettings(), files)
    if files.problems:
        raise ConfigurationError(files.problems)
    return tuple(
        _at_level(securities[listener.security], listener.protection)
        for listener in configuration.listeners
    )


def server_host(settings: TlsSettings, sources: Sources) -> str | None:
    """Give the name of the host in the server's certificate; None if there is none in it.

    Raises:
        ConfigurationError: If the certificate cannot be used.
    """
    files = Files(sources)
    certificate = files.open(_certificate_key(settings), partial(_load_certificate, settings))
    if certificate is None:
        raise ConfigurationError(files.problems)
    return certificate_host(certificate.certificate)


def _at_level(security: ServerSecurity | None, protection: Protection) -> ServerSecurity | None:
    if isinstance(security, NegotiateServer):
        return replace(security, required_level=PROTECTION_LEVELS[protection])
    return security


def _windows(configuration: Configuration, files: Files) -> NegotiateServer | None:
    accounts = keytab = None
    names = ServerNames()
    if configuration.accounts is not None:
        names = _names(configuration.accounts)
        accounts = files.open(
            ("accounts", "file"), partial(load_accounts, configuration.accounts.file)
        )
    if configuration.kerberos is not None:
        keytab = files.open(("kerberos", "keytab"), partial(Keytab, configuration.kerberos.keytab))
    if files.problems:
        return None
    return NegotiateServer(accounts=accounts, keytab=keytab, names=names)


def _names(settings: AccountsSettings) -> ServerNames:
    return ServerNames(
        computer=settings.computer,
        domain=settings.domain,
        dns_computer=settings.dns_computer,
        dns_domain=settings.dns_domain,
    )


def _tls(settings: TlsSettings, files: Files) -> TlsServer | None:
    password_file = settings.password_file
    if password_file is not None and not files.open(
        ("tls", "password_file"), partial(read_password_file, password_file)
    ):
        return None
    load = partial(_load_certificate, settings)
    key = _certificate_key(settings)
    if files.open(key, load) is None:
        return None
    return files.open(
        ("tls", "client_ca" if settings.client_ca is not None else key[1]),
        lambda: TlsServer(
            load,
            client_certificates=ClientCertificates(settings.client_certificates.value),
            client_ca_file=settings.client_ca,
            name_of=partial(_name_of, settings),
            minimum_version=_VERSIONS[settings.minimum_version],
        ),
    )


def _certificate_key(settings: TlsSettings) -> Key:
    return ("tls", "certificate" if settings.pfx is None else "pfx")


def _load_certificate(settings: TlsSettings) -> KeyedCertificate:
    """Read the server's certificate; TLS does it again when it is to be renewed."""
    password = None
    if settings.password_file is not None:
        password = read_password_file(settings.password_file)
    if settings.pfx is not None:
        return KeyedCertificate.from_pfx(settings.pfx, password=password)
    if settings.certificate is None:
        raise ValueError("the server needs a certificate")
    return KeyedCertificate.from_pem(settings.certificate, settings.key, password=password)


def _name_of(settings: TlsSettings, certificate: x509.Certificate) -> str:
    return settings.identity_of(certificate_subject(certificate), certificate_name(certificate))
