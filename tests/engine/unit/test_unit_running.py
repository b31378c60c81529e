"""Unit case files, run in real processes."""

import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shall.engine.stop import Stop
from shall.messages import Message, render
from shall.results.records import CaseResult, Outcome, Position

Write = Callable[..., None]
Run = Callable[..., CaseResult]


def equals(expected: Any, **more: Any) -> dict[str, Any]:
    return {"type": "equals", "expected": expected, **more}


@pytest.mark.verifies("unit#2.3")
def test_calls_mocks_fixtures_and_assertions_are_carried_out(project: Path, run: Run) -> None:
    (project / "tests/cases/u.yaml").write_text(
        """unittest:
  name: orders
  target: {module: shop.cart, function: order}
  fixtures:
    setup:
      - {type: env, target: MODE, value: test}
      - {type: set, target: shop.cart.LIMIT, value: 1}
    teardown:
      - {type: call, target: shop.cart.add, args: [1]}
  cases:
    - id: sent
      mocks: [{target: shop.mail, method: send, return_value: [1, null]}]
      inputs: {args: [book]}
      assert:
        - {type: equals, field: result.id, expected: 7}
        - {type: equals, field: "lines[0].sku", expected: book}
        - {type: equals, field: lines, expected: [{sku: book}]}
        - {type: not_equals, field: id, expected: 8}
        - {type: exists, field: lines.0.sku}
        - {type: not_exists, field: price}
        - {type: contains, expected: id}
        - {type: not_contains, expected: price}
        - {type: length, expected: 3}
        - {type: in, field: id, expected: [7, 8]}
        - {type: not_in, field: id, expected: [8]}
        - {type: regex, field: "lines[0].sku", expected: "^b"}
        - {type: greater_than, field: id, expected: 6}
        - {type: less_or_equal, field: id, expected: 7}
        - {type: is_none, field: "sent[1]"}
        - {type: is_not_none}
        - {type: type, expected: dict}
        - {type: called, mock: send}
        - {type: called_with, mock: send, args: [book], kwargs: {to: ann}}
        - {type: call_count, mock: send, expected: 1}
    - id: two calls
      mocks: [{target: shop.mail.send, side_effect: [1, 2]}]
      inputs: {args: [book]}
      assert: [{type: equals, field: sent, expected: 1}]
    - id: no mail
      mocks: [{target: shop.mail.send, side_effect: {exception: shop.cart.OutOfStock, message: x}}]
      inputs: {args: [book]}
      assert: [{type: raises, exception: shop.cart.OutOfStock, message: x}]
    - id: no name
      mocks: [{target: shop.mail.send}]
      inputs: {args: [""]}
      assert:
        - {type: raises, exception: ValueError, message: has a name}
        - {type: not_called}
"""
    )
    result = run()

    assert [(step.id, step.outcome) for step in result.steps] == [
        *(("sent", Outcome.PASSED), ("two calls", Outcome.PASSED)),
        *(("no mail", Outcome.PASSED), ("no name", Outcome.PASSED)),
    ], result
    assert result.outcome is Outcome.PASSED
    assert result.checks_executed == 24


@pytest.mark.verifies("unit#2.3")
def test_the_instance_of_a_method_is_made_and_can_be_asserted(write: Write, run: Run) -> None:
    write(
        "put",
        equals(1),
        equals("a", field="instance.items[0]"),
        case={"init": {"kwargs": {"owner": "ann"}}, "inputs": {"args": ["a"]}},
        target={"module": "shop.cart", "class": "Cart", "function": "put"},
    )
    assert run().outcome is Outcome.PASSED


@pytest.mark.verifies("unit#2.3")
def test_an_async_function_is_awaited(write: Write, run: Run) -> None:
    write("fetch", equals(3), case={"inputs": {"args": [3]}})
    assert run().outcome is Outcome.PASSED


