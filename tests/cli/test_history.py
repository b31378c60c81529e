"""``shall history``: what it prints of stored runs."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from shall.actions import compare

Shall = Callable[..., Any]
WriteCase = Callable[..., None]


@pytest.mark.verifies("cli#1.12")
def test_without_a_run_the_next_step_is_named(shall: Shall) -> None:
    shown = shall("history")
    assert (shown.returncode, shown.stdout) == (0, "No run is stored. Run `shall run` first.\n")


@pytest.mark.verifies("reports#4.1", "reports#4.2", "reports#4.4", "reports#4.5")
def test_flaky_and_slow_cases_are_listed_and_one_case_is_shown(
    shall: Shall, write_case: WriteCase, service: Any
) -> None:
    write_case("good")
    write_case("flaky", "/given/flaky")
    for status in (200, 500, 200):
        service.answer("flaky", "", "text/plain", status_code=status)
        shall("run", "--host", service.url)

    listed = shall("history")

    assert listed.returncode == 0, listed.stderr
    assert listed.stdout.splitlines()[:2] == [
        "Flaky in the last 3 stored runs, the newest first:",
        "  .F.  tests/cases/flaky.yaml  The case may have changed between these runs.",
    ]
    assert {line.split()[-1] for line in listed.stdout.splitlines()[-2:]} == {
        "tests/cases/flaky.yaml",
        "tests/cases/good.yaml",
    }
    shown = shall("history", "tests/cases/flaky.yaml", "--runs", "2").stdout.splitlines()
    assert [line.split()[2] for line in shown[1:3]] == ["passed", "failed"]
    data = json.loads(shall("history", "--format", "json").stdout)
    assert [(it["name"], it["is_flaky"]) for it in data["cases"]] == [
        ("flaky", True),
        ("good", False),
    ]
    assert "No case is flaky" in shall("history", "--runs", "1").stdout
    assert shall("history", "none.yaml").returncode == 2


@pytest.mark.verifies("history-pages#3.1", "history-pages#3.3")
def test_two_runs_are_compared(
    shall: Shall, write_case: WriteCase, service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compare, "_LEAST_S", 60.0)  # a busy machine makes any case slower
    write_case("good")
    write_case("flaky", "/given/compared")
    for status in (200, 500):
        service.answer("compared", "", "text/plain", status_code=status)
        shall("run", "--host", service.url)

    shown = shall("history", "--compare", "previous", "latest").stdout.splitlines()

    assert shown[3:5] == ["Newly failing:", "  tests/cases/flaky.yaml"]
    assert shown[-1] == "The same in both runs: 1."
    back = ("history", "--compare", "latest", "previous")
    data = json.loads(shall(*back, "--format", "json").stdout)
    assert [(it["kind"], it["name"], it["after"]["outcome"]) for it in data["cases"]] == [
        ("fixed", "flaky", "passed")
    ]
    assert shall("history", "--compare", "r8", "r9").returncode == 2
