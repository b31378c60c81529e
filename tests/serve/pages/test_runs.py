"""The pages of stored runs and their files."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from tests.made_results import (
    case_result,
    exchange,
    failed_check,
    failing_case,
    run_result,
    step,
    whole_run,
)
from tests.serve.pages.conftest import Browser

from shall.actions import results, run_files
from shall.bootstrap import open_project
from shall.results.records import CaseResult, CriterionRef, Outcome, RunResult, RunStatus
from shall.settings import Settings

StoreRun = Callable[..., None]
SPEC = "# Users\n\n#### Acceptance Criteria\n\n1. first\n2. THE API SHALL name who signed in.\n"


class Page(HTMLParser):
    """The links and texts of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: list[str] = []
        self.names: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.names |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if tag == "a" and name == "href"]


@pytest.fixture
def store_run(project: Path) -> StoreRun:
    """Stores a run in the project."""

    def store(*runs: RunResult) -> None:
        with closing(open_project(project, Settings())) as workspace:
            assert workspace.store is not None
            for run in runs:
                now = datetime.now(UTC)  # older runs are deleted
                workspace.store.start_run(run.run_id, now, len(run.cases), run.environment)
                workspace.store.save_cases(run.cases)
                if run.status is not RunStatus.RUNNING:
                    workspace.store.finish_run(run.run_id, run.status, run.duration_s)

    return store


@pytest.fixture
def browser(browse: Callable[..., Browser]) -> Browser:
    return browse()


def many(count: int, **changes: Any) -> list[CaseResult]:
    return [
        case_result(name=f"case {number}", case_key=f"tests/{number}.yaml", **changes)
        for number in range(1, count + 1)
    ]


def names_in(text: str) -> list[str]:
    return re.findall(r'<h3><a href="[^"]*">([^<]*)', text)


@pytest.mark.verifies("run-pages#3.1")
def test_the_runs_are_listed_with_what_is_known_of_them(
    browser: Browser, store_run: StoreRun
) -> None:
    broken = run_result(*many(3, run_id="r2"), run_id="r2", status=RunStatus.INTERRUPTED)
    store_run(whole_run(), broken)

    text = browser.get("/runs").text

    assert re.findall(r'href="(/runs/[^"]*)">([^<]*)', text) == [
        ("/runs/r2", "The run is incomplete"),
        ("/runs/r1", "3 of 5 cases did not pass"),
    ]
    assert "interrupted " in text
    assert "2 errors" in text
    assert "0 errors" not in text
    assert "staging" in text
    assert "0.42 s" in text


@pytest.mark.verifies("run-pages#3.1")
def test_runs_are_filtered(browser: Browser, store_run: StoreRun) -> None:
    store_run(whole_run(), run_result(*many(1, run_id="r2"), run_id="r2"))

    assert "/runs/r2" not in Page(browser.get("/runs?environment=staging").text).links
    assert "/runs/r1" not in Page(browser.get("/runs?outcome=passed").text).links
    assert "No run matches." in browser.get("/runs?environment=staging&outcome=passed").text
    assert '<option value="passed" selected>' in browser.get("/runs?outcome=passed").text


@pytest.mark.verifies("run-pages#3.2")
@pytest.mark.repeats
def test_the_cases_that_did_not_pass_come_first_and_a_page_has_500(
    browser: Browser, store_run: StoreRun
) -> None:
    bad = [failing_case(failed_check(1, 2), name=name) for name in ("bad 1", "bad 2")]
    store_run(run_result(*many(600), *bad))

    first = browser.get("/runs/r1").text
    second = browser.get("/runs/r1?page=2").text

    assert names_in(first)[:3] == ["bad 1", "bad 2", "case 1"]
    assert len(names_in(first)) == 500
    assert len(names_in(second)) == 102
    assert "/runs/r1?page=2" in Page(first).links
    assert "/runs/r1" in Page(second).links
    assert "Rows 501 to 602 of 602" in second
    assert first.count("data.id equals: expected 1, got 2") == 2  # the list, and above the rows


@pytest.mark.verifies("run-pages#3.3")
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=order+-late", ["order 1"]),
        ("q=USERS%231.2", ["order 2 late"]),
        ("outcome=bad", ["broken"]),
        ("outcome=skipped", ["left"]),
        ("tag=smoke", ["order 1"]),
        ("feature=users", ["order 2 late"]),
        ("slow=1", ["order 2 late"]),
        ("tag=smoke&outcome=bad", []),
    ],
)
def test_the_cases_of_a_run_are_searched_and_filtered(
    browser: Browser, store_run: StoreRun, query: str, names: list[str]
) -> None:
    store_run(
        run_result(
            case_result(name="order 1", tags=("smoke",)),
            case_result(
                name="order 2 late", criteria=(CriterionRef("users#1.2", "f"),), duration_s=1.5
            ),
            case_result(name="broken", outcome=Outcome.FAILED),
            case_result(name="left", outcome=Outcome.SKIPPED),
        )
    )

    text = browser.get(f"/runs/r1?{query}").text

    assert names_in(text) == names
    assert ("No case matches." in text) == (not names)
    assert "Timeline" not in text


