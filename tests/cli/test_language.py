"""Every sentence that a command prints is in the chosen language."""

import argparse
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shall.cli.options import parser

CHINESE = re.compile("[\u4e00-\u9fff]")
QUOTED = re.compile(
    r"\s*\S*/\S*$"  # a path
    r"|\s*-->.*|\s*\d* \|.*"  # a line of a file
    r"|\s*\[?-(?!.*\S  +\S).*"  # flags, without their help
    r"|\s*(\[|\{|[A-Z]+(  +[a-z]+(-[a-z]+)?,.*)?$|[a-z-]+, ).*"  # words of a command
    r"|\S+  \S.*"  # a row of a table of settings or tokens
    r"|GET .*|\s*chmod .*"
)
"""Lines without a sentence: what was typed or written, and names."""


def left_in_english(printed: str) -> list[str]:
    lines = [line for line in printed.splitlines() if line.strip()]
    return [line for line in lines if not (CHINESE.search(line) or QUOTED.fullmatch(line))]


@pytest.mark.verifies("cli#1.8")
def test_init_and_trace_are_chinese_where_that_is_asked_for(
    shall: Callable[..., Any], project: Path
) -> None:
    empty = shall("trace", "--fail-under", "50", SHALL_LANG="zh")
    made = shall("init", SHALL_LANG="zh")
    again = shall("init", SHALL_LANG="zh")
    case = project / "tests/cases/health.yaml"
    case.write_text(case.read_text().replace("default#1.1", "default#1.9"))
    (project / "tests/cases/b.yaml").write_text(
        "testcase:\n  name: b\n  verifies: ['9.9', '1.1']\n  steps: [{id: a, path: /a}]\n"
    )
    for name in ("auth", "cart"):
        (project / "specs" / name).mkdir()
        (project / "specs" / name / "requirements.md").write_text(
            "### Requirement 1\n\n1. A shall b\n"
        )
    traced = shall("trace", "--fail-under", "50", SHALL_LANG="zh")
    for ended in (empty, made, again, traced):
        assert left_in_english(ended.stdout + ended.stderr) == []
    assert "untested" not in traced.stdout
    assert "创建   specs/requirements.md" in made.stdout
    assert "有歧义" in traced.stdout


def commands(parser: argparse.ArgumentParser, *names: str) -> Iterator[tuple[str, ...]]:
    yield names
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, command in action.choices.items():
                yield from commands(command, *names, name)


@pytest.mark.verifies("cli#1.8")
@pytest.mark.parametrize("command", list(commands(parser())), ids=" ".join)
def test_the_help_of_a_command_is_chinese(
    shall: Callable[..., Any], command: tuple[str, ...]
) -> None:
    shown = shall(*command, "--help", SHALL_LANG="zh")
    assert shown.returncode == 0
    usage, _, rest = shown.stdout.partition("\n\n")
    assert usage.startswith("用法：shall")
    assert left_in_english(rest) == []


@pytest.mark.verifies("cli#1.8")
@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "missing.yaml"],
        ["run", "--var", "x"],
        ["run", "--unknown"],
        ["trace", "--format", "xml"],
        ["trace", "--fail-under"],
        ["trace", "--fail-under", "101"],
        ["trace", "--feature", "missing"],
        ["trace", "--why", "missing#1.1"],
        ["install", "cursor", "--url", "ftp://x"],
        ["install", "cursor", "--name", "a b"],
        ["restore", "missing.tar.gz"],
        ["backup"],
        ["backup", "--to", "missing/x.tar.gz"],
        ["token", "list", "--file", "missing"],
        ["token", "new", "--name", "a", "--expires", "soon", "--file", "tokens"],
        ["token", "revoke", "b", "--file", "tokens"],
        ["serve", "--transport", "http", "--host", "0.0.0.0"],
        [],
    ],
    ids=" ".join,
)
def test_an_error_is_chinese(
    shall: Callable[..., Any], project: Path, arguments: list[str]
) -> None:
    (project / "specs").mkdir()
    (project / "specs/requirements.md").write_text("### Requirement 1\n\n1. A shall b\n")
    (project / "tokens").write_text(f"name=a scopes=read sha256={'0' * 64}\n")
    ended = shall(*arguments, SHALL_LANG="zh")
    assert ended.returncode != 0
    assert left_in_english(ended.stdout + ended.stderr) == []
    assert CHINESE.search(ended.stderr)


@pytest.mark.verifies("cli#1.8")
def test_the_doctor_is_chinese(shall: Callable[..., Any], project: Path) -> None:
    (project / "shall.yaml").write_text("concurrency: many\nlanguage: zh\n")
    (project / "other").mkdir()
    (project / "other/a.yaml").write_text("testcase: {name: a, steps: [{id: a, path: /a}]}\n")
    before = shall("doctor", SHALL_LANG="zh")
    (project / "shall.yaml").write_text("language: zh\n")
    made = shall("init")
    after = shall("doctor")
    for ended in (before, made, after):
        assert left_in_english(ended.stdout + ended.stderr) == []
    assert "不是整数" in before.stdout
    assert "完整性检查通过" in after.stdout


