"""``/changes``: commits, the baseline and the workspace compared, as a server answers it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from tests.repository import commit
from tests.serve.pages.conftest import Browser

from shall.actions import baseline
from shall.actions.baseline import write_baseline
from shall.bootstrap import open_project
from shall.results.records import CaseResult, Outcome, RunStatus
from shall.settings import Settings
from shall.store.records import RunOrigin

Browse = Callable[..., Browser]
DOCUMENT = "specs/shop/requirements.md"
BEFORE = """\
### Requirement 1: Paying

1. WHEN an order is paid, THE shop SHALL store it
2. WHEN an order is late, THE shop SHALL send a letter
"""
AFTER = """\
### Requirement 1: Paying

1. WHEN an order is paid, THE shop SHALL archive it
2. WHEN an order is late, THE shop SHALL send a letter
3. WHEN an order is lost, THE shop SHALL pay it `back`
"""


def write(project: Path, path: str, text: str) -> None:
    (project / path).parent.mkdir(parents=True, exist_ok=True)
    (project / path).write_text(text, encoding="utf-8")


@pytest.fixture
def commits(project: Path) -> tuple[str, str]:
    """Two commits of the project: a criterion reworded, another one new."""
    write(project, DOCUMENT, BEFORE)
    first = commit(project)
    write(project, DOCUMENT, AFTER)
    return first, commit(project)


def changes(browser: Browser, query: str) -> list[tuple[str, str]]:
    data = browser.get(f"/changes.json?{query}").json()
    return [(it["kind"], it["key"]) for it in data["changes"]]


@pytest.mark.verifies("matrix-pages#5.1")
def test_two_commits_are_compared(browse: Browse, commits: tuple[str, str]) -> None:
    browser = browse()
    query = f"before={commits[0]}&after=main"
    text = browser.get(f"/changes?{query}").text

    assert "THE shop SHALL <del>store</del><ins>archive</ins> it" in text
    assert '<td id="untested-shop-1.3">' in text
    assert "THE shop SHALL pay it back" in text
    assert '<a href="/criteria/shop%231.3">' in text
    assert "shop#1.2" not in text
    assert changes(browser, query) == [
        ("new without a test", "shop#1.3"),
        ("reworded", "shop#1.1"),
    ]


@pytest.mark.verifies("matrix-pages#5.7")
def test_commits_are_read_once(
    browse: Browse, commits: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = browse()
    query = f"before={commits[0]}&after=main"
    first = changes(browser, query)

    def at_commit(*_: object) -> None:
        raise AssertionError("a commit was read again")

    monkeypatch.setattr(baseline, "at_commit", at_commit)
    assert changes(browser, f"{query}&words=shop") == first
    assert "shop#1.3" in browser.get(f"/changes?{query}").text


@pytest.mark.verifies("matrix-pages#5.1")
def test_a_criterion_that_is_gone_now_has_no_link(
    browse: Browse, project: Path, commits: tuple[str, str]
) -> None:
    write(project, DOCUMENT, BEFORE)

    text = browse().get(f"/changes?before={commits[0]}&after={commits[1]}").text

    assert "shop#1.3" in text
    assert "/criteria/shop%231.3" not in text


@pytest.mark.verifies("matrix-pages#5.2")
def test_the_baseline_is_compared_with_the_workspace(browse: Browse, project: Path) -> None:
    write(project, DOCUMENT, BEFORE)
    without = browse().get("/changes")
    assert without.status_code == 200
    assert "There is no .shall/baseline.jsonl." in without.text
    assert '<form method="get" action="/changes"' in without.text
    workspace = open_project(project, Settings())
    write_baseline(workspace)
    workspace.close()
    write(project, DOCUMENT, AFTER)

    text = browse().get("/changes").text

    assert "<dd>the baseline</dd>" in text
    assert '<td id="reworded-shop-1.1">' in text


@pytest.mark.verifies("matrix-pages#5.3")
@pytest.mark.parametrize(
    "name",
    ["lines.jsonl", "/etc/hostname", "--help", "HEAD:shall.yaml", "no-branch", "a b", "x" * 999],
)
def test_what_is_no_commit_is_refused_and_not_opened(
    browse: Browse,
    project: Path,
    commits: tuple[str, str],
    name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    del commits
    workspace = open_project(project, Settings())
    write_baseline(workspace)
    workspace.close()
    (project / ".shall/baseline.jsonl").rename(project / "lines.jsonl")
    monkeypatch.chdir(project)
    browser = browse()
    for query in (f"before={name}", f"before=main&after={name}"):
        answer = browser.get(f"/changes?{query}")
        assert answer.status_code == 400
        assert "is not a commit of this repository" in answer.text
        assert browser.get(f"/changes.csv?{query}").status_code == 400


@pytest.mark.verifies("matrix-pages#5.4")
def test_kinds_and_words_choose_changes(browse: Browse, commits: tuple[str, str]) -> None:
    browser = browse()
    first, second = commits
    both = f"before={first}&after={second}"

    assert changes(browser, f"{both}&kind=reworded") == [("reworded", "shop#1.1")]
    assert changes(browser, f"{both}&q=order -archive") == [("new without a test", "shop#1.3")]
    assert "No change matches." in browser.get(f"/changes?{both}&q=nothing").text
    table = browser.get(f"/changes.csv?{both}&kind=untested")
    assert table.headers["content-disposition"] == 'attachment; filename="changes.csv"'
    assert table.text.splitlines() == [
        "kind,key,old_key,before,after,old_text,text,removed_by",
        'new without a test,shop#1.3,,,untested,,"WHEN an order is lost, '
        'THE shop SHALL pay it `back`",',
    ]
    page = unescape(browser.get(f"/changes?{both}&kind=untested").text)
    assert f'href="/changes.csv?{both}&kind=untested"' in page


@pytest.mark.verifies("matrix-pages#5.4")
@pytest.mark.repeats
def test_a_page_has_500_changes(browse: Browse, project: Path) -> None:
    write(project, DOCUMENT, "### Requirement 1: Paying\n")
    commit(project)
    rows = [f"{it}. WHEN {it} orders are paid, THE shop SHALL store them\n" for it in range(1, 502)]
    write(project, DOCUMENT, f"### Requirement 1: Paying\n\n{''.join(rows)}")
    browser = browse()

    first, second = (browser.get(f"/changes?before=HEAD&page={page}").text for page in ("1", "2"))

    assert first.count('<td id="untested-') == 500
    assert second.count('<td id="untested-') == 1
    assert '<a href="/changes?before=HEAD&amp;page=2" rel="next">' in first


SECRET_CASE = """\
testcase:
  name: pin
  variables: {password: VALUE}
  steps:
    - {id: get, path: /, method: POST, text: "{{ password }}", expect: {status: 200}}
