"""Passwords in files: the way to give one to a command without anybody else seeing it."""

import os
import stat
from typing import Final

__all__ = ["read_password_file"]

_LIMIT: Final = 4096


def read_password_file(path: str | os.PathLike[str]) -> str:
    """Give the first line of a file.

    Raises:
        OSError: If it cannot be read.
        ValueError: If others than its owner may read it, or if there is no password in it.
    """
    shown = os.fspath(path)
    with open(path, "rb", opener=_open_without_waiting) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise ValueError(f"{shown}: not a regular file")
        if status.st_mode & 0o077:
            raise ValueError(
                f"{shown}: others than its owner may use it (mode {status.st_mode & 0o777:04o});"
                f" run: chmod 600 {shown}"
            )
        octets = file.read(_LIMIT)
    try:
        first, *_ = octets.decode("utf-8-sig").splitlines() or [""]
    except UnicodeDecodeError:
        raise ValueError(f"{shown}: not UTF-8") from None
    if not first:
        raise ValueError(f"{shown}: its first line is empty, a password is due there")
    return first


def _open_without_waiting(path: str, flags: int) -> int:
    """Open a file; to name a pipe by mistake must not hang."""
    return os.open(path, flags | os.O_NONBLOCK)
