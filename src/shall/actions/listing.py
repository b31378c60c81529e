"""Lists the cases that a run would carry out."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from shall.actions.case_needs import find_needs
from shall.actions.discovery import JobReader, Texts, case_files
from shall.actions.only import only_marked
from shall.actions.run_request import RunRequest
from shall.actions.selection import chooses_case, order
from shall.diagnostics import Diagnostic
from shall.engine.job import Job
from shall.messages import render
from shall.workspace.workspace import Workspace


class ListedCase(Struct, frozen=True):
    """A case as its file describes it. ``problems``: why it cannot be read."""

    path: str
    name: str
    tags: Sequence[str] = ()
    verifies: Sequence[str] = ()
    skip: str | None = None
    problems: Sequence[Diagnostic] = ()
    reason: str = ""

    @property
    def is_readable(self) -> bool:
        """Whether the file is a case."""
        return not self.problems and not self.reason

    def to_json(self) -> dict[str, Any]:
        """Return the case as JSON data."""
        return {
            "path": self.path,
            "name": self.name,
            "tags": list(self.tags),
            "verifies": list(self.verifies),
            "skip": self.skip,
            "problems": [it.to_json() for it in self.problems],
        }


def listed_cases(workspace: Workspace, request: RunRequest) -> list[ListedCase]:
    """Return the cases that a request chooses, in the order in which a run starts them.

    Raises:
        BadValue: An expression of tags or words cannot be parsed.
        CaseNotFound: A path does not exist.
        InvalidCase: A case is marked with ``only``, and the environment variable ``CI`` is set.
        FolderNotFound: No path is named, and there is no folder of cases.
        OutsideWorkspace: A path leads out.
    """
    texts = Texts()
    files = case_files(workspace, request.paths, texts, logs_rootless=True)
    reader = JobReader(workspace, texts)
    jobs = {path: reader.hold(path) for path in files}
    is_chosen = chooses_case(request.tags, request.keyword)
    keys = [path for path in files if is_chosen(jobs[path])]
    keys = [*only_marked(reader, keys, texts.early, workspace.environ())]
    needs = find_needs(workspace, reader, texts, files, keys)
    keys = needs.arranged(keys)
    if request.selection is not None:
        keys = order(workspace, keys, request.selection, needs)
    return [_listed(needs.job_of(reader.hold(key))) for key in keys]


def _listed(job: Job) -> ListedCase:
    if job.case is None:
        reason = "" if job.error is None else render(job.error)
        return ListedCase(job.key, "", problems=job.problems, reason=reason)
    case = job.case
    return ListedCase(job.key, case.name, case.tags, case.verifies, case.skip)
