"""Good configurations: what comes of files, environment variables and options, and in writing."""

from contextlib import suppress
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipam_progress.authorization.authorizer import Authorizer
from ipam_progress.authorization.model import AccessPolicy
from ipam_progress.configuration import (
    BUILT_IN_GROUPS,
    GLOBAL_SCOPE,
    AccessScopeSettings,
    AccountsSettings,
    ClientCertificates,
    Configuration,
    DatabaseUrl,
    Endpoint,
    HttpSettings,
    KerberosSettings,
    ListenerSettings,
    LogFormat,
    LoggingSettings,
    MinimumLevel,
    MonitoringSettings,
    Override,
    PathSettings,
    PolicySettings,
    Protection,
    Recurrence,
    RoleSettings,
    ScopePath,
    SecurityMode,
    StoreSettings,
    TaskSettings,
    TlsSettings,
    TlsVersion,
    Trustee,
    access_policies,
    custom_roles,
    group_members,
    load_configuration,
    parse_configuration,
    write_configuration,
)
from ipam_progress.errors import ConfigurationError
from ipam_progress.identity import IdentityResolver
from ipam_progress.limits import Limits
from ipam_progress.security.ntlm import ServerNames
from ipam_progress.security.tls import ClientCertificates as TlsClientCertificates
from ipam_progress.service.paths import OPERATION_PATH, SERVER_PATH
from ipam_progress.session.keepalive import KeepaliveMode

WHOLE = r"""
allow_unprotected_network = true
keepalive = "required"
merge_progress = false
metadata_exchange = true

[[listeners]]
endpoint = "tcp:808"
protection = "sign"

[[listeners]]
endpoint = 'tcp6:809:interface=\:\:1'
security = "tls"

[[listeners]]
endpoint = "unix:/run/ipam.sock"
security = "none"

[paths]
operation = "/a"
server = "/b"

[accounts]
file = "accounts"
computer = "SERVER"
domain = "CONTOSO"
dns_computer = "server.contoso.com"
dns_domain = "contoso.com"

[kerberos]
keytab = "/etc/krb5.keytab"

[tls]
certificate = "server.pem"
key = "keys/server.key"
password_file = "password"
client_certificates = "required"
client_ca = "clients.pem"
minimum_version = "1.3"
identities = { "CN=alice,O=Example" = 'CONTOSO\alice' }

[groups]
"IPAM Administrators" = ['CONTOSO\alice', "s-1-5-21-1-2-3-1105"]
"DHCP team" = ["bob@EXAMPLE.COM"]

[[roles]]
name = "Keeper"
description = "Keeps scopes"
operations = ["MsmDhcpEditScope"]
operation_groups = ["DhcpScopeReservationOperations"]

[[scopes]]
path = '\Global\Europe'
description = "Berlin and Paris"

[[policies]]
who = ["DHCP team", 'CONTOSO\carol']
role = "Keeper"
scope = '\Global\Europe'

[[policies]]
who = ["S-1-5-21-1-2-3-1106"]
role = "IPAM DHCP Administrator"

[limits]
outbox = 7
idle_timeout = 5

[tasks.Discovery]
every = "12h"
concurrent = 2

[tasks.Audit]
enabled = false

[store]
url = "postgresql://ipam@db.example.com/ipam"
password_file = "database.password"
notes = "notes"
server = "berlin"
keep_days = 0
keep_operations = 500

[logging]
level = "debug"
format = "json"
file = "server.log"
levels = { "twisted.web" = "info", "ipam_progress.audit" = "error" }

[monitoring]
metrics = "tcp:9464"
page = "tcp:9465:interface=127.0.0.1"
hosts = ["ipam.example.com"]
allow_network = true

[http]
endpoint = "tcp:8080"
hosts = ["ipam.example.com", "ipam"]
allow_network = true
"""


def trustees(*texts):
    return tuple(map(Trustee, texts))


