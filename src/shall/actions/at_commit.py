"""A workspace as a commit has it, read from git's own store: nothing is checked out."""

import os
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from msgspec.structs import replace

from shall.actions.link_sources import case_links, files_of_source, recorded_files, test_links
from shall.actions.run_variables import defaults_in
from shall.cases.schema_files import refers_elsewhere
from shall.errors import BadValue, InvalidSetting, StoreUnavailable
from shall.specs.test_files import ProjectFiles
from shall.specs.test_languages import language_of
from shall.store.decisions import DecisionLog
from shall.store.evidence import EvidenceLog
from shall.store.folders import Folder
from shall.store.state import DECISIONS, EVIDENCE, LOCAL
from shall.workspace.files import Files
from shall.workspace.git import commit_of, files_of_commit
from shall.workspace.workspace import RunDefaults, Workspace

_ENDINGS = (".md", ".yaml", ".yml", ".py")
"""Files that tracing reads, beside tests in other languages and the state."""


@contextmanager
def at_commit(workspace: Workspace, name: str) -> Iterator[Workspace]:
    """Open the workspace as it is in a commit, to read: nothing is stored of it.

    The settings are the present ones, but for the variables. Evidence counts where it is committed.

    Raises:
        BadValue: There is no such commit, or git does not show it.
    """
    commit = commit_of(workspace.root, name)
    root, state = workspace.root, _state_names(workspace)
    others: set[str] = set()

    def is_wanted(path: str) -> bool:
        if state and path.startswith(f"{state}/"):
            return not path.startswith(f"{state}/{LOCAL}/")
        is_read = path.endswith(_ENDINGS) or language_of(path) is not None
        if not is_read:
            others.add(path)
        return is_read

    with tempfile.TemporaryDirectory(prefix="shall-commit-") as made:
        folder = Path(made).resolve()
        for path, content in files_of_commit(root, commit, is_wanted):
            _write(folder / path, content)
        for path, target in files_of_commit(root, commit, bool, links=True):
            _link(folder, path, os.fsdecode(target))
        files = Files(folder)
        try:
            kept = Folder(folder / (state or ".shall"))
            evidence, decisions = (
                EvidenceLog(kept.below(EVIDENCE)),
                DecisionLog(kept.below(DECISIONS)),
            )
            then = replace(
                workspace,
                root=folder,
                state=kept.path,
                files=files,
                settings_files={},
                defaults=_defaults_of(workspace, folder),
                store=None,
                later=None,
                evidence_log=lambda: evidence,
                decision_log=lambda: decisions,
                outage_log=None,
                documents=dict(workspace.documents),
                marks=dict(workspace.marks),
                linked=dict(workspace.linked),
                modules=dict(workspace.modules),
            )
            _write_named_files(then, root, commit, others)
            yield then
        finally:
            files.close()


def _defaults_of(workspace: Workspace, folder: Path) -> RunDefaults:
    with suppress(InvalidSetting):
        return defaults_in(workspace, folder)
    return workspace.defaults


def _write_named_files(then: Workspace, root: Path, commit: str, others: Collection[str]) -> None:
    """Write which of the other files linked cases and tests of the commit name."""
    for path in _beside_tests(then, others):
        _write(then.root / path, b"")  # which of them a test names is found by their paths
    left = {*others}
    recorded = _recorded(then)
    refers = True  # a JSON Schema names others, which are known once it is there
    while refers:
        links = (*case_links(then, [], recorded), *test_links(then, [], recorded))
        named = {path for it in links for path in files_of_source(then, it.source)}
        named |= {path for it in then.linked.values() for path, _ in it.consulted}
        named &= left
        left -= named
        refers = False
        for path, content in files_of_commit(root, commit, named.__contains__) if named else ():
            _write(then.root / path, content)
            refers = refers or refers_elsewhere(content)


def _recorded(then: Workspace) -> Collection[str]:
    if then.evidence is not None:
        with suppress(StoreUnavailable):  # which tracing reports
            return recorded_files(then.evidence.newest())
    return ()


def _beside_tests(then: Workspace, paths: Collection[str]) -> Iterator[str]:
    links: list[str] = []
    code = ProjectFiles(then.files.find(".", (".py",), links))
    folders = tuple(f"{it}/" for it in code.test_folders())
    targets = [then.files.target(it) for it in links]
    reached = tuple(f"{it}/" for it in targets if it is not None)
    return (
        it
        for it in paths
        if (it.startswith(folders) and code.is_test_code(it)) or f"{it}/".startswith(reached)
    )


def _state_names(workspace: Workspace) -> str:
    """Return the state folder relative to the workspace; empty where it is elsewhere."""
    if not workspace.state.is_relative_to(workspace.root):
        return ""
    return workspace.state.relative_to(workspace.root).as_posix()


def _link(folder: Path, path: str, target: str) -> None:
    """Make a symbolic link that leads below the folder; leave others out, which nobody reads."""
    place = os.path.normpath(Path(path).parent / target)
    if place.startswith(("/", "..")):
        return
    link = folder / path
    with suppress(OSError, ValueError):
        link.parent.mkdir(parents=True, exist_ok=True)
        if link.parent.resolve() == link.parent:  # else it is below another link, as no checkout is
            link.symlink_to(os.path.relpath(folder / place, link.parent))


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except (OSError, ValueError) as error:  # a name that this system cannot have
        raise BadValue(f"{path.name} of the commit cannot be written: {error}.") from error
