"""The pytest entry point; imports nothing heavy until a case file is collected."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from shall.bounded import TEXT_BYTES, read_path

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from shall.pytest_support.recording import SessionRecord

_ENDINGS = (".yaml", ".yml")
_PHASES = frozenset({"setup", "call", "teardown"})
_OPTIMIZED = "Marked tests that passed are recorded as skipped: python -O leaves out assertions."
_KNOWN = frozenset({"passed", "failed", "skipped"})
_ROOTS = (b"testcase", b"unittest")
_FIELDS = (b"steps", b"verifies", b"name")
_STATE = ".shall"
_VALIDATES = tuple(text.encode() for text in ("Validates:", "Validates：", "验证需求", "驗證需求"))
_NAMED = pytest.StashKey[dict[Path, dict[str, list[str]]]]()
"""What the docstrings and comments of test files name, by file and by test."""
_SETS = pytest.StashKey[dict[str, set[str]]]()
"""The node ids of each marked test's parameter sets, by its node id without them."""
_UNDONE = pytest.StashKey[list[str]]()
"""What failed after the last case: teardowns of shared steps, ``after_run``."""
_UNDONE_KEY = "shall_undone"
_UNCHECKED = pytest.StashKey[bool]()
_UNWATCHED = pytest.StashKey[bool]()
"""Whether a test ran of which no check was carried out."""
_RECORDED = pytest.StashKey[bool]()
"""Whether the session is recorded."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("shall")
    group.addoption(
        "--shall-host", help="base URL of the service; overrides the hosts of the cases"
    )
    group.addoption(
        "--shall-record",
        action="store_true",
        help="record outcomes as evidence even if the project has no state folder yet",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and the recorder where outcomes are to be kept."""
    config.addinivalue_line(
        "markers", "verifies(*criteria): the acceptance criteria that this test verifies"
    )
    is_worker = hasattr(config, "workerinput")
    if not is_worker:
        config.pluginmanager.register(_Recorder(config), "shall-recorder")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect YAML files that are cases of requests or of units."""
    if file_path.suffix not in _ENDINGS or not _may_be_case(file_path):
        return None
    from shall.pytest_support.items import CaseFile

    collector: pytest.Collector = CaseFile.from_parent(parent, path=file_path)
    return collector


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Record the parameter sets of each marked test, also of those that are not selected."""
    report = yield
    for node in report.result or ():
        if isinstance(node, pytest.Item) and (
            node.get_closest_marker("verifies") or _named_in_text(node)
        ):
            sets = collector.config.stash.setdefault(_SETS, {})
            sets.setdefault(_without_parameters(node.nodeid), set()).add(node.nodeid)
    return report


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out a generated script's test where its case was collected itself."""
    collected = {getattr(item, "case_path", None) for item in items} - {None}
    if not collected:
        return
    twins = [item for item in items if _case_of_script(item) in collected]
    if twins:
        config.hook.pytest_deselected(items=twins)
        items[:] = [item for item in items if item not in twins]


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Watch whether a check of a marked test is carried out, where its outcome is recorded."""
    is_test = isinstance(item, pytest.Function)
    if not (is_test and _criteria_of(item) and _is_recorded(item.config)):
        return (yield)
    from shall.pytest_support.carried_out import Watch, watched

    test = watched(item)
    if test is None:
        return (yield)
    with Watch(test) as watch:
        yield
    item.stash[_UNCHECKED] = watch.saw_none
    item.stash[_UNWATCHED] = watch.was_lost


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, Any, Any]:
    """Attach to a report what is recorded of it; under xdist it travels to the controller."""
    report = yield
    named = _named_by_marks(item)
    if not all(isinstance(name, str) for name in named):
        report.shall_unread = [repr(it)[:60] for it in named if not isinstance(it, str)]
    elif not named and item.get_closest_marker("verifies"):
        report.shall_unread = [""]
    criteria = _criteria_of(item)
    if criteria:
        report.shall_criteria = criteria
        report.shall_path = str(item.path)
        sets = item.config.stash.get(_SETS, {})
        report.shall_sets = len(sets.get(_without_parameters(item.nodeid), ()))
        report.shall_asserts = not sys.flags.optimize
        report.shall_unchecked = item.stash.get(_UNCHECKED, False)
        report.shall_unwatched = item.stash.get(_UNWATCHED, False)
    if call.when == "call" and (hasattr(item, "case_path") or _case_of_script(item)):
        report.shall_case = _case_json(item)
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Run what comes after the last case of this process."""
    if "shall.pytest_support.runner" not in sys.modules:
        return
    from shall.pytest_support.runner import finish_session

    failed = finish_session(session.config)
    if failed and hasattr(session.config, "workeroutput"):
        session.config.workeroutput[_UNDONE_KEY] = failed
    elif failed:
        session.config.stash.setdefault(_UNDONE, []).extend(failed)


