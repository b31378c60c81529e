"""What new users get wrong: each is named with its place and the next step."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.repository import git

from shall.settings import Settings

Shall = Callable[..., Any]
WriteCase = Callable[..., None]


@pytest.mark.verifies("cli#1.12")
@pytest.mark.parametrize(
    ("typed", "near"),
    [
        (["rnu"], "run"),
        (["run", "--hots", "x"], "--host"),
        (["trace", "--format", "jsn"], "json"),
        (["run", "--parallel", "4"], "--workers"),
        (["run", "-q"], "--quiet"),
        (["list", "--filter", "a"], "--keyword"),
        (["cover", "--host", "x"], "--base-url"),
        (["cover", "--threshold", "9"], "--fail-under"),
        (["run", "--junit", "x"], "--report-junit"),
    ],
    ids=lambda it: it if isinstance(it, str) else " ".join(it),
)
def test_a_mistyped_command_flag_or_format_is_answered_with_the_nearest(
    shall: Shall, typed: list[str], near: str
) -> None:
    ended = shall(*typed)
    assert ended.returncode == 2
    assert ended.stderr.endswith(f"Did you mean {near}?\n")


@pytest.mark.verifies("cli#1.17")
def test_without_a_command_all_are_listed(shall: Shall) -> None:
    ended = shall()
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == shall("--help").stdout
    assert "Show which criteria are proved" in ended.stderr


@pytest.mark.verifies("cli#1.12")
@pytest.mark.parametrize(
    "typed",
    [["run", "--bad"], ["gate", "--min", "9"], ["demo", "--foo"], ["import", "--dry-run", "a"]],
)
def test_a_flag_that_is_like_no_other_is_answered_without_one(
    shall: Shall, typed: list[str]
) -> None:
    ended = shall(*typed)
    assert ended.returncode == 2
    assert "Did you mean" not in ended.stderr


@pytest.mark.verifies("cli#1.20")
@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        (["gate", "--min", "9"], "It is a setting: write `gate: {minimum: 80}` in shall.yaml."),
        (["run", "a", "--notify", "team"], "`shall run --help` explains the arguments."),
        (["lint", "--verbose"], "`shall lint --help` explains the arguments."),
        (["cover", "--quiet"], "`shall cover --help` explains the arguments."),
    ],
)
def test_a_flag_that_the_command_has_not_is_answered_with_its_usage_and_the_next_step(
    shall: Shall, typed: list[str], hint: str
) -> None:
    ended = shall(*typed)
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"usage: shall {typed[0]} [-h]")
    assert ended.stderr.endswith(f"{hint}\n")


@pytest.mark.verifies("cli#1.12")
def test_a_percentage_that_is_none_is_named(shall: Shall) -> None:
    ended = shall("trace", "--fail-under", "many")
    assert "argument --fail-under: many is not a percentage from 0 to 100" in ended.stderr


@pytest.mark.verifies("cli#1.12")
def test_settings_in_a_file_of_the_other_ending_are_not_ignored(
    shall: Shall, project: Path
) -> None:
    (project / "shall.yml").write_text("host: http://127.0.0.1:1\n")
    for settings in ("", "keep: all\n"):
        ended = shall("run")
        assert ended.returncode == 2
        assert "shall.yml is not read." in ended.stderr
        assert "Settings are in shall.yaml: rename it, or move its keys" in ended.stderr
        (project / "shall.yaml").write_text(settings)


@pytest.mark.verifies("cli#1.12")
def test_a_command_that_needs_git_names_what_is_missing(shall: Shall, project: Path) -> None:
    no_repository = shall("impact")
    assert f"{project} is in no git repository. Create one with `git init`" in no_repository.stderr
    git(project, "init", "--quiet")
    no_commit = shall("impact")
    assert "This repository has no commit yet. Commit first." in no_commit.stderr
    assert {no_repository.returncode, no_commit.returncode} == {2}


@pytest.mark.verifies("cli#1.12")
def test_files_without_the_root_of_a_case_are_named_where_there_is_no_case(
    shall: Shall, project: Path
) -> None:
    (project / "tests/cases").mkdir(parents=True)
    (project / "tests/cases/a.yaml").write_text("users: [1]\n")
    ended = shall("run")
    assert ended.returncode == 2
    assert "These have none: tests/cases/a.yaml." in ended.stderr


@pytest.mark.verifies("cli#1.12")
def test_a_case_file_that_is_too_large_is_a_problem_with_its_place(
    shall: Shall, write_case: WriteCase, service: Any, project: Path
) -> None:
    write_case("a")
    (project / "tests/cases/b.yaml").write_bytes(b"a" * (5 << 20))
    ended = shall("run", "--host", service.url)
    assert ended.returncode == 2
    assert "error[file.unreadable]: tests/cases/b.yaml is larger than 4 MiB." in ended.stdout
    assert "1 passed, 0 failed, 1 error" in ended.stdout
    chinese = shall("run", "--host", service.url, SHALL_LANG="zh")
    assert "tests/cases/b.yaml 超过 4 MiB。" in chinese.stdout


@pytest.mark.verifies("cli#1.12")
@pytest.mark.parametrize(
    ("name", "next_step"),
    [
        ("env.TITLE", "list it under `secrets:` in shall.yaml."),
        ("TITLE", "Define it under `variables:`, or pass it with --var."),
    ],
)
def test_a_name_that_is_not_defined_comes_with_where_to_define_it(
    shall: Shall, write_case: WriteCase, service: Any, name: str, next_step: str
) -> None:
    write_case("a", f"/echo/{{{{ {name} }}}}")
    ended = shall("run", "--host", service.url)
    assert next_step in ended.stdout
    chinese = shall("run", "--host", service.url, SHALL_LANG="zh").stdout
    assert f"`{name.partition('.')[0]}` 未定义。" in chinese


@pytest.mark.verifies("cli#2.1", "cli#1.12")
def test_a_server_that_a_client_starts_elsewhere_reads_the_settings_of_its_project(
    shall: Shall, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Settings] = []

    def start(settings: Settings) -> int:
        started.append(settings)
        return 0

    monkeypatch.setattr("shall.cli.serve.start", start)
    (project / "shall.yaml").write_text("host: http://127.0.0.1:1\n")
    (tmp_path / "shall.yaml").write_text("host: http://127.0.0.1:2\n")
    for arguments in (
        [],
        ["--workspace", str(project)],
        ["--workspace", str(project), "--transport", "http"],
        ["--workspace", str(project), "--workspace", str(tmp_path)],
    ):
        assert shall("serve", *arguments, cwd=tmp_path).returncode == 0
    assert [it.host and it.host[-1] for it in started] == ["2", "1", "2", "2"]


@pytest.mark.verifies("cli#1.12")
def test_a_tag_an_environment_and_a_flag_that_match_nothing_are_named(
    shall: Shall, write_case: WriteCase, project: Path
) -> None:
    write_case("a", more="tags: [smoke]")
    (project / "specs").mkdir()
    (project / "specs/requirements.md").write_text("### Requirement 1\n\n1. A SHALL b.\n")
    assert "matches tags: smok." in shall("run", "--tag", "smok").stderr
    traced = shall("trace", "--environment", "stagign")
    assert "No outcome is recorded in the environment stagign." in traced.stderr
    chinese = shall("run", "--workers", "x", SHALL_LANG="zh").stderr
    assert "选项 --workers：" in chinese
    assert "flag" not in chinese


@pytest.mark.verifies("cases#5.17")
def test_a_named_file_that_is_no_plain_file_of_the_project_is_said_to_be_so(
    shall: Shall, project: Path, service: Any
) -> None:
    (project / "tests/cases/shared").mkdir(parents=True)
    (project / "data/folder.json").mkdir(parents=True)
    (project / "data/link.json").symlink_to(project.parent / "order.json")
    (project / "tests/cases/shared/login.yaml").symlink_to(project / "login.yaml")
    checks = [f"{{body: {{schema: {name}}}}}" for name in ("data/link.json", "data/folder.json")]
    checks.append("{openapi: ../openapi.yaml}")
    steps = "".join(f"    - {{GET: /echo, expect: {it}}}\n" for it in checks)
    case = f"testcase:\n  name: a\n  use: [login]\n  steps:\n{steps}"
    (project / "tests/cases/a.yaml").write_text(case)
    ended = shall("run", "--host", service.url, "--format", "concise")
    assert ended.returncode == 2
    for line in (
        "a.yaml:3:9: error[file.unreadable] use[0]: tests/cases/shared/login.yaml is a symbolic",
        "a.yaml:5:44: error[file.unreadable] steps[0].expect.body.schema: data/link.json is a symb",
        "a.yaml:6:44: error[file.unreadable] steps[1].expect.body.schema: data/folder.json is a fo",
        "a.yaml:7:38: error[file.unreadable] steps[2].expect.openapi: The path '../openapi.yaml' h",
    ):
        assert line in ended.stdout, ended.stdout
    assert "Name a plain file in the project" in ended.stdout
    assert service.log.calls == []


@pytest.mark.verifies("cases#5.25")
@pytest.mark.parametrize("command", [["run"], ["run", "--dry-run"], ["lint"]])
@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("line.json", "data/line.json does not exist, and data/order.json refers to it."),
        ("../.env", ".env may contain secrets"),
    ],
)
def test_a_file_that_a_schema_refers_to_is_a_problem_of_the_check(
    shall: Shall, project: Path, service: Any, command: list[str], reference: str, words: str
) -> None:
    (project / "data").mkdir()
    (project / ".env").write_text("A=1")
    (project / "data/order.json").write_text(json.dumps({"items": {"$ref": reference}}))
    (project / "tests/cases").mkdir(parents=True, exist_ok=True)
    (project / "tests/cases/a.yaml").write_text(
        f"name: a\nhost: {service.url}\nsteps:\n"
        "- GET: /echo\n  expect: {body: {schema: data/order.json}}\n"
    )
    ended = shall(*command)
    assert ended.returncode in {1, 2}
    assert words in ended.stdout
    assert "tests/cases/a.yaml:5:" in ended.stdout
    assert service.log.calls == []


@pytest.mark.verifies("cases#5.13")
@pytest.mark.parametrize(
    ("checks", "column"),
    [
        ("expect: {$: {schema: data/ordr.json}}", 28),
        ("expect: {$.lines: {each: {x: {schema: data/ordr.json}}}}", 32),
        ("assert: [{type: schema, expected: data/ordr.json}]", 16),
    ],
)
def test_a_schema_that_does_not_exist_is_a_problem_of_its_check(
    shall: Shall, project: Path, service: Any, checks: str, column: int
) -> None:
    (project / "data").mkdir()
    (project / "data/order.json").write_text("{}")
    (project / "tests/cases").mkdir(parents=True, exist_ok=True)
    (project / "tests/cases/a.yaml").write_text(
        f"testcase:\n  name: a\n  steps:\n    - GET: /echo\n      {checks}\n"
    )
    ended = shall("run", "--host", service.url)
    assert ended.returncode == 2
    assert "data/ordr.json does not exist." in ended.stdout
    assert f"tests/cases/a.yaml:5:{column}" in ended.stdout
    assert "Did you mean data/order.json?" in ended.stdout
    assert service.log.calls == []
