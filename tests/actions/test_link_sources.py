from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import pytest

from shall.actions import link_sources, used_code
from shall.actions.trace import trace_requirements
from shall.bootstrap import open_workspace
from shall.settings import Settings
from shall.specs.links import Marks, read_marks
from shall.specs.matrix import Matrix
from shall.specs.python_module import PythonModule, read_module
from shall.workspace.files import Files
from shall.workspace.workspace import Workspace

REQUIREMENTS = """\
### Requirement 1: Open

#### Acceptance Criteria

1. THE shop SHALL open at nine.
2. THE shop SHALL close at six.
"""
TEST = """\
import pytest

@pytest.mark.verifies("shop#{key}")
def test_{name}():
    assert {name}
"""
CASE = """\
testcase:
  name: closes
  verifies: [shop#{key}]
  steps:
    - id: close
      path: /close
      assert: [{{type: status_code, expected: 200}}]
"""


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    for path, text in {
        "specs/shop/requirements.md": REQUIREMENTS,
        "tests/test_open.py": TEST.format(key="1.1", name="opens"),
        "tests/test_till.py": TEST.format(key="1.1", name="pays"),
        "tests/cases/close.yaml": CASE.format(key="1.2"),
    }.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    workspace = open_workspace(tmp_path, Settings(), keeps_state=False)
    yield workspace
    workspace.close()


def linked(matrix: Matrix) -> dict[str, list[str]]:
    return {row.criterion.local: sorted(it.link.source for it in row.links) for row in matrix.rows}


@pytest.mark.verifies("tracing#1.18")
def test_links_follow_each_change_of_a_case_or_test_file(space: Workspace) -> None:
    opens, pays = "tests/test_open.py::test_opens", "tests/test_till.py::test_pays"
    closes = "tests/cases/close.yaml"
    assert linked(trace_requirements(space)) == {"1.1": [opens, pays], "1.2": [closes]}
    (space.root / "tests/test_open.py").write_text(TEST.format(key="1.2", name="opens"))
    (space.root / "tests/cases/close.yaml").write_text(CASE.format(key="1.1"))
    (space.root / "tests/test_till.py").unlink()
    assert linked(trace_requirements(space)) == {"1.1": [closes], "1.2": [opens]}


@pytest.mark.verifies("tracing#1.18")
def test_only_the_test_file_that_changed_is_parsed_again(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[str] = []

    def read(text: str, path: str) -> Marks:
        parsed.append(path)
        return read_marks(text, path)

    monkeypatch.setattr(link_sources, "read_marks", read)
    trace_requirements(space)
    parsed.clear()
    (space.root / "tests/test_open.py").write_text("def test_verifies(:\n")
    for _ in range(2):
        [problem] = trace_requirements(space).problems
        assert problem.code == "link.not-python"
    assert parsed == ["tests/test_open.py"]


@pytest.mark.verifies("tracing#1.19")
@pytest.mark.parametrize(
    "gone", ["tests/test_open.py", "tests/cases/close.yaml", "specs/gone/requirements.md"]
)
def test_a_file_that_vanishes_after_it_was_listed_hides_no_other(
    space: Workspace, monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    found = Files.find

    def with_the_vanished(
        files: Files, folder: str, endings: Sequence[str], links: list[str] | None = None
    ) -> list[str]:
        is_listed = gone.startswith(f"{folder}/") or folder == "."
        listed = [it for it in found(files, folder, endings, links) if it != gone]
        return [*listed, gone] if is_listed and gone.endswith(tuple(endings)) else listed

    (space.root / gone).unlink(missing_ok=True)
    monkeypatch.setattr(Files, "find", with_the_vanished)
    matrix = trace_requirements(space)
    assert {row.criterion.local for row in matrix.rows} == {"1.1", "1.2"}
    assert "tests/test_till.py::test_pays" in linked(matrix)["1.1"]
    assert all(it.span and it.span.file == gone for it in matrix.diagnostics())


def fingerprints(matrix: Matrix) -> dict[str, str]:
    return {it.link.source: it.link.fingerprint for row in matrix.rows for it in row.links}


@pytest.mark.verifies("tracing#4.22", "tracing#4.26")
def test_only_the_helper_that_changed_is_parsed_again(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[str] = []

    def read(text: str, tests: Collection[str] = ()) -> PythonModule:
        parsed.append(text)
        return read_module(text, tests)

    monkeypatch.setattr(used_code, "read_module", read)
    helper = space.root / "tests/helpers.py"
    helper.write_text("def opens():\n    return 1\n")
    (space.root / "tests/test_open.py").write_text(
        "from helpers import opens\n"
        + TEST.format(key="1.1", name="opens()").replace("test_opens()", "test_opens")
    )
    before = fingerprints(trace_requirements(space))
    parsed.clear()
    assert fingerprints(trace_requirements(space)) == before
    assert parsed == []
    helper.write_text("def opens():\n    return 2\n")
    after = fingerprints(trace_requirements(space))

    assert parsed == [helper.read_text()]
    changed = {source for source in before if before[source] != after[source]}
    assert changed == {"tests/test_open.py::test_opens"}


@pytest.mark.verifies("tracing#4.22")
def test_a_conftest_counts_from_when_it_is_written(space: Workspace) -> None:
    before = fingerprints(trace_requirements(space))
    (space.root / "tests/conftest.py").write_text("def pytest_runtest_call(item):\n    pass\n")
    after = fingerprints(trace_requirements(space))

    assert {source for source in before if before[source] != after[source]} == {
        "tests/test_open.py::test_opens",
        "tests/test_till.py::test_pays",
    }
