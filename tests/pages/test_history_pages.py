"""The pages of the history, of one case, and of what differs between two runs."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from msgspec.structs import replace

from shall.actions.case_history import Between, CasePast, first_failure
from shall.actions.compare import ComparedCase, Comparison, Difference
from shall.actions.history import case_history
from shall.actions.past_runs import PastRuns, RunTrend
from shall.pages.case_history import case_history_page
from shall.pages.compare import CompareFilter, compare_page
from shall.pages.criterion_history import criterion_history_page
from shall.pages.frame import Look
from shall.pages.history import history_page
from shall.pages.links import ServedLinks
from shall.results.listing import CaseBrief, CoverageLine, PastCase, PastOutcome, RunLine
from shall.results.records import Outcome, RunStatus

SCRIPT = "/assets/script.js?x"
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
P, F, E, S = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR, Outcome.SKIPPED
PLANTED = "</td><script>alert(1)</script>\u202e\" onclick='x'"


class Elements(HTMLParser):
    """What a page holds: its elements with their attributes, its ids and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def values(self, name: str) -> list[str]:
        return [it[name] or "" for _, it in self.tags if name in it]


@pytest.fixture
def look() -> Look:
    return Look("en", NOW, ServedLinks({"script.js": "x", "style.css": "x"}))


def run_line(number: int, **fields: Any) -> RunLine:
    at = NOW - timedelta(hours=number)
    plain: dict[str, Any] = {"duration_s": 2.0, "commit": f"c0ffee{number}"}
    return RunLine(f"r{number}", at, RunStatus.COMPLETE, 2, {P: 1, F: 1}, **plain | fields)


def case_of(outcomes: Sequence[Outcome], name: str = "a", **fields: Any) -> PastCase:
    """A case whose newest outcome is the first, in the runs r0, r1, ..."""
    past = [
        PastOutcome(
            f"r{number}", NOW - timedelta(hours=number), it, 0.5, "", "f", it in (F, E), False, 7
        )
        for number, it in enumerate(outcomes)
    ]
    return PastCase(fields.get("case_key", "cases/a.yaml"), name, fields.get("data_row"), past)


def past_of(case: PastCase, between: Between | None = None) -> CasePast:
    return CasePast(case_history(case), [case.data_row], first_failure(case.outcomes), between)


@pytest.mark.verifies("history-pages#2.5")
def test_the_first_failing_run_is_marked_and_linked(look: Look) -> None:
    between = Between(False, True, ["auth#1.2"], run_line(3), run_line(2))

    page = Elements(case_history_page(past_of(case_of((F, S, F, P, F)), between), look))

    assert page.text.count("◀ first failing run") == 1
    assert "It has failed since." in page.text
    assert "c0ffee3 → c0ffee2" in page.text
    links = page.values("href")
    assert {"/compare?before=r3&after=r2", "/criteria/auth%231.2"} <= {*links}
    shown = [it for it in links if it.startswith("/runs/")]
    assert shown[:2] == ["/runs/r2/cases/7", "/runs/r3/cases/7"]
    assert [it for it in page.values("id") if it.startswith("run-")] == [
        f"run-r{number}-7" for number in range(5)
    ]
    bars = [it.get("class") for name, it in page.tags if name == "rect"]
    assert bars == ["failed", "passed", "failed", "skipped", "failed"]
    [mark, _] = [it for name, it in page.tags if name == "line"]
    assert mark["x1"] == "2.0"


@pytest.mark.verifies("history-pages#2.5")
@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        ((P, P), "It failed in no stored run."),
        ((F, F), "No stored run before it passed in this environment."),
        ((P, F, P), "It passed again in"),
    ],
)
def test_what_is_not_known_of_the_first_failing_run_is_said(
    look: Look, outcomes: Sequence[Outcome], said: str
) -> None:
    assert said in Elements(case_history_page(past_of(case_of(outcomes)), look)).text


@pytest.mark.verifies("history-pages#2.5")
def test_more_outcomes_than_a_page_has_are_counted(look: Look) -> None:
    page = Elements(case_history_page(past_of(case_of([P] * 503)), look))

    assert sum(it.startswith("run-") for it in page.values("id")) == 500
    assert "3 older results are not shown." in page.text


