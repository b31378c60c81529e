"""Runs the cases of one pytest session, over one event loop and its connections."""

import asyncio
from pathlib import Path

import pytest

from shall.actions.choosing import read_jobs
from shall.actions.places import failure_places
from shall.actions.workspace import Workspace
from shall.engine.job import RunOptions
from shall.engine.ports import Sender
from shall.engine.run import run_jobs
from shall.joining import STATE_FOLDER, open_workspace, project_folder
from shall.report.text import case_text
from shall.results.records import CaseResult, Outcome, RunResult, RunStatus
from shall.settings import Settings, process_environment, read_settings

_COMPLETE = RunStatus.COMPLETE

BAD = frozenset({Outcome.FAILED, Outcome.ERROR})

CASE_RESULT = pytest.StashKey[CaseResult]()
"""Where an item keeps what its case did."""

_RUNNER = pytest.StashKey["CaseRunner"]()


def runner_of(config: pytest.Config) -> "CaseRunner":
    """Give the session's runner, made when it is first needed."""
    if _RUNNER not in config.stash:
        root = project_folder(config.rootpath)
        keeps_state = config.getoption("shall_record") or (root / STATE_FOLDER).exists()
        runner = CaseRunner(root, config.getoption("shall_host"), keeps_state=keeps_state)
        config.stash[_RUNNER] = runner
        config.add_cleanup(runner.close)
    return config.stash[_RUNNER]


class CaseRunner:
    """Runs one case after the other and says what went wrong."""

    def __init__(self, root: Path, host: str | None, *, keeps_state: bool) -> None:
        self._settings, _ = read_settings({}, process_environment(), root)
        self.workspace: Workspace = open_workspace(root, self._settings, keeps_state=keeps_state)
        self._host = host
        self._loop = asyncio.Runner()
        self._sender: Sender | None = None

    @property
    def settings(self) -> Settings:
        """The settings of the project."""
        return self._settings

    def key_of(self, path: Path) -> str:
        """Give the key of a case file. Raises ``OutsideWorkspace``."""
        return self.workspace.files.relative(str(path))

    def run(self, key: str) -> CaseResult:
        """Run one case. A file that cannot be read gives a result that says so."""
        return self._loop.run(self._run(key)).cases[0]

    def text_of(self, result: CaseResult) -> str:
        """Tell what went wrong in a case, with the lines of its file."""
        run = RunResult(result.run_id, result.started_at, 0.0, _COMPLETE, (result,))
        places = failure_places(self.workspace, run)
        return case_text(result, self._settings.language, places)

    def close(self) -> None:
        """Close connections, loop and workspace."""
        if self._sender is not None:
            self._loop.run(self._close_sender(self._sender))
        self._loop.close()
        self.workspace.files.close()
        if self.workspace.store is not None:
            self.workspace.store.close()

    async def _run(self, key: str) -> RunResult:
        if self._sender is None:
            self._sender = self.workspace.make_sender()
        defaults = self.workspace.defaults
        options = RunOptions(
            run_id="",  # the session gives it when it keeps the results
            host=self._host,
            default_host=defaults.host,
            project_hosts=defaults.project_hosts,
            variables=defaults.variables,
            secrets=defaults.secrets,
            request_timeout_s=defaults.request_timeout_s,
            run_timeout_s=defaults.run_timeout_s,
            environment=defaults.environment,
        )
        jobs = read_jobs(self.workspace, [key], ())
        return await run_jobs(jobs, options, self._sender, self.workspace.files, _ignore)

    async def _close_sender(self, sender: Sender) -> None:
        sender.close()


def _ignore(_: object) -> None:
    """Nobody watches the events of one item."""
