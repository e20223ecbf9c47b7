"""Broken files, and what is said about each: everything at once, with line, key and way out."""

import os
from contextlib import suppress
from dataclasses import fields
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipam_progress.configuration import Configuration, load_configuration, parse_configuration
from ipam_progress.errors import ConfigurationError
from ipam_progress.limits import Limits

ACCOUNTS = """
[accounts]
file = "accounts"
"""


def problems_of(text, **settings):
    with pytest.raises(ConfigurationError) as caught:
        parse_configuration(dedent(text), name="server.toml", **settings)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return list(caught.value.problems)


SYNTAX = {
    "no TOML": (
        "[accounts]\nfile = accounts\n",
        (
            "server.toml:2: not TOML: Invalid value (column 8); a line is [section], or "
            'key = value with text in quotes: security = "windows"'
        ),
    ),
    "the end is missing": (
        "[[listeners]]\nsecurity =",
        (
            "server.toml:2: not TOML: Invalid value (at the end of the file); a line is [section], "
            'or key = value with text in quotes: security = "windows"'
        ),
    ),
    "a backslash in double quotes": (
        '[groups]\n"IPAM Users" = [\n  "CONTOSO\\alice",\n]\n',
        (
            "server.toml:3: not TOML: Unescaped '\\' in a string (column 13); text with a "
            "backslash stands in single quotes, as in 'CONTOSO\\alice'"
        ),
    ),
    "a key twice": (
        "[limits]\noutbox = 1\noutbox = 2\n[paths]\n",
        (
            "server.toml:3: not TOML: Cannot overwrite a value (column 11); a line is [section], "
            'or key = value with text in quotes: security = "windows"'
        ),
    ),
    "too deep": ("a = " + "[" * 9999, "server.toml: lists or tables are nested too deep"),
}


@pytest.mark.parametrize(("text", "problem"), SYNTAX.values(), ids=SYNTAX)
def test_what_is_no_toml(text, problem):
    assert problems_of(text) == [problem]


def test_a_number_without_end():
    (problem,) = problems_of(f"[limits]\noutbox = {'9' * 5000}")
    assert problem.startswith("server.toml: not TOML: Exceeds the limit (4300 digits)")


