"""The pages: their programs are served and run, and what they name is there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PROGRAMS = {"handlers": ["EditDhcpServer", "EditDhcpScope"], "threads": [], "tasks": []}
"""The pages whose Python is a program, and the operations that it refuses."""


def program_of(page):
    text = (DOCS / f"{page}.md").read_text()
    return "\n".join(re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL))


PAGES = {str(page.relative_to(DOCS)): page.read_text() for page in sorted(DOCS.rglob("*.md"))}


def test_every_test_named_is_there():
    """They stand as ``pytest tests/net/test_x.py`` or as ``net/test_x.py::test_y``."""
    tests = DOCS.parent / "tests"
    for page, text in PAGES.items():
        for file, name in re.findall(r"((?:\w+/)*test_\w+\.py)(?:::(\w+))?", text):
            path = tests / file.removeprefix("tests/")
            assert path.exists(), f"{page}: {file}"
            assert not name or f"def {name}(" in path.read_text(), f"{page}: {file}::{name}"


def test_the_log_says_what_troubleshooting_quotes():
    """Three dots stand for what differs; the rest is in the sources, in one piece or in several."""
    sources = "".join(path.read_text() for path in (DOCS.parent / "src").rglob("*.py"))
    sources = re.sub(r'"\s*f?"', "", sources)  # literals that go on in the next line
    for line in re.findall(r"^- \*Log:\* (.*)", PAGES["troubleshooting.md"], re.MULTILINE):
        for text in re.findall(r"`(.*?)`", line):
            for said in re.split("…|: |sent the fault ", text):
                assert said.strip(";") in sources, text


@pytest.fixture
def serve(tmp_path):
    """Serve the program of a page; gives where it listens."""
    servers = []

    def start(page):
        (tmp_path / f"{page}.py").write_text(program_of(page))
        command = ["serve", "--security", "none", "--app", f"{page}:registry"]
        server = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "ipam_progress",
                *command,
                "--listen",
                "tcp:0:interface=127.0.0.1",
            ],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            text=True,
        )
        servers.append(server)
        return server.stdout.readline().split()[-1]

    yield start
    for server in servers:
        server.kill()
        server.wait()
        server.stdout.close()


def ask(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "ipam_progress", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.live
@pytest.mark.parametrize(("page", "refused"), PROGRAMS.items(), ids=PROGRAMS)
def test_the_program_of_a_page(serve, page, refused):
    url = serve(page)
    program = program_of(page)
    for operation in [
        *re.findall(r'^@registry\.operation\("(\w+)"', program, re.MULTILINE),
        *refused,
    ]:
        done = ask("run", url, operation)
        assert done.returncode == (operation in refused), (operation, done.stdout, done.stderr)
    for task in re.findall(r"^@registry\.task\(IpamTaskType\.(\w+)", program, re.MULTILINE):
        done = ask("start-task", url, task)
        assert done.returncode == 0, done.stderr
