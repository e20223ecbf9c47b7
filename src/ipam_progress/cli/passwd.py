"""``ipam-progress passwd``: the accounts that may log on to a server with NTLM."""

import click

from ipam_progress.cli.passwords import read_password_file
from ipam_progress.cli.process import Ended, ExitStatus
from ipam_progress.cli.text import printable
from ipam_progress.errors import AccountsError
from ipam_progress.security.accounts import delete_account, list_accounts, set_account

__all__ = ["command"]


@click.command("passwd")
@click.argument("file", metavar="FILE", type=click.Path())
@click.argument("user", metavar="[DOMAIN\\]USER", required=False)
@click.option("--delete", is_flag=True, help="Take the account out of the file.")
@click.option(
    "--password-file", metavar="PASSWORDS", type=click.Path(),
    help="The password is its first line (mode 0600); without it there is a prompt.",
)  # fmt: skip
def command(file: str, user: str | None, delete: bool, password_file: str | None) -> None:
    """Keep the accounts that may log on to a server.

    Gives an account in FILE its password; without a USER, lists the accounts.

    FILE holds NT hashes, never passwords; it is made if there is none, and only its owner may read
    it (mode 0600). A running server reads it again at SIGHUP. The accounts are this server's own:
    those of a domain log on with Kerberos.
    """
    try:
        if user is None:
            for name in list_accounts(file):
                print(printable(name))
        elif delete:
            if not delete_account(file, user):
                raise Ended(ExitStatus.FAILED, f"{file} has no account {user}")
            print(f"{printable(user)} is gone")
        else:
            is_new = set_account(file, user, _password(user, password_file))
            print(f"{printable(user)} {'was added' if is_new else 'has a new password'}")
    except AccountsError as error:
        raise Ended(ExitStatus.FAILED, str(error)) from None
    except OSError as error:
        raise Ended(ExitStatus.FAILED, f"{error.filename}: {error.strerror}") from None


def _password(user: str, password_file: str | None) -> str:
    if password_file is not None:
        try:
            return read_password_file(password_file)
        except ValueError as error:
            raise Ended(ExitStatus.USAGE, str(error)) from None
    password: str = click.prompt(
        f"Password of {user}", hide_input=True, confirmation_prompt=True, err=True
    )
    return password
