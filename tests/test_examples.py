"""The examples, run as README says."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.live

EXAMPLES = Path(__file__).parent.parent / "examples"


def run(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, EXAMPLES / name, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_client_runs_an_operation_on_the_server() -> None:
    with subprocess.Popen(
        [sys.executable, EXAMPLES / "server.py", "0"], stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            line = server.stdout.readline()
            assert line.startswith("listening on net.tcp://127.0.0.1:")
            url = line.split()[-1]
            done = run("client.py", url)
            assert (done.returncode, done.stderr) == (0, "")
            lines = done.stdout.splitlines()
            assert lines[0] == "  Create the scope Laboratory: NotStarted, 0 %"
            assert "  Activate the scope: CompletedWithWarning, 100 %" in lines
            assert lines[-2:] == ["100 %", "done"]
            assert server.stdout.readline() == "created: Laboratory\n"
            server.terminate()
            assert server.wait(30) == 0
        finally:
            server.kill()
    done = run("client.py", url)
    assert done.returncode == 1
    assert done.stderr.startswith("no connection to 127.0.0.1, port ")
    done = run("server.py", "nowhere")
    assert done.stderr.count("\n") == 1
