"""What each rule about cases reports, and what it does not."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from shall.actions.lint import CODES
from shall.case_lint.checker import lint_cases
from shall.case_lint.manual import page
from shall.case_lint.rules import RULES
from shall.cases.reader import read_case
from shall.diagnostics import Diagnostic
from shall.rules import LintOptions
from shall.specs.lint.checker import chosen
from shall.specs.lint.rule import Rule
from shall.specs.lint.rules import RULES as RULES_OF_SPECS


def check(*texts: str, language: str = "en", **options: object) -> list[Diagnostic]:
    """Return the findings of cases; each is the text below ``name``."""
    files = {f"tests/cases/{at}.yaml": _file(text) for at, text in enumerate(texts)}
    cases = {file: read_case(text, file) for file, text in files.items()}
    choice = chosen(LintOptions(**options), (*RULES_OF_SPECS, *RULES))  # type: ignore[arg-type]
    return list(lint_cases(cases, files, choice, CODES, language))


def _file(text: str) -> str:
    return "testcase:\n  name: a\n" + "".join(f"  {it}\n" for it in text.rstrip().split("\n"))


def found(*texts: str, **options: object) -> list[tuple[str, int]]:
    """Return code and line of each finding."""
    return [(it.code, it.span.line) for it in check(*texts, **options) if it.span]  # type: ignore[arg-type]


@pytest.mark.verifies("lint#5.1")
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_the_bad_example_breaks_its_rule_alone_and_the_good_one_none(rule: Rule) -> None:
    times = 3 if rule.code == "C203" else 1
    [bad], [good] = rule.bad, rule.good
    assert {it.code for it in check(*[bad] * times)} == {rule.code}
    assert check(*[good] * times) == []


OK = "expect: {status: 200}"


@pytest.mark.verifies("lint#5.1")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"steps:\n  - POST: /a\n    delay: 1 s\n    {OK}\n", [("C202", 5)]),
        (f"steps:\n  - GET: https://a.example.com/b\n    {OK}\n", [("C204", 4)]),
        (f"host: http://127.0.0.1:8000\nsteps:\n  - GET: /b\n    {OK}\n", []),
        (f'host: "{{{{ Global.host }}}}"\nsteps:\n  - GET: /b\n    {OK}\n', []),
        (f"variables: {{password: planted}}\nsteps:\n  - GET: /b\n    {OK}\n", [("C205", 3)]),
        (f"steps:\n  - GET: /b\n    headers: {{X-Api-Key: planted}}\n    {OK}\n", [("C205", 5)]),
        (f"steps:\n  - GET: /b?t=ghp_planted0planted0planted0\n    {OK}\n", [("C205", 4)]),
        (f"steps:\n  - POST: /login\n    json: {{password: wrong}}\n    {OK}\n", []),
        ("skip: later\nsteps:\n  - GET: /b\n", []),
    ],
)
def test_a_finding_has_the_line_of_what_it_is_about(
    text: str, expected: list[tuple[str, int]]
) -> None:
    assert found(text) == expected


@pytest.mark.verifies("lint#5.1")
def test_a_login_is_reported_once_from_the_third_case_on() -> None:
    login = f"steps:\n  - POST: /login\n    json: {{user: ann}}\n  - GET: /a\n    {OK}\n"
    other = login.replace("ann", "bob")
    assert found(login, login, other) == []
    [finding] = check(login, login, other, login)
    assert (str(finding.span), finding.message) == (
        "tests/cases/0.yaml:4:7",
        "3 cases sign in with this step.",
    )


DRAFT = """\
draft: true
variables: {id: "TODO: of an order that is there"}
steps:
  - POST: /a
    json: {title: TODO, rows: [{a: "TODO:"}], kind: TODOS}
    expect: {body: {contains: "TODO: what it holds"}}