class _Recorder:
    """Collects what reports say, in the controller, and keeps it when the session ends."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._began_s = time.time()
        self._record: SessionRecord | None = None
        self._root: Path | None = None  # which no test changes
        self._warnings: list[str] = []
        self._links: dict[str, list[str]] = {}  # node id to the criteria that it names
        self._link_problems: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Handle one report."""
        case = getattr(report, "shall_case", None)
        criteria = getattr(report, "shall_criteria", None)
        if report.when not in _PHASES and report.failed:
            criteria = self._criteria_of_crashed(report)
        if report.when == "setup":
            self._take_links(report, criteria or [])
        if case is None and not criteria:
            return
        from shall.pytest_support.recording import SessionRecord

        self._record = self._record or SessionRecord()
        if case is not None:
            self._take_case(case)
        elif not report.shall_path.endswith(_ENDINGS):
            self._take_test(report, criteria or [])

    def _criteria_of_crashed(self, report: Any) -> list[str]:
        """Return what a test names whose process ended: pytest-xdist reports it without marks."""
        path = self._config.rootpath / report.nodeid.partition("::")[0]
        report.shall_path, report.shall_sets = str(path), 0
        names = _without_parameters(report.nodeid).partition("::")[2]
        return _named_in_file(path, (b"verifies", *_VALIDATES)).get(names, [])

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Store the session, where the project has state or it was asked for."""
        if self._links:
            from shall.pytest_support.links import problems_of_links

            self._link_problems += problems_of_links(self._config, self._links)
        if self._record is None:
            return
        from shall.bootstrap import project_folder, unused_state, unused_state_notice
        from shall.pytest_support.recording import keep_session
        from shall.pytest_support.runner import runner_of

        root = project_folder(self._config.rootpath)
        if not _is_recorded(self._config):
            unused = unused_state(self._config.rootpath)
            self._warnings = [] if unused is None else [unused_state_notice(unused, root)]
            return
        workspace = runner_of(self._config).workspace
        interrupted = exitstatus == pytest.ExitCode.INTERRUPTED
        self._warnings = keep_session(
            workspace, self._record, self._began_s, interrupted=interrupted
        )

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Run ``before_run`` here, once for all processes of pytest-xdist, if they may run cases.

        ``pytest_sessionfinish`` of the session runs ``after_run``.
        """
        if not (_has_hooks(self._config.rootpath) and _has_cases(self._config)):
            return
        from shall.errors import ShallError
        from shall.pytest_support.runner import BEGUN, begin_session

        with contextlib.suppress(ShallError):  # each process reports the settings
            node.workerinput[BEGUN] = begin_session(self._config)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Collect what failed after the last case of a process of pytest-xdist."""
        failed = getattr(node, "workeroutput", {}).get(_UNDONE_KEY, ())
        self._config.stash.setdefault(_UNDONE, []).extend(failed)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Report links that name no criterion, and once what could not be kept."""
        undone = self._config.stash.get(_UNDONE, [])
        warnings = [*self._link_problems, *undone, *self._warnings]
        if not warnings:
            return
        from shall.messages import translated
        from shall.settings import language_of, process_environment

        language = language_of(process_environment())
        for warning in warnings:
            terminalreporter.write_line(f"shall: {translated(warning, language)}", yellow=True)

    def _take_links(self, report: pytest.TestReport, criteria: list[str]) -> None:
        if criteria:
            self._links[_without_parameters(report.nodeid)] = criteria
        for shown in getattr(report, "shall_unread", ()):
            text = f"{report.nodeid} verifies {shown}, which is not a string and is not read."
            if not shown:
                text = f"{report.nodeid} has a verifies mark that names no criterion."
            self._link_problems.append(text)

    def _take_case(self, text: str) -> None:
        from shall.results.encoding import case_from_json

        assert self._record is not None  # noqa: S101 - made by the caller
        self._record.cases.append(case_from_json(json.loads(text)))

    def _take_test(self, report: pytest.TestReport, criteria: list[str]) -> None:
        from shall.bootstrap import project_folder
        from shall.pytest_support.recording import TestOutcome
        from shall.results.records import Outcome

        # A test that passes only when it is repeated failed; so did one of an unknown outcome.
        outcome = Outcome(report.outcome) if report.outcome in _KNOWN else Outcome.FAILED
        if hasattr(report, "wasxfail"):
            outcome = Outcome.SKIPPED  # it was expected to fail: passing would prove nothing
        if outcome is Outcome.PASSED and not getattr(report, "shall_asserts", True):
            outcome = Outcome.SKIPPED  # python -O carries out no assert statement
            if _OPTIMIZED not in self._link_problems:
                self._link_problems.append(_OPTIMIZED)
        if report.when != "call":
            if outcome is Outcome.PASSED:
                return  # setting up and tearing down prove nothing by themselves
            outcome = Outcome.ERROR if outcome is Outcome.FAILED else outcome
        self._root = self._root or project_folder(self._config.rootpath)
        root, path = self._root, Path(report.shall_path)
        file = path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
        names = _without_parameters(report.nodeid).split("::")[1:]
        assert self._record is not None  # noqa: S101 - made by the caller
        found = TestOutcome(frozenset(criteria), report.shall_sets)
        test = self._record.tests.setdefault("::".join((file, *names)), found)
        test.criteria |= found.criteria
        test.is_unwatched |= getattr(report, "shall_unwatched", False)
        is_checked = report.when == "call" and not getattr(report, "shall_unchecked", False)
        test.add(report.nodeid, outcome, report.duration, is_checked=is_checked)