@pytest.mark.verifies("unit#3.2")
def test_a_failure_has_its_place_and_both_values(project: Path, run: Run) -> None:
    (project / "tests/cases/u.yaml").write_text(
        """unittest:
  name: adding
  target: {module: shop.cart, function: add}
  cases:
    - id: wrong
      inputs: {args: [1, 2]}
      assert:
        - {type: type, expected: int}
        - {type: equals, expected: 4}
        - {type: is_none}
    - id: raises
      inputs: {args: [1, x]}
      assert: [{type: equals, expected: 4}]
    - id: nothing raised
      inputs: {args: [1, 2]}
      assert: [{type: raises, exception: ValueError}]
    - id: another raised
      inputs: {args: [1, x]}
      assert: [{type: raises, exception: ValueError}]
    - id: no such field
      inputs: {args: [1, 2]}
      assert: [{type: equals, field: id, expected: 4}]
"""
    )
    result = run()

    wrong, raises, nothing, another, missing = result.steps
    first, second = wrong.checks
    assert first.outcome is Outcome.PASSED
    assert (second.expected, second.actual, second.position) == (4, 3, Position(9, 11))
    assert raises.error is not None
    assert "unsupported operand" in raises.error.params["reason"]
    assert "shop/cart.py:13" in raises.error.params["reason"]
    assert raises.position == Position(11, 7)
    assert nothing.checks[0].message is not None
    assert nothing.checks[0].message.code == "unit.not_raised"
    assert another.checks[0].message is not None
    assert "TypeError" in another.checks[0].message.params["reason"]
    assert missing.checks[0].found is False
    assert {step.outcome for step in result.steps} == {Outcome.FAILED}
    assert result.checks_executed == 5


@pytest.mark.verifies("unit#3.8", "unit#3.9")
def test_a_mock_of_nothing_and_other_calls_are_shown_with_place_and_text(
    project: Path, run: Run
) -> None:
    (project / "tests/cases/u.yaml").write_text(
        """unittest:
  name: ordering
  target: {module: shop.cart, function: order}
  cases:
    - id: nothing to replace
      mocks:
        - {target: shop.mail.send, return_value: true}
        - {target: shop.cart.sendd, return_value: true}
      inputs: {args: [book]}
      assert: [{type: exists, field: id}]
    - id: no such module
      mocks: [{target: shop.nowhere.send, return_value: true}]
      inputs: {args: [book]}
      assert: [{type: exists, field: id}]
    - id: other arguments
      mocks: [{target: shop.mail.send, return_value: true}]
      inputs: {args: ["two\\nlines"]}
      assert: [{type: called_with, args: [one]}]
    - id: other count
      mocks: [{target: shop.mail.send, return_value: true}]
      inputs: {args: [book]}
      assert: [{type: call_count, expected: 3}]
    - id: called
      mocks: [{target: shop.mail.send, return_value: true}]
      inputs: {args: [book]}
      assert: [{type: not_called}]
    - id: no such exception
      mocks: [{target: shop.mail.send, side_effect: {exception: shop.mail.Nope}}]
      inputs: {args: [book]}
      assert: [{type: exists, field: id}]
"""
    )
    nothing, nowhere, arguments, count, called, unmade = run().steps

    assert nothing.outcome is nowhere.outcome is Outcome.ERROR
    assert nothing.error == Message("unit.no_mock_target", {"target": "shop.cart.sendd"})
    assert nothing.position == Position(8, 11)
    assert nowhere.error == Message("unit.no_mock_target", {"target": "shop.nowhere.send"})
    assert (unmade.outcome, unmade.error and unmade.error.code) == (Outcome.ERROR, "unit.mock")
    assert arguments.checks[0].actual == "send('two\\nlines', to='ann')"
    assert (count.checks[0].expected, count.checks[0].actual) == (3, 1)
    messages = [it.checks[0].message for it in (arguments, called)]
    assert all(it is not None and "\n" not in it.params["reason"] for it in messages)
    assert arguments.outcome is count.outcome is called.outcome is Outcome.FAILED


