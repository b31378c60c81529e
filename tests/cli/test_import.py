"""``shall import``: what it writes, where, and what it refuses."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Shall

from shall.cases.reader import examine_text

TEXT = "curl -x http://p http://127.0.0.1:1/orders -H 'X-Api-Key: planted-1'\n"
CASE = "tests/cases/get-orders.yaml"


@pytest.fixture
def source(project: Path) -> Path:
    file = project / "requests.sh"
    file.write_text(TEXT)
    return file


@pytest.mark.verifies("import#1.1", "import#1.2", "import#1.3")
def test_import_writes_cases_and_reports_what_was_left_out(
    shall: Shall, project: Path, source: Path
) -> None:
    ended = shall("import", source.name)

    assert ended.returncode == 0, ended.stderr
    written = (project / CASE).read_text()
    assert examine_text(written, CASE).notes == ()
    assert "- GET: /orders\n" in written
    assert f"{CASE}: GET /orders\n" in ended.stdout
    assert "requests.sh:1: curl: `--proxy` was left out." in ended.stdout
    assert "were not written: x_api_key." in ended.stdout
    assert "planted" not in written + ended.stdout + ended.stderr


@pytest.mark.verifies("import#1.5")
def test_a_case_that_exists_is_overwritten_only_by_force(
    shall: Shall, project: Path, source: Path
) -> None:
    shall("import", source.name)
    (project / CASE).write_text("mine")
    source.write_text("curl http://h/new\n" + TEXT)

    refused = shall("import", source.name)

    assert refused.returncode == 2
    assert f"{CASE} exists. Nothing was written. Overwrite with --force" in refused.stderr
    assert (project / CASE).read_text() == "mine"
    assert not (project / "tests/cases/get-new.yaml").exists()
    assert shall("import", source.name, "--force").returncode == 0
    assert "GET: /orders" in (project / CASE).read_text()


@pytest.mark.verifies("import#1.6", "import#1.7")
def test_the_standard_input_is_recognized_and_printed(
    shall: Shall, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))

    ended = shall("import", "-", "--output", "-")

    assert ended.stdout.startswith("name: GET /orders\n")
    assert examine_text(ended.stdout, "a.yaml").case.name == "GET /orders"
    assert ended.stderr == ("stdin:1: curl: `--proxy` was left out. Requests are sent directly.\n")
    assert list(project.iterdir()) == []


@pytest.mark.verifies("import#1.1")
def test_cases_are_written_where_output_says_and_listed_as_json(shall: Shall, source: Path) -> None:
    found = json.loads(
        shall("import", source.name, "--output", "tests/cases/api", "--format", "json").stdout
    )
    assert [it["path"] for it in found["cases"]] == ["tests/cases/api/get-orders.yaml"]
    assert found["secrets"] == ["x_api_key"]
    assert [it["line"] for it in found["left_out"]] == [1]


@pytest.mark.verifies("import#1.4", "import#1.8")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.sh"], "missing.sh cannot be read: No such file or directory."),
        (["words.txt"], "The format of words.txt was not recognized. Name it with --from: "),
        (["words.txt", "--from", "curl"], "words.txt has no curl command."),
        (["bytes.bin"], "bytes.bin is not UTF-8 text."),
        (["requests.sh", "--output", ".."], "The path '..' holds '..'."),
        (
            ["requests.sh", "--output", "src"],
            "src/get-orders.yaml is not written: cases are written below tests/cases and"
            " test_cases only. Name a folder there with --output, such as tests/cases/api.\n",
        ),
    ],
)
def test_what_cannot_be_imported_is_an_error(
    shall: Shall, project: Path, source: Path, arguments: list[str], message: str
) -> None:
    (project / "words.txt").write_text("just words")
    (project / "bytes.bin").write_bytes(b"\xff\xfe")

    ended = shall("import", *arguments)

    assert ended.returncode == 2
    assert message in ended.stderr
    assert sorted(it.name for it in project.iterdir() if it.is_file()) == [
        *("bytes.bin", source.name, "words.txt")
    ]


@pytest.mark.verifies("import#1.4")
def test_a_document_of_which_nothing_can_be_used_has_exit_status_2(
    shall: Shall, project: Path, source: Path
) -> None:
    source.write_text("curl -x p \\\n  -d a=1\n")

    ended = shall("import", source.name, SHALL_LANG="zh")

    assert ended.returncode == 2
    assert "命令" in ended.stdout
    assert not (project / "tests").exists()


COLLECTION = {
    "info": {"name": "Shop", "_postman_id": "1"},
    "variable": [{"key": "base", "value": "http://127.0.0.1:9"}, {"key": "page", "value": "3"}],
    "item": [
        {
            "name": "list",
            "request": {
                "method": "GET",
                "url": "{{api}}/echo/{{page}}/{{user}}",
                "header": [{"key": "X-Key", "value": "{{api_key}}"}],
            },
        }
    ],
}


def environment(*values: dict[str, object]) -> str:
    scope = {"_postman_variable_scope": "environment"}
    return json.dumps({"name": "Shop Staging", "values": values, **scope})


@pytest.mark.verifies("import-postman-environments#1.1", "import-postman-environments#1.4")
def test_a_collection_runs_with_its_environment_of_postman(
    shall: Shall, project: Path, service: Any
) -> None:
    (project / "shop.json").write_text(json.dumps(COLLECTION))
    (project / "staging.json").write_text(
        environment(
            {"key": "base", "value": service.url},
            {"key": "api", "value": "{{base}}"},
            {"key": "user", "value": "older"},
            {"key": "user", "value": "ann"},
            {"key": "api_key", "value": "planted-4410", "type": "secret"},
        )
    )
    ended = shall("import", "shop.json", "--environment", "staging.json")
    assert ended.returncode == 0, ended.stderr
    assert "Set these environment variables: SHOP_STAGING_API_KEY." in " ".join(
        ended.stdout.split()
    )
    block = ended.stdout.partition("environments:\n")[2].partition("\n\n")[0]
    (project / "shall.yaml").write_text(f"environments:\n{block}\n")
    ran = shall("run", "--env", "shop-staging", SHOP_STAGING_API_KEY="planted-4410")
    assert ran.returncode == 0, ran.stdout
    assert service.calls_to("/echo/3/ann") == 1
    written = [file.read_text() for file in project.rglob("tests/cases/*.yaml")]
    assert "planted" not in "".join((*written, ended.stdout, ended.stderr))


@pytest.mark.verifies(
    "import-postman-environments#1.2",
    "import-postman-environments#1.3",
    "import-postman-environments#1.5",
)
def test_an_environment_of_postman_is_recognized_and_its_secrets_are_left_out(
    shall: Shall, project: Path
) -> None:
    text = environment(
        {"key": "my host", "value": "shop.test"},
        {"key": "password", "value": "planted-1-pw"},
        {"key": "line", "value": "user ann:planted-1-pw"},
        {"key": "short", "value": "planted-2", "type": "secret"},
        {"key": "off", "value": "x", "enabled": False},
        {"key": "lost", "value": "{{nowhere}}"},
        {"key": "circle", "value": "{{circle}}"},
    )
    (project / "staging.json").write_text(text)
    ended = shall("import", "staging.json", "--format", "json")
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)
    assert found["cases"] == []
    assert found["environments"] == {
        "shop-staging": {
            "variables": {"my_host": "shop.test"},
            "secrets": {
                name: {"environment": f"SHOP_STAGING_{name.upper()}"}
                for name in ("password", "line", "short")
            },
        }
    }
    assert [it["field"] for it in found["left_out"]] == ["off", "lost", "circle"]
    assert "planted" not in ended.stdout
    assert not (project / "shall.yaml").exists()


@pytest.mark.verifies("import-postman-environments#1.6")
def test_only_a_collection_takes_an_environment(shall: Shall, project: Path, source: Path) -> None:
    (project / "staging.json").write_text(environment())
    refused = shall("import", source.name, "--environment", "staging.json")
    assert refused.returncode == 2
    assert "requests.sh is not a Postman collection" in refused.stderr
    assert not (project / CASE).exists()
