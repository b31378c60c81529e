"""A status says what was seen: `proved` only for the text, the test and the place that passed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from shall.rules import GateRules, Rules
from shall.span import Span
from shall.specs.gate import Verdict, judge
from shall.specs.matrix import Matrix, build_matrix
from shall.specs.model import Link, LinkKind, SpecSet
from shall.specs.reader import join_features, read_document
from shall.specs.status import Latest, Status

AT = datetime(2026, 1, 2, tzinfo=UTC)


def specs(*sentences: str) -> SpecSet:
    listed = "".join(f"{n}. THE API SHALL {text}\n" for n, text in enumerate(sentences, start=1))
    text = f"### Requirement 1\n{listed}"
    return join_features([read_document(text, "specs/auth/requirements.md", "auth")])


def link(criterion: str, source: str = "a.yaml", fingerprint: str = "t1", **more: Any) -> Link:
    kind = LinkKind.TEST if "::" in source else LinkKind.CASE
    return Link(criterion, kind, source, Span(source, 4), fingerprint, **more)


def passed(
    document: SpecSet, criterion: str, source: str = "a.yaml", outcome: str = "passed"
) -> Latest:
    """An outcome as a run of today's case against today's criterion records it."""
    known = {it.key: it.fingerprint for it in document.criteria()}
    return Latest(criterion, source, outcome, "run-1", known[criterion], "t1", at=AT)


def statuses(matrix: Matrix) -> list[Status]:
    return [row.status for row in matrix.rows]


@pytest.mark.verifies("tracing#4.1")
@pytest.mark.parametrize(
    "after",
    [
        ("wait", "sing", "dance"),  # inserted before
        ("dance",),  # deleted before
        ("dance", "sing"),  # swapped
        ("sing loudly", "dance"),  # reworded
    ],
)
def test_an_outcome_never_proves_a_text_that_it_was_not_recorded_for(
    after: tuple[str, ...],
) -> None:
    before = specs("sing", "dance")
    outcomes = [passed(before, "auth#1.1"), passed(before, "auth#1.2")]
    links = [link("auth#1.1"), link("auth#1.2")]
    assert statuses(build_matrix(before, links, outcomes)) == [Status.PROVED, Status.PROVED]
    unchanged = {it.key: it.fingerprint for it in before.criteria()}
    for row in build_matrix(specs(*after), links, outcomes).rows:
        same = unchanged.get(row.criterion.key) == row.criterion.fingerprint
        assert (row.status is Status.PROVED) is same


WORDS = st.sampled_from(["sing", "dance", "wait", "count", "sleep"])


@pytest.mark.verifies("tracing#4.1")
@given(st.lists(WORDS, min_size=1, max_size=5), st.lists(WORDS, min_size=1, max_size=5))
def test_no_edit_of_a_list_makes_a_false_proof(old: list[str], new: list[str]) -> None:
    before, after = specs(*old), specs(*new)
    keys = [it.key for it in before.criteria()]
    outcomes = [passed(before, key) for key in keys]
    matrix = build_matrix(after, [link(key) for key in keys], outcomes)
    proved = {row.criterion.key for row in matrix.rows if row.status is Status.PROVED}
    assert proved == {
        f"auth#1.{n}"
        for n, (one, other) in enumerate(zip(old, new, strict=False), 1)
        if one == other
    }


@pytest.mark.verifies("tracing#4.2")
def test_a_criterion_that_moved_is_reported_and_takes_no_link_with_it() -> None:
    before, after = specs("sing"), specs("wait", "sing")
    matrix = build_matrix(after, [link("auth#1.1")], [passed(before, "auth#1.1")])
    assert statuses(matrix) == [Status.SUSPECT, Status.UNTESTED]
    [moved] = matrix.moved
    assert (moved.old_key, moved.new_key, moved.sources) == ("auth#1.1", "auth#1.2", ("a.yaml",))


@pytest.mark.verifies("tracing#4.3")
def test_an_outcome_of_another_text_of_the_test_is_stale() -> None:
    document = specs("sing")
    outcome = passed(document, "auth#1.1")
    matrix = build_matrix(document, [link("auth#1.1", fingerprint="t2")], [outcome])
    assert statuses(matrix) == [Status.STALE]


@pytest.mark.verifies("tracing#4.3")
def test_a_row_of_data_that_a_case_no_longer_has_does_not_count() -> None:
    document = specs("sing")
    old = replace(
        passed(document, "auth#1.1", outcome="failed"), data_row="2", source_fingerprint="t0"
    )
    new = replace(passed(document, "auth#1.1"), data_row="1", at=AT + timedelta(hours=1))
    assert statuses(build_matrix(document, [link("auth#1.1")], [old, new])) == [Status.PROVED]
    bad = replace(new, data_row="2", outcome="error")
    assert statuses(build_matrix(document, [link("auth#1.1")], [new, bad])) == [Status.FAILING]


@pytest.mark.verifies("tracing#4.4")
def test_what_cannot_fail_proves_nothing() -> None:
    document = specs("sing")
    outcome = passed(document, "auth#1.1")
    asserts_nothing = [link("auth#1.1", can_fail=False)]
    assert statuses(build_matrix(document, asserts_nothing, [outcome])) == [Status.VACUOUS]
    checked_nothing = replace(outcome, checks_executed=0)
    assert statuses(build_matrix(document, [link("auth#1.1")], [checked_nothing])) == [
        Status.VACUOUS
    ]


@pytest.mark.verifies("tracing#4.5")
def test_a_criterion_is_proved_only_when_every_linked_case_that_was_not_skipped_passed() -> None:
    document = specs("sing")
    links = [link("auth#1.1", "a.yaml"), link("auth#1.1", "b.yaml")]
    first = passed(document, "auth#1.1", "a.yaml")
    assert statuses(build_matrix(document, links, [first])) == [Status.PARTLY]
    skipped = passed(document, "auth#1.1", "b.yaml", "skipped")
    assert statuses(build_matrix(document, links, [first, skipped])) == [Status.PROVED]
    assert statuses(build_matrix(document, links, [skipped])) == [Status.SKIPPED]
    failed = passed(document, "auth#1.1", "b.yaml", "failed")
    assert statuses(build_matrix(document, links, [first, failed])) == [Status.FAILING]


@pytest.mark.verifies("generate#1.2")
def test_a_draft_proves_nothing_even_beside_a_case_that_passed() -> None:
    document = specs("sing")
    draft, other = link("auth#1.1", "a.yaml", is_draft=True), link("auth#1.1", "b.yaml")
    before = passed(document, "auth#1.1", "a.yaml")
    assert statuses(build_matrix(document, [draft], [])) == [Status.DRAFT]
    assert statuses(build_matrix(document, [draft], [before])) == [Status.DRAFT]
    failed = passed(document, "auth#1.1", "a.yaml", "failed")
    assert statuses(build_matrix(document, [draft], [failed])) == [Status.FAILING]
    proof = passed(document, "auth#1.1", "b.yaml")
    assert statuses(build_matrix(document, [draft, other], [proof])) == [Status.PARTLY]
    assert statuses(build_matrix(document, [draft, other], [])) == [Status.NOT_RUN]


@pytest.mark.verifies("tracing#4.6")
def test_environments_do_not_blend() -> None:
    document = specs("sing")
    links = [link("auth#1.1", "a.yaml"), link("auth#1.1", "b.yaml")]
    staging = replace(passed(document, "auth#1.1", "a.yaml"), environment="staging")
    production = replace(passed(document, "auth#1.1", "b.yaml"), environment="production")
    assert statuses(build_matrix(document, links, [staging, production])) == [Status.PARTLY]
    only = [links[0]]
    assert statuses(build_matrix(document, only, [staging])) == [Status.PROVED]
    assert statuses(build_matrix(document, only, [staging], ["staging"])) == [Status.PROVED]
    listed = build_matrix(document, only, [staging], ["staging", "production"])
    assert statuses(listed) == [Status.PARTLY]
    broken = replace(passed(document, "auth#1.1", "a.yaml", "failed"), environment="production")
    assert statuses(build_matrix(document, only, [staging, broken])) == [Status.FAILING]
    assert statuses(build_matrix(document, only, [staging, broken], ["staging"])) == [Status.PROVED]
    older = passed(document, "auth#1.1", "a.yaml")
    assert statuses(build_matrix(document, only, [older], ["staging"])) == [Status.NOT_RUN]


@pytest.mark.verifies("tracing#4.6")
def test_a_python_test_counts_in_every_environment() -> None:
    document = specs("sing")
    links = [link("auth#1.1", "a.yaml"), link("auth#1.1", "tests/test_a.py::test_a")]
    outcomes = [
        replace(passed(document, "auth#1.1", "a.yaml"), environment="staging"),
        passed(document, "auth#1.1", "tests/test_a.py::test_a"),
    ]
    assert statuses(build_matrix(document, links, outcomes)) == [Status.PROVED]


def test_an_outcome_for_a_criterion_that_was_unknown_then_proves_nothing() -> None:
    document = specs("sing")
    outcome = replace(passed(document, "auth#1.1"), criterion_fingerprint=None)
    assert statuses(build_matrix(document, [link("auth#1.1")], [outcome])) == [Status.NOT_RUN]


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_outcomes_means_nothing(seed: int) -> None:
    document = specs("sing")
    rows = [
        replace(passed(document, "auth#1.1"), data_row=str(n), at=AT + timedelta(hours=n))
        for n in range(3)
    ]
    rows[seed] = replace(rows[seed], source_fingerprint="t2")
    forward = build_matrix(document, [link("auth#1.1")], rows)
    backward = build_matrix(document, [link("auth#1.1")], rows[::-1])
    assert statuses(forward) == statuses(backward)


@pytest.mark.verifies("gate#1.11")
@pytest.mark.parametrize(
    ("rules", "older", "verdict"),
    [
        (Rules(max_age=timedelta(days=9)), {}, Verdict.PASSED),
        (Rules(max_age=timedelta(days=9)), {"at": AT - timedelta(days=10)}, Verdict.FAILED),
        (Rules(clean_tree=True), {}, Verdict.PASSED),
        (Rules(clean_tree=True), {"is_dirty": True}, Verdict.FAILED),
    ],
)
def test_the_gate_judges_the_age_and_tree_of_each_parameter_set(
    rules: Rules, older: dict[str, Any], verdict: Verdict
) -> None:
    document = specs("sing")
    source = "tests/test_a.py::test_a"
    newest = replace(passed(document, "auth#1.1", source), is_dirty=False, data_row="2")
    oldest = replace(newest, data_row="1", at=AT - timedelta(days=1))
    sets = [newest, replace(oldest, **older)]
    matrix = build_matrix(document, [link("auth#1.1", source)], sets)
    assert statuses(matrix) == [Status.PROVED]
    judged = judge(matrix, GateRules(rules), AT)
    assert {it.verdict for it in judged if it.rule in {"max_age", "clean_tree"}} == {verdict}


@pytest.mark.verifies("tracing#4.5", "tracing#4.11", "tracing#4.32", "tracing#4.39")
@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, Status.PROVED),
        ({"variables": "changed"}, Status.STALE),
        ({"checks_executed": 0}, Status.VACUOUS),
        ({"criterion_fingerprint": "other"}, Status.SUSPECT),
        ({"source_fingerprint": "other"}, Status.STALE),
        ({"outcome": "error"}, Status.FAILING),
    ],
)
def test_one_parameter_set_of_two_decides(more: dict[str, Any], expected: Status) -> None:
    document, source = specs("sing"), "tests/test_a.py::test_a"
    first = replace(passed(document, "auth#1.1", source), data_row="1")
    sets = [first, replace(first, data_row="2", **more)]
    linked = link("auth#1.1", source, sets=2)
    assert statuses(build_matrix(document, [linked], sets)) == [expected]
    assert statuses(build_matrix(document, [linked], sets[:1])) == [Status.NOT_RUN]


@pytest.mark.verifies("tracing#4.5")
def test_a_set_that_is_as_old_as_the_whole_does_not_count_beside_it() -> None:
    document, source = specs("sing"), "tests/test_a.py::test_a"
    whole = passed(document, "auth#1.1", source)
    older = replace(whole, data_row="1", outcome="failed")
    assert statuses(build_matrix(document, [link("auth#1.1", source)], [whole, older])) == [
        Status.PROVED
    ]


@pytest.mark.verifies("gate#1.6")
def test_the_gate_judges_the_age_of_a_single_outcome() -> None:
    document = specs("sing")
    old = replace(passed(document, "auth#1.1"), at=AT - timedelta(days=10))
    matrix = build_matrix(document, [link("auth#1.1")], [old])
    judged = judge(matrix, GateRules(Rules(max_age=timedelta(days=9))), AT)
    assert [it.verdict for it in judged if it.rule == "max_age"] == [Verdict.FAILED]