VALUES = {
    "unknown keys": (
        """
        [accounts]
        file = "accounts"
        [[listeners]]
        endpoint = "tcp:1"
        protecton = 12
        securty = "tls"
        [limits]
        outbx = 1
        allow_unprotected_network = true
        keytab = "x"
        something = 1
        [listners]
        """,
        [
            (
                "server.toml:6: listeners[0].protecton: there is no such key here; is protection "
                "meant?"
            ),
            "server.toml:7: listeners[0].securty: there is no such key here; is security meant?",
            "server.toml:9: limits.outbx: there is no such key here; is outbox meant?",
            (
                "server.toml:10: limits.allow_unprotected_network: there is no such key here; "
                "allow_unprotected_network stands at the top of the file, before the first "
                "[section]"
            ),
            ("server.toml:11: limits.keytab: there is no such key here; it belongs to [kerberos]"),
            (
                "server.toml:12: limits.something: there is no such key here; the keys here are "
                "envelope, string_table, element_depth, attributes, preamble_timeout, "
                "idle_timeout, receive_timeout, keepalive_interval, keepalive_grace, "
                "tcp_keepalive, completion_timeout, stop_timeout, close_timeout, drain, "
                "connections, connections_by_address, connections_in_preamble, outbox, "
                "handler_threads"
            ),
            "server.toml:13: listners: there is no such key here; is listeners meant?",
        ],
    ),
    "a key of a section without it": (
        'keytab = "x"\n[accounts]\nfile = "accounts"\n',
        ["server.toml:1: keytab: there is no such key here; it belongs to [kerberos]"],
    ),
    "missing keys": (
        """
        [accounts]
        [kerberos]
        [[roles]]
        [[scopes]]
        [[policies]]
        """,
        [
            "server.toml:2: accounts.file: this key is missing here, it has to be given",
            "server.toml:3: kerberos.keytab: this key is missing here, it has to be given",
            "server.toml:4: roles[0].name: this key is missing here, it has to be given",
            "server.toml:5: scopes[0].path: this key is missing here, it has to be given",
            "server.toml:6: policies[0].who: this key is missing here, it has to be given",
            "server.toml:6: policies[0].role: this key is missing here, it has to be given",
        ],
    ),
    "values of other kinds": (
        """
        allow_unprotected_network = "yes"
        accounts = "file"
        [[listeners]]
        endpoint = 9100
        security = true
        [tls]
        certificate = ["a", "b"]
        identities = []
        [groups]
        "IPAM Users" = "bob"
        "IPAM Administrators" = [1.5]
        [limits]
        envelope = 1.5
        outbox = true
        idle_timeout = 1979-05-27
        stop_timeout = false
        """,
        [
            (
                "server.toml:2: allow_unprotected_network: true or false is due, without quotes, "
                "not a text"
            ),
            "server.toml:3: accounts: a table is due, not a text; write [accounts]",
            "server.toml:5: listeners[0].endpoint: a text is due, in quotes, not a whole number",
            (
                'server.toml:6: listeners[0].security: "windows" or "tls" or "none" is due, in '
                "quotes, not true or false"
            ),
            "server.toml:8: tls.certificate: a text is due, in quotes, not a list",
            "server.toml:9: tls.identities: a table is due, not a list; write [tls.identities]",
            (
                'server.toml:11: groups."IPAM Users": a list is due, not a text; write it in '
                'brackets: ["...", "..."]'
            ),
            (
                'server.toml:12: groups."IPAM Administrators"[0]: a text is due, in quotes, not a '
                "number"
            ),
            "server.toml:14: limits.envelope: a whole number is due, not a number",
            "server.toml:15: limits.outbox: a whole number is due, not true or false",
            "server.toml:16: limits.idle_timeout: a number is due, not a date or a time",
            "server.toml:17: limits.stop_timeout: a number is due, not true or false",
        ],
    ),
    "tables in place of lists of tables": (
        'listeners = [1]\nroles = 5\n[scopes]\npath = "x"\n' + ACCOUNTS,
        [
            "server.toml:1: listeners[0]: a table is due, not a whole number; write [[listeners]]",
            "server.toml:2: roles: a list is due, not a whole number; write [[roles]]",
            "server.toml:3: scopes: a list is due, not a table; write [[scopes]]",
        ],
    ),
    "values that cannot be": (
        """
        [accounts]
        file = ""
        [[listeners]]
        endpoint = "tcp:x"
        security = "windos"
        [[policies]]
        who = ["S-1-x"]
        role = "IPAM Administrator"
        scope = 'Global'
        [groups]
        "IPAM Users" = ["CONTOSO\\bob"]
        "IPAM\\tUsers" = []
        [limits]
        outbox = 99999999999
        idle_timeout = nan
        """,
        [
            "server.toml:3: accounts.file: the name of a file is due, this is empty",
            (
                "server.toml:5: listeners[0].endpoint: the port 'x' is no number from 0 to 65535; "
                "an example: tcp:9100:interface=127.0.0.1"
            ),
            "server.toml:6: listeners[0].security: 'windos' is none of windows, tls, none",
            (
                "server.toml:8: policies[0].who[0]: 'S-1-x' is no SID: numbers follow S-1, as in "
                "S-1-5-21-1-2-3-1105"
            ),
            (
                "server.toml:10: policies[0].scope: 'Global' is no path of a scope: it begins with "
                "\\Global, as in '\\Global\\Berlin'"
            ),
            (
                'server.toml:12: groups."IPAM Users"[0]: a control character is in it; text with a '
                "backslash stands in single quotes, as in 'CONTOSO\\bob': in double quotes \"\\b\" "
                "is one character"
            ),
            (
                'server.toml:13: groups."IPAM\\tUsers": a control character is in it; text with a '
                "backslash stands in single quotes, as in 'CONTOSO\\bob': in double quotes \"\\b\" "
                "is one character"
            ),
            "server.toml:15: limits.outbox: a number up to 2147483647 is due",
            "server.toml:16: limits.idle_timeout: a number up to 2147483647 is due",
        ],
    ),
}


