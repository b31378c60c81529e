"""Unit case files, run in real processes."""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from shall.actions.run import execute
from shall.actions.run_request import RunRequest
from shall.bootstrap import open_workspace
from shall.engine.stop import Stop
from shall.results.events import CaseFinished, Event
from shall.results.records import CaseResult, Outcome, Position
from shall.settings import Settings
from shall.workspace.workspace import Workspace

CART = '''
"""Code under test."""

import asyncio, os, subprocess, sys, time
import shop.mail


class OutOfStock(Exception):
    pass


def add(a, b=0):
    return a + b


def order(item):
    if not item:
        raise ValueError("an item has a name")
    return {"id": 7, "sent": shop.mail.send(item, to="ann"), "lines": ({"sku": item},)}


async def fetch(n):
    await asyncio.sleep(0)
    return n


class Cart:
    def __init__(self, owner):
        self.owner, self.items = owner, []

    def put(self, sku):
        if sku == "gone":
            raise OutOfStock("none left")
        self.items.append(sku)
        return len(self.items)


def spin():
    while True:
        pass


def leave(status):
    os._exit(status)


def shout(count):
    for _ in range(count):
        sys.stdout.write("x" * 1_000_000)


def see(name):
    return os.environ.get(name)


def grow():
    return bytearray(8 << 30)


def spawn(path):
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    with open(path, "w") as file:
        file.write(str(child.pid))
    while True:
        time.sleep(1)


def giant():
    return ["x" * 1000] * 100_000


LIMIT = 5


def fail(text):
    raise RuntimeError(text)
'''

Write = Callable[..., None]
Run = Callable[..., CaseResult]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "shop").mkdir(parents=True)
    (root / "shop/__init__.py").write_text("")
    (root / "shop/cart.py").write_text(CART)
    (root / "shop/mail.py").write_text("def send(item, to):\n    raise OSError('no mail here')\n")
    (root / "tests/cases").mkdir(parents=True)
    return root


@pytest.fixture
def write(project: Path) -> Write:
    """Writes a unit case file of one case."""

    def write(
        function: str, *checks: dict[str, Any], case: dict[str, Any] | None = None, **more: Any
    ) -> None:
        call = {"id": "one", "assert": list(checks), **(case or {})}
        target = {"module": "shop.cart", "function": function}
        data = {"name": function, "target": target, "cases": [call], **more}
        file = project / "tests/cases/u.yaml"
        file.write_text(yaml.safe_dump({"unittest": data}, sort_keys=False))

    return write


@pytest.fixture
def spaces(project: Path) -> Iterator[Callable[..., Workspace]]:
    opened = []

    def open_one(**settings: Any) -> Workspace:
        opened.append(open_workspace(project, Settings(**settings), keeps_state=False))
        return opened[-1]

    yield open_one
    for space in opened:
        space.close()


@pytest.fixture
def run(spaces: Callable[..., Workspace]) -> Run:
    """Runs the file that was written."""

    def run(stop: Stop | None = None, **settings: Any) -> CaseResult:
        found: list[CaseResult] = []

        def take(event: Event) -> None:
            if isinstance(event, CaseFinished):
                found.append(event.result)

        execute(spaces(**settings), RunRequest(), [take], stop)
        return found[0]

    return run


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
    until = time.monotonic() + 10
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
def test_secrets_are_masked_in_all_that_is_told(write: Write, run: Run) -> None:
    canary = "c4n4ry-5ecret-value"
    write(
        "fail",
        equals(canary),
        case={"id": f"id {canary}", "inputs": {"args": [f"{canary} twice {canary}"]}},
    )
    assert canary not in repr(run(variables={"api_token": canary}))
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


@pytest.mark.verifies("unit#4.4")
def test_no_process_is_started_where_unit_cases_are_turned_off(
    project: Path, write: Write, run: Run
) -> None:
    (project / "shop/cart.py").write_text("open('ran', 'w')\n\ndef add(a): ...\n")
    write("add", equals(1))
    result = run(unit_tests=False)
    assert result.error is not None
    assert result.error.code == "unit.not_allowed"
    assert not (project / "ran").exists()


FAKE = """#!/bin/sh
echo "$@" >> {log}
case "$*" in
*"-m pip"*) {pip} ;;
esac
[ -e {installed} ] && exec {python} "$@"
exec {python} -S "$@"
"""


@pytest.fixture
def environment(project: Path, tmp_path: Path) -> Callable[..., Path]:
    """Makes a virtual environment without pytest; the log has what its python was asked."""

    def make(pip: str = "", *, is_own: bool = True) -> Path:
        log, installed = tmp_path / "log", tmp_path / "installed"
        file = project / ".venv/bin/python"
        file.parent.mkdir(parents=True)
        if is_own:
            (project / ".venv/pyvenv.cfg").write_text("")
        pip = pip or f"touch {installed}; exit 0"
        text = FAKE.format(log=log, pip=pip, installed=installed, python=sys.executable)
        file.write_text(text)
        file.chmod(0o755)
        return log

    return make


@pytest.mark.verifies("unit#4.1")
def test_where_nothing_may_be_installed_pip_is_never_started(
    write: Write, run: Run, environment: Callable[..., Path]
) -> None:
    log = environment()
    write("add", equals(1), case={"inputs": {"args": [1]}})

    result = run(auto_install_deps=False)

    assert result.outcome is Outcome.ERROR
    assert result.error is not None
    command = ".venv/bin/python -m pip install pytest"
    assert result.error.params == {"python": ".venv/bin/python", "command": command}
    assert "driver.py" in log.read_text()
    assert "pip" not in log.read_text()


@pytest.mark.verifies("unit#3.1", "unit#4.2")
def test_pytest_and_nothing_else_is_installed_into_the_environment_of_the_workspace(
    write: Write, run: Run, environment: Callable[..., Path]
) -> None:
    log = environment()
    write("add", equals(1), case={"inputs": {"args": [1]}})

    assert run().outcome is Outcome.PASSED

    (line,) = [it for it in log.read_text().splitlines() if "pip" in it]
    assert line.split()[2:] == [
        *("-m", "pip", "install", "--no-input", "--disable-pip-version-check", "pytest"),
    ]


def test_an_installation_that_fails_is_named(
    write: Write, run: Run, environment: Callable[..., Path]
) -> None:
    environment(pip="echo no network; exit 1")
    write("add", equals(1))
    result = run()
    assert result.error is not None
    assert result.error.code == "unit.not_installed"
    assert result.error.params["reason"] == "no network"


@pytest.mark.verifies("unit#4.3")
def test_nothing_is_installed_into_an_interpreter_of_somebody_else(
    write: Write, run: Run, environment: Callable[..., Path], project: Path, tmp_path: Path
) -> None:
    log = environment(is_own=False)
    write("add", equals(1))
    result = run()
    assert result.error is not None
    assert result.error.code == "unit.no_pytest"
    elsewhere = tmp_path / "elsewhere"
    (project / ".venv").rename(elsewhere)
    (elsewhere / "pyvenv.cfg").write_text("")
    (project / ".venv").symlink_to(elsewhere)
    assert run().outcome is Outcome.ERROR
    (project / ".venv").unlink()
    assert run(python=elsewhere / "bin/python").outcome is Outcome.ERROR
    assert "pip" not in log.read_text()


def test_an_interpreter_that_cannot_be_started_is_named(
    write: Write, run: Run, project: Path
) -> None:
    write("add", equals(1))
    result = run(python=project / "nowhere")
    assert result.error is not None
    assert result.error.code == "unit.not_started"
