"""``ipam-progress serve`` as a process: how it begins, how it refuses to, how it stops."""

import json
import signal
import socket
from types import SimpleNamespace

import click
import pytest
from twisted.internet.defer import Deferred
from twisted.logger import globalLogPublisher

from ipam_progress.cli import credentials
from ipam_progress.cli import serve as serve_module
from ipam_progress.cli.logs import Log
from ipam_progress.cli.process import Ended, ExitStatus
from ipam_progress.cli.serve import _hang_up, serve_until_cancelled
from ipam_progress.limits import Limits
from ipam_progress.net.server import ManagementServer
from ipam_progress.operations import OperationRegistry
from ipam_progress.session.keepalive import KeepaliveMode

pytestmark = pytest.mark.live

WAITS_FOR_EVER = """
from twisted.internet.defer import Deferred
from ipam_progress import OperationRegistry

registry = OperationRegistry()

@registry.operation("EditDhcpScope")
async def edit(parameters, progress):
    progress.subtask("Wait")
    await Deferred()
"""


def test_a_line_for_each_listener_and_the_log_on_stderr(command, stopped_in_order) -> None:
    server = command(
        "serve", "--security", "none", "--demo",
        "--listen", "tcp:0:interface=127.0.0.1", "--listen", "tcp:0:interface=127.0.0.2",
    )  # fmt: skip
    urls = [server.line().removeprefix("listening on net.tcp://") for _ in range(2)]
    assert [url.partition(":")[0] for url in urls] == ["127.0.0.1", "127.0.0.2"]
    for url in urls:
        host, _, port = url.partition(":")
        socket.create_connection((host, int(port)), 10).close()
    errors = stopped_in_order(server)
    assert any("info: operations: 49, tasks: 8; whoever can connect" in line for line in errors)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_in_order(serve, stopped_in_order, number) -> None:
    errors = stopped_in_order(serve("--demo"), number)
    texts = [line.partition(" ")[2] for line in errors]
    assert "info: stopping" in texts
    # on its own life Twisted is silent
    assert not any("TCP" in text or "Main loop" in text for text in texts)


def test_stopping_fails_operations_that_take_too_long(app, command, stopped_in_order) -> None:
    server = app(WAITS_FOR_EVER, "--limit", "stop_timeout=0.2")
    client = command("run", server.url, "EditDhcpScope", "--json")
    client.line_with("AddSubTask")
    stopped_in_order(server)
    status, lines, errors = client.end()
    assert status == 1
    assert json.loads(lines[-2])["overallStatus"] == "CompletedWithFailure"
    assert errors[-1].startswith("Error: EditDhcpScope failed: ")


def test_a_second_signal_ends_it_at_once(app, command) -> None:
    server = app(WAITS_FOR_EVER, "--limit", "stop_timeout=1000")
    client = command("run", server.url, "EditDhcpScope", "--json")
    client.line_with("AddSubTask")
    server.signal(signal.SIGINT)
    # it has begun to stop when it does not listen any more
    host, _, port = server.url.removeprefix("net.tcp://").partition(":")
    while True:
        try:
            socket.create_connection((host, int(port)), 10).close()
        except (ConnectionRefusedError, ConnectionResetError):  # or just closed its queue
            break
    server.signal(signal.SIGINT)
    status, _, _ = server.end()
    assert status == -signal.SIGINT
    status, _, errors = client.end()
    assert status == 3
    assert "the session was over before EditDhcpScope was" in errors[-1]


def test_an_address_in_use(serve, command) -> None:
    taken = serve("--demo").url.rpartition(":")[2]
    listen = f"tcp:{taken}:interface=127.0.0.1"
    error = (
        f"Error: cannot listen on 127.0.0.1, port {taken}: Address already in use; "
        "say another endpoint with --listen"
    )
    for others in ([], ["--listen", "tcp:0:interface=127.0.0.1"]):
        server = command("serve", "--security", "none", "--demo", *others, "--listen", listen)
        assert server.end() == (
            2,
            [],
            [error],
        )


@pytest.mark.parametrize("option", ["--metrics", "--page", "--http"])
def test_a_site_at_an_address_in_use(serve, command, option) -> None:
    taken = serve("--demo").url.rpartition(":")[2]
    endpoint = f"tcp:{taken}:interface=127.0.0.1"
    free = ["--listen", "tcp:0:interface=127.0.0.1"]
    server = command("serve", "--security", "none", "--demo", *free, option, endpoint)
    status, lines, errors = server.end()
    assert (status, lines) == (2, [])
    assert errors[-1] == (
        f"Error: cannot listen on 127.0.0.1, port {taken}: Address already in use; "
        "say other endpoints with --metrics, --page and --http"
    )


