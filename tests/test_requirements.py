"""Our own requirements and our own tests, compared in both directions with our own readers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shall.specs.links import marks_in
from shall.specs.matrix import build_matrix
from shall.specs.model import Link
from shall.specs.reader import feature_of, join_features, read_document
from shall.specs.status import Status

ROOT = Path(__file__).parents[1]


def links() -> Iterator[Link]:
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        yield from marks_in(path.read_text("utf-8"), path.relative_to(ROOT).as_posix())


@pytest.mark.verifies("packaging#2.5")
@pytest.mark.repeats
def test_every_criterion_has_a_test_and_every_mark_a_criterion() -> None:
    features = []
    for path in sorted((ROOT / "specs").rglob("requirements.md")):
        name = path.relative_to(ROOT).as_posix()
        feature = feature_of(name)
        assert feature is not None
        features.append(read_document(path.read_text("utf-8"), name, feature))
    specs = join_features(features)
    matrix = build_matrix(specs, links(), [])
    assert [f"{it.link.span}: {it.link.criterion}" for it in matrix.unknown] == []
    without = [row.criterion.key for row in matrix.rows if row.status is Status.UNTESTED]
    assert without == []
    assert [it.key for it in specs.criteria() if it.clause is None] == []
    assert len(specs.criteria()) > 100
