import os
import socket
import stat
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from shall.errors import (
    AlreadyExists,
    BadValue,
    FileMissing,
    FileUnavailable,
    FolderNotFound,
    OutsideWorkspace,
)
from shall.workspace.files import Files


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.txt").write_text("secret")
    return folder


@pytest.fixture
def files(root: Path) -> Iterator[Files]:
    opened = Files(root)
    yield opened
    opened.close()


def names_in(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


@pytest.mark.verifies("workspace#1.1")
@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("", "is empty"),
        ("../outside/secret.txt", r"holds '\.\.'"),
        ("a/../b", r"holds '\.\.'"),
        ("a\0b", "control character"),
        ("a\nb", "control character"),
        ("a\ud800b", "lone surrogate"),
        ("~/x", "starts with ~"),
        ("~root/x", "starts with ~"),
        ("..\\outside", "Windows"),
        ("C:/x", "Windows"),
        ("n" * 256, "longer than 255 bytes"),
        ("试" * 86, "longer than 255 bytes"),
        ("a/" * 2100 + "b", "longer than 4096 bytes"),
        ("/etc/passwd", "outside the workspace"),
        ("//etc/passwd", "outside the workspace"),
    ],
)
def test_a_path_that_leads_out_is_refused_by_every_method(
    files: Files, path: str, reason: str
) -> None:
    for method in (files.relative, files.read_bytes, files.read_text, files.delete):
        with pytest.raises(OutsideWorkspace, match=reason) as refusal:
            method(path)
        assert len(str(refusal.value)) < 400
    with pytest.raises(OutsideWorkspace, match=reason):
        files.write_text(path, "x")
    with pytest.raises(OutsideWorkspace, match=reason):
        files.find(path, [".txt"])
    assert not files.is_file(path)
    assert not files.is_folder(path)


def test_an_absolute_path_inside_is_taken_as_given_and_as_it_really_is(
    tmp_path: Path, root: Path
) -> None:
    (tmp_path / "link").symlink_to(root)
    (root / "a.txt").write_text("a")
    files = Files(tmp_path / "link")

    assert files.relative(f"{tmp_path}/link/a.txt") == "a.txt"
    assert files.read_text(f"{root.resolve()}/./a.txt") == "a"
    assert files.relative(str(root)) == files.relative(".") == "."
    with pytest.raises(OutsideWorkspace):
        files.relative(f"{root}-other/a.txt")
    files.close()


def test_what_is_written_is_read_back_and_folders_are_made(files: Files, root: Path) -> None:
    files.write_text("cases/登录/a.yaml", "姓名: 甲\n")

    assert files.read_text("./cases//登录/a.yaml") == "姓名: 甲\n"
    assert files.is_file("cases/登录/a.yaml")
    assert files.is_folder("cases/登录")
    assert not files.is_file("cases")
    assert not files.is_folder("cases/登录/a.yaml")
    assert [entry.name for entry in (root / "cases" / "登录").iterdir()] == ["a.yaml"]


def test_an_existing_file_is_kept_unless_it_may_be_replaced(files: Files, root: Path) -> None:
    files.write_text("a.txt", "one", overwrite=False)
    with pytest.raises(AlreadyExists, match=r"a\.txt exists"):
        files.write_text("a.txt", "two", overwrite=False)
    assert files.read_text("a.txt") == "one"

    (root / "a.txt").chmod(0o640)
    files.write_text("a.txt", "three")

    assert files.read_text("a.txt") == "three"
    assert stat.S_IMODE((root / "a.txt").stat().st_mode) == 0o640
    assert names_in(root) == ["a.txt"]


