"""What a proof is worth when a variable of shall.yaml changes that the case reads."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.repository import git

Shall = Callable[..., Any]

CASE = """\
testcase:
  name: a
  verifies: [auth#1.1]
  steps:
    - GET: /echo
      expect: {status: "{{ want }}"}
"""


@pytest.fixture
def reads(project: Path) -> Path:
    """A project whose case, which verifies auth#1.1, compares the status with a variable."""
    write(project, "specs/auth/requirements.md", "### Requirement 1\n\n1. A shall b\n")
    write(project, "tests/cases/a.yaml", CASE)
    write(project, "shall.yaml", "variables: {want: 200, other: 1}\n")
    return project


def write(project: Path, path: str, text: str) -> None:
    file = project / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")


def status(shall: Shall, *arguments: str) -> str:
    data = json.loads(shall("trace", "--format", "json", "--exit-zero", *arguments).stdout)
    found: str = data["criteria"][0]["status"]
    return found


def lines(project: Path) -> list[dict[str, Any]]:
    files = sorted((project / ".shall/evidence").glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


@pytest.mark.verifies("tracing#4.39")
def test_a_case_is_stale_while_a_variable_that_it_reads_is_another(
    shall: Shall, reads: Path, service: Any
) -> None:
    shall("run", "--host", service.url)
    assert status(shall) == "proved"

    write(reads, "shall.yaml", "variables: {want: 201, other: 1}\n")
    assert status(shall) == "stale"
    assert "tests/cases/a.yaml (a variable of shall.yaml that it reads changed since)" in (
        shall("trace").stdout
    )
    shown = shall("trace", "--why", "auth#1.1", "--exit-zero", SHALL_LANG="zh").stdout
    assert "它读取的 shall.yaml 变量已改动" in shown

    write(reads, "shall.yaml", "variables:\n  other: 2  # not read\n  want: 200\n")
    assert status(shall) == "proved"
    write(reads, "shall.yaml", "variables: {other: 1}\n")
    assert status(shall) == "stale"


HEAD = "testcase:\n  name: a\n  verifies: [auth#1.1]\n"
PLACES = {
    "of the run": HEAD + '  steps: [{GET: /echo, expect: {status: "{{ Global.want }}"}}]\n',
    "calculated": HEAD + '  steps: [{GET: /echo, expect: {status: "{{ want + 0 }}"}}]\n',
    "in a list": HEAD + '  steps: [{GET: /echo, expect: {status: {one_of: ["{{ want }}"]}}}]\n',
    "sent": HEAD + '  steps: [{GET: "/echo?a={{ want }}", expect: {status: 200}}]\n',
    "condition": HEAD + '  steps: [{GET: /echo, if: "{{ want == 200 }}", expect: {status: 200}}]\n',
    "variable": HEAD
    + '  variables: {own: "{{ want }}"}\n'
    + '  steps: [{GET: /echo, expect: {status: "{{ own }}"}}]\n',
    "row": HEAD
    + '  data: [{own: "{{ want }}"}]\n'
    + '  steps: [{GET: /echo, expect: {status: "{{ row.own }}"}}]\n',
    "teardown": HEAD
    + "  steps: [{GET: /echo, expect: {status: 200}}]\n"
    + '  teardowns: [{GET: /echo, expect: {status: "{{ want }}"}}]\n',
    "shared": HEAD + "  use: [set]\n  steps: [{GET: /echo, expect: {status: 200}}]\n",
}


@pytest.mark.verifies("tracing#4.39")
@pytest.mark.parametrize("case", PLACES.values(), ids=list(PLACES))
def test_every_place_of_a_case_counts(shall: Shall, reads: Path, service: Any, case: str) -> None:
    write(reads, "tests/cases/a.yaml", case)
    shared = 'shared:\n  name: s\n  steps: [{GET: /echo, expect: {status: "{{ want }}"}}]\n'
    write(reads, "tests/cases/shared/set.yaml", shared)
    ran = shall("run", "--host", service.url)
    assert status(shall) == "proved", ran.stdout
    write(reads, "shall.yaml", "variables: {want: 200, other: 2}\n")
    assert status(shall) == "proved"
    write(reads, "shall.yaml", "variables: {want: 500}\n")
    assert status(shall) == "stale"


@pytest.mark.verifies("tracing#4.39")
def test_a_name_that_the_case_sets_is_not_read_from_the_settings(
    shall: Shall, reads: Path, service: Any
) -> None:
    steps = '  steps: [{id: want, GET: /echo, expect: {status: "{{ row.a + own }}"}}]\n'
    case = HEAD + "  data: [{a: 100}]\n  variables: {own: 100}\n" + steps
    write(reads, "tests/cases/a.yaml", case)
    shall("run", "--host", service.url)
    write(reads, "shall.yaml", "variables: {own: 1, row: 1, want: 1}\n")
    assert status(shall) == "proved"
    assert "variables" not in lines(reads)[0]


@pytest.mark.verifies("tracing#4.39")
def test_variables_of_the_environment_of_the_evidence_are_compared(
    shall: Shall, reads: Path, service: Any
) -> None:
    text = (
        "variables: {want: 500}\n"
        "environments: {a: {variables: {want: %s}}, b: {variables: {want: %s}}}\n"
    )
    write(reads, "shall.yaml", text % (200, 200))
    for name in ("a", "b"):
        shall("run", "--host", service.url, "--environment", name)
    assert status(shall) == "proved"
    write(reads, "shall.yaml", text % (200, 201))
    assert [status(shall, "--environment", it) for it in ("a", "b")] == ["proved", "stale"]
    write(reads, "shall.yaml", (text % (200, 200)).replace("500", "501"))
    assert status(shall) == "proved"


@pytest.mark.verifies("tracing#4.40")
def test_a_run_with_another_value_than_that_of_the_settings_proves_nothing_about_them(
    shall: Shall, reads: Path, service: Any
) -> None:
    write(reads, "shall.yaml", "variables: {want: 500}\n")
    shall("run", "--host", service.url, "--var", "want=200")
    assert status(shall) == "stale"
    shown = shall("trace", "--why", "auth#1.1", "--exit-zero").stdout
    assert "(it ran with --var, with another value than shall.yaml)" in shown
    assert lines(reads)[-1]["variables"] == "--var"

    write(reads, "shall.yaml", "variables: {want: 200}\n")
    assert status(shall) == "stale"
    shall("run", "--host", service.url, "--var", "want=200")
    assert status(shall) == "proved"
    assert len(lines(reads)) == 2


@pytest.mark.verifies("tracing#4.40")
def test_a_variable_that_only_the_caller_gives_does_not_count(
    shall: Shall, reads: Path, service: Any
) -> None:
    write(reads, "shall.yaml", "variables: {other: 1}\n")
    shall("run", "--host", service.url, "--var", "want=200")
    assert status(shall) == "proved"
    assert lines(reads)[-1]["variables"] == "none"
    write(reads, "shall.yaml", "variables: {want: 201}\n")
    assert status(shall) == "stale"


@pytest.mark.verifies("tracing#4.41")
def test_secrets_count_as_they_are_declared(shall: Shall, reads: Path, service: Any) -> None:
    case = CASE.replace("/echo", '"/echo?a={{ token }}{{ pin }}{{ user.password }}{{ user.name }}"')
    write(reads, "tests/cases/a.yaml", case)
    text = (
        "variables: {want: 200, pin: %s, user: {name: ann, password: %s}}\n"
        "secrets: {token: {environment: %s}, pin: }\n"
    )
    write(reads, "shall.yaml", text % ("1111", "aaaa", "TOKEN_A"))
    given = {"TOKEN_A": "one", "TOKEN_B": "one"}
    shall("run", "--host", service.url, **given)
    assert status(shall) == "proved"
    assert (
        status(
            shall,
        )
        == "proved"
    )
    write(reads, "shall.yaml", text % ("2222", "bbbb", "TOKEN_A"))
    shall("run", "--host", service.url, "--var", "pin=3333", TOKEN_A="two")
    assert status(shall) == "proved"
    assert len(lines(reads)) == 1
    write(reads, "shall.yaml", text % ("2222", "bbbb", "TOKEN_B"))
    assert status(shall) == "stale"
    write(reads, "shall.yaml", (text % ("1111", "aaaa", "TOKEN_A")).replace("ann", "bob"))
    assert status(shall) == "stale"


@pytest.mark.verifies("tracing#4.42")
def test_evidence_without_variables_counts_until_a_run_records_them(
    shall: Shall, reads: Path, service: Any
) -> None:
    shall("run", "--host", service.url)
    [file] = (reads / ".shall/evidence").glob("*.jsonl")
    [line] = lines(reads)
    del line["variables"]
    line["at"] = "2026-01-01T00:00:00Z"
    file.write_text(json.dumps(line) + "\n")
    write(reads, "shall.yaml", "variables: {want: 201}\n")
    assert status(shall) == "proved"

    write(reads, "shall.yaml", "variables: {want: 200}\n")
    shall("run", "--host", service.url)
    assert len(lines(reads)) == 2
    write(reads, "shall.yaml", "variables: {want: 201}\n")
    assert status(shall) == "stale"


@pytest.mark.verifies("tracing#4.39", "tracing#4.40")
@pytest.mark.parametrize(("given", "proof"), [((), "proved"), (("--var", "want=200"), "stale")])
def test_merged_shards_record_the_variables_of_their_runs(
    shall: Shall, reads: Path, service: Any, given: tuple[str, ...], proof: str
) -> None:
    write(reads, "shall.yaml", f"variables: {{want: {500 if given else 200}}}\n")
    for number in (1, 2):
        flags = ("--shard", f"{number}/2", "--report-json", f"{number}.json", *given)
        state = f".shall/machine-{number}"
        shall("run", "--host", service.url, *flags, SHALL_STATE_DIR=state)
    assert status(shall) == "not run"
    shall("merge", "1.json", "2.json")
    assert status(shall) == proof
    write(reads, "shall.yaml", "variables: {want: 201}\n")
    assert status(shall) == "stale"


@pytest.mark.verifies("tracing#4.43")
def test_changed_settings_touch_the_cases_that_read_their_variables(
    shall: Shall, reads: Path
) -> None:
    plain = HEAD.replace("1.1", "1.2") + "  steps: [{GET: /echo, expect: {status: 200}}]\n"
    write(reads, "tests/cases/b.yaml", plain)
    write(reads, "specs/auth/requirements.md", "### Requirement 1\n\n1. A shall b\n2. A shall c\n")
    git(reads, "init", "-q", "-b", "main")
    git(reads, "add", ".")
    git(reads, "commit", "-q", "-m", "first")
    write(reads, "shall.yaml", "variables: {want: 201}\n")
    for arguments, why in ((("--since", "HEAD"), ", which changed"), (("shall.yaml",), "")):
        found = json.loads(shall("impact", "--format", "json", *arguments).stdout)
        [touched] = found["criteria"]
        assert touched["key"] == "auth#1.1"
        assert touched["reasons"] == [f"tests/cases/a.yaml uses shall.yaml{why}"]
        assert found["cases"] == ["tests/cases/a.yaml"]


@pytest.mark.verifies("tracing#4.39")
def test_a_commit_is_compared_with_the_variables_that_it_has(
    shall: Shall, reads: Path, service: Any
) -> None:
    shall("run", "--host", service.url)
    git(reads, "init", "-q", "-b", "main")
    git(reads, "add", ".")
    git(reads, "commit", "-q", "-m", "first")
    write(reads, "shall.yaml", "variables: {want: 201}\n")
    [change] = json.loads(shall("diff", "HEAD", "--format", "json").stdout)["changes"]
    assert (change["kind"], change["before"], change["after"]) == ("expired", "proved", "stale")
