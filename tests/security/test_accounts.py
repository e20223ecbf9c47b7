"""The file of accounts: what is read, what is refused, and how it is changed."""

import contextlib
import os
import socket
import stat
import tempfile
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipam_progress.errors import AccountsError
from ipam_progress.security.accounts import (
    Account,
    Accounts,
    delete_account,
    list_accounts,
    load_accounts,
    nt_hash,
    set_account,
)

# [MS-NLMP] 4.2.2.1.2: the NT hash of "Password".
HASH = "a4f49c406510bdcab6824ee7c30fd852"


@pytest.fixture
def file(tmp_path):
    """Give a function that writes a file of accounts."""

    def write(text, mode=0o600):
        path = tmp_path / "accounts"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        path.chmod(mode)
        return path

    return write


def test_the_hash_of_a_password_is_the_one_of_the_document():
    assert nt_hash("Password").hex() == HASH


def test_a_password_that_looks_like_a_hash_is_a_password():
    assert nt_hash(f"{HASH}:{HASH}") != bytes.fromhex(HASH)


def test_a_password_may_hold_half_a_character():
    assert len(nt_hash("\ud800")) == 16


def test_accounts_are_read(file):
    accounts = load_accounts(
        file(f"\ufeff# who\n\n  CONTOSO\\alice:{HASH}\r\nbob jones:{HASH.upper()}\n\t# end")
    )
    assert len(accounts) == 2
    assert list(accounts) == [
        Account("CONTOSO\\alice", bytes.fromhex(HASH)),
        Account("bob jones", bytes.fromhex(HASH)),
    ]


def test_hashes_show_nowhere(file):
    accounts = load_accounts(file(f"alice:{HASH}"))
    for shown in (repr(accounts), repr(list(accounts)), repr(accounts("", "alice"))):
        assert HASH not in shown
        assert repr(bytes.fromhex(HASH)) not in shown


@pytest.mark.parametrize(
    ("domain", "user", "found"),
    [
        ("CONTOSO", "alice", "CONTOSO\\alice"),
        ("contoso", "ALICE", "CONTOSO\\alice"),
        ("", "alice", "alice"),
        ("FABRIKAM", "alice", "alice"),
        (".", "Alice", "alice"),
        ("", "CONTOSO\\alice", None),
        ("CONTOSO\\alice", "", None),
        ("CONTOSO", "carol", "CONTOSO\\carol"),
        ("", "carol", None),
        ("FABRIKAM", "carol", None),
        ("", "dave@contoso.com", "dave@contoso.com"),
        ("", "", None),
        ("CONTOSO", "", None),
    ],
)
def test_who_is_found(domain, user, found):
    names = ["CONTOSO\\alice", "alice", "CONTOSO\\carol", "dave@contoso.com"]
    account = Accounts(dict.fromkeys(names, b"h" * 16))(domain, user)
    assert (account and account.name) == found


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("alice", "line 2"),
        ("alice:", "line 2"),
        (f":{HASH}", "line 2"),
        (f"alice:{HASH}0", "line 2"),
        (f"alice:{HASH[:-1]}x", "line 2"),
        (f"alice:{HASH}:more", "line 2"),
        ("alice:Secret.123", "line 2"),
        (f"A\\B\\c:{HASH}", "line 2"),
        (f"\\c:{HASH}", "line 2"),
        (f"A\\:{HASH}", "line 2"),
        (f"alice :{HASH}", "line 2"),
        (f"al\x07ice:{HASH}", "line 2"),
        (f"BOB:{HASH}", "line 2: the account of line 1 again"),
    ],
)
def test_a_line_that_is_no_account_is_told_by_its_number_only(file, line, problem):
    with pytest.raises(AccountsError, match=problem) as caught:
        load_accounts(file(f"bob:{HASH}\n{line}\n"))
    assert "Secret" not in str(caught.value)
    assert HASH not in str(caught.value)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o620, 0o700 | 0o001, 0o644])
def test_a_file_that_others_may_use_is_refused(file, mode):
    with pytest.raises(AccountsError, match=f"mode {mode:04o}.*chmod 600"):
        load_accounts(file(f"alice:{HASH}", mode))


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_file_for_its_owner_alone_is_read(file, mode):
    assert len(load_accounts(file(f"alice:{HASH}", mode))) == 1


