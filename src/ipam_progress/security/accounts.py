r"""Local accounts for NTLM: who there is, and the NT hash of each password; kept in a file.

An NT hash ([MS-NLMP] 3.3.1, NTOWFv1) is all that a server needs to check an NTLMv2 response, and
all that a thief needs to log on: it is a secret like the password itself. The file must therefore
be readable by its owner alone, and hashes are kept out of every repr. Nothing here knows NTLM's
messages.

The file holds one account a line, ``#`` begins a comment line::

    # DOMAIN\user:NT hash
    CONTOSO\alice:8119935c5f7fa5f57135620c8073aaca
    bob:0cb6948805f797bf2a82807973b89537

An account with a domain is found only by clients that name that domain. One without is found
whatever domain a client names, as Windows finds local accounts, unless the file has that user in
that domain. Names are compared without regard to case; as [MS-NLMP] derives keys from the user's
name as the client spells it, nothing is lost by that.
"""

import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from spnego._ntlm_raw.md4 import md4

from ipam_progress.errors import AccountsError
from ipam_progress.private_files import read_private_file

__all__ = [
    "Account",
    "AccountLookup",
    "Accounts",
    "delete_account",
    "list_accounts",
    "load_accounts",
    "nt_hash",
    "set_account",
]

_FILE_LIMIT: Final = 1 << 20
"""Octets: some 15,000 accounts. A larger file is no file of accounts."""

_NAME: Final = re.compile(r"(?:[^\\:#\s][^\\:]*\\)?[^\\:\s][^\\:]*")
_HASH: Final = re.compile(r"[0-9A-Fa-f]{32}")


@dataclass(frozen=True, slots=True)
class Account:
    r"""An account that may log on.

    Attributes:
        name: ``DOMAIN\user``, or ``user``: what the rest of the server calls it, however the
            client spells it.
        nt_hash: The NT hash of its password, 16 octets.
    """

    name: str
    nt_hash: bytes = field(repr=False)


AccountLookup: TypeAlias = Callable[[str, str], Account | None]
"""Finds the account of a domain (may be empty) and a user, as a client spells them; None if there
is none. It must not raise, and should take as long for an account as for none."""


def nt_hash(password: str) -> bytes:
    """Give the NT hash of a password, [MS-NLMP] 3.3.1: MD4 of its UTF-16 octets."""
    # A lone surrogate is a legal part of a Windows password; machine accounts have such.
    return md4(password.encode("utf-16-le", errors="surrogatepass"))


class Accounts:
    """The accounts of a file, as they were when it was read; an `AccountLookup`."""

    __slots__ = ("_accounts",)

    def __init__(self, accounts: Mapping[str, bytes]) -> None:
        """Take accounts from a mapping of names to NT hashes."""
        self._accounts = {name.casefold(): Account(name, hash_) for name, hash_ in accounts.items()}

    def __repr__(self) -> str:
        return f"<Accounts: {len(self._accounts)}>"

    def __len__(self) -> int:
        return len(self._accounts)

    def __iter__(self) -> Iterator[Account]:
        return iter(self._accounts.values())

    def __call__(self, domain: str, user: str) -> Account | None:
        """Find an account by what a client said."""
        # A backslash is no part of either: "" and "A\\b" must not find what "A" and "b" do.
        if "\\" in domain or "\\" in user:
            return None
        accounts = self._accounts
        own = accounts.get(user.casefold())
        return accounts.get(f"{domain}\\{user}".casefold(), own) if domain else own


def load_accounts(path: str | os.PathLike[str]) -> Accounts:
    """Read a file of accounts.

    Raises:
        AccountsError: If the file cannot be read, others than its owner may read or write it, or
            a line of it is no account.
    """
    lines = _parse(path, _read(path))
    return Accounts({name: hash_ for name, hash_ in lines if name is not None})


def list_accounts(path: str | os.PathLike[str]) -> list[str]:
    """Give the names in a file of accounts, in its order.

    Raises:
        AccountsError: As `load_accounts`.
    """
    return [name for name, _ in _parse(path, _read(path)) if name is not None]


