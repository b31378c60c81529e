"""What a proof is worth when a file changes that the case uploads or checks by."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.repository import commit, git

from shall.cases.fingerprint_v1 import case_fingerprint_v1
from shall.cases.reader import read_case

Shall = Callable[..., Any]
SCHEMA_FILE = "data/answer.json"
UPLOAD = "data/picture.txt"
SCHEMA_STEP = f"{{id: s, GET: /echo, expect: {{$: {{schema: {SCHEMA_FILE}}}}}}}"
UPLOAD_STEP = f"{{id: s, POST: /echo, files: {{f: {UPLOAD}}}, expect: {{status: 200}}}}"
NAMED = {"schema": (SCHEMA_STEP, SCHEMA_FILE), "upload": (UPLOAD_STEP, UPLOAD)}


@pytest.fixture(params=NAMED)
def named(request: pytest.FixtureRequest, project: Path) -> Path:
    """A file that a case uses which verifies auth#1.1."""
    write(project, "specs/auth/requirements.md", "### Requirement 1\n\n1. A shall b\n")
    step, path = NAMED[request.param]
    write_case(project, step)
    return write(project, path, '{"type": "object"}\n')


def write(project: Path, path: str, text: str) -> Path:
    file = project / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def write_case(project: Path, step: str, more: str = "") -> None:
    text = f"testcase:\n  name: a\n  verifies: [auth#1.1]\n{more}  steps:\n    - {step}\n"
    write(project, "tests/cases/a.yaml", text)


def status(shall: Shall) -> str:
    data = json.loads(shall("trace", "--format", "json", "--exit-zero").stdout)
    found: str = data["criteria"][0]["status"]
    return found


