"""The cases that others need: found by name or path, run too, and put before them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from shall.actions.broken_cases import needs_written
from shall.actions.discovery import JobReader, Texts, case_files, case_folders
from shall.cases.nearest import nearest
from shall.diagnostics import Diagnostic, Severity
from shall.engine.job import Job
from shall.errors import InvalidInput
from shall.messages import Message
from shall.span import Span
from shall.workspace.folders import YAML_ENDINGS
from shall.workspace.workspace import Workspace

Edges = Callable[[str], Mapping[str, str]]
"""Returns the keys of the cases that a case needs, each as it is written there."""


class Needs(Struct, frozen=True):
    """Which cases need which: ``of`` maps keys to the keys needed, each as it is written.

    ``refused`` are jobs that say what is wrong with the needs of their case. ``groups`` maps the
    key of each case that needs others or is needed to the first key of its group: cases of
    different groups do not wait for one another.
    """

    of: Mapping[str, Mapping[str, str]]
    needed: frozenset[str]
    refused: Mapping[str, Job]
    groups: Mapping[str, str]

    def job_of(self, job: Job) -> Job:
        """Return a job with what it needs, or with what is wrong with that."""
        key, case = job.key, job.case
        if (refused := self.refused.get(key)) is not None:
            job = refused
        elif case is not None and case.needs and case.skip is None and key not in self.of:
            job = replace(job, case=None, error=Message("case.needs_unseen", {}))
        return replace(job, needs=self.of.get(key, {}), is_needed=key in self.needed)

    def arranged(self, keys: Iterable[str]) -> list[str]:
        """Return keys with those that they need, each group together, the needed ones first."""
        groups: dict[str, list[str]] = {}
        for key in _walk(keys, lambda it: self.of.get(it, {}))[0]:
            groups.setdefault(self.groups.get(key, key), []).append(key)
        return [key for group in groups.values() for key in group]

    def joined(self, keys: Sequence[str], size: int) -> frozenset[int]:
        """Return the places of keys that are of one group with the key before them.

        Each ``size`` keys are a repetition of the run.
        """
        groups = [self.groups.get(key) for key in keys]
        return frozenset(
            number
            for number in range(1, len(keys))
            if number % size and groups[number] and groups[number] == groups[number - 1]
        )


def find_needs(
    workspace: Workspace,
    reader: JobReader,
    texts: Texts,
    files: Sequence[str],
    keys: Iterable[str],
    go_on: Callable[[], None] = lambda: None,
) -> Needs:
    """Find what the cases with some keys need, and what these need. ``files`` are all of the run.

    Names are looked for in the files of the run and in the folders of cases.
    """
    finder = _Finder(workspace, reader, texts, files, go_on)
    _, cycles = _walk(keys, finder.needs_of)
    for cycle in cycles:
        finder.refuse_cycle(cycle)
    of = {key: it for key, it in finder.found.items() if it and key not in finder.refused}
    needed = frozenset(key for it in of.values() for key in it)
    return Needs(of, needed, finder.refused, _groups(of))


def _walk(keys: Iterable[str], needs_of: Edges) -> tuple[list[str], list[list[str]]]:
    """Return keys and what they need, each after what it needs; and the cycles that were met."""
    order: list[str] = []
    cycles: list[list[str]] = []
    is_done: dict[str, bool] = {}
    for start in keys:
        path: list[tuple[str, Iterator[str]]] = []
        following: str | None = None if start in is_done else start
        while following is not None or path:
            if following is not None:
                is_done[following] = False
                path.append((following, iter(needs_of(following))))
            key, left = path[-1]
            following = next(left, None)
            if following is None:
                path.pop()
                is_done[key] = True
                order.append(key)
            elif following in is_done:
                if not is_done[following]:
                    names = [name for name, _ in path]
                    cycles.append([*names[names.index(following) :], following])
                following = None
    return order, cycles


def _groups(of: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Return for each key that needs others, or is needed, the first key of its group."""
    near: dict[str, set[str]] = {}
    for key, needed in of.items():
        for other in needed:
            near.setdefault(key, set()).add(other)
            near.setdefault(other, set()).add(key)
    groups: dict[str, str] = {}
    for first in sorted(near):
        waiting = [first]
        while waiting:
            key = waiting.pop()
            if key not in groups:
                groups[key] = first
                waiting.extend(near[key])
    return groups


