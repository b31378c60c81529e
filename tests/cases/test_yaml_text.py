import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shall.cases import yaml_text
from shall.cases.bounds import MAX_CHARACTERS, MAX_DEPTH
from shall.cases.reader import root_of
from shall.cases.yaml_text import load_yaml
from shall.errors import InvalidCase


class Oracle(yaml.CSafeLoader):
    """PyYAML's own reading; dates stay text, as documented."""


Oracle.yaml_implicit_resolvers = {
    start: [each for each in resolvers if not each[0].endswith(":timestamp")]
    for start, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}

SCALARS = [
    "0",
    "1",
    "-1",
    "+1",
    "010",
    "08",
    "09",
    "0o17",
    "0x1F",
    "0b11",
    "1_000",
    "1__0",
    "1,000",
    "1e3",
    "1.5e3",
    "1.5e+3",
    "-0",
    "-0.0",
    "00",
    "1.",
    "-.5",
    ".5",
    "0.",
    "1e",
    "0x",
    "0.1",
    "1.10",
    "99999999999999999999999",
    "1.7976931348623157e400",
    "12:30",
    "1:2:3",
    "1:2:3.5",
    "2026-01-01",
    "2026-01-01T00:00:00Z",
    "~",
    "null",
    "Null",
    "NULL",
    "nUll",
    "yes",
    "no",
    "on",
    "off",
    "y",
    "n",
    "Yes",
    "NO",
    "On",
    "OFF",
    "true",
    "True",
    "TRUE",
    "tRUE",
    "false",
    "=",
    "<<",
    "''",
    '""',
    "'1'",
    '"010"',
    "'yes'",
    "a:b",
    "a#b",
    "http://127.0.0.1:80/x?a=1&b=*",
    "!!str",
    "!!int",
    "!x",
    "&a",
    "*a",
    "@a",
    "`a",
    "%a",
    "|",
    ">",
    "-",
    "?",
    ":",
    "--",
    "---",
    "...",
    "-",
    "!",
    "[1]x",
    "{{x}}",
    '"\\x41\\u4e2d"',
    '"\\ud83d\\ude00"',
    "'\\n'",
    "{a:1}",
    '{"a":1}',
    "{'x':1}",
    "[1,2]",
    "[1,010]",
    "[a,,b]",
    "[1,2,]",
    "{a,b}",
    "{b:}",
    "{a:1,b:2}",
    "😀",
    "[-1,-.5]",
]
TEXTS = [
    *("", "# x\n", "a", "- a", "---\na: 1\n", "---\na: 1\n---\nb: 2\n", "a: 1\n...\nb: 2\n"),
    *("%YAML 1.1\n---\na: 1\n", "\ufeffa: 1", "a: 1\r\nb: 2\r\n", "a:\t1\n", "a: x\u2028b\n"),
    *("a: x\x85b\n", "a: \x07\n", "a: |\n x\n  y\n\nb: >-\n z\n\n w\n", "a: 'x\n\n  y'\n"),
    *("a: &x {b: 1}\nc: {<<: *x, d: 2}\n", 'a: "x \\\n  y"\n', "a: x\n  y\n", "? a\n: 1\n"),
    *("? [a]\n: 1\n", "a: [#c\n x]\n", "a: {b: /x/{{ y }} }\n", "a: /x/{{ y }}\n", "a: - b\n"),
    *("a: 2026-01-01 10:00:00\n", "a: 1\n  b: 2\n", "a: 'yes'\nb: yes\n", "a: '10'\nb: 010\n"),
    *("a: x yes\nb: 'yes'\n", "- - a\n  - b\n-   c: 1\n    d: 2\n", "a: b: c\n"),
]


def refused(text: str) -> bool:
    try:
        load_yaml(text, "x.yaml")
    except InvalidCase as error:
        assert error.diagnostics
        return True
    return False


def is_json(value: object) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) and is_json(each) for key, each in value.items())
    if isinstance(value, list):
        return all(map(is_json, value))
    return repr(value) not in ("inf", "-inf", "nan")


