"""Prints the requirements of a dependency group of pyproject.toml, one a line.

Does what ``pip install --group`` does, for the versions of pip (before 25.1) that cannot.
"""

import sys
import tomllib
from pathlib import Path
from typing import Any


def requirements(groups: dict[str, Any], name: str) -> list[str]:
    """List the requirements of a group and of the groups it includes.

    Raises:
        KeyError: If there is no such group.
    """
    found: list[str] = []
    for entry in groups[name]:
        found += [entry] if isinstance(entry, str) else requirements(groups, entry["include-group"])
    return found


def main() -> None:
    """Print the group named on the command line."""
    project = Path(__file__).parent.parent / "pyproject.toml"
    groups = tomllib.loads(project.read_text())["dependency-groups"]
    print("\n".join(requirements(groups, sys.argv[1])))


if __name__ == "__main__":
    main()
