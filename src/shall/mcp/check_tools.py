"""Tools that check requirements and changes: the gate, the impact of a change, the lint rules."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

from mcp_types import ToolAnnotations
from pydantic import Field

from shall.actions.gate import check_gate as gate_of
from shall.actions.impact import Impact, impact_of, impact_since
from shall.actions.lint import LintReport
from shall.actions.lint import lint_specs as lint_report
from shall.actions.requirements import read_specs
from shall.actions.session import Session
from shall.actions.specs import find_feature
from shall.diagnostics import Diagnostic, Severity
from shall.errors import BadValue
from shall.mcp.arguments import WorkspaceName
from shall.mcp.matrix_reply import ROWS_BYTES, fitting, wire_bytes
from shall.mcp.pages import check_offset, page
from shall.mcp.shorten import cut, cut_sentences
from shall.specs.export import floored_percent
from shall.specs.gate import Gate, Judged, Verdict
from shall.workspace.workspace import Workspace

_FINDINGS = 5
_MOST_FINDINGS = 100
_LINE_LENGTH = 200
_REASONS = 3
_WORST_FIRST = (Verdict.UNKNOWN, Verdict.FAILED)
_ROOM_FOR_RULES = 1000


async def check_gate(
    session: Session,
    limit: Annotated[int, Field(description="most findings of each rule")] = _FINDINGS,
    workspace: WorkspaceName = None,
) -> dict[str, Any]:
    """Judge the rules that the coverage must satisfy; those that do not hold come with findings."""
    if not 0 <= limit <= _MOST_FINDINGS:
        raise BadValue(f"limit is {limit}; it must be 0 to {_MOST_FINDINGS}.")
    return await session.workers.call(_judged, session.workspace(workspace), limit)


def _judged(space: Workspace, limit: int) -> dict[str, Any]:
    gate = gate_of(space)
    bad = [it for verdict in _WORST_FIRST for it in gate.judged if it.verdict is verdict]
    answer: dict[str, Any] = {
        "verdict": gate.verdict.value,
        "proved_percent": floored_percent(gate.matrix),
        "rules_passed": len(gate.judged) - len(bad),
        "rules": [],
    }
    answer |= _since(gate)
    if gate.notes:
        answer["notes"] = [cut(note, _LINE_LENGTH) for note in gate.notes[:3]]
    room = ROWS_BYTES - wire_bytes(answer)
    rules = [_rule(it, limit) for it in bad]
    while limit and wire_bytes(rules) > room:  # each rule before many findings of one
        limit -= 1
        rules = [_rule(it, limit) for it in bad]
    answer["rules"] = list(fitting(rules, room))
    if len(answer["rules"]) < len(rules):
        answer["more_rules"] = len(rules) - len(answer["rules"])
    return answer


def _rule(judged: Judged, limit: int) -> dict[str, Any]:
    shown = [cut(str(found), _LINE_LENGTH) for found in judged.findings[:limit]]
    rule: dict[str, Any] = {
        "rule": cut(judged.rule, _LINE_LENGTH),
        "verdict": judged.verdict.value,
        "message": cut(judged.message, _LINE_LENGTH),
    }
    if shown:
        rule["findings"] = shown
    if len(judged.findings) > len(shown):
        rule["more_findings"] = len(judged.findings) - len(shown)
    return rule


def _since(gate: Gate) -> dict[str, Any]:
    """Return how many criteria changed since the baseline, by what happened."""
    counts: dict[str, int] = {}
    for change in gate.changes:
        counts[change.kind.value] = counts.get(change.kind.value, 0) + 1
    return {"changes": counts} if counts else {}


async def analyze_impact(
    session: Session,
    paths: Annotated[list[str] | None, Field(description="files of the workspace")] = None,
    criteria: Annotated[list[str] | None, Field(description="keys, such as auth#1.2")] = None,
    since: Annotated[
        str | None, Field(description="a commit, branch or tag; default without names: HEAD")
    ] = None,
    offset: int = 0,
    workspace: WorkspaceName = None,
) -> dict[str, Any]:
    """Report which criteria, cases and tests a change, files or criteria touch."""
    check_offset(offset)
    names = (tuple(paths or ()), tuple(criteria or ()))
    if since is not None and any(names):
        raise BadValue("Pass paths and criteria, or since, not both.")
    space = session.workspace(workspace)
    return await session.workers.call(_impact, space, names, since or "HEAD", offset)


def _impact(
    space: Workspace, names: tuple[Sequence[str], Sequence[str]], since: str, offset: int
) -> dict[str, Any]:
    paths, criteria = names
    for path in paths:
        if not space.files.is_file(space.files.relative(path)):
            raise BadValue(
                f"There is no file {path}.", hint="Pass since for a file that was deleted."
            )
    impact = impact_of(space, [*paths, *criteria]) if paths or criteria else None
    impact = impact or impact_since(space, since)
    counts = {
        "criteria": len(impact.criteria),
        "tasks": len(impact.tasks),
        "cases": len(impact.cases),
        "tests": len(impact.tests),
        "unlinked": len(impact.unlinked),
    }
    answer = page("touched", list(_touched(impact)), offset)
    if impact.unlinked:
        answer["note"] = "Nothing says what the unlinked files affect: run everything."
    return {"counts": counts, **answer}


def _touched(impact: Impact) -> Iterator[dict[str, Any]]:
    for it in impact.criteria:
        reasons = [cut(reason, _LINE_LENGTH) for reason in it.reasons[:_REASONS]]
        if len(it.reasons) > _REASONS:
            reasons.append(f"and {len(it.reasons) - _REASONS} more")
        yield {"criterion": it.key, "place": it.place, "reasons": reasons}
    yield from ({"task": it.title, "place": it.place, "is_done": it.is_done} for it in impact.tasks)
    yield from ({"case": it} for it in impact.cases)
    yield from ({"test": it} for it in impact.tests)
    yield from ({"unlinked": it} for it in impact.unlinked)


async def lint_specs(
    session: Session,
    feature: Annotated[str | None, Field(description="only this feature")] = None,
    severity: Annotated[
        Literal["error", "warning", "info"], Field(description="the least serious ones to list")
    ] = "info",
    rule: Annotated[str | None, Field(description="only this rule, such as S101")] = None,
    offset: int = 0,
    workspace: WorkspaceName = None,
) -> dict[str, Any]:
    """Check how requirements are written: counts by rule, then the findings, worst first."""
    check_offset(offset)
    space = session.workspace(workspace)
    return await session.workers.call(_linted, space, feature, Severity(severity), rule, offset)


def _linted(
    space: Workspace, feature: str | None, least: Severity, rule: str | None, offset: int
) -> dict[str, Any]:
    paths: Sequence[str] = ()
    if feature is not None:
        paths = [it.file for it in find_feature(read_specs(space), feature)]
    report = lint_report(space, paths)
    rules = _counted(report)
    listed = report.of_severity(least)
    found = [*listed.unreadable, *_worst_first(listed.findings)]
    if rule is not None:
        found = [it for it in found if it.code == rule]
        if not found and rule not in report.by_rule():
            raise BadValue(
                f"{rule} found nothing here, or is not a rule.",
                hint=f"Rules with findings: {', '.join(report.by_rule()) or 'none'}.",
            )
    items = [_finding(it) for it in found]
    answer = {
        "documents": report.documents,
        "criteria": report.criteria,
        "counts": {it.value: report.count(it) for it in Severity},
        "rules": rules,
        **page("findings", items, offset, ROWS_BYTES - wire_bytes(rules)),
    }
    if report.unread:
        answer["unread"] = len(report.unread)
    return answer


def _counted(report: LintReport) -> dict[str, int]:
    """Return the number of findings of the most frequent rules, as many as leave room for them."""
    counts = dict(report.by_rule())
    while wire_bytes(counts) > _ROOM_FOR_RULES:
        counts.popitem()
    return counts


def _worst_first(found: Sequence[Diagnostic]) -> list[Diagnostic]:
    order = list(Severity)
    return sorted(found, key=lambda it: order.index(it.severity))


def _finding(found: Diagnostic) -> dict[str, Any]:
    shown = {
        "rule": found.code,
        "severity": found.severity.value,
        "place": f"{found.span.file}:{found.span.line}" if found.span else "",
        "message": cut_sentences(found.text, _LINE_LENGTH),
    }
    return {**shown, "fixable": True} if found.fix is not None else shown


TOOLS = {
    check_gate: ToolAnnotations(title="Verdict of the gate", read_only_hint=True),
    analyze_impact: ToolAnnotations(title="What a change touches", read_only_hint=True),
    lint_specs: ToolAnnotations(title="How requirements are written", read_only_hint=True),
}
