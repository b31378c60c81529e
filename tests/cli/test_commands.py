import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shall.cli.options import parser

Shall = Callable[..., Any]


@pytest.mark.verifies("cli#1.4")
def test_init_makes_a_first_case_that_traces_and_overwrites_nothing(
    shall_process: Shall, project: Path, service: Any
) -> None:
    made = shall_process("init")
    assert made.returncode == 0
    assert (project / ".shall/.gitignore").read_text() == "local/\n"
    ran = shall_process("run", "--host", f"{service.url}/echo")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    traced = shall_process("trace", "--fail-under", "100")
    assert traced.returncode == 0
    assert traced.stdout.split()[1:3] == ["proved", "default#1.1"]
    (project / "shall.yaml").write_text("host: http://mine\n")
    again = shall_process("init")
    assert "exists   shall.yaml" in again.stdout
    assert (project / "shall.yaml").read_text() == "host: http://mine\n"
    shall_process("init", "--workspace", "new/folder")
    assert (project / "new/folder/specs/requirements.md").is_file()


@pytest.mark.verifies("cli#1.22")
def test_init_makes_no_requirement_where_there_are_some(shall: Shall, project: Path) -> None:
    document = project / ".kiro/specs/cart/requirements.md"
    document.parent.mkdir(parents=True)
    document.write_text("### Requirement 1\n\n1. A SHALL b\n")
    made = shall("init")
    assert "exists   .kiro/specs/cart/requirements.md" in made.stdout
    assert not (project / "specs").exists()
    assert "verifies" not in (project / "tests/cases/health.yaml").read_text()


def test_init_goes_on_where_state_cannot_be_kept(shall: Shall, project: Path) -> None:
    (project / ".shall").write_text("in the way")
    made = shall("init")
    assert made.returncode == 0
    assert "Results are not stored" in made.stderr


@pytest.mark.verifies("tracing#1.1", "tracing#2.2", "tracing#2.3", "tracing#2.4")
def test_trace_reads_every_layout_and_writes_every_form(shall: Shall, project: Path) -> None:
    for path in ("specs", "specs/auth", ".kiro/specs/cart"):
        (project / path).mkdir(parents=True, exist_ok=True)
        (project / path / "requirements.md").write_text("### Requirement 1\n\n1. A shall b\n")
    (project / "tests").mkdir()
    (project / "tests/test_a.py").write_text(
        "import pytest\n@pytest.mark.verifies('auth#1.2')\ndef test_a():\n    pass\n"
    )
    text = shall("trace")
    assert text.returncode == 0
    assert "tests/test_a.py:2:1" in text.stdout
    assert "Did you mean auth#1.1" in text.stdout
    keys = [row["key"] for row in json.loads(shall("trace", "--format", "json").stdout)["criteria"]]
    assert sorted(keys) == ["auth#1.1", "cart#1.1", "default#1.1"]
    table = csv.DictReader(io.StringIO(shall("trace", "--format", "csv").stdout))
    assert {row["status"] for row in table} == {"untested"}
    assert "| cart#1.1 | untested |" in shall("trace", "--format", "md").stdout
    assert shall("trace", "--feature", "cart").stdout.count("#1.1") == 1
    low = shall("trace", "--fail-under", "1")
    assert low.returncode == 1
    assert "0.0 % of the criteria are proved; 1 % are required." in low.stderr


def test_a_gate_without_criteria_does_not_pass(shall: Shall) -> None:
    ended = shall("trace", "--fail-under", "0")
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr == (
        "shall: No criteria were found in specs/ or in the folder of another layout."
        " `shall init` writes a first requirement.\n"
    )


@pytest.mark.verifies("tracing#4.28")
def test_requirements_that_cannot_be_read_are_bad_input_for_trace_only(
    shall: Shall, project: Path, write_case: Callable[..., None], service: Any
) -> None:
    (project / "specs").mkdir()
    text = "### Requirement 1\n\n1. A shall b\n\n### Requirement 1\n\n1. A shall c\n"
    (project / "specs/requirements.md").write_text(text)
    (project / "specs/auth").mkdir()
    (project / "specs/auth/requirements.md").write_text("### Requirement 1\n\n1. A shall d\n")
    write_case("a", more='verifies: ["default#1.1"]')
    write_case("b", more='verifies: ["auth#1.1"]')
    traced = shall("trace")
    assert traced.returncode == 2
    assert "specs/requirements.md:7:4" in traced.stdout
    assert "3 criteria" in traced.stdout
    ran = shall("run", "--host", service.url)
    assert ran.returncode == 0
    assert "evidence is recorded only for the criteria that can be read" in ran.stderr
    assert "specs/requirements.md:7:4" in ran.stderr
    statuses = {
        it["key"]: it["status"]
        for it in json.loads(shall("trace", "--format", "json").stdout)["criteria"]
    }
    assert statuses["auth#1.1"] == "proved"
    assert statuses["default#1.1"] != "proved"


