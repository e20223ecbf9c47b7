"""The unit in examples/, held against the command line, the configuration, and systemd."""

import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

from ipam_progress.cli.serve import command as serve
from ipam_progress.configuration import load_configuration

EXAMPLES = Path(__file__).parents[2] / "examples"
UNIT = EXAMPLES / "ipam-progress.service"
PROGRAM = Path(sys.executable).with_name("ipam-progress")


def settings():
    """Read the section of the service: the values of each key, in their order."""
    found = {}
    section = UNIT.read_text("utf-8").replace("\\\n", " ").partition("[Service]")[2]
    for line in section.partition("[Install]")[0].splitlines():
        if line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


def arguments():
    """Give what follows ``ipam-progress serve`` in ExecStart=."""
    (line,) = settings()["ExecStart"]
    program, command, *rest = shlex.split(line)
    assert (Path(program).name, command) == ("ipam-progress", "serve")
    return rest


def environment(state, logs):
    """Give the variables it sets, with the folders that systemd would make."""
    values = [value.replace("%S", str(state)) for value in settings()["Environment"]]
    return dict(value.replace("%L", str(logs)).split("=", 1) for value in values)


def test_its_options_are_those_of_serve():
    context = serve.make_context("serve", arguments())
    assert context.params["app"] == "myserver:registry"
    assert context.params["config"] == "/etc/ipam-progress/server.toml"


def test_what_the_example_writes_lies_where_the_service_may_write():
    configuration, _ = load_configuration(
        str(EXAMPLES / "server.toml"), environment=environment("/var/lib", "/var/log")
    )
    (state,), (logs,) = settings()["StateDirectory"], settings()["LogsDirectory"]
    assert configuration.store.file.parent == Path("/var/lib", state)
    assert configuration.logging.file.parent == Path("/var/log", logs)


def test_systemd_takes_it_and_finds_it_well_protected(tmp_path, require_peer):
    require_peer(shutil.which("systemd-analyze"), "systemd-analyze is not installed")
    copy = tmp_path / UNIT.name
    (line,) = settings()["ExecStart"]
    copy.write_text(UNIT.read_text("utf-8").replace(shlex.split(line)[0], str(PROGRAM)), "utf-8")
    for verb in (["verify"], ["security", "--offline=yes", "--threshold=15"]):  # in tenths
        done = subprocess.run(
            ["systemd-analyze", *verb, copy],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stdout


def test_what_it_starts_serves_reads_again_and_stops(tmp_path, start_program):
    state, logs = tmp_path / "state", tmp_path / "logs"
    for folder in (state, logs):
        (folder / "ipam-progress").mkdir(parents=True)
    (tmp_path / "server.toml").write_text(
        '[[listeners]]\nendpoint = "tcp:0:interface=127.0.0.1"\nsecurity = "none"\n'
    )
    (tmp_path / "myserver.py").write_text(
        "from ipam_progress import OperationRegistry\nregistry = OperationRegistry()\n"
    )
    (reload,) = settings()["ExecReload"]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.settimeout(30)
        systemd.bind(str(tmp_path / "notify"))
        program = start_program(
            PROGRAM,
            "serve",
            *(each.replace("/etc/ipam-progress", str(tmp_path)) for each in arguments()),
            cwd=tmp_path,
            env={
                **os.environ,
                **environment(state, logs),
                "NOTIFY_SOCKET": str(tmp_path / "notify"),
            },
        )
        assert systemd.recv(100) == b"READY=1"
        subprocess.run(
            shlex.split(reload.replace("$MAINPID", str(program.process.pid))), check=True
        )
        assert systemd.recv(100).startswith(b"RELOADING=1\n")
        assert systemd.recv(100) == b"READY=1"
        program.process.send_signal(signal.SIGTERM)
        assert systemd.recv(100) == b"STOPPING=1"
    assert program.wait() == 0
    assert (state / "ipam-progress" / "operations.db").exists()
    assert "stopped" in (logs / "ipam-progress" / "server.log").read_text()
