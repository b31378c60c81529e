"""The account that a process runs as."""

import os
import pwd
from pathlib import Path

from msgspec import Struct

_NO_LOGIN = frozenset({"false", "nologin"})


class Account(Struct, frozen=True):
    """The account that a process runs as. ``home`` is None where it has no home folder.

    ``is_service``: nobody logs in to it.
    """

    home: Path | None
    is_service: bool


def home_folder() -> Path | None:
    """Return the home folder of this process; None: neither HOME nor the user database has one."""
    try:
        return Path.home()
    except RuntimeError:
        return None


def current_account() -> Account:
    """Return the account of this process. One that is in no user database is a service's."""
    home = home_folder()
    try:
        shell = pwd.getpwuid(os.geteuid()).pw_shell
    except KeyError:
        return Account(home, is_service=True)
    return Account(home, is_service=Path(shell).name in _NO_LOGIN)