@pytest.mark.verifies("cli#1.5")
def test_config_shows_value_source_and_meaning_and_no_secret(
    shall: Shall, shall_process: Shall, project: Path
) -> None:
    (project / "shall.yaml").write_text("concurrency: 4\n")
    shown = shall_process("config", MCP_AUTH_TOKEN="canary-token")
    assert shown.returncode == 0
    assert "canary-token" not in shown.stdout
    line = next(line for line in shown.stdout.splitlines() if line.startswith("concurrency "))
    assert "4" in line
    assert "file shall.yaml:1:14" in line
    assert "number of cases that run concurrently" in line
    rows = json.loads(shall("config", "--format", "json").stdout)
    assert {"setting", "value", "source", "meaning"} == rows[0].keys()


@pytest.mark.verifies("cli#1.5")
def test_config_masks_the_variables_that_secrets_names(shall: Shall, project: Path) -> None:
    (project / "shall.yaml").write_text("variables: {pin: canary-1, user: anna}\nsecrets: [pin]\n")
    shown = shall("config").stdout + shall("config", "--format", "json").stdout
    assert "canary-1" not in shown
    assert "anna" in shown


@pytest.mark.parametrize("percent", ["nan", "101", "-1", "most"])
def test_a_percentage_is_0_to_100(shall: Shall, percent: str) -> None:
    assert shall("trace", f"--fail-under={percent}").returncode == 2


def test_a_folder_that_cannot_be_made_is_reported(shall: Shall, project: Path) -> None:
    (project / "file").write_text("")
    made = shall("init", "--workspace", "file/below")
    assert made.returncode == 2
    assert "cannot be created" in made.stderr
    demo = shall("demo", "--to", "file")
    assert demo.returncode == 2
    assert "--to" in demo.stderr


def test_a_bad_setting_is_reported_without_a_traceback(shall_process: Shall) -> None:
    ended = shall_process("serve", MCP_TRANSPORT="pigeon", MCP_PORT="abc")
    assert ended.returncode == 2
    assert ended.stderr.count("error[setting.bad-value]: environment MCP_") == 2
    assert "Traceback" not in ended.stderr


def type_earlier(function: str, *arguments: str, **environment: str) -> Any:
    code = (
        f"import sys; from shall.cli.commands import {function}; sys.exit({function}(sys.argv[1:]))"
    )
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **environment},
    )


@pytest.mark.verifies("serve#1.8")
@pytest.mark.parametrize("function", ["serve_as_before", "serve_spec_before", "main"])
def test_the_commands_print_their_version(function: str) -> None:
    ended = type_earlier(function, "--version")
    assert ended.returncode == 0
    assert ended.stdout.strip().endswith("0.1.0")


@pytest.mark.usefixtures("forks")
@pytest.mark.parametrize("function", ["serve_as_before", "serve_spec_before"])
def test_the_earlier_commands_take_their_flags(function: str) -> None:
    own = (
        ["--sse-path", "/x", "--auth-token", "t"]
        if function == "serve_as_before"
        else ["--log-level", "DEBUG", "--enhanced"]
    )
    shared = ["--transport", "stdio", "--host", "127.0.0.1", "--port", "0"]
    ended = type_earlier(function, *shared, *own, "--workspace", "${workspace}")
    assert ended.returncode == 0, ended.stderr
    bad = type_earlier(function, MCP_TRANSPORT="pigeon")
    assert bad.returncode == 2
    assert "pigeon" in bad.stderr


@pytest.mark.verifies("demo#1.1", "demo#1.2", "demo#1.3", "demo#1.4", "demo#1.5")
def test_the_demo_shows_the_main_job_twice(shall_process: Shall, project: Path) -> None:
    for _ in range(2):
        ended = shall_process("demo", "--no-open")
        assert ended.returncode == 0, ended.stdout + ended.stderr
        assert "22 criteria: 20 proved, 1 failing, 0 not run, 1 untested" in ended.stdout
        page = next(line for line in ended.stdout.splitlines() if line.startswith("HTML report: "))
        assert Path(page.removeprefix("HTML report: ")).is_file()
        assert "shall trace" in ended.stdout
        assert ended.stdout.rstrip().endswith(Path(page.removeprefix("HTML report: ")).as_uri())
        (project / "shall-demo/own.txt").write_text("mine")
    assert (project / "shall-demo/own.txt").read_text() == "mine"
    (project / "taken").mkdir()
    (project / "taken/file").write_text("")
    refused = shall_process("demo", "--to", "taken")
    assert refused.returncode == 2
    assert "--to" in refused.stderr


def test_a_demo_service_that_does_not_start_is_reported(project: Path) -> None:
    code = (
        "import sys, shall.cli.demo as d; d._READY = 'never'; d._STOP_AFTER_S = 5;"
        "real = d.subprocess.Popen;"
        "d.subprocess.Popen = lambda c, **k: real([c[0], '-c', 'print(\"no luck\")'], **k);"
        "from shall.cli.commands import main; sys.exit(main(['demo']))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 4
    assert "no luck" in ended.stderr


@pytest.mark.verifies("cli#1.21")
@pytest.mark.parametrize(
    ("given", "suggested"),
    [
        ("test", "run"),
        ("status", "trace"),
        ("ls", "list"),
        ("repoort", "report"),
        ("archive", ""),
        ("prune", ""),
    ],
)
def test_an_unknown_command_has_a_suggestion_only_where_one_is_meant(
    given: str, suggested: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parser(given).parse_args([given])

    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert (f"Did you mean {suggested}?" in said) if suggested else ("Did you mean" not in said)
