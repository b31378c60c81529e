"""What each rule reports, and what it does not."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shall.diagnostics import Severity
from shall.specs.lint.manual import READINGS, page
from shall.specs.lint.rule import Rule
from shall.specs.lint.rules import RULES

SAMPLE = [
    tuple(line.split("\t"))
    for line in (Path(__file__).parent / "sample.tsv").read_text("utf-8").splitlines()
]
Check = Callable[..., Any]


def codes(found: Any) -> set[str]:
    return {it.code for it in found}


@pytest.mark.verifies("lint#1.1")
@pytest.mark.parametrize(("expected", "sentence"), SAMPLE)
@pytest.mark.repeats
def test_a_sentence_breaks_the_rules_that_a_reader_says_it_breaks(
    check: Check, expected: str, sentence: str
) -> None:
    found = codes(check(sentence)) - {"S134"}
    assert found == set(expected.split(",")) - {""}


def test_the_sample_has_sentences_that_break_no_rule_and_some_for_each_rule_of_a_sentence() -> None:
    broken = {code for expected, _ in SAMPLE for code in expected.split(",")}
    assert len(SAMPLE) >= 120
    assert sum(not expected for expected, _ in SAMPLE) >= 40
    assert {rule.code for rule in RULES if rule.code < "S130"} - broken == {"S105"}


EXAMPLES = [(rule, text) for rule in RULES for text in rule.bad]
COUNTEREXAMPLES = [(rule, text) for rule in RULES for text in rule.good]


@pytest.mark.verifies("lint#1.1", "lint#1.2", "lint#1.3")
@pytest.mark.parametrize(("rule", "text"), EXAMPLES)
def test_a_bad_example_breaks_its_rule(check: Check, rule: Rule, text: str) -> None:
    found = [it for it in check(text) if it.code == rule.code]
    assert found
    assert all(it.severity is rule.severity for it in found)


@pytest.mark.parametrize(("rule", "text"), COUNTEREXAMPLES)
def test_a_good_example_does_not_break_its_rule(check: Check, rule: Rule, text: str) -> None:
    assert rule.code not in codes(check(text))


@pytest.mark.verifies("lint#1.4")
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_each_rule_speaks_english_and_chinese(rule: Rule) -> None:
    for text in (rule.meaning, rule.message, rule.hint):
        assert text.en.endswith((".", "?"))
        assert not re.search("[\u3400-\u9fff]", text.en.replace("应", "").replace("当", ""))
        assert text.zh.endswith("。")
        assert re.search("[\u3400-\u9fff]", text.zh)
    assert re.fullmatch(r"S1\d\d", rule.code)
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name)


def test_codes_and_names_are_each_used_once() -> None:
    assert len({rule.code for rule in RULES}) == len({rule.name for rule in RULES}) == len(RULES)
    assert [rule.code for rule in RULES] == sorted(rule.code for rule in RULES)


@pytest.mark.verifies("lint#1.4")
def test_a_finding_speaks_the_language_that_is_asked_for(check: Check) -> None:
    [found] = check("商店应显示友好的提示", language="zh")
    assert found.message == "“友好”含义模糊。"
    [found] = check("The shop SHALL show a suitable picture", language="zh")
    assert found.message == "“suitable”含义模糊。"


@pytest.mark.verifies("lint#1.5")
def test_a_finding_names_the_words_where_they_are_written(check: Check) -> None:
    text = (
        "### Requirement 1\n\n#### Acceptance Criteria\n\n"
        "1. WHEN `it` is read,\n   THE shop SHALL show <!-- suitable --> a\n   *suitable* picture\n"
    )
    [found] = check(text, ignore=("S134",))
    assert found.code == "S111"
    assert (found.span.line, found.span.column, found.span.length) == (7, 5, 8)
    assert found.field == "a#1.1"


@pytest.mark.verifies("lint#1.6")
def test_what_is_no_requirement_is_not_checked(check: Check) -> None:
    text = (
        "### Requirement 1\n\nA suitable, easy and quick introduction.\n\n"
        "#### Acceptance Criteria\n\n"
        "1. THE shop SHALL ring\n"
        "2. ~~THE shop SHALL show suitable pictures~~\n"
        "3. WHEN [event] THEN [system] SHALL [response]\n\n"
        "```\n1. THE shop SHALL respond quickly, etc.\n```\n"
    )
    assert codes(check(text)) == set()


@pytest.mark.verifies("lint#1.2")
def test_criteria_are_compared_within_their_feature(check: Check) -> None:
    text = (
        "### Requirement 1\n\n"
        "1. WHEN a guest pays, THE shop SHALL wait at most 3 s\n"
        "2. WHEN a guest pays, THE shop SHALL wait at most 5 s\n"
        "3. WHEN a guest leaves, THE shop SHALL show the total\n"
        "4. WHEN a guest leaves, THE shop SHALL hide the total\n"
        "5. WHEN a guest leaves, THE shop SHALL show the total.\n"
        "6. WHEN `a` is sent, THE shop SHALL answer `1`\n"
        "7. WHEN `b` is sent, THE shop SHALL answer `2`\n"
    )
    found = {(it.code, it.span.line) for it in check(text) if it.code < "S134"}
    assert found == {("S133", 4), ("S133", 6), ("S131", 7)}
    assert "a#1.1 says the opposite (docs/a.md:3)." in {it.message for it in check(text)}


@pytest.mark.verifies("lint#1.2")
def test_criteria_in_any_script_are_compared_by_all_their_words(check: Check) -> None:
    text = (
        "### Requirement 1\n\n1. THE חנות SHALL להציג ספר\n2. THE חנות SHALL להציג מפה\n"
        "3. THE магазин SHALL показать книгу\n4. THE магазин SHALL показать карту\n"
    )
    assert not codes(check(text)) & {"S131", "S132"}
    assert "S132" in codes(check(text.replace("ספר", "מפה.!")))


@pytest.mark.verifies("lint#1.3")
def test_a_requirement_with_a_criterion_for_errors_has_no_finding(check: Check) -> None:
    event = "### Requirement 1\n\n1. WHEN an order is paid, THE shop SHALL send a receipt\n"
    assert [it.code for it in check(event)] == ["S134"]
    assert check(event)[0].severity is Severity.INFO
    assert check(event + "2. WHEN a payment fails, THE shop SHALL keep the order\n") == []


@pytest.mark.verifies("lint#1.7")
def test_the_page_describes_the_rules_as_they_are() -> None:
    file = Path(__file__).parents[3] / "docs/reference/lint-rules.md"
    assert file.read_text("utf-8") == page(), "write it anew: shall.specs.lint.manual.page()"


@pytest.mark.verifies("lint#1.7")
def test_a_rule_that_readers_doubt_is_information() -> None:
    for rule in RULES:
        reading = READINGS.get(rule.code)
        if reading is not None and reading.right < 0.9 * reading.read:
            assert rule.severity is Severity.INFO, rule.code
