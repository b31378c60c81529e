import json
import os
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shall.cli.output import exit_status, printable
from shall.messages import Message
from shall.results.records import CaseResult, Outcome, RunResult, RunStatus
from shall.results.summary import summary_of

Shall = Callable[..., Any]
WriteCase = Callable[..., None]


@pytest.mark.verifies("cli#1.1", "cli#1.2", "reports#1.1", "reports#1.2")
def test_a_run_shows_what_failed_and_where(
    shall: Shall, write_case: WriteCase, service: Any, project: Path
) -> None:
    write_case("good")
    write_case("bad", "/status/500")
    ended = shall("run", "--host", service.url)
    assert ended.returncode == 1
    assert "tests/cases/bad.yaml:9:11" in ended.stdout
    assert "1 passed, 1 failed, 0 errors, 0 skipped" in ended.stdout
    assert not list((project / ".shall").rglob("*.html"))  # a page is written for those who ask
    assert "\x1b" not in ended.stdout
    assert shall("run", "tests/cases/good.yaml", "--host", service.url).returncode == 0


@pytest.mark.verifies("cli#1.1")
def test_a_quiet_run_shows_only_the_counts(
    shall: Shall, write_case: WriteCase, service: Any
) -> None:
    write_case("bad", "/status/500")
    ended = shall("run", "--quiet", "--host", service.url)
    assert ended.returncode == 1
    [line] = ended.stdout.splitlines()
    assert line.startswith("0 passed, 1 failed, 0 errors, 0 skipped in ")


@pytest.mark.verifies("cli#1.1")
def test_tags_paths_and_variables_choose_and_fill(
    shall: Shall, write_case: WriteCase, service: Any
) -> None:
    write_case("a", "/echo/{{ word }}-{{ data.n }}", "tags: [smoke]")
    write_case("sub/b", "/status/500")
    ended = shall(
        *("run", "--tag", "smoke", "--host", service.url),
        *("--var", "word=hi there", "--var", 'data={"n": 5}', "--quiet"),
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert service.calls_to("/echo/hi there-5") == 1
    assert "report:" not in ended.stdout
    assert shall("run", "tests/cases/sub", "--host", service.url).returncode == 1


def test_a_run_from_below_the_project_finds_it(
    shall: Shall, write_case: WriteCase, service: Any, project: Path
) -> None:
    (project / "shall.yaml").write_text(f"host: {service.url}\n")
    write_case("sub/a")
    ended = shall("run", "sub", cwd=project / "tests/cases")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert (project / ".shall/local").is_dir()
    named = shall("run", "--workspace", str(project), cwd=project.parent)
    assert named.returncode == 0


@pytest.mark.verifies("cli#1.2", "cli#1.6")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run"], "No case folder was found"),
        (["run", "none.yaml"], "none.yaml does not exist"),
        (["run", "../x"], "'../x' holds '..'"),
        (["run", "--var", "x"], "--var name=value"),
        (["run", "--timeout", "soon"], "not a number of seconds"),
        (["trace", "--feature", "none"], "No feature is named none"),
    ],
)
def test_bad_input_is_reported_in_a_line(shall: Shall, arguments: list[str], words: str) -> None:
    ended = shall(*arguments)
    assert ended.returncode == 2
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_case_file_with_problems_is_bad_input(
    shall: Shall, write_case: WriteCase, service: Any, project: Path
) -> None:
    write_case("good")
    (project / "tests/cases/broken.yaml").write_text("testcase:\n  nam: x\n  steps: []\n")
    ended = shall("run", "--host", service.url)
    assert ended.returncode == 2
    assert "broken.yaml:2" in ended.stdout
    assert "1 passed, 0 failed, 1 error" in ended.stdout


@pytest.mark.verifies("cli#1.2")
def test_a_service_that_is_not_there_is_four(shall: Shall, write_case: WriteCase) -> None:
    write_case("a")
    assert shall("run", "--host", "http://127.0.0.1:9").returncode == 4


