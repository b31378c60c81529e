"""A SQLite VFS that opens a database through an open folder.

SQLite resolves the links in a name before it opens the file, and names the journals after what it
found: when a folder on the way is replaced, a WAL is made, or deleted, in another folder. This VFS
(https://www.sqlite.org/c3ref/vfs.html) is the default one, except that it leaves names as they are.
So does ``/proc/self/fd/N/shall.db`` lead to the open folder N for as long as that is open, and
``shall.db-wal`` and ``shall.db-shm`` beside it.
"""

import _sqlite3
import ctypes
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_void_p
from functools import cache
from typing import ClassVar

NAME = "shall-plain-names"

_OK = 0
_CANNOT_OPEN = 14
_VERSION = 3  # since SQLite 3.7.6; a later one only adds to the structure's end

_FullPathname = CFUNCTYPE(c_int, c_void_p, c_char_p, c_int, c_void_p)


class _Vfs(Structure):
    """``sqlite3_vfs``, as SQLite promises not to change it."""

    _fields_: ClassVar = [
        ("iVersion", c_int),
        ("szOsFile", c_int),
        ("mxPathname", c_int),
        ("pNext", c_void_p),
        ("zName", c_char_p),
        ("pAppData", c_void_p),
        *((name, c_void_p) for name in ("xOpen", "xDelete", "xAccess")),
        ("xFullPathname", _FullPathname),
        *((name, c_void_p) for name in ("xDlOpen", "xDlError", "xDlSym", "xDlClose")),
        *((name, c_void_p) for name in ("xRandomness", "xSleep", "xCurrentTime", "xGetLastError")),
        *((name, c_void_p) for name in ("xCurrentTimeInt64", "xSetSystemCall")),
        *((name, c_void_p) for name in ("xGetSystemCall", "xNextSystemCall")),
    ]


def _copy_name(_vfs: int, name: bytes, room: int, out: int) -> int:
    """Write the name where the resolved one is expected."""
    if len(name) >= room:
        return _CANNOT_OPEN
    ctypes.memmove(out, name + b"\0", len(name) + 1)
    return _OK


_COPY_NAME = _FullPathname(_copy_name)  # SQLite calls it: it must not be collected


@cache
def _registered() -> _Vfs | None:
    """Register the VFS in the SQLite that Python uses. It must live as long as the process."""
    try:
        library = ctypes.CDLL(getattr(_sqlite3, "__file__", None))
        find, register = library.sqlite3_vfs_find, library.sqlite3_vfs_register
    except (OSError, AttributeError):  # SQLite is linked into Python without its names
        return None
    find.restype, find.argtypes = POINTER(_Vfs), [c_char_p]
    register.restype, register.argtypes = c_int, [POINTER(_Vfs), c_int]
    default = find(None)
    if not default or default.contents.iVersion < _VERSION:
        return None
    vfs = _Vfs.from_buffer_copy(default.contents)
    vfs.iVersion, vfs.pNext, vfs.zName = _VERSION, None, NAME.encode()
    vfs.xFullPathname = _COPY_NAME
    return vfs if register(vfs, 0) == _OK else None


def plain_names() -> str | None:
    """Return the name of the VFS; None where Python's SQLite takes none from outside."""
    return None if _registered() is None else NAME
