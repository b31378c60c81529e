"""Chooses case files and reads them into jobs."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from shall.cases.early_fields import Early, early_fields
from shall.cases.model import Case
from shall.cases.reader import locator, read_case, root_of
from shall.engine.job import Job
from shall.errors import CaseNotFound, FolderNotFound, InvalidInput, OutsideWorkspace
from shall.log import Log
from shall.messages import Message
from shall.results.records import Position
from shall.workspace.case_root import refuse_shared, root_in
from shall.workspace.folders import CASE_FOLDERS, YAML_ENDINGS, shared_path
from shall.workspace.workspace import Workspace

if TYPE_CHECKING:
    from shall.actions.case_needs import Needs
    from shall.actions.data_rows import Table
    from shall.actions.links import LinkCheck
    from shall.diagnostics import Diagnostic
    from shall.engine.process_future import ProcessFuture
    from shall.engine.shared import Shared

_log = Log(__name__)

UNREADABLE = "unreadable"

MOST_AHEAD = 200
"""Cases that a process reads while it waits for the criteria: so many are read in 20 ms. It runs
them itself, so they are at most half of its part of the cases: an idle one takes the rest."""

MOST_BYTES = 16 << 20
"""What ``Texts`` holds: a process of a run shall take less than 60 MB."""


def case_folders(workspace: Workspace) -> tuple[str, ...]:
    """Return the folders of cases that exist in the workspace."""
    return tuple(folder for folder in CASE_FOLDERS if workspace.files.is_folder(folder))


class Texts:
    """The texts that were read to find cases, for those who read them as cases next.

    ``early`` are the paths of cases that must be looked at before the run begins; ``may_verify``:
    a text has the word ``verifies``.
    """

    def __init__(self) -> None:
        self.early: dict[str, Early] = {}
        self.may_verify = False
        # One buffer: processes that are forked read it without a copy of its pages.
        self._data = bytearray()
        self._places: dict[str, slice] = {}

    def put(self, path: str, text: str) -> None:
        """Store a text as long as there is room."""
        if (early := early_fields(text)) is not None:
            self.early[path] = early
        self.may_verify = self.may_verify or "verifies" in text
        data = text.encode()
        start = len(self._data)
        if start + len(data) <= MOST_BYTES:
            self._data += data
            self._places[path] = slice(start, start + len(data))

    def take(self, path: str) -> str | None:
        """Return a text that is held; once, so that a later reader sees what changed."""
        place = self._places.pop(path, None)
        return None if place is None else self._data[place].decode()


def case_files(
    workspace: Workspace,
    paths: Sequence[str],
    texts: Texts | None = None,
    *,
    logs_rootless: bool = False,
) -> list[str]:
    """Return the case files that the paths name, each once, folders expanded and sorted.

    A file in a folder counts when it is a case of requests or of units (``root_in``); a file that
    is named itself always counts. ``logs_rootless``: name the files that have steps and are no
    cases, the links, and the endings in capitals in the log.

    Raises:
        CaseNotFound: A path names no file and no folder.
        FolderNotFound: No path is named and the workspace has no folder of cases.
        OutsideWorkspace: A path leads out.
    """
    named = paths or case_folders(workspace)
    if not named:
        from shall.workspace.stray_cases import stray_cases, stray_notice  # only without cases

        raise FolderNotFound(
            f"No case folder was found in {workspace.root}.",
            hint=stray_notice(stray_cases(workspace.files))
            or "Create tests/cases, or run `shall init` to create a first case.",
        )
    found: dict[str, None] = {}
    rootless: list[str] = []
    links: list[str] = []
    for path in named:
        relative = workspace.files.relative(path)
        if workspace.files.is_folder(relative):
            found |= dict.fromkeys(_cases_below(workspace, relative, texts, rootless, links))
        elif workspace.files.is_file(relative):
            found[relative] = None
            if texts is not None:
                _put(workspace, relative, texts)
        else:
            raise case_not_found(workspace, relative)
    if logs_rootless and (rootless or links):
        _report_unread(rootless, links)
    return list(found)


def _report_unread(rootless: list[str], links: list[str]) -> None:
    # few projects have any
    from shall.workspace.stray_cases import capitals_notice, links_notice, rootless_notice

    for notice in (rootless_notice(rootless), links_notice(links), capitals_notice(links)):
        if notice:
            _log.warning("%s", notice)


def _put(workspace: Workspace, path: str, texts: Texts) -> None:
    with suppress(InvalidInput):  # reported when it is read as a case
        texts.put(path, workspace.files.read_text(path))


def no_case_hint(workspace: Workspace, paths: Sequence[str]) -> str:
    """Return where there are cases, or what a case needs and the files that were looked at."""
    from shall.workspace.stray_cases import first_names, stray_cases, stray_notice  # as above

    if not paths and (notice := stray_notice(stray_cases(workspace.files))):
        return notice
    needed = "A case file is YAML with the fields name and steps."
    folders = [it for it in paths or case_folders(workspace) if workspace.files.is_folder(it)]
    found = [path for folder in folders for path in workspace.files.find(folder, YAML_ENDINGS)]
    return " ".join((needed, f"These have none: {first_names(found)}.")) if found else needed


def case_not_found(workspace: Workspace, path: str) -> CaseNotFound:
    """Make the error for a missing case, with the nearest names that exist."""
    try:
        workspace.files.read_text(path)
    except OutsideWorkspace as error:  # a link, which is not followed
        return CaseNotFound(error.message, hint=error.hint)
    except InvalidInput:
        pass
    known = [name for folder in case_folders(workspace) for name in _cases_below(workspace, folder)]
    from shall.cases.nearest import nearest  # only where a file is missing

    near = nearest(path, known)
    return CaseNotFound(f"{path} does not exist.", hint=f"Did you mean {near}?" if near else None)


class JobReader:
    """Reads case files into jobs. The requirements are read once, when a case names a criterion.

    ``known`` maps the ways to name a criterion to its key and fingerprint, once they were read;
    ``criteria`` hands it, as JSON, to processes that were forked before; each reads ``most_ahead``
    cases until then.
    ``shared`` is what the shared steps of the run left behind, by the path of their file, and
    ``later`` are their teardowns, which run after the last case; ``needs`` says which cases need
    others, where any does.
    """

    def __init__(
        self,
        workspace: Workspace,
        texts: Texts | None = None,
        known: Mapping[str, tuple[str, str | None]] | None = None,
    ) -> None:
        self._workspace = workspace
        self._texts = texts or Texts()
        self.known = known
        self.shared: Mapping[str, Shared] = {}
        self.later: list[Job] = []
        self.needs: Needs | None = None
        self._links: LinkCheck | None = None
        self.criteria: ProcessFuture | None = None
        self.most_ahead = MOST_AHEAD
        self._held: dict[str, Job] = {}
        self._ahead: dict[str, Job] = {}
        self._tables: dict[str, Table] = {}

    def read(self, files: Iterable[str], go_on: Callable[[], None] = lambda: None) -> Iterator[Job]:
        """Read one file after the other, each when it is asked for.

        A case with rows of data is an error here: ``read_rows`` reads its rows.
        """
        for path in files:
            go_on()
            job = self._held.pop(path, None) or self._job(path)
            if job.case is not None and job.case.data is not None and job.case.skip is None:
                job = replace(job, case=None, error=Message("case.data_unseen", {}))
            yield self._complete(job)

    def read_turns(
        self, keys: Sequence[str], rows: Sequence[int], numbers: Iterable[int], repeat: int = 1
    ) -> Iterator[Job]:
        """Read the cases with some numbers, each with the row of data that has its number.

        The keys are those of one repetition after the other, as many times as ``repeat`` says.
        """
        if self.criteria is not None:
            future, self.criteria = self.criteria, None
            numbers = self._read_ahead(future, keys, iter(numbers))
        if repeat > 1:
            return self._repeated(keys, rows, numbers, len(keys) // repeat)
        if not rows:
            return self.read(keys[it] for it in numbers)
        return (self._in_row(keys[it], rows[it]) for it in numbers)

    def _repeated(
        self, keys: Sequence[str], rows: Sequence[int], numbers: Iterable[int], size: int
    ) -> Iterator[Job]:
        """Read cases, each with the number of its repetition; one repetition has ``size``."""
        for number in numbers:
            one = (number,)
            for job in self.read_turns(keys, rows, one):
                yield replace(job, attempt=number // size + 1)

    def hold(self, path: str, go_on: Callable[[], None] = lambda: None) -> Job:
        """Read a case that is asked for again: it is held until then."""
        if path not in self._held:
            go_on()
            self._held[path] = self._job(path)
        return self._held[path]

    def table(self, path: str, go_on: Callable[[], None] = lambda: None) -> "Table | None":
        """Return the rows of a case, which are held; None where it has none."""
        table = self._tables.get(path)
        if table is None:
            case = self.hold(path, go_on).case
            if case is not None and case.data is not None:
                from shall.actions.data_rows import table_of  # few suites have rows

                table = table_of(self._workspace, self._held.pop(path))
                self._tables[path] = table
        return table

    def _in_row(self, path: str, row: int) -> Job:
        table = self.table(path)
        if table is not None:
            return self._complete(table.job_of(row))
        job = self._held.pop(path, None) or self._job(path)
        return self._complete(job)

    def release(self, path: str) -> None:
        """Release a case."""
        self._held.pop(path, None)

    def _complete(self, job: Job) -> Job:
        """Return a job with what it needs, and what the shared steps left behind that it uses."""
        if self.needs is not None:
            job = self.needs.job_of(job)
        elif job.case is not None and job.case.needs and job.case.skip is None:
            job = replace(job, case=None, error=Message("case.needs_unseen", {}))
        if job.case is None or not job.case.use or job.case.skip is not None:
            return job
        from shall.engine.shared import Shared  # few cases use shared steps

        unseen = Shared(error=Message("case.use_unseen", {}))
        paths = [shared_path(job.key, name) for name in job.case.use]
        return replace(job, shared=tuple(self.shared.get(path, unseen) for path in paths))

    def case_of(self, path: str) -> Case | None:
        """Return a case, which is held; None where it cannot be read."""
        table = self.table(path)
        return (self.hold(path) if table is None else table.job).case

    def uses(self, path: str) -> Sequence[str]:
        """Return the paths of the shared steps that a case uses."""
        case = self.case_of(path)
        if case is None or case.skip is not None:
            return ()
        return [shared_path(path, name) for name in case.use]

    def _job(self, path: str) -> Job:
        job = self._ahead.pop(path, None) or _read_job(
            self._workspace, path, self._texts.take(path)
        )
        if job.case is not None and job.case.verifies:
            job = self._linked(job, job.case)
        return job

    def prepare(self) -> None:
        """Read the requirements now if cases name criteria: what is started next has them then."""
        if self._texts.may_verify:
            self._criteria()

    def prepare_criteria(self, cases: int, processes: int) -> "ProcessFuture | None":
        """Let processes that are forked next begin with cases while ``hand_over`` does that.

        The caller closes what is returned.

        Raises:
            OSError: The system has no file or pipe left.
        """
        if not hasattr(os, "memfd_create"):
            self.prepare()
        elif self.known is None and self._texts.may_verify:
            from shall.actions import case_links  # noqa: F401 - once for all of them
            from shall.engine.process_future import ProcessFuture

            self.criteria = ProcessFuture()
            self.most_ahead = min(MOST_AHEAD, cases // (2 * processes))
        return self.criteria

    def hand_over(self) -> None:
        """Read the requirements that ``prepare_criteria`` left, for the processes that wait."""
        if self.criteria is not None:
            future, self.criteria = self.criteria, None
            future.set_result(msgspec.json.encode(self._criteria()))

    def _criteria(self) -> Mapping[str, tuple[str, str | None]]:
        if self.known is None:
            from shall.actions.requirements import criterion_fingerprints  # as above

            self.known = criterion_fingerprints(self._workspace)
        return self.known

    def _read_ahead(
        self, future: "ProcessFuture", keys: Sequence[str], numbers: Iterator[int]
    ) -> Iterator[int]:
        """Yield the numbers once the criteria are known; read the first cases until then."""
        ahead: list[int] = []
        while len(ahead) < self.most_ahead and not future.done():
            number = next(numbers, None)
            if number is None:
                break
            ahead.append(number)
            path = keys[number]
            if path not in self._ahead and path not in self._held:
                self._ahead[path] = _read_job(self._workspace, path, self._texts.take(path))
        self.known = msgspec.json.decode(future.result(), type=dict[str, tuple[str, str | None]])
        yield from ahead
        yield from numbers

    def _linked(self, job: Job, case: Case) -> Job:
        # What reads requirements is imported where a case names one that is not known, or in the
        # process that reads them: it takes longer to import than all else that a run needs.
        from shall.actions.case_links import linked

        known = self._criteria()
        if not all([it in known for it in case.verifies]):  # noqa: C419 - faster
            if self._links is None:
                from shall.actions.links import LinkCheck

                self._links = LinkCheck(self._workspace)
            self._links.report(job.key, case.verifies, known)
        return linked(self._workspace, job, case, known, self.shared)


def root_at(workspace: Workspace, path: str) -> str | None:
    """Return the root of a YAML file; one that cannot be read may be a case: ``UNREADABLE``."""
    try:
        text = workspace.files.read_text(path)
    except InvalidInput:  # reported when it is read as a case
        return UNREADABLE
    return root_in(text, path)


def _cases_below(
    workspace: Workspace,
    folder: str,
    texts: Texts | None = None,
    rootless: list[str] | None = None,
    links: list[str] | None = None,
) -> list[str]:
    found = []
    files = workspace.files.find(folder, YAML_ENDINGS, links)
    for path, text in workspace.files.read_texts(files):
        if isinstance(text, InvalidInput):  # reported when it is read as a case
            found.append(path)
        elif root_in(text, path) is not None:
            found.append(path)
            if texts is not None:
                texts.put(path, text)
        elif rootless is not None:
            from shall.workspace.stray_cases import is_rootless  # as above

            if is_rootless(text):
                rootless.append(path)
    return found


def _read_job(workspace: Workspace, path: str, text: str | None) -> Job:
    try:
        if text is None:
            text = workspace.files.read_text(path)
        if "unittest" in text and root_of(text) == "unittest":
            from shall.actions.unit_cases import unit_job  # few suites have unit cases

            return unit_job(workspace, path, text, positions(text, path))
        refuse_shared(text, path)
        case = _named(workspace, read_case(text, path))
        if case.use or "openapi" in text or "schema" in text:
            from shall.actions.named_documents import check_documents  # few cases name any

            check_documents(workspace, case, text, path)
    except InvalidInput as error:
        message = Message("case.invalid", {"problems": str(error)})
        from shall.diagnostics import Diagnostic, Severity  # few files are wrong
        from shall.span import Span

        unreadable = Diagnostic(
            "file.unreadable",
            Severity.ERROR,
            error.message,
            error.span or Span(path, 1),
            error.hint or "",
        )
        problems = (*error.diagnostics, *_beside(workspace, text, path)) or (unreadable,)
        if len(problems) > len(error.diagnostics) > 0:
            message = Message("case.invalid", {"problems": "\n".join(map(str, problems))})
        locate = None if text is None else positions(text, path)
        return Job(path, None, error=message, problems=problems, locate=locate)
    return Job(path, case, locate=positions(text, path))


def _beside(workspace: Workspace, text: str | None, path: str) -> "tuple[Diagnostic, ...]":
    """Return what is wrong with the files that a case names which has problems itself."""
    if text is None or "data" not in text:
        return ()
    from shall.actions.broken_cases import missing_rows  # few cases are broken

    return missing_rows(workspace, text, path)


def _named(workspace: Workspace, case: Case) -> Case:
    """Mask the name of a case: it is shown while the case runs, before the rest is masked."""
    name = workspace.redactor.text(case.name)
    return case if name == case.name else msgspec.structs.replace(case, name=name)


def positions(text: str, path: str) -> Callable[[str], Position]:
    """Return what finds the parts of a case in its text, when it is asked."""

    def locate(where: str) -> Position:
        span = span_of(where)
        return Position(span.line, span.column)

    span_of = locator(text, path)
    return locate
