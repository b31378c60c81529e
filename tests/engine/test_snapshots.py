"""Checks that compare with snapshots."""

import json
from typing import Any

import pytest

from shall.cases.snapshot import snapshot_path
from shall.engine.predicate import same
from shall.engine.snapshot import settled, without


@pytest.mark.verifies("contract#3.2")
@pytest.mark.parametrize(
    ("paths", "left"),
    [
        (("$.id",), {"lines": [{"at": 1, "sku": "a"}, {"at": 2}]}),
        (("$.lines[*].at",), {"id": 7, "lines": [{"sku": "a"}, {}]}),
        (("$.lines[0]", "$.lines[0].at"), {"id": 7, "lines": [None, {"at": 2}]}),
        (("$..at", "$.none"), {"id": 7, "lines": [{"sku": "a"}, {}]}),
    ],
)
def test_what_is_ignored_is_left_out(paths: tuple[str, ...], left: Any) -> None:
    value = {"id": 7, "lines": [{"at": 1, "sku": "a"}, {"at": 2}]}
    before = json.dumps(value)
    assert without(value, paths) == left
    assert json.dumps(value) == before


@pytest.mark.verifies("contract#3.5")
@pytest.mark.parametrize(
    ("masked", "actual", "holds"),
    [
        ({"a": "***"}, {"a": "tok"}, True),
        ({"a": "Bearer ***!"}, {"a": "Bearer x!"}, True),
        ({"a": "***"}, {"a": 7}, True),
        ({"a": "***"}, {"a": None}, False),
        ({"a": "***"}, {"a": {"b": 1}}, False),
        ({"a": "Bearer ***!"}, {"a": "Bearer!"}, False),
        ({"a": "***", "b": 1}, {"a": "x", "b": 2}, False),
        ([["***"], "b"], [["x"], "b"], True),
        (["***"], ["x", "y"], False),
        ({"a": "***"}, {}, False),
    ],
)
def test_a_masked_secret_stands_for_any_text(masked: Any, actual: Any, holds: bool) -> None:
    assert same(settled(masked, actual), actual) is holds


@pytest.mark.verifies("contract#3.1")
def test_a_snapshot_is_beside_its_case() -> None:
    assert snapshot_path("a.yaml", "x") == "__snapshots__/a.x.json"
    assert snapshot_path("tests/cases/b/a.b.yml", "x") == "tests/cases/b/__snapshots__/a.b.x.json"
