"""The public names: few, documented, lazy, and the same for type checkers as for programs."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import ipam_progress


def test_a_page_of_names_each_of_which_is_there() -> None:
    assert ipam_progress.__all__ == sorted(ipam_progress.__all__)
    assert len(ipam_progress.__all__) <= 30
    for name in ipam_progress.__all__:
        found = getattr(ipam_progress, name)
        if name != "__version__":
            assert inspect.isclass(found)
            assert found.__name__ == name
            assert inspect.getdoc(found)


def test_all_of_them_are_listed() -> None:
    assert {*ipam_progress.__all__} <= {*dir(ipam_progress)}


def test_type_checkers_see_the_same_names_from_the_same_modules() -> None:
    tree = ast.parse(Path(ipam_progress.__file__).read_text("utf-8"))
    seen = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module.startswith("ipam_progress.")
        for alias in node.names
    }
    homes = {name: f"ipam_progress.{home}" for name, home in ipam_progress._HOMES.items()}
    assert seen == homes
    assert {*homes, "__version__"} == {*ipam_progress.__all__}


def test_what_is_not_there() -> None:
    with pytest.raises(AttributeError, match="module 'ipam_progress' has no attribute 'Server'"):
        ipam_progress.Server  # noqa: B018 (asking is the test)


def test_importing_it_imports_next_to_nothing() -> None:
    code = (
        "import sys, ipam_progress\n"
        "print([name for name in sys.modules if name.startswith('ipam_progress.')])\n"
        "ipam_progress.OperationRegistry, ipam_progress.DateTime, ipam_progress.Outcome\n"
        "heavy = 'alembic click lxml prometheus_client spyne sqlalchemy twisted'.split()\n"
        "print([name for name in heavy if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n[]\n"


def test_the_server_of_the_docstring_is_a_program() -> None:
    _, _, block = ipam_progress.__doc__.partition("::\n")
    program = inspect.cleandoc("\n" + block.partition("\n`ManagementClient`")[0])
    without_the_reactor = program.replace(".run()", "").replace(".startService()", "")
    names: dict = {}
    exec(compile(without_the_reactor, "docstring", "exec"), names)
    assert [each.value for each in names["registry"]] == ["CreateDhcpScope"]