def test_of_many_that_make_the_same_file_one_wins(files: Files) -> None:
    made: list[int] = []

    def make(number: int) -> None:
        try:
            files.write_text("a.txt", str(number), overwrite=False)
        except AlreadyExists:
            return
        made.append(number)

    threads = [threading.Thread(target=make, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [int(files.read_text("a.txt"))] == made


def test_a_file_system_without_hard_links_still_keeps_what_exists(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)

    files.write_text("a.txt", "one", overwrite=False)
    with pytest.raises(AlreadyExists):
        files.write_text("a.txt", "two", overwrite=False)
    assert files.read_text("a.txt") == "one"
    assert files.find(".", [""]) == ["a.txt"]


@pytest.mark.verifies("workspace#1.1")
def test_a_link_at_any_component_is_refused_and_named(files: Files, root: Path) -> None:
    (root / "out").symlink_to(root.parent / "outside")
    (root / "secret.txt").symlink_to(root.parent / "outside" / "secret.txt")

    for path in ("out/secret.txt", "secret.txt"):
        with pytest.raises(OutsideWorkspace, match="is a symbolic link"):
            files.read_text(path)
        with pytest.raises(OutsideWorkspace, match="is a symbolic link"):
            files.write_text(path, "x")
        with pytest.raises(OutsideWorkspace, match="is a symbolic link"):
            files.delete(path)
        assert not files.is_file(path)
    with pytest.raises(OutsideWorkspace, match="out is a symbolic link"):
        files.find("out", [".txt"])
    assert not files.is_folder("out")
    assert (root.parent / "outside" / "secret.txt").read_text() == "secret"


@pytest.mark.verifies("workspace#1.3")
def test_what_is_no_plain_file_is_refused_without_waiting(files: Files, root: Path) -> None:
    os.mkfifo(root / "fifo")
    (root / "folder").mkdir()
    listening = socket.socket(socket.AF_UNIX)
    here = Path.cwd()
    os.chdir(root)  # a socket's path must be short
    listening.bind("socket")
    os.chdir(here)

    for name, kind in (("fifo", "a FIFO"), ("socket", "a socket"), ("folder", "a folder")):
        with pytest.raises(OutsideWorkspace, match=f"{name} is {kind}, not a plain file"):
            files.read_bytes(name)
        with pytest.raises(OutsideWorkspace):
            files.write_text(name, "x")
        with pytest.raises(OutsideWorkspace):
            files.delete(name)
    with pytest.raises(OutsideWorkspace, match="fifo is a FIFO, not a folder"):
        files.read_bytes("fifo/x")
    with pytest.raises(OutsideWorkspace, match="the workspace itself"):
        files.read_bytes(".")
    listening.close()


def test_a_file_that_is_swapped_after_it_was_looked_at_is_looked_at_again(
    files: Files, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "a.txt").write_text("a")
    really_open = os.open

    def swap_and_open(name: str, flags: int, **rest: int) -> int:
        if name == "a.txt":
            (root / "a.txt").unlink()
            os.mkfifo(root / "a.txt")
        return really_open(name, flags, **rest)

    monkeypatch.setattr(os, "open", swap_and_open)

    with pytest.raises(OutsideWorkspace, match=r"a\.txt is a FIFO, not a plain file"):
        files.read_bytes("a.txt")


@pytest.mark.verifies("workspace#1.3")
def test_a_device_is_refused() -> None:
    files = Files(Path("/dev"))

    with pytest.raises(OutsideWorkspace, match="null is a device"):
        files.read_bytes("null")
    files.close()


@pytest.mark.verifies("workspace#1.3")
def test_a_hard_link_is_refused(files: Files, root: Path) -> None:
    os.link(root.parent / "outside" / "secret.txt", root / "hard.txt")

    with pytest.raises(OutsideWorkspace, match=r"hard\.txt is a hard link"):
        files.read_text("hard.txt")
    with pytest.raises(OutsideWorkspace, match="hard link"):
        files.write_text("hard.txt", "x")
    with pytest.raises(OutsideWorkspace, match="hard link"):
        files.delete("hard.txt")
    assert (root.parent / "outside" / "secret.txt").read_text() == "secret"


def test_a_new_file_whose_writer_died_before_the_end_can_be_read(files: Files, root: Path) -> None:
    (root / ".shall-0123456789abcdef.tmp").write_text("whole")
    os.link(root / ".shall-0123456789abcdef.tmp", root / "a.txt")

    assert files.read_text("a.txt") == "whole"
    assert names_in(root) == ["a.txt"]


def test_what_is_not_there_is_said_so(files: Files, root: Path) -> None:
    (root / "a.txt").write_text("a")

    for path in ("b.txt", "b/c.txt"):
        with pytest.raises(FileMissing, match="does not exist"):
            files.read_bytes(path)
        with pytest.raises(FileMissing, match="does not exist"):
            files.delete(path)
    with pytest.raises(FileMissing, match=r"a\.txt is a file, not a folder"):
        files.write_text("a.txt/b", "x")
    with pytest.raises(FolderNotFound, match="folder b does not exist"):
        files.find("b", [".txt"])
    with pytest.raises(FolderNotFound, match="cannot be opened"):
        Files(root / "nowhere")


def test_a_file_is_deleted(files: Files, root: Path) -> None:
    files.write_text("a/b.txt", "x")
    files.delete("a/b.txt")

    assert names_in(root / "a") == []


@pytest.mark.parametrize("path", [".git/hooks/pre-commit", "sub/.GIT/config", ".g\u200cit/config"])
def test_nothing_is_written_where_git_would_run_it(files: Files, root: Path, path: str) -> None:
    with pytest.raises(OutsideWorkspace, match="version-control folder"):
        files.write_text(path, "x")
    with pytest.raises(OutsideWorkspace, match="version-control folder"):
        files.delete(path)
    assert names_in(root) == []


def test_text_that_is_not_utf_8_is_named_by_its_line(files: Files, root: Path) -> None:
    (root / "bom.txt").write_bytes(b"\xef\xbb\xbfa")
    (root / "latin.txt").write_bytes(b"a\nb\xe9\n")

    assert files.read_text("bom.txt") == "a"
    with pytest.raises(BadValue, match=r"latin\.txt:2:1: Byte 0xe9 is not UTF-8"):
        files.read_text("latin.txt")
    with pytest.raises(BadValue, match="lone surrogate"):
        files.write_text("a.txt", "\ud800")


def test_find_lists_plain_files_and_enters_a_hidden_folder_only_when_named(
    files: Files, root: Path
) -> None:
    for path in ("b.yaml", "a/c.yml", "a/d.txt", "node_modules/x.yaml", ".kiro/specs/r.yaml"):
        files.write_text(path, "x")
    files.write_text("a/.hidden/e.yaml", "x")
    (root / "link.yaml").symlink_to(root / "b.yaml")
    (root / "loop").symlink_to(root)
    (root / "new\nline.yaml").write_text("x")

    assert files.find(".", [".yaml", ".yml"]) == ["a/c.yml", "b.yaml"]
    assert files.find("a", [".txt"]) == ["a/d.txt"]
    assert files.find(".kiro", [".yaml"]) == [".kiro/specs/r.yaml"]


def test_a_folder_that_cannot_be_read_is_left_out_with_a_warning(
    files: Files, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    files.write_text("a/b.yaml", "x")
    files.write_text("c.yaml", "x")
    scan = os.scandir
    seen: list[int] = []

    def refuse_the_second(folder: int) -> object:
        seen.append(folder)
        if len(seen) == 2:
            raise PermissionError(13, "Permission denied")
        return scan(folder)

    monkeypatch.setattr(os, "scandir", refuse_the_second)

    assert files.find(".", [".yaml"]) == ["c.yaml"]
    assert "a cannot be used: Permission denied" in caplog.text


def test_a_folder_that_vanishes_while_listing_is_left_out(
    files: Files, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "a").mkdir()
    files.write_text("c.yaml", "x")
    scan = os.scandir

    def then_swap(folder: int) -> object:
        entries = scan(folder)
        if (root / "a").is_dir():
            (root / "a").rename(root.parent / "gone")
        return entries

    monkeypatch.setattr(os, "scandir", then_swap)

    assert files.find(".", [".yaml"]) == ["c.yaml"]


@pytest.mark.verifies("workspace#1.4")
def test_a_write_that_the_system_refuses_leaves_the_old_file(
    files: Files, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.write_text("a.txt", "old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FileUnavailable, match="No space left"):
        files.write_text("a.txt", "new")

    assert files.read_text("a.txt") == "old"
    assert names_in(root) == ["a.txt"]


def test_a_file_system_that_cannot_sync_folders_is_no_obstacle(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync = os.fsync

    def files_only(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(22, "Invalid argument")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", files_only)
    files.write_text("a/b.txt", "x")

    assert files.read_text("a/b.txt") == "x"


def test_leftovers_are_swept_when_they_are_old(files: Files, root: Path) -> None:
    old, young = root / ".shall-00.tmp", root / ".shall-11.tmp"
    old.write_text("x")
    young.write_text("x")
    an_hour_ago = time.time() - 3600
    os.utime(old, (an_hour_ago, an_hour_ago))

    files.write_text("a.txt", "x")

    assert names_in(root) == [young.name, "a.txt"]


def test_a_closed_workspace_reaches_nothing(root: Path) -> None:
    files = Files(root)
    files.close()
    files.close()

    with pytest.raises(FileUnavailable):
        files.read_bytes("a.txt")


def test_several_files_are_read_with_the_reason_where_one_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/one.yaml").write_text("one", encoding="utf-8")
    (tmp_path / "a/odd.yaml").write_bytes(b"\xff")
    (tmp_path / "a/link.yaml").symlink_to("one.yaml")
    (tmp_path / "two.yaml").write_text("two", encoding="utf-8")
    files = Files(tmp_path)
    paths = ["a/one.yaml", "a/odd.yaml", "a/link.yaml", "a/gone.yaml", "b/x.yaml", "two.yaml"]

    read = dict(files.read_texts(paths))

    assert list(read) == paths
    assert (read["a/one.yaml"], read["two.yaml"]) == ("one", "two")
    errors = [type(read[path]) for path in paths[1:5]]
    assert errors == [BadValue, OutsideWorkspace, FileMissing, FileMissing]
    files.close()


@pytest.mark.verifies("workspace#1.1", "workspace#1.3")
def test_what_took_the_place_of_a_file_that_was_listed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "other.txt").write_text("other", encoding="utf-8")
    os.mkfifo(tmp_path / "a/pipe.yaml")
    os.link(tmp_path / "other.txt", tmp_path / "a/hard.yaml")
    (tmp_path / "a/folder.yaml").mkdir()
    (tmp_path / "a/link.yaml").symlink_to("../other.txt")
    files = Files(tmp_path)
    paths = [f"a/{name}.yaml" for name in ("pipe", "hard", "folder", "link")]

    read = dict(files.read_texts(paths))

    files.close()
    assert list(read) == paths
    assert {type(it) for it in read.values()} == {OutsideWorkspace}
    assert "a FIFO" in str(read["a/pipe.yaml"])
    assert "a hard link" in str(read["a/hard.yaml"])
