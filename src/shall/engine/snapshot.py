"""Compares values with snapshots, and takes new ones. Loaded with the first check of one."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from msgspec import Struct

from shall.cases.query_languages import compiled
from shall.cases.snapshot import snapshot_of, snapshot_path
from shall.engine.call_plan import CheckPlan
from shall.engine.check import CaseContext
from shall.engine.learning import Secrecy
from shall.engine.predicate import same
from shall.engine.query import Content, Selected
from shall.errors import FileMissing
from shall.messages import Message
from shall.redaction.forms import MASK
from shall.results.records import CheckResult, Outcome
from shall.transport.exchange import Response

TAKEN = "snapshots"
"""The key of what takes snapshots among the things that the cases of a run share."""


class TakenSnapshot(Struct, frozen=True):
    """A value for a file, before its secrets are masked: ``secrecy`` knows them in the end."""

    case_key: str
    path: str
    value: Any
    secrecy: Secrecy


def judge_snapshot(
    plan: CheckPlan, response: Response, content: Content, context: CaseContext
) -> CheckResult:
    """Compare a value with its snapshot, or take it, where the run updates snapshots."""
    budget = context.scope.budget
    budget.check_time()
    name, ignored = snapshot_of(plan.check.expected)
    path = snapshot_path(context.key, name)
    actual = plan.select(response, content, budget)
    if not actual.found:
        wrong = Message("check.not_found", {"reason": actual.reason, "expected": path})
        return _failed(plan, path, actual, wrong)
    value = without(actual.value, ignored)
    if ignored and not _has_leaf(value) and _has_leaf(actual.value):
        return _failed(plan, path, actual, Message("check.snapshot_empty", {"file": path}))
    taken: list[TakenSnapshot] | None = context.shared.get(TAKEN)
    if taken is not None:
        taken.append(TakenSnapshot(context.key, path, value, context.secrecy))
        return CheckResult(plan.kind, plan.path, Outcome.PASSED, plan.field, path, value)
    return _compared(plan, path, ignored, Selected(value), context)


def _compared(
    plan: CheckPlan, path: str, ignored: tuple[str, ...], actual: Selected, context: CaseContext
) -> CheckResult:
    try:
        expected = json.loads(context.attachments.read_bytes(path))
    except FileMissing:
        params = {"file": path, "case": context.key}
        return _failed(plan, path, actual, Message("check.snapshot_missing", params))
    except (ValueError, RecursionError):
        wrong = Message("check.bad_snapshot", {"file": path})
        return _failed(plan, path, actual, wrong, Outcome.ERROR)
    if expected == MASK:
        return _failed(plan, path, actual, Message("check.snapshot_masked", {"file": path}))
    expected = settled(without(expected, ignored), actual.value)
    if same(expected, actual.value):
        return CheckResult(plan.kind, plan.path, Outcome.PASSED, plan.field, path, path)
    wrong = Message("check.snapshot_differs", {"file": path, "case": context.key})
    return _failed(plan, expected, actual, wrong)


def _failed(
    plan: CheckPlan,
    expected: Any,
    actual: Selected,
    wrong: Message,
    outcome: Outcome = Outcome.FAILED,
) -> CheckResult:
    return CheckResult(
        plan.kind,
        plan.path,
        outcome,
        plan.field,
        expected,
        actual.value,
        actual.found,
        message=wrong,
    )


def without(value: Any, paths: tuple[str, ...]) -> Any:
    """Return a copy of a value without what some paths find; an item of a list becomes null."""
    if not paths:
        return value
    value = deepcopy(value)
    places = [node.location for path in paths for node in compiled("json", path).find(value)]
    for place in sorted(places, key=len, reverse=True):
        holder = value
        for part in place[:-1]:
            holder = holder[part]
        if not place:
            return None
        if isinstance(holder, dict):
            holder.pop(place[-1], None)
        else:
            holder[place[-1]] = None
    return value


def settled(expected: Any, actual: Any) -> Any:
    """Return a snapshot with the actual value wherever a masked secret stands for one."""
    if isinstance(expected, str) and MASK in expected:
        return actual if _fits(expected, actual) else expected
    if isinstance(expected, dict) and isinstance(actual, dict):
        return {
            key: settled(it, actual[key]) if key in actual else it for key, it in expected.items()
        }
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        return [settled(it, other) for it, other in zip(expected, actual, strict=True)]
    return expected


def _fits(masked: str, actual: Any) -> bool:
    """Return whether a text or number may be what was masked."""
    if isinstance(actual, dict | list | bool) or actual is None:
        return False
    text = actual if isinstance(actual, str) else json.dumps(actual)
    first, *between, last = masked.split(MASK)
    start, end = len(first), len(text) - len(last)
    if start > end or not (text.startswith(first) and text.endswith(last)):
        return False
    for part in between:
        found = text.find(part, start, end)
        if found < 0:
            return False
        start = found + len(part)
    return True


def _has_leaf(value: Any) -> bool:
    return next(_leaves(value), None) is not None


def _leaves(value: Any) -> Iterator[bool]:
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _leaves(item)
    elif value is not None:
        yield True
