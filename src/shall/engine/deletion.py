"""Deletes the files that a teardown names."""

import time
from typing import Any

from shall.engine.call_plan import CallPlan
from shall.engine.check import CaseContext
from shall.engine.evaluate import evaluate
from shall.engine.full_plan import DeletionPlan
from shall.engine.record import StepRecord
from shall.engine.scope import Scope
from shall.engine.step import error_message
from shall.errors import BadValue, ShallError
from shall.results.records import Outcome

MOST_FILES = 1000
"""How many files one teardown may delete."""


def delete_files(call: CallPlan, plan: DeletionPlan, context: CaseContext) -> StepRecord:
    """Delete files of the workspace; one that does not exist is not a failure."""
    started = time.perf_counter()
    error = None
    try:
        context.attachments.delete_scratch(_paths(plan, context.scope), plan.folders)
    except ShallError as fault:
        error = error_message(fault)
    outcome = Outcome.PASSED if error is None else Outcome.ERROR
    return StepRecord(call.id, call.path, outcome, time.perf_counter() - started, error=error)


def _paths(plan: DeletionPlan, scope: Scope) -> tuple[str, ...]:
    found = evaluate(plan.paths if isinstance(plan.paths, str) else list(plan.paths), scope)
    paths: list[Any] = found if isinstance(found, list) else [found]
    if len(paths) > MOST_FILES:
        raise BadValue(f"`delete_files` names more than {MOST_FILES} files.")
    for path in paths:
        if type(path) is not str or not path:
            raise BadValue("A path in `delete_files` is not text, or empty.")
    return tuple(paths)
