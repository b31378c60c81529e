"""The summary of a run as a short message: its counts, and what failed first."""

from shall.escaping import one_line
from shall.report.case_wording import case_name
from shall.report.failures import headline
from shall.report.wording import counted, label, verdict
from shall.results.records import CaseResult, Outcome, RunStatus, RunSummary, is_bad

SHOWN = 5
"""Cases that are named."""

_LONGEST = 300
"""Characters of one line."""


def notification(run: RunSummary, title: str, place: str, language: str) -> tuple[str, str]:
    """Return the title and the text for a run; ``place`` is where more of it can be read."""
    bad = run.bad_total
    said = verdict(run.counts(), bad, run.status, language)
    where = f" ({run.environment})" if run.environment else ""
    counts = [counted(run, it, language) for it in Outcome if run.counts()[it]]
    lines = [label("separator", language).join(counts)]
    if run.status is not RunStatus.COMPLETE:
        lines.append(label(f"run.{run.status.value}", language))
    lines += [_line(case, language) for case in run.bad[:SHOWN] if is_bad(case)]
    if bad > SHOWN:
        lines.append(label("more_cases", language, count=bad - SHOWN))
    if place:
        lines.append(place)
    return one_line(f"{title or 'shall'}{where}: {said}"), "\n".join(lines)


def _line(case: CaseResult, language: str) -> str:
    criteria = ", ".join(it.key for it in case.criteria)
    named = f"{case_name(case)} [{criteria}]" if criteria else case_name(case)
    return one_line(f"- {named}: {headline(case, language)}")[:_LONGEST]
