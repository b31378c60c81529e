"""Writes the snapshots of a run, and finds those that no case compares with."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct, field

from shall.cases.model import Step, Teardown
from shall.cases.reader import read_case
from shall.cases.shared_steps import read_shared
from shall.cases.snapshot import FOLDER, snapshot_of, snapshot_path
from shall.engine.snapshot import TakenSnapshot
from shall.errors import FileMissing, InvalidInput, ShallError
from shall.results.events import CaseFinished, Event
from shall.results.records import is_bad
from shall.workspace.case_root import is_shared
from shall.workspace.workspace import Workspace


class Snapshots(Struct):
    """What a run takes: values, in the order of the cases, and the cases that did not pass."""

    taken: list[TakenSnapshot] = field(default_factory=list)
    ran: set[str] = field(default_factory=set)
    bad: set[str] = field(default_factory=set)

    def take(self, event: Event) -> None:
        """Note how a case ended."""
        if type(event) is CaseFinished:
            self.ran.add(event.figures.case_key)
            if is_bad(event.figures):
                self.bad.add(event.figures.case_key)


class WrittenSnapshots(Struct, frozen=True):
    """The paths of snapshots: written anew, changed, and that no case compares with.

    ``faults`` are sentences about what was not written.
    """

    new: tuple[str, ...]
    changed: tuple[str, ...]
    unused: tuple[str, ...]
    faults: tuple[str, ...]


def write_snapshots(workspace: Workspace, snapshots: Snapshots) -> WrittenSnapshots:
    """Write the snapshots of the cases that passed, each file whole or not at all."""
    new: list[str] = []
    changed: list[str] = []
    faults: list[str] = []
    for path, texts in _texts(snapshots).items():
        if len(texts) > 1:
            faults.append(f"{path} was not written: its case compares several values with it.")
            continue
        (text,) = texts
        try:
            before = _text_of(workspace, path)
            if before != text:
                workspace.files.write_text(path, text)
                (new if before is None else changed).append(path)
        except ShallError as error:
            faults.append(f"{path} was not written: {error.message}")
    unused = tuple(_unused(workspace, snapshots.ran))
    return WrittenSnapshots(tuple(new), tuple(changed), unused, tuple(faults))


def _texts(snapshots: Snapshots) -> dict[str, set[str]]:
    """Return the texts of each snapshot, with secrets masked; of cases that did not pass none."""
    found: dict[str, set[str]] = {}
    for it in snapshots.taken:
        if it.case_key not in snapshots.bad:
            value = it.secrecy.learn().value(it.value)
            found.setdefault(it.path, set()).add(_text(value))
    return found


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _text_of(workspace: Workspace, path: str) -> str | None:
    try:
        return workspace.files.read_text(path)
    except FileMissing:
        return None


def _unused(workspace: Workspace, ran: Iterable[str]) -> Iterator[str]:
    """Find snapshots, beside cases that ran, of these or of cases that are gone."""
    files = workspace.files
    for folder in sorted({it.rpartition("/")[0] for it in ran}):
        place = f"{folder}/{FOLDER}".lstrip("/")
        if not files.is_folder(place):
            continue
        there = [it for it in files.find(place, (".json",)) if it.count(".") > 1]
        by_stem: dict[str, list[str]] = {}
        for path in there:
            by_stem.setdefault(path.rpartition("/")[2].rsplit(".", 2)[0], []).append(path)
        for stem, paths in sorted(by_stem.items()):
            case = f"{folder}/{stem}".lstrip("/")
            keys = [f"{case}{end}" for end in (".yaml", ".yml") if files.is_file(f"{case}{end}")]
            used = {path for key in keys for path in _used(workspace, key)}
            yield from (path for path in sorted(paths) if path not in used)


def _used(workspace: Workspace, key: str) -> Iterator[str]:
    """Yield the paths of the snapshots of a case, or of shared steps."""
    try:
        text = workspace.files.read_text(key)
        case = read_shared(text, key) if is_shared(text, key) else read_case(text, key)
    except InvalidInput:
        return
    parts: tuple[Step | Teardown, ...] = (*case.steps, *case.teardowns)
    for part in parts:
        for check in part.checks:
            if check.kind == "snapshot":
                yield snapshot_path(key, snapshot_of(check.expected)[0])