@pytest.mark.verifies("history-pages#2.4")
def test_flaky_and_slow_cases_and_the_trend_are_shown(look: Look) -> None:
    flaky, slow = case_history(case_of((P, F, P), "shaky")), case_history(case_of((P,), "late"))
    trend = [RunTrend(run_line(number), 0.25, 1.5) for number in range(3)]

    page = Elements(history_page(PastRuns(trend, [flaky], [slow]), 20, look))

    assert "The last 3 stored runs" in page.text
    assert "1 of 3 did not pass." in page.text
    assert "/history/case?key=cases%2Fa.yaml" in page.values("href")
    assert [it for it in page.values("href") if it.startswith("/compare")] == [
        "/compare?before=r1&after=r0",
        "/compare?before=r2&after=r1",
    ]
    assert [it["class"] for name, it in page.tags if name == "polyline"] == ["p95", "p50"]
    assert {"run-r0", "flaky-cases/a.yaml", "slow-cases/a.yaml"} <= {*page.values("id")}
    empty = Elements(history_page(PastRuns([], [], []), 20, look))
    assert "No run is stored yet." in empty.text


def test_what_a_run_does_not_have_is_empty_so_that_a_phone_shows_no_heading_for_it(
    look: Look,
) -> None:
    trend = [RunTrend(run_line(0, commit=None), 0.25, 1.5)]
    page = history_page(PastRuns(trend, [], []), 20, look)
    assert '<td data-label="Commit"></td>' in page
    assert '<td data-label="Environment"></td>' in page


@pytest.mark.verifies("history-pages#2.7")
def test_the_coverage_of_each_document_is_drawn_over_the_measured_runs(look: Look) -> None:
    lines = [
        CoverageLine(f"r{number}", NOW, source, (number, 4), (1, 3), (0, 0))
        for number in (3, 2, 1)
        for source in ("a.yaml", PLANTED)
    ]
    trend = [RunTrend(run_line(0), None, None)]

    page = Elements(history_page(PastRuns(trend, [], [], lines), 20, look))

    assert page.text.count("75.0 % (3/4)") == 2
    assert page.text.count("–") == 6
    drawn = [it for name, it in page.tags if name == "polyline"]
    assert [it["class"] for it in drawn] == ["p95", "p50"] * 2
    assert drawn[1]["points"] == "0.5,75.0 1.5,51.0 2.5,27.0"
    assert {"coverage-1", "coverage-1-r3", "coverage-2-r1"} <= {*page.values("id")}


@pytest.mark.verifies("history-pages#2.8")
def test_the_worst_outcome_of_each_run_is_drawn_for_a_criterion(look: Look) -> None:
    cases = [case_history(case_of((P, F, S))), case_history(case_of((P, E, P), PLANTED))]

    page = Elements(criterion_history_page("auth#1.2", cases, look))

    bars = [it.get("class") for name, it in page.tags if name == "rect"]
    assert bars[:3] == ["skipped", "error", "passed"]
    assert len(bars) == 9
    assert "/criteria/auth%231.2" in page.values("href")
    assert page.values("src") == [SCRIPT]
    none = Elements(criterion_history_page(PLANTED, [], look))
    assert "No case verified this criterion" in none.text
    assert none.values("src") == [SCRIPT]


def brief(outcome: Outcome, number: int = 1, **fields: Any) -> CaseBrief:
    plain: dict[str, Any] = {"case_key": "cases/a.yaml", "data_row": None, "name": "a"}
    named = {**plain, **fields}
    return CaseBrief(
        attempt=1,
        number=number,
        outcome=outcome,
        is_bad=outcome in (F, E),
        duration_s=0.1,
        fingerprint="f",
        **named,
    )


def comparison(count: int = 1) -> Comparison:
    cases = [
        ComparedCase(Difference.NEW, f"c{it:04}", f"case {it}", None, brief(P), brief(F, it + 1))
        for it in range(count)
    ]
    fixed = ComparedCase(Difference.FIXED, "paid", "paid", "row", brief(E), brief(P))
    added = ComparedCase(Difference.ADDED, "late", "late", None, None, brief(P))
    return Comparison(run_line(1), run_line(0, environment="prod"), [*cases, fixed, added], 4)


@pytest.mark.verifies("history-pages#3.4")
def test_differences_are_filtered_by_kind_and_words(look: Look) -> None:
    def rows(**wanted: Any) -> list[str]:
        page = Elements(compare_page(comparison(2), CompareFilter(**wanted), look))
        return [
            it for name, it in ((n, a.get("id") or "") for n, a in page.tags) if name == "td" and it
        ]

    assert rows() == ["new-c0000", "new-c0001", "fixed-paid-row", "added-late"]
    assert rows(kind="new", query="1") == ["new-c0001"]
    assert rows(query="-case") == ["fixed-paid-row", "added-late"]
    assert rows(kind="nothing") == []
    page = Elements(compare_page(comparison(), CompareFilter(kind="fixed"), look))
    [chosen] = [it for name, it in page.tags if name == "option" and "selected" in it]
    assert chosen["value"] == "fixed"
    assert "The runs are of different environments." in page.text
    assert "4 cases are the same in both runs." in page.text
    assert "/runs/r1/cases/1" in page.values("href")