@pytest.mark.verifies("cli#1.2")
def test_a_target_that_is_denied_is_five(shall: Shall, write_case: WriteCase) -> None:
    write_case("a")
    ended = shall("run", "--host", "http://169.254.169.254")
    assert ended.returncode == 5
    assert "may not be reached: " in " ".join(ended.stdout.split())


@pytest.mark.verifies("cli#1.2", "reports#1.20")
def test_targets_that_are_denied_are_no_services_that_are_down(
    shall: Shall, write_case: WriteCase, project: Path
) -> None:
    for name in ("a", "b"):
        write_case(name)
    ended = shall("run", "--host", "http://169.254.169.254", "--format", "json")
    assert ended.returncode == 5
    ended = shall("run", "--host", "http://169.254.169.254")
    assert ended.returncode == 5
    text = " ".join(ended.stdout.split())
    assert text.count("is denied unless it is listed") == 2
    assert "could not reach" not in text
    assert "Start it" not in text

    shared = project / "tests/cases/shared/login.yaml"
    shared.parent.mkdir()
    shared.write_text("steps:\n- GET: /\n")
    for name in ("a", "b"):
        write_case(name, more="use: [login]")
    ended = shall("run", "--host", "http://169.254.169.254")
    assert ended.returncode == 5
    assert "the shared steps it uses did not pass" in " ".join(ended.stdout.split())
    assert "could not reach" not in ended.stdout


@pytest.mark.verifies("cli#1.2")
def test_a_run_that_takes_too_long_is_four(
    shall: Shall, write_case: WriteCase, service: Any
) -> None:
    write_case("a", "/slow")
    ended = shall("run", "--host", service.url, PYTEST_TIMEOUT="0.5")
    assert ended.returncode == 4
    assert "longer than its 0.5 s" in ended.stdout