@pytest.mark.verifies("run-pages#3.10")
@pytest.mark.parametrize(
    "query", ["outcome=no", "slow=x", "slow=nan", "page=x", "page=-1", "page=0", "x=1", "page=٣"]
)
def test_what_is_not_known_is_not_asked_for(
    browser: Browser, store_run: StoreRun, query: str
) -> None:
    store_run(whole_run())
    for address in ("/runs/r1", "/runs"):
        answer = browser.get(f"{address}?{query}")
        assert answer.status_code == 200
    assert len(names_in(browser.get(f"/runs/r1?{query}").text)) == 5


@pytest.mark.verifies("run-pages#1.13", "run-pages#3.4")
def test_a_case_has_a_page_with_all_that_happened(
    browser: Browser, store_run: StoreRun, project: Path
) -> None:
    (project / "specs/users").mkdir(parents=True)
    (project / "specs/users/requirements.md").write_text(
        "# Users\n\n### Requirement 1: Names\n\n#### Acceptance Criteria\n\n"
        "1. THE API SHALL answer.\n2. THE API SHALL name who signed in.\n"
    )
    store_run(whole_run())

    text = browser.get("/runs/r1/cases/2").text

    assert "<h1>the answer tells who signed in</h1>" in text
    assert 'href="/criteria/users%231.2" class="key">users#1.2</a>' in text
    the, shall = '<b class="keyword">THE</b>', '<b class="keyword">SHALL</b>'
    assert f"{the} API {shall} name who signed in." in text
    assert "POST http://shop.test/login -&gt; 200 in 12 ms" in text
    assert "Authorization</dt><dd>***</dd>" in text
    assert "tests/cases/users/answer.yaml" in text
    assert "$.roles" in text
    assert ">Copy for an assistant</button>" in text
    links = Page(text).links
    assert {"/runs/r1", "/runs/r1/cases/1", "/runs/r1/cases/3"} <= set(links)
    assert "/history/case?key=tests%2Fcases%2Fusers%2Fanswer.yaml" in links


@pytest.mark.verifies("run-pages#3.5")
@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("/runs/none", "No run has the id none."),
        ("/runs/r1/cases/6", "The run r1 has no case 6."),
        ("/runs/r1/cases/0", "The run r1 has no case 0."),
        ("/runs/r1/cases/x", "The run r1 has no case x."),
        (f"/runs/r1/cases/{'9' * 30}", "The run r1 has no case"),
        ("/runs/none.json", "No run has the id none."),
    ],
)
def test_what_is_not_stored_is_named(
    browser: Browser, store_run: StoreRun, address: str, named: str
) -> None:
    store_run(whole_run())
    answer = browser.get(address)
    assert answer.status_code == 404
    assert named in answer.text


@pytest.mark.verifies("run-pages#3.6")
@pytest.mark.repeats
def test_hostile_text_is_text_on_every_page(browser: Browser, store_run: StoreRun) -> None:
    hostile = "</script></title><script>alert(1)</script><b onclick=x>\"'\u202e\x1b" + "x" * (
        1 << 20
    )
    sent = exchange(
        method=hostile[:200],
        url=hostile,
        request_headers=((hostile, hostile),),
        request_body=hostile,
        response_body=hostile,
    )
    bad = step(
        failed_check(hostile, {hostile: hostile}, field=hostile, kind=hostile),
        outcome=Outcome.FAILED,
        exchange=sent,
        id=hostile,
    )
    case = failing_case(
        name=hostile,
        case_key=hostile,
        steps=(bad,),
        tags=(hostile,),
        environment=hostile,
        data_row=hostile,
        criteria=(CriterionRef(f"{hostile}#1", "f"),),
    )
    store_run(run_result(case, case, environment=hostile))

    for address in ("/runs", "/runs/r1", "/runs/r1/cases/1"):
        answer = browser.get(address)
        page = Page(answer.text)
        assert answer.status_code == 200
        assert page.tags.count("script") == 1  # the page's own
        assert "b" not in page.tags
        assert "onclick" not in page.names
        assert not set("\u202e\x1b") & set(answer.text)
        assert "alert(1)" in answer.text
        assert len(answer.content) < 12 << 20