"""


@pytest.mark.verifies("generate#1.4", "generate#1.5")
def test_what_is_left_to_fill_in_is_reported_at_its_line() -> None:
    messages = [(it.code, it.span.line, it.message) for it in check(DRAFT) if it.span]
    assert messages == [
        ("C206", 4, "This is to be filled in: of an order that is there"),
        ("C206", 7, "This is to be filled in: steps[0].json.title"),
        ("C206", 7, "This is to be filled in: steps[0].json.rows[0].a"),
        ("C206", 8, "This is to be filled in: what it holds"),
    ]
    assert found(DRAFT.replace("draft: true\n", "")) == [("C206", 3), ("C206", 7)]
    assert found(f"draft: true\nsteps:\n  - GET: /a\n    {OK}\n") == [("C207", 3)]
    assert found(f"steps:\n  - POST: /a\n    json: {{state: TODO}}\n    {OK}\n") == []


@pytest.mark.verifies("lint#5.2")
def test_a_comment_silences_a_rule_for_its_line_the_next_one_or_the_file() -> None:
    delay = f"steps:\n  - GET: /a\n    delay: 1 s\n    {OK}\n"

    def behind(comment: str) -> list[tuple[str, int]]:
        return found(delay.replace("1 s", f"1 s  # shall: {comment}"))

    assert behind("ignore C202 the service is slow") == []
    above = delay.replace("    delay", "    # shall: ignore fixed-delay slow\n    delay")
    assert found(above) == []
    assert found(f"# shall: ignore-file C202 slow\n{delay}") == []
    assert behind("ignore C204 slow") == [("C202", 5), ("S191", 5)]
    assert behind("ignore C202") == [("S193", 5)]
    assert behind("ignore C299 slow") == [("C202", 5), ("S192", 5)]


@pytest.mark.verifies("lint#5.2")
@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"select": ("C201",)}, []),
        ({"select": ("C2",)}, ["warning"]),
        ({"ignore": ("fixed-delay",)}, []),
        ({"severity": {"C202": "error"}}, ["error"]),
        ({"per_file": {"tests/cases/**": ("C202",)}}, []),
    ],
)
def test_the_settings_choose_the_rules(options: Mapping[str, object], expected: list[str]) -> None:
    text = f"steps:\n  - GET: /a\n    delay: 1 s\n    {OK}\n"
    assert [it.severity.value for it in check(text, **options)] == expected  # type: ignore[arg-type]


@pytest.mark.verifies("lint#5.6")
def test_cases_that_end_with_the_login_do_not_repeat_it() -> None:
    login = f"steps:\n  - POST: /login\n    json: {{user: ann}}\n    {OK}\n"
    further = f"{login}  - GET: /a\n    {OK}\n"
    assert found(login, login, further, further) == []
    [finding] = check(login, further, further, further)
    assert finding.span is not None and finding.span.file == "tests/cases/1.yaml"


@pytest.mark.verifies("lint#5.7")
@pytest.mark.parametrize(
    ("header", "codes"),
    [
        ("Authorization: Bearer xxxxx", []),
        ("Authorization: Bearer <your token>", []),
        ("Authorization: Bearer planted-1", ["C205"]),
        ('Authorization: "1111"', ["C205"]),
        ("X-Api-Key: placeholder", []),
        ('Cookie: "theme=dark; shop-cookie-2=abc"', []),
        ('Cookie: "theme=dark; session={{ id }}"', []),
        ('Cookie: "theme=dark; session=planted-1"', ["C205"]),
    ],
)
def test_placeholders_and_plain_cookies_are_no_secrets(header: str, codes: list[str]) -> None:
    text = f"steps:\n  - GET: /b\n    headers: {{{header}}}\n    {OK}\n"
    assert [it.code for it in check(text)] == codes


@pytest.mark.verifies("lint#5.1")
def test_findings_are_in_the_language_that_is_asked_for() -> None:
    [finding] = check("steps:\n  - GET: /b\n", language="zh")
    assert "expect" in finding.hint
    assert finding.message == "用例只检查状态码是否低于 400。"


@pytest.mark.verifies("lint#5.3")
def test_the_page_describes_the_rules_as_they_are() -> None:
    file = Path(__file__).parents[2] / "docs/reference/case-lint-rules.md"
    assert file.read_text("utf-8") == page(), "write it anew: shall.case_lint.manual.page()"
