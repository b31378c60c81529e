import csv
import io
import json
from datetime import UTC, datetime

import pytest

from shall.diagnostics import Diagnostic, Severity
from shall.span import Span
from shall.specs.export import summary, to_chain, to_csv, to_json, to_markdown, to_text
from shall.specs.matrix import Matrix, build_matrix, resolve
from shall.specs.model import Link, LinkKind, SpecSet
from shall.specs.reader import join_features, read_document
from shall.specs.status import Latest, Status

DOCUMENT = """### Requirement 1
1. THE API SHALL sing | dance
2. THE API SHALL count
3. =THE API SHALL <b>sleep</b>
4. THE API SHALL wait
5. THE API SHALL skip
"""


def specs(*names: str) -> SpecSet:
    return join_features(
        [read_document(DOCUMENT, f"specs/{name}/requirements.md", name) for name in names]
    )


def link(criterion: str, source: str) -> Link:
    return Link(criterion, LinkKind.CASE, source, Span(source, 4))


def latest(criterion: str, source: str, outcome: str = "passed", run_id: str = "run-1") -> Latest:
    """An outcome for the criterion as it is now."""
    known = {it.key: it.fingerprint for it in specs("auth", "cart").criteria()}
    return Latest(criterion, source, outcome, run_id, known.get(criterion, "f"), "")


@pytest.fixture
def matrix() -> Matrix:
    links = [
        link("auth#1.1", "a.yaml"),
        link("auth#1.1", "b.yaml"),
        link("auth#1.2", "a.yaml"),
        link("auth#1.2", "c.yaml"),
        link("auth#1.4", "d.yaml"),
        link("auth#1.5", "e.yaml"),
        link("auth#1.99", "a.yaml"),
    ]
    outcomes = [
        latest("auth#1.1", "a.yaml"),
        latest("auth#1.1", "b.yaml"),
        latest("auth#1.2", "a.yaml"),
        latest("auth#1.2", "c.yaml", "error", "run-2"),
        latest("auth#1.5", "e.yaml", "skipped", "run-2"),
        latest("auth#1.4", "gone.yaml", "passed", "run-2"),
    ]
    return build_matrix(specs("auth"), links, outcomes)


@pytest.mark.verifies("tracing#2.1")
def test_a_criterion_stands_where_its_latest_outcomes_put_it(matrix: Matrix) -> None:
    statuses = [row.status for row in matrix.rows]
    assert statuses == [
        Status.PROVED,
        Status.FAILING,
        Status.UNTESTED,
        Status.NOT_RUN,
        Status.SKIPPED,
    ]
    assert matrix.rows[0].links[0].run_id == "run-1"
    assert matrix.rows[3].links[0].outcome is None
    counted = {"proved": 1, "failing": 1, "not run": 1, "skipped": 1, "untested": 1}
    assert {status: count for status, count in matrix.counts().items() if count} == counted
    assert matrix.proved_percent == 20.0
    assert Matrix(()).proved_percent == 0.0


@pytest.mark.verifies("tracing#2.2")
def test_a_link_to_nothing_is_named_with_near_keys(matrix: Matrix) -> None:
    [unknown] = matrix.unknown
    assert unknown.link.criterion == "auth#1.99"
    assert "auth#1.5" in unknown.candidates


@pytest.mark.verifies("tracing#2.6")
def test_a_bare_id_counts_only_where_one_feature_has_it() -> None:
    one = build_matrix(specs("auth"), [link("1.2", "a.yaml")], [latest("auth#1.2", "a.yaml")])
    assert one.rows[1].status is Status.PROVED
    two = build_matrix(specs("auth", "cart"), [link("1.2", "a.yaml")], [])
    assert two.unknown[0].candidates == ("auth#1.2", "cart#1.2")
    assert set(resolve(specs("auth"))) >= {"auth#1.1", "1.1"}
    assert "1.1" not in resolve(specs("auth", "cart"))


