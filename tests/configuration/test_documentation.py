"""The manual: every key is in it with its default, and its examples are good."""

import re
import tomllib
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from ipam_progress.authorization.roles import BUILT_IN
from ipam_progress.configuration import (
    BUILT_IN_GROUPS,
    TASK_NAMES,
    Configuration,
    TaskSettings,
    parse_configuration,
)
from ipam_progress.configuration.forms import Form, annotations_of, form_of
from ipam_progress.configuration.writing import toml_of

MANUAL = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text()


def section(heading):
    pattern = rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)"
    found = re.search(pattern, MANUAL, re.MULTILINE | re.DOTALL)
    assert found, f"{heading} is not in the manual"
    return found[1]


def rows(heading):
    pattern = r"^\| `(\w+)` \| .* \| (.*) \|$"
    return dict(re.findall(pattern, section(heading), re.MULTILINE))


def documented(field):
    """Give a field's default as the manual writes it."""
    default = field.default if field.default_factory is MISSING else field.default_factory()
    if default is MISSING:
        return "required"
    return "none" if default is None else f"`{toml_of(default)}`"


def sections():
    for name, annotation in annotations_of(Configuration).items():
        form, inner = form_of(annotation)
        if form is Form.LIST:
            yield f"`[[{name}]]`", form_of(inner)[1]
        elif form is Form.TABLE:
            yield f"`[{name}]`", inner
    yield "`[tasks.Discovery]`", TaskSettings


@pytest.mark.parametrize(("heading", "kind"), list(sections()), ids=str)
def test_every_key_of_a_section_is_in_the_manual_with_its_default(heading, kind):
    assert rows(heading) == {field.name: documented(field) for field in fields(kind)}


def test_every_section_and_key_at_the_top_is_in_the_manual():
    headings = {heading for heading, _ in sections()} | {"`[groups]`"}
    names = {heading.strip("`[]").partition(".")[0] for heading in headings}
    top = rows("At the top")
    assert names | set(top) == set(annotations_of(Configuration))
    defaults = {field.name: field for field in fields(Configuration)}
    assert top == {name: documented(defaults[name]) for name in top}
    assert all(section(heading) for heading in headings)


def test_groups_and_roles_are_in_the_manual():
    assert re.findall(r'^\| `"(.+)"` \|', section("`[groups]`"), re.MULTILINE) == sorted(
        BUILT_IN_GROUPS, key=lambda name: name == "Administrators"
    )
    assert set(re.findall(r"`(IP[^`]+ Administrator)`", section("`[[roles]]`"))) == {
        role.name for role in BUILT_IN
    }


def test_tasks_are_in_the_manual():
    text = section("`[tasks.Discovery]`")
    assert re.findall(r"`\[tasks\.(\w+)\]`", text) == list(TASK_NAMES)


EXAMPLES = re.findall(r"^```toml\n(.*?)^```", MANUAL, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_are_good(example):
    assert tomllib.loads(example)
    environment = {"IPAM_PROGRESS_ACCOUNTS__FILE": "accounts"}
    if "identities" in example:
        environment |= {
            "IPAM_PROGRESS_TLS__PFX": "server.pfx",
            "IPAM_PROGRESS_TLS__CLIENT_CERTIFICATES": "required",
            "IPAM_PROGRESS_TLS__CLIENT_CA": "ca.pem",
        }
    parse_configuration(example, environment={} if "[accounts]" in example else environment)


def test_variables_of_the_manual_are_keys():
    table = section("Environment variables")
    variables = dict(re.findall(r"^\| `(IPAM_PROGRESS_\w+)='?(.*?)'?` \|", table, re.MULTILINE))
    assert len(variables) == 6
    configuration, _ = parse_configuration("", environment=variables)
    assert str(configuration.accounts.file) == "/run/secrets/accounts"
    assert configuration.limits.connections == 100
    assert str(configuration.tasks["Discovery"].every) == "12h"
    assert configuration.policies[0].role == "IPAM Administrator"
