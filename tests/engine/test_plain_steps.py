"""What is done at once for most steps is what the full way does: judging, masking, encoding."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shall.cases.path import parse_path
from shall.cases.reader import read_data
from shall.engine.budgets import Budget
from shall.engine.check import CaseContext, judge_check
from shall.engine.learning import Secrecy
from shall.engine.options import RunOptions
from shall.engine.plan import CasePlan, plan_case
from shall.engine.query import read_content, walk
from shall.engine.record import KEPT_VALUE, StepRecord
from shall.engine.redact import Redactor
from shall.engine.redacted_record import redacted_result
from shall.engine.scope import Scope
from shall.engine.step import run_call
from shall.engine.step_results import step_results
from shall.errors import InvalidCase
from shall.results.encoding import decode_case, encode_case, figures_of, result_to_json
from shall.results.records import CaseResult, Outcome, Redirect
from shall.transport.exchange import Response
from shall.transport.waits import Pause
from shall.workspace.files import Files

SECRET = "secret-xyz1"
SHORT_SECRET = "w0rd"
LONG = "x" * (KEPT_VALUE + 1)

_scalars = st.sampled_from(
    [
        *(None, True, False, 0, 1, -1, 200, 1.0, -0.0, 1.5, 1e400, 2**53 + 1, 2**64, 86753091),
        *("", "a", "1", "200", "true", LONG, SHORT_SECRET, SECRET, f"to {SECRET}."),
        *("secret%2Dxyz1", "SECRET&#45;xyz1", "c2VjcmV0LXh5ejE", "infant", "\ud800", "é"),
    ]
)
_names = st.sampled_from(["a", "b", "0", "token", "password", "id", "pin"])
_nested = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_names, inner, max_size=3),
    max_leaves=4,
)
_bodies = st.dictionaries(_names, _scalars, min_size=2) | _nested
_headers = st.lists(
    st.tuples(
        st.sampled_from(["X-A", "X-Token", "Content-Type", "content-type"]),
        st.sampled_from(["a", "200", SHORT_SECRET, "text/html; a=secret-xyz1", "y" * 101]),
    ),
    max_size=3,
)
_PATHS = ["a", "b", "a.b", "a.0", "a[0]", "[0]", "$", "token", "a.password", "id", "pin", "0"]
_OTHERS = [0, 1, 1.0, True, None, "a", "1", "200", SECRET]
_ADDRESSES = ["/x", "/x", "/x", "/x", "/x?token=abc", "/secret-xyz1", "/w0rd", "/%73ecret-xyz1"]
_ADDRESSES += ["/ghp_0123456789abcdefABCD"]


@st.composite
def _checks(
    draw: Callable[..., Any], body: Any, status: int, headers: list[tuple[str, str]]
) -> list[dict[str, Any]]:
    """Draw checks of which most hold."""
    drawn: list[dict[str, Any]] = []
    for _ in range(draw(st.integers(0, 3))):
        name = draw(st.sampled_from(_PATHS))
        found = walk(body, parse_path(name)).value
        expected = found if draw(st.integers(0, 9)) else draw(st.sampled_from(_OTHERS))
        kind = draw(
            st.sampled_from(
                [*("equals",) * 4, "not_equals", "contains", "in", "exists", "is_not_none"]
            )
        )
        check = {"type": kind, "field": name}
        if kind == "in":
            check["expected"] = [expected, "b"]
        elif kind not in ("exists", "is_not_none"):
            check["expected"] = expected
        drawn.append(check)
    if headers and draw(st.booleans()):
        name, value = draw(st.sampled_from(headers))
        drawn.append({"type": "equals", "header": name, "expected": value})
    if draw(st.integers(0, 3)):
        drawn.append({"type": "status_code", "expected": status})
    return drawn


@st.composite
def _steps(draw: Callable[..., Any]) -> tuple[dict[str, Any], Response]:
    """Draw a step, and the response to its request."""
    body, headers = draw(_bodies), draw(_headers)
    status = draw(st.sampled_from([200, 200, 200, 404]))
    path = draw(st.sampled_from(_ADDRESSES))
    step: dict[str, Any] = {"id": "a", "GET": path, "assert": draw(_checks(body, status, headers))}
    if draw(st.integers(0, 3)) == 0:
        field = draw(st.sampled_from(["$.a", "$.b", "$.token", "$.a[0]", "$..a", "$.id | count"]))
        step["expect"] = {field: draw(st.sampled_from([*_OTHERS, {"exists": True}]))}
    if draw(st.integers(0, 3)) == 0:
        condition = draw(st.sampled_from([{"$.a": {"exists": True}}, {"body": {"contains": "a"}}]))
        step["until"] = {"status": status, **condition, "every": "1 s", "within": "1 s"}
    if draw(st.integers(0, 5)) == 0:
        step["capture"] = {"taken": "$"}
    data = json.dumps(body) if draw(st.integers(0, 5)) else str(body or "")
    sent = data.replace("Infinity", "1e400").encode("utf-8", "replace")
    redirects = (Redirect(302, f"http://h/{SECRET}"),) if draw(st.integers(0, 7)) == 0 else ()
    url = f"http://h{path}"
    return step, Response(status, tuple(headers), sent, url, redirects=redirects)


def _passing(check: dict[str, Any], body: Any) -> tuple[dict[str, Any], Response]:
    """Return a step with one check, and a response of which it holds."""
    checks = [{"type": "status_code", "expected": 200}, check]
    return {"GET": "/x", "assert": checks}, Response(200, (), json.dumps(body).encode(), "http://h")


def _planned(step: dict[str, Any]) -> CasePlan | None:
    try:
        case = read_data({"name": "x", "host": "http://h", "steps": [step]})
    except InvalidCase:
        return None
    return plan_case(case, RunOptions(run_id="run-1"))


def _record(plan: CasePlan, response: Response, context: CaseContext) -> StepRecord:
    """Run a step against a service that has one response."""
    work = run_call(plan.steps[0], context)
    try:
        waited_for: Any = next(work)
        while not isinstance(waited_for, Pause):
            waited_for = work.send(response)
    except StopIteration as ended:
        record: StepRecord = ended.value
        return record
    raise AssertionError(waited_for)


def _context(redactor: Redactor) -> CaseContext:
    scope = Scope()
    files: Files | None = None
    return CaseContext(scope, files, Secrecy(redactor, scope))  # type: ignore[arg-type]


def _shown(value: Any) -> str:
    """Return all of a value: `==` takes `1`, `1.0` and `true` for the same."""
    return repr(value)


@pytest.mark.verifies("engine#2.1")
@settings(max_examples=200, deadline=None)
@given(_steps())
@example(
    (
        {"GET": "/", "assert": [{"type": "equals", "field": "a", "expected": 1}]},
        Response(200, (), b'{"a": true}', "http://h/"),
    )
)
@example(
    (
        {"GET": "/", "assert": [{"type": "equals", "field": "a.b", "expected": "b"}]},
        Response(200, (), b'{"a": "b"}', "http://h/"),
    )
)
def test_a_check_that_holds_at_once_holds_when_it_is_judged(
    drawn: tuple[dict[str, Any], Response],
) -> None:
    step, response = drawn
    plan = _planned({name: value for name, value in step.items() if name != "until"})
    if plan is None:
        return
    context = _context(Redactor())
    record = _record(plan, response, context)
    content = read_content(response, Budget())
    written = [check for check in record.checks if not check.implicit]
    judged = [judge_check(it, response, content, context) for it in plan.steps[0].checks]
    assert _shown(written) == _shown(judged)
    if record.outcome is Outcome.PASSED:
        assert {check.outcome for check in record.checks} <= {Outcome.PASSED}


@pytest.mark.verifies("engine#4.5")
@settings(max_examples=250, deadline=None)
@given(
    _steps(),
    st.sampled_from([(), (), (), ("b",), ("id",)]),
    st.sampled_from(
        [(), (), (SECRET, SHORT_SECRET), (SECRET, *(f"other-{it}-x" for it in range(20)))]
    ),
)
@example(_passing({"type": "exists", "field": "token"}, {"token": "a"}), (), ())
@example(_passing({"type": "exists", "field": "id"}, {"id": "a"}), ("id",), ())
@example(_passing({"type": "equals", "field": "a", "expected": LONG}, {"a": LONG}), (), ())
@example(_passing({"type": "is_not_none", "field": "a"}, {"a": [1e308]}), (), ())
def test_what_is_stored_of_a_step_is_what_is_masked_part_by_part(
    drawn: tuple[dict[str, Any], Response], names: tuple[str, ...], secrets: tuple[str, ...]
) -> None:
    step, response = drawn
    plan = _planned(step)
    if plan is None:
        return
    redactor = Redactor(names)
    context = _context(redactor)
    record = _record(plan, response, context)
    context.secrecy.learn()
    redactor.learn([*secrets, "86753091"] if secrets else [])

    stored = step_results([record], redactor, whole=False)
    assert _shown(stored) == _shown((redacted_result(record, redactor, None, whole=False),))

    at = datetime(2026, 11, 30, tzinfo=UTC)
    case = CaseResult("run-1", "a.yaml", "a", record.outcome, at, 0.5, 1, stored)
    _assert_is_encoded_alike(case)


def _assert_is_encoded_alike(case: CaseResult) -> None:
    """Compare the encoder of most results with the one that knows what JSON has not."""
    encoded = encode_case(case)
    data = json.loads(json.dumps(result_to_json(case)))
    assert _shown(json.loads(encoded)) == _shown(data)
    assert _shown(result_to_json(decode_case(encoded))) == _shown(data)
    assert decode_case(figures_of(case, encoded)).outcome is case.outcome


_SPELLINGS = [
    *(SECRET, "SECRET-XYZ1", "secret%2Dxyz1", "secret&#45;xyz1", "c2VjcmV0LXh5ejE", SHORT_SECRET),
    *(r"\u0073ecret-xyz1", "=73ecret-xyz1", "7365637265742d78797a31", "pa/ß+Word", "pa%2F%C3%9F"),
    *("w0rds", "a", "b ", "\n", "=\n", "%", "&", "\\", "=", "\0", "+word", "PA/ẞ+WORD", "İ"),
]


@pytest.mark.verifies("defences#9.1")
@settings(max_examples=250, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(_SPELLINGS), max_size=4).map("".join), max_size=3),
    st.sets(st.sampled_from([SECRET, SHORT_SECRET, "pa/ß+Word", "one long line\nand another one"])),
    st.sampled_from([0, 20]),
)
def test_nothing_is_masked_in_texts_that_hold_no_secret_together(
    texts: list[str], secrets: set[str], others: int
) -> None:
    redactor = Redactor()
    redactor.learn([*secrets, *(f"other-{it}-x" for it in range(others))])
    if redactor.are_clean(texts):
        assert [redactor.text(text) for text in texts] == texts
