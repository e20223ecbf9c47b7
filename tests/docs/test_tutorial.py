"""The tutorial: its files are written and its commands run as they stand there, in their order.

The repository is cloned and installed as a reader would do it, so this needs a package index.
"""

import os
import re
import shlex
import signal
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.live

PROJECT = Path(__file__).parents[2]
PAGE = (PROJECT / "docs" / "tutorial" / "progress-bar.md").read_text()
BLOCKS = re.findall(
    r"^```(?:\{code-block\} )?(\w+)\n(?::caption: (\S+)\n\n)?(.*?)^```",
    PAGE,
    re.MULTILINE | re.DOTALL,
)


class Reader:
    """Somebody who does what the page says; a server has a free port in place of 9100."""

    def __init__(self, folder):
        self.folder = folder
        self.port = "9100"
        self.servers = []

    def write(self, name, text):
        (self.folder / name).write_text(text.replace("9100", self.port))

    def follow(self, text):
        """Run the commands of a block, and compare what they print with what it shows."""
        for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", text, re.MULTILINE):
            if command.startswith("cd "):
                self.folder /= command.removeprefix("cd ")
            elif " serve " in command:
                self.serve(command, shown)
            else:
                self.run(command.replace("<this repository>", shlex.quote(str(PROJECT))), shown)

    def run(self, command, shown):
        done = subprocess.run(
            command.replace("9100", self.port),
            shell=True,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
            check=False,
        )
        if (
            "No matching distribution" in done.stdout
            and os.environ.get("IPAM_REQUIRE_PEERS") != "1"
        ):
            pytest.skip("there is no package index to install from")
        if shown:  # three dots stand for anything
            pattern = ".*".join(re.escape(part) for part in shown.split("..."))
            assert re.fullmatch(pattern, done.stdout, re.DOTALL), done.stdout
        else:
            assert done.returncode == 0, done.stdout

    def serve(self, command, shown):
        server = subprocess.Popen(
            [*shlex.split(command), "--listen", "tcp:0:interface=127.0.0.1"],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.servers.append(server)
        line = server.stdout.readline()
        self.port = line.rstrip().rpartition(":")[2]
        assert line == shown.splitlines(keepends=True)[-1].replace("9100", self.port)


@pytest.fixture
def reader(tmp_path):
    reader = Reader(tmp_path)
    yield reader
    for server in reader.servers:
        server.kill()
        server.wait()
        server.stdout.close()


def test_the_page_has_blocks_of_all_kinds():
    assert {language for language, _, _ in BLOCKS} == {"console", "python", "json"}
    assert PAGE.count("\n```") == 2 * len(BLOCKS)


def test_everything_is_as_the_page_says(reader):
    for language, name, text in BLOCKS:
        if language == "console":
            reader.follow(text)
        else:
            reader.write(name, text)
    (server,) = reader.servers
    server.send_signal(signal.SIGINT)
    assert server.wait(30) == 0
