"""The committed diagrams are the tables': nothing more is drawn, and nothing is left out."""

import importlib.util
import os
import shutil
import subprocess
import sys
from enum import Enum
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
TOOL = ROOT / "tools" / "draw_diagrams.py"

specification = importlib.util.spec_from_file_location("draw_diagrams", TOOL)
draw_diagrams = importlib.util.module_from_spec(specification)
sys.modules["draw_diagrams"] = draw_diagrams  # its dataclasses look their module up
specification.loader.exec_module(draw_diagrams)
MACHINES = draw_diagrams.MACHINES


class Light(Enum):
    RED = "stop"
    GREEN = "go"
    DARK = "out of order"


class Happening(Enum):
    TIME = "time passes"
    FAILURE = "the current fails"
    NOISE = "somebody shouts"


class Reaction(Enum):
    CHANGE = "change"
    NOTHING = "nothing"


TABLE = {
    (Light.RED, Happening.TIME): (Reaction.CHANGE, Light.GREEN),
    (Light.GREEN, Happening.TIME): (Reaction.CHANGE, Light.RED),
    (Light.RED, Happening.FAILURE): (Reaction.NOTHING, Light.DARK),
    (Light.GREEN, Happening.FAILURE): (Reaction.NOTHING, Light.DARK),
    **{(light, Happening.NOISE): (Reaction.NOTHING, light) for light in Light},
}


def run(*arguments):
    return subprocess.run(
        [sys.executable, str(TOOL), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_committed_diagrams_are_up_to_date():
    done = run("--check")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_check_says_what_differs(tmp_path):
    assert run("--target", tmp_path).returncode == 0
    assert run("--check", "--target", tmp_path).returncode == 0
    (tmp_path / "framing-server.dot").write_text("digraph {}\n", "utf-8")
    (tmp_path / "callback-session.dot").unlink()
    done = run("--check", "--target", tmp_path)
    assert done.returncode == 1
    assert done.stdout == (
        "These are not what the tables say; run tools/draw_diagrams.py:"
        " callback-session.dot, framing-server.dot\n"
    )


@pytest.mark.parametrize("name", MACHINES)
def test_a_drawing_read_by_a_person_is_its_table(name):
    table = MACHINES[name].table
    drawing = draw_diagrams.take_apart(table)
    inputs = {given for _, given in table}
    assert draw_diagrams.put_together(drawing, inputs) == table


def test_what_all_states_have_in_common_stands_on_a_card():
    drawing = draw_diagrams.take_apart(TABLE)
    noise = draw_diagrams.Card((), None, ((Happening.NOISE, Reaction.NOTHING),))
    assert drawing.cards == (noise,)
    assert drawing.lines == {}
    assert drawing.arrows == {
        (Light.RED, Light.GREEN): [(Happening.TIME, Reaction.CHANGE)],
        (Light.RED, Light.DARK): [(Happening.FAILURE, Reaction.NOTHING)],
        (Light.GREEN, Light.RED): [(Happening.TIME, Reaction.CHANGE)],
        (Light.GREEN, Light.DARK): [(Happening.FAILURE, Reaction.NOTHING)],
    }


def test_the_state_without_a_way_out_has_a_double_border():
    machine = draw_diagrams.Machine("A light", "the test", TABLE, Light.RED, "Nothing else.")
    lines = draw_diagrams.render("light", machine).splitlines()
    assert [line.split()[0] for line in lines if "peripheries=2" in line] == ["DARK"]
    assert "    begin -> RED" in lines


@pytest.mark.parametrize("name", MACHINES)
def test_graphviz_draws_it_without_a_word(name):
    program = shutil.which("dot")
    if program is None:
        reason = "Graphviz is missing: apt-get install graphviz"
        if os.environ.get("IPAM_REQUIRE_PEERS") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    source = draw_diagrams.TARGET / f"{name}.dot"
    done = subprocess.run([program, "-Tsvg", source], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    for state in {state for state, _ in MACHINES[name].table}:
        assert state.name in done.stdout