def test_what_is_no_file_is_refused(file, tmp_path):
    with pytest.raises(AccountsError, match="No such file"):
        load_accounts(tmp_path / "missing")
    with pytest.raises(AccountsError, match="Is a directory"):
        load_accounts(tmp_path)
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(AccountsError, match="not a regular file"):
        load_accounts(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        with pytest.raises(AccountsError):
            load_accounts(tmp_path / "socket")
    with pytest.raises(AccountsError, match="not UTF-8 at octet 2"):
        load_accounts(file(b"al\xff:"))
    with pytest.raises(AccountsError, match="larger"):
        load_accounts(file("#" * (1 << 20) + "#"))


def test_accounts_are_set_and_deleted(tmp_path):
    path = tmp_path / "accounts"
    assert set_account(path, "CONTOSO\\alice", "one")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert set_account(path, "bob", "two")
    assert not set_account(path, "contoso\\ALICE", "three")
    assert list_accounts(path) == ["contoso\\ALICE", "bob"]
    assert load_accounts(path)("CONTOSO", "alice").nt_hash == nt_hash("three")
    assert b"three" not in path.read_bytes()
    assert delete_account(path, "BOB")
    assert not delete_account(path, "bob")
    assert list_accounts(path) == ["contoso\\ALICE"]
    assert list(tmp_path.iterdir()) == [path]


def test_comments_and_order_stay(file):
    path = file(f"# first\nalice:{HASH}\n\n# second\nbob:{HASH}")
    set_account(path, "carol", "x")
    set_account(path, "alice", "Password")
    delete_account(path, "bob")
    assert path.read_text() == f"# first\nalice:{HASH}\n\n# second\ncarol:{nt_hash('x').hex()}\n"


@pytest.mark.parametrize(
    "name", ["", " alice", "alice ", "#alice", "a:b", "A\\B\\c", "\\a", "a\nb"]
)
def test_a_name_that_the_file_cannot_hold_is_refused(tmp_path, name):
    with pytest.raises(AccountsError, match="no name of an account"):
        set_account(tmp_path / "accounts", name, "x")
    assert not list(tmp_path.iterdir())


def test_an_empty_password_is_refused(tmp_path):
    with pytest.raises(AccountsError, match="empty"):
        set_account(tmp_path / "accounts", "alice", "")


def test_a_file_that_others_may_read_is_not_changed(file):
    path = file("", 0o644)
    with pytest.raises(AccountsError, match="chmod 600"):
        set_account(path, "alice", "x")
    with pytest.raises(AccountsError, match="chmod 600"):
        delete_account(path, "alice")
    assert path.read_bytes() == b""


def test_where_the_path_is_a_link_its_target_is_changed(file, tmp_path):
    path = file(f"alice:{HASH}\n")
    link = tmp_path / "link"
    link.symlink_to(path)
    set_account(link, "bob", "x")
    assert link.is_symlink()
    assert list_accounts(path) == ["alice", "bob"]


def test_the_owner_of_the_file_stays(file, monkeypatch):
    path = file("")
    owners = []
    monkeypatch.setattr(os, "fchown", lambda _, *owner: owners.append(owner))
    set_account(path, "alice", "x")
    assert owners == [(path.stat().st_uid, path.stat().st_gid)]


def test_nothing_is_left_behind_when_the_file_cannot_be_replaced(file, tmp_path, monkeypatch):
    path = file(f"alice:{HASH}\n")

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(AccountsError, match="No space"):
        set_account(path, "bob", "x")
    assert list(tmp_path.iterdir()) == [path]
    assert list_accounts(path) == ["alice"]


def test_where_no_file_can_be_made_the_old_one_stays(file, monkeypatch):
    def fail(**_):
        raise OSError(30, "Read-only file system")

    path = file(f"alice:{HASH}\n")
    monkeypatch.setattr(tempfile, "mkstemp", fail)
    with pytest.raises(AccountsError, match="Read-only"):
        set_account(path, "bob", "x")
    assert list_accounts(path) == ["alice"]


def test_changes_at_the_same_time_lose_none_of_them(tmp_path):
    path = tmp_path / "accounts"
    names = [f"user{number}" for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda name: set_account(path, name, "x"), names))
        assert all(pool.map(lambda name: delete_account(path, name), names[:20]))
    assert sorted(list_accounts(path)) == sorted(names[20:])


def test_where_there_is_no_folder_there_can_be_no_file(tmp_path):
    with pytest.raises(AccountsError, match="No such file"):
        set_account(tmp_path / "missing" / "accounts", "alice", "x")


@given(text=st.text())
def test_any_text_is_read_or_refused(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "any"
    path.touch(0o600)
    path.write_bytes(text.encode(errors="surrogatepass"))
    with contextlib.suppress(AccountsError):
        load_accounts(path)


@settings(max_examples=30)
@given(
    name=st.text(min_size=1, max_size=20),
    password=st.text(min_size=1, max_size=20),
)
def test_what_is_set_is_found(tmp_path_factory, name, password):
    path = tmp_path_factory.mktemp("set") / "accounts"
    try:
        set_account(path, name, password)
    except AccountsError:
        return
    domain, _, user = name.rpartition("\\")
    account = load_accounts(path)(domain, user)
    assert account.name == name
    assert account.nt_hash == nt_hash(password)