@pytest.mark.parametrize(("text", "problems"), VALUES.values(), ids=VALUES)
def test_values(text, problems):
    assert problems_of(text) == problems


NO_LOG_ON = (
    "nobody could log on with Windows security: name a file of accounts in accounts.file "
    "(`ipam-progress passwd` makes one), or a keytab in kerberos.keytab"
)
OPEN = (
    "whoever can reach this endpoint could start operations; listen on loopback alone "
    "(interface=127.0.0.1), protect it, or set allow_unprotected_network = true"
)
NOT_ASKED = (
    'clients are not asked for a certificate: set tls.client_certificates to "optional" or '
    '"required", or leave this out'
)
RULES = {
    "nothing at all": ("", [f"server.toml: listeners[0].security: {NO_LOG_ON}"]),
    "nobody can log on": (
        '[[listeners]]\nendpoint = "tcp:1"\n[[listeners]]\nsecurity = "windows"\n',
        [
            f"server.toml:1: listeners[0].security: {NO_LOG_ON}",
            f"server.toml:4: listeners[1].security: {NO_LOG_ON}",
        ],
    ),
    "TLS without a certificate": (
        '[[listeners]]\nsecurity = "tls"\n',
        [
            (
                "server.toml:2: listeners[0].security: TLS needs a certificate for the server: "
                "name its file in tls.certificate (PEM) or in tls.pfx"
            )
        ],
    ),
    "no listeners": (
        "listeners = []\n",
        [
            (
                "server.toml:1: listeners: a server that listens nowhere serves nobody; leave the "
                "key out"
            )
        ],
    ),
    "open to the network": (
        """
        [[listeners]]
        endpoint = "tcp:9100"
        security = "none"
        [[listeners]]
        endpoint = "tcp:9101:interface=127.0.0.1"
        security = "none"
        [[listeners]]
        endpoint = "tcp:9102"
        protection = "none"
        [kerberos]
        keytab = "keytab"
        """,
        [
            f"server.toml:4: listeners[0].security: {OPEN}",
            (
                "server.toml:10: listeners[2].protection: whoever is between client and server "
                "could change what they say; listen on loopback alone (interface=127.0.0.1), "
                "protect it, or set allow_unprotected_network = true"
            ),
        ],
    ),
    "listeners": (
        """
        [[listeners]]
        endpoint = "tcp:9100"
        [[listeners]]
        endpoint = "tcp:9100"
        security = "tls"
        protection = "sign"
        [tls]
        pfx = "server.pfx"
        """
        + ACCOUNTS,
        [
            ("server.toml:5: listeners[1].endpoint: listeners[0] listens there already; keep one"),
            (
                'server.toml:7: listeners[1].protection: only security = "windows" can be told so; '
                'with "tls" leave it out'
            ),
        ],
    ),
    "paths": (
        '[paths]\noperation = "x"\nserver = "X/"\n' + ACCOUNTS,
        [
            "server.toml:2: paths.operation: 'x' does not begin with /",
            "server.toml:3: paths.server: 'X/' does not begin with /",
            "server.toml:3: paths.server: both services are at this path: give them two paths",
        ],
    ),
    "names of the server": (
        ACCOUNTS + f'computer = ""\ndomain = "{"X" * 16}"\ndns_computer = "{"x" * 256}"\n',
        [
            (
                "server.toml:4: accounts.computer: a NetBIOS name has 1 to 15 letters, this one "
                "has 0"
            ),
            "server.toml:5: accounts.domain: a NetBIOS name has 1 to 15 letters, this one has 16",
            "server.toml:6: accounts.dns_computer: a name in DNS has at most 255 letters",
        ],
    ),
    "an empty section for TLS": (
        ACCOUNTS + "[tls]\n",
        [
            (
                "server.toml:4: tls.certificate: the server needs a certificate: name its file "
                "here (PEM) or in tls.pfx"
            )
        ],
    ),
    "certificates": (
        ACCOUNTS
        + '[tls]\ncertificate = "a"\npfx = "b"\nclient_ca = "c"\n[tls.identities]\na = "b"\n',
        [
            ("server.toml:6: tls.pfx: there is a certificate in tls.certificate already; keep one"),
            f"server.toml:7: tls.client_ca: {NOT_ASKED}",
            f"server.toml:8: tls.identities: {NOT_ASKED}",
        ],
    ),
    "a key without its certificate, clients without a CA": (
        ACCOUNTS
        + """
        [tls]
        key = "server.key"
        pfx = "server.pfx"
        client_certificates = "optional"
        [tls.identities]
        "CN=a" = ""
        """,
        [
            "server.toml:6: tls.key: this is the key of tls.certificate, which is missing",
            (
                "server.toml:8: tls.client_certificates: there is no CA to judge clients' "
                "certificates by: name its file in tls.client_ca"
            ),
            (
                'server.toml:10: tls.identities."CN=a": a certificate\'s subject and the name it '
                "stands for are due, one is empty"
            ),
        ],
    ),
    "groups": (
        ACCOUNTS
        + """
        [groups]
        "IPAM Users" = ["bob"]
        "ipam users" = ["alice"]
        "IPAM Administrator" = ["carol"]
        "xyz" = []
        "DHCP team" = [
          "dave",
          "ipam USERS",
        ]
        [[policies]]
        who = ["DHCP Team"]
        role = "IPAM DHCP Administrator"
        """,
        [
            ('server.toml:6: groups."IPAM Users": "ipam users" is the same group; make them one'),
            (
                'server.toml:8: groups."IPAM Administrator": this group means nothing; is "IPAM '
                'Administrators" meant?'
            ),
            "server.toml:9: groups.xyz: this group means nothing; no policy names it",
            (
                'server.toml:12: groups."DHCP team"[1]: "ipam USERS" is a group of this '
                "configuration, and they do not nest; name its members"
            ),
        ],
    ),
    "roles": (
        ACCOUNTS
        + """
        [[roles]]
        name = "ipam administrator"
        operations = ["MsmDhcpEditScope", "EditDhcpScope", "TaskStart", ""]
        [[roles]]
        name = "Keeper"
        [[roles]]
        name = "KEEPER"
        operation_groups = ["DhcpScopeOperation"]
        [[roles]]
        name = ""
        operation_groups = ["DhcpScopeOperations"]
        """,
        [
            'server.toml:6: roles[0].name: "ipam administrator" is built in; find another name',
            (
                "server.toml:7: roles[0].operations[1]: 'EditDhcpScope' is no operation that roles "
                "are made of; EditDhcpScope needs MsmDhcpEditScope"
            ),
            (
                "server.toml:7: roles[0].operations[2]: 'TaskStart' is decided by groups alone, a "
                "role cannot give the right to it"
            ),
            "server.toml:7: roles[0].operations[3]: '' is no operation that roles are made of",
            "server.toml:8: roles[1]: a role without operations is of no use: name some of them",
            "server.toml:11: roles[2].name: a name is due that no other role has",
            "server.toml:12: roles[2].operation_groups[0]: 'DhcpScopeOperation' is no operation",
            "server.toml:14: roles[3].name: a name is due that no other role has",
        ],
    ),
    "scopes and policies": (
        ACCOUNTS
        + """
        [[scopes]]
        path = '\\Global\\Europe\\Berlin'
        [[scopes]]
        path = '\\Global'
        [[scopes]]
        path = '\\Global\\Asia'
        [[scopes]]
        path = '\\Global\\ASIA'
        [[policies]]
        who = []
        role = "IPAM Admin"
        scope = '\\Global\\Asien'
        [[policies]]
        who = ["bob"]
        role = "xyz"
        scope = '\\Global\\Somewhere else entirely'
        """,
        [
            (
                "server.toml:6: scopes[0].path: its parent \\Global\\Europe is no scope: add "
                "[[scopes]] with path = '\\Global\\Europe'"
            ),
            (
                "server.toml:8: scopes[1].path: the scope \\Global is there already; leave this "
                "one out"
            ),
            (
                "server.toml:12: scopes[3].path: the scope \\Global\\ASIA is there already; leave "
                "this one out"
            ),
            "server.toml:14: policies[0].who: a policy is for somebody: name users, groups or SIDs",
            (
                'server.toml:15: policies[0].role: there is no role "IPAM Admin"; is "IPAM '
                'Administrator" meant?'
            ),
            (
                'server.toml:16: policies[0].scope: there is no scope "\\Global\\Asien"; is '
                '"\\Global\\ASIA" meant?'
            ),
            'server.toml:19: policies[1].role: there is no role "xyz"; those are IPAM DHCP Reserv',
            (
                'server.toml:20: policies[1].scope: there is no scope "\\Global\\Somewhere else '
                'entirely"; those are '
                "\\Global\\Europe\\Berlin, \\Global, \\Global\\ASIA"
            ),
        ],
    ),
    "tasks": (
        ACCOUNTS
        + """
        [tasks.Discover]
        every = "24h"
        [tasks.None]
        [tasks.Audit]
        every = "often"
        [tasks]
        Expiry = 5
        """,
        [
            (
                "server.toml:9: tasks.Audit.every: 'often' is no time between two runs: seconds, "
                'minutes, hours or days are due, as in "90s", "15m", "24h" or "7d", or "never"'
            ),
            (
                "server.toml:11: tasks.Expiry: a table is due, not a whole number; write "
                "[tasks.Expiry]"
            ),
        ],
    ),
    "tasks that are none": (
        ACCOUNTS + "[tasks.Discover]\nenabled = true\n[tasks.None]\n[tasks.Audit]\nconcurrent = 0",
        [
            'server.toml:4: tasks.Discover: there is no task "Discover"; is "Discovery" meant?',
            (
                'server.toml:6: tasks.None: there is no task "None"; those are Discovery, '
                "Utilization, Audit, Configuration, ServerAvailability, Monitoring, Expiry, "
                "DnsConfiguration"
            ),
            "server.toml:8: tasks.Audit.concurrent: one run at once is the least there can be",
        ],
    ),
    "a task that would not run in a lifetime": (
        ACCOUNTS + '[tasks.Expiry]\nevery = "3650d"\n[tasks.Audit]\nevery = "3651d"',
        [
            (
                "server.toml:7: tasks.Audit.every: 3650 days are the longest time between two "
                'runs; a task that runs only when it is asked for has every = "never"'
            ),
        ],
    ),
    "a store that is nowhere": (
        ACCOUNTS + "[store]\nkeep_days = -1\nkeep_operations = -1\n",
        [
            (
                "server.toml:4: store.file: the store has to be somewhere: name its file here "
                "(SQLite), or a database of PostgreSQL in store.url"
            ),
            "server.toml:5: store.keep_days: 1 to 36500 days are due, or 0 for ever",
            "server.toml:6: store.keep_operations: a number is due, or 0 for all",
        ],
    ),
    "a store in two places": (
        ACCOUNTS
        + """
        [store]
        file = "operations.db"
        url = "postgresql://db/ipam"
        password_file = "password"
        notes = "notes"
        keep_days = 36501
        """,
        [
            "server.toml:7: store.url: there is a file in store.file already; keep one",
            "server.toml:8: store.password_file: a file needs no password; leave this out",
            "server.toml:9: store.notes: the notes of a file are beside it; leave this out",
            "server.toml:10: store.keep_days: 1 to 36500 days are due, or 0 for ever",
        ],
    ),
    "a password of nobody": (
        ACCOUNTS + '[store]\nurl = "postgresql://db/ipam"\npassword_file = "password"\n',
        [
            (
                "server.toml:5: store.url: it does not say whose password it is: "
                "postgresql://USER@HOST/DATABASE"
            )
        ],
    ),
    "monitoring of nothing": (
        ACCOUNTS + "[monitoring]\nallow_network = true\n",
        [
            (
                "server.toml:4: monitoring: nothing is to be seen anywhere: give an endpoint to "
                "metrics, to page, or to both, or leave the section out"
            )
        ],
    ),
    "monitoring by everybody": (
        ACCOUNTS
        + """
        [monitoring]
        metrics = "tcp:9464"
        page = "unix:/run/ipam/page"
        hosts = ["http://ipam", "ipam.contoso.com", "ipam:80", "*"]
        """,
        [
            (
                "server.toml:6: monitoring.metrics: whoever can reach this endpoint could look, "
                "for there is no login; listen on loopback alone (interface=127.0.0.1), or set "
                "monitoring.allow_network = true"
            ),
            (
                "server.toml:8: monitoring.hosts[0]: 'http://ipam' is no name of a machine; an "
                "example: ipam.contoso.com"
            ),
            (
                "server.toml:8: monitoring.hosts[2]: 'ipam:80' is no name of a machine; an "
                "example: ipam.contoso.com"
            ),
            (
                "server.toml:8: monitoring.hosts[3]: '*' is no name of a machine; an example: "
                "ipam.contoso.com"
            ),
        ],
    ),
    "nothing over HTTP": (
        ACCOUNTS
        + """
        [http]
        endpoint = "tcp:8080"
        metadata = false
        hosts = ["ipam/"]
        """,
        [
            (
                "server.toml:5: http: nothing is published: set metadata, soap, or both to true, "
                "or leave it out"
            ),
            (
                "server.toml:6: http.endpoint: whoever can reach this endpoint could look, for "
                "there is no login; listen on loopback alone (interface=127.0.0.1), or set "
                "http.allow_network = true"
            ),
            (
                "server.toml:8: http.hosts[0]: 'ipam/' is no name of a machine; an example: "
                "ipam.contoso.com"
            ),
        ],
    ),
    "tasks over HTTP beside a login": (
        ACCOUNTS
        + """
        [[listeners]]
        security = "none"
        [[listeners]]
        endpoint = "tcp:9101"
        [http]
        endpoint = "tcp:8080:interface=127.0.0.1"
        soap = true
        """,
        [
            (
                "server.toml:11: http.soap: the clients of listeners[1] have to say who they are, "
                "and over HTTP nobody does: serve it from a server whose listeners have "
                'security = "none"'
            ),
        ],
    ),
    "HTTP nowhere": (
        ACCOUNTS + "[http]\nsoap = false\n",
        ["server.toml:4: http.endpoint: this key is missing here, it has to be given"],
    ),
    "a service at the path of the metadata": (
        "metadata_exchange = true\n"
        + ACCOUNTS
        + """
        [paths]
        server = "/MEX/"
        """,
        [
            ("server.toml:7: paths.server: metadata_exchange is at this path: choose another one"),
        ],
    ),
    "levels of the log": (
        ACCOUNTS + '[logging]\nlevel = "loud"\n[logging.levels]\ntwisted = "quiet"\n',
        [
            "server.toml:5: logging.level: 'loud' is none of debug, info, warn, error",
            "server.toml:7: logging.levels.twisted: 'quiet' is none of debug, info, warn, error",
        ],
    ),
    "limits": (
        ACCOUNTS + "[limits]\noutbox = 0\nidle_timeout = -1.5\n",
        [
            "server.toml:5: limits.outbox: the limit outbox must be more than 0",
            "server.toml:6: limits.idle_timeout: the limit idle_timeout must be more than 0",
        ],
    ),
}


