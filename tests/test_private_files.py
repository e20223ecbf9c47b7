"""Files that hold secrets: what is read, and what is refused and why."""

import os

import pytest

from ipam_progress.private_files import create_private_file, read_private_file


@pytest.fixture
def file(tmp_path):
    def make(octets, mode=0o600):
        path = tmp_path / "secrets"
        path.write_bytes(octets)
        path.chmod(mode)
        return path

    return make


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_a_file_for_its_owner_alone_is_read(file, mode):
    assert read_private_file(file("\ufeffä\r\nb".encode(), mode), 8) == "ä\r\nb"


@pytest.mark.parametrize(
    ("octets", "mode", "problem"),
    [
        (b"", 0o640, r"others than its owner may use it \(mode 0640\); run: chmod 600 /.*secrets$"),
        (b"", 0o604, r"others than its owner may use it \(mode 0604\)"),
        (b"", 0o701, r"others than its owner may use it \(mode 0701\)"),
        (b"ab\xff", 0o600, "not UTF-8 at octet 2$"),
        (b"123456789", 0o600, "larger than such a file can be, 8 octets$"),
    ],
)
def test_what_is_refused(file, octets, mode, problem):
    path = file(octets, mode)
    with pytest.raises(ValueError, match=f"^{path}: {problem}"):
        read_private_file(path, 8)


def test_what_is_no_file(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match=r"pipe: not a regular file"):
        read_private_file(tmp_path / "pipe", 8)
    with pytest.raises(IsADirectoryError):
        read_private_file(tmp_path, 8)
    with pytest.raises(FileNotFoundError):
        read_private_file(tmp_path / "missing", 8)


def test_a_new_file_is_for_its_owner_alone_and_replaces_none(tmp_path):
    path = tmp_path / "recorded"
    before = os.umask(0)
    try:
        with create_private_file(path) as file:
            file.write("ä")
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_private_file(path, 8) == "ä"
    with pytest.raises(FileExistsError):
        create_private_file(path)
