"""``ipam-progress store``: what it says of good and bad databases, and where it looks for them."""

import sqlite3
from datetime import timedelta

import pytest

from ipam_progress.cli.store import make_store
from ipam_progress.configuration import load_configuration


@pytest.fixture
def configuration(tmp_path):
    """Give a function that writes a configuration with a section [store], and gives its path."""

    def write(text):
        path = tmp_path / "server.toml"
        path.write_text(f'{text}\n[[listeners]]\nsecurity = "none"\n')
        return path

    return write


def told(result):
    """Give the exit status, what was printed, and the error."""
    return result.exit_code, result.stdout, result.stderr


def test_upgrade_makes_what_check_finds(invoke, tmp_path):
    url = f"sqlite:///{tmp_path}/ipam.db"
    missing = f"Error: {tmp_path}/ipam.db: there is no such file\n"
    assert told(invoke("store", "check", url)) == (1, "", missing)
    for _ in range(2):
        assert told(invoke("store", "upgrade", url)) == (0, "the store is up to date\n", "")
    assert told(invoke("store", "check", url)) == (0, "the store is good\n", "")


def test_a_newer_database(invoke, tmp_path):
    url = f"sqlite:///{tmp_path}/ipam.db"
    invoke("store", "upgrade", url)
    with sqlite3.connect(tmp_path / "ipam.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    for command in ("check", "upgrade"):
        result = invoke("store", command, url)
        assert result.exit_code == 1
        assert "a newer version of this program; use that one" in result.stderr


@pytest.mark.parametrize("arguments", [[], ["sqlite:///x.db", "--config", "server.toml"]])
def test_the_store_is_named_once(invoke, arguments):
    result = invoke("store", "check", *arguments)
    assert result.exit_code == 2
    assert "name the store: its URL, or --config with a file" in result.stderr


def test_a_configuration_names_a_file(invoke, configuration, tmp_path):
    path = configuration('[store]\nfile = "ipam.db"')
    assert invoke("store", "upgrade", "--config", path).exit_code == 0
    assert (tmp_path / "ipam.db").exists()
    assert invoke("store", "check", "--config", path).stdout == "the store is good\n"


def test_a_file_is_the_one_that_a_configuration_names(invoke, configuration, tmp_path):
    path = configuration('[store]\nfile = "100%20?.db"')
    assert invoke("store", "upgrade", "--config", path).exit_code == 0
    assert (tmp_path / "100%20?.db").exists()


def test_a_configuration_names_a_database_and_its_password(
    invoke, configuration, tmp_path, postgresql
):
    url = postgresql.new_database().replace(f":{postgresql.PASSWORD}@", "@")
    password = tmp_path / "password"
    path = configuration(f'[store]\nurl = "{url}"\npassword_file = "password"')

    result = invoke("store", "upgrade", "--config", path)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "No such file" in result.stderr

    password.touch(mode=0o644)
    assert "chmod 600" in invoke("store", "upgrade", "--config", path).stderr
    password.chmod(0o600)
    password.write_text("wrong\n")
    assert "password authentication failed" in invoke("store", "upgrade", "--config", path).stderr
    password.write_text(f"{postgresql.PASSWORD}\n")
    assert invoke("store", "upgrade", "--config", path).exit_code == 0
    assert invoke("store", "check", "--config", path).exit_code == 0


def test_a_database_may_do_without_a_password_file(configuration):
    path = configuration('[store]\nurl = "postgresql://ipam@db.example.com/ipam"\nserver = "one"')
    store = make_store(load_configuration(path)[0].store)
    assert repr(store) == "<Store postgresql://ipam@db.example.com/ipam of one>"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", (timedelta(days=90), 100_000)),
        ("keep_days = 7\nkeep_operations = 10", (timedelta(days=7), 10)),
        ("keep_days = 0\nkeep_operations = 0", (None, None)),
    ],
)
def test_a_configuration_says_what_is_kept(configuration, text, expected):
    settings = load_configuration(configuration(f'[store]\nfile = "ipam.db"\n{text}'))[0].store
    store = make_store(settings)
    assert (store.keep_for, store.keep) == expected


def test_a_configuration_that_has_no_store(invoke, configuration):
    path = configuration("")
    result = invoke("store", "check", "--config", path)
    assert told(result) == (1, "", f"Error: {path}: it has no [store]\n")


def test_a_configuration_that_cannot_be_read(invoke, tmp_path):
    result = invoke("store", "check", "--config", tmp_path / "no.toml")
    assert result.exit_code == 1
    assert "no.toml" in result.stderr