@pytest.mark.verifies("unit#3.8")
@pytest.mark.parametrize(
    ("fixture", "reason"),
    [
        ("{type: mock, target: shop.mail.sendd, return_value: 1}", "there is no shop.mail.sendd"),
        ("{type: set, target: shop.mail.SENDER, value: 1}", "there is no shop.mail.SENDER"),
        ("{type: call, target: shop.mail.send}", "setup failed: TypeError"),
    ],
)
def test_a_fixture_that_cannot_be_set_up_has_its_place(
    project: Path, run: Run, fixture: str, reason: str
) -> None:
    (project / "tests/cases/u.yaml").write_text(
        f"""unittest:
  name: ordering
  target: {{module: shop.cart, function: order}}
  fixtures:
    setup:
      - {{type: env, target: SHOP_MODE, value: test}}
      - {fixture}
  cases:
    - id: one
      inputs: {{args: [book]}}
      assert: [{{type: exists, field: id}}]
"""
    )
    (step,) = run().steps

    assert step.outcome is Outcome.ERROR
    assert step.error is not None
    assert reason in render(step.error)
    assert step.position == Position(7, 9)


@pytest.mark.verifies("unit#3.3")
def test_a_file_whose_time_is_over_ends_with_all_that_it_started(
    write: Write, run: Run, tmp_path: Path
) -> None:
    note = tmp_path / "pid"
    write("spawn", equals(1), case={"inputs": {"args": [str(note)]}}, timeout_s=2.5)

    result = run()

    assert result.outcome is Outcome.ERROR
    assert result.error is not None
    assert result.error.code == "unit.timed_out"
    assert has_ended(int(note.read_text()))


