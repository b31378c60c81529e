"""Evidence of cases whose files change while the run goes on."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from msgspec.structs import replace

from shall.actions.discovery import JobReader
from shall.actions.run import execute
from shall.actions.run_request import RunRequest
from shall.actions.trace import trace_requirements
from shall.engine.job import Job
from shall.engine.shared import Shared
from shall.results.events import CaseFinished, Event
from shall.workspace.workspace import Workspace

Write = Callable[[str, str], None]

_SPEC = "### Requirement 1\n\n1. THE service SHALL answer.\n"
_SHARED = "name: login\nsteps:\n  - GET: /echo/{}\n    capture: {{method: $.method}}\n"


def _run_changing(workspace: Workspace, host: str, path: str, text: str) -> dict[str, str]:
    """Run the cases, write a file after the first of them; return the outcomes."""
    outcomes: dict[str, str] = {}

    def take(event: Event) -> None:
        if isinstance(event, CaseFinished):
            if not outcomes:
                workspace.files.write_text(path, text)
            outcomes[event.result.name] = event.result.outcome.value

    in_turn = replace(workspace, defaults=replace(workspace.defaults, concurrency=1))
    execute(in_turn, RunRequest(host=host), [take])
    return outcomes


def _status(workspace: Workspace) -> str:
    (row,) = trace_requirements(workspace).rows
    return row.status.value


@pytest.mark.verifies("tracing#4.46")
@pytest.mark.parametrize("is_changed", [False, True])
def test_shared_steps_that_change_while_the_run_goes_on_prove_nothing_new(
    workspace: Workspace, write: Write, service: Any, is_changed: bool
) -> None:
    write("specs/x/requirements.md", _SPEC)
    write("tests/cases/shared/login.yaml", _SHARED.format("old"))
    write("tests/cases/a.yaml", "name: a\nuse: login\nsteps: [{GET: /echo/a}]\n")
    step = '{GET: /echo/b, expect: {$.method: "{{ method }}"}}'
    write("tests/cases/b.yaml", f"name: b\nuse: login\nverifies: [x#1.1]\nsteps: [{step}]\n")
    text = _SHARED.format("new" if is_changed else "old")

    outcomes = _run_changing(workspace, service.url, "tests/cases/shared/login.yaml", text)

    assert outcomes == {"a": "passed", "b": "passed"}
    assert service.calls_to("/echo/new") == 0
    assert _status(workspace) == ("stale" if is_changed else "proved")


@pytest.mark.verifies("tracing#4.46")
def test_a_document_that_changes_while_the_run_goes_on_judges_from_then_on(
    workspace: Workspace, write: Write, service: Any
) -> None:
    def document(*statuses: str) -> str:
        responses = {status: {"description": "any"} for status in statuses}
        return json.dumps(
            {"openapi": "3.1.0", "paths": {"/echo": {"get": {"responses": responses}}}}
        )

    write("specs/x/requirements.md", _SPEC)
    write("api.json", document("200"))
    for name in ("a", "b"):
        step = "{GET: /echo, expect: {openapi: api.json}}"
        write(f"tests/cases/{name}.yaml", f"name: {name}\nverifies: [x#1.1]\nsteps: [{step}]\n")

    outcomes = _run_changing(workspace, service.url, "api.json", document("201", "204"))

    assert outcomes == {"a": "passed", "b": "failed"}
    assert _status(workspace) == "failing"


@pytest.mark.verifies("tracing#4.46")
def test_a_case_that_is_read_after_its_shared_steps_ran_has_their_fingerprint(
    workspace: Workspace, write: Write
) -> None:
    shared, case = "tests/cases/shared/login.yaml", "tests/cases/b.yaml"
    ran = _SHARED.format("{{ old }}")
    write(shared, ran)
    write(case, "name: b\nuse: login\nverifies: [x#1.1]\nsteps: [{GET: /echo}]\n")

    def read(left: Mapping[str, Shared]) -> Job:
        reader = JobReader(workspace, known={"x#1.1": ("x#1.1", "f")})
        reader.shared = left  # as a worker process has it
        (job,) = reader.read([case])
        return job

    before = read({})
    write(shared, _SHARED.format("{{ new }}"))
    after = read({shared: Shared(text=ran)})

    assert (after.fingerprint, after.run_names) == (before.fingerprint, before.run_names)
    assert read({}).fingerprint != before.fingerprint
