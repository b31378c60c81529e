"""A person follows a run that goes on, and stops it; and a view in an MCP client."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.browser.site import TOKEN, Site
from tests.browser.tabs import Open, Tab
from tests.made_results import case_result

from shall.bootstrap import open_project
from shall.messages import Message
from shall.pages.views import matrix_view, run_view
from shall.results.records import Outcome, RunStatus
from shall.serve import live
from shall.settings import Settings
from shall.store.base import Store

HOSTILE = "<img src=x onerror=alert(1)>\u202eadmin"
HOST = """([view, result, context]) => {
    const frame = document.querySelector("iframe");
    window.received = [];
    addEventListener("message", ({ data, source }) => {
        received.push(data.method);
        const answer = (message) => source.postMessage({ jsonrpc: "2.0", ...message }, "*");
        if (data.method === "ui/initialize") {
            answer({ id: data.id, result: { hostContext: context } });
        }
        if (data.method === "ui/notifications/initialized") {
            answer({ method: "ui/notifications/tool-result", params: result });
        }
    });
    frame.srcdoc = view;
}"""


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "RUNNING_S", 0.02)
    monkeypatch.setattr(live, "IDLE_S", 0.02)


@pytest.fixture
def store(site: Site) -> Iterator[Store]:
    """The store of the shop, opened by another process than the server: so to say."""
    space = open_project(site.shop, Settings())
    assert space.store is not None
    yield space.store
    space.close()


def signed_in(open_tab: Open, site: Site, address: str, language: str = "en") -> Tab:
    tab = open_tab(language)
    tab.page.goto(f"{site.base}/login")
    tab.sign_in(TOKEN)
    tab.page.goto(site.base + address)
    return tab


def save(store: Store, run_id: str, outcome: Outcome, **changes: Any) -> None:
    store.save_cases([case_result(run_id=run_id, outcome=outcome, **changes)])


@pytest.mark.verifies("live-pages#1.1", "live-pages#1.2", "live-pages#2.5")
def test_a_run_is_followed_and_stopped_on_its_page(
    site: Site, store: Store, open_tab: Open
) -> None:
    store.start_run("followed", datetime.now(UTC), 4, "")
    tab = signed_in(open_tab, site, "/runs")
    row = tab.page.get_by_role("row").filter(has=tab.page.locator("[data-live-run=followed]"))
    row.get_by_role("link").first.click()
    done = tab.page.locator("[data-live=done]")
    assert done.text_content() == "0 of 4 cases"
    heading = tab.page.get_by_role("heading", level=1)
    assert heading.text_content() == "The run is in progress"

    save(store, "followed", Outcome.FAILED, name=HOSTILE, error=Message("case.broken"))
    tab.page.get_by_text("1 of 4 cases").wait_for()
    reason = tab.page.locator("[data-live=reason]").text_content() or ""
    assert reason.startswith(r"Newest failure: <img src=x onerror=alert(1)>\u202eadmin: ")
    assert tab.page.locator("svg.share rect.failed").first.get_attribute("width") == "25"
    assert tab.page.get_by_role("link", name="Show its results").is_visible()
    for width, scheme in (("phone", "dark"), ("desktop", "light")):
        tab.show(width, scheme)
        tab.picture(f"live-en-{width}-{scheme}")
        assert tab.faults() == []

    tab.page.get_by_role("button", name="Stop the run").click()
    tab.page.get_by_text("Asked to stop").wait_for()
    assert store.is_asked_to_stop("followed")
    assert tab.page.get_by_role("button", name="Stop the run").count() == 0
    store.finish_run("followed", RunStatus.INTERRUPTED, 1.0)
    tab.page.get_by_role("status").get_by_text("The run was interrupted").wait_for()
    assert heading.text_content() == "The run was interrupted"
    tab.page.get_by_role("link", name="Show its results").click()
    assert tab.page.locator("shall-live").count() == 0


@pytest.mark.verifies("live-pages#1.2")
def test_the_list_of_runs_says_that_one_has_begun(site: Site, store: Store, open_tab: Open) -> None:
    tab = signed_in(open_tab, site, "/runs", "zh")
    store.start_run("begun", datetime.now(UTC), 1, "")
    tab.page.get_by_role("status").get_by_text("有新的运行开始").wait_for()
    tab.page.get_by_role("link", name="查看", exact=True).click()
    tab.page.get_by_text("1 个用例已完成 0 个").wait_for()
    save(store, "begun", Outcome.PASSED)
    tab.page.get_by_text("1 个用例已完成 1 个").wait_for()
    store.finish_run("begun", RunStatus.COMPLETE, 1.0)
    tab.page.get_by_role("status").get_by_text("运行已结束").wait_for()


@pytest.mark.verifies("live-pages#2.6")
def test_a_hidden_tab_holds_no_stream_and_comes_back(
    site: Site, store: Store, open_tab: Open
) -> None:
    store.start_run("hidden", datetime.now(UTC), 2, "")
    tab = open_tab()
    tab.page.add_init_script(
        """window.streams = []; window.isHidden = false;
        Object.defineProperty(document, "hidden", { get: () => isHidden });
        window.EventSource = class extends EventSource {
            constructor(address) { super(address); streams.push(this); } }"""
    )
    tab.page.goto(f"{site.base}/login")
    tab.sign_in(TOKEN)
    tab.page.goto(f"{site.base}/runs/hidden")
    assert states(tab, is_hidden=False)[-1] in {0, 1}

    assert set(states(tab, is_hidden=True)) == {2}
    save(store, "hidden", Outcome.PASSED)
    assert set(states(tab, is_hidden=False)[:-1]) == {2}
    tab.page.get_by_text("1 of 2 cases").wait_for()

    tab.page.evaluate(
        """() => { const last = streams.at(-1); last.close();
            last.dispatchEvent(new Event("error")); }"""
    )
    tab.page.get_by_role("status").get_by_text("No connection").wait_for()
    store.finish_run("hidden", RunStatus.COMPLETE, 1.0)
    tab.page.get_by_role("status").get_by_text("The run has ended").wait_for()
    assert set(states(tab, is_hidden=False)) == {2}


def states(tab: Tab, *, is_hidden: bool) -> list[int]:
    """Hide or show a tab; return the state of each of its streams: 2 is closed."""
    found: list[int] = tab.page.evaluate(
        """(isHidden) => { window.isHidden = isHidden;
            document.dispatchEvent(new Event("visibilitychange"));
            return streams.map((each) => each.readyState); }""",
        is_hidden,
    )
    return found


@pytest.mark.verifies("mcp-apps#1.5", "mcp-apps#1.6")
@pytest.mark.parametrize(
    ("view", "answer", "language", "shown"),
    [
        (
            run_view(),
            {
                "has_failures": True,
                **{"passed": 1, "failed": 1, "errors": 0, "skipped": 0},
                "results": [{"test_name": HOSTILE, "status": "failed", "error_message": "differs"}],
            },
            "en-GB",
            ["Not every case passed", "✗ failed", "differs", r"onerror=alert(1)>\u202eadmin"],
        ),
        (
            matrix_view(),
            {
                "counts": {"proved": 1, "failing": 1},
                "proved_percent": 50,
                "criteria": [{"key": "a#1.1", "status": "failing", "text": HOSTILE}] * 501,
            },
            "zh-CN",
            ["已证明 50 %", "1 失败", "a#1.1", r"onerror=alert(1)>\u202eadmin", "此处未列出: 1"],
        ),
        (
            run_view(),
            {"has_failures": False, "total": 2, "passed": 1, "skipped": 1},
            "en-GB",
            ["All that were not skipped passed"],
        ),
        (run_view(), {"has_failures": False, "total": 0, "passed": 0}, "en-GB", ["No cases ran"]),
        (run_view(), {"error_message": HOSTILE}, "en-GB", ["not carried out", r"\u202eadmin"]),
    ],
    ids=["run", "matrix", "skipped", "none", "error"],
)
def test_a_view_shows_an_answer_as_text_in_the_look_of_its_client(
    open_tab: Open, view: str, answer: dict[str, Any], language: str, shown: list[str]
) -> None:
    tab = open_tab()
    tab.page.set_content('<iframe sandbox="allow-scripts" title="view"></iframe>')
    result = {"content": [], "structuredContent": answer}
    context = {"theme": "dark", "locale": language}
    tab.page.evaluate(HOST, [view, result, context])
    frame = tab.page.frame_locator("iframe")
    for text in shown:
        frame.get_by_text(text).first.wait_for(state="attached")
    assert frame.locator("h1:visible").count() == 1
    assert frame.locator("img").count() == 0
    look = frame.locator("html").evaluate("(it) => [it.lang, getComputedStyle(it).colorScheme]")
    assert look == [language[:2], "dark"]
    rows = answer.get("criteria") or answer.get("results") or []
    assert frame.locator("tbody tr").count() == min(len(rows), 500)
    assert "ui/notifications/size-changed" in tab.page.evaluate("received")
