"""JUnit XML as runners write it: what each test said, and nothing that it did not."""

from pathlib import Path

import pytest

from shall.errors import BadValue
from shall.specs.junit import read_junit
from shall.specs.reader import join_features, read_document
from shall.specs.test_names import keys_in, scenarios_by_title, scenarios_in

REPORTS = Path(__file__).parent / "junit"
DOCUMENT = "".join(f"### Requirement {n}\n\n1. A shall b{n}\n2. A shall c{n}\n" for n in (1, 12))
SPECS = join_features([read_document(DOCUMENT, "specs/auth/requirements.md", "auth")])
KNOWN = {it.key: it for it in SPECS.criteria()}


@pytest.mark.verifies("tracing#7.1", "tracing#7.2")
@pytest.mark.parametrize(
    ("name", "outcomes"),
    [
        ("pytest", ["passed", "passed", "passed", "failed", "skipped", "error", "skipped"]),
        ("vitest", ["passed", "failed", "skipped", "skipped"]),
        ("jest", ["passed", "failed", "skipped"]),
        ("go", ["passed", "failed", "passed", "skipped"]),
        ("surefire", ["passed", "failed", "skipped", "error"]),
    ],
)
def test_the_reports_of_known_runners_are_read(name: str, outcomes: list[str]) -> None:
    tests = read_junit((REPORTS / f"{name}.xml").read_bytes(), name)
    assert [test.outcome for test in tests] == outcomes


@pytest.mark.verifies("tracing#7.1")
def test_criteria_are_read_from_properties_of_tests_and_suites() -> None:
    report = b"""<testsuites><testsuite name="s">
      <properties><property name="requirement">a#1</property></properties>
      <testcase name="one"><properties>
        <property name="verifies" value="a#2, a#3"/><property name="author" value="a#9"/>
      </properties></testcase>
      <testsuite><testcase name="two" status="notrun" file="a.ts"/></testsuite>
    </testsuite><testsuite><testcase name="three"/></testsuite></testsuites>"""
    one, two, three = read_junit(report, "r.xml")
    assert (one.criteria, two.criteria, three.criteria) == (("a#1", "a#2", "a#3"), ("a#1",), ())
    assert (two.outcome, two.file) == ("skipped", "a.ts")


@pytest.mark.verifies("tracing#7.2")
@pytest.mark.parametrize(
    ("written", "outcome"),
    [
        ('<testcase name="a" status="Failed"/>', "failed"),
        ('<testcase name="a" result="failure"/>', "failed"),
        ('<testcase name="a" status="timeout"/>', "error"),
        ('<testcase name="a"><Error/></testcase>', "error"),
        ('<testcase name="a"><attempt><failure/></attempt></testcase>', "failed"),
        ('<testcase name="a" status="run" result="completed"/>', "passed"),
    ],
)
def test_a_failure_is_known_however_it_is_written(written: str, outcome: str) -> None:
    (test,) = read_junit(f"<testsuite>{written}</testsuite>".encode(), "r.xml")
    assert test.outcome == outcome


@pytest.mark.verifies("tracing#7.5")
@pytest.mark.parametrize(
    ("report", "said"),
    [
        (b"", "is not XML"),
        (b"<testsuite><testcase>", "is not XML"),
        (b"<html/>", "its root is html"),
        (b"<!DOCTYPE x><testsuite/>", "document type"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><testsuite name="&a;"/>', "document type"),
        (b'<?xml version="1.0" encoding="nope"?><testsuite/>', "is not XML"),
        (b"<testsuite>" * 200 + b"</testsuite>" * 200, "levels of nested elements"),
    ],
)
def test_what_is_no_report_is_refused(report: bytes, said: str) -> None:
    with pytest.raises(BadValue, match=said):
        read_junit(report, "r.xml")


@pytest.mark.verifies("tracing#7.1", "tracing#7.2")
@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("login > refuses [auth#1.2]", ["auth#1.2"]),
        ("auth#1.1: opens, auth#12.1. Then closes", ["auth#1.1", "auth#12.1"]),
        ("TestLogin/auth#1.2_wrong_password", ["auth#1.2"]),
        ("TestLogin/a#01", []),
        ("auth#1.23", []),
        ("auth#1.2.3", []),
        ("auth#1.2-b", []),
        ("xauth#1.2 and x-auth#1.2", []),
        ("bug #1.2", []),
        ("验证 auth#1.2：通过", ["auth#1.2"]),
    ],
)
def test_a_name_names_a_criterion_by_its_whole_key_only(name: str, keys: list[str]) -> None:
    assert [it.key for it in keys_in(name, KNOWN)] == keys


@pytest.mark.verifies("tracing#7.1")
def test_a_title_names_a_scenario_only_where_it_cannot_mean_another() -> None:
    spec = "## Requirements\n### Requirement: {}\nA SHALL b.\n{}"
    scenario = "#### Scenario: {}\n- **WHEN** a\n- **THEN** b\n"
    first = spec.format("Login", scenario.format("Wrong password is refused"))
    first += scenario.format("Success") + scenario.format("Both have this title")
    second = spec.format("Cart", scenario.format("Both have this title"))
    specs = join_features(
        [
            read_document(first, "openspec/specs/auth/spec.md", "auth"),
            read_document(second, "openspec/specs/cart/spec.md", "cart"),
        ]
    )
    scenarios = scenarios_by_title(specs.criteria())

    def named(name: str) -> list[str]:
        return [it.key for it in scenarios_in(name, scenarios)]

    assert named("auth > wrong password is refused") == ["auth#login/wrong-password-is-refused"]
    assert named("TestAuth/Wrong_password_is_refused") == ["auth#login/wrong-password-is-refused"]
    assert named("cart > success") == []
    assert named("login > success") == ["auth#login/success"]
    assert named("both have this title") == []
    assert named("wrong password is refused twice") == []
