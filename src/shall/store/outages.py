"""Services that were not reached: ``<state>/local/unreachable.json``, never committed."""

import json
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict

from shall.bounded import CONFIG_BYTES, read_descriptor
from shall.errors import StoreUnavailable
from shall.store.folders import Folder
from shall.store.locks import locked

if TYPE_CHECKING:
    from shall.specs.status import Source, Unreachable

FORMAT = 1
"""The version of the file; one with a higher version is not read."""

_FILE = "unreachable.json"
_FLAGS = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


class OutageLog:
    """The cases of this machine whose last run did not reach their service.

    Nothing depends on it: a file that cannot be read counts as empty, and is written anew.
    """

    def __init__(self, folder: Path | Folder) -> None:
        self._folder = folder if isinstance(folder, Folder) else Folder(folder)

    def current(self) -> "list[Unreachable]":
        """Return the cases that did not reach their service, by case and environment."""
        try:
            with self._folder.opened() as folder:
                descriptor = os.open(_FILE, os.O_RDONLY | _FLAGS, dir_fd=folder)
                try:
                    return sorted(_read(descriptor).values(), key=lambda it: it.key)
                finally:
                    os.close(descriptor)
        except OSError:
            return []

    def update(self, unreachable: "Iterable[Unreachable]", reached: "Collection[Source]") -> None:
        """Store the cases of a run that did not reach their service, and delete those that did.

        Raises:
            StoreUnavailable: The file cannot be written.
        """
        new = {it.key: it for it in unreachable}
        if not new and not {it.key for it in self.current()}.intersection(reached):
            return
        with self._open() as descriptor:
            known = _read(descriptor)
            left = {key: it for key, it in known.items() if key not in reached}
            _write(descriptor, {**left, **new})

    @contextmanager
    def _open(self) -> Iterator[int]:
        path = self._folder.path / _FILE
        try:
            with self._folder.opened(make=True, mode=0o700) as folder:
                flags = os.O_RDWR | os.O_CREAT | _FLAGS
                descriptor = os.open(_FILE, flags, 0o600, dir_fd=folder)
                try:
                    with locked(descriptor, str(path)):
                        yield descriptor
                finally:
                    os.close(descriptor)
        except OSError as error:
            raise StoreUnavailable(f"{path} cannot be written: {error.strerror}.") from error


def _read(descriptor: int) -> "dict[Source, Unreachable]":
    with suppress(ValueError, TypeError, KeyError, AttributeError, OSError):
        data = json.loads(read_descriptor(descriptor, CONFIG_BYTES))
        if data["format"] == FORMAT:
            read = [_unreachable(line) for line in data["unreachable"]]
            return {it.key: it for it in read}
    return {}


def _unreachable(line: Mapping[str, Any]) -> "Unreachable":
    at = datetime.fromisoformat(line["at"])
    names = {name: line[name] for name in ("source", "environment", "address", "run_id")}
    if at.tzinfo is None or not all(isinstance(name, str) for name in names.values()):
        raise ValueError("not what this program writes")
    from shall.specs.status import Unreachable  # a run opens the log and rarely reads a line

    return Unreachable(**names, at=at)


def _write(descriptor: int, unreachable: "Mapping[Source, Unreachable]") -> None:
    lines = [
        {**asdict(it), "at": it.at.isoformat(timespec="microseconds")}
        for it in unreachable.values()
    ]
    data = json.dumps({"format": FORMAT, "unreachable": lines}).encode("ascii")
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, data, 0)
