"""A run as one HTML page that needs nothing else: no request, no second file.

The page's own policy forbids them, and every script but its own, so that a response body shown in
it cannot do more than be read. Filtering by outcome is done with radio buttons and style rules.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from shall.pages.case import Showing, case_section
from shall.pages.frame import Body, Look, saved
from shall.pages.groups import Group, counted, grouped, groups_section
from shall.pages.links import PAGE_LENGTH
from shall.pages.markup import Content, Html, tag, wrapped
from shall.pages.run_index import FORM, OUTCOMES, searched_cases
from shall.pages.run_parts import Known, by_group, group_heading, run_head, verdict
from shall.pages.timeline import timeline
from shall.pages.unsteady import slow_section, unsteady_section
from shall.report.survey import Survey, survey_of
from shall.report.wording import Places, count_label, label, outages_of
from shall.results.listing import CaseLine, RunLine, counts_of
from shall.results.records import CaseResult, Outcome, RunResult

if TYPE_CHECKING:
    from shall.pages.api_coverage import ApiCoverage
    from shall.specs.matrix import Matrix

FULL_CASES = 100
"""A run of at most so many cases shows the exchanges of passed steps too."""

DETAILED_CASES = 50
"""Failed cases that are shown with their exchanges; the others keep their checks."""

MOST_BAD = 1_000
"""Failed cases that are shown with their checks; the others are lines of the index."""


class Beside(Struct, frozen=True):
    """What a file of a run shows beside it: the matrix, and a sentence about it.

    ``texts`` are those of criteria where the matrix is another file. ``places`` are those of parts
    of the cases; None: what the results say. ``api`` is what the run touched of OpenAPI documents.
    """

    matrix: "Matrix | None" = None
    note: str = ""
    texts: Mapping[str, str] = {}
    places: Places | None = None
    api: "Sequence[ApiCoverage]" = ()


def run_file(run: RunResult, look: Look, beside: Beside) -> str:
    """Write a run as a file; its links are those of ``look``."""
    body = run_body(run, look, beside)
    return saved(body.title, look, *body.content, here="runs")


def run_body(run: RunResult, look: Look, beside: Beside, survey: Survey | None = None) -> Body:
    """Make what the file of a run shows; ``survey`` is that of the run, if it was made."""
    language = look.language
    survey = survey or survey_of(run)
    lines = survey.lines
    line = run_line(run, lines)
    groups = grouped(counted(lines))
    outages = outages_of(survey)
    known = Known(
        tuple(outages.values()),
        survey.torn,
        sum(line.checks_executed for line in lines),
        run.left_out or 0,
    )
    showing = Showing(
        language,
        survey.places if beside.places is None else beside.places,
        outages=outages,
        links=look.links,
        texts=beside.texts,
    )
    content = (
        run_head(line, look, known, _matrix_link(beside, language)),
        *wrapped(
            "main",
            groups_section(groups, look.links, run.run_id, language),
            unsteady_section(survey, language),
            timeline(lines, len(lines), run.started_at, run.run_id, look.links, language),
            slow_section(lines, run.run_id, look),
            *_cases(run, lines, groups, showing),
            _api_section(beside, language),
            _matrix_section(beside, look),
        ),
        tag("footer", f"shall · {label('run_id', language, run_id=run.run_id)}"),
    )
    return Body(verdict(line, language), look, content)


def _matrix_link(beside: Beside, language: str) -> Html:
    if beside.matrix is None:
        return Html()
    from shall.pages.run_matrix import matrix_link  # many reports have no matrix

    return matrix_link(beside.matrix, language)


def _matrix_section(beside: Beside, look: Look) -> Html:
    if beside.matrix is None and not beside.note:
        return Html()
    from shall.pages.run_matrix import matrix_section  # as above

    return matrix_section(beside.matrix, beside.note, look)


def _api_section(beside: Beside, language: str) -> Html:
    if not beside.api:
        return Html()
    from shall.pages.api_coverage import api_section  # few projects have a document

    return api_section(beside.api, language)


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


def criterion_texts(matrix: "Matrix | None", language: str) -> Mapping[str, str]:
    """Return the texts of the criteria of a matrix by their key."""
    if matrix is None:
        return {}
    from shall.specs.export import requirement_text  # as above

    return {row.criterion.key: requirement_text(row, language) for row in matrix.rows}


def _cases(
    run: RunResult, lines: Sequence[CaseLine], groups: Sequence[Group], showing: Showing
) -> tuple[Content, ...]:
    bad = _in_order([line for line in lines if line.is_bad], groups)
    good = [line for line in lines if not line.is_bad]
    shown = good[: max(PAGE_LENGTH - len(bad), 0)]
    rows = _bad_rows(run.cases, bad[:MOST_BAD], groups, showing)
    passed = replace(showing, exchanges=len(run.cases) <= FULL_CASES)
    rows += [case_section(run.cases[it.number - 1], it.number, passed) for it in shown]
    language = showing.language
    heading = tag("h2", f"{label('cases', language)} ({len(run.cases):,})", id="cases")
    counts = Counter(line.shown_outcome for line in lines)
    cases = searched_cases(_filter(counts, language), rows, [*bad, *good], language)
    return wrapped("section", heading, *cases, aria_labelledby="cases")


def _in_order(bad: Sequence[CaseLine], groups: Sequence[Group]) -> list[CaseLine]:
    return [line for _, members in by_group(bad, groups) for line in members]


def _bad_rows(
    cases: Sequence[CaseResult], bad: Sequence[CaseLine], groups: Sequence[Group], showing: Showing
) -> list[Html]:
    rows: list[Html] = []
    shown_bad = 0
    for group, members in by_group(bad, groups):
        if group is not None and group.count > 1:
            rows.append(group_heading(group, showing.language))
        for line in members:
            given = replace(showing, exchanges=shown_bad < DETAILED_CASES)
            rows.append(case_section(cases[line.number - 1], line.number, given))
            shown_bad += 1
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
        value=True if name == "all" else str(OUTCOMES.index(Outcome(name))),
        checked=checked,
        autocomplete="off",
        form=FORM,
        data_facet="outcome",
    )
    return tag("label", button, text)
