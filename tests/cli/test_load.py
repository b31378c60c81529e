"""``shall load``: cases at a steady rate, against a service that counts."""

import json
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Shall

WriteCase = Callable[..., None]


@pytest.mark.verifies("load#1.1", "load#1.4", "load#1.5", "load#1.8")
def test_cases_run_in_turn_and_nothing_is_stored(
    shall: Shall, project: Path, write_case: WriteCase, service: Any
) -> None:
    write_case("good")
    write_case("bad", "/status/503", expected=200)
    write_case("skipped", more="skip: moved")

    ended = shall(
        *("load", "--rate", "200/s", "--duration", "50ms", "--host", service.url),
        *("--max-errors", "50%"),
    )

    assert (ended.returncode, ended.stderr) == (0, "")
    assert service.calls_to("/echo") == service.calls_to("/status/503") == 5
    lines = [line.split() for line in ended.stdout.splitlines()]
    assert lines[0] == ["count", "errors", "p50", "p90", "p95", "p99", "max"]
    assert lines[1][:3] == ["cases", "10", "5"]
    assert lines[2][:5] == ["GET", "tests/cases/bad.yaml:", "get", "5", "5"]
    assert lines[3][:5] == ["GET", "tests/cases/good.yaml:", "get", "5", "0"]
    assert "5  tests/cases/bad.yaml: get: " in ended.stdout
    assert "expected 200, actual 503" in ended.stdout
    assert "Excluded because they are skipped or send no requests: 1." in ended.stdout
    assert not (project / ".shall").exists()


@pytest.mark.verifies("load#1.7")
@pytest.mark.parametrize(
    ("threshold", "status", "said"),
    [
        ((), 1, "shall: 100.00 % of the cases are errors, more than 0 %.\n"),
        (("--max-errors", "100"), 0, ""),
        (("--max-errors", "99.5%"), 1, "more than 99.5 %.\n"),
        (("--max-errors", "100", "--max-p95", "2h", "--max-p99", "2h"), 0, ""),
        (("--max-errors", "100", "--max-p95", "0.001ms"), 1, "shall: p95 is "),
        (("--max-errors", "100", "--max-p99", "0.001ms"), 1, "shall: p99 is "),
    ],
)
def test_a_threshold_that_is_exceeded_fails_the_command(
    shall: Shall,
    write_case: WriteCase,
    service: Any,
    threshold: tuple[str, ...],
    status: int,
    said: str,
) -> None:
    write_case("bad", "/status/503", expected=200)

    ended = shall(
        "load", "--rate", "60/min", "--duration", "1ms", "--host", service.url, *threshold
    )

    assert ended.returncode == status
    assert said in ended.stderr
    assert bool(said) == bool(ended.stderr)


@pytest.mark.verifies("load#1.4", "load#1.11")
def test_json_has_every_figure_and_no_secret(
    shall: Shall, project: Path, write_case: WriteCase, service: Any
) -> None:
    write_case("leaks", "/echo?api_key=planted-canary", more="secrets: [api_key]", expected=418)
    (project / "shall.yaml").write_text(
        f"host: {service.url}\nvariables: {{api_key: planted-canary}}"
    )

    ended = shall("load", "--rate", "100", "--duration", "20ms", "--format", "json")

    found = json.loads(ended.stdout)
    assert (ended.returncode, found["cases"]["count"], found["error_percent"]) == (1, 2, 100.0)
    assert (found["status"], found["asked_rate"], found["format"]) == ("complete", 100.0, 1)
    assert found["requests"][0]["durations"]["count"] == 2
    assert found["errors"][0]["count"] == 2
    assert found["exceeded"] == ["100.00 % of the cases are errors, more than 0 %."]
    assert "planted-canary" not in ended.stdout + ended.stderr


@pytest.mark.verifies("load#1.11")
def test_a_target_that_is_not_allowed_is_not_called(
    shall: Shall, project: Path, write_case: WriteCase, service: Any
) -> None:
    write_case("a")
    (project / "shall.yaml").write_text(f"host: {service.url}\ntargets: {{deny: [127.0.0.1]}}\n")

    ended = shall("load", "--rate", "50/s", "--duration", "40ms")

    assert ended.returncode == 1
    assert service.calls_to("/echo") == 0
    assert "targets_deny" in ended.stdout