@pytest.mark.parametrize(
    ("endpoint", "cause"),
    [
        ("tcp", "no endpoint"),
        ("tcp:many", "no endpoint"),
        ("pigeon:1", "Unknown endpoint type: 'pigeon'"),
        ("tcp:0:colour=red", "no endpoint"),
        ("tcp:70000", "port must be 0-65535"),
        ("tcp:0:interface=256.0.0.1", "256.0.0.1, port 0"),
        ("unix:/no/such/folder/socket", "No such file or directory"),
    ],
)
def test_an_endpoint_that_is_none(endpoint, cause) -> None:
    server = ManagementServer(OperationRegistry(), listen=(endpoint,))
    outcomes: list = []
    # no reactor has to run for it: what cannot be listened on is refused at once
    Deferred.fromCoroutine(serve_until_cancelled(server)).addBoth(outcomes.append)
    error = outcomes[0].value
    assert isinstance(error, Ended)
    assert error.status is ExitStatus.USAGE
    assert cause in error.message


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        (["--demo"], "`ipam-progress passwd` makes one"),
        (["--security", "none"], "say either --app MODULE:REGISTRY"),
        (["--security", "none", "--demo", "--app", "a:b"], "say either --app MODULE:REGISTRY"),
        (["--security", "kerberos", "--demo"], "'kerberos' is not one of 'windows', 'tls', 'none'"),
        (["--security", "windows", "--demo"], "nobody could log on with Windows security"),
        (["--security", "tls", "--demo"], "TLS needs a certificate"),
        (["--security", "none", "--demo", "--listen", "tcp:0"], "allow_unprotected_network"),
        (["--accounts", "/no/such/file", "--demo"], "/no/such/file"),
        (["--config", "/no/such/file", "--demo"], "/no/such/file"),
        (["--security", "none", "--demo", "--demo-steps", "0"], "not in the range x>=1"),
        (["--security", "none", "--demo", "--server-path", "x"], "does not begin with /"),
        (["--security", "none", "--demo", "--server-path", "/ipamoperationwithprogress"], "both"),
        (["--security", "none", "--demo", "--limit", "patience=1"], "the keys here are envelope"),
        (["--security", "none", "--demo", "--limit", "drain=much"], "as in drain=10"),
        (["--security", "none", "--demo", "--limit", "drain=0"], "drain must be more than 0"),
        (["--security", "none", "--demo", "--log-level", "loud"], "'loud' is not one of 'debug'"),
        (["--security", "none", "--demo", "--log-format", "xml"], "'xml' is not one of 'text'"),
        (["--security", "none", "--demo", "--store", "mysql://db/x"], "no address of a database"),
        (["--security", "none", "--demo", "--metrics", "9464"], "--metrics: monitoring.metrics"),
        (["--security", "none", "--demo", "--page", "tcp:9465"], "monitoring.allow_network = true"),
        (["--security", "none", "--demo", "--http", "8080"], "--http: http.endpoint"),
        (["--security", "none", "--demo", "--http", "tcp:8080"], "http.allow_network = true"),
        (["--security", "none", "--demo", "--soap"], "http.endpoint: this key is missing"),
        (
            ["--accounts", "a", "--demo", "--http", "tcp:0:interface=localhost", "--soap"],
            "have to say who they are",
        ),
        (
            ["--security", "none", "--demo", "--metadata-exchange", "--server-path", "/mex"],
            "choose another one",
        ),
        (["--security", "none", "--app", "program"], "as in myserver:registry"),
        (["--security", "none", "--app", ":registry"], "as in myserver:registry"),
        (["--security", "none", "--app", "no_such_module:registry"], "No module named"),
        (["--security", "none", "--app", "json:registry"], "has no attribute 'registry'"),
        (["--security", "none", "--app", "json:loads"], "loads is no OperationRegistry"),
    ],
)
def test_a_refusal_says_why_and_what_to_do(invoke, arguments, cause) -> None:
    result = invoke("serve", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    assert cause in line


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("1 / 0", "raised ZeroDivisionError: division by zero (%s, line 1)"),
        ("def", "raised SyntaxError: invalid syntax (broken.py, line 1)"),
    ],
)
def test_a_program_that_cannot_be_imported(command, tmp_path, text, cause) -> None:
    path = tmp_path / "broken.py"
    path.write_text(text)
    server = command("serve", "--security", "none", "--app", "broken:registry", cwd=tmp_path)
    status, lines, (error,) = server.end()
    assert (status, lines) == (2, [])
    assert error.endswith(cause.replace("%s", str(path)))


