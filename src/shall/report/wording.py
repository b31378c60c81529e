"""The words of reports: labels, messages and durations, in the reader's language."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from shall.escaping import block
from shall.messages import Message, render
from shall.results.records import Outage, Outcome, RunResult, RunStatus, RunSummary

if TYPE_CHECKING:
    from shall.report.survey import Survey
    from shall.span import Span

Places = Mapping[tuple[str, str], "Span"]
"""Where each part of a case is: (case key, path such as ``steps[0].assert[1]``) to place."""

BAD = frozenset({Outcome.FAILED, Outcome.ERROR})


def label(name: str, language: str, **params: Any) -> str:
    """Return one of the reports' own texts: ``label("expected", "en")``."""
    return render(Message(f"report.{name}", params), language) if params else _word(name, language)


@cache
def _word(name: str, language: str) -> str:
    return render(Message(f"report.{name}"), language)


def message_text(message: Message, language: str) -> str:
    """Return a message's text; an unknown one is shown as its code and data."""
    try:
        text = render(message, language)
    except (KeyError, IndexError, ValueError):
        params = ", ".join(f"{key}={value}" for key, value in message.params.items())
        text = f"{message.code} ({params})" if params else message.code
    return block(text)


def verdict(outcomes: Mapping[Outcome, int], bad: int, status: RunStatus, language: str) -> str:
    """Return what a run says as a whole; ``bad`` cases did not pass, or their teardown did not."""
    total = sum(outcomes.values())
    if bad:
        return label("some_bad", language, count=bad, total=total)
    if status is not RunStatus.COMPLETE:
        return label("not_whole", language)
    passed = outcomes.get(Outcome.PASSED, 0)
    if not passed:
        return label("no_cases", language)
    return label("all_hold" if passed == total else "others_skipped", language)


def counted(run: RunResult | RunSummary, outcome: Outcome, language: str) -> str:
    """Return how many cases ended so: ``3 passed``."""
    return count_label(outcome, run.counts()[outcome], language)


def count_label(outcome: Outcome, count: int, language: str) -> str:
    """Return a number of cases with an outcome: ``1 error``."""
    return label(f"count.{outcome.value}", language, count=count)


def duration(seconds: float) -> str:
    """Return a length of time as a person says it: ``12 ms``, ``0.42 s``, ``2 min 05 s``."""
    if 0 < seconds < 0.0005:
        return "< 1 ms"
    if seconds < 0.1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 59.995:
        return f"{seconds:.2f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"


def outages_of(run: "RunResult | RunSummary | Survey") -> dict[tuple[str, str], Outage]:
    """Return the services that several cases could not reach, by address and reason."""
    return {(it.address, it.why): it for it in run.outages if it.count > 1}