def assert_reads_like_pyyaml(text: str) -> None:
    try:
        wanted = yaml.load(text, Loader=Oracle)
    except (yaml.YAMLError, ValueError, TypeError, LookupError):
        assert refused(text)
        return
    try:
        value = load_yaml(text, "x.yaml")
    except InvalidCase as error:
        assert not is_json(wanted) or any("twice" in str(each) for each in error.diagnostics)
    else:
        assert repr(value) == repr(wanted)  # repr tells 1 from 1.0 and True


@pytest.mark.verifies("cases#1.7")
@pytest.mark.parametrize("text", [*TEXTS, *(f"k: {scalar}\n" for scalar in SCALARS)])
@pytest.mark.repeats
def test_a_text_reads_as_pyyaml_reads_it(text: str) -> None:
    assert_reads_like_pyyaml(text)


_scalar = st.sampled_from(SCALARS) | st.text("0123456789.-+_:eExo", min_size=1, max_size=6)
_words = st.sampled_from(["name", "a b", "x-1", "yes", '"q"', "/users/{{ a.b }}", "中文"])
_lines = st.builds(
    lambda indent, dash, key, value, tail: f"{' ' * indent}{dash}{key}{value}{tail}\n",
    st.integers(0, 4),
    st.sampled_from(["", "", "- ", "-  ", "? "]),
    st.sampled_from(["", "a: ", "b: ", "'c': ", "a:", "<<: ", "1: "]),
    _scalar | _words | st.sampled_from(["|", ">-", "[a, 'b", "{x: 1,", "]", "}", '"open', ""]),
    st.sampled_from(["", "", " # note", " ", ","]),
)


@pytest.mark.verifies("cases#1.7")
@settings(max_examples=400, deadline=None)
@given(st.lists(_lines, min_size=1, max_size=6).map("".join))
@example("a: 1\na: 2\n")
@example("? =\n")
@example("=: 1\n=: 2\n")
def test_any_document_reads_as_pyyaml_reads_it(text: str) -> None:
    assert_reads_like_pyyaml(text)


@settings(max_examples=200, deadline=None)
@given(st.text("ab01:-{}[],'\"# \n?|>&*!%\t.~", max_size=25))
def test_any_characters_read_as_pyyaml_reads_them(text: str) -> None:
    assert_reads_like_pyyaml(text)


def test_an_ordinary_case_takes_the_fast_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(text: str, file: str) -> None:
        raise AssertionError(f"{file} took PyYAML: {text}")

    monkeypatch.setattr(yaml_text, "_load_slowly", fail)
    text = (
        "a:\n  - {b: 1, c: '010', url: http://127.0.0.1:80/x?a=1&b=2}\n  - [true, null, 0.5, 中]\n"
    )

    assert load_yaml(text, "x.yaml")["a"][0]["c"] == "010"