def test_a_registry_may_stand_in_something(tmp_path, serve, stopped_in_order) -> None:
    (tmp_path / "program.py").write_text(
        "from ipam_progress import OperationRegistry\n"
        "class Backend:\n    registry = OperationRegistry()\n"
    )
    server = serve("--app", "program:Backend.registry", cwd=tmp_path)
    assert any("operations: 0, tasks: 0" in line for line in stopped_in_order(server))


def test_other_paths(serve, command) -> None:
    server = serve("--demo", "--operation-path", "/a/b", "--server-path", "/c")
    operation = command("run", f"{server.url}/a/b", "EditDhcpScope")
    task = command("start-task", f"{server.url}/c", "Audit")
    status, _, errors = command("run", server.url, "EditDhcpScope").end()
    assert (operation.end()[0], task.end()[0], status) == (0, 0, 3)
    assert errors == ["Error: the server has no service at this address; check the path"]


def test_the_demonstration_has_the_size_it_is_given(serve, command) -> None:
    server = serve("--demo", "--demo-subtasks", "2", "--demo-steps", "5", "--demo-delay", "0.01")
    status, lines, _ = command("run", server.url, "CreateDhcpFailover", "--json").end()
    assert status == 0
    events = [json.loads(line)["event"] for line in lines]
    assert events == [
        "StartProgressCallback",
        *["AddSubTask"] * 2,
        *["SetSubTaskStatus", "SetCompletionPercentage"] * 10,
        "SetOverallStatus",
        "end",
    ]


def test_what_a_handler_raises_is_in_the_log(app, command, stopped_in_order) -> None:
    server = app(
        "from ipam_progress import OperationRegistry\n"
        "registry = OperationRegistry()\n"
        '@registry.operation("EditDhcpScope")\n'
        "async def edit(parameters, progress):\n"
        '    raise ValueError("the secret\\nof this server")\n'
    )
    status, _, (error,) = command("run", server.url, "EditDhcpScope").end()
    assert status == 1
    assert "secret" not in error
    errors = stopped_in_order(server)
    first = next(number for number, line in enumerate(errors) if "EditDhcpScope failed" in line)
    traceback = [line for line in errors[first + 1 :] if line.startswith("    ")]
    assert "    builtins.ValueError: the secret" in traceback
    # everything else is one line of its own, with its time
    others = [line for line in errors if line not in traceback]
    assert all(line[:2] == "20" for line in others)


def test_a_password_on_the_command_line_is_refused_and_not_repeated(invoke) -> None:
    store = "postgresql://ipam:hunter2@db/ipam"
    result = invoke("serve", "--security", "none", "--demo", "--store", store)
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: --store: store.url: there is a password in it: ")
    assert "hunter2" not in result.output


def test_the_log_as_json(serve) -> None:
    server = serve("--demo", "--log-format", "json")
    server.signal(signal.SIGTERM)
    status, _, errors = server.end()
    assert status == 0
    lines = [json.loads(line) for line in errors]
    assert all(line["namespace"].startswith("ipam_progress.") for line in lines)
    (started,) = (line for line in lines if "operations" in line)
    assert (started["level"], started["operations"], started["tasks"]) == ("info", 49, 8)


def test_the_log_of_a_level(serve) -> None:
    server = serve("--demo", "--log-level", "warn")
    server.signal(signal.SIGTERM)
    assert server.end() == (0, [], [])


def test_the_log_in_a_file_that_is_moved_away(command, monkeypatch, tmp_path) -> None:
    configuration = tmp_path / "server.toml"
    configuration.write_text(
        '[[listeners]]\nendpoint = "tcp:0:interface=127.0.0.1"\nsecurity = "none"\n'
        '[logging]\nfile = "server.log"\n[logging.levels]\n"ipam_progress.net" = "error"\n'
    )
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.settimeout(30)
        systemd.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        server = command("serve", "--config", str(configuration), "--demo")
        assert systemd.recv(100) == b"READY=1"
        (tmp_path / "server.log").rename(tmp_path / "server.log.1")
        server.signal(signal.SIGHUP)
        assert systemd.recv(100).startswith(b"RELOADING=1\nMONOTONIC_USEC=")
        assert systemd.recv(100) == b"READY=1"
        server.signal(signal.SIGTERM)
        assert systemd.recv(100) == b"STOPPING=1"
        status, _, errors = server.end()
    assert (status, errors) == (0, [])
    assert "operations: 49" in (tmp_path / "server.log.1").read_text()
    again, stopping, stopped = (tmp_path / "server.log").read_text().splitlines()
    assert "were read again" in again
    assert stopping.endswith("info: stopping")
    assert stopped.endswith("info: stopped")