@pytest.mark.parametrize(("text", "problems"), RULES.values(), ids=RULES)
def test_rules(text, problems):
    found = problems_of(text)
    # what ends in a list of dozens of names is compared as far as it goes
    assert [
        each[: len(problem)] if "is no operation" in problem or "Reserv" in problem else each
        for each, problem in zip(found, problems, strict=True)
    ] == problems


def test_a_section_that_cannot_be_read_is_not_judged_but_the_others_are():
    text = '[accounts]\nfile = 5\n[tls]\nkey = "x"\npfx = "y"\n[limits]\noutbox = 0\n'
    assert problems_of(text) == [
        "server.toml:2: accounts.file: a text is due, in quotes, not a whole number",
        "server.toml:4: tls.key: this is the key of tls.certificate, which is missing",
        "server.toml:7: limits.outbox: the limit outbox must be more than 0",
    ]


def test_what_is_refused_together_is_told_of_the_whole(monkeypatch):
    def refuse(limits):
        if limits.outbox + limits.attributes > 2000:
            raise ValueError("outbox and attributes are too large together")

    monkeypatch.setattr(Limits, "__post_init__", refuse)
    text = "[accounts]\nfile = 'accounts'\n[limits]\noutbox = 1500\nattributes = 600\n"
    assert problems_of(text) == [
        "server.toml:3: limits: outbox and attributes are too large together"
    ]