EUROPE = ScopePath(("Global", "Europe"))
EXPECTED = Configuration(
    allow_unprotected_network=True,
    keepalive=KeepaliveMode.REQUIRED,
    merge_progress=False,
    metadata_exchange=True,
    listeners=(
        ListenerSettings(endpoint=Endpoint.parse("tcp:808"), protection=Protection.SIGN),
        ListenerSettings(
            endpoint=Endpoint.parse(r"tcp6:809:interface=\:\:1"), security=SecurityMode.TLS
        ),
        ListenerSettings(
            endpoint=Endpoint.parse("unix:/run/ipam.sock"), security=SecurityMode.NONE
        ),
    ),
    paths=PathSettings(operation="/a", server="/b"),
    accounts=AccountsSettings(
        file=Path("/etc/ipam/accounts"),
        computer="SERVER",
        domain="CONTOSO",
        dns_computer="server.contoso.com",
        dns_domain="contoso.com",
    ),
    kerberos=KerberosSettings(keytab=Path("/etc/krb5.keytab")),
    tls=TlsSettings(
        certificate=Path("/etc/ipam/server.pem"),
        key=Path("/etc/ipam/keys/server.key"),
        password_file=Path("/etc/ipam/password"),
        client_certificates=ClientCertificates.REQUIRED,
        client_ca=Path("/etc/ipam/clients.pem"),
        minimum_version=TlsVersion.V1_3,
        identities={"CN=alice,O=Example": r"CONTOSO\alice"},
    ),
    groups={
        "IPAM Administrators": trustees(r"CONTOSO\alice", "S-1-5-21-1-2-3-1105"),
        "DHCP team": trustees("bob@EXAMPLE.COM"),
    },
    roles=(
        RoleSettings(
            name="Keeper",
            description="Keeps scopes",
            operations=("MsmDhcpEditScope",),
            operation_groups=("DhcpScopeReservationOperations",),
        ),
    ),
    scopes=(AccessScopeSettings(path=EUROPE, description="Berlin and Paris"),),
    policies=(
        PolicySettings(who=trustees("DHCP team", r"CONTOSO\carol"), role="Keeper", scope=EUROPE),
        PolicySettings(who=trustees("S-1-5-21-1-2-3-1106"), role="IPAM DHCP Administrator"),
    ),
    limits=Limits(outbox=7, idle_timeout=5),
    tasks={
        "Discovery": TaskSettings(every=Recurrence("12h", timedelta(hours=12)), concurrent=2),
        "Audit": TaskSettings(enabled=False),
    },
    store=StoreSettings(
        url=DatabaseUrl("postgresql://ipam@db.example.com/ipam", "ipam"),
        password_file=Path("/etc/ipam/database.password"),
        notes=Path("/etc/ipam/notes"),
        server="berlin",
        keep_days=0,
        keep_operations=500,
    ),
    logging=LoggingSettings(
        level=MinimumLevel.DEBUG,
        format=LogFormat.JSON,
        file=Path("/etc/ipam/server.log"),
        levels={"twisted.web": MinimumLevel.INFO, "ipam_progress.audit": MinimumLevel.ERROR},
    ),
    monitoring=MonitoringSettings(
        metrics=Endpoint.parse("tcp:9464"),
        page=Endpoint.parse("tcp:9465:interface=127.0.0.1"),
        hosts=("ipam.example.com",),
        allow_network=True,
    ),
    http=HttpSettings(
        endpoint=Endpoint.parse("tcp:8080"),
        hosts=("ipam.example.com", "ipam"),
        allow_network=True,
    ),
)


def read(text="", **settings):
    return parse_configuration(text, name="server.toml", **settings)[0]


def test_a_file_with_everything():
    assert read(WHOLE, folder=Path("/etc/ipam")) == EXPECTED


def test_names_of_files_are_relative_to_the_folder_of_the_file(tmp_path, monkeypatch):
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "server.toml").write_bytes(
        b"\xef\xbb\xbf[accounts]\r\nfile = 'accounts'\r\n"
    )
    monkeypatch.chdir(tmp_path)
    configuration, sources = load_configuration("etc/server.toml")
    assert configuration.accounts == AccountsSettings(file=tmp_path / "etc" / "accounts")
    assert sources.problem(("accounts", "file"), "!") == "etc/server.toml:2: accounts.file: !"


def test_names_of_files_from_elsewhere_are_relative_to_the_current_folder():
    configuration = read(
        "[accounts]\nfile = 'accounts'",
        folder=Path("/etc/ipam"),
        environment={"IPAM_PROGRESS_TLS__PFX": "server.pfx"},
        overrides=[Override(("kerberos", "keytab"), "keytab", "--keytab")],
    )
    assert configuration.accounts.file == Path("/etc/ipam/accounts")
    assert configuration.tls.pfx == Path("server.pfx")
    assert configuration.kerberos.keytab == Path("keytab")


