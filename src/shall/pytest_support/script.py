"""What generated pytest scripts call."""

import inspect
from collections.abc import Callable
from pathlib import Path

import pytest

from shall.pytest_support.items import CaseFailed, check
from shall.pytest_support.runner import runner_of

CASE_PATH = "shall_case_path"
"""The attribute of a script's test that names its case file."""


def case_test(path: str) -> Callable[[pytest.FixtureRequest], None]:
    """Make a test function that runs one case.

    ``path`` is relative to the project: to the nearest folder above the calling script that has
    such a file.
    """
    frame = inspect.currentframe()
    caller = frame.f_back if frame is not None else None
    script = Path(caller.f_globals["__file__"]) if caller is not None else Path.cwd() / "script"
    file = next((it / path for it in script.parents if (it / path).is_file()), Path(path))

    def test(request: pytest.FixtureRequest) -> None:
        runner = runner_of(request.config)
        result = runner.run(runner.key_of(file))
        try:
            check(request.node, result)
        except CaseFailed as failed:
            pytest.fail(str(failed), pytrace=False)

    setattr(test, CASE_PATH, file)
    return test
