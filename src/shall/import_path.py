"""Which folders modules may be imported from.

Python, uvicorn and gunicorn put the working folder first in ``sys.path``. A server's working
folder is its workspace: its callers write files there, so a module imported from it would run code
of theirs in the server.

This module imports only what every Python has loaded before it runs a program.
"""

import os
import sys

_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120


def remove_working_folder(*others: str) -> None:
    """Remove the working folder, other folders and every relative entry from ``sys.path``.

    Every entry point but the pytest plugin calls it before it imports anything else.
    """
    try:
        remove_folders(os.getcwd(), *others)  # noqa: PTH109
    except FileNotFoundError:  # it was deleted
        remove_folders(*others)


def remove_folders(*folders: str | os.PathLike[str]) -> None:
    """Remove folders and every relative entry from ``sys.path``.

    The folder that this package lies in goes last instead: a server started in its own source
    folder still finds what else lies there.
    """
    removed = set(map(_identity, folders))
    absolute = [entry for entry in sys.path if os.path.isabs(entry)]  # noqa: PTH117
    sys.path[:] = [entry for entry in absolute if _identity(entry) not in removed]
    if _identity(_OURS) in removed:
        sys.path.append(_OURS)


def _identity(folder: str | os.PathLike[str]) -> object:
    """Return what all names of a folder have in common; its path where it does not exist yet."""
    try:
        status = os.stat(folder)  # noqa: PTH116
    except OSError:
        return os.path.realpath(folder)
    return status.st_dev, status.st_ino
