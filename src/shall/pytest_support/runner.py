"""Runs the cases of one pytest session, over one loop and its connections."""

import math
import pickle
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
from msgspec import Struct
from msgspec.structs import replace

from shall.actions.case_needs import find_needs
from shall.actions.discovery import JobReader, Texts, case_files
from shall.actions.excerpts import shown_texts
from shall.actions.run import run_options
from shall.actions.run_request import RunRequest
from shall.actions.shared_steps import run_shared
from shall.bootstrap import STATE_FOLDER, open_workspace, project_folder
from shall.engine.ports import Loop
from shall.engine.run import RunContext, run_jobs
from shall.engine.shared import Shared
from shall.engine.step import error_message
from shall.engine.stop import Stop
from shall.errors import SetupFailed
from shall.messages import Message
from shall.report.failures import case_text, files_of, headline
from shall.results.events import CaseFinished, Event
from shall.results.records import CaseResult, Outcome
from shall.settings import Settings, process_environment, read_settings
from shall.workspace.workspace import Workspace

WHOLE = -1
"""Used as the row of a case that has no rows of data."""

BAD = frozenset({Outcome.FAILED, Outcome.ERROR})

CASE_RESULT = pytest.StashKey[CaseResult]()
"""Where an item keeps what its case did."""

_RUNNER = pytest.StashKey["CaseRunner"]()

BEGUN = "shall_begun"
"""Names what a process of pytest-xdist gets of the session's begin."""


class Begun(Struct, frozen=True):
    """What ``before_run`` left behind; ``failed`` is why no case runs."""

    shared: Mapping[str, Shared]
    failed: Message | None = None


def runner_of(config: pytest.Config) -> "CaseRunner":
    """Return the session's runner, made when it is first needed."""
    if _RUNNER not in config.stash:
        root = project_folder(config.rootpath)
        keeps_state = config.getoption("shall_record") or (root / STATE_FOLDER).exists()
        runner = CaseRunner(root, config.getoption("shall_host"), keeps_state=keeps_state)
        given = getattr(config, "workerinput", {}).get(BEGUN)
        if given is not None:
            runner.begun = pickle.loads(given)  # noqa: S301 - the controller wrote it
        config.stash[_RUNNER] = runner
        config.add_cleanup(runner.close)
    return config.stash[_RUNNER]


def begin_session(config: pytest.Config) -> bytes:
    """Run ``before_run`` in the controller of pytest-xdist; return what its processes get of it."""
    return pickle.dumps(runner_of(config).begin())


def finish_session(config: pytest.Config) -> list[str]:
    """Run what comes after the last case of a session, if any ran; return what failed in it."""
    runner = config.stash.get(_RUNNER, None)
    if runner is None:
        return []
    runner.finish()
    return runner.warnings