def has_ended(pid: int) -> bool:
    """Return whether a process is gone, or waits only to be counted by init."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
            if ") Z " in Path(f"/proc/{pid}/stat").read_text():
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        threading.Event().wait(0.02)
    return False


@pytest.mark.verifies("unit#3.3")
def test_a_run_that_is_stopped_kills_the_process(write: Write, run: Run, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    write("spawn", equals(1), case={"inputs": {"args": [str(note)]}})
    stop = Stop()

    def stop_when_started() -> None:
        while not (note.exists() and note.read_text()):
            threading.Event().wait(0.02)
        stop.request()

    thread = threading.Thread(target=stop_when_started)
    thread.start()
    result = run(stop)
    thread.join()

    assert result.error is not None
    assert result.error.code == "run.interrupted"
    assert has_ended(int(note.read_text()))


@pytest.mark.verifies("unit#3.3")
@pytest.mark.skipif(sys.platform != "linux", reason="found in /proc")
def test_a_process_that_left_the_group_is_killed_too(
    write: Write, run: Run, tmp_path: Path
) -> None:
    note = tmp_path / "pid"
    write("leave_group", equals(1), case={"inputs": {"args": [str(note)]}})
    assert run().outcome is Outcome.PASSED
    assert has_ended(int(note.read_text()))


def test_a_thread_that_is_left_behind_does_not_keep_the_process(write: Write, run: Run) -> None:
    write("linger", equals(1))
    assert run().outcome is Outcome.PASSED


@pytest.mark.verifies("unit#3.4")
@pytest.mark.parametrize(("function", "args"), [("leave", [0]), ("leave", [3])])
def test_a_process_that_ends_early_is_an_error(
    write: Write, run: Run, function: str, args: list[Any]
) -> None:
    write(function, equals(None), case={"inputs": {"args": args}})
    result = run()
    assert result.outcome is Outcome.ERROR
    assert result.error is not None
    assert result.error.code == "unit.process_ended"
    assert result.error.params["reason"] == "it printed nothing"
    assert result.steps[0].outcome is Outcome.ERROR


@pytest.mark.verifies("unit#3.5")
def test_what_is_printed_and_returned_is_bounded(write: Write, run: Run) -> None:
    write("shout", equals(1), case={"inputs": {"args": [300]}})
    assert len(repr(run())) < 10_000
    write("giant", equals(1))
    assert len(repr(run())) < 10_000
    write("fail", equals(1), case={"inputs": {"args": ["y" * 100_000]}})
    assert len(repr(run())) < 10_000


@pytest.mark.verifies("unit#3.5")
def test_memory_has_a_limit(write: Write, run: Run) -> None:
    write("grow", equals(1))
    (step,) = run().steps
    assert step.error is not None
    assert "MemoryError" in step.error.params["reason"]


@pytest.mark.verifies("unit#3.5")
def test_secrets_are_masked_in_all_that_is_reported(write: Write, run: Run) -> None:
    canary = "c4n4ry-5ecret-value"
    write(
        "fail",
        equals(canary),
        case={"id": f"id {canary}", "inputs": {"args": [f"{canary} twice {canary}"]}},
    )
    assert canary not in repr(run(variables={"api_token": canary}))
    write("tell", equals(1), case={"inputs": {"args": [f"token={canary}"]}})
    shown = repr(run(variables={"api_token": canary}))
    assert canary not in shown
    assert "token=***" in shown
    write("add", equals("x"), case={"inputs": {"kwargs": {"a": "", "b": canary}}}, secrets=["b"])
    assert canary not in repr(run())
    write(
        "see",
        equals("x"),
        case={"inputs": {"args": ["DB_PASSWORD"]}},
        fixtures={"setup": [{"type": "env", "target": "DB_PASSWORD", "value": canary}]},
    )
    assert canary not in repr(run())


@pytest.mark.verifies("unit#3.6")
def test_the_process_does_not_see_our_environment(
    write: Write, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MCP_AUTH_TOKEN", "c4n4ry")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    write("see", {"type": "is_none"}, case={"inputs": {"args": ["MCP_AUTH_TOKEN"]}})
    assert run().outcome is Outcome.PASSED


@pytest.mark.verifies("unit#3.7")
def test_a_module_that_another_one_hides_is_not_called(
    project: Path, write: Write, run: Run
) -> None:
    (project / "os.py").write_text("def getcwd(): return 1\n")
    write("getcwd", {"type": "is_not_none"}, target={"module": "os", "function": "getcwd"})
    result = run()
    assert result.outcome is Outcome.ERROR
    assert result.error is not None
    assert result.error.code == "unit.elsewhere"


def test_a_module_that_cannot_be_imported_is_named_with_the_reason(
    project: Path, write: Write, run: Run
) -> None:
    (project / "shop/cart.py").write_text("import nowhere_to_be_found\n\ndef add(a): ...\n")
    write("add", equals(1))
    result = run()
    assert result.error is not None
    assert result.error.code == "unit.import"
    assert "nowhere_to_be_found" in result.error.params["reason"]
    assert "shop/cart.py:1" in result.error.params["reason"]


@pytest.mark.verifies("unit#5.3")
def test_a_file_of_which_a_case_was_skipped_counts_as_skipped(project: Path, run: Run) -> None:
    (project / "tests/cases/u.yaml").write_text(
        """unittest:
  name: adding
  target: {module: shop.cart, function: add}
  cases:
    - {id: a, inputs: {args: [1]}, assert: [{type: equals, expected: 1}]}
    - {id: b, skip: not yet, assert: [{type: equals, expected: 1}]}
"""
    )
    result = run()
    assert [step.outcome for step in result.steps] == [Outcome.PASSED, Outcome.SKIPPED]
    assert result.outcome is Outcome.SKIPPED
    assert result.error is not None
    assert result.error.params["reason"] == "not yet"


@pytest.mark.verifies("unit#1.5")
def test_code_that_is_not_there_is_an_error_with_its_place(write: Write, run: Run) -> None:
    write("ad", equals(1))
    result = run()
    assert result.outcome is Outcome.ERROR
    assert result.problems
    (problem,) = result.problems
    assert problem["code"] == "case.unknown-code"
    assert "Did you mean `add`?" in problem["hint"]
    write("ad", equals(1), more="colour: red")
    problems = run().problems
    assert problems
    assert {it["code"] for it in problems} == {"case.unknown-code", "case.unknown-field"}
