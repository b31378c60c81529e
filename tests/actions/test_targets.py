"""The rules of the settings, from their words to the outcome of a run."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shall.actions.background_run import run_tests
from shall.actions.run_request import RunRequest
from shall.bootstrap import open_workspace
from shall.errors import InvalidSetting
from shall.messages import render
from shall.results.events import CaseFinished, Event
from shall.results.records import CaseResult, Outcome
from shall.server_bootstrap import open_workspaces
from shall.settings import read_settings
from shall.workspace.workspace import Workspace

Open = Callable[[str], Workspace]

CASE = """\
testcase:
  name: reach
  steps:
    - {id: get, path: /echo, method: GET}
"""


@pytest.fixture
def open_with(tmp_path: Path) -> Iterator[Open]:
    """Opens a workspace with one case and these settings."""
    opened = []

    def open_with_settings(text: str) -> Workspace:
        (tmp_path / "shall.yaml").write_text(text)
        (tmp_path / "tests/cases").mkdir(parents=True, exist_ok=True)
        (tmp_path / "tests/cases/reach.yaml").write_text(CASE)
        settings, _ = read_settings({}, {}, tmp_path)
        opened.append(open_workspace(tmp_path, settings, keeps_state=False))
        return opened[-1]

    yield open_with_settings
    for workspace in opened:
        workspace.files.close()


async def run(workspace: Workspace, host: str) -> CaseResult:
    events: list[Event] = []
    await run_tests(workspace, RunRequest(host=host), events.append)
    return next(event.result for event in events if isinstance(event, CaseFinished))


@pytest.mark.anyio
@pytest.mark.verifies("engine#5.7")
@pytest.mark.parametrize(
    ("rules", "code", "setting"),
    [
        ("deny: [127.0.0.0/8]", "step.denied.listed", "targets_deny"),
        ("allow: staging.example.com", "step.denied.unlisted", "targets_allow"),
    ],
)
async def test_a_denied_target_is_an_error_of_the_step(
    service: Any, open_with: Open, rules: str, code: str, setting: str
) -> None:
    result = await run(open_with(f"targets: {{{rules}}}\n"), service.url)
    [step] = result.steps
    assert (result.outcome, step.outcome, step.retryable) == (Outcome.ERROR, Outcome.ERROR, False)
    assert step.error is not None
    assert (step.error.code, step.error.params["error_code"]) == (code, "MCP_TARGET_DENIED")
    assert service.log.calls == []
    for language in ("en", "zh"):
        text = render(step.error, language)
        assert service.url.removeprefix("http://") in text
        assert setting in text
        assert step.error.params["rule"] in text


@pytest.mark.anyio
async def test_a_target_that_is_listed_is_reached(service: Any, open_with: Open) -> None:
    workspace = open_with("targets: {allow: 127.0.0.1}\n")
    assert (await run(workspace, service.url)).outcome is Outcome.PASSED
    assert service.calls_to("/echo") == 1


@pytest.mark.verifies("engine#5.8")
def test_a_word_that_cannot_be_used_is_told_before_anything_starts(
    open_with: Open, tmp_path: Path
) -> None:
    with pytest.raises(InvalidSetting, match=r"targets_allow holds '10\.0\.0\.1/8'"):
        open_with("targets: {allow: [10.0.0.1/8]}\n")
    settings, _ = read_settings({}, {"SHALL_TARGETS_DENY": "http://a.test"}, tmp_path / "none")
    with pytest.raises(InvalidSetting, match="targets_deny holds 'http://a"):
        open_workspaces(settings)
