import json
from xml.etree import ElementTree as ET

from junitparser import JUnitXml

from shall.diagnostics import Diagnostic, Edit, Severity
from shall.diagnostics.diagnostic import by_place
from shall.diagnostics.machine import as_json, github, gitlab, junit, sarif
from shall.diagnostics.terminal import concise, terminal
from shall.span import Span

FILE = "tests/cases/login.yaml"
SOURCE = "testcase:\n  name: 登录\n  methd: GET\n"
UNKNOWN = Diagnostic(
    "case.unknown-field",
    Severity.ERROR,
    "The field methd is unknown.",
    Span(FILE, 3, 3, 5),
    hint="Did you mean method?",
    field="methd",
    fix=Edit(Span(FILE, 3, 3, 5), "method"),
)
NOWHERE = Diagnostic("setting.unknown-key", Severity.WARNING, "No such setting.")


def test_the_terminal_shows_the_line_with_carets_below_what_is_wrong() -> None:
    assert terminal([UNKNOWN], {FILE: SOURCE}) == (
        "error[case.unknown-field]: The field methd is unknown.\n"
        " --> tests/cases/login.yaml:3:3\n"
        "  |\n"
        "3 |   methd: GET\n"
        "  |   ^^^^^\n"
        "  = Did you mean method?"
    )


def test_a_caret_stands_below_its_character_after_wide_ones() -> None:
    found = Diagnostic("x.y", Severity.ERROR, "Wrong.", Span("a.md", 1, 4, 2))

    *_, line, caret = terminal([found], {"a.md": "一二三四五六"}).splitlines()

    assert line == "1 | 一二三四五六"
    assert caret == "  | " + " " * 6 + "^^^^"


def test_a_long_line_is_cut_around_the_problem() -> None:
    found = Diagnostic("x.y", Severity.ERROR, "Wrong.", Span("a.md", 1, 5001, 5))
    text = "x" * 5000 + "wrong" + "y" * 5000

    *_, line, caret = terminal([found], {"a.md": text}).splitlines()

    assert len(line) < 250
    assert line[caret.index("^") :].startswith("wrong")


def test_a_source_cannot_repaint_the_terminal() -> None:
    found = Diagnostic("x.y", Severity.ERROR, "Not \x1b[2J this.", Span("a\n.md", 1, 1))

    shown = terminal([found], {"a\n.md": "\x1b[31m\u202egnp"}) + concise([found])

    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_a_place_beyond_the_source_is_shown_without_an_excerpt() -> None:
    found = Diagnostic("x.y", Severity.ERROR, "Wrong.", Span("a.md", 9, 1), hint="Look.")

    assert terminal([found], {"a.md": "one line"}) == "error[x.y]: Wrong.\n --> a.md:9:1\n  = Look."


def test_the_concise_form_is_one_line_that_editors_can_jump_to() -> None:
    assert concise([UNKNOWN, NOWHERE]) == (
        "tests/cases/login.yaml:3:3: error[case.unknown-field] methd: The field methd is unknown. "
        "Did you mean method?\n"
        "warning[setting.unknown-key] No such setting."
    )


def test_json_holds_everything_that_the_terminal_shows_and_the_fix() -> None:
    first, second = json.loads(as_json([UNKNOWN, NOWHERE]))

    assert first == {
        "code": "case.unknown-field",
        "severity": "error",
        "file": FILE,
        "line": 3,
        "column": 3,
        "length": 5,
        "field": "methd",
        "message": "The field methd is unknown.",
        "hint": "Did you mean method?",
        "fix": {"line": 3, "column": 3, "length": 5, "text": "method"},
    }
    assert second["file"] is None


def test_sarif_names_rule_level_and_region() -> None:
    (run,) = json.loads(sarif([UNKNOWN, NOWHERE], "1.2.3"))["runs"]

    assert run["tool"]["driver"]["version"] == "1.2.3"
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == ["case.unknown-field", "setting.unknown-key"]
    first, second = run["results"]
    assert first["level"] == "error"
    region = first["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 3, "startColumn": 3, "endColumn": 8}
    assert second["level"] == "warning"
    assert "locations" not in second


def test_junit_reads_as_a_failed_case_for_each_diagnostic() -> None:
    text = junit([UNKNOWN, NOWHERE])

    suites = list(JUnitXml.fromstring(text.encode()))
    assert [(suite.name, suite.failures) for suite in suites] == [("", 1), (FILE, 1)]
    failures = ET.fromstring(text.encode()).findall(".//failure")
    assert failures[1].attrib == {"message": "The field methd is unknown.", "type": "error"}


def test_github_shows_an_annotation_that_no_text_can_break_out_of() -> None:
    hostile = Diagnostic("x.y", Severity.INFO, "100%\n::error::planted", Span("a,b:c.md", 1, 2))

    assert github([UNKNOWN]) == (
        f"::error file={FILE},line=3,col=3,title=case.unknown-field::"
        "The field methd is unknown. Did you mean method?"
    )
    assert github([hostile]) == (
        "::notice file=a%2Cb%3Ac.md,line=1,col=2,title=x.y::100%25%0A::error::planted"
    )


def test_gitlab_distinguishes_a_problem_from_another_one_and_knows_it_after_its_line_moved() -> (
    None
):
    moved = Diagnostic(
        UNKNOWN.code, UNKNOWN.severity, UNKNOWN.message, Span(FILE, 9, 3), field=UNKNOWN.field
    )

    first, second, third = json.loads(gitlab([UNKNOWN, moved, NOWHERE]))

    assert first["location"] == {"path": FILE, "lines": {"begin": 3}}
    assert first["severity"] == "major"
    assert first["fingerprint"] == second["fingerprint"] != third["fingerprint"]


def test_diagnostics_are_sorted_by_file_and_line() -> None:
    later = Diagnostic("x.y", Severity.ERROR, "Later.", Span(FILE, 10, 1))

    assert by_place([later, UNKNOWN, NOWHERE]) == [NOWHERE, UNKNOWN, later]