def test_a_password_in_an_address_is_not_repeated():
    problems = problems_of('[store]\nurl = "postgresql://ipam:hunter2@db/ipam"')
    assert problems[-1].startswith("server.toml:2: store.url: there is a password in it: write")
    assert "hunter2" not in str(problems)


def test_secrets_in_the_wrong_place_are_not_repeated():
    text = '[tls]\npassword = "hunter2"\npassword_file = ["hunter2"]\n[accounts]\nhash = "hunter2"'
    problems = problems_of(text)
    assert problems[0] == (
        "server.toml:2: tls.password: there is no such key here; is password_file meant?"
    )
    assert "hunter2" not in str(problems)


# --- Files ---------------------------------------------------------------------------------------


def refusal(path):
    with pytest.raises(ConfigurationError) as caught:
        load_configuration(path)
    return list(caught.value.problems)


def test_files_that_cannot_be_read(tmp_path):
    file = tmp_path / "server.toml"
    assert refusal(file) == [f"{file}: No such file or directory"]
    assert refusal(tmp_path) == [f"{tmp_path}: Is a directory"]
    os.mkfifo(tmp_path / "pipe")
    assert refusal(tmp_path / "pipe") == [f"{tmp_path}/pipe: not a regular file"]
    assert refusal("a\0b") == ["'a\\x00b': this is no name of a file"]
    file.write_bytes(b"a = 1\nb = '\xe4'\n")
    assert refusal(file) == [f"{file}:2: not UTF-8: save the file as UTF-8"]
    file.write_bytes(b"#" * ((1 << 20) + 1))
    assert refusal(file) == [f"{file}: larger than a configuration can be, 1048576"]


