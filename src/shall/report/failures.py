"""What went wrong in a run, each part with its line in the file."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import UNSET
from msgspec.structs import replace

from shall.escaping import one_line
from shall.messages import Message, translated
from shall.redaction.forms import MASK
from shall.report.case_wording import (
    case_name,
    first_bad_path,
    flaky_line,
    outage_line,
    place_of,
    places_in,
    redirect_lines,
    request_line,
    response_lines,
    retried_line,
    shown_outcome,
    shown_steps,
    step_title,
)
from shall.report.columns import SHOWN_LENGTH, cut
from shall.report.style import BOLD, DIM, PAINT, Style
from shall.report.values import check_message, check_title, difference, has_expected, value_pair
from shall.report.wording import BAD, Places, label, message_text, outages_of
from shall.results.records import (
    CaseResult,
    CheckResult,
    Outage,
    Outcome,
    Position,
    RunResult,
    RunSummary,
    StepResult,
    outage_of,
)

if TYPE_CHECKING:
    from shall.diagnostics import Diagnostic

SHOWN_CASES = 20
"""Cases that are shown in full; a run in which everything fails stays readable."""

NAMED_CASES = 5
"""Cases that are named of those that could not reach one service."""


def failure_lines(run: RunResult | RunSummary, style: Style) -> list[str]:
    """Return what went wrong in a run: its cases, the services out of reach, what was skipped."""
    style = replace(style, places=style.places or places_in(run.bad))
    outages = outages_of(run)
    alone = [case for case in run.bad if outage_of(case) not in outages]
    lines: list[str] = []
    for case in alone[:SHOWN_CASES]:
        lines += [*_case_lines(case, style), ""]
    for found, outage in outages.items():
        cases = [case for case in run.bad if outage_of(case) == found]
        lines += [*_outage_lines(outage, cases, style), ""]
    skipped = _skipped_lines(run.skipped[:SHOWN_CASES], style)
    lines += [*skipped, ""] if skipped else []
    unsteady = _unsteady_lines(run, style)
    lines += [*unsteady, ""] if unsteady else []
    shown = min(len(alone), SHOWN_CASES) + sum(it.count for it in outages.values())
    if run.bad_total > shown:
        lines += [label("more_cases", style.language, count=run.bad_total - shown), ""]
    return lines


def case_text(
    case: CaseResult,
    language: str = "en",
    places: Places | None = None,
    sources: Mapping[str, str] | None = None,
) -> str:
    """Return what went wrong in one case, without colours; failed requests as curl commands too."""
    places = places or places_in((case,))
    style = Style(language, places=places, sources=sources or {}, verbose=True)
    return "\n".join(_case_lines(case, style))


def headline(case: CaseResult, language: str = "en") -> str:
    """Return in one line what went wrong first in a case; empty where nothing did."""
    for problem in problems_of([case]):
        return one_line(f"{problem.span}: {translated(problem.message, language)}")
    for _, step in shown_steps(case):
        if step.outcome not in BAD:
            continue
        if step.error is not None:
            return one_line(f"{step.id}: {message_text(step.error, language)}")
        for check in step.checks:
            if check.outcome in BAD:
                return one_line(f"{step.id}: {check_headline(check, language)}")
    return one_line(message_text(case.error, language)) if case.error is not None else ""


def check_headline(check: CheckResult, language: str) -> str:
    """Return in one line what a check expected and found."""
    title = check_title(check, language)
    if message := check_message(check, language):
        return f"{title}: {message}"
    expected, actual = value_pair(check, language, SHOWN_LENGTH)
    actual = f"{label('actual', language)} {actual}"
    if not has_expected(check):
        return f"{title}: {actual}"
    return f"{title}: {label('expected', language)} {expected}, {actual}"


def problems_of(cases: Iterable[CaseResult]) -> "list[Diagnostic]":
    """Return the problems of the files among these cases that cannot be read."""
    from shall.diagnostics.diagnostic import from_json  # few files are wrong, as below

    return [from_json(data) for case in cases for data in case.problems or ()]


def files_of(cases: Iterable[CaseResult]) -> Iterator[str]:
    """Yield the files that the summary shows lines of, where their texts are known."""
    for case in cases:
        if outage_of(case) is None:
            yield case.case_key
            yield from (it.span.file for it in problems_of([case]) if it.span is not None)


def _skipped_lines(cases: Iterable[CaseResult], style: Style) -> list[str]:
    """Return a line for each case that says itself why it is skipped."""
    word = style.paint(label("outcome.skipped", style.language).upper(), PAINT[Outcome.SKIPPED])
    return [
        f"{word}  {style.line(0, _skip_reason(case, case.error, style))}"
        for case in cases
        if case.error is not None and case.error.code in _SKIPS
    ]


def _unsteady_lines(run: RunResult | RunSummary, style: Style) -> list[str]:
    """Return a line for each case that passed in some repetitions only, or after a retry."""
    found = [("flaky", flaky_line(it, style.language)) for it in run.flaky[:SHOWN_CASES]]
    found += [("retried", retried_line(it, style.language)) for it in run.retried[:SHOWN_CASES]]
    return [
        f"{style.paint(label(f'outcome.{kind}', style.language).upper(), PAINT[Outcome.SKIPPED])}"
        f"  {style.line(0, sentence)}"
        for kind, sentence in found
    ]


def _skip_reason(case: CaseResult, error: Message, style: Style) -> str:
    reason = message_text(error, style.language)
    return label("skipped_case", style.language, case=case_name(case), reason=reason)


_SKIPS = frozenset({"case.skipped", "case.draft", "case.needs", "unit.skipped"})


def _case_lines(case: CaseResult, style: Style) -> Iterator[str]:
    outcome = shown_outcome(case)
    kind = outcome.value if outcome is case.outcome else "torn"
    word = label(f"outcome.{kind}", style.language).upper()
    name = style.paint(one_line(case_name(case)), BOLD)
    yield f"{style.paint(word, PAINT[outcome])}  {name}"
    if problems := problems_of([case]):
        from shall.diagnostics.terminal import terminal

        for text in terminal(problems, style.sources, style.language).splitlines():
            yield style.line(2, text) if text else ""
        return
    path = first_bad_path(case)
    place = place_of(style.places, case.case_key, path)
    yield style.line(2, str(place) if place else f"{case.case_key} {path}".rstrip())
    if case.criteria:
        keys = ", ".join(criterion.key for criterion in case.criteria)
        yield style.line(2, label("verifies", style.language, keys=keys))
    if case.error is not None:
        yield from _excerpt_lines(2, case.case_key, case, style)
        for text in message_text(case.error, style.language).splitlines():
            yield style.line(2, text, PAINT[Outcome.ERROR])
    yield from _bad_steps(case, style)
    if case.seed is not UNSET:
        yield style.line(2, label("seed", style.language, seed=case.seed), DIM)


def _bad_steps(case: CaseResult, style: Style) -> Iterator[str]:
    for kind, step in shown_steps(case):
        if step.outcome in BAD:
            yield from _step_lines(kind, step, case.case_key, style)
    if outage_of(case) is not None:
        yield style.line(2, label("outage.next", style.language))


def _outage_lines(outage: Outage, cases: Sequence[CaseResult], style: Style) -> Iterator[str]:
    word = label("outcome.error", style.language).upper()
    sentence = style.paint(one_line(outage_line(outage, style.language)), BOLD)
    yield f"{style.paint(word, PAINT[Outcome.ERROR])}  {sentence}"
    yield style.line(2, label("outage.next", style.language))
    for case in cases[:NAMED_CASES]:
        place = place_of(style.places, case.case_key, first_bad_path(case)) or case.case_key
        yield style.line(2, f"{place}  {case_name(case)}")
    if outage.count > NAMED_CASES:
        more = outage.count - NAMED_CASES
        yield style.line(2, label("outage.more", style.language, count=more))


def _step_lines(kind: str, step: StepResult, file: str, style: Style) -> Iterator[str]:
    sent = request_line(step, style.language)
    title = step_title(kind, step, style.language)
    yield style.line(2, f"{title}: {sent}" if sent else title)
    for redirect in redirect_lines(step):
        yield style.line(4, redirect)
    yield from _command_lines(step, style)
    if step.error is not None:
        yield from _excerpt_lines(4, file, step, style)
        yield style.line(4, message_text(step.error, style.language), PAINT[Outcome.ERROR])
    for check in step.checks:
        if check.outcome in BAD:
            yield from _check_lines(check, file, style)
    if lines := response_lines(step):
        yield style.line(4, label("response", style.language))
        for line in lines:
            yield style.line(6, cut(line, max(style.width - 6, 40)), DIM)


def _command_lines(step: StepResult, style: Style) -> Iterator[str]:
    if style.verbose:
        from shall.report.curl import curl_of  # only where it is asked for

        if command := curl_of(step):
            yield f"    {style.paint(command, DIM)}"  # whole, to be copied; quoted already


def _check_lines(check: CheckResult, file: str, style: Style) -> Iterator[str]:
    yield style.line(4, check_title(check, style.language))
    yield from _excerpt_lines(6, file, check, style)
    if message := check_message(check, style.language):
        yield style.line(6, message, PAINT[check.outcome])
    words = [label("expected", style.language), label("actual", style.language)]
    longest = max(map(len, words))
    room = max(style.width - 8 - longest, 40)
    if lines := difference(check, room):
        yield style.line(6, f"- {words[0]}, + {words[1]}")
        codes = {"-": PAINT[Outcome.PASSED], "+": PAINT[Outcome.FAILED]}
        for line in lines:
            yield style.line(6, line, codes.get(line[0], ""))
        return
    expected, actual = value_pair(check, style.language, room)
    if has_expected(check):
        yield f"      {words[0].ljust(longest)}  {style.paint(expected, PAINT[Outcome.PASSED])}"
    yield f"      {words[1].ljust(longest)}  {style.paint(actual, PAINT[Outcome.FAILED])}"


def _excerpt_lines(
    indent: int, file: str, part: CaseResult | StepResult | CheckResult, style: Style
) -> Iterator[str]:
    """Show where a part of a case is written, unless the line may hold what was masked."""
    at = part.position
    lines = style.sources.get(file, "").splitlines()
    if not isinstance(at, Position) or at.line > len(lines) or MASK in repr(part):
        return
    if text := lines[at.line - 1]:
        from shall.diagnostics.terminal import excerpt

        margin = " " * len(str(at.line))
        line, caret = excerpt(text, at.column)
        yield f"{' ' * indent}{style.paint(f'{at.line} | {line}', DIM)}"
        yield f"{' ' * indent}{style.paint(f'{margin} | {caret}', DIM)}"
