"""What a case file may cost: its problems, numbers, patterns and nesting are bounded."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shall.cases.bounds import MAX_DEPTH
from shall.cases.nearest import nearest
from shall.cases.nesting import first_excess
from shall.cases.reader import examine_data, read_case
from shall.cases.yaml_text import load_yaml
from shall.diagnostics.bounds import MAX_FINDINGS
from shall.errors import InvalidCase

STEPS = "  steps: [{id: s, path: /}]\n"


def problems_of(text: str) -> list[str]:
    with pytest.raises(InvalidCase) as caught:
        read_case(text, "x.yaml")
    return [str(problem) for problem in caught.value.diagnostics]


@pytest.mark.verifies("defences#4.3")
@pytest.mark.repeats
def test_of_many_problems_the_first_are_reported_and_the_others_counted() -> None:
    unknown = "".join(f"  k{number}: 1\n" for number in range(60_000))

    shown = problems_of(f"testcase:\n  name: a\n{unknown}{STEPS}")

    assert len(shown) == MAX_FINDINGS + 1
    assert shown[0].startswith("x.yaml:3:3: k0: Unknown field `k0`")
    assert shown[-1] == "x.yaml:102:3: And 59,900 more problems."


@pytest.mark.verifies("defences#4.3")
def test_of_many_keys_given_twice_the_first_are_reported_and_the_others_counted() -> None:
    shown = problems_of("a: 1\n" * 1001)

    assert len(shown) == MAX_FINDINGS + 1
    assert shown[-1] == "x.yaml:101:1: And 900 more problems."


@pytest.mark.verifies("defences#4.3")
def test_notes_on_older_spellings_are_counted_too() -> None:
    step = {"path": "/", "asserts": []}
    steps = [{"id": f"s{number}", **step} for number in range(150)]

    notes = examine_data({"name": "a", "steps": steps}).notes

    assert len(notes) == MAX_FINDINGS + 1
    assert notes[-1].message == "And 50 more problems."


@pytest.mark.verifies("defences#4.3")
def test_a_long_name_is_cut_wherever_it_is_reported() -> None:
    shown = problems_of(f"testcase:\n  name: a\n  {'k' * 100_000}: 1\n{STEPS}")

    assert len(shown[0]) < 3_000


@pytest.mark.parametrize(
    "known", [["type", "expected"], [f"x{i}" for i in range(9)] + ["expected"]]
)
def test_a_near_name_is_found(known: list[str]) -> None:
    assert nearest("expcted", known) == "expected"


def test_a_long_name_has_no_near_one() -> None:
    assert nearest("a" * 101, ["a" * 101]) is None


@pytest.mark.verifies("defences#5.2")
@pytest.mark.parametrize(
    ("number", "words"),
    [
        (":".join(["1"] * 5000), "A number has more than 400 characters"),
        ("0x" + "f" * 5000, "A number has more than 400 characters"),
        ("9" * 5000, "A number has more than 400 characters"),
        (":".join(["1"] * 190) + ".5", "is not a number"),
        ("!!float ''", "'' is not a number"),
    ],
)
def test_a_number_out_of_bounds_has_a_place(number: str, words: str) -> None:
    shown = problems_of(f"testcase:\n  name: a\n  variables: {{a: {number}}}\n{STEPS}")

    assert shown[0].startswith("x.yaml:3:18: ")
    assert words in shown[0]


@pytest.mark.verifies("defences#5.3")
@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("(" * 900 + ")" * 900, "has more than 50 levels of nested groups"),
        ("a" * 2001, "of more than 2,000 characters"),
        ("(" * 3000 + ")" * 3000, "of more than 2,000 characters"),
    ],
)
def test_a_pattern_out_of_bounds_has_a_place(pattern: str, words: str) -> None:
    check = f"{{type: regex, field: a, expected: '{pattern}'}}"
    shown = problems_of(f"testcase:\n  name: a\n  steps: [{{id: s, path: /, assert: [{check}]}}]\n")

    assert shown[0].startswith("x.yaml:3:")
    assert words in shown[0]


@pytest.mark.parametrize("pattern", [r"\(" * 60, "[(]" * 60, "(a)" * 60, "[]((]" * 60])
def test_signs_that_open_no_group_do_not_count(pattern: str) -> None:
    check = {"type": "regex", "field": "a", "expected": pattern}
    step = {"id": "s", "path": "/", "assert": [check]}

    assert examine_data({"name": "a", "steps": [step]}).case.steps


@pytest.mark.verifies("defences#5.4")
@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * 200_000,
        "a: " + "{b: " * 5_000,
        "a:\n  " + "- " * 200_000 + "x\n",
        "a: [\n" + "[\n" * 5_000,
        "\n".join(" " * level + "a:" for level in range(300)),
        "a: [x, '" + "'''" * 10 + "', " + "[" * 3_000,  # quotes in front of the brackets
        "a: [\n" + "b: [\n" * 3_000,
    ],
)
def test_text_that_is_too_deep_is_reported_in_our_words(text: str) -> None:
    with pytest.raises(InvalidCase, match=f"The file is more than {MAX_DEPTH} levels deep"):
        load_yaml(text, "x.yaml")


@pytest.mark.parametrize(
    "text",
    [
        "a: '" + "[" * 100 + "'\n",
        "a:\n" + "".join(f"  - '^[[{number}'\n" for number in range(200)),
        "a: x  # " + "[" * 100,
        "a:\n" + "  - ^\\[x\n" * 200,
        "a: [" + "[], " * 200 + "]\n",
    ],
)
def test_brackets_that_nest_nothing_do_not_count(text: str) -> None:
    assert first_excess(text, MAX_DEPTH) is None


_SIGNS = "\n[]{}'\"|>#\t\x00\ud800%~(\ufeff"
_WORDS = """testcase:¦  ¦- ¦&a ¦*a¦!!int ¦!!set ¦<<: ¦? ¦steps:¦name: a¦id: s¦path: /¦assert:¦
¦null¦: ¦type: regex¦expected: ¦1:1:1¦0x1¦.inf¦1e999¦{{ a }}¦{{¦2020-01-01¦variables:¦teardowns:"""
_PIECES = st.sampled_from([*_SIGNS, *_WORDS.split("¦"), "9" * 500])


@pytest.mark.verifies("defences#5.5")
@settings(max_examples=300, deadline=None)
@given(st.one_of(st.lists(_PIECES, max_size=30).map("".join), st.text(max_size=60)))
def test_no_text_ends_in_a_traceback(text: str) -> None:
    try:
        read_case(text, "x.yaml")
    except InvalidCase as error:
        assert all(problem.span and problem.span.line >= 1 for problem in error.diagnostics)