def set_account(path: str | os.PathLike[str], name: str, password: str) -> bool:
    """Give an account its password; the file is made if there is none, readable by its owner alone.

    Comments and the order of the lines stay.

    Returns:
        Whether the account is new.

    Raises:
        AccountsError: If the name is none, the password is empty, or the file cannot be used.
    """
    if not _is_name(name):
        raise AccountsError(
            f"{name!r} is no name of an account: write user or DOMAIN\\user,"
            " without colons, and not beginning with #"
        )
    if not password:
        raise AccountsError(f"the password of {name} is empty: give it one")
    line = f"{name}:{nt_hash(password).hex()}\n"
    with _locked(path):
        text = _read(path) if os.path.lexists(path) else ""
        lines = text.splitlines(keepends=True)
        position = _position(path, text, name)
        if position is None:
            if lines and not lines[-1].endswith("\n"):
                lines[-1] += "\n"
            lines.append(line)
        else:
            lines[position] = line
        _replace(path, "".join(lines))
    return position is None


def delete_account(path: str | os.PathLike[str], name: str) -> bool:
    """Take an account out of a file.

    Returns:
        Whether it was there.

    Raises:
        AccountsError: If the file cannot be used.
    """
    with _locked(path):
        text = _read(path)
        position = _position(path, text, name)
        if position is None:
            return False
        lines = text.splitlines(keepends=True)
        del lines[position]
        _replace(path, "".join(lines))
    return True


def _is_name(name: str) -> bool:
    return (
        _NAME.fullmatch(name) is not None
        and name.isprintable()
        and not name.startswith("#")
        and not name.endswith(" ")
    )


def _position(path: str | os.PathLike[str], text: str, name: str) -> int | None:
    """Find the line an account stands in."""
    wanted = name.casefold()
    for position, (found, _) in enumerate(_parse(path, text)):
        if found is not None and found.casefold() == wanted:
            return position
    return None


def _parse(path: str | os.PathLike[str], text: str) -> Iterator[tuple[str | None, bytes]]:
    """Read each line: a name and a hash, or None where it holds no account."""
    seen: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        content = line.strip()
        if not content or content.startswith("#"):
            yield None, b""
            continue
        name, colon, hash_ = content.partition(":")
        # What stands in the line is not repeated: it may be a password in the wrong place.
        if not colon or not _is_name(name) or not _HASH.fullmatch(hash_):
            raise AccountsError(
                f"{os.fspath(path)}, line {number}: not DOMAIN\\user:HASH with the 32 hexadecimal"
                " digits of an NT hash; `ipam-progress passwd` writes such lines"
            )
        earlier = seen.setdefault(name.casefold(), number)
        if earlier != number:
            raise AccountsError(
                f"{os.fspath(path)}, line {number}: the account of line {earlier} again;"
                " keep one of them"
            )
        yield name, bytes.fromhex(hash_)


def _read(path: str | os.PathLike[str]) -> str:
    try:
        return read_private_file(path, _FILE_LIMIT)
    except OSError as error:
        raise AccountsError(f"{os.fspath(path)}: {error.strerror}") from error
    except ValueError as error:
        raise AccountsError(str(error)) from None


@contextmanager
def _locked(path: str | os.PathLike[str]) -> Iterator[None]:
    """Let no other `passwd` change the file meanwhile.

    Its folder is what is locked: the file itself is another one each time.
    """
    import fcntl  # noqa: PLC0415 (Windows has none, and has clients that run our commands)

    with ExitStack() as stack:
        try:
            folder = os.open(Path(os.path.realpath(path)).parent, os.O_RDONLY | os.O_CLOEXEC)
            stack.callback(os.close, folder)
            fcntl.flock(folder, fcntl.LOCK_EX)
        except OSError as error:
            raise AccountsError(f"{os.fspath(path)}: {error.strerror}") from error
        yield


def _replace(path: str | os.PathLike[str], text: str) -> None:
    """Put a new file in the place of the old one, all of it or nothing; mode 0600."""
    # Where the path is a link, what it points to is replaced, not the link.
    target = Path(os.path.realpath(path))
    temporary: str | None = None
    try:
        # mkstemp makes files of mode 0600.
        descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        with os.fdopen(descriptor, "wb") as file:
            if target.exists():
                # Root, maintaining the file of a service's user, must not lock that user out.
                status = target.stat()
                os.fchown(descriptor, status.st_uid, status.st_gid)
            file.write(text.encode())
            file.flush()
            os.fsync(descriptor)
        os.replace(temporary, target)
    except OSError as error:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        raise AccountsError(f"{os.fspath(path)}: {error.strerror}") from error
