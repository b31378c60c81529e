"""Makes the page of a matrix of generated requirements, cases and evidence, as `shall serve` does.

python bench/matrix.py [criteria]

One criterion in five has a case of its own, and as many lines of evidence as criteria: each case
ran in five environments. Times are CPU seconds of one process, after an edit the median of five.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from tracing import document, seconds

from shall.actions.current_proof import YOUNG_NS, current_proof
from shall.actions.trace import trace_requirements
from shall.bootstrap import open_workspace
from shall.pages.frame import Look
from shall.pages.links import Links
from shall.pages.matrix import matrix_page
from shall.pages.matrix_filter import MatrixFilter
from shall.settings import Settings
from shall.specs.matrix import Matrix
from shall.store.base import Evidence
from shall.workspace.workspace import Workspace

CASE = """\
testcase:
  name: case {n}
  verifies: ["{key}"]
  steps:
    - GET: /orders/{n}
      expect:
        status: 200
"""
ENVIRONMENTS = ("local", "test", "staging", "canary", "production")
ROUNDS = 5


def write(folder: Path, criteria: int) -> tuple[list[Path], list[Path]]:
    """Write documents and cases; return their paths."""
    documents, cases = [], []
    for number in range(criteria // 20):
        path = folder / "specs" / f"feature-{number}" / "requirements.md"
        path.parent.mkdir(parents=True)
        path.write_text(document(number))
        documents.append(path)
        for part in range(1, 5):
            case = folder / "tests" / "cases" / f"feature-{number}" / f"case-{part}.yaml"
            case.parent.mkdir(parents=True, exist_ok=True)
            case.write_text(CASE.format(n=number, key=f"feature-{number}#{part}.1"))
            cases.append(case)
    return documents, cases


def facts(matrix: Matrix) -> list[Evidence]:
    """Return a passed outcome of each case in each environment."""
    return [
        Evidence(
            at=datetime.now(UTC),
            criterion=row.criterion.key,
            source=found.link.source,
            kind="case",
            outcome="passed",
            run_id="run",
            criterion_fingerprint=row.criterion.fingerprint,
            source_fingerprint=found.link.fingerprint,
            checks_executed=1,
            duration_s=0.1,
            environment=environment,
        )
        for row in matrix.rows
        for found in row.links
        for environment in ENVIRONMENTS
    ]


def page(workspace: Workspace) -> None:
    """Make the first page, long after the last edit."""
    proof = current_proof(workspace, now_ns=lambda: time.time_ns() + 2 * YOUNG_NS)
    matrix_page(proof, MatrixFilter(), Look("en", datetime.now(UTC), Links()))


def edited(workspace: Workspace, edit: Callable[[int], None]) -> float:
    """Return the median time of a page after an edit."""
    times = []
    for number in range(ROUNDS):
        edit(number)
        times.append(seconds(lambda: page(workspace)))
    return statistics.median(times)


def figures_of(
    workspace: Workspace, documents: list[Path], cases: list[Path]
) -> Iterator[tuple[str, float]]:
    """Yield what is measured, and its time."""

    def edit_document(number: int) -> None:
        with documents[number].open("a") as file:
            file.write("\n6. THE shop SHALL close at eight\n")

    def edit_case(number: int) -> None:
        cases[number].write_text(cases[number].read_text().replace("200", "201"))

    def add_evidence(number: int) -> None:
        [path] = (workspace.state / "evidence").iterdir()
        line = json.loads(path.read_text().splitlines()[number])
        line |= {"outcome": "failed", "at": datetime.now(UTC).isoformat()}
        with path.open("a") as file:
            file.write(json.dumps(line) + "\n")

    yield "first", seconds(lambda: page(workspace))
    page(workspace)  # the first time shows which files the cases name
    yield "a document was edited", edited(workspace, edit_document)
    yield "a case was edited", edited(workspace, edit_case)
    yield "a line of evidence was added", edited(workspace, add_evidence)
    yield "nothing changed", edited(workspace, lambda _: None)
    proof = current_proof(workspace)
    look, rows = Look("en", datetime.now(UTC), Links()), MatrixFilter()
    times = [seconds(lambda: matrix_page(proof, rows, look)) for _ in range(ROUNDS)]
    yield "500 rows alone", statistics.median(times)


def main() -> None:
    """Print the figures."""
    criteria = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with TemporaryDirectory() as name:
        folder = Path(name)
        documents, cases = write(folder, criteria)
        workspace = open_workspace(folder, Settings())
        assert workspace.evidence is not None
        lines = facts(trace_requirements(workspace))
        workspace.evidence.append(lines)
        workspace.close()
        print(f"{criteria:,} criteria, {len(cases):,} cases, {len(lines):,} outcomes")
        workspace = open_workspace(folder, Settings())
        for label, value in figures_of(workspace, documents, cases):
            print(f"{label:30} {value:7.3f} s")
        workspace.close()


if __name__ == "__main__":
    main()
