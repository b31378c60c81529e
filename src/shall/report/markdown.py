"""A run as Markdown, for the summary of a CI job or a comment: what failed comes first."""

import html
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from shall.escaping import one_line
from shall.report.case_wording import (
    case_name,
    flaky_line,
    outage_line,
    retried_line,
    shown_outcome,
)
from shall.report.failures import case_text
from shall.report.survey import survey_of
from shall.report.wording import count_label, duration, label, outages_of, verdict
from shall.results.listing import CaseLine
from shall.results.records import CaseResult, Outcome, RunResult, RunStatus, outage_of

SHOWN_FAILURES = 50
"""Cases that are shown in full: a job's summary on GitHub may have 1 MiB."""

LISTED_CASES = 500

_LONGEST = 10_000
"""Characters that are shown of one case."""

_MARKUP = re.compile(r"([\\`*_\[\]#|~<>&@])")


def markdown(run: RunResult, language: str = "en") -> str:
    """Write a run as Markdown. Foreign text cannot become markup, a link or a mention."""
    survey = survey_of(run)
    outages = outages_of(survey)
    bad = [line for line in survey.lines if line.is_bad]
    alone_total = len(bad) - sum(it.count for it in outages.values())
    counted = Counter(line.outcome for line in survey.lines)
    counts = {outcome: counted[outcome] for outcome in Outcome}
    lines = [
        f"## {verdict(counts, len(bad), run.status, language)}",
        "",
        _counts(counts, run.duration_s, language),
        "",
    ]
    if run.status is not RunStatus.COMPLETE:
        lines += [label(f"run.{run.status.value}", language), ""]
    if run.left_out:
        lines += [plain(label("only", language, count=run.left_out)), ""]
    for outage in outages.values():
        lines += [f"- {plain(outage_line(outage, language))}", ""]
    unsteady = [flaky_line(it, language) for it in survey.flaky[:SHOWN_FAILURES]]
    unsteady += [retried_line(it, language) for it in survey.retried[:SHOWN_FAILURES]]
    lines += [*(f"- {plain(it)}" for it in unsteady), ""] if unsteady else []
    cases = (run.cases[line.number - 1] for line in bad) if alone_total else iter(())
    alone = (case for case in cases if outage_of(case) not in outages)
    for case in islice(alone, SHOWN_FAILURES):
        lines += [*_failure(case, language), ""]
    if alone_total > SHOWN_FAILURES:
        lines += [label("more_cases", language, count=alone_total - SHOWN_FAILURES), ""]
    return "\n".join([*lines, *_table(run, survey.lines, language)])


def _counts(counts: Mapping[Outcome, int], duration_s: float, language: str) -> str:
    texts = (count_label(outcome, count, language) for outcome, count in counts.items())
    return label(
        "counts",
        language,
        counts=label("separator", language).join(texts),
        took=label("took", language, duration=duration(duration_s)),
    )


def _failure(case: CaseResult, language: str) -> Iterator[str]:
    text = case_text(case, language)
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]}\n..."
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    yield f"### {plain(case_name(case))}"
    yield ""
    yield f"{fence}text"
    yield text
    yield fence


def _table(run: RunResult, lines: Sequence[CaseLine], language: str) -> Iterator[str]:
    if not lines:
        return
    names = [label(it, language) for it in ("outcome", "cases", "duration", "criterion")]
    yield "<details><summary>" + html.escape(f"{names[1]} ({len(lines)})") + "</summary>"
    yield ""
    yield f"| {' | '.join(names)} |"
    yield "| --- | --- | ---: | --- |"
    ordered = sorted(lines, key=lambda it: not it.is_bad)
    for case in (run.cases[it.number - 1] for it in ordered[:LISTED_CASES]):
        keys = ", ".join(criterion.key for criterion in case.criteria)
        word = label(f"outcome.{shown_outcome(case).value}", language)
        cells = (word, f"{case_name(case)} ({case.case_key})", duration(case.duration_s), keys)
        yield f"| {' | '.join(map(plain, cells))} |"
    if len(ordered) > LISTED_CASES:
        more = len(ordered) - LISTED_CASES
        yield f"| | {label('more_cases', language, count=more)} | | |"
    yield ""
    yield "</details>"
    yield ""


def plain(text: str) -> str:
    """Escape what Markdown or HTML would read as markup, and what GitHub links."""
    return _MARKUP.sub(r"\\\1", one_line(text)).replace("\\<", "&lt;").replace("\\&", "&amp;")
