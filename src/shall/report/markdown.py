"""A run as Markdown, for the summary of a CI job or a comment: what failed comes first."""

import html
import re
from collections.abc import Iterator

from shall.escaping import one_line
from shall.report.case_wording import (
    case_name,
    flaky_line,
    outage_line,
    retried_line,
    shown_outcome,
)
from shall.report.failures import case_text
from shall.report.wording import counted, duration, label, outages_of, verdict
from shall.results.records import CaseResult, Outcome, RunResult, RunStatus, is_bad, outage_of

SHOWN_FAILURES = 50
"""Cases that are shown in full: a job's summary on GitHub may have 1 MiB."""

LISTED_CASES = 500

_LONGEST = 10_000
"""Characters that are shown of one case."""

_MARKUP = re.compile(r"([\\`*_\[\]#|~<>&@])")


def markdown(run: RunResult, language: str = "en") -> str:
    """Write a run as Markdown. Foreign text cannot become markup, a link or a mention."""
    outages = outages_of(run)
    bad = [case for case in run.cases if is_bad(case)]
    alone = [case for case in bad if outage_of(case) not in outages]
    lines = [
        f"## {verdict(run.counts(), len(bad), run.status, language)}",
        "",
        _counts(run, language),
        "",
    ]
    if run.status is not RunStatus.COMPLETE:
        lines += [label(f"run.{run.status.value}", language), ""]
    if run.left_out:
        lines += [plain(label("only", language, count=run.left_out)), ""]
    for outage in outages.values():
        lines += [f"- {plain(outage_line(outage, language))}", ""]
    unsteady = [flaky_line(it, language) for it in run.flaky[:SHOWN_FAILURES]]
    unsteady += [retried_line(it, language) for it in run.retried[:SHOWN_FAILURES]]
    lines += [*(f"- {plain(it)}" for it in unsteady), ""] if unsteady else []
    for case in alone[:SHOWN_FAILURES]:
        lines += [*_failure(case, language), ""]
    if len(alone) > SHOWN_FAILURES:
        lines += [label("more_cases", language, count=len(alone) - SHOWN_FAILURES), ""]
    return "\n".join([*lines, *_table(run, language)])


def _counts(run: RunResult, language: str) -> str:
    counts = label("separator", language).join(counted(run, it, language) for it in Outcome)
    return label(
        "counts",
        language,
        counts=counts,
        took=label("took", language, duration=duration(run.duration_s)),
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


def _table(run: RunResult, language: str) -> Iterator[str]:
    if not run.cases:
        return
    names = [label(it, language) for it in ("outcome", "cases", "duration", "criterion")]
    yield "<details><summary>" + html.escape(f"{names[1]} ({len(run.cases)})") + "</summary>"
    yield ""
    yield f"| {' | '.join(names)} |"
    yield "| --- | --- | ---: | --- |"
    ordered = sorted(run.cases, key=lambda it: not is_bad(it))
    for case in ordered[:LISTED_CASES]:
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
