"""Where in the case files stands what did not hold."""

from collections.abc import Mapping

from shall.actions.workspace import Workspace
from shall.cases.reading import locate
from shall.errors import ShallError
from shall.place import Place
from shall.results.records import CaseResult, Outcome, RunResult

_BAD = frozenset({Outcome.FAILED, Outcome.ERROR})


def failure_places(workspace: Workspace, run: RunResult) -> Mapping[tuple[str, str], Place]:
    """Map case key and path in the case to the place of every step and check that went wrong."""
    places: dict[tuple[str, str], Place] = {}
    for case in run.cases:
        paths = bad_paths(case)
        if not paths:
            continue
        try:
            text = workspace.files.read_text(case.case_key)
            places |= {(case.case_key, path): locate(text, case.case_key, path) for path in paths}
        except ShallError:  # the file changed or went away during the run: results stay as they are
            continue
    return places


def bad_paths(case: CaseResult) -> list[str]:
    """Give the paths in a case of the steps and checks that went wrong."""
    paths = []
    for step in (*case.steps, *case.teardowns):
        if step.outcome in _BAD:
            paths.append(step.path)
            paths += [check.path for check in step.checks if check.outcome in _BAD]
    return paths
