"""The committed modules are what the tool writes from the committed schemas."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
TOOL = ROOT / "tools" / "generate_contracts.py"


def run(*arguments):
    return subprocess.run(
        [sys.executable, str(TOOL), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    target = tmp_path_factory.mktemp("contracts")
    done = run("--target", target)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return target


def test_the_committed_modules_are_up_to_date():
    done = run("--check")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_what_was_written_is_found_in_order(written):
    assert run("--check", "--target", written).returncode == 0


def test_a_check_says_what_differs(written):
    progress = written / "progress.py"
    text = progress.read_text("utf-8")
    stray = written / "stray.py"
    servers = written / "servers.py"
    servers_text = servers.read_text("utf-8")
    try:
        progress.write_text(
            text.replace("SubTaskInstanceId: int", "SubTaskInstanceId: str"), "utf-8"
        )
        servers.unlink()
        stray.write_text("", "utf-8")
        done = run("--check", "--target", written)
    finally:
        progress.write_text(text, "utf-8")
        servers.write_text(servers_text, "utf-8")
        stray.unlink()
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "The contracts are not what the schemas say; run tools/generate_contracts.py:",
        "stray.py: is not written by this tool",
        "progress.py: 2 lines differ, the first:",
        "    -    SubTaskInstanceId: str = 0",
        "    +    SubTaskInstanceId: int = 0",
        "servers.py: missing",
    ]
