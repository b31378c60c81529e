"""`shall record`: the reports of other runners as evidence."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.repository import commit

Shall = Callable[..., Any]
REPORTS = Path(__file__).parent.parent / "specs/junit"
TEXT = "### Requirement 1\n\n" + "".join(f"{n}. A shall do {n}\n" for n in range(1, 7))


@pytest.fixture(autouse=True)
def _requirements(project: Path) -> None:
    write(project, "specs/auth/requirements.md", TEXT)


def write(project: Path, name: str, text: str) -> Path:
    file = project / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    os.utime(file, (1_700_000_000, 1_700_000_000))
    return file


def report(project: Path, name: str) -> str:
    shutil.copyfile(REPORTS / f"{name}.xml", project / "report.xml")
    return "report.xml"


def statuses(shall: Shall) -> dict[str, str]:
    data = json.loads(shall("trace", "--format", "json", "--exit-zero").stdout)
    return {row["key"].removeprefix("auth#1."): row["status"] for row in data["criteria"]}


@pytest.mark.verifies("tracing#7.1", "tracing#7.2", "tracing#7.6")
@pytest.mark.parametrize(
    ("name", "file", "text"),
    [
        ("vitest", "src/login.test.ts", "test()"),
        ("go", "login/login_test.go", "func TestLogin(t *testing.T) {}"),
        ("surefire", "src/test/java/com/example/shop/LoginTest.java", "class LoginTest {}"),
    ],
)
def test_reported_tests_prove_what_they_name_until_their_file_changes(
    shall: Shall, project: Path, name: str, file: str, text: str
) -> None:
    written = write(project, file, text)
    assert shall("record", report(project, name)).returncode == 0
    found = statuses(shall)
    assert [found[it] for it in "1234"] == ["untested", "proved", "failing", "skipped"]
    written.write_text(text + " ")
    assert statuses(shall)["2"] == "stale"
    written.unlink()
    assert statuses(shall)["2"] == "stale"


@pytest.mark.verifies("tracing#7.1", "tracing#7.3")
def test_a_pytest_report_counts_for_properties_and_for_marks(shall: Shall, project: Path) -> None:
    write(
        project,
        "tests/test_login.py",
        'import pytest\n\n\n@pytest.mark.verifies("auth#1.1")\n'
        "def test_marked():\n    assert marked()\n",
    )
    shall("record", report(project, "pytest"), "--format", "json")
    assert list(statuses(shall).values()) == [
        "proved",
        "proved",
        "failing",
        "skipped",
        "untested",  # pytest writes no properties of a test whose setup failed
        "untested",
    ]
    lines = (project / ".shall/evidence").glob("*.jsonl")
    facts = [json.loads(line) for file in lines for line in file.read_text().splitlines()]
    assert {it["source"] for it in facts if it["criterion"] == "auth#1.1"} == {
        "tests/test_login.py::test_marked"
    }


@pytest.mark.verifies("tracing#4.52")
def test_a_test_whose_report_names_no_file_has_no_place(shall: Shall, project: Path) -> None:
    property_ = '<properties><property name="verifies" value="auth#1.1"/></properties>'
    case = f'<testcase name="signs in" classname="login">{property_}</testcase>'
    write(project, "report.xml", f"<testsuite>{case}</testsuite>")
    assert shall("record", "report.xml").returncode == 0

    lines = shall("trace", "--why", "auth#1.1").stdout.splitlines()

    assert lines[2] == "  login::signs in (passed)"


@pytest.mark.verifies("tracing#7.6")
def test_a_reported_test_is_suspect_when_its_criterion_changes(shall: Shall, project: Path) -> None:
    assert shall("record", report(project, "jest"), "--environment", "live").returncode == 0
    assert statuses(shall)["2"] == "proved"
    assert "environment live" in shall("trace", "--why", "auth#1.2").stdout
    write(project, "specs/auth/requirements.md", TEXT.replace("do 2", "not do 2"))
    assert statuses(shall)["2"] == "suspect"


@pytest.mark.verifies("tracing#7.4")
def test_a_report_that_names_no_criterion_is_refused(shall: Shall, project: Path) -> None:
    text = '<testsuite><testcase name="a"/></testsuite>'
    write(project, "report.xml", text)
    ended = shall("record", "report.xml")
    assert (ended.returncode, "No test of 1 names" in ended.stderr) == (1, True)
    assert "or a comment `verifies: KEY` above it." in ended.stderr
    named = '<property name="requirement" value="auth#1.99"/>'
    write(project, "report.xml", text.replace('"a"/>', f'"a">{named}</testcase>'))
    ended = shall("record", "report.xml")
    assert "auth#1.99 is unknown. Did you mean" in ended.stderr
    assert ended.returncode == 1
    assert not (project / ".shall/evidence").exists()


@pytest.mark.verifies("tracing#7.5")
def test_a_file_that_cannot_be_read_is_an_error(shall: Shall) -> None:
    ended = shall("record", "none.xml")
    assert (ended.returncode, "none.xml cannot be read" in ended.stderr) == (2, True)


@pytest.mark.verifies("tracing#7.7")
@pytest.mark.parametrize("newer", ["src/login.test.ts", "specs/auth/requirements.md"])
def test_a_report_says_nothing_about_what_was_written_after_it(
    shall: Shall, project: Path, newer: str
) -> None:
    write(project, "src/login.test.ts", "test()")
    report(project, "vitest")
    os.utime(project / "report.xml", (1_600_000_000, 1_600_000_000))
    for name in ("src/login.test.ts", "specs/auth/requirements.md"):
        seconds = 1_700_000_000 if name == newer else 1_500_000_000
        os.utime(project / name, (seconds, seconds))
    ended = shall("record", "report.xml")
    assert ended.returncode == 1
    assert f"{newer} changed after the report was written" in ended.stderr
    assert "proved" not in statuses(shall).values()


@pytest.mark.verifies("tracing#7.8")
def test_what_a_test_no_longer_names_and_what_is_gone_counts_no_longer(
    shall: Shall, project: Path
) -> None:
    def record(*tests: tuple[str, str], complete: bool = False) -> dict[str, str]:
        cases = "".join(
            f'<testcase classname="c" name="{name}"><properties>'
            f'<property name="requirement" value="{keys}"/></properties></testcase>'
            for name, keys in tests
        )
        write(project, "report.xml", f"<testsuite>{cases}</testsuite>")
        shall("record", "report.xml", *(["--complete"] if complete else []))
        return statuses(shall)

    assert record(("a", "auth#1.1 auth#1.2"), ("b", "auth#1.3"))["2"] == "proved"
    found = record(("a", "auth#1.1"))
    assert [found[it] for it in "123"] == ["proved", "untested", "proved"]
    found = record(("a", "auth#1.1"), complete=True)
    assert [found[it] for it in "123"] == ["proved", "untested", "untested"]
    assert record(("b", "auth#1.3"))["3"] == "proved"


def written_at(
    project: Path, name: str, seconds: int, outcome: str = "", place: str = 'name="a"'
) -> str:
    named = '<properties><property name="requirement" value="auth#1.1"/></properties>'
    text = f"<testsuite><testcase {place}>{named}{outcome}</testcase></testsuite>"
    file = write(project, name, text)
    os.utime(file, (seconds, seconds))
    return name


@pytest.mark.verifies("tracing#7.9")
def test_an_old_report_replaces_no_newer_outcome(shall: Shall, project: Path) -> None:
    old = written_at(project, "old.xml", 1_700_000_100)
    failing = written_at(project, "failing.xml", 1_700_000_200, "<failure/>")
    new = written_at(project, "new.xml", 1_700_000_300)
    shall("record", old)
    shall("record", failing)
    ended = shall("record", old)
    assert (ended.returncode, "newer than the report" in ended.stderr) == (1, True)
    assert statuses(shall)["1"] == "failing"
    assert shall("record", new).returncode == 0
    assert statuses(shall)["1"] == "proved"


@pytest.mark.verifies("tracing#7.3")
def test_a_test_with_mark_and_property_is_one_link(shall: Shall, project: Path) -> None:
    place = 'classname="test_b" name="test_b"'
    test = write(project, "test_b.py", "def test_b():\n    assert marked()\n")
    shall("record", written_at(project, "a.xml", 1_700_000_100, place=place))
    mark = 'import pytest\n@pytest.mark.verifies("auth#1.1")\n'
    write(project, "test_b.py", mark + test.read_text())
    shall("record", written_at(project, "a.xml", 1_700_000_200, place=place))
    assert statuses(shall)["1"] == "proved"


PARAMETRISED = """import pytest


