"""Which rules apply: settings of a project, and comments that silence a rule."""

from collections.abc import Callable
from typing import Any

import pytest

from shall.diagnostics import Severity

Check = Callable[..., Any]
QUICK = "The shop SHALL respond quickly"


def codes(found: Any) -> list[str]:
    return [it.code for it in found]


@pytest.mark.verifies("lint#2.1")
def test_rules_are_selected_and_ignored_by_code_name_or_start(check: Check) -> None:
    text = "The shop SHALL be able to respond quickly, and SHALL ring"
    assert codes(check(text)) == ["S116", "S111", "S107"]
    assert codes(check(text, select=("S11",))) == ["S116", "S111"]
    assert codes(check(text, ignore=("vague-term", "S107"))) == ["S116"]
    assert codes(check(text, per_file={"docs/*.md": ("S1",)})) == []
    assert codes(check(text, per_file={"other/*.md": ("S1",)})) == ["S116", "S111", "S107"]


@pytest.mark.verifies("lint#2.1")
def test_a_severity_and_the_terms_of_a_rule_can_be_changed(check: Check) -> None:
    [found] = check(QUICK, severity={"S111": "error"})
    assert found.severity is Severity.ERROR
    assert check(QUICK, terms={"vague-term": ("-quickly",)}) == []
    [found] = check("The shop SHALL be blazing and 炫酷", terms={"S111": ("blazing",)})
    assert (found.span.column, found.span.length) == (22, 7)
    [found] = check("The shop SHALL be blazing and 炫酷", terms={"S111": ("炫酷",)})
    assert found.message == '"炫酷" is vague.'


@pytest.mark.verifies("lint#2.3")
@pytest.mark.parametrize(
    "lines",
    [
        f"1. {QUICK} <!-- shall: ignore S111 agreed -->\n2. The shop SHALL ring\n",
        f"1. The shop SHALL ring\n<!-- shall: ignore vague-term agreed -->\n2. {QUICK}\n",
        f"1. A lamp SHALL glow\n\n<!-- shall: ignore S118, S111 x -->\n\n2. {QUICK} and soon\n",
        "1. The shop SHALL\n   respond quickly <!-- shall: ignore S111 agreed -->\n   to calls\n",
    ],
)
def test_a_comment_silences_a_rule_for_a_criterion(check: Check, lines: str) -> None:
    assert check(f"### Requirement 1\n\n{lines}") == []


@pytest.mark.verifies("lint#2.3")
def test_a_comment_silences_neither_another_rule_nor_another_criterion(check: Check) -> None:
    silent = f"1. {QUICK} <!-- shall: ignore S111 agreed -->"
    text = f"### Requirement 1\n\n{silent}\n2. {QUICK} and soon\n"
    assert codes(check(text)) == ["S111", "S118"]


@pytest.mark.verifies("lint#2.4")
def test_a_comment_silences_a_rule_for_the_document(check: Check) -> None:
    head = "# Shop\n\n<!-- shall: ignore-file S111 a draft -->\n\n"
    text = f"{head}### Requirement 1\n\n1. {QUICK}\n2. A shop SHALL be fast\n"
    assert check(text) == []


@pytest.mark.verifies("lint#2.5")
def test_a_comment_is_reported_that_silences_nothing_or_gives_no_reason(check: Check) -> None:
    ring = "The shop SHALL ring"
    [found] = check(f"{ring} <!-- shall: ignore S111 agreed -->")
    assert (found.code, found.message) == ("S191", "S111 finds nothing here.")
    assert codes(check(f"{QUICK} <!-- shall: ignore S111, S999 agreed -->")) == ["S192"]
    assert codes(check(f"{QUICK} <!-- shall: ignore S111 -->")) == ["S193"]
    assert check(f"{ring} <!-- shall: ignore S111 agreed -->", ignore=("S111",)) == []


@pytest.mark.verifies("lint#2.5")
def test_a_comment_in_code_is_an_example(check: Check) -> None:
    text = (
        "### Requirement 1\n\n1. The shop SHALL show `<!-- shall: ignore S111 x -->`\n\n"
        "```md\n<!-- shall: ignore S111 x -->\n```\n"
    )
    assert check(text) == []
