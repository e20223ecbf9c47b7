"""Files that hold secrets: only their owner may use them, else they are not read.

Knows nothing of what is in them.
"""

import os
import stat
from typing import TextIO

__all__ = ["create_private_file", "read_private_file"]


def read_private_file(path: str | os.PathLike[str], limit: int) -> str:
    """Read a file of UTF-8 text, with or without a byte order mark.

    Args:
        path: The file.
        limit: How many octets it may have.

    Raises:
        OSError: If it cannot be opened or read.
        ValueError: If it is no regular file, others than its owner may use it, or it holds more, or
            anything else.
    """
    shown = os.fspath(path)
    with open(path, "rb", opener=_open_without_waiting) as file:
        # The open file is asked, not the path: nobody can put another in its place meanwhile.
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise ValueError(f"{shown}: not a regular file")
        if status.st_mode & 0o077:
            raise ValueError(
                f"{shown}: others than its owner may use it (mode {status.st_mode & 0o777:04o});"
                f" run: chmod 600 {shown}"
            )
        octets = file.read(limit + 1)
    if len(octets) > limit:
        raise ValueError(f"{shown}: larger than such a file can be, {limit} octets")
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{shown}: not UTF-8 at octet {error.start}") from None


def create_private_file(path: str | os.PathLike[str]) -> TextIO:
    """Make a file for UTF-8 text; one that is there is left alone.

    Raises:
        OSError: If it cannot be made; `FileExistsError` if there is one of this name.
    """
    return open(path, "x", encoding="utf-8", opener=_open_for_owner)


def _open_for_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _open_without_waiting(path: str, flags: int) -> int:
    """Open a file; to name a pipe by mistake must not hang."""
    return os.open(path, flags | os.O_NONBLOCK)