@pytest.mark.verifies("auth#1.1")
@pytest.mark.parametrize("it", ["a", "b"])
def test_p(it):
    assert marked()
"""


def record_sets(
    shall: Shall, project: Path, seconds: int, complete: bool = False, **outcomes: str
) -> Any:
    """Record a report of the parameter sets of a marked test, whatever its outcomes are."""
    cases = "".join(
        f'<testcase classname="test_p" name="test_p[{name}]">{outcome}</testcase>'
        for name, outcome in outcomes.items()
    )
    file = write(project, "sets.xml", f"<testsuite>{cases}</testsuite>")
    os.utime(file, (1_700_000_000 + seconds, 1_700_000_000 + seconds))
    return shall("record", "sets.xml", *(["--complete"] if complete else []))


@pytest.mark.verifies("tracing#7.10")
def test_a_report_of_some_parameter_sets_leaves_the_outcomes_of_the_others(
    shall: Shall, project: Path
) -> None:
    write(project, "test_p.py", PARAMETRISED)
    record_sets(shall, project, 1, a="", b="<failure/>")
    assert statuses(shall)["1"] == "failing"
    partial = record_sets(shall, project, 2, a="")
    assert "test_p.py::test_p[b] (auth#1.1) is not in the report" in partial.stderr
    assert statuses(shall)["1"] == "failing"
    assert "test_p.py::test_p[b] (failed)" in shall("trace", "--why", "auth#1.1").stdout
    assert record_sets(shall, project, 3, b="").stderr == ""
    assert statuses(shall)["1"] == "proved"


@pytest.mark.verifies("tracing#7.10")
def test_a_set_that_did_not_run_since_the_test_changed_is_stale_until_a_complete_report(
    shall: Shall, project: Path
) -> None:
    write(project, "test_p.py", PARAMETRISED)
    record_sets(shall, project, 1, a="", b="")
    write(project, "test_p.py", PARAMETRISED.replace('"b"', '"c"'))
    record_sets(shall, project, 2, a="", c="")
    assert statuses(shall)["1"] == "stale"
    record_sets(shall, project, 3, complete=True, a="", c="")
    assert statuses(shall)["1"] == "proved"


@pytest.mark.verifies("tracing#7.19")
@pytest.mark.parametrize("more", ["", '@pytest.mark.parametrize("n", argvalues=(1,))\n'])
def test_some_of_the_parameter_sets_of_a_test_prove_nothing(
    shall: Shall, project: Path, more: str
) -> None:
    write(project, "test_p.py", PARAMETRISED.replace("def test_p(", f"{more}def test_p("))
    first = record_sets(shall, project, 1, a="")
    assert "test_p.py::test_p is not proof yet: 1 of its 2 parameter sets" in first.stderr
    assert statuses(shall)["1"] == "not run"
    assert record_sets(shall, project, 2, b="").stderr == ""
    assert statuses(shall)["1"] == "proved"


@pytest.mark.verifies("tracing#7.19")
def test_parameter_sets_that_are_computed_are_not_counted(shall: Shall, project: Path) -> None:
    write(project, "test_p.py", PARAMETRISED.replace('["a", "b"]', '["a", *others()]'))
    record_sets(shall, project, 1, a="")
    assert statuses(shall)["1"] == "proved"


@pytest.mark.verifies("tracing#7.10")
def test_sets_and_the_test_as_a_whole_replace_each_other_by_time(
    shall: Shall, project: Path
) -> None:
    write(project, "test_p.py", PARAMETRISED)
    whole = 'classname="test_p" name="test_p"'
    record_sets(shall, project, 1, a="", b="<failure/>")
    shall("record", written_at(project, "w.xml", 1_700_000_002, place=whole))
    assert statuses(shall)["1"] == "proved"
    record_sets(shall, project, 3, b="<failure/>")  # as before the whole test passed
    assert statuses(shall)["1"] == "failing"
    shall("record", written_at(project, "w.xml", 1_700_000_004, place=whole))
    assert statuses(shall)["1"] == "proved"
    shall("record", written_at(project, "w.xml", 1_700_000_005, "<failure/>", place=whole))
    record_sets(shall, project, 6, a="", b="")
    assert statuses(shall)["1"] == "failing"
    record_sets(shall, project, 7, complete=True, a="", b="")
    assert statuses(shall)["1"] == "proved"


def named(name: str, *keys: str, outcome: str = "") -> str:
    properties = "".join(f'<property name="requirement" value="{key}"/>' for key in keys)
    return (
        f'<testcase classname="test_q" name="{name}">'
        f"<properties>{properties}</properties>{outcome}</testcase>"
    )


def record_cases(shall: Shall, project: Path, seconds: int, *cases: str, **options: str) -> Any:
    file = write(project, "cases.xml", f"<testsuite>{''.join(cases)}</testsuite>")
    os.utime(file, (1_700_000_000 + seconds, 1_700_000_000 + seconds))
    return shall("record", "cases.xml", *(f"--{key}={it}" for key, it in options.items()))


@pytest.mark.verifies("tracing#7.11")
def test_a_test_that_ended_before_it_named_its_criteria_counts_for_them(
    shall: Shall, project: Path
) -> None:
    write(project, "test_q.py", "def test_q(): ...\n")
    broken = named("test_q[a]", outcome="<error/>")  # pytest: its setup failed
    record_cases(shall, project, 1, broken, named("test_q[b]", "auth#1.1"))
    assert statuses(shall)["1"] == "failing"
    record_cases(shall, project, 2, named("test_q[a]", "auth#1.1"))
    assert statuses(shall)["1"] == "proved"
    record_cases(shall, project, 3, named("test_q[b]", outcome="<failure/>"))
    assert statuses(shall)["1"] == "failing"


@pytest.mark.verifies("tracing#7.12")
def test_a_complete_report_ends_nothing_of_another_environment_and_nothing_newer(
    shall: Shall, project: Path
) -> None:
    failed = named("test_a", "auth#1.1", outcome="<failure/>")
    passed = named("test_b", "auth#1.1")
    record_cases(shall, project, 2, failed, passed, environment="staging")
    record_cases(shall, project, 3, passed, environment="live")
    shall("record", "cases.xml", "--environment", "live", "--complete")
    assert statuses(shall)["1"] == "failing"
    record_cases(shall, project, 1, passed, environment="staging")
    shall("record", "cases.xml", "--environment", "staging", "--complete")
    assert statuses(shall)["1"] == "failing"
    record_cases(shall, project, 4, passed, environment="staging")
    shall("record", "cases.xml", "--environment", "staging", "--complete")
    assert statuses(shall)["1"] == "proved"


BEGAN = "2023-11-14T22:15:00+00:00"  # 1_700_000_100


@pytest.mark.verifies("tracing#7.13")
def test_a_copy_of_a_report_is_as_old_as_its_tests(shall: Shall, project: Path) -> None:
    test = write(project, "test_q.py", "def test_q(): ...\n")
    cases = named("test_q", "auth#1.1")
    began = f'<testsuite timestamp="{BEGAN}">{cases}</testsuite>'
    (project / "copy.xml").write_text(began)
    assert shall("record", "copy.xml").returncode == 0
    record_cases(shall, project, 200, named("test_q", "auth#1.1", outcome="<failure/>"))
    ended = shall("record", "copy.xml")
    assert (ended.returncode, "newer than the report" in ended.stderr) == (1, True)
    os.utime(test, (1_700_000_150, 1_700_000_150))
    ended = shall("record", "copy.xml")
    assert (ended.returncode, "test_q.py changed after" in ended.stderr) == (1, True)
    assert statuses(shall)["1"] == "failing"


@pytest.mark.verifies("tracing#7.14")
def test_a_report_is_recorded_where_its_commit_was_checked_out_again(
    shall: Shall, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = write(project, "test_q.py", "def test_q(): ...\n")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "1700000050 +0000")
    commit(project)
    os.utime(test, (1_700_000_150, 1_700_000_150))
    report = f'<testsuite timestamp="{BEGAN}">{named("test_q", "auth#1.1")}</testsuite>'
    (project / "copy.xml").write_text(report)
    assert shall("record", "copy.xml").returncode == 0
    test.write_text("def test_q(): pass\n")
    os.utime(test, (1_700_000_150, 1_700_000_150))
    assert shall("record", "copy.xml").returncode == 1
    monkeypatch.setenv("GIT_COMMITTER_DATE", "1700000160 +0000")
    commit(project)
    assert shall("record", "copy.xml").returncode == 1


@pytest.mark.verifies("tracing#7.15")
def test_a_marked_test_that_failed_in_one_environment_is_not_proved_by_another(
    shall: Shall, project: Path
) -> None:
    write(project, "test_p.py", PARAMETRISED)
    whole = 'classname="test_p" name="test_p"'
    failed = written_at(project, "w.xml", 1_700_000_001, "<failure/>", place=whole)
    shall("record", failed, "--environment", "staging")
    passed = written_at(project, "w.xml", 1_700_000_002, place=whole)
    shall("record", passed, "--environment", "live", "--complete")
    assert statuses(shall)["1"] == "failing"
    filtered = shall("trace", "--environment", "live", "--format", "csv", "--exit-zero").stdout
    assert "auth#1.1,proved" in filtered
    shall("record", passed, "--environment", "staging")
    assert statuses(shall)["1"] == "proved"


COMMENTED = {
    "src/login.test.ts": (
        'describe("Login", () => {\n  // verifies: auth#1.1\n  it("refuses", () => {\n  });\n'
        "  // verifies: auth#1.2\n  it(`locks`, () => {});\n"
        '  // verifies: auth#1.3\n  it("is quick", () => {});\n});\n'
    ),
    "auth/src/lock.rs": "// verifies: auth#1.4\n#[test]\nfn locks() {}\n",
    "Shop.Tests/LoginTests.cs": "// verifies: auth#1.5\n[Theory]\npublic void Adds(int n) {}\n",
    "b_test.go": "// verifies: auth#1.6\nfunc TestB(t *testing.T) {}\n",
}
REPORTED = """<testsuites>
<testcase classname="src/login.test.ts" name="Login &gt; refuses"/>
<testcase classname="src/login.test.ts" name="Login &gt; locks"><failure/></testcase>
<testcase classname="auth" name="lock::tests::locks"/>
<testcase classname="Shop.LoginTests" name="Adds(n: 1)"/>
<testcase classname="Shop.LoginTests" name="Adds(n: 2)">{}</testcase>
</testsuites>"""


@pytest.mark.verifies("tracing#7.16", "tracing#7.18")
def test_tests_with_comments_prove_criteria_where_a_report_lists_them(
    shall: Shall, project: Path
) -> None:
    for file, text in COMMENTED.items():
        write(project, file, text)
    assert set(statuses(shall).values()) == {"not run"}
    (project / "report.xml").write_text(REPORTED.format("<failure/>"))
    recorded = shall("record", "report.xml")
    assert (
        "The report has no test src/login.test.ts::Login > is quick, so the comments at it are not"
        " proof." in recorded.stderr
    )
    assert list(statuses(shall).values()) == [
        *("proved", "failing", "not run", "proved", "failing", "not run")
    ]
    (project / "report.xml").write_text(REPORTED.format(""))
    shall("record", "report.xml")
    assert statuses(shall)["5"] == "proved"
    write(project, "src/login.test.ts", COMMENTED["src/login.test.ts"] + "\n")
    assert statuses(shall)["1"] == "stale"


@pytest.mark.verifies("tracing#7.8")
def test_a_test_whose_comment_is_gone_counts_no_longer(shall: Shall, project: Path) -> None:
    file, text = "auth/src/lock.rs", COMMENTED["auth/src/lock.rs"]
    write(project, file, text)
    (project / "report.xml").write_text(REPORTED.format(""))
    shall("record", "report.xml")
    assert statuses(shall)["4"] == "proved"
    write(project, file, text.replace("1.4", "1.3"))
    shall("record", "report.xml")
    assert [statuses(shall)[it] for it in "34"] == ["proved", "untested"]


@pytest.mark.verifies("tracing#6.5", "tracing#7.16")
def test_a_comment_at_a_test_is_reported_once_where_its_spec_kit_folder_was_renamed(
    shall: Shall, project: Path
) -> None:
    spec = "## Requirements\n\n### Functional Requirements\n\n- **FR-001**: System MUST ring\n"
    write(project, "specs/001-bell/spec.md", spec)
    write(project, "b_test.go", "// verifies: 001-bell#FR-001\nfunc TestB(t *testing.T) {}\n")
    (project / "report.xml").write_text(
        '<testsuites><testcase classname="b" name="TestB"/></testsuites>'
    )
    shall("record", "report.xml")
    (project / "specs/001-bell").rename(project / "specs/002-bell")
    shown = shall("trace", "--exit-zero")
    assert (shown.stdout + shown.stderr).count("001-bell#FR-001, which is unknown") == 1
    moved = shall("link", "--moved")
    assert moved.returncode == 1
    assert "Write 002-bell#FR-001 instead of 001-bell#FR-001 in the test b_test.go::TestB." in (
        moved.stderr
    )