@pytest.mark.process
@pytest.mark.verifies("cli#1.2", "cli#1.3", "cli#1.14")
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_tears_down_and_shows_what_ran(
    write_case: WriteCase, service: Any, project: Path, sent: signal.Signals
) -> None:
    write_case("a")
    write_case("hang", "/slow")
    teardown = (
        "  teardowns:\n    - {id: t, operation_type: api, method: DELETE, path: /echo/undone}\n"
    )
    file = project / "tests/cases/hang.yaml"
    file.write_text(file.read_text() + teardown)
    process = subprocess.Popen(
        [sys.executable, "-m", "shall", "run", "--concurrency", "1", "--host", service.url],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
        # A shell lets what it starts with & ignore SIGINT, and these tests with it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    service.wait_for(service.log.calls, "/slow began")
    process.send_signal(sent)
    out, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "1 passed" in out
    assert "The run was interrupted" in out
    assert "Traceback" not in errors
    assert service.calls_to("/echo/undone") == 1
    service.wait_for(service.log.closed, "/slow")


@pytest.mark.verifies("reports#1.4", "reports#1.5")
def test_reports_are_written_where_they_are_asked_for(
    shall: Shall, write_case: WriteCase, service: Any, project: Path
) -> None:
    write_case("a", more='verifies: ["x#1.1"]')
    ended = shall(
        *("run", "--host", service.url, "--report-html", "r.html"),
        *("--report-junit", "r.xml", "--report-json", "r.json", "--format", "json"),
    )
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["cases"][0]["name"] == "a"
    assert json.loads((project / "r.json").read_text()) == json.loads(ended.stdout)
    case = ET.parse(project / "r.xml").getroot().find(".//testcase")
    assert case is not None
    assert "x#1.1" in ET.tostring(case, "unicode")
    page = (project / "r.html").read_text()
    assert page.startswith("<!doctype html>")
    assert 'http-equiv="Content-Security-Policy"' in page
    refused = shall("run", "--host", service.url, "--report-html", "none/r.html")
    assert refused.returncode == 2
    assert "none/r.html cannot be written" in refused.stderr


@pytest.mark.verifies("reports#1.7")
def test_chinese_is_spoken_where_it_is_asked_for(
    shall: Shall, write_case: WriteCase, service: Any
) -> None:
    write_case("a", "/status/404")
    assert "期望" in shall("run", "--host", service.url, SHALL_LANG="zh").stdout
    assert "expected" in shall("run", "--host", service.url, SHALL_LANG="en").stdout


@pytest.mark.verifies("store#1.6")
def test_state_that_cannot_be_written_costs_one_warning(
    shall: Shall, write_case: WriteCase, service: Any, project: Path
) -> None:
    write_case("a")
    (project / ".shall").write_text("in the way")
    ended = shall("run", "--host", service.url)
    assert ended.returncode == 0, ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert "Results are not stored" in ended.stderr
    assert "report:" not in ended.stdout
    traced = shall("trace")
    assert traced.returncode == 2  # the evidence cannot be read
    assert "cannot be used" in traced.stdout


@pytest.mark.verifies("cli#1.7")
def test_running_a_case_loads_no_server(write_case: WriteCase, service: Any, project: Path) -> None:
    write_case("a")
    code = (
        "import sys; from shall.cli.commands import main; main(sys.argv[1:]);"
        "heavy = 'mcp starlette uvicorn pydantic anyio markdown_it pytest'.split();"
        "print([name for name in heavy if name in sys.modules])"
    )
    command = [sys.executable, "-c", code, "run", "--host", service.url]
    ended = subprocess.run(command, cwd=project, capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines()[-1] == "[]"


@pytest.mark.verifies("cli#1.6")
def test_a_fault_of_ours_is_three_and_has_no_traceback(project: Path) -> None:
    code = (
        "import shall.cli.config as c, sys; c.settings_table = None;"
        "from shall.cli.commands import main; sys.exit(main(sys.argv[1:]))"
    )

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-c", code, "config", *arguments]
        return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)

    ended = run()
    assert ended.returncode == 3
    assert "Internal error" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "Traceback" in run("--debug").stderr


def test_a_reader_that_goes_away_is_no_fault(project: Path) -> None:
    command = f"{sys.executable} -m shall config | true"
    ended = subprocess.run(
        ["/bin/sh", "-c", command], cwd=project, capture_output=True, text=True, check=False
    )
    assert ended.stderr == ""


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_streams_are_no_fault(project: Path, closed: str) -> None:
    command = f"{sys.executable} -m shall config {closed}"
    ended = subprocess.run(["/bin/sh", "-c", command], cwd=project, check=False)
    assert ended.returncode == 0


def test_an_encoding_that_lacks_a_sign_is_no_fault(shall_process: Shall, project: Path) -> None:
    (project / "specs").mkdir()
    (project / "specs/requirements.md").write_text("THE API SHALL sing")
    ended = shall_process("trace", PYTHONIOENCODING="ascii")
    assert ended.returncode == 0
    assert "default#1" in ended.stdout


def result(outcome: Outcome, **fields: Any) -> CaseResult:
    at = datetime.now(UTC)
    return CaseResult("r", "k", "n", outcome, at, 0.0, 0, **fields)


@pytest.mark.verifies("cli#1.2")
@pytest.mark.parametrize(
    ("cases", "status", "expected"),
    [
        ([], RunStatus.COMPLETE, 0),
        ([result(Outcome.PASSED)], RunStatus.COMPLETE, 0),
        ([result(Outcome.PASSED)], RunStatus.TIMED_OUT, 4),
        ([result(Outcome.PASSED)], RunStatus.INTERRUPTED, 130),
        ([result(Outcome.PASSED, teardown_outcome=Outcome.ERROR)], RunStatus.COMPLETE, 1),
        ([result(Outcome.SKIPPED)], RunStatus.COMPLETE, 0),
        ([result(Outcome.FAILED), result(Outcome.ERROR)], RunStatus.COMPLETE, 2),
        ([result(Outcome.ERROR, error=Message("case.internal"))], RunStatus.COMPLETE, 3),
        ([result(Outcome.ERROR, error=Message("run.timed_out"))], RunStatus.TIMED_OUT, 4),
    ],
)
def test_one_place_decides_the_exit_status(
    cases: list[CaseResult], status: RunStatus, expected: int
) -> None:
    at = result(Outcome.PASSED).started_at
    assert exit_status(summary_of(RunResult("r", at, 0.0, status, tuple(cases)))) == expected


def test_control_characters_are_shown() -> None:
    assert printable("a\x1b[31m\nb") == "a\\x1b[31m\nb"


def test_a_run_imports_nothing_of_servers_and_pages(
    project: Path, write_case: WriteCase, service: Any
) -> None:
    write_case("good")
    program = f"""
import sys
from shall.cli.commands import main
status = main(["run", "--host", "{service.url}"])
heavy = ["asyncio", "mcp", "pydantic", "starlette", "uvicorn", "prometheus_client", "jwt",
         "concurrent.futures", "shall.serve.app", "shall.pages.report", "shall.report.junit",
         "shall.messages.zh", "shall.messages.translation"]
print([name for name in heavy if name in sys.modules], status)
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=project, capture_output=True, text=True, check=True
    )
    assert ended.stdout.splitlines()[-1] == "[] 0"


@pytest.mark.verifies("engine#3.8")
def test_a_skipped_case_shows_its_reason_and_proves_nothing(
    shall: Shall, write_case: WriteCase, service: Any, project: Path
) -> None:
    specs = project / "specs/requirements.md"
    specs.parent.mkdir(exist_ok=True)
    specs.write_text(
        "### Requirement 1\n\n#### Acceptance Criteria\n\n1. THE system SHALL answer.\n"
    )
    write_case("old", more='verifies: ["default#1.1"]')
    assert shall("run", "--host", service.url).returncode == 0
    write_case("old", more='verifies: ["default#1.1"]\n  skip: waits for the new server')
    assert "stale" in shall("trace").stdout

    ended = shall("run", "--host", service.url)

    assert "SKIPPED  old: waits for the new server" in ended.stdout
    assert "1 skipped" in ended.stdout
    assert service.calls_to("/echo") == 1
    traced = shall("trace", "--format", "json")
    [criterion] = json.loads(traced.stdout)["criteria"]
    assert criterion["status"] == "skipped"


@pytest.mark.verifies("generate#1.1", "generate#1.3")
def test_a_draft_is_not_run_and_the_gate_does_not_count_it_as_proved(
    shall: Shall, write_case: WriteCase, service: Any, project: Path
) -> None:
    specs = project / "specs/requirements.md"
    specs.parent.mkdir(exist_ok=True)
    specs.write_text(
        "### Requirement 1\n\n#### Acceptance Criteria\n\n1. THE system SHALL answer.\n"
    )
    shall("baseline")
    specs.write_text(specs.read_text() + "2. THE system SHALL sing.\n")
    write_case("new", more='verifies: ["default#1.1", "default#1.2"]\n  draft: true')

    ended = shall("run", "--host", service.url)

    assert "SKIPPED  new: It is a draft: fill in what is marked TODO" in ended.stdout
    assert service.calls_to("/echo") == 0
    traced = shall("trace")
    assert traced.stdout.count("+ draft") == 2
    assert "0 proved" in traced.stdout
    gate = shall("gate")
    assert gate.returncode == 1
    assert "minimum" in gate.stdout
    assert "new without a test  default#1.2" in " ".join(shall("diff").stdout.split(" "))


@pytest.mark.verifies("reports#1.1")
@pytest.mark.parametrize(
    ("language", "title"), [("en", "  step 1: GET "), ("zh", "  步骤 1: GET ")]
)
def test_a_step_without_an_id_is_called_by_its_position(
    shall: Shall, project: Path, service: Any, language: str, title: str
) -> None:
    (project / "tests/cases").mkdir(parents=True)
    (project / "tests/cases/a.yaml").write_text(
        "testcase:\n  name: a\n  steps:\n    - {GET: /echo, expect: {status: 500}}\n"
    )
    ended = shall("run", "--host", service.url, SHALL_LANG=language)
    assert title in ended.stdout