def test_a_date_stays_the_text_that_was_written() -> None:
    assert load_yaml("a: 2026-01-01\n", "x.yaml") == {"a": "2026-01-01"}


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a: 1\nb:\n  c: 1\n  c: 2\n", "x.yaml:4:3", "`c` occurs twice, first in line 3"),
        ("a: 1\nyes: 1\n", "x.yaml:2:1", 'Quote it: "yes"'),
        ("a: {{ b }}\n", "x.yaml:1:5", "Quote an expression"),
        ("a: [.nan]\n", "x.yaml:1:5", ".nan is not a JSON value"),
        ("a: !!python/object:os.system x\n", "x.yaml:1:4", "is not read here"),
        ("a: !!binary aGk=\n", "x.yaml:1:4", "is not read here"),
        ("a:\n\t- b\n", "x.yaml:2:1", "Indent with spaces"),
        ("a: [1\n", "x.yaml:2:1", "is missing in a list"),
        ("a: {$[0].id: 1}\n", "x.yaml:1:6", "quote a text that holds `[`"),
        ("a: &x [*x]\n", "x.yaml:1:8", "inside its own anchor"),
        ("a: *x\n", "x.yaml:1:4", "has no anchor before it"),
        ("a: \x07\n", "x.yaml:1:4", "U+0007"),
        ("a: !!int x\n", "x.yaml:1:4", "'x' is not a number"),
        ("x" * (MAX_CHARACTERS + 1), "x.yaml:1:1", "longer than"),
        ("a: " + "[" * 200_000, f"x.yaml:1:{MAX_DEPTH + 3}", "levels deep"),
        ("a:\n  " + "- " * 200_000 + "x\n", f"x.yaml:2:{2 * MAX_DEPTH + 1}", "levels deep"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_has_a_place(text: str, place: str, words: str) -> None:
    with pytest.raises(InvalidCase) as caught:
        load_yaml(text, "x.yaml")

    assert str(caught.value.diagnostics[0].span) == place
    assert words in str(caught.value)


@pytest.mark.verifies("cases#1.4")
def test_every_duplicate_key_is_reported() -> None:
    with pytest.raises(InvalidCase) as caught:
        load_yaml("a: 1\na: 2\nb: &x {c: 1, c: 2}\nd: *x\n", "x.yaml")

    assert [each.span and each.span.line for each in caught.value.diagnostics] == [2, 3]


@pytest.mark.verifies("cases#1.10")
def test_aliases_that_blow_up_are_refused_before_they_do() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]

    with pytest.raises(InvalidCase, match="more than 200,000 values"):
        load_yaml("\n".join(lines), "x.yaml")


@pytest.mark.parametrize(
    ("text", "root"),
    [
        ("testcase:\n  name: x\n", "testcase"),
        ("# note\n'unittest':\n  name: x\n", "unittest"),
        ('{"testcase": {}}', "testcase"),
        ("a:\n  testcase: 1\n", None),
        ("testcases:\n", None),
        ("", None),
    ],
)
def test_the_root_is_found_at_a_glance(text: str, root: str | None) -> None:
    assert root_of(text) == root


LIBRARY_WORDS = ("not allowed in this context", "did not find", "found ", "could not", "codec")


@pytest.mark.verifies("cases#1.13")
@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("a: b: c", "1:5", "A second `key: value` begins here"),
        ("a: [1, 2", "2:1", "`,` or `]` is missing"),
        ("a: {b: 1", "2:1", "`,` or `}` is missing"),
        ("a: 'x", "1:4", "A quoted text is not closed"),
        ('a:\n  - "x\n  - y\n', "2:5", "A quoted text is not closed"),
        ("a: @x", "1:4", "A value cannot begin with this character"),
        ("- a\nb: 1", "2:1", "not indented as the lines above"),
        ("a:\n  - 1\n b: 2", "3:2", "not indented as the lines above"),
        ("a: 'x' y", "1:8", "Text follows a complete value"),
        ("a:\n\tb: 1", "2:1", "A tab cannot indent"),
        ("a: !foo 1", "1:4", "The tag !foo is not read here"),
        ("a: !!str {}", "1:4", "not of the type of its tag"),
        ("a: 1\n---\nb: 2", "2:1", "A second document begins here"),
        ('a: "\\q"', "1:5", "an unknown escape"),
        ('a: "\\x4"', "1:7", "An escape lacks hexadecimal digits"),
        ("a: x\x07", "1:5", "The character U+0007 is not allowed in YAML"),
        ("a: \ud800", "1:4", "The character U+D800 is not allowed in YAML"),
        ("a: - 1", "1:4", "A list cannot begin in the line of its key"),
        ("a: ? b", "1:4", "`?` cannot begin a value here"),
        ("<<: 1", "1:5", "`<<` takes a mapping"),
        ("a: &", "1:5", "has no name"),
        ("a: !<x 1", "1:7", "This is not YAML"),
        ("a: !!bool x", "1:1", "This is not YAML"),
    ],
)
def test_what_is_no_yaml_is_reported_in_our_words(text: str, where: str, words: str) -> None:
    with pytest.raises(InvalidCase) as refused:
        load_yaml(text, "x.yaml")
    said = str(refused.value)
    assert said.startswith(f"x.yaml:{where}: {words}") or words in said.partition(f"{where}: ")[2]
    assert not any(word in said for word in LIBRARY_WORDS)