class CaseRunner:
    """Runs one case after the other and says what went wrong."""

    def __init__(self, root: Path, host: str | None, *, keeps_state: bool) -> None:
        self._settings, _ = read_settings({}, process_environment(), root)
        self.workspace: Workspace = open_workspace(root, self._settings, keeps_state=keeps_state)
        # The session gives the run its id when it records the results. It may take longer than a
        # run, with tests of Python: the timeout of a run bounds each case, from its beginning.
        options = run_options(self.workspace, RunRequest(host=host))
        self._options = replace(options, run_id="", deadline_s=math.inf)
        self._loop: Loop | None = None
        self._reader = JobReader(self.workspace)
        self._passed: dict[tuple[str, int], bool] = {}
        self._opened = ExitStack()
        self._setup_failed: Message | None = None
        self.begun: Begun | None = None
        """What the session began with; in a process of pytest-xdist, what the controller did."""
        self.warnings: list[str] = []
        """What failed after the last case."""
        self._early: dict[tuple[str, int], CaseResult] = {}
        """Results of cases that ran before their turn, since others needed them."""

    @property
    def settings(self) -> Settings:
        """The settings of the project."""
        return self._settings

    def key_of(self, path: Path) -> str:
        """Return the key of a case file. Raises ``OutsideWorkspace``."""
        return self.workspace.files.relative(str(path))

    def rows_of(self, key: str) -> Iterable[tuple[int, str]]:
        """Return the numbers and names of the rows of data of a case."""
        table = self._reader.table(key)
        return ((WHOLE, ""),) if table is None else table.named()

    def run(self, key: str, row: int = WHOLE) -> CaseResult:
        """Run one case, or one row of its data.

        A file that cannot be read gives a result that says so. The cases that it needs run before
        it, each once in a session.
        """
        if (early := self._early.pop((key, row), None)) is not None:
            return early
        if self._loop is None:
            self._loop = self.workspace.make_loop()
            self._start()
        unmet = self._run_needed(key)
        if self._setup_failed is None:
            self._run_shared(key)
        found: list[CaseResult] = []

        def take(event: Event) -> None:
            if isinstance(event, CaseFinished):
                found.append(event.result)

        context = RunContext(self._loop, self.workspace.files, take)
        jobs = self._reader.read_turns((key,), (row,), (0,))
        if self._setup_failed is not None:
            jobs = (replace(job, error=self._setup_failed) for job in jobs)
        if unmet is not None:
            jobs = (replace(job, needs={}, skip=unmet) for job in jobs)
        run_jobs(jobs, 1, self._options, context)
        self._passed[key, row] = found[0].outcome is Outcome.PASSED
        return found[0]

    def _run_needed(self, key: str) -> Message | None:
        """Run what a case needs and did not run yet; return why it is skipped, if it is."""
        case = self._reader.case_of(key)
        if case is None or not case.needs or case.skip is not None:
            return None
        texts = Texts()
        files = case_files(self.workspace, (key,), texts)
        needs = find_needs(self.workspace, self._reader, texts, files, files)
        unmet = None
        for needed, name in needs.of.get(key, {}).items():
            rows = [number for number, _ in self.rows_of(needed)]
            for row in rows:
                if (needed, row) not in self._passed:
                    self._early[needed, row] = self.run(needed, row)
            if not all(self._passed[needed, row] for row in rows):
                unmet = unmet or Message("case.needs", {"name": name})
        self._reader.needs = needs
        return unmet

    def _run_shared(self, key: str) -> None:
        """Run the shared steps that a case uses, those that did not run in this session yet."""
        reader = self._reader
        uses = reader.uses(key)
        if self._options.logins:
            from shall.actions.logins import log_in  # few projects have any

            self._options = log_in(self.workspace, self._options, (key, *uses), Stop())
        missing = [it for it in uses if it not in reader.shared]
        if missing:
            found, later = run_shared(self.workspace, missing, self._options, Stop())
            reader.shared = {**reader.shared, **found}
            reader.later += later

    def text_of(self, result: CaseResult) -> tuple[str, str]:
        """Return what went wrong in a case, with the lines of its file; and in one line."""
        space = self.workspace
        sources = shown_texts(space.files, space.redactor, files_of([result]))
        language = self._settings.language
        return case_text(result, language, sources=sources), headline(result, language)

    def begin(self) -> Begun:
        """Run ``before_run`` once; ``finish`` runs what comes after the last case."""
        if self.begun is None:
            self._begin()
            self.begun = Begun(self._reader.shared, self._setup_failed)
        return self.begun

    def _begin(self) -> None:
        from shall.actions.hooks import around_run  # few projects have any

        self._tear_down_later()
        if self._options.before_run or self._options.after_run:
            given = (self.workspace, self._options, self._reader, Stop())
            around = around_run(*given, warn=self.warnings.append)
            try:
                self._opened.enter_context(around)
            except SetupFailed as error:
                self._setup_failed = error_message(error)

    def _start(self) -> None:
        """Begin the session, or take over what the controller of pytest-xdist began."""
        if self.begun is None:
            self.begin()
            return
        self._tear_down_later()
        self._reader.shared = {**self._reader.shared, **self.begun.shared}
        self._setup_failed = self.begun.failed

    def _tear_down_later(self) -> None:
        from shall.actions.hooks import teardowns_after  # as above

        given = (self.workspace, self._options, self._reader, Stop())
        self._opened.enter_context(teardowns_after(*given, self.warnings.append))

    def finish(self) -> None:
        """Run the teardowns of shared steps and ``after_run``."""
        self._opened.close()

    def close(self) -> None:
        """Close connections and workspace."""
        if self._loop is not None:
            self._loop.close()
        self.workspace.files.close()
        if self.workspace.store is not None:
            self.workspace.store.close()