def test_a_server_without_a_file():
    configuration, sources = load_configuration(
        None, environment={"IPAM_PROGRESS_KERBEROS__KEYTAB": "keytab"}
    )
    assert configuration == Configuration(kerberos=KerberosSettings(keytab=Path("keytab")))
    assert sources.problem((), "!") == "configuration: !"
    assert sources.problem(("limits",), "!") == "configuration: limits: !"


def test_who_is_told_nothing_is_safe():
    (listener,) = Configuration().listeners
    assert listener.security is SecurityMode.WINDOWS
    assert listener.protection is Protection.ENCRYPT
    assert listener.endpoint.is_local
    assert not Configuration().allow_unprotected_network
    assert PolicySettings(who=(), role="").scope == GLOBAL_SCOPE
    assert TlsSettings().minimum_version is TlsVersion.V1_2
    assert Configuration().store is None
    assert Configuration().monitoring is None
    assert not MonitoringSettings().allow_network
    assert not Configuration().metadata_exchange
    assert Configuration().http is None
    http = HttpSettings(endpoint=listener.endpoint)
    assert not http.soap
    assert not http.allow_network


# --- What stands for something elsewhere has the same names and defaults there -------------------


def shape(kind):
    return [(field.name, field.type, field.default) for field in fields(kind)]


def test_names_and_paths_are_those_of_the_server():
    assert PathSettings() == PathSettings(operation=OPERATION_PATH, server=SERVER_PATH)
    assert shape(AccountsSettings)[1:] == shape(ServerNames)
    assert [each.value for each in ClientCertificates] == [
        each.value for each in TlsClientCertificates
    ]


# --- Rights --------------------------------------------------------------------------------------


def test_rights_in_the_words_of_authorization():
    assert access_policies(EXPECTED) == (
        AccessPolicy("DHCP team", "Keeper", r"\Global\Europe"),
        AccessPolicy(r"CONTOSO\carol", "Keeper", r"\Global\Europe"),
        AccessPolicy("S-1-5-21-1-2-3-1106", "IPAM DHCP Administrator", r"\Global"),
    )
    (keeper,) = custom_roles(EXPECTED)
    assert keeper.name == "Keeper"
    assert keeper.description == "Keeps scopes"
    assert keeper.operations == {
        "MsmDhcpEditScope",
        "MsmDhcpScopeCreateOrEditAddressReservation",
        "MsmDhcpScopeDeleteAddressReservation",
        "MsmDhcpScopeEditAddressReservation",
    }
    authorizer = Authorizer(roles=custom_roles(EXPECTED), policies=access_policies(EXPECTED))
    resolver = IdentityResolver(group_members(EXPECTED))
    alice = authorizer.for_session(resolver.identify(r"contoso\ALICE", "NTLM"))
    bob = authorizer.for_session(resolver.identify("bob@EXAMPLE.COM", "Kerberos"))
    assert alice.identity.groups == {"ipam administrators"}
    assert [policy.role for policy in bob.data.policies] == ["Keeper"]


@pytest.mark.parametrize(
    ("subject", "name", "identity"),
    [
        ("CN=alice,O=Example", "alice@example.com", r"CONTOSO\alice"),
        ("CN=bob", "bob@example.com", r"CONTOSO\bob"),
        ("CN=carol", "CN=carol", "CN=carol"),
    ],
)
def test_certificates_have_names(subject, name, identity):
    tls = TlsSettings(
        identities={"CN=alice,O=Example": r"CONTOSO\alice", "bob@example.com": r"CONTOSO\bob"}
    )
    assert tls.identity_of(subject, name) == identity


# --- Environment ---------------------------------------------------------------------------------

FILE = """
[accounts]
file = "accounts"
[tls]
[tls.identities]
"CN=alice,O=Example" = "alice"
[groups]
"DHCP team" = ["bob"]
[[policies]]
who = ["DHCP team"]
role = "IPAM DHCP Administrator"
"""
CERTIFICATES = {
    "IPAM_PROGRESS_TLS__PFX": "server.pfx",
    "IPAM_PROGRESS_TLS__CLIENT_CERTIFICATES": "optional",
    "IPAM_PROGRESS_TLS__CLIENT_CA": "ca.pem",
}