@pytest.mark.verifies("cli#1.8")
def test_a_case_and_a_setting_with_problems_are_shown_in_chinese(
    shall: Callable[..., Any], project: Path, write_case: Callable[..., None]
) -> None:
    write_case("a", more="hosts: http://127.0.0.1")
    write_case("b", expected=9999)
    (project / "tests/cases/c.yaml").write_text("testcase: [\n")
    ran = shall("run", SHALL_LANG="zh")
    assert ran.returncode == 2
    assert left_in_english(ran.stdout + ran.stderr) == []
    assert "未知字段 `hosts`。" in ran.stdout
    (project / "shall.yaml").write_text("concurency: 1\nkeep: none\n")
    refused = shall("run", SHALL_LANG="zh")
    assert left_in_english(refused.stderr) == []
    assert "错误[setting.unknown-key]: 未知的键 concurency。" in refused.stderr


@pytest.mark.verifies("cli#1.8")
def test_a_service_that_is_down_and_a_missing_host_are_shown_in_chinese(
    shall: Callable[..., Any], project: Path, write_case: Callable[..., None]
) -> None:
    (project / "specs").mkdir()
    (project / "specs/requirements.md").write_text("### Requirement 1\n\n1. A shall b\n")
    write_case("a", more="verifies: ['default#1.9']")
    no_host = shall("run", SHALL_LANG="zh")
    assert left_in_english(no_host.stdout + no_host.stderr) == []
    assert "verifies[0]: default#1.9 不存在。是否指 default#1.1？" in no_host.stderr
    down = shall("run", "--host", "http://127.0.0.1:9", SHALL_LANG="zh")
    assert down.returncode == 4
    assert left_in_english(down.stdout) == []


@pytest.mark.verifies("cli#1.8")
def test_what_a_program_reads_stays_english(shall: Callable[..., Any], project: Path) -> None:
    (project / "tests/cases").mkdir(parents=True)
    (project / "tests/cases/a.yaml").write_text("testcase: {name: a, tsteps: []}\n")
    for form in ("concise", "github", "gitlab", "junit", "sarif"):
        assert not CHINESE.search(shall("trace", "--format", form, SHALL_LANG="zh").stdout)
    assert not CHINESE.search(shall("doctor", "--format", "json", SHALL_LANG="zh").stdout)


@pytest.mark.verifies("cli#1.8")
def test_statuses_and_tasks_are_chinese(shall: Callable[..., Any], project: Path) -> None:
    (project / "specs/auth").mkdir(parents=True)
    (project / "specs/auth/requirements.md").write_text(
        "### Requirement 1\n\n1. A shall b\n2. B shall c\n"
    )
    (project / "specs/auth/tasks.md").write_text("- [x] 1. Write a\n  _Requirements: 1.1_\n")
    why = shall("trace", "--why", "auth#1.1", SHALL_LANG="zh").stdout
    waived = shall(
        *("waive", "auth#1.1", "--reason", "later", "--until", "2999-01-01", "--by", "An"),
        SHALL_LANG="zh",
    ).stdout
    gate = shall("gate", SHALL_LANG="zh").stdout
    assert "任务 1 [x] Write a" in why
    assert "现有证据：未测试" in waived
    assert "失败、已过期、存疑、空验证" in gate
    assert "最多允许 0" in gate


@pytest.mark.verifies("cli#1.8")
def test_tables_are_chinese(shall: Callable[..., Any], project: Path) -> None:
    (project / "shall.yaml").write_text("keep: all\n")
    (project / "tokens").write_text(
        f"name=a scopes=read sha256={'0' * 64}\n"
        f"name=b scopes=read expires=2020-01-01T00:00:00Z sha256={'1' * 64}\n"
    )
    head, *rows = shall("config", SHALL_LANG="zh").stdout.splitlines()
    assert head.split() == ["设置项", "值", "来源", "含义"]
    sources = {row.split()[0]: row for row in rows}
    assert "文件 shall.yaml:1:7" in sources["keep"]
    assert "环境变量 SHALL_LANG" in sources["language"]
    assert "默认值" in sources["concurrency"]
    tokens = shall("token", "list", "--file", "tokens", SHALL_LANG="zh").stdout.splitlines()
    assert tokens[0].split() == ["名称", "作用域", "创建时间", "有效期至", "类型", "工作区"]
    assert tokens[1].split()[-3:] == ["永不", "令牌", "全部"]
    assert "（已过期）" in tokens[2]
    assert (
        "S111  vague-term                  警告" in shall("lint", "--list", SHALL_LANG="zh").stdout
    )


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (("trace", "--fail-under", "x"), "参数 --fail-under：x 不是 0 到 100 的百分比\n"),
        (
            ("waive", "default#1.1", "--until", "z"),
            "参数 --until：z 不是日期，正确写法例如 2027-01-31\n",
        ),
    ],
)
def test_the_name_of_an_argument_is_no_part_of_the_reason(
    shall: Callable[..., Any], command: tuple[str, ...], message: str
) -> None:
    assert shall(*command, SHALL_LANG="zh").stderr.endswith(message)
