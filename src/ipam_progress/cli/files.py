"""The files that a configuration names, and what is wrong with them."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ipam_progress.configuration import Key, Sources
from ipam_progress.errors import AccountsError, LocalProtocolError, StoreError

__all__ = ["Files", "check_folder", "check_writable"]

_Opened = TypeVar("_Opened")


class Files:
    """Opens files, and notes what is wrong with them.

    Attributes:
        problems: What is wrong, each with the line of the key that names the file.

    Args:
        sources: Knows where keys were given.
    """

    def __init__(self, sources: Sources) -> None:
        self.problems: list[str] = []
        self._sources = sources

    def open(self, key: Key, opener: Callable[[], _Opened]) -> _Opened | None:
        """Give what comes of a file, or None if it cannot be used.

        Args:
            key: What names the file.
            opener: Opens it.
        """
        try:
            return opener()
        except OSError as error:
            problem = f"{error.filename}: {error.strerror}"
        except (AccountsError, LocalProtocolError, StoreError, ValueError) as error:
            problem = str(error)
        self.problems.append(self._sources.problem(key, problem))
        return None


def check_writable(path: Path) -> None:
    """See whether a file can be written, or made; nothing is changed.

    Raises:
        OSError: If it cannot.
    """
    if path.is_dir():
        raise _error(errno.EISDIR, path)
    if not path.exists():
        check_folder(path.absolute().parent)
    elif not os.access(path, os.W_OK):
        raise _error(errno.EACCES, path)


def check_folder(path: Path) -> None:
    """See whether files can be made in a folder; nothing is changed.

    Raises:
        OSError: If not.
    """
    if not path.is_dir():
        raise _error(errno.ENOTDIR if path.exists() else errno.ENOENT, path)
    if not os.access(path, os.W_OK | os.X_OK):
        raise _error(errno.EACCES, path)


def _error(number: int, path: Path) -> OSError:
    return OSError(number, os.strerror(number), str(path))