# --- Anything ------------------------------------------------------------------------------------

keys = st.sampled_from(
    sorted(
        {field.name for field in fields(Configuration)}
        | {"endpoint", "security", "outbox", "identities", "who", "role", "name", "path", "file"}
    )
)
snippets = st.sampled_from(["tcp:1", "tls", "windows", "S-1-5", "\\Global", "/", "", "\x7f"])


@given(st.text() | st.text("[]{}=.\"'\\\n#,ab1 ", max_size=40))
def test_of_any_text_comes_a_configuration_or_its_error(text):
    with suppress(ConfigurationError):
        parse_configuration(text)


def inline(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"'{key}' = {inline(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(inline, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    return (
        f'"""{value}"""'.replace("\\", "\\\\").replace("\x7f", r"\u007f")
        if (isinstance(value, str))
        else str(value)
    )


documents = st.dictionaries(
    keys,
    st.recursive(
        snippets | st.integers() | st.floats() | st.booleans(),
        lambda below: st.lists(below, max_size=2) | st.dictionaries(keys, below, max_size=3),
        max_leaves=10,
    ),
    max_size=4,
)


@given(documents)
def test_of_any_document_comes_a_configuration_or_its_error(document):
    text = "".join(f"'{key}' = {inline(value)}\n" for key, value in document.items())
    problems = []
    try:
        parse_configuration(text, name="server.toml")
    except ConfigurationError as error:
        problems += error.problems
    assert all(problem.startswith("server.toml") for problem in problems)
    assert not any("not TOML" in problem for problem in problems)
