"""The fuzz harness itself: it runs, and what it calls unharmed is whole."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent

UNDAMAGED = """
import random
from fuzz import __main__ as harness
harness.DAMAGES = (lambda _, octets: octets,)
assert len(list(harness.conversation(random.Random(1)))) == 12
"""


def run(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_short_run():
    told = run("-m", "fuzz", "--rounds", "300", "--seed", "7")
    assert told.startswith("300 conversations: ")
    assert told.endswith("nothing else came out\n")


def test_without_damage_a_conversation_runs_to_its_end():
    run("-c", UNDAMAGED)
