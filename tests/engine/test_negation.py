"""A predicate and its negation: at most one of them passes, and neither where nothing is found."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shall.cases.predicates import NAMES
from shall.cases.reader import read_data
from shall.engine.budgets import Budget
from shall.engine.check import CaseContext, judge_check
from shall.engine.learning import Secrecy
from shall.engine.options import RunOptions
from shall.engine.plan import plan_case
from shall.engine.query import read_content
from shall.engine.redact import Redactor
from shall.engine.scope import Scope
from shall.errors import InvalidCase, ShallError
from shall.results.records import Outcome
from shall.transport.exchange import Response

_WITHOUT_FILES = [name for name in NAMES if "schema" not in name and "snapshot" not in name]
_scalars = st.sampled_from(
    [
        *(None, True, False, 0, 1, -1, 1.0, 1.5, 10**30, "", "a", "abc", "1", "true", "list"),
        *("2026-01-01", "2026-01-01T10:00:00Z", "2026-01-01T12:00:00+02:00", "[", "("),
    ]
)
_bodies = st.recursive(
    _scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "sku"]), inner, max_size=3)
    ),
    max_leaves=6,
)
_names = st.sampled_from(["a", "value", "within", "where", "equals", "at_least", "sku", "length"])
_expected = st.recursive(
    _scalars | st.just("{{ v }}"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names, inner, max_size=3),
    max_leaves=5,
)
_SELECTORS = ["$.a", "$", "body", "$..a", "$.a[0]", "$.b", "$.a | count", "$.a | first"]


def _passes(expect: dict[str, Any], body: bytes) -> bool | None:
    """Return whether all checks of a body pass; None where there is none of that form."""
    step = {"GET": "/", "expect": expect}
    try:
        case = read_data({"name": "x", "host": "http://h", "steps": [step]})
    except InvalidCase:
        return None
    scope, files = Scope(variables={"v": "a"}), None
    context = CaseContext(scope, files, Secrecy(Redactor(), scope))  # type: ignore[arg-type]
    response = Response(200, (("content-type", "application/json"),), body, "http://h/")
    content = read_content(response, Budget())
    plans = plan_case(case, RunOptions(run_id="run-1")).steps[0].checks
    try:
        outcomes = [judge_check(it, response, content, context).outcome for it in plans]
    except ShallError:
        return False
    return all(outcome is Outcome.PASSED for outcome in outcomes) if outcomes else None


@pytest.mark.verifies("engine#2.9")
@settings(max_examples=500, deadline=None)
@given(
    st.sampled_from(_SELECTORS),
    st.sampled_from(_WITHOUT_FILES),
    _expected | st.just(True),
    _bodies | st.fixed_dictionaries({"a": _bodies}),
)
def test_a_predicate_and_its_negation_never_both_pass(
    selector: str, predicate: str, expected: Any, body: Any
) -> None:
    data = json.dumps(body).encode()
    holds = _passes({selector: {predicate: expected}}, data)
    assert not (holds and _passes({selector: {"not": {predicate: expected}}}, data))


@pytest.mark.verifies("engine#2.9")
@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["$.a", "$.a[0]", "$.a | count"]),
    st.sampled_from(_WITHOUT_FILES),
    _expected | st.just(True),
    st.sampled_from([b"", b"Bad Gateway", b"<html>a</html>"]),
)
def test_no_predicate_of_a_field_passes_without_json(
    selector: str, predicate: str, expected: Any, body: bytes
) -> None:
    conditions = {predicate: expected}
    is_absence = body == b"" and "exist" in predicate  # an empty body has no field
    for expect in ({selector: conditions}, {selector: {"not": conditions}}):
        assert is_absence or not _passes(expect, body)


@pytest.mark.verifies("engine#2.21")
@pytest.mark.parametrize("absent", [False, True])
@pytest.mark.parametrize("selector", ["body", "$"])
def test_an_empty_body_has_no_field(selector: str, absent: bool) -> None:
    for of_field in ({"exists": not absent}, {"not_exists": absent}):
        fields = {"password": of_field}
        assert _passes({"body": fields}, b"") is absent
        assert _passes({selector: {"has": fields}}, b"") is absent
        assert _passes({selector: {"all_of": [fields, fields]}}, b"") is absent
        assert not _passes({selector: {"not": {"has": fields}}}, b"")
    for other in ("a", {"is_none": True}, {"not_contains": "a"}, {"length": 0}):
        for within in ({"has": {"password": other}}, {"not": {"has": {"password": other}}}):
            assert not _passes({selector: within}, b"")
