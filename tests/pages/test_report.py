import base64
import hashlib
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser

import msgspec
import pytest
from msgspec.structs import replace
from tests.made_results import html_page

from shall.messages import Message
from shall.pages.parts import BODY_LIMIT, body_text, indented, timing
from shall.pages.report import DETAILED_CASES
from shall.report.markdown import markdown
from shall.results.records import (
    CaseResult,
    CheckResult,
    ExchangeRecord,
    Outcome,
    RunResult,
    RunStatus,
    StepResult,
    Timings,
)
from shall.span import Span
from shall.specs.matrix import Matrix
from shall.specs.model import Change, Operation

Golden = Callable[[str, str], None]
MakeRun = Callable[..., RunResult]
Make = Callable[..., CaseResult]
MakeStep = Callable[..., StepResult]
MakeCheck = Callable[..., CheckResult]
MakeExchange = Callable[..., ExchangeRecord]

VOID = {"input", "link", "meta"}


class Page(HTMLParser):
    """Reads a page and checks that every element is closed where it should be."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def without_assets(page: str) -> str:
    page = re.sub(r"(<(style|script)[^>]*>).*?</\2>", r"\1</\2>", page, flags=re.DOTALL)
    page = re.sub(r"sha256-[\w+/=]+", "sha256-", page)
    return re.sub(r"(<(?:section|details|tr|div|table|footer|header|main))", r"\n\1", page)


def test_the_page_reads_as_the_golden_file(
    sample: RunResult, matrix: Matrix, places: dict[tuple[str, str], Span], golden: Golden
) -> None:
    golden("page.html", without_assets(html_page(sample, matrix, places=places)))


@pytest.mark.verifies("reports#1.5")
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_is_well_formed_and_needs_nothing_else(
    sample: RunResult, matrix: Matrix, language: str
) -> None:
    page = Page(html_page(sample, matrix, language))

    assert {tag for tag, _ in page.elements} & {"img", "iframe", "object"} == set()
    ids = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    assert {str(it["href"]).removeprefix("#") for it in page.all("a")} <= ids
    assert page.all("script") == [{"type": "module"}]
    assert [it.get("href") for it in page.all("link")] == ["data:,"]
    names = {name for _, attributes in page.elements for name in attributes}
    assert not [name for name in names if name.startswith("on") or name in {"style", "src"}]
    assert page.all("html") == [{"lang": language}]


def test_the_policy_allows_the_page_its_own_style_and_script_and_nothing_else(
    sample: RunResult,
) -> None:
    text = html_page(sample)
    digests = {}
    for name in ("style", "script"):
        found = re.search(rf"<{name}[^>]*>(.*?)</{name}>", text, re.DOTALL)
        assert found is not None
        digests[name] = base64.b64encode(hashlib.sha256(found[1].encode()).digest()).decode()
        assert "url(" not in found[1]
        assert "@import" not in found[1]

    policy = next(it["content"] for it in Page(text).all("meta") if "http-equiv" in it)

    assert policy == (
        f"default-src 'none'; script-src 'sha256-{digests['script']}'; "
        f"style-src 'sha256-{digests['style']}'; img-src data:; "
        "base-uri 'none'; form-action 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


@pytest.mark.verifies("reports#1.6")
def test_hostile_text_is_text(
    make_run: MakeRun,
    make_failing: Make,
    make_check: MakeCheck,
    make_step: MakeStep,
    make_exchange: MakeExchange,
) -> None:
    hostile = "</script></pre><script>alert(1)</script>\"'><b onclick=x>\0\ud800\u202e\x1b]]>"
    sent = make_exchange(
        method=hostile,
        url=hostile,
        request_headers=((hostile, hostile),),
        request_body=hostile,
        response_body=f"[{hostile}",
    )
    check = make_check(hostile, {hostile: hostile * 3}, field=hostile)
    step = make_step(check, outcome=Outcome.FAILED, exchange=sent, id=hostile)
    case = make_failing(name=hostile, case_key=hostile, steps=(step,))

    text = html_page(make_run(case, run_id=hostile, environment=hostile))

    text.encode()
    page = Page(text)
    assert len(page.all("script")) == 1  # the page's own
    assert not page.all("b")
    assert not set("\0\u202e\x1b") & set(text)
    assert any("<script>alert(1)</script>" in it for it in page.texts)


def test_bad_cases_come_first_and_open_the_others_are_folded(sample: RunResult) -> None:
    page = Page(html_page(sample))
    cases = [it for it in page.all("details") if str(it["class"]).startswith("case")]

    assert [(it["class"], "open" in it) for it in cases] == [
        ("case failed", True),
        ("case error", True),
        ("case error", True),
        ("case passed", False),
        ("case skipped", False),
    ]


def test_a_filter_is_offered_for_each_outcome_that_occurs(
    sample: RunResult, make_run: MakeRun, make_case: Make
) -> None:
    choices = [it["id"] for it in Page(html_page(sample)).all("input")]

    assert choices == ["show-all", "show-passed", "show-failed", "show-error", "show-skipped"]
    assert Page(html_page(make_run(make_case()))).all("input") == []


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, "All passed"),
        ({"status": RunStatus.INTERRUPTED}, "The run is incomplete"),
        ({"cases": ()}, "No cases ran"),
    ],
)
def test_the_heading_says_whether_everything_holds(
    make_run: MakeRun, make_case: Make, changes: dict[str, object], verdict: str
) -> None:
    run = msgspec.structs.replace(make_run(make_case()), **changes)

    assert f"<h1>{verdict}</h1>" in html_page(run)


@pytest.mark.parametrize(
    ("outcomes", "verdict", "mark"),
    [
        (("passed", "skipped"), "All that were not skipped passed", "passed"),
        (("skipped", "skipped"), "No cases ran", "skipped"),
    ],
)
def test_no_report_says_of_a_skipped_case_that_it_passed(
    make_run: MakeRun, make_case: Make, outcomes: tuple[str, ...], verdict: str, mark: str
) -> None:
    run = make_run(*(make_case(outcome=Outcome(it)) for it in outcomes))

    assert f"<h1>{verdict}</h1>" in html_page(run)
    assert f'<header class="head {mark}"' in html_page(run)
    assert markdown(run, "en").startswith(f"## {verdict}\n")


def test_a_status_that_this_release_does_not_know_is_shown_as_it_is(
    sample: RunResult, matrix: Matrix
) -> None:
    rows = (replace(matrix.rows[0], status="expired"),)

    page = html_page(sample, replace(matrix, rows=rows, unknown=()))

    assert "· expired</span>" in page


def test_a_thousand_passing_cases_make_a_page_below_two_megabytes(
    make_run: MakeRun, make_case: Make, make_step: MakeStep, make_exchange: MakeExchange
) -> None:
    large = make_step(exchange=make_exchange(response_body="x" * 60_000))

    page = html_page(make_run(*[make_case(steps=(large,) * 3)] * 1000))

    assert len(page.encode()) < 2_000_000
    assert "<pre" not in page


@pytest.mark.verifies("run-pages#2.5", "run-pages#2.6")
@pytest.mark.repeats
def test_ten_thousand_passing_cases_make_a_page_below_three_megabytes_that_has_them_all(
    make_run: MakeRun, make_case: Make, make_step: MakeStep
) -> None:
    status = CheckResult("status_code", "steps[0].assert[0]", Outcome.PASSED, None, 200, 200)
    cases = [
        make_case(name=f"order {number}</script>", steps=(make_step(status), make_step()))
        for number in range(10_000)
    ]

    text = html_page(make_run(*cases))

    assert len(text.encode()) < 3_000_000
    assert len(re.findall(r'<details class="case passed"', text)) == 500
    found = re.search(r'<script type="application/json">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    index = json.loads(found[1])
    names = [row[index["columns"].index("name")] for row in index["rows"]]
    assert names == [case.name for case in cases]
    assert "Rows 1 to 500 of 10,000; a browser with scripts" in text


@pytest.mark.verifies("run-pages#2.6")
def test_the_index_has_the_rows_in_the_order_of_the_page(
    make_run: MakeRun, make_case: Make
) -> None:
    passed = [make_case(name=f"passed {number}") for number in range(30)]
    text = html_page(make_run(*passed, make_case(name="failed", outcome=Outcome.FAILED)))

    shown = re.findall(r'<details class="case[^>]* id="(case-\d+)"', text)
    rows = json.loads(text.split('"application/json">')[1].split("</script>")[0])["rows"]
    assert [row[0] for row in rows] == shown
    assert shown[:2] == ["case-31", "case-1"]


@pytest.mark.verifies("run-pages#2.7", "run-pages#2.8")
def test_a_large_matrix_is_searched_and_stands_below_the_failures(
    make_run: MakeRun, make_failing: Make, matrix: Matrix
) -> None:
    first = matrix.rows[0]
    rows = [
        replace(first, criterion=replace(first.criterion, key=f"users#{n}.1")) for n in range(600)
    ]
    text = html_page(make_run(make_failing()), replace(matrix, rows=tuple(rows)))

    assert '<a href="#coverage">600 of 600 criteria proved</a>' in text
    assert text.index('<details class="case failed"') < text.index('id="coverage"')
    assert len(re.findall(r'<tr id="users-[^"]*" data-row>', text)) == 500
    index = json.loads(text.split('"application/json">')[1].split("</script>")[0])
    assert [row[0] for row in index["rows"]] == [it.criterion.key for it in rows]
    assert text.count('<b class="keyword">When</b>') == 500


@pytest.mark.parametrize("count", [1, 30])
def test_the_open_change_of_a_criterion_is_named(
    make_run: MakeRun, make_case: Make, matrix: Matrix, count: int
) -> None:
    change = Change("pay-later", Operation.ADDED)
    rows = (replace(matrix.rows[0], change=change),) * count

    assert '<p class="note">(added by pay-later)</p>' in html_page(
        make_run(make_case()), replace(matrix, rows=rows)
    )


@pytest.mark.repeats
def test_a_thousand_failing_cases_keep_their_checks_and_the_page_stays_small(
    make_run: MakeRun,
    make_failing: Make,
    make_check: MakeCheck,
    make_step: MakeStep,
    make_exchange: MakeExchange,
) -> None:
    large = make_exchange(request_body="y" * 60_000, response_body="x" * 60_000)
    step = make_step(make_check(7, "7"), outcome=Outcome.FAILED, exchange=large)

    page = html_page(make_run(*[make_failing(steps=(step,) * 3)] * 1000))

    assert len(page.encode()) < 5_000_000
    assert page.count("<code>data.id equals</code>") == 3000
    assert page.count("Requests and responses are left out") == 1000 - DETAILED_CASES


def test_a_check_says_why_and_headers_are_listed_only_where_there_are_some(
    make_run: MakeRun,
    make_failing: Make,
    make_check: MakeCheck,
    make_step: MakeStep,
    make_exchange: MakeExchange,
) -> None:
    params = {"actual": "abc", "expected": "^x"}
    message = Message("check.regex_too_slow", params)
    step = make_step(
        make_check("^x", "abc", kind="regex", message=message),
        outcome=Outcome.FAILED,
        exchange=make_exchange(request_headers=(), response_headers=()),
    )

    page = html_page(make_run(make_failing(steps=(step,))))

    assert '<span class="why">the pattern ^x takes too long to decide</span>' in page
    assert 'class="headers"' not in page


def test_only_outcomes_that_occurred_are_counted(make_run: MakeRun, make_case: Make) -> None:
    head = html_page(make_run(make_case())).split("</header>")[0]

    assert re.findall(r'<span class="pill [^"]*">([^<]*)', head) == ["1 passed"]


@pytest.mark.verifies("run-pages#1.10")
def test_structures_that_were_to_be_equal_are_shown_side_by_side(
    make_run: MakeRun, make_failing: Make, make_check: MakeCheck, make_step: MakeStep
) -> None:
    expected = {"id": 7, "items": [{"name": "</td>book", "price": 10}, {"name": "pen"}]}
    actual = {"items": [{"price": 12, "name": "</td>book"}, {"name": "pen"}], "id": 7, "paid": True}
    step = make_step(make_check(expected, actual), outcome=Outcome.FAILED)

    page = html_page(make_run(make_failing(steps=(step,))))

    table = re.findall(r'<table class="beside values">.*?</table>', page)[0]
    assert re.findall(r"<th [^>]*>(.*?)</th>", table) == ["expected", "actual"]
    assert re.findall(r'class="less"[^>]*><code>- *(.*?)</code>', table) == ['"price": 10']
    assert re.findall(r'class="more"[^>]*><code>\+ *(.*?)</code>', table) == [
        '"price": 12',
        '"paid": true',
    ]
    assert "&lt;/td&gt;book" in table


@pytest.mark.verifies("run-pages#1.10")
@pytest.mark.repeats
def test_a_large_structure_is_cut_where_it_is_shown_side_by_side(
    make_run: MakeRun, make_failing: Make, make_check: MakeCheck, make_step: MakeStep
) -> None:
    step = make_step(make_check(list(range(5_000)), list(range(1, 5_000))), outcome=Outcome.FAILED)

    page = html_page(make_run(*[make_failing(steps=(step,))] * 60))

    tables = re.findall(r'<table class="beside values">.*?</table>', page)
    assert len(tables) == DETAILED_CASES
    assert tables[0].count("<tr") <= 1 + 202
    assert "…" in tables[0]


@pytest.mark.verifies("run-pages#1.11")
def test_the_events_of_a_stream_are_listed(
    make_run: MakeRun,
    make_failing: Make,
    make_check: MakeCheck,
    make_step: MakeStep,
    make_exchange: MakeExchange,
) -> None:
    body = ": ping\n\n" + "".join(f'event: n{n}\ndata: {{"<b>": {n}}}\n\n' for n in range(103))
    sent = make_exchange(
        response_headers=(("Content-Type", "text/event-stream; charset=utf-8"),),
        response_body=body,
    )
    step = make_step(make_check(7, "7"), outcome=Outcome.FAILED, exchange=sent)

    page = html_page(make_run(make_failing(steps=(step,))))

    found = re.findall(r'<ol class="events">.*?</ol>', page, re.DOTALL)[0]
    assert re.findall(r"<code>(n\d+)</code>", found) == [f"n{n}" for n in range(100)]
    assert '"&lt;b&gt;": 7' in found
    assert "and 3 more" in page


def test_a_run_whose_only_fault_is_a_teardown_is_headed_as_an_error(
    make_run: MakeRun, make_case: Make
) -> None:
    page = html_page(make_run(make_case(teardown_outcome=Outcome.FAILED)))

    assert '<header class="head error">' in page
    assert "1 of 1 cases did not pass" in page
    assert "1 failed in teardown" in page


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('{"a":1.10,"a":[]}', '{\n  "a": 1.10,\n  "a": []\n}'),
        ('[{"b":"x,{y\\"]"},null]', '[\n  {\n    "b": "x,{y\\"]"\n  },\n  null\n]'),
        ('{"cut":"in the mid', '{\n  "cut": "in the mid'),
        ("[]]]", "[]\n]\n]"),
        ("{}", "{}"),
    ],
)
def test_json_is_broken_into_lines_without_changing_what_it_says(text: str, lines: str) -> None:
    assert indented(text) == lines


def test_a_long_body_is_cut_and_says_so() -> None:
    shown = body_text("x" * (BODY_LIMIT + 1), "en")

    assert shown.count("x") == BODY_LIMIT + 1  # one in the word index of tabindex
    assert "cut here" in shown
    assert body_text("", "en") == ""


def test_the_phases_of_an_exchange_fill_its_bar(make_exchange: MakeExchange) -> None:
    figure = timing(make_exchange(timings=Timings(0.1, 0.1, 0.3, 0.5, 1.0)), "en")

    bars = re.findall(r'<rect class="(\w+)" x="([\d.]+)" width="([\d.]+)"', figure)
    assert [bar for bar in bars if bar[1:] != ("0.00", "100.00")] == [
        ("dns", "0.00", "10.00"),
        ("tls", "10.00", "20.00"),
        ("wait", "30.00", "20.00"),
        ("receive", "50.00", "50.00"),
    ]


def test_an_exchange_without_answer_only_waited(make_exchange: MakeExchange) -> None:
    figure = timing(make_exchange(status=None, timings=Timings(total_s=3.0)), "en")

    assert "wait 3.00 s" in figure
    assert "receive" not in figure
    assert timing(make_exchange(timings=Timings()), "en") == ""
