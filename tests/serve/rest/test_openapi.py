"""The document and the routes say the same; schemathesis tries every operation of it."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shall.serve.rest.routes import OPERATIONS

Start = Callable[..., Any]
TOKEN = "the-right-token"


@pytest.mark.verifies("rest#1.10")
def test_every_route_is_in_the_document_and_answers(running: Any) -> None:
    document = running.http.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    described = {
        (method.upper(), path) for path, methods in document["paths"].items() for method in methods
    }
    assert described == {(it.method, it.path) for it in OPERATIONS} | {("GET", "/openapi.json")}
    ids = re.findall(r'"operationId": "(\w+)"', json.dumps(document))
    assert len(set(ids)) == len(described)
    for method, path in described:
        filled = re.sub(r"\{\w+\}", "x", path)
        answer = running.http.request(method, filled)
        assert answer.status_code != 405
        if "{" not in path and path != "/api/runs":
            assert answer.is_success, path


def test_the_document_asks_for_a_token_only_where_one_is_needed(start: Start) -> None:
    open_to_all = start().http.get("/openapi.json").json()
    assert "securitySchemes" not in open_to_all["components"]
    guarded = start(auth_token=TOKEN)
    header = {"Authorization": f"Bearer {TOKEN}"}
    document = guarded.http.get("/openapi.json", headers=header).json()
    without = {
        path
        for path, methods in document["paths"].items()
        if any("security" not in it for it in methods.values())
    }
    assert without == {"/health", "/ready"}
    assert document["paths"]["/connections"]["get"]["x-scope"] == "admin"


@pytest.mark.process
@pytest.mark.verifies("rest#1.9", "rest#1.10")
def test_schemathesis_finds_no_answer_that_the_document_does_not_say(
    start: Start, tmp_path: Path, project: Path, service: Any
) -> None:
    (project / "tests/cases").mkdir(parents=True)
    case = f"testcase: {{name: one, steps: [{{id: get, path: '{service.url}/echo'}}]}}\n"
    (project / "tests/cases/one.yaml").write_text(case)  # whatever host the request names
    running = start(is_basic=True, auth_token=TOKEN)
    command = [
        *(sys.executable, "-m", "schemathesis.cli"),
        *("--config-file", str(Path(__file__).with_name("schemathesis.toml"))),
        *("run", f"{running.url}/openapi.json", "--checks", "all", "--mode", "all"),
        *("--header", f"Authorization: Bearer {TOKEN}"),
        *("--max-examples", "10", "--seed", "1", "--generation-database", "none"),
        *("--request-timeout", "10", "--no-color"),
    ]
    ended = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False
    )
    assert ended.returncode == 0, ended.stdout[-8000:] + ended.stderr[-2000:]
    assert running.http.get("/health").status_code == 200
