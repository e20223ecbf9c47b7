"""The client in C# that docs/windows-clients.md has, with Mono's WCF."""

import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "windows-clients.md").read_text()


@pytest.fixture
def client(compile_for_mono, tmp_path):
    (source,) = re.findall(
        r"^```\{code-block\} csharp\n:caption: (\S+)\n\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL
    )
    name, text = source
    (tmp_path / name).write_text(text)
    return compile_for_mono(tmp_path / name)


def test_it_shows_the_progress_of_an_operation(client, start_program, demo_server):
    program = start_program(*client, demo_server.url)
    program.wait_for_line("^CompletedWithSuccess$")
    lines = program.lines()
    assert lines[:2] == ["started", "new: Step 1"]
    assert lines[-2:] == ["100 %", "CompletedWithSuccess"]