def test_variables_take_the_place_of_keys():
    configuration = read(
        FILE,
        environment={
            **CERTIFICATES,
            "IPAM_PROGRESS_ALLOW_UNPROTECTED_NETWORK": "true",
            "IPAM_PROGRESS_LISTENERS__0__ENDPOINT": "tcp:1",
            "IPAM_PROGRESS_LISTENERS__1__ENDPOINT": "tcp:2",
            "IPAM_PROGRESS_LISTENERS__1__SECURITY": "tls",
            "IPAM_PROGRESS_ACCOUNTS__FILE": "123",
            "IPAM_PROGRESS_TLS__IDENTITIES__CN_ALICE_O_EXAMPLE": r"CONTOSO\alice",
            "IPAM_PROGRESS_GROUPS__IPAM_ADMINISTRATORS": "['carol', 'dave']",
            "IPAM_PROGRESS_GROUPS__DHCP_TEAM__1": r"CONTOSO\bob",
            "IPAM_PROGRESS_LIMITS__IDLE_TIMEOUT": "2.5",
            "IPAM_PROGRESS_LIMITS__OUTBOX": "12",
            "IPAM_PROGRESS_KEEPALIVE": "off",
            "IPAM_PROGRESS_TASKS__SERVERAVAILABILITY__EVERY": "15m",
            "IPAM_PROGRESS_STORE__FILE": "operations.db",
            "IPAM_PROGRESS_STORE__KEEP_DAYS": "7",
            "IPAM_PROGRESS_LOGGING__LEVELS": "{twisted = 'info'}",
            "IPAM_PROGRESS_MONITORING__HOSTS__0": "ipam.example.com",
            "IPAM_PROGRESS_MONITORING__PAGE": "tcp:9465:interface=127.0.0.1",
            "IPAM_PROGRESS_POLICIES__0__SCOPE": r"\Global",
            "IPAM_PROGRESS_CONFIG": "the file's name, which is no key",
            "PATH": "/bin",
        },
    )
    assert configuration.allow_unprotected_network is True
    assert [str(listener.endpoint) for listener in configuration.listeners] == ["tcp:1", "tcp:2"]
    assert configuration.listeners[1].security is SecurityMode.TLS
    assert configuration.accounts.file == Path("123")
    assert configuration.tls.identities == {"CN=alice,O=Example": r"CONTOSO\alice"}
    assert configuration.groups == {
        "DHCP team": trustees("bob", r"CONTOSO\bob"),
        "IPAM Administrators": trustees("carol", "dave"),
    }
    assert configuration.limits == Limits(idle_timeout=2.5, outbox=12)
    assert configuration.keepalive is KeepaliveMode.OFF
    assert configuration.tasks["ServerAvailability"].every.interval == timedelta(minutes=15)
    assert configuration.store == StoreSettings(file=Path("operations.db"), keep_days=7)
    assert configuration.logging.levels == {"twisted": MinimumLevel.INFO}
    assert configuration.monitoring.hosts == ("ipam.example.com",)


def test_a_whole_list_in_one_variable_and_elements_of_it_in_others():
    numbers = {f"IPAM_PROGRESS_LISTENERS__{n}__ENDPOINT": f"tcp:{n}" for n in range(1, 12)}
    configuration = read(
        FILE.replace("[tls]", "[tls]\npfx='x'\nclient_certificates='required'\nclient_ca='y'"),
        environment={
            "IPAM_PROGRESS_LISTENERS": "[{endpoint = 'unix:/a', security = 'none'}]",
            **numbers,
        },
    )
    assert [str(listener.endpoint) for listener in configuration.listeners] == [
        "unix:/a",
        *(f"tcp:{n}" for n in range(1, 12)),
    ]


