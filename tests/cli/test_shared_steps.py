"""Shared steps: they run once in a run, and every case that uses them reads what they captured."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Shall = Callable[..., Any]
Write = Callable[[str, str], None]

LOGIN = """shared:
  steps:
    - id: sign in
      POST: /given/login
      json: {user: ann}
      capture: {token: $.access_token, plain: $.number}
      expect: {status: 200}
"""
CASE = """testcase:
  name: {name}
  verifies: ["shop#1.1"]
  use: {use}
  steps:
    - GET: "/echo/{{{{ plain }}}}"
      headers: {{X-Mark: "{{{{ token }}}}"}}
      expect: {{status: 200}}
"""
SECRET = "Hidden-7719-Hidden"


@pytest.fixture
def write(project: Path, service: Any) -> Write:
    service.answer("login", json.dumps({"access_token": SECRET, "number": 7}), "application/json")

    def write(path: str, text: str) -> None:
        file = project / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    write("specs/shop/requirements.md", "### Requirement 1\n\n1. THE shop SHALL sell.\n")
    write("tests/cases/shared/login.yaml", LOGIN)
    return write


def result_of(project: Path) -> list[dict[str, Any]]:
    report: dict[str, list[dict[str, Any]]] = json.loads((project / "r.json").read_text())
    return report["cases"]


def status_of(shall: Shall) -> str:
    traced = json.loads(shall("trace", "--format", "json", "--exit-zero").stdout)
    status: str = traced["criteria"][0]["status"]
    return status


@pytest.mark.verifies("cases#7.1", "engine#7.1")
@pytest.mark.parametrize("use", ["[login]", "login", "\n    - login"])
def test_shared_steps_run_once_for_all_cases_that_run_at_once(
    shall: Shall, write: Write, service: Any, use: str
) -> None:
    for number in range(20):
        write(f"tests/cases/deep/{number}.yaml", CASE.format(name=f"c{number}", use=use))
    ended = shall("run", "--host", service.url, "--concurrency", "16", "--workers", "1")
    assert "20 passed" in ended.stdout
    assert service.calls_to("/given/login") == 1
    assert service.calls_to("/echo/7") == 20
    assert status_of(shall) == "proved"


@pytest.mark.verifies("cases#7.5")
@pytest.mark.parametrize("text", [LOGIN, "steps:\n  - POST: /given/login\n    expect: 200\n"])
def test_shared_steps_that_are_named_for_a_run_are_reported(
    shall: Shall, write: Write, service: Any, text: str
) -> None:
    write("tests/cases/shared/login.yaml", text)

    ended = shall("run", "tests/cases/shared/login.yaml", "--host", service.url)

    assert ended.returncode == 2
    assert "The file holds shared steps, which run for the cases that use them." in ended.stdout
    assert "Name it in a case, `use: [login]` for shared/login.yaml, and run" in ended.stdout
    assert service.calls_to("/given/login") == 0


def test_shared_steps_elsewhere_are_reported_by_their_older_root(
    shall: Shall, write: Write, service: Any
) -> None:
    write("other/login.yaml", LOGIN)
    ended = shall("run", "other/login.yaml", "--host", service.url)
    assert "The file holds shared steps" in ended.stdout


@pytest.mark.process
@pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")
@pytest.mark.verifies("engine#7.1")
def test_shared_steps_run_once_for_all_workers(
    shall_process: Shall, write: Write, service: Any
) -> None:
    for number in range(20):
        write(f"tests/cases/{number}.yaml", CASE.format(name=f"c{number}", use="[login]"))
    ended = shall_process("run", "--host", service.url, "-j", "2")
    assert "20 passed" in ended.stdout, ended.stdout + ended.stderr
    assert service.calls_to("/given/login") == 1


@pytest.mark.verifies("engine#7.2")
def test_cases_whose_shared_steps_fail_are_errors_that_name_the_line_and_send_nothing(
    shall: Shall, write: Write, project: Path, service: Any
) -> None:
    write("tests/cases/a.yaml", CASE.format(name="a", use="[login]"))
    write("tests/cases/b.yaml", "testcase: {name: b, steps: [{GET: /echo/b}]}\n")
    write("tests/cases/shared/login.yaml", LOGIN.replace("status: 200", "status: 201"))
    ended = shall("run", "--host", service.url, "--report-json", "r.json")
    assert ended.returncode == 1
    assert "tests/cases/shared/login.yaml:7:24: expected status 201, got 200" in ended.stdout
    assert result_of(project)[0]["outcome"] == "error"
    assert (service.calls_to("/echo/7"), service.calls_to("/echo/b")) == (0, 1)
    assert status_of(shall) == "failing"


@pytest.mark.verifies("engine#7.2")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LOGIN.replace("capture", "captur"), "tests/cases/shared/login.yaml:6:7"),
        (LOGIN + "  tags: []\n", "Shared steps have no `tags`."),
        (LOGIN.replace("shared:", "testcase:"), "login.yaml:1:1: Shared steps have no `testcase`."),
        (LOGIN + "tags: []\n", "login.yaml:8:1: `tags` cannot be combined with the older root"),
        ("steps:\n- GET: /a\ntags: []\n", "login.yaml:3:1: Shared steps have no `tags`."),
        ("shared: 1\n", "tests/cases/shared/login.yaml:1:9"),
    ],
)
def test_shared_steps_that_cannot_be_read_are_named(
    shall: Shall, write: Write, service: Any, text: str, said: str
) -> None:
    write("tests/cases/a.yaml", CASE.format(name="a", use="[login]"))
    write("tests/cases/shared/login.yaml", text)
    ended = shall("run", "tests/cases/a.yaml", "--host", service.url)
    assert ended.returncode == 2
    assert said in ended.stdout
    assert "login.yaml: tests/cases" not in ended.stdout
    assert service.log.calls == []


@pytest.mark.verifies("engine#7.2")
def test_shared_steps_that_are_missing_are_suggested(
    shall: Shall, write: Write, service: Any
) -> None:
    write("tests/cases/a.yaml", CASE.format(name="a", use="[logn]"))
    ended = shall("run", "--host", service.url)
    assert ended.returncode == 2
    assert "Did you mean tests/cases/shared/login.yaml?" in ended.stdout


@pytest.mark.verifies("engine#7.2")
def test_an_unreachable_service_of_shared_steps_fails_no_criterion(
    shall: Shall, write: Write
) -> None:
    write("tests/cases/a.yaml", CASE.format(name="a", use="[login]"))
    ended = shall("run", "--host", "http://127.0.0.1:9")
    assert ended.returncode == 4
    assert status_of(shall) == "unreachable"


@pytest.mark.verifies("engine#7.3")
def test_a_secret_that_shared_steps_captured_is_masked_in_the_cases(
    shall: Shall, write: Write, project: Path, service: Any
) -> None:
    case = CASE.replace("X-Mark", "X-Note").replace("status: 200", "status: 404")
    write("tests/cases/a.yaml", case.format(name="a", use="[login]").replace("token", "note"))
    write("tests/cases/shared/login.yaml", LOGIN.replace("token:", "note:", 1))
    ended = shall("run", "--host", service.url, "--report-json", "r.json", "--keep", "all")
    assert ended.returncode == 1
    assert SECRET not in ended.stdout + (project / "r.json").read_text()
    assert "X-Note" in (project / "r.json").read_text()
    for file in (project / ".shall").rglob("*"):
        assert file.is_dir() or SECRET.encode() not in file.read_bytes()


@pytest.mark.verifies("cases#7.2")
def test_a_change_of_shared_steps_makes_the_proof_stale(
    shall: Shall, write: Write, service: Any
) -> None:
    write("tests/cases/a.yaml", CASE.format(name="a", use="[login]"))
    shall("run", "--host", service.url)
    assert status_of(shall) == "proved"
    write("tests/cases/shared/login.yaml", LOGIN.replace("ann", "bob"))
    assert status_of(shall) == "stale"


def test_skipped_cases_run_no_shared_steps_and_hidden_names_are_an_error(
    shall: Shall, write: Write, service: Any
) -> None:
    text = CASE.format(name="a", use="login")
    write("tests/cases/a.yaml", text.replace("  use", "  skip: later\n  use"))
    write("tests/cases/b.yaml", text.replace("use:", '"\\u0075se":'))
    ended = shall("run", "--host", service.url)
    assert "1 error, 1 skipped" in ended.stdout
    assert "write `use:` on a line of its own" in ended.stdout
    assert service.log.calls == []


@pytest.mark.verifies("engine#7.3")
def test_a_secret_that_is_written_in_shared_steps_is_masked_where_requirements_hold_it(
    shall: Shall, write: Write
) -> None:
    text = LOGIN.replace("steps:", "variables: {password: Written-4471-Here}\n  steps:")
    write("tests/cases/shared/login.yaml", text)
    write(
        "specs/shop/requirements.md", "### Requirement 1\n\n1. THE shop SHALL Written-4471-Here.\n"
    )
    shown = shall("trace", "--exit-zero").stdout
    assert "THE shop SHALL" in shown
    assert "Written-4471-Here" not in shown


LOGOUT = """  teardowns:
    - DELETE: "/echo/session/{{ plain }}"
      headers: {Authorization: "Bearer {{ token }}"}
      expect: {status: 200}
    - GET: /echo/last
