"""What reports say of all the cases of a run, found by reading each case once."""

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from shall.report.case_wording import places_in
from shall.report.wording import Places
from shall.results.listing import CaseLine, line_of
from shall.results.records import (
    CaseResult,
    FlakyCase,
    Outage,
    Repetitions,
    RunResult,
    is_retried,
    is_torn,
    outage_of,
)
from shall.span import Span


class Survey(Struct, frozen=True):
    """The line of each case, in the order of the run, and what ``RunResult`` has of the same name.

    ``places`` are those that ``places_in`` finds. ``retried`` are without steps and teardowns.
    """

    lines: Sequence[CaseLine]
    places: Places
    outages: Sequence[Outage]
    torn: int
    flaky: Sequence[FlakyCase]
    retried: Sequence[CaseResult]


def survey_of(run: RunResult) -> Survey:
    """Read the cases of a run."""
    lines: list[CaseLine] = []
    places: dict[tuple[str, str], Span] = {}
    outages: Counter[tuple[str, str]] = Counter()
    torn = 0
    repetitions = Repetitions()
    retried: list[CaseResult] = []
    for number, case in enumerate(run.cases, start=1):
        line = line_of(case, number)
        lines.append(line)
        places.update(places_in((case,)))
        if line.is_bad:
            torn += is_torn(case)
            if (outage := outage_of(case)) is not None:
                outages[outage] += 1
        if case.repeats:
            repetitions.add(case)
        if is_retried(case):
            retried.append(replace(case, steps=(), teardowns=()))
    found = tuple(Outage(*outage, count) for outage, count in outages.items())
    return Survey(lines, places, found, torn, repetitions.flaky(), retried)
