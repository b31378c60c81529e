"""Merges the reports of the shards of one run into one run, with its evidence."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from msgspec import UNSET
from msgspec.structs import replace

from shall.actions.recording import Recorder
from shall.errors import BadValue
from shall.results.events import CaseFinished, RunFinished, RunStarted
from shall.results.records import RunResult, RunStatus, ShardRecord
from shall.results.summary import summary_of
from shall.workspace.revision import revision_of
from shall.workspace.workspace import Workspace

_WORST = (RunStatus.INTERRUPTED, RunStatus.TIMED_OUT, RunStatus.STOPPED, RunStatus.COMPLETE)


def merge_shards(workspace: Workspace, reports: Mapping[str, RunResult]) -> RunResult:
    """Return the run that the reports, by the path of their file, are the shards of.

    The status is the worst of theirs, the duration that of the longest shard.

    Raises:
        BadValue: A shard or case is missing or there twice, or the shards are not of one run; all
            problems are in the message.
    """
    problems = list(_problems(reports))
    commit = revision_of(workspace.root, workspace.state)[0]
    problems += [
        f"{path} is of commit {_short(shard.commit)}, and {_short(commit)} is checked out: "
        f"its evidence would name the wrong code."
        for path, shard in _shards(reports)
        if shard.commit != commit
    ]
    if problems:
        raise BadValue("\n".join(problems), hint="Nothing was recorded.")
    runs = sorted(reports.values(), key=lambda it: it.started_at)
    run_id = os.urandom(16).hex()
    cases = sorted(
        (replace(case, run_id=run_id) for run in runs for case in run.cases),
        key=lambda it: (it.case_key, it.data_row or "", it.attempt),
    )
    return RunResult(
        run_id=run_id,
        started_at=runs[0].started_at,
        duration_s=max(run.duration_s for run in runs),
        status=next(it for it in _WORST if it in {run.status for run in runs}),
        cases=tuple(cases),
        environment=runs[0].environment,
        left_out=runs[0].left_out,
    )


def is_dirty(reports: Mapping[str, RunResult]) -> bool:
    """Return whether the files of a shard differed from its commit."""
    return any(shard.is_dirty for _, shard in _shards(reports))


def record_run(workspace: Workspace, run: RunResult, *, is_dirty: bool = False) -> Sequence[str]:
    """Store a run that ended before, and its evidence. Return what could not be stored.

    ``is_dirty``: the files differed from the commit where it ran.
    """
    recorder = Recorder(workspace.with_state(), seen=(), is_dirty=is_dirty)
    try:
        recorder.take(RunStarted(run.run_id, run.started_at, len(run.cases), run.environment))
        for number, case in enumerate(run.cases):
            recorder.take(CaseFinished(case, number))
        recorder.take(RunFinished(summary_of(run)))
    finally:
        recorder.close()
    return recorder.faults


def _shards(reports: Mapping[str, RunResult]) -> Iterator[tuple[str, ShardRecord]]:
    for path, run in reports.items():
        if run.shard is not UNSET and run.shard is not None:
            yield path, run.shard


def _problems(reports: Mapping[str, RunResult]) -> Iterator[str]:
    """Yield why the reports are not all shards of one run, each once."""
    shards = dict(_shards(reports))
    yield from (f"{path} is not a report of a shard." for path in reports if path not in shards)
    if not shards:
        return
    first_path, first = next(iter(shards.items()))
    for path, shard in shards.items():
        if (shard.total, shard.digest) != (first.total, first.digest):
            yield f"{path} divides other cases, or otherwise, than {first_path}."
        elif reports[path].environment != reports[first_path].environment:
            yield f"{path} ran in another environment than {first_path}."
    counted = Counter(shard.index for shard in shards.values())
    for index in range(1, first.total + 1):
        if counted[index] == 0:
            yield f"Shard {index}/{first.total} is missing."
        elif counted[index] > 1:
            yield f"Shard {index}/{first.total} occurs {counted[index]} times."
    yield from _problems_of_cases(reports, first.cases)


def _problems_of_cases(reports: Mapping[str, RunResult], total: int) -> Iterator[str]:
    keys = Counter(
        (case.case_key, case.data_row, case.attempt)
        for run in reports.values()
        for case in run.cases
    )
    for (key, _, _), count in keys.items():
        if count > 1:
            yield f"{key} occurs {count} times."
    found = len({key for key, _, _ in keys})
    if found != total:
        yield f"The reports have {found} cases of {total}."


def _short(commit: str) -> str:
    return commit[:12] or "none"