@pytest.mark.verifies("pages#2.8")
def test_a_short_secret_that_looks_like_a_figure_leaves_a_file_of_a_run_readable(
    browse: Callable[..., Browser], store_run: StoreRun
) -> None:
    store_run(run_result(case_result(name="the pin is 1", checks_executed=1)))
    browser = browse(variables={"pin": "1"}, secrets=("pin",))

    [case] = browser.get("/runs/r1.json").json()["cases"]
    assert (case["name"], case["checks_executed"]) == ("the pin is ***", 1)
    [row] = csv.DictReader(io.StringIO(browser.get("/runs/r1.csv").text))
    assert (row["name"], row["checks"]) == ("the pin is ***", "1")


@pytest.mark.verifies("pages#2.8")
@pytest.mark.parametrize("kind", ["json", "junit.xml", "csv"])
def test_a_file_of_a_run_holds_no_secret_that_the_settings_name_since(
    browse: Callable[..., Browser], store_run: StoreRun, kind: str
) -> None:
    store_run(run_result(case_result(name="it has wal<nut>&secret-1")))
    secrets = {"variables": {"api_token": "wal<nut>&secret-1"}, "secrets": ("api_token",)}
    text = browse(**secrets).get(f"/runs/r1.{kind}").text
    assert "it has ***" in text
    assert "secret-1" not in text


@pytest.mark.verifies("run-pages#3.7")
def test_a_run_is_had_as_json_junit_and_csv(browser: Browser, store_run: StoreRun) -> None:
    run = whole_run()
    store_run(run)

    data = browser.get("/runs/r1.json")
    junit = browser.get("/runs/r1.junit.xml")
    lines = browser.get("/runs/r1.csv")

    assert [it["name"] for it in data.json()["cases"]] == [it.name for it in run.cases]
    assert data.json()["format"] == 1
    assert "curl" in data.json()["cases"][1]["steps"][0]
    assert len(list(ET.fromstring(junit.text).iter("testcase"))) == 5
    rows = list(csv.DictReader(io.StringIO(lines.text)))
    assert [it["outcome"] for it in rows] == ["passed", "failed", "error", "error", "skipped"]
    assert rows[1]["reason"] == "expected 7, got 7"
    assert data.headers["content-disposition"] == 'attachment; filename="run-r1.json"'
    assert lines.headers["content-type"].startswith("text/csv")
    assert data.headers["cache-control"] == "no-store"


@pytest.mark.verifies("run-pages#3.7")
def test_a_run_is_read_in_parts(
    browser: Browser, store_run: StoreRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_run(run_result(*many(7)))
    monkeypatch.setattr(results, "_AT_A_TIME", 3)

    cases = json.loads(browser.get("/runs/r1.json").text)["cases"]

    assert [it["name"] for it in cases] == [f"case {number}" for number in range(1, 8)]


@pytest.mark.verifies("run-pages#3.8")
def test_a_file_that_would_be_too_large_is_refused(
    browser: Browser, store_run: StoreRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_run(whole_run())
    monkeypatch.setitem(run_files.MOST_CASES, "junit.xml", 4)

    answer = browser.get("/runs/r1.junit.xml")

    assert answer.status_code == 400
    assert "shall report r1 --junit FILE" in answer.text


@pytest.mark.verifies("run-pages#3.9")
def test_no_cell_is_a_formula(browser: Browser, store_run: StoreRun) -> None:
    store_run(run_result(case_result(name="=1+1", case_key="@x", tags=("+1", "\n=2"))))
    [row] = csv.DictReader(io.StringIO(browser.get("/runs/r1.csv").text))
    assert (row["name"], row["case"], row["tags"]) == ("'=1+1", "'@x", "'+1 \\n=2")


def test_a_run_that_goes_on_is_shown(browser: Browser, store_run: StoreRun) -> None:
    store_run(run_result(*many(2), status=RunStatus.RUNNING))
    assert len(names_in(browser.get("/runs/latest").text)) == 2
    assert len(browser.get("/runs/r1.json").json()["cases"]) == 2


def test_a_workspace_that_is_named_stays_in_links_and_forms(
    browser: Browser, store_run: StoreRun, project: Path
) -> None:
    store_run(run_result(*many(501)))
    page = browser.get(
        "/runs/r1",
    ).text
    named = browser.get(f"/runs/r1?workspace={project}").text
    assert f'<input type="hidden" name="workspace" value="{project}">' in named
    assert 'name="workspace"' not in page


def test_the_page_of_a_run_is_written_in_chinese(browser: Browser, store_run: StoreRun) -> None:
    store_run(whole_run())
    text = browser.get("/runs/r1", **{"Accept-Language": "zh-CN"}).text
    assert "3 个未通过" in text
    assert "所有结果" in text


def test_a_project_without_runs_says_how_to_make_one(browser: Browser) -> None:
    assert "No run is stored. `shall run` makes one." in browser.get("/runs").text
