"""``shall run --watch``: each pause is a turn of the test, which changes files in it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Ended, Shall

from shall.cli import run as command
from shall.cli import watch

WriteCase = Callable[..., None]
Turn = Callable[[], Any]
Watch = Callable[..., Ended]


@pytest.fixture
def watching(shall: Shall, monkeypatch: pytest.MonkeyPatch, service: Any) -> Watch:
    """Watch; carry out a turn at each pause, and press Ctrl-C after the last one."""

    def run(*turns: Turn, flags: tuple[str, ...] = ()) -> Ended:
        left: Iterator[Turn] = iter(turns)

        def pause() -> None:
            turn = next(left, None)
            if turn is None:
                raise KeyboardInterrupt
            service.log.calls.append("turn")
            turn()

        monkeypatch.setattr(watch, "pause", pause)
        return shall("run", "--watch", "--host", service.url, *flags)

    return run


def calls(service: Any) -> list[list[str]]:
    """Return the paths that were called in each turn, the start before the first one."""
    turns: list[list[str]] = [[]]
    for call in service.log.calls:
        if call == "turn":
            turns.append([])
        else:
            turns[-1].append(call.rpartition("/")[2])
    return [sorted(turn) for turn in turns]


def changed(project: Path, name: str, old: str, new: str) -> Turn:
    file = project / name
    return lambda: file.write_text(file.read_text().replace(old, new))


@pytest.mark.verifies("cli#8.1")
def test_a_changed_case_runs_alone(
    watching: Watch, project: Path, write_case: WriteCase, service: Any
) -> None:
    write_case("a", "/echo/a")
    write_case("b", "/echo/b")

    ended = watching(
        lambda: None,
        changed(project, "tests/cases/a.yaml", "/echo/a", "/echo/changed"),
        lambda: write_case("c", "/echo/c"),
        lambda: (project / "tests/cases/c.yaml").unlink(),
        lambda: (project / "notes.txt").write_text("no case names it"),
    )

    assert calls(service) == [["a", "b"], [], ["changed"], ["c"], [], []]
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.count("Waiting for file changes.") == 3


@pytest.mark.verifies("cli#8.5")
def test_a_log_that_the_service_writes_starts_nothing_and_shows_nothing(
    watching: Watch, project: Path, write_case: WriteCase, service: Any
) -> None:
    write_case("a", "/echo/a")
    log = project / "service.log"

    def write() -> None:
        log.write_text(log.read_text() + "GET /echo/a\n" if log.exists() else "")

    ended = watching(write, write, write)

    assert calls(service) == [["a"], [], [], []]
    assert ended.stdout.count("Waiting for file changes.") == 1


@pytest.mark.verifies("cli#8.2")
def test_cases_run_again_when_what_they_use_changes(
    watching: Watch, project: Path, write_case: WriteCase, service: Any
) -> None:
    write_case("plain", "/echo/plain")
    write_case("rows", "/echo/{{ row.n }}", more="data: rows.csv")
    write_case("shared", "/echo/shared", more="use: [login]")
    write_case("linked", "/echo/linked", more="verifies: [orders#1.1]")
    folder = project / "tests/cases"
    (folder / "rows.csv").write_text("n\n1\n")
    (folder / "shared").mkdir()
    (folder / "shared/login.yaml").write_text("shared:\n  steps:\n    - GET: /echo/login\n")
    (project / "specs").mkdir()
    (project / "specs/orders.md").write_text(
        "# Orders\n\n### Requirement 1: Orders\n\n#### Acceptance Criteria\n\n"
        "1. WHEN an order is sent, THE shop SHALL answer 201.\n"
    )

    watching(
        changed(project, "tests/cases/rows.csv", "1", "2"),
        changed(project, "tests/cases/shared/login.yaml", "login", "token"),
        changed(project, "specs/orders.md", "201", "202"),
        lambda: (project / "shall.yaml").write_text("variables: {a: 1}\n"),
    )

    assert calls(service) == [
        ["1", "linked", "login", "plain", "shared"],
        ["2"],
        ["shared", "token"],
        ["linked"],
        ["2", "linked", "plain", "shared", "token"],
    ]


@pytest.mark.verifies("cli#8.3")
def test_a_case_that_cannot_be_read_does_not_end_the_watching(
    watching: Watch, project: Path, write_case: WriteCase, service: Any
) -> None:
    write_case("a", "/echo/a")

    ended = watching(
        changed(project, "tests/cases/a.yaml", "steps:", "stepz:"),
        changed(project, "tests/cases/a.yaml", "stepz:", "steps:"),
        lambda: (project / "shall.yaml").write_text("hosts: x\n"),
        lambda: (project / "shall.yaml").write_text(""),
        lambda: (project / "tests/cases/a.yaml").unlink(),
    )

    assert calls(service) == [["a"], [], ["a"], [], ["a"], []]
    assert "stepz" in ended.stdout
    assert "hosts" in ended.stderr
    assert ended.returncode == 0


@pytest.mark.verifies("cli#8.4")
def test_the_status_at_the_end_is_that_of_the_last_run(
    watching: Watch, project: Path, write_case: WriteCase
) -> None:
    write_case("a", expected=404)

    assert watching().returncode == 1
    turn = changed(project, "tests/cases/a.yaml", "404", "200")
    assert watching(turn).returncode == 0


@pytest.mark.verifies("cli#8.4")
def test_ctrl_c_during_a_run_ends_the_watching(
    watching: Watch, monkeypatch: pytest.MonkeyPatch, write_case: WriteCase
) -> None:
    write_case("a")

    def interrupted(*_: Any) -> int:
        return 130

    monkeypatch.setattr(command, "_run_in", interrupted)

    assert watching(lambda: pytest.fail("it still waits")).returncode == 130


@pytest.mark.parametrize(
    "flag", ["--impacted", "--dry-run", "--expect=a#1.1", "--shard=1/2", "--expect-cases=0"]
)
def test_flags_that_do_not_fit_are_named(watching: Watch, flag: str) -> None:
    ended = watching(flags=(flag,))

    assert ended.returncode == 2
    assert "--watch cannot be used with" in ended.stderr
