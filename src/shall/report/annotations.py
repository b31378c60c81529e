"""What went wrong in a run as diagnostics, for annotations on the lines of the cases."""

from collections.abc import Iterator

from shall.diagnostics import Diagnostic, Severity
from shall.report.case_wording import case_name, shown_steps, step_title
from shall.report.failures import check_headline, problems_of
from shall.report.wording import BAD, label, message_text
from shall.results.records import CaseResult, Position, RunResult, StepResult, is_bad
from shall.span import Span


def diagnostics_of(run: RunResult) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each check and step that did not pass, in English."""
    for case in run.cases:
        if is_bad(case):
            yield from problems_of([case]) or _of_case(case)


def _of_case(case: CaseResult) -> Iterator[Diagnostic]:
    if case.error is not None:
        yield _diagnostic("case.step-failed", case, case, message_text(case.error, "en"))
    for kind, step in shown_steps(case):
        if step.outcome in BAD:
            yield from _of_step(case, step_title(kind, step, "en"), step)


def _of_step(case: CaseResult, title: str, step: StepResult) -> Iterator[Diagnostic]:
    if step.error is not None:
        yield _diagnostic(
            "case.step-failed", case, step, f"{title}: {message_text(step.error, 'en')}"
        )
    for check in step.checks:
        if check.outcome in BAD:
            text = f"{title}: {check_headline(check, 'en')}"
            yield _diagnostic("case.check-failed", case, check, text)


def _diagnostic(code: str, case: CaseResult, part: object, text: str) -> Diagnostic:
    at = getattr(part, "position", None)
    if not isinstance(at, Position):
        at = case.position if isinstance(case.position, Position) else Position(1)
    verified = ", ".join(criterion.key for criterion in case.criteria)
    hint = f"{label('verifies', 'en', keys=verified).capitalize()}." if verified else ""
    message = f"{case_name(case)}: {text.removesuffix('.')}"
    return Diagnostic(
        code, Severity.ERROR, message + ".", Span(case.case_key, at.line, at.column), hint=hint
    )