@pytest.mark.verifies("tracing#2.3")
def test_every_form_shows_the_same(matrix: Matrix) -> None:
    data = to_json(matrix)
    assert json.loads(json.dumps(data)) == data
    assert data["format"] == 1
    assert data["criteria"][1]["status"] == "failing"
    shown = data["criteria"][0]["links"][0]
    assert shown["source"] == "a.yaml"
    assert shown["outcome"] == "passed"
    assert shown["run_id"] == "run-1"
    assert shown["status"] == "proved"
    rows = list(csv.DictReader(io.StringIO(to_csv(matrix))))
    assert [row["status"] for row in rows if row["criterion"] == "auth#1.1"] == ["proved", "proved"]
    assert next(row for row in rows if row["criterion"] == "auth#1.3")["text"].startswith("'=")
    markdown = to_markdown(matrix)
    assert "sing \\| dance" in markdown
    assert "&lt;b>sleep" in markdown
    assert "1 proved, 1 failing, 1 skipped, 1 not run, 1 untested (20 % proved)" in markdown


@pytest.mark.verifies("tracing#2.3")
def test_characters_that_reorder_a_line_are_escaped_in_csv() -> None:
    text = "# Requirement 1\n1. The service SHALL \u202enimda\u202c greet"
    document = read_document(text, "specs/a/requirements.md", "a")
    shown = to_csv(build_matrix(join_features([document]), [], []))
    assert r"SHALL \u202enimda\u202c greet" in shown


@pytest.mark.verifies("tracing#2.7")
def test_the_terminal_shows_a_text_without_its_markup() -> None:
    text = "# Requirement 1\n1. **Given** a `free_copy`, *when* [lent](#l), **Then** it SHALL go"
    document = read_document(text, "specs/a/requirements.md", "a")
    matrix = build_matrix(join_features([document]), [], [])
    shown = "Given a free_copy, when lent, Then it SHALL go"
    assert to_text(matrix).splitlines()[0].endswith(f"  {shown}")
    assert f"  {shown}\n" in f"{to_chain(matrix.rows[0], datetime.now(UTC))}\n"


@pytest.mark.verifies("tracing#2.3")
def test_the_terminal_shows_a_line_a_criterion_and_what_needs_a_look(matrix: Matrix) -> None:
    text = to_text(matrix, 60)
    assert "\033" not in text
    assert all(len(line) <= 60 for line in text.splitlines()[:7])
    assert "✗ failing" in text
    assert "c.yaml (error)" in text
    assert "a.yaml:4:1: a.yaml verifies auth#1.99, which is unknown. Did you mean auth#1.5" in text
    assert text.splitlines()[-1].startswith("5 criteria:")
    assert "\033[31m" in to_text(matrix, 60, colour=True)


@pytest.mark.repeats
def test_a_percentage_is_never_rounded_up_to_all() -> None:
    text = "### Requirement 1\n" + "".join(f"{n}. A shall b\n" for n in range(1, 2501))
    passed = [(f"x#1.{n}", "a.yaml") for n in range(1, 2500)]
    document = join_features([read_document(text, "f", "x")])
    fingerprints = {it.key: it.fingerprint for it in document.criteria()}
    built = build_matrix(
        document,
        [link(*names) for names in passed],
        [Latest(*names, "passed", "r", fingerprints[names[0]], "") for names in passed],
    )
    assert built.counts()["untested"] == 1
    assert to_json(built)["proved_percent"] == 99.9
    assert "(99 % proved)" in summary(built)


def test_wide_characters_take_two_columns() -> None:
    document = read_document(f"1. THE API SHALL {'答' * 100}\n", "f", "x")
    line = to_text(build_matrix(join_features([document]), [], []), 60).splitlines()[0]
    assert line.endswith("答…")
    assert len(line) + line.count("答") <= 60


def test_nothing_of_a_document_or_test_paints_the_terminal() -> None:
    document = read_document("A shall b", "f", "\033[31m")
    named = link("x\033[2J", "a\033.yaml")
    assert "\033" not in to_text(build_matrix(join_features([document]), [named], []))


def test_problems_are_reported_and_control_characters_shown() -> None:
    problem = Diagnostic("link.not-python", Severity.ERROR, "This is not Python.", Span("t.py", 1))
    text = to_text(Matrix((), (), (problem,)))
    assert "t.py:1:1" in text
    bell = read_document("### Requirement 1\n\n1. The API shall \x07 ring\n", "f", "x")
    assert "\x07" not in to_text(build_matrix(join_features([bell]), [], []))
    assert to_json(Matrix((), (), (problem,)))["problems"][0]["file"] == "t.py"
