"""Holds the branch coverage of the last test run against what each room promises.

Reads the data file that ``make test`` leaves (`.coverage`). Exits 1 and names the files where a
promise is broken.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

PACKAGE = "src/ipam_progress/"
PROMISES = {
    PACKAGE + "framing/": 100.0,
    PACKAGE + "binaryxml/": 100.0,
    PACKAGE + "soap/": 100.0,
    PACKAGE + "datacontract/": 100.0,
    PACKAGE + "configuration/": 100.0,
    PACKAGE + "store/": 100.0,
    PACKAGE: 95.0,
}
"""Percent of statements and branches, by folder."""


def covered(files: dict[str, Any], folder: str) -> tuple[float, list[str]]:
    """Give the percentage of a folder, and its files that are not covered whole."""
    done = total = 0
    open_files = []
    for name, file in files.items():
        if name.startswith(folder):
            summary = file["summary"]
            hit = summary["covered_lines"] + summary["covered_branches"]
            all_ = summary["num_statements"] + summary["num_branches"]
            done, total = done + hit, total + all_
            if hit < all_:
                missing = [*map(str, file["missing_lines"])]
                missing += [f"{start}->{end}" for start, end in file["missing_branches"]]
                open_files.append(f"{name}: {', '.join(missing)}")
    return 100.0 * done / total, open_files


def main() -> None:
    """Check every promise."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "coverage.json"
        subprocess.run(
            [sys.executable, "-m", "coverage", "json", "-q", "-o", str(report)], check=True
        )
        files = json.loads(report.read_text())["files"]
    broken = False
    for folder, promise in PROMISES.items():
        percent, open_files = covered(files, folder)
        print(f"{folder}: {percent:.2f} % of statements and branches, {promise:g} % promised")
        if percent < promise:
            broken = True
            print("\n".join(f"    {line}" for line in open_files))
    if broken:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
