"""``shall fuzz``: Schemathesis in a child process, and what its findings become."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shall.actions import fuzz
from shall.transport.process import ChildProcess, Ended

Shall = Callable[..., Any]

BROKEN = {"responses": {"200": {"description": ""}}}


def write(project: Path, paths: Any) -> None:
    info = {"title": "t", "version": "1"}
    document = {"openapi": "3.0.3", "info": info, "paths": paths}
    (project / "api.json").write_text(json.dumps(document))


@pytest.mark.process
@pytest.mark.verifies("contract#4.1")
def test_what_schemathesis_finds_is_a_stored_run(project: Path, shall: Shall, service: Any) -> None:
    write(project, {"/status/500": {"get": BROKEN}})
    flags = ("--openapi", "api.json", "--base-url", service.url, "--max-examples", "1")
    ended = shall("fuzz", *flags, "--format", "json", "--seed", "1")
    assert ended.returncode == 1, ended.stderr
    (case,) = json.loads(ended.stdout)["cases"]
    assert (case["name"], case["outcome"]) == ("GET /status/500", "failed")
    assert "not_a_server_error" in {step["checks"][0]["kind"] for step in case["steps"]}
    assert {it["exchange"]["status"] for it in case["steps"]} >= {500}
    stored = json.loads(shall("report", "--format", "json").stdout)
    assert [it["name"] for it in stored["cases"]] == ["GET /status/500"]


@pytest.fixture
def child(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Notes the commands of children, none of which is started."""
    started: list[Any] = []

    class Child(ChildProcess):
        def run(self, timeout_s: float) -> Ended:
            started.append((self._command, self._cwd, self._environment, timeout_s))
            path = Path(self._cwd) / "events.ndjson"
            checks = {"c": [{"name": "a", "status": "success"}]}
            recorder = {"label": "GET /echo", "checks": checks}
            path.write_text(json.dumps({"ScenarioFinished": {"recorder": recorder}}) + '\n{"Scen')
            return Ended(None, "", is_late=True)

    monkeypatch.setattr(fuzz, "ChildProcess", Child)
    return started


@pytest.mark.verifies("contract#4.4", "contract#4.3")
def test_after_its_time_what_was_found_is_stored(
    project: Path, shall: Shall, service: Any, child: list[Any]
) -> None:
    write(project, {"/echo": {"get": BROKEN}, "/status/500": {"get": BROKEN}})
    flags = ("--openapi", "api.json", "--base-url", service.url, "--timeout", "7")
    ended = shall("fuzz", *flags, "--format", "json", SECRET_OF_OURS="canary")
    assert ended.returncode == 4
    run = json.loads(ended.stdout)
    assert run["status"] == "timed_out"
    assert [it["outcome"] for it in run["cases"]] == ["passed", "skipped"]
    ((command, folder, environment, timeout_s),) = child
    assert timeout_s == 7
    assert "canary" not in str(environment)
    assert not Path(folder).exists()
    assert command[command.index("--max-redirects") + 1] == "0"


@pytest.mark.verifies("contract#4.5")
def test_nothing_is_generated_where_the_rules_or_the_document_forbid_it(
    project: Path, shall: Shall, service: Any, child: list[Any]
) -> None:
    write(project, {"/echo": {"get": BROKEN}})
    flags = ("--openapi", "api.json", "--base-url", service.url)
    assert shall("fuzz", *flags, SHALL_TARGETS_DENY="127.0.0.1").returncode == 5
    assert shall("fuzz", *flags[:3], "http://127.0.0.1:1").returncode == 4
    write(project, {"/echo": {"$ref": "http://example.com/other.json"}})
    refused = shall("fuzz", *flags)
    assert refused.returncode == 2
    assert "leads out of the document" in refused.stderr
    assert child == []
    assert service.calls_to("/") == 0


@pytest.mark.verifies("contract#4.6")
def test_without_schemathesis_the_extra_is_named(
    project: Path, shall: Shall, service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(project, {"/echo": {"get": BROKEN}})
    monkeypatch.setattr(fuzz, "find_spec", lambda _: None)
    ended = shall("fuzz", "--openapi", "api.json", "--base-url", service.url, SHALL_LANG="zh")
    assert ended.returncode == 2
    assert "pip install 'shall[fuzz]'" in ended.stderr
    assert "--base-url" in shall("fuzz", "--openapi", "api.json").stderr
