"""The page of the server, from what is known of it."""

from datetime import UTC, datetime, timedelta

import pytest

from shall.pages.frame import Look
from shall.pages.links import ServedLinks
from shall.pages.server import CallFigures, OpenRun, ServerFacts, server_page

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def figures(total: int, failed: int, **codes: int) -> CallFigures:
    return CallFigures(total, failed, 0.012, 0.5, codes)


def page(language: str = "en", **changed: object) -> str:
    known = {
        "version": "9.8.7",
        "started_at": NOW - timedelta(hours=3),
        "reasons": (),
        "workers": 2,
        "instance": "north",
        "connections": 5,
        "workspaces": ("/srv/shop",),
        "runs": (),
        "calls": {
            15: figures(30, 0),
            60: figures(60, 3, MCP_TIMEOUT=3),
            1440: figures(100, 4, MCP_TIMEOUT=4),
            None: figures(12_345, 6, MCP_TIMEOUT=4, MCP_RUN_NOT_FOUND=2),
        },
    }
    facts = ServerFacts(**{**known, **changed})  # type: ignore[arg-type]
    return server_page(facts, Look(language, NOW, ServedLinks()))


@pytest.mark.verifies("pages#4.1")
def test_it_shows_version_start_and_readiness() -> None:
    shown = page()
    assert "9.8.7" in shown
    assert "3 hours ago" in shown
    assert "✓ yes" in shown
    assert "/srv/shop" in shown
    assert "✗ the disk is full; it is shutting down" in page(reasons=("disk full", "draining"))
    assert "✗ moon phase" in page(reasons=("moon phase",))


@pytest.mark.verifies("pages#4.2")
def test_it_shows_calls_over_each_time_and_errors_by_code() -> None:
    shown = page()
    for text in ("last 15 minutes", ">2.0<", "3 (5.0%)", "12,345", "12 ms", "0.50 s"):
        assert text in shown
    assert shown.index("MCP_TIMEOUT") < shown.index("MCP_RUN_NOT_FOUND")
    none = dict.fromkeys((15, 60, 1440, None), figures(0, 0))
    assert "No tool was called yet" in page(calls=none)


@pytest.mark.verifies("pages#4.3")
def test_it_shows_runs_that_have_not_ended() -> None:
    assert "No run is open" in page()
    shown = page(runs=(OpenRun("r<1>", NOW - timedelta(minutes=2), "staging"),))
    assert "r&lt;1&gt;" in shown
    assert 'href="/runs/r%3C1%3E"' in shown
    assert "2 minutes ago" in shown


@pytest.mark.verifies("pages#4.4")
def test_it_says_why_calls_are_not_counted() -> None:
    shown = page(calls={}, calls_unknown="The disk is gone.")
    assert "Tool calls are not counted: The disk is gone." in shown
    assert "9.8.7" in shown


def test_it_is_in_chinese() -> None:
    shown = page("zh", reasons=("disk full",))
    assert "最近 15 分钟" in shown
    assert "磁盘已满" in shown
    assert "Calls" not in shown