def test_a_log_that_cannot_be_opened_again_goes_on(tmp_path) -> None:
    (tmp_path / "logs").mkdir()
    log = Log(file=tmp_path / "logs" / "log")
    (tmp_path / "logs").rename(tmp_path / "moved")
    events: list = []
    reloaded: list = []
    globalLogPublisher.addObserver(events.append)
    try:
        _hang_up(SimpleNamespace(reload=reloaded.append), "server", log)
    finally:
        globalLogPublisher.removeObserver(events.append)
    (event,) = events
    assert event["file"] == str(tmp_path / "logs" / "log")
    assert event["reason"] == "No such file or directory"
    assert reloaded == ["server"]


def test_a_log_that_cannot_be_opened(invoke, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("IPAM_PROGRESS_LOGGING__FILE", str(tmp_path))
    result = invoke("serve", "--security", "none", "--demo")
    assert result.exit_code == 2
    assert result.stderr == (
        f"Error: IPAM_PROGRESS_LOGGING__FILE: logging.file: {tmp_path}: Is a directory\n"
    )


TASKS = """
import json
from datetime import timedelta
from ipam_progress import OperationRegistry

class Registry(OperationRegistry):
    def find(self, operation_id):
        # asked for each operation when the server has started: when tasks are as they will be
        with open("tasks.json", "w") as file:
            json.dump([[str(t.every), t.concurrent, t.enabled] for t in self.tasks], file)

registry = Registry()
registry.task("Discovery", every=timedelta(hours=1))(print)
registry.task("Audit", every=timedelta(hours=1), concurrent=2)(print)
registry.task("Expiry", every=timedelta(hours=1))(print)
"""


def test_tasks_run_as_the_configuration_says(app, monkeypatch, stopped_in_order, tmp_path) -> None:
    monkeypatch.setenv("IPAM_PROGRESS_TASKS__DISCOVERY__EVERY", "never")
    monkeypatch.setenv("IPAM_PROGRESS_TASKS__DISCOVERY__CONCURRENT", "3")
    monkeypatch.setenv("IPAM_PROGRESS_TASKS__AUDIT__EVERY", "15m")
    monkeypatch.setenv("IPAM_PROGRESS_TASKS__EXPIRY__ENABLED", "false")
    stopped_in_order(app(TASKS))
    assert json.loads((tmp_path / "tasks.json").read_text()) == [
        ["None", 3, True],
        ["0:15:00", 2, True],
        ["1:00:00", 1, False],
    ]


def test_tasks_that_a_program_does_not_have(invoke, monkeypatch, tmp_path) -> None:
    (tmp_path / "taskless.py").write_text(
        "from ipam_progress import OperationRegistry\nregistry = OperationRegistry()\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("IPAM_PROGRESS_TASKS__EXPIRY__ENABLED", "false")
    result = invoke("serve", "--security", "none", "--app", "taskless:registry")
    assert result.exit_code == 2
    assert result.stderr == (
        "Error: IPAM_PROGRESS_TASKS__EXPIRY__ENABLED: tasks.Expiry: the program has no handler for "
        "the task Expiry\n"
    )


def test_what_is_configured_reaches_the_server(invoke, monkeypatch) -> None:
    taken: dict = {}
    monkeypatch.setattr(serve_module, "ManagementServer", lambda _, **given: taken.update(given))
    monkeypatch.setattr(serve_module, "run_in_reactor", lambda *_, **__: None)
    monkeypatch.setenv("IPAM_PROGRESS_KEEPALIVE", "off")
    monkeypatch.setenv("IPAM_PROGRESS_MERGE_PROGRESS", "false")
    assert invoke("serve", "--security", "none", "--demo", "--limit", "outbox=7").exit_code == 0
    assert taken["keepalive"] is KeepaliveMode.OFF
    assert taken["merge_progress"] is False
    assert taken["limits"] == Limits(outbox=7)


def test_all_that_is_wrong_is_told_at_once(invoke) -> None:
    result = invoke("serve", "--demo", "--limit", "drain=0")
    assert result.exit_code == 2
    assert [line.partition(": ")[0] for line in result.stderr.splitlines()] == ["Error", "Error"]


def _make_accounts(invoke, tmp_path, password="correct horse") -> str:
    passwords, accounts = tmp_path / "password", tmp_path / "accounts"
    passwords.write_text(f"{password}\n")
    passwords.chmod(0o600)
    result = invoke("passwd", str(accounts), "alice", "--password-file", str(passwords))
    assert result.exit_code == 0, result.output
    return str(accounts)


def test_passwd_keeps_accounts(invoke, tmp_path) -> None:
    accounts = _make_accounts(invoke, tmp_path)
    again = invoke("passwd", accounts, "alice", typed="one\none\n")
    assert "alice has a new password" in again.output
    assert invoke("passwd", accounts).output == "alice\n"
    assert "correct horse" not in (tmp_path / "accounts").read_text()
    assert (tmp_path / "accounts").stat().st_mode & 0o777 == 0o600
    assert "alice is gone" in invoke("passwd", accounts, "alice", "--delete").output
    assert invoke("passwd", accounts, "alice", "--delete").exit_code == 1
    assert invoke("passwd", str(tmp_path / "none")).exit_code == 1
    (tmp_path / "password").chmod(0o644)
    refused = invoke("passwd", accounts, "bob", "--password-file", str(tmp_path / "password"))
    assert refused.exit_code == 2
    absent = invoke("passwd", accounts, "bob", "--password-file", str(tmp_path / "absent"))
    assert absent.exit_code == 1


def test_a_client_logs_on_and_may_do_what_its_groups_say(invoke, command, tmp_path) -> None:
    _make_accounts(invoke, tmp_path)
    configuration = tmp_path / "server.toml"
    text = '[accounts]\nfile = "accounts"\n[[listeners]]\nendpoint = "tcp:0:interface=127.0.0.1"\n'
    roles = (
        '[[roles]]\nname = "Scopes"\noperation_groups = ["DhcpScopeOperations"]\n'
        '[[policies]]\nwho = ["alice"]\nrole = "Scopes"\n'
    )
    configuration.write_text(text)
    server = command("serve", "--config", str(configuration), "--demo")
    url = server.line_with("listening on ").split()[-1]
    logon = ["--user", "alice", "--password-file", str(tmp_path / "password")]
    status, _, errors = command("run", url, "CreateDhcpScope", *logon).end()
    assert (status, "IpamApiAccessDenied" in errors[-1]) == (1, True)
    configuration.write_text(text + roles)
    server.signal(signal.SIGHUP)
    # the answer to a signal is a line in the log, which goes where nobody reads it here
    while command("run", url, "CreateDhcpScope", *logon).end()[0] != 0:
        pass
    status, _, errors = command("start-task", url, "Discovery", *logon).end()
    assert (status, "IpamApiAccessDenied" in errors[-1]) == (1, True)
    configuration.write_text("nonsense")
    server.signal(signal.SIGHUP)
    assert command("run", url, "CreateDhcpScope", *logon).end()[0] == 0
    assert command("run", url, "CreateDhcpScope").end()[0] == 3
    server.signal(signal.SIGTERM)
    status, _, errors = server.end()
    assert status == 0
    assert any("denied: StartOperationWithCallback CreateDhcpScope" in line for line in errors)
    assert any("nothing was read again" in line for line in errors)
    assert not any("correct horse" in line for line in errors)


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        (["--security", "tls", "--user", "x"], "--user does not go with --security tls"),
        (["--security", "none", "--ca", "x"], "--ca does not go with --security none"),
        (["--ca", "/no/such/file"], "/no/such/file: No such file"),
        (["--pin", "12"], "12"),
        (["--certificate", "/no/such/file.pfx"], "/no/such/file.pfx"),
        (["--certificate", "/no/such/file.pem"], "/no/such/file.pem"),
        (["--user", "x", "--password-file", "/no/such/file"], "/no/such/file: No such file"),
    ],
)
def test_credentials_that_cannot_be_used(invoke, arguments, cause) -> None:
    result = invoke("start-task", "net.tcp://127.0.0.1:1", "Discovery", *arguments)
    assert result.exit_code == 2
    assert cause in result.stderr


def test_a_password_is_asked_for(monkeypatch) -> None:
    asked: list = []
    monkeypatch.setattr(
        click, "prompt", lambda text, **settings: asked.append((text, settings)) or "secret"
    )
    given = dict.fromkeys(("user", "password_file", "spn", "ca", "identity", "pin", "certificate"))
    security = credentials._security("net.tcp://server:1", None, given | {"user": "x"})
    assert asked == [("Password of x", {"hide_input": True, "err": True})]
    assert security.target == "host/server"
    assert "secret" not in repr(security)
    assert credentials._security("net.tcp://server:1", "none", given) is None