ENVIRONMENT = {
    "no key": ("LIMITS__OUTBXO", "1", "there is no such key; is $LIMITS__OUTBOX meant?"),
    "no section": ("LIMITZ", "1", "there is no such key; is $LIMITS meant?"),
    "nothing like it": (
        "XYZ__A",
        "1",
        (
            "there is no such key; $ goes on with one of ALLOW_UNPROTECTED_NETWORK, KEEPALIVE, "
            "MERGE_PROGRESS, METADATA_EXCHANGE, LISTENERS, PATHS, ACCOUNTS, KERBEROS, TLS, GROUPS, "
            "ROLES, SCOPES, POLICIES, LIMITS, TASKS, STORE, LOGGING, MONITORING, HTTP"
        ),
    ),
    "below a value": (
        "LIMITS__OUTBOX__X",
        "1",
        "there is no such key; $LIMITS__OUTBOX takes a value as a whole",
    ),
    "in a table of any keys": (
        "GROUPS__TEAM",
        "[]",
        (
            "there is no such key; $GROUPS__ goes on with one of ADMINISTRATORS, IPAM_USERS, "
            "IPAM_ADMINISTRATORS, IPAM_ASM_ADMINISTRATORS, IPAM_MSM_ADMINISTRATORS, "
            "IPAM_IP_AUDIT_ADMINISTRATORS"
        ),
    ),
    "no task": (
        "TASKS__DISCOVER__EVERY",
        "24h",
        "there is no such key; is $TASKS__DISCOVERY meant?",
    ),
    "no element": (
        "LISTENERS__X__ENDPOINT",
        "tcp:1",
        "$LISTENERS__ goes on with the number of an element, 0 to 0",
    ),
    "an element too far": (
        "LISTENERS__1__ENDPOINT",
        "tcp:1",
        "$LISTENERS__ goes on with the number of an element, 0 to 0",
    ),
    "a word": (
        "ALLOW_UNPROTECTED_NETWORK",
        "yes",
        "a value as in a TOML file is due: true",
    ),
    "no number": ("LIMITS__OUTBOX", "ten", "a value as in a TOML file is due: 100"),
    "two lines": ("LIMITS__IDLE_TIMEOUT", "1\nb = 2", "a value as in a TOML file is due: 2.5"),
    "no list": ("GROUPS__IPAM_USERS", "bob", 'a value as in a TOML file is due: ["a", "b"]'),
    "no table": ("TLS", "server.pem", 'a value as in a TOML file is due: {a = "b"}'),
    "too deep": ("GROUPS", "[" * 9999, 'a value as in a TOML file is due: {a = "b"}'),
    "of another kind": (
        "LIMITS__OUTBOX",
        "1.5",
        "limits.outbox: a whole number is due, not a number",
    ),
    "not good": ("LIMITS__OUTBOX", "0", "limits.outbox: the limit outbox must be more than 0"),
    "a part of a whole": (
        "LISTENERS",
        "[{endpoint = 'tcp:x'}]",
        (
            "listeners[0].endpoint: the port 'x' is no number from 0 to 65535; an example: "
            "tcp:9100:interface=127.0.0.1"
        ),
    ),
}


@pytest.mark.parametrize(("name", "value", "problem"), ENVIRONMENT.values(), ids=ENVIRONMENT)
def test_variables_that_are_wrong(name, value, problem):
    with pytest.raises(ConfigurationError) as caught:
        read("[accounts]\nfile = 'a'", environment={f"IPAM_PROGRESS_{name}": value})
    assert caught.value.problems == (
        f"IPAM_PROGRESS_{name}: {problem.replace('$', 'IPAM_PROGRESS_')}",
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("listeners = 5", "server.toml:1: listeners: a list is due, not a whole number; write "),
        ("listeners = [5]", "server.toml:1: listeners[0]: a table is due, not a whole number; "),
    ],
)
def test_where_the_file_has_something_else_variables_change_nothing(text, problem):
    environment = {
        "IPAM_PROGRESS_ACCOUNTS__FILE": "accounts",
        "IPAM_PROGRESS_LISTENERS__0__ENDPOINT": "tcp:1",
    }
    with pytest.raises(ConfigurationError) as caught:
        read(text, environment=environment)
    assert caught.value.problems == (
        f"{problem}[[listeners]]" if "list is" in problem else (f"{problem}write [[listeners]]"),
    )


@given(
    st.dictionaries(
        st.text("ABLIMTSENRGOUP_012", max_size=12).map("IPAM_PROGRESS_".__add__)
        | st.sampled_from(
            [
                "IPAM_PROGRESS_LISTENERS__0__ENDPOINT",
                "IPAM_PROGRESS_LISTENERS",
                "IPAM_PROGRESS_GROUPS",
                "IPAM_PROGRESS_GROUPS__IPAM_USERS__0",
                "IPAM_PROGRESS_TLS__IDENTITIES",
            ]
        ),
        st.text("[]{}='\"a1,.\n ", max_size=12),
        max_size=3,
    )
)
def test_of_any_variables_comes_a_configuration_or_its_error(environment):
    with suppress(ConfigurationError):
        read(environment=environment)


