"""Passwords in files: the way to give one to a command without anybody else seeing it."""

import os
from typing import Final

from ipam_progress.private_files import read_private_file

__all__ = ["read_password_file"]

_LIMIT: Final = 4096


def read_password_file(path: str | os.PathLike[str]) -> str:
    """Give the first line of a file.

    Raises:
        OSError: If it cannot be read.
        ValueError: If others than its owner may read it, or if there is no password in it.
    """
    first, *_ = read_private_file(path, _LIMIT).splitlines() or [""]
    if not first:
        raise ValueError(f"{os.fspath(path)}: its first line is empty, a password is due there")
    return first
