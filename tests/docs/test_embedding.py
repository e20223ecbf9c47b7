"""The page on embedding: each program of it is run, on free ports; the README has the example."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.live

PROJECT = Path(__file__).parents[2]
PAGE = (PROJECT / "docs" / "embedding.md").read_text("utf-8")
PROGRAMS = {
    section.partition("\n")[0]: re.sub(r"\b9[12][08]0\b", "0", program)
    for section in PAGE.split("\n## ")
    if (program := section.partition("```python\n")[2].partition("```")[0])
}
PATIENCE = 60


@pytest.fixture
def start(tmp_path):
    """Start a program of the page; what it says goes to one stream."""
    started = []

    def start_program(heading, *command):
        file = tmp_path / "program.py"
        file.write_text(PROGRAMS[heading], "utf-8")
        program = subprocess.Popen(
            [*(command or (sys.executable,)), file],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(program)
        return program

    yield start_program
    for program in started:
        program.kill()
        program.communicate()


def read_to(program, pattern):
    """Read lines to one that matches; give the match, and the lines."""
    lines = []
    for line in program.stdout:
        lines.append(line)
        if match := re.search(pattern, line):
            return match, lines
    pytest.fail(f"no line like {pattern!r} in {''.join(lines)}")


def run_operation(url):
    command = [sys.executable, "-m", "ipam_progress", "run", url, "CreateDhcpScope"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def stop(program):
    program.send_signal(signal.SIGTERM)
    rest, _ = program.communicate(timeout=PATIENCE)
    assert "Traceback" not in rest
    assert "no longer listening on" in rest
    return rest


URL = r"listening on (net\.tcp://127\.0\.0\.1:\d+)"


def test_several_servers(start):
    twistd = str(Path(sys.executable).with_name("twistd"))
    program = start("Several servers", twistd, "--nodaemon", "--pidfile=", "--python")
    urls = []
    for _ in range(2):
        read_to(program, r"http://127\.0\.0\.1:\d+/ can be looked at")
        urls.append(read_to(program, URL)[0][1])
    for url in urls:
        assert "CompletedWithSuccess" in run_operation(url)
    assert stop(program).count("no longer listening on") == 2


def test_stop_and_start_again(start):
    program = start("Stop and start again")
    said, _ = program.communicate(timeout=PATIENCE)
    assert program.returncode == 0, said
    assert len(re.findall(r"^\('net\.tcp://127\.0\.0\.1:\d+',\)$", said, re.MULTILINE)) == 2


def test_the_log_as_json_and_an_event(start):
    program = start("The log")
    match, _ = read_to(program, r'"url": "(net\.tcp://127\.0\.0\.1:\d+)"')
    run_operation(match[1])
    _, lines = read_to(program, "^ended: CreateDhcpScope succeeded$")
    named = "operation CreateDhcpScope"
    events = [json.loads(line) for line in lines if line.startswith("{")]
    of_operations = [event for event in events if event.get("operation") == named]
    assert of_operations
    assert all(event["log_namespace"].startswith("ipam_progress.") for event in of_operations)
    assert all(event["peer"].startswith("127.0.0.1:") for event in of_operations)
    stop(program)
    assert program.returncode == 0


def test_beside_asyncio(start):
    program = start("Beside asyncio")
    match, _ = read_to(program, URL)
    assert "Ask the appliance" in run_operation(match[1])
    stop(program)
    assert program.returncode == 0


def test_the_events_are_all_named():
    from ipam_progress import events

    section = PAGE.partition("## Events")[2].partition("##")[0]
    named = set(re.findall(r"`([A-Z][A-Za-z]+)`", section))
    assert named == set(events.__all__) - {"Counters", "EventHub", "ServerEvent"}


def test_the_readme_shows_the_example():
    readme = (PROJECT / "README.md").read_text("utf-8")
    example = (PROJECT / "examples" / "server.py").read_text("utf-8")
    code = example.split('"""\n\n', 1)[1]
    assert f"```python\n{code}```" in readme
