"""Files of lines are replaced whole, and lose no line that another process appends meanwhile."""

import errno
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from shall.store import line_files
from shall.store.folders import Folder
from shall.store.line_files import append_whole, open_locked, replace_whole
from shall.store.locks import locked


@pytest.mark.verifies("tracing#8.2")
def test_a_line_that_waits_while_the_file_is_replaced_is_in_the_new_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Folder(tmp_path)
    is_waiting = threading.Event()

    @contextmanager
    def noting(descriptor: int, name: str) -> Iterator[None]:
        is_waiting.set()  # the old file is open
        with locked(descriptor, name):
            yield

    def append() -> None:
        with open_locked(folder, "a.jsonl") as descriptor:
            append_whole(descriptor, b"new\n")

    with open_locked(folder, "a.jsonl") as descriptor:
        append_whole(descriptor, b"old\nlast\n")
        monkeypatch.setattr(line_files, "locked", noting)
        thread = threading.Thread(target=append)
        thread.start()
        assert is_waiting.wait(20)
        with folder.opened() as opened:
            replace_whole(opened, "a.jsonl", b"last\n")
    thread.join(20)
    assert (tmp_path / "a.jsonl").read_bytes() == b"last\nnew\n"
    assert os.listdir(tmp_path) == ["a.jsonl"]  # noqa: PTH208


@pytest.mark.verifies("tracing#8.2")
def test_a_file_that_cannot_be_replaced_stays_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"old\nlast\n")

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "rename", refuse)
    with Folder(tmp_path).opened() as opened, pytest.raises(OSError, match="Input/output"):
        replace_whole(opened, "a.jsonl", b"last\n")
    assert (tmp_path / "a.jsonl").read_bytes() == b"old\nlast\n"
    assert os.listdir(tmp_path) == ["a.jsonl"]  # noqa: PTH208