"""


@pytest.mark.verifies("matrix-pages#5.5")
def test_secrets_of_either_side_are_masked_on_both(browse: Browse, project: Path) -> None:
    text = BEFORE.replace("store it", "accept PIN")
    write(project, DOCUMENT, text.replace("PIN", "first-secret and later-secret"))
    write(project, "tests/cases/pin.yaml", SECRET_CASE.replace("VALUE", "first-secret"))
    first = commit(project)
    write(project, DOCUMENT, text.replace("PIN", "first-secret or later-secret"))
    write(project, "tests/cases/pin.yaml", SECRET_CASE.replace("VALUE", "later-secret"))
    second = commit(project)
    write(project, "tests/cases/pin.yaml", "")
    browser = browse()
    for query in (f"before={first}&after={second}", f"before={second}&after={first}"):
        for address in ("/changes", "/changes.json", "/changes.csv"):
            shown = browser.get(f"{address}?{query}").text
            assert "***" in shown
            assert "first-secret" not in shown
            assert "later-secret" not in shown


@pytest.mark.verifies("matrix-pages#5.6")
def test_the_comparison_of_runs_leads_to_their_commits(
    browse: Browse, commits: tuple[str, str]
) -> None:
    browser = browse()
    store = browser.served.parts.workspaces.choose(None).store
    assert store is not None
    for number, checked_out in enumerate(commits):
        at = datetime.now(UTC) - timedelta(hours=2 - number)
        store.start_run(f"run{number}", at, 1, "", RunOrigin(commit=checked_out))
        store.save_cases([CaseResult(f"run{number}", "a.yaml", "a", Outcome.PASSED, at, 0.1, 1)])
        store.finish_run(f"run{number}", RunStatus.COMPLETE, 1.0)

    compared = unescape(browser.get("/compare?before=run0&after=run1").text)

    address = f"/changes?before={commits[0]}&after={commits[1]}"
    assert f'<a href="{address}">' in compared
    assert '<td id="reworded-shop-1.1">' in browser.get(address).text


@pytest.mark.parametrize("path", ["/changes", "/changes.json", "/changes.csv"])
def test_changes_are_shown_to_nobody_without_a_token(guarded: Browser, path: str) -> None:
    assert guarded.get(path).status_code == 303
