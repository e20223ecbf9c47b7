"""Operations whose end could not be put on record, noted where a full disk does not matter.

When a database takes nothing any more, not even that an operation has ended, one thing is still
possible: an empty file in a folder that is there already needs no block of its own. Its name is the
id of the operation; the next start finds it and knows that the operation's outcome is unknown, not
that it failed. Knows no database.
"""

import os
from pathlib import Path
from uuid import UUID

from ipam_progress.errors import StoreError

__all__ = ["UnresolvedNotes"]


class UnresolvedNotes:
    """The notes of one server.

    Args:
        folder: Where they are.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def make(self) -> None:
        """Make the folder, readable by its owner alone, if it is not there.

        Raises:
            StoreError: If it cannot be made, or not be written to.
        """
        try:
            for folder in (self.folder.parent, self.folder):
                folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"{self.folder}: {error.strerror}; a folder has to be there for notes"
            ) from error
        if not os.access(self.folder, os.W_OK | os.X_OK):
            raise StoreError(f"{self.folder}: this user may make no files in it")

    def note(self, id: UUID) -> None:  # noqa: A002 (the name of the field)
        """Make the note; it is on the disk when this returns.

        Raises:
            StoreError: If not even that is possible.
        """
        try:
            (self.folder / str(id)).touch(mode=0o600)
            self._sync()
        except OSError as error:
            raise StoreError(f"{self.folder}: {error.strerror}") from error

    def ids(self) -> set[UUID]:
        """Give what was noted; other files are left alone."""
        found = set()
        for path in self.folder.iterdir():
            try:
                found.add(UUID(path.name))
            except ValueError:
                continue
        return found

    def forget(self, id: UUID) -> None:  # noqa: A002 (the name of the field)
        """Take a note away, if it is there."""
        (self.folder / str(id)).unlink(missing_ok=True)
        self._sync()

    def _sync(self) -> None:
        """Have the names in the folder survive a power failure."""
        descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