@pytest.mark.verifies("load#1.9")
def test_ctrl_c_shows_what_was_measured_and_runs_teardowns(
    shall: Shall, project: Path, service: Any
) -> None:
    folder = project / "tests/cases"
    folder.mkdir(parents=True)
    (folder / "a.yaml").write_text(
        "testcase: {name: a, steps: [{GET: /echo}, {GET: /held}], teardowns: [{DELETE: /echo}]}"
    )

    def interrupt() -> None:
        service.wait_for(service.log.calls, "/held began")
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    ended = shall("load", "--rate", "1", "--duration", "1ms", "--host", service.url)
    thread.join()
    service.release("/held")

    assert ended.returncode == 130
    assert "The load was interrupted; this was measured until then. Not counted: 1." in ended.stdout
    assert service.log.calls.count("DELETE /echo") == 1


@pytest.mark.verifies("load#1.10")
def test_nothing_is_sent_where_a_case_cannot_be_read(
    shall: Shall, project: Path, write_case: WriteCase, service: Any
) -> None:
    write_case("good")
    (project / "tests/cases/bad.yaml").write_text("testcase: {name: b, stepz: []}")

    ended = shall("load", "--rate", "50/s", "--duration", "40ms", "--host", service.url)

    assert ended.returncode == 2
    assert "tests/cases/bad.yaml:1" in ended.stderr
    assert service.log.calls == []


@pytest.mark.verifies("load#1.10")
def test_a_case_whose_data_cannot_be_read_is_named(shall: Shall, project: Path) -> None:
    folder = project / "tests/cases"
    folder.mkdir(parents=True)
    (folder / "a.yaml").write_text("testcase:\n  name: a\n  data: no.csv\n  steps: [{GET: /}]\n")

    ended = shall("load", "--rate", "50/s", "--duration", "40ms")

    assert ended.returncode == 2
    assert "no.csv" in ended.stderr


def test_cases_that_are_all_skipped_are_no_load(shall: Shall, write_case: WriteCase) -> None:
    write_case("a", more="skip: moved")

    ended = shall("load", "--rate", "50/s", "--duration", "40ms")

    assert ended.returncode == 2
    assert "All of these cases are skipped or send no requests." in ended.stderr


@pytest.mark.verifies("load#1.1")
def test_rows_of_data_and_shared_steps_are_used(shall: Shall, project: Path, service: Any) -> None:
    folder = project / "tests/cases"
    (folder / "shared").mkdir(parents=True)
    (folder / "shared/login.yaml").write_text(
        "shared:\n  steps:\n    - POST: /login\n      json: {user: ann}\n"
        "      capture: {token: $.data.token}\n"
    )
    (folder / "a.yaml").write_text(
        "testcase:\n  name: a\n  use: [login]\n  data: [{n: 1}, {n: 2}]\n  steps:\n"
        "    - GET: '/echo/{{ row.n }}/{{ token }}'\n      expect: {status: 200}\n"
    )

    ended = shall(
        *("load", "--rate", "100/s", "--duration", "40ms", "--host", service.url),
        *("--var", "unused=1"),
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert service.calls_to("/login") == 1
    assert service.calls_to("/echo/1/token-of-ann") == service.calls_to("/echo/2/token-of-ann") == 2


@pytest.mark.parametrize(
    "flags",
    [
        *(("--rate", "fast"), ("--rate", "0/s"), ("--duration", "10"), ("--concurrency", "0")),
        *(("--max-errors", "101%"), ("--max-errors", "few"), ("--max-p95", "quick")),
    ],
)
def test_a_value_that_cannot_be_read_is_named(shall: Shall, flags: tuple[str, str]) -> None:
    given = {"--rate": "1/s", "--duration": "1s", flags[0]: flags[1]}

    ended = shall("load", *(word for pair in given.items() for word in pair))

    assert ended.returncode == 2
    assert f"{flags[0]}: {flags[1]} is not a" in ended.stderr