# --- Options -------------------------------------------------------------------------------------


def test_options_take_the_place_of_variables_and_the_file():
    configuration, sources = parse_configuration(
        FILE,
        name="server.toml",
        environment={**CERTIFICATES, "IPAM_PROGRESS_LIMITS__OUTBOX": "2"},
        overrides=[
            Override(("limits", "outbox"), 3, "--limit"),
            Override(("listeners",), [{"endpoint": "tcp:1"}], "--listen"),
            Override(("listeners", 0, "security"), "tls", "--security"),
            Override(("policies", 0, "who", 0), "alice", "--who"),
            Override(("groups",), {}, "--no-groups"),
        ],
    )
    assert configuration.limits.outbox == 3
    assert configuration.listeners == (
        ListenerSettings(endpoint=Endpoint.parse("tcp:1"), security=SecurityMode.TLS),
    )
    assert configuration.groups == {}
    places = {
        ("limits", "outbox"): "--limit",
        ("limits", "drain"): "IPAM_PROGRESS_LIMITS__OUTBOX",  # which made the section
        ("listeners", 0, "endpoint"): "--listen",
        ("listeners", 0, "security"): "--security",
        ("listeners", 0, "protection"): "--listen",
        ("groups", "DHCP team"): "--no-groups",
        ("policies", 0, "role"): "server.toml:11",
    }
    assert {key: str(sources.place(key)) for key in places} == places
    assert not sources.is_set(("groups", "DHCP team"))


def test_options_have_to_keep_to_the_rules():
    override = Override(("listeners",), [{"endpoint": "tcp:1", "security": "none"}], "--listen")
    assert "none" not in repr(override)
    with pytest.raises(ConfigurationError, match=r"^--listen: listeners\[0\].security: whoever"):
        read(overrides=[override])


# --- Writing -------------------------------------------------------------------------------------


def test_what_is_written_is_read_again():
    configuration, sources = parse_configuration(WHOLE, name="a.toml", folder=Path("/etc/ipam"))
    written = write_configuration(configuration, sources)
    assert read(written) == configuration
    assert "outbox = 7  # a.toml:66\n" in written
    assert "drain = 8388608  # default\n" in written
    assert "'CONTOSO\\alice'" in written
    assert "\n[tasks.Audit]\nenabled = false  # a.toml:74\n" in written
    assert 'every = "12h"  # a.toml:70\n' in written


def test_what_was_left_out_is_written_as_its_default():
    configuration, sources = parse_configuration(
        "", environment={"IPAM_PROGRESS_ACCOUNTS__FILE": 'it\'s \\ "accounts"'}
    )
    written = write_configuration(configuration, sources)
    assert read(written) == configuration
    assert written.startswith(
        "allow_unprotected_network = false  # default\n"
        'keepalive = "observed"  # default\n'
        "merge_progress = true  # default\n"
        "metadata_exchange = false  # default\n"
        "roles = []  # default\n"
        "scopes = []  # default\n"
        "policies = []  # default\n"
        "\n"
        "[[listeners]]\n"
        'endpoint = "tcp:9100:interface=127.0.0.1"  # default\n'
    )
    assert '\nfile = "it\'s \\\\ \\"accounts\\""  # IPAM_PROGRESS_ACCOUNTS__FILE\n' in written


printable = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8).filter(str.isprintable)


@given(
    st.builds(
        lambda files, names: Configuration(
            accounts=AccountsSettings(file=Path(files)),
            tls=TlsSettings(
                pfx=Path(files),
                client_certificates=ClientCertificates.OPTIONAL,
                client_ca=Path(files),
                identities=names,
            ),
        ),
        printable,
        st.dictionaries(printable, printable),
    )
)
def test_whatever_is_written_is_read_again(configuration):
    _, sources = parse_configuration("[kerberos]\nkeytab = 'x'")
    assert read(write_configuration(configuration, sources)) == configuration


def test_the_groups_are_those_of_the_document():
    assert set(BUILT_IN_GROUPS) == {
        "IPAM Users",
        "IPAM Administrators",
        "IPAM ASM Administrators",
        "IPAM MSM Administrators",
        "IPAM IP Audit Administrators",
        "Administrators",
    }