def _is_recorded(config: pytest.Config) -> bool:
    """Check whether the project has state, or it was asked for."""
    if _RECORDED not in config.stash:
        from shall.bootstrap import project_folder

        state = project_folder(config.rootpath) / _STATE
        config.stash[_RECORDED] = config.getoption("shall_record") or state.exists()
    return config.stash[_RECORDED]


def _may_be_case(path: Path) -> bool:
    """Return whether a line begins with a root or a field, or with a brace. YAML is not read."""
    try:
        data = read_path(path, TEXT_BYTES)
    except OSError:  # also where it is larger than a case may be
        return False
    lines = [line.lstrip(b"\xef\xbb\xbf\"'") for line in data.splitlines()]
    is_in_braces = data.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"{")
    if any(line.startswith(_ROOTS) for line in lines):
        return True
    if is_in_braces and any(root in data for root in _ROOTS):
        return True
    if not (is_in_braces or any(line.startswith(_FIELDS) for line in lines)):
        return False
    from shall.cases.root import has_own_form  # only where a file may be a case

    return has_own_form(data.decode(errors="replace"))


def _has_hooks(root: Path) -> bool:
    """Return whether there are settings of hooks, without reading YAML."""
    files = [folder / "shall.yaml" for folder in (root, *root.parents)]
    try:
        text = next((read_path(file, TEXT_BYTES) for file in files if file.is_file()), b"")
    except OSError:
        return False
    return b"before_run" in text or b"after_run" in text


def _has_cases(config: pytest.Config) -> bool:
    """Check whether there is a case below the arguments; not each of them need be selected."""
    skipped = config.getini("norecursedirs")
    for argument in config.args:
        path = config.invocation_params.dir / argument.partition("::")[0]
        files = (path,) if path.is_file() else _files_below(path, skipped)
        if any(it.suffix in _ENDINGS and _may_be_case(it) for it in files):
            return True
    return False


def _files_below(folder: Path, skipped: list[str]) -> Iterator[Path]:
    """Return the files in the folders that pytest collects from."""
    for above, folders, names in os.walk(folder):
        folders[:] = [it for it in folders if not any(fnmatch(it, each) for each in skipped)]
        yield from (Path(above, name) for name in names)


def _named_by_marks(item: pytest.Item) -> list[Any]:
    return [name for mark in item.iter_markers("verifies") for name in mark.args]


def _criteria_of(item: pytest.Item) -> list[str]:
    """Return the criteria that the marks and the text of a test name."""
    named = [name for name in _named_by_marks(item) if isinstance(name, str)]
    return list(dict.fromkeys((*named, *_named_in_text(item))))


def _named_in_text(item: pytest.Item) -> list[str]:
    """Return the criteria that the docstring and comments of a test name."""
    files = item.config.stash.setdefault(_NAMED, {})
    if item.path not in files:
        files[item.path] = _named_in_file(item.path, _VALIDATES)
    return files[item.path].get(_without_parameters(item.nodeid).partition("::")[2], [])


def _named_in_file(path: Path, words: tuple[bytes, ...]) -> dict[str, list[str]]:
    """Return what the tests of a file name in its text, if it holds one of the words."""
    found: dict[str, list[str]] = {}
    if path.suffix != ".py":
        return found
    try:
        data = read_path(path, TEXT_BYTES)
    except OSError:  # also where it is larger than what is read
        return found
    if not any(word in data for word in words):
        return found
    from shall.errors import InvalidSpec
    from shall.specs.links import marks_in

    try:
        links = marks_in(data.decode("utf-8-sig", "replace"), "")
    except InvalidSpec:  # pytest reports it
        return found
    for link in links:
        found.setdefault(link.source.removeprefix("::"), []).append(link.criterion)
    return found


def _without_parameters(node: str) -> str:
    """Return the id of a test. Its path may hold brackets; pytest-xdist appends ``@group``."""
    file, mark, names = node.partition("::")
    return f"{file}{mark}{names.partition('[')[0].partition('@')[0]}"


def _case_of_script(item: pytest.Item) -> Path | None:
    path: Path | None = getattr(getattr(item, "obj", None), "shall_case_path", None)
    return path


def _case_json(item: pytest.Item) -> str | None:
    from shall.pytest_support.runner import CASE_RESULT
    from shall.results.encoding import result_to_json

    result = item.stash.get(CASE_RESULT, None)
    return None if result is None else json.dumps(result_to_json(result))