"""


@pytest.mark.verifies("shared-teardowns#1.1", "shared-teardowns#1.2")
def test_teardowns_of_shared_steps_run_once_after_the_last_case(
    shall: Shall, write: Write, service: Any
) -> None:
    write("tests/cases/shared/login.yaml", LOGIN + LOGOUT)
    for name in "ab":
        write(f"tests/cases/{name}.yaml", CASE.format(name=name, use="[login]"))
    write("tests/cases/c.yaml", CASE.format(name="c", use="[login]").replace("200", "201"))
    ended = shall("run", "--host", service.url)
    assert "2 passed, 1 failed" in ended.stdout
    paths = [it.partition("/echo")[2] for it in service.log.calls]
    assert paths[-2:] == ["/last", "/session/7"]
    assert len(paths) == 6
    assert "teardown" not in ended.stderr


@pytest.mark.verifies("shared-teardowns#1.1")
def test_teardowns_run_where_the_shared_steps_or_what_uses_them_did_not_pass(
    shall: Shall, write: Write, service: Any
) -> None:
    failing = LOGIN.replace("status: 200", "status: 201") + LOGOUT
    write("tests/cases/shared/login.yaml", failing)
    write("tests/cases/a.yaml", CASE.format(name="a", use="[login]"))
    ended = shall("run", "--host", service.url)
    assert "1 error" in ended.stdout
    assert service.calls_to("/echo/7") == 0
    assert service.calls_to("/echo/last") == 1


@pytest.mark.process
@pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")
@pytest.mark.verifies("shared-teardowns#1.1")
def test_teardowns_of_shared_steps_run_once_for_all_workers(
    shall_process: Shall, write: Write, service: Any
) -> None:
    write("tests/cases/shared/login.yaml", LOGIN + LOGOUT)
    for number in range(20):
        write(f"tests/cases/{number}.yaml", CASE.format(name=f"c{number}", use="[login]"))
    ended = shall_process("run", "--host", service.url, "-j", "2")
    assert "20 passed" in ended.stdout, ended.stdout + ended.stderr
    assert service.calls_to("/echo/session/7") == 1
    assert service.log.calls[-1].endswith("/echo/session/7")


@pytest.mark.verifies("shared-teardowns#1.3")
def test_a_teardown_of_shared_steps_that_fails_is_named_with_its_line_and_no_secret(
    shall: Shall, write: Write, service: Any
) -> None:
    logout = LOGOUT.replace("status: 200", "status: 204").replace("/session/", "/{{ token }}/")
    write("tests/cases/shared/login.yaml", LOGIN + logout)
    write("tests/cases/a.yaml", CASE.format(name="a", use="[login]"))
    ended = shall("run", "--host", service.url)
    assert ended.returncode == 0
    said = "A teardown of shared steps did not pass: tests/cases/shared/login.yaml:11:24: expected"
    assert said in " ".join(ended.stderr.split())
    assert SECRET not in ended.stdout + ended.stderr
    assert service.calls_to("/echo/last") == 1


@pytest.mark.verifies("shared-teardowns#1.4")
def test_teardowns_of_shared_steps_run_once_the_time_of_a_run_is_over(
    shall: Shall, write: Write, service: Any
) -> None:
    write("tests/cases/shared/login.yaml", LOGIN + LOGOUT)
    slow = CASE.format(name="a", use="[login]").replace("/echo/{{", "/slow?{{")
    write("tests/cases/a.yaml", slow)
    ended = shall("run", "--host", service.url, "--timeout", "0.5")
    assert ended.returncode == 4, ended.stdout
    assert service.calls_to("/echo/session/7") == 1
