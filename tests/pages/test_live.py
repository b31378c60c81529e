"""A run that goes on, as its page shows it and as the events that renew it say."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shall.messages import Message
from shall.pages.frame import Look, Viewer, asset
from shall.pages.links import Links, ServedLinks
from shall.pages.live import event_of, live_list, live_run
from shall.pages.run_parts import run_head
from shall.pages.runs import RunsQuery, runs_page
from shall.results.listing import LiveRun, RunLine, RunPage
from shall.results.reason import Reason
from shall.results.records import Outcome, RunStatus

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
MAY_RUN = Viewer("ci", frozenset({"read", "run"}), "t")


def run(status: RunStatus = RunStatus.RUNNING, **changes: Any) -> LiveRun:
    outcomes = {Outcome.PASSED: 2, Outcome.FAILED: 1}
    line = RunLine("r1", NOW, status, 4, outcomes)
    return LiveRun(line, **{"can_stop": True, **changes})


def look(viewer: Viewer = MAY_RUN, language: str = "en", links: Links | None = None) -> Look:
    return Look(language, NOW, links or ServedLinks(), viewer)


@pytest.mark.verifies("live-pages#1.7")
def test_an_event_is_plain_masked_text_in_the_language_of_the_page() -> None:
    bad = run(bad_name="pay\u202e", bad_reason=Reason(Message("run.interrupted", {}), field="x"))
    event = event_of(bad, "en", lambda text: text.replace("pay", "***"))
    assert event["reason"].startswith(r"Newest failure: ***\u202e: ")
    assert event["counts"] == {"passed": 2, "failed": 1, "error": 0, "skipped": 0}
    assert event["ended"] == ""
    outage = Reason(Message("x", {"address": "shop:80", "why": "refused"}))
    assert "shop:80" in event_of(run(bad_name="a", bad_reason=outage), "zh")["reason"]
    bare = Reason(check="equals", field="id")
    assert (
        event_of(run(bad_name="a", bad_reason=bare), "zh")["reason"] == "最近的失败: a: id equals"
    )
    ended = event_of(run(RunStatus.TIMED_OUT), "zh")
    assert ended["ended"] == "运行超时，已停止: 通过 2，失败 1，错误 0，跳过 0"


@pytest.mark.verifies("live-pages#2.5")
def test_only_who_may_run_is_shown_how_to_stop_a_run() -> None:
    text = live_run(run(), look())
    assert '<form method="post" action="/runs/r1/cancel" class="stop">' in text
    assert 'name="form_token" value="t"' in text
    reader = Viewer("ci", frozenset({"read"}), "t")
    assert "<form" not in live_run(run(), look(reader))


@pytest.mark.verifies("live-pages#2.3", "live-pages#2.5")
def test_a_run_that_was_asked_to_stop_or_cannot_hear_says_so() -> None:
    asked = live_run(run(is_asked_to_stop=True), look())
    assert "Asked to stop" in asked
    assert "<form" not in asked
    deaf = live_run(run(can_stop=False), look())
    assert "does not look for requests" in deaf
    assert "<form" not in deaf


@pytest.mark.verifies("live-pages#1.1")
def test_the_bar_is_filled_as_far_as_the_run_came() -> None:
    assert 'data-source="/live?run=r1"' in live_run(run(), look())
    text = run_head(run().line, look())
    assert 'data-live-run="r1"' in text
    assert '<span data-live-count="passed">2</span> passed' in text
    assert '<rect class="passed" x="0.00" width="50.00" height="10">' in text
    assert '<rect class="left" x="75.00" width="25.00" height="10">' in text


def test_a_list_follows_the_runs_that_it_shows() -> None:
    lines = [run().line, run(RunStatus.COMPLETE).line]
    assert 'data-source="/live?known=r1"' in live_list(lines, look())
    assert live_list(lines, look(links=Links())) == ""
    assert "data-live" not in run_head(lines[0], look(links=Links()))
    assert "data-live" not in run_head(lines[1], look())
    text = runs_page(RunPage(lines, 2, 2), RunsQuery(), look())
    assert text.count('data-live-run="r1"') == 1
    assert '<span class="soft num" data-live="done">3 of 4 cases</span>' in text
    assert live_run(run(RunStatus.COMPLETE), look()) == ""


def test_the_script_sets_text_and_attributes_alone() -> None:
    script = asset("script.js")
    assert "innerHTML" not in script
    assert 'customElements.define("shall-live"' in script
