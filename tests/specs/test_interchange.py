"""The matrix in the formats of other tools."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shall import __version__
from shall.span import Span
from shall.specs.interchange import to_manifest, to_needs
from shall.specs.matrix import Matrix, build_matrix
from shall.specs.model import Link, LinkKind, SpecSet
from shall.specs.reader import read_document
from shall.specs.status import Latest

GOLDEN = Path(__file__).parents[1] / "golden/interchange"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
DOCUMENT = """### Requirement 1

1. WHEN the password is right, THE shop SHALL answer with 200.
2. IF the password is wrong, THEN THE shop SHALL answer with 401.
3. THE shop SHALL log each attempt.
"""


def matrix(features: Sequence[str] = ("login",)) -> Matrix:
    documents = tuple(read_document(DOCUMENT, f"specs/{it}/requirements.md", it) for it in features)
    link = Link("login#1.1", LinkKind.CASE, "tests/cases/a.yaml", Span("tests/cases/a.yaml", 3))
    failing = Link(
        "login#1.2", LinkKind.TEST, "tests/test_a.py::test_b", Span("tests/test_a.py", 7)
    )
    keys = {it.key: it for document in documents for it in document.criteria()}
    latest = [
        Latest(
            criterion=it.criterion,
            source=it.source,
            outcome=outcome,
            run_id="r1",
            criterion_fingerprint=keys[it.criterion].fingerprint,
            source_fingerprint=it.fingerprint,
            at=NOW,
            checks_executed=1,
        )
        for it, outcome in ((link, "passed"), (failing, "failed"))
        if it.criterion in keys
    ]
    return build_matrix(SpecSet(documents), [link, failing], latest)


def same_as(name: str, data: dict[str, Any]) -> None:
    wanted = json.loads((GOLDEN / name).read_text("utf-8"))
    assert json.loads(json.dumps(data).replace(__version__, "VERSION")) == wanted


@pytest.mark.verifies("tracing#10.1")
def test_needs_json_holds_criteria_and_tests_that_link_to_them() -> None:
    same_as("needs.json", to_needs(matrix(), "shop", NOW))


@pytest.mark.verifies("tracing#10.1")
def test_each_need_has_an_id_of_its_own_that_sphinx_needs_allows() -> None:
    features = ("a-b", "a_b", "登录", "登出")
    version = to_needs(matrix(features), "shop", NOW)["versions"][""]
    assert version["needs_amount"] == len(version["needs"]) == 12
    for name, need in version["needs"].items():
        assert name == need["id"]
        assert name.isascii()
        assert name.replace("_", "").isalnum()
        assert name == name.upper()
        assert set(need["links"]) <= version["needs"].keys()


@pytest.mark.verifies("tracing#10.2")
def test_the_manifest_calls_proven_only_what_is_proved() -> None:
    same_as("trace-manifest.json", to_manifest(matrix(), "shop", NOW))


@pytest.mark.verifies("tracing#10.2")
def test_a_manifest_of_nothing_is_no_passing_gate() -> None:
    manifest = to_manifest(build_matrix(SpecSet(()), [], []), "shop", NOW)
    assert manifest["gate"]["ok"] is False