@pytest.mark.verifies("history-pages#3.4")
def test_a_page_of_differences_has_at_most_500_rows(look: Look) -> None:
    pages = [
        Elements(compare_page(comparison(700), CompareFilter(page=number), look))
        for number in (1, 2)
    ]

    counts = [
        sum(it.startswith(("new", "fix", "add")) for it in page.values("id")) for page in pages
    ]
    assert counts == [500, 202]
    assert "/compare?before=r1&after=r0&page=2" in pages[0].values("href")
    assert "/compare?before=r1&after=r0&page=1" in pages[1].values("href")


@pytest.mark.verifies("history-pages#3.4")
def test_the_form_of_a_comparison_asks_for_every_kind_again(look: Look) -> None:
    look = replace(look, links=ServedLinks(workspace="other"))
    page = Elements(compare_page(comparison(), CompareFilter(kind="fixed"), look))

    options = [it for name, it in page.tags if name == "option"]
    assert [it["value"] for it in options] == [None, "new", "fixed", "added"]
    hidden = {it["name"]: it.get("value") for name, it in page.tags if it.get("type") == "hidden"}
    assert hidden == {"before": "r1", "after": "r0", "workspace": "other"}


@pytest.mark.verifies("history-pages#3.5")
@pytest.mark.parametrize("status", [it for it in RunStatus if it is not RunStatus.COMPLETE])
def test_an_incomplete_run_is_named_before_its_missing_cases(look: Look, status: RunStatus) -> None:
    found = comparison()
    notice = "A run is incomplete"

    assert notice not in compare_page(found, CompareFilter(), look)
    for part in (
        {"after": replace(found.after, status=status)},
        {"before": replace(found.before, status=status)},
    ):
        assert notice in compare_page(replace(found, **part), CompareFilter(), look)


@pytest.mark.parametrize(
    ("kind", "mark"), [(Difference.STILL, "failed"), (Difference.FIXED, "passed")]
)
def test_a_comparison_is_marked_by_what_fails_in_the_later_run(
    look: Look, kind: Difference, mark: str
) -> None:
    case = ComparedCase(kind, "a", "a", None, brief(F), brief(F))
    page = compare_page(Comparison(run_line(1), run_line(0), [case], 0), CompareFilter(), look)
    assert f'class="head compare {mark}"' in page


@pytest.mark.parametrize(
    ("outcomes", "mark"),
    [((S, S), "skipped"), ((S, P), "passed"), ((P, F), "passed"), ((F,), "failed")],
)
def test_a_case_is_marked_by_what_its_runs_say(
    look: Look, outcomes: Sequence[Outcome], mark: str
) -> None:
    assert f'class="head {mark}"' in case_history_page(past_of(case_of(outcomes)), look)


@pytest.mark.verifies("history-pages#2.9")
def test_flaky_and_slow_cases_that_are_not_listed_are_counted(look: Look) -> None:
    trend = [RunTrend(run_line(0), 0.1, 0.2)]
    case = case_history(case_of((P, F)))
    past = PastRuns(trend, [case], [case], flaky_total=52, slow_total=1_001)

    page = Elements(history_page(past, 20, look))

    assert "Flaky cases (52)" in page.text
    assert "51 more cases are not shown." in page.text
    assert "1000 more cases are not shown." in page.text


@pytest.mark.verifies("history-pages#2.6")
@pytest.mark.parametrize("language", ["en", "zh"])
def test_markup_in_names_is_text(look: Look, language: str) -> None:
    look = replace(look, language=language)
    named = case_of((F, P), PLANTED, case_key=PLANTED, data_row=PLANTED)
    run = replace(run_line(0), environment=PLANTED, commit=PLANTED, run_id=PLANTED)
    history = case_history(named)
    found = ComparedCase(
        Difference.NEW, PLANTED, PLANTED, PLANTED, brief(P, name=PLANTED), brief(F, name=PLANTED)
    )
    between = Between(True, True, [PLANTED], run, run)
    for page in (
        history_page(PastRuns([RunTrend(run, 1.0, 2.0)], [history], [history]), 5, look),
        case_history_page(past_of(named, between), look),
        compare_page(Comparison(run, run, [found], 0), CompareFilter(query=PLANTED), look),
        compare_page(Comparison(run, run, [found], 0), CompareFilter(), look),
    ):
        elements = Elements(page)
        assert [it.get("src") for name, it in elements.tags if name == "script"] == [SCRIPT]
        assert not elements.values("onclick")
        assert not elements.values("style")
        assert "\u202e" not in page
