"""Damaged captures, a few hundred; ``python -m fuzz.captures`` does as many as one likes."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_nothing_but_items_comes_of_damaged_captures():
    done = subprocess.run(
        [sys.executable, "-m", "fuzz.captures", "--rounds", "300", "--seed", "7"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("300 recordings: damage found in ")
    assert done.stdout.endswith("nothing else came out\n")
