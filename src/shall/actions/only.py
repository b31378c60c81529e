"""Cases that are marked with ``only``: outside CI a run has these alone."""

from collections.abc import Callable, Mapping, Sequence

from shall.actions.discovery import JobReader, Texts, case_files, case_folders
from shall.cases.early_fields import Early
from shall.diagnostics import Diagnostic, Severity
from shall.engine.job import Job
from shall.errors import InvalidCase
from shall.span import Span
from shall.workspace.workspace import Workspace

_NOT_CI = frozenset({"", "0", "false"})
_HINT = "Remove `only`: a run in CI has all cases."


def only_marked(
    reader: JobReader,
    keys: Sequence[str],
    early: Mapping[str, Early],
    environ: Mapping[str, str],
    go_on: Callable[[], None] = lambda: None,
) -> Sequence[str]:
    """Return the keys of the cases that are marked; all of them where none is.

    Raises:
        InvalidCase: One is, and the environment variable ``CI`` is set.
    """
    marked = _marked(reader, keys, early, go_on)
    if not marked:
        return keys
    if environ.get("CI", "").lower() not in _NOT_CI:
        raise InvalidCase([_diagnostic(job) for job in marked])
    return [job.key for job in marked]


def marked_places(workspace: Workspace) -> tuple[Diagnostic, ...]:
    """Return the places of the marks of all cases of a workspace."""
    texts = Texts()
    files = case_files(workspace, (), texts) if case_folders(workspace) else []
    reader = JobReader(workspace, texts)
    return tuple(_diagnostic(job) for job in _marked(reader, files, texts.early, lambda: None))


def _marked(
    reader: JobReader,
    keys: Sequence[str],
    early: Mapping[str, Early],
    go_on: Callable[[], None],
) -> list[Job]:
    may_be = (key for key in keys if key in early and "only" in early[key].fields)
    jobs = [reader.hold(key, go_on) for key in may_be]
    return [job for job in jobs if job.case is not None and job.case.only is not None]


def _diagnostic(job: Job) -> Diagnostic:
    at = job.locate("only") if job.locate is not None else None
    span = Span(job.key, at.line, at.column) if at is not None else Span(job.key, 1)
    message = "The case is marked with `only`, so that the others do not run."
    return Diagnostic("case.only", Severity.ERROR, message, span, _HINT, "only")
