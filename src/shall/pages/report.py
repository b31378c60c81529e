"""A run as one HTML page that needs nothing else: no request, no second file.

The page's own policy forbids them, and every script but its own, so that a response body shown in
it cannot do more than be read. Filtering by outcome is done with radio buttons and style rules.
"""

from collections import Counter
from datetime import UTC, datetime

from shall.pages.case import Showing, case_section
from shall.pages.frame import Look, saved
from shall.pages.markup import Html, tag
from shall.pages.matrix_table import matrix_section
from shall.pages.parts import fact, share
from shall.report.wording import (
    Places,
    count_label,
    duration,
    is_bad,
    label,
    outage_line,
    outages_of,
    places_in,
    shown_outcome,
)
from shall.results.records import Outcome, RunResult, RunStatus
from shall.specs.matrix import Matrix

FULL_CASES = 100
"""A run of at most so many cases shows the exchanges of passed steps too."""

TOLD_CASES = 50
"""Failed cases that are shown with their exchanges; the others keep their checks."""


def html_page(
    run: RunResult,
    matrix: Matrix | None = None,
    language: str = "en",
    places: Places | None = None,
    now: datetime | None = None,
) -> str:
    """Write a run, and the coverage matrix if there is one, as one HTML page.

    ``now`` is aware UTC, and where ages are counted from; None: when the run began.
    """
    places = places or places_in(run.cases)
    return saved(
        _verdict(run, language),
        Look(language, now or run.started_at),
        _header(run, language),
        tag(
            "main",
            matrix_section(matrix, language) if matrix else None,
            _cases(run, language, places),
        ),
        tag("footer", f"shall · {label('run_id', language, run_id=run.run_id)}"),
    )


def _header(run: RunResult, language: str) -> Html:
    counts = run.counts()
    pills = [
        tag("span", count_label(it, count, language), class_=f"pill {it.value}")
        for it, count in counts.items()
    ]
    if torn := run.torn:
        pills.append(
            tag("span", label("count.teardowns", language, count=torn), class_="pill error")
        )
    checks = sum(case.checks_executed for case in run.cases)
    started = run.started_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    whole = run.status is RunStatus.COMPLETE
    notice = (
        None if whole else tag("p", label(f"run.{run.status.value}", language), class_="notice")
    )
    return tag(
        "header",
        tag("p", label("title", language), class_="eyebrow"),
        tag("h1", _verdict(run, language)),
        notice,
        *(
            tag(
                "p", outage_line(it, language), " ", label("outage.next", language), class_="notice"
            )
            for it in outages_of(run).values()
        ),
        share({outcome.value: count for outcome, count in counts.items()}),
        tag("ul", *(tag("li", pill) for pill in pills), class_="counts"),
        tag(
            "dl",
            fact(label("started", language), started),
            fact(label("duration", language), duration(run.duration_s)),
            fact(label("checks", language), f"{checks:,}"),
            fact(label("environment", language), run.environment),
            fact(label("run", language), run.run_id),
            class_="facts",
        ),
        class_=f"head {_worst(run).value}",
    )


def _cases(run: RunResult, language: str, places: Places | None) -> Html:
    bad = [case for case in run.cases if is_bad(case)]
    good = [case for case in run.cases if not is_bad(case)]
    full = len(run.cases) <= FULL_CASES
    outages = outages_of(run)
    sections = [
        case_section(case, Showing(language, places or {}, index < TOLD_CASES, outages))
        for index, case in enumerate(bad)
    ]
    showing = Showing(language, places or {}, full)
    sections += [case_section(case, showing) for case in good]
    heading = tag("h2", f"{label('cases', language)} ({len(run.cases)})", id="cases")
    return tag("section", heading, _filter(run, language), *sections, aria_labelledby="cases")


def _filter(run: RunResult, language: str) -> Html:
    counts = Counter(map(shown_outcome, run.cases))
    kinds = [outcome for outcome in Outcome if counts[outcome]]
    if len(kinds) < 2:
        return Html()
    choices = [_choice("all", label("all", language), checked=True)]
    choices += [_choice(it.value, count_label(it, counts[it], language)) for it in kinds]
    legend = tag("legend", label("show", language), class_="unseen")
    return tag("fieldset", legend, *choices, class_="filter")


def _choice(name: str, text: str, *, checked: bool = False) -> Html:
    button = tag(
        "input",
        type="radio",
        name="show",
        id=f"show-{name}",
        checked=checked,
        autocomplete="off",
    )
    return tag("label", button, text)


def _verdict(run: RunResult, language: str) -> str:
    bad = sum(map(is_bad, run.cases))
    if bad:
        return label("some_bad", language, count=bad, total=len(run.cases))
    if run.status is not RunStatus.COMPLETE:
        return label("not_whole", language)
    return label("all_hold" if run.cases else "no_cases", language)


def _worst(run: RunResult) -> Outcome:
    counts = run.counts()
    if counts[Outcome.FAILED]:
        return Outcome.FAILED
    if any(map(is_bad, run.cases)):
        return Outcome.ERROR
    return Outcome.PASSED if run.all_hold and run.cases else Outcome.SKIPPED