def lines(project: Path) -> list[dict[str, Any]]:
    files = sorted((project / ".shall/evidence").glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


@pytest.mark.verifies("tracing#4.20")
def test_a_case_is_stale_while_a_file_that_it_names_is_another(
    shall: Shall, named: Path, service: Any
) -> None:
    before = named.read_text()
    shall("run", "--host", service.url)
    assert status(shall) == "proved"

    named.write_text('{"type": "object", "minProperties": 1}\n')
    assert status(shall) == "stale"
    named.unlink()
    assert status(shall) == "stale"
    named.write_text(before)
    assert status(shall) == "proved"

    named.write_text("{}\n")
    shall("run", "--host", service.url)
    assert status(shall) == "proved"


@pytest.mark.verifies("tracing#4.45")
def test_a_case_is_stale_while_a_file_that_its_schema_refers_to_is_another(
    shall: Shall, project: Path, service: Any
) -> None:
    write(project, "specs/auth/requirements.md", "### Requirement 1\n\n1. A shall b\n")
    write_case(project, SCHEMA_STEP)
    write(project, SCHEMA_FILE, '{"$ref": "more/a.json"}')
    write(project, "data/more/a.json", '{"$ref": "b.json"}')
    last = write(project, "data/more/b.json", '{"type": "object"}')
    git(project, "init", "-q", "-b", "main")
    git(project, "add", ".")
    git(project, "commit", "-q", "-m", "first")
    shall("run", "--host", service.url)
    assert status(shall) == "proved"
    assert "No criterion" in shall("impact").stdout

    last.write_text('{"type": "object", "minProperties": 1}')
    assert status(shall) == "stale"
    assert "uses data/more/b.json, which changed" in shall("impact").stdout
    last.unlink()
    assert status(shall) == "stale"


@pytest.mark.verifies("tracing#4.36")
def test_line_ends_count_only_in_a_file_that_is_sent(
    shall: Shall, project: Path, service: Any
) -> None:
    write(project, "specs/auth/requirements.md", "### Requirement 1\n\n1. A shall b\n")
    write_case(project, SCHEMA_STEP, "  data: rows.csv\n  use: [in]\n")
    case = (project / "tests/cases/a.yaml").read_text()
    texts = {
        "tests/cases/a.yaml": f"{case}    - {UPLOAD_STEP.replace('id: s', 'id: u')}\n",
        "tests/cases/rows.csv": "x,y\n1,2\n",
        "tests/cases/shared/in.yaml": "shared:\n  steps:\n    - {id: in, GET: /echo}\n",
        SCHEMA_FILE: '{\n  "type": "object"\n}\n',
        UPLOAD: "one\n",
    }
    for path, text in texts.items():
        write(project, path, text)
    shall("run", "--host", service.url)
    assert status(shall) == "proved"
    for path, text in texts.items():
        (project / path).write_bytes(text.replace("\n", "\r\n").encode())
        assert status(shall) == ("stale" if path == UPLOAD else "proved"), path
    (project / UPLOAD).write_text(texts[UPLOAD])
    (project / "tests/cases/rows.csv").write_bytes(b"x,y\r\n1,3\r\n")
    assert status(shall) == "stale"


@pytest.mark.verifies("tracing#4.20")
@pytest.mark.parametrize(
    "checks",
    [
        f"expect: {{$: {{each: {{schema: {SCHEMA_FILE}}}}}}}",
        f"expect: {{$: {{each: {{x: {{schema: {SCHEMA_FILE}}}}}}}}}",
        f"expect: {{$: {{in_any_order: [{{schema: {SCHEMA_FILE}}}]}}}}",
        f"expect: {{$: {{count: {{where: {{schema: {SCHEMA_FILE}}}, equals: 1}}}}}}",
        f"until: {{$: {{schema: {SCHEMA_FILE}}}}}",
        f"until: {{status: 200, fails_if: {{$: {{not: {{schema: {SCHEMA_FILE}}}}}}}}}",
    ],
)
def test_a_schema_counts_wherever_a_step_names_it(
    shall: Shall, project: Path, service: Any, checks: str
) -> None:
    service.answer("list", '[{"x": 1}]', "application/json")
    write(project, "specs/auth/requirements.md", "### Requirement 1\n\n1. A shall b\n")
    write_case(project, f"{{id: s, GET: /given/list, {checks}}}")
    schema = write(project, SCHEMA_FILE, "true")
    shall("run", "--host", service.url)
    assert status(shall) == "proved"
    schema.write_text("false")
    assert status(shall) == "stale"


@pytest.mark.verifies("tracing#4.20")
def test_a_path_with_an_expression_is_left_out(shall: Shall, project: Path, service: Any) -> None:
    write(project, "specs/auth/requirements.md", "### Requirement 1\n\n1. A shall b\n")
    step = UPLOAD_STEP.replace(UPLOAD, '"{{ file }}"')
    write_case(project, step, f"  variables: {{file: {UPLOAD}}}\n")
    upload = write(project, UPLOAD, "one")
    shall("run", "--host", service.url)
    upload.write_text("two")
    assert status(shall) == "proved"


@pytest.mark.verifies("tracing#4.21")
@pytest.mark.parametrize("named", ["upload"], indirect=True)
def test_a_proof_of_an_earlier_release_counts_until_a_run_records_the_files(
    shall: Shall, project: Path, named: Path, service: Any
) -> None:
    shall("run", "--host", service.url)
    [file] = (project / ".shall/evidence").glob("*.jsonl")
    [line] = lines(project)
    text = (project / "tests/cases/a.yaml").read_text()
    line["source_fingerprint"] = case_fingerprint_v1(read_case(text, "a.yaml"))
    line["at"] = "2026-01-01T00:00:00Z"
    file.write_text(json.dumps(line) + "\n")
    assert status(shall) == "proved"

    shall("run", "--host", service.url)
    assert len(lines(project)) == 2
    shall("run", "--host", service.url)
    assert len(lines(project)) == 2
    named.write_text("another")
    assert status(shall) == "stale"


@pytest.mark.verifies("gate#3.1", "gate#3.2")
def test_a_changed_file_touches_the_case_that_names_it(
    shall: Shall, project: Path, named: Path
) -> None:
    git(project, "init", "-q", "-b", "main")
    git(project, "add", ".")
    git(project, "commit", "-q", "-m", "first")
    path = named.relative_to(project).as_posix()

    def impact(*arguments: str) -> Any:
        return json.loads(shall("impact", "--format", "json", *arguments).stdout)

    assert impact()["cases"] == []
    assert impact(path)["cases"] == ["tests/cases/a.yaml"]
    named.write_text("{}")
    changed = impact()
    assert changed["cases"] == ["tests/cases/a.yaml"]
    assert changed["unlinked"] == []


@pytest.mark.verifies("tracing#4.20")
def test_a_change_of_a_file_of_33_mib_is_seen(shall: Shall, project: Path, service: Any) -> None:
    write(project, "specs/auth/requirements.md", "### Requirement 1\n\n1. A shall b\n")
    write_case(project, UPLOAD_STEP.replace("/echo", "/status/200"))
    large = write(project, UPLOAD, "")
    os.truncate(large, 33 << 20)
    shall("run", "--host", service.url)
    assert status(shall) == "proved"

    with large.open("r+b") as file:
        file.write(b"x")

    assert status(shall) == "stale"


@pytest.mark.verifies("tracing#4.53")
def test_a_case_that_failed_counts_in_whichever_folder_it_lies(
    shall: Shall, project: Path, service: Any
) -> None:
    write(project, "specs/auth/requirements.md", "### Requirement 1\n\n1. A shall b\n")
    write_case(project, "{GET: /echo, expect: {status: 200}}")
    other = write(
        project,
        "checks/other.yaml",
        "name: other\nverifies: [auth#1.1]\nsteps:\n  - {GET: /echo, expect: {status: 404}}\n",
    )
    shall("run", "--host", service.url)
    assert status(shall) == "proved"
    shall("run", "--host", service.url, "checks/other.yaml")
    assert status(shall) == "failing"
    commit(project)
    other.write_text(other.read_text().replace("404", "200"))
    assert status(shall) == "failing"
    shall("run", "--host", service.url, "checks")
    assert status(shall) == "proved"
    changes = json.loads(shall("diff", "HEAD", "--format", "json").stdout)["changes"]
    assert [it["kind"] for it in changes] == ["newly proved"]
    other.unlink()
    assert status(shall) == "proved"
