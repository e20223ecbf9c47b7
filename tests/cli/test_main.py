"""What all commands have in common: help, version, misuse, and how fast they are there."""

import subprocess
import sys
from importlib.metadata import entry_points

import pytest

import ipam_progress
from ipam_progress.cli import COMMANDS, main


def test_the_console_script_is_this_command() -> None:
    (script,) = entry_points(group="console_scripts", name="ipam-progress")
    assert script.load() is main


def test_version(invoke) -> None:
    result = invoke("--version")
    assert (result.exit_code, result.output) == (0, f"ipam-progress {ipam_progress.__version__}\n")


def test_help_lists_commands_and_examples(invoke) -> None:
    result = invoke("--help")
    assert result.exit_code == 0
    for name, text in COMMANDS.items():
        assert f"  {name} " in result.output
        assert text in result.output
        assert f"ipam-progress {name} " in result.output.partition("Examples:")[2].replace(
            "\n", " "
        )


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_explains_itself(invoke, name) -> None:
    result = invoke(name, "--help")
    assert result.exit_code == 0
    assert result.output.startswith(f"Usage: ipam-progress {name}")
    # the list of the commands says what their own help says
    assert COMMANDS[name] in result.output


def test_help_does_not_wait_for_the_network_stack() -> None:
    code = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from ipam_progress.cli import main\n"
        "assert CliRunner().invoke(main, ['--help']).exit_code == 0\n"
        "print([name for name in ('twisted', 'spyne', 'lxml', 'rich') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        (["nothing"], "No such command 'nothing'. (ipam-progress --help says more)"),
        (["run"], "Missing argument 'URL'. (ipam-progress run --help says more)"),
        (["run", "http://x", "EditDhcpScope"], "'http://x' is no net.tcp URI"),
        (["run", "x:9100", "EditDhcpScope"], "an example: net.tcp://127.0.0.1:9100"),
        (["run", "net.tcp://x:123456", "EditDhcpScope"], "Port out of range"),
        (["run", "net.tcp://x", "EditDhcpScop"], "is EditDhcpScope or"),
        (["run", "net.tcp://x", "Zzz"], "'Zzz' is no operation; --help lists them all"),
        (["run", "net.tcp://x", "EditDhcpScope", "--timeout", "0"], "not in the range x>0"),
        (["run", "net.tcp://x", "EditDhcpScope", "--parameters", "/no/file"], "No such file"),
        (["start-task", "net.tcp://x", "Adit"], "'Adit' is no task; is Audit meant?"),
        (["decode", "/no/file"], "No such file"),
        (["demo", "--delay", "-1"], "not in the range"),
    ],
)
def test_misuse_is_told_in_one_line(invoke, arguments, cause) -> None:
    result = invoke(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: ")
    assert cause in line


def test_names_are_completed_by_the_shell(invoke) -> None:
    command = main.get_command(None, "start-task")
    (task,) = (parameter for parameter in command.params if parameter.name == "task")
    found = task.type.shell_complete(None, task, "d")
    assert [item.value for item in found] == ["Discovery", "DnsConfiguration"]


def test_a_terminal_without_the_letters_is_no_reason_to_fail(tmp_path) -> None:
    recording = tmp_path / "recording"
    # a Via with letters that ASCII does not have
    recording.write_bytes(b"\x02\x06" + "中ü".encode() + b"/")
    done = subprocess.run(
        [sys.executable, "-m", "ipam_progress", "decode", str(recording)],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONIOENCODING": "ascii", "PATH": ""},
    )
    assert "via=\\u4e2d\\xfc/" in done.stdout
