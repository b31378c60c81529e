"""A run as one HTML page that needs nothing else: no request, no second file.

The page's own policy forbids them, and every script but its own, so that a response body shown in
it cannot do more than be read. Filtering by outcome is done with radio buttons and style rules.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from shall.pages.case import Showing, case_section
from shall.pages.frame import Look, saved
from shall.pages.groups import Group, counted, grouped, groups_section
from shall.pages.markup import Html, joined, tag
from shall.pages.matrix_table import matrix_section
from shall.pages.run_parts import Known, by_group, group_heading, run_head, verdict
from shall.pages.timeline import timeline
from shall.pages.unsteady import slow_section, unsteady_section
from shall.report.wording import Places, count_label, label, outages_of, places_in
from shall.results.listing import CaseLine, RunLine, counts_of, lines_of
from shall.results.records import CaseResult, Outcome, RunResult
from shall.specs.export import requirement_text
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
    *,
    note: str = "",
) -> str:
    """Write a run, and the coverage matrix if there is one, as one HTML page.

    ``now`` is aware UTC, and where ages are counted from; None: when the run began. ``note`` is a
    sentence about the matrix: of which time it is, or why there is none.
    """
    lines = lines_of(run)
    look = Look(language, now or run.started_at)
    line = run_line(run, lines)
    groups = grouped(counted(lines))
    outages = outages_of(run)
    known = Known(
        tuple(outages.values()),
        run.torn,
        sum(case.checks_executed for case in run.cases),
        run.left_out or 0,
    )
    showing = Showing(
        language,
        places or places_in(run.cases),
        outages=outages,
        links=look.links,
        texts=_texts(matrix, language),
    )
    return saved(
        verdict(line, language),
        look,
        run_head(line, look, known),
        tag(
            "main",
            groups_section(groups, look.links, run.run_id, language),
            _matrix(matrix, note, language),
            unsteady_section(run, language),
            timeline(lines, len(lines), run.started_at, run.run_id, look.links, language),
            slow_section(lines, run.run_id, look),
            _cases(run, lines, groups, showing),
        ),
        tag("footer", f"shall · {label('run_id', language, run_id=run.run_id)}"),
    )


def run_line(run: RunResult, lines: Sequence[CaseLine]) -> RunLine:
    """Return the line of a run whose cases are at hand."""
    commit = run.shard.commit if run.shard else ""
    return RunLine(
        run.run_id,
        run.started_at,
        run.status,
        len(run.cases),
        counts_of(lines).outcomes,
        run.duration_s,
        run.environment,
        commit or None,
    )


def _texts(matrix: Matrix | None, language: str) -> Mapping[str, str]:
    if matrix is None:
        return {}
    return {row.criterion.key: requirement_text(row, language) for row in matrix.rows}


def _matrix(matrix: Matrix | None, note: str, language: str) -> Html:
    told = tag("p", note, class_="traced soft") if note else None
    return joined(told, None if matrix is None else matrix_section(matrix, language))


def _cases(
    run: RunResult, lines: Sequence[CaseLine], groups: Sequence[Group], showing: Showing
) -> Html:
    bad = [line for line in lines if line.is_bad]
    good = [line for line in lines if not line.is_bad]
    rows = _bad_rows(run.cases, bad, groups, showing)
    passed = replace(showing, exchanges=len(run.cases) <= FULL_CASES)
    rows += [case_section(run.cases[it.number - 1], it.number, passed) for it in good]
    language = showing.language
    heading = tag("h2", f"{label('cases', language)} ({len(run.cases)})", id="cases")
    counts = Counter(line.shown_outcome for line in lines)
    return tag("section", heading, _filter(counts, language), *rows, aria_labelledby="cases")


def _bad_rows(
    cases: Sequence[CaseResult], bad: Sequence[CaseLine], groups: Sequence[Group], showing: Showing
) -> list[Html]:
    rows: list[Html] = []
    told = 0
    for group, members in by_group(bad, groups):
        if group is not None and group.count > 1:
            rows.append(group_heading(group, showing.language))
        for line in members:
            given = replace(showing, exchanges=told < TOLD_CASES)
            rows.append(case_section(cases[line.number - 1], line.number, given))
            told += 1
    return rows


def _filter(counts: Mapping[Outcome, int], language: str) -> Html:
    kinds = [outcome for outcome in Outcome if counts.get(outcome)]
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
        value="" if name == "all" else name,
        checked=checked,
        autocomplete="off",
        data_column="0",
    )
    return tag("label", button, text)