class _Finder:
    """Finds what cases need. ``refused`` are the jobs of those whose needs are wrong."""

    def __init__(
        self,
        workspace: Workspace,
        reader: JobReader,
        texts: Texts,
        files: Sequence[str],
        go_on: Callable[[], None],
    ) -> None:
        self.found: dict[str, Mapping[str, str]] = {}
        self.refused: dict[str, Job] = {}
        self._workspace = workspace
        self._reader = reader
        self._texts = texts
        self._files = files
        self._go_on = go_on
        self._known = set(files)
        self._names: dict[str, list[str]] | None = None

    def needs_of(self, key: str) -> Mapping[str, str]:
        """Return the keys of the cases that a case needs, each as it is written there."""
        early = self._texts.early.get(key)
        if early is None or "needs" not in early.fields:
            return {}
        job = self._reader.hold(key, self._go_on)
        if job.case is not None and job.case.skip is not None:
            return {}
        needed: dict[str, str] = {}
        for index, written in enumerate(self._needs_written(job)):
            if not written:  # reported with the fields of the case
                continue
            try:
                needed[self._key_of(written, key)] = written
            except InvalidInput as error:
                hint = error.hint or ""
                self._refuse(job, index, "case.unknown-case", error.message, hint)
        if job.case is None:
            return {}
        self.found[key] = needed
        return needed

    def _needs_written(self, job: Job) -> Sequence[str]:
        """Return what a case needs, also of one that cannot be read otherwise."""
        if job.case is not None:
            return job.case.needs
        try:
            text = self._workspace.files.read_text(job.key)
        except InvalidInput:
            return ()
        return needs_written(text, job.key)

    def refuse_cycle(self, cycle: Sequence[str]) -> None:
        """Note at each case of a cycle that none of them can be first."""
        message = f"The cases need one another: {' -> '.join(cycle)}."
        for key, following in pairwise(cycle):
            index = [*self.found[key]].index(following)
            hint = "Remove one of these `needs`."
            self._refuse(self._reader.hold(key), index, "case.cycle", message, hint)

    def _refuse(self, job: Job, index: int, code: str, message: str, hint: str) -> None:
        field = f"needs[{index}]"
        at = job.locate(field) if job.locate is not None else None
        span = Span(job.key, at.line, at.column) if at is not None else Span(job.key, 1)
        found = Diagnostic(code, Severity.ERROR, message, span, hint, field)
        problems = (*self.refused.get(job.key, job).problems, found)
        why = Message("case.invalid", {"problems": "\n".join(map(str, problems))})
        self.refused[job.key] = Job(job.key, None, error=why, problems=problems)

    def _key_of(self, written: str, key: str) -> str:
        """Return the key of the case that one with a key means. Raises ``InvalidInput``."""
        if not written.endswith(YAML_ENDINGS):
            return self._named(written, key)
        files = self._workspace.files
        path = files.relative(written)
        if not files.is_file(path):
            near = nearest(path, [it for it in self._all_files() if it != key])
            hint = f"Did you mean {near}?" if near else _HINT
            raise InvalidInput(f"{path} does not exist.", hint=hint)
        self._look_at(path)
        return path

    def _named(self, name: str, key: str) -> str:
        if self._names is None:
            self._names = {}
            for path in self._all_files():
                case = self._reader.hold(path, self._go_on).case
                if path not in self._known:
                    self._reader.release(path)
                if case is not None:
                    self._names.setdefault(case.name, []).append(path)
        found = self._names.get(name, [])
        if len(found) > 1:
            message = f"Several cases have the name {name}: {', '.join(found)}."
            raise InvalidInput(message, hint=_HINT)
        if not found:
            near = nearest(name, [it for it, paths in self._names.items() if paths != [key]])
            hint = f"Did you mean {near}?" if near else _HINT
            raise InvalidInput(f"There is no case with the name {name}.", hint=hint)
        self._look_at(found[0])
        return found[0]

    def _all_files(self) -> list[str]:
        folders = case_folders(self._workspace)
        others = case_files(self._workspace, folders) if folders else []
        return [*dict.fromkeys((*self._files, *others))]

    def _look_at(self, path: str) -> None:
        """Read a file that is not of the run yet: it may need others, or have rows of data."""
        if path not in self._known:
            self._known.add(path)
            case_files(self._workspace, (path,), self._texts)


_HINT = "Write the name of a case, or its path as `shall list` shows it."
