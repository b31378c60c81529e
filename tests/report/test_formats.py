"""The formats of a run that other programs read."""

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from lxml import etree
from markdown_it import MarkdownIt

from shall.diagnostics.formats import written
from shall.report.allure import allure_files
from shall.report.annotations import diagnostics_of
from shall.report.junit import junit_xml
from shall.report.markdown import markdown
from shall.report.ndjson import EventLines, ndjson_lines
from shall.report.tap import tap_lines
from shall.results.encoding import case_from_json
from shall.results.events import CaseFinished, CaseStarted
from shall.results.records import Outcome, Position, RunResult

HERE = Path(__file__).parent
Golden = Callable[[str, str], None]
Make = Callable[..., Any]

HOSTILE = "<img src=x>|`@ada` # ]]> \x1b[31m\u202e\n::error::x\ud800"


@pytest.fixture
def hostile(make_run: Callable[..., RunResult], make_failing: Make, make_check: Make) -> RunResult:
    return make_run(make_failing(make_check(HOSTILE, 1), name=HOSTILE, tags=(HOSTILE,)))


@pytest.mark.verifies("reports#1.4")
def test_the_junit_report_is_valid_by_a_schema(sample: RunResult, hostile: RunResult) -> None:
    schema = etree.XMLSchema(etree.parse(HERE / "junit.xsd"))

    for run in (sample, hostile):
        schema.assertValid(etree.fromstring(junit_xml(run).encode()))


@pytest.mark.verifies("reports#3.1")
def test_allure_results_are_valid_by_its_format(sample: RunResult, hostile: RunResult) -> None:
    schema = json.loads((HERE / "allure-result.schema.json").read_text())
    validator = jsonschema_rs.validator_for(schema)

    for run in (sample, hostile):
        files = dict(allure_files(run))
        results = [json.loads(it) for name, it in files.items() if name.endswith("-result.json")]
        assert len(results) == len(run.cases)
        for result in results:
            validator.validate(result)
            for source in sources(result):
                assert files[source]


def sources(part: dict[str, Any]) -> list[str]:
    found = [it["source"] for it in part.get("attachments", ())]
    return found + [source for step in part["steps"] for source in sources({"steps": [], **step})]


@pytest.mark.verifies("reports#3.1")
def test_allure_shows_what_a_case_verifies_its_steps_and_what_was_sent(sample: RunResult) -> None:
    files = dict(allure_files(sample))
    results = [json.loads(it) for name, it in files.items() if name.endswith("-result.json")]
    [failed] = [it for it in results if it["status"] == "failed"]

    assert {"name": "story", "value": "users#1.2"} in failed["labels"]
    assert failed["stop"] - failed["start"] == 42
    [step] = failed["steps"]
    assert [it["status"] for it in step["steps"]].count("failed") >= 1
    texts = {it["name"]: files[it["source"]] for it in step["attachments"]}
    assert texts["Request"].startswith("POST http://shop.test/login\nContent-Type: ")
    assert '"roles":["user"]' in texts["Response"]
    assert texts["curl"].startswith("curl http://shop.test/login ")


@pytest.mark.verifies("reports#3.1")
def test_allure_compares_a_case_with_its_earlier_runs(sample: RunResult, make_run: Make) -> None:
    def ids(run: RunResult) -> list[tuple[str, str]]:
        texts = (it for name, it in allure_files(run) if name.endswith("-result.json"))
        return [(data["historyId"], data["uuid"]) for data in map(json.loads, texts)]

    again = make_run(*sample.cases, run_id="r2")

    assert [history for history, _ in ids(sample)] == [history for history, _ in ids(again)]
    assert not {name for _, name in ids(sample)} & {name for _, name in ids(again)}


@pytest.mark.verifies("reports#3.2")
def test_tap_reads_as_the_golden_file(sample: RunResult, golden: Golden) -> None:
    golden("run.tap", "".join(tap_lines(sample)))


@pytest.mark.verifies("reports#1.6", "reports#3.2")
def test_no_text_of_a_case_adds_a_line_to_tap(hostile: RunResult) -> None:
    lines = "".join(tap_lines(hostile)).splitlines()

    assert [line for line in lines if not line.startswith("  ")][:2] == ["TAP version 14", "1..1"]
    assert len([line for line in lines if re.match("(not )?ok ", line)]) == 1
    assert " # " not in lines[2]


@pytest.mark.verifies("reports#3.3")
def test_markdown_reads_as_the_golden_file(sample: RunResult, golden: Golden) -> None:
    golden("run.md", markdown(sample))


@pytest.mark.verifies("reports#1.6", "reports#3.3")
def test_no_text_of_a_case_becomes_markup_of_markdown(hostile: RunResult) -> None:
    html = MarkdownIt("commonmark").enable("table").render(markdown(hostile))

    assert "<img" not in html
    assert "<code>@ada" not in html
    heading = re.search("<h3>(.*)</h3>", html)
    assert heading is not None
    assert heading[1].startswith("&lt;img src=x&gt;|`@ada` # ]]&gt;")


@pytest.mark.verifies("reports#3.4")
def test_each_event_is_a_line_at_once(sample: RunResult) -> None:
    class File(io.RawIOBase):
        written = b""

        def write(self, data: Any) -> int:
            self.written += bytes(data[:7])  # as a pipe may
            return len(data[:7])

    file = File()
    lines = EventLines(file)
    lines.take(CaseStarted("r1", "a.yaml", HOSTILE))
    assert json.loads(file.written)["event"] == "CaseStarted"
    lines.take(CaseFinished(sample.cases[1]))

    [_, finished] = map(json.loads, file.written.decode().splitlines())
    assert finished["event"] == "CaseFinished"
    assert case_from_json(finished["result"]) == sample.cases[1]
    assert lines.fault is None


@pytest.mark.verifies("reports#3.4")
def test_a_full_disk_ends_the_lines_and_not_the_run(sample: RunResult) -> None:
    class Full(io.RawIOBase):
        calls = 0

        def write(self, data: Any) -> int:  # noqa: ARG002
            self.calls += 1
            raise OSError(28, "No space left on device")

    file = Full()
    lines = EventLines(file)
    for case in sample.cases:
        lines.take(CaseFinished(case))

    assert lines.fault is not None
    assert file.calls == 1


@pytest.mark.verifies("reports#3.4")
def test_a_stored_run_has_its_events_too(sample: RunResult) -> None:
    events = [json.loads(line) for line in ndjson_lines(sample)]

    assert [it["event"] for it in events] == [
        *("RunStarted", *["CaseFinished"] * len(sample.cases), "RunFinished")
    ]
    assert events[-1]["summary"]["outcomes"]["failed"] == 1


@pytest.mark.verifies("reports#3.5")
def test_an_annotation_is_on_the_line_of_each_check_that_did_not_hold(
    make_run: Make, make_failing: Make, make_check: Make
) -> None:
    checks = (
        make_check(7, "7", position=Position(14, 9)),
        make_check(1, 1, outcome=Outcome.PASSED),
        make_check(2, 3, position=Position(15, 9)),
    )

    found = list(diagnostics_of(make_run(make_failing(*checks))))

    assert [(it.code, str(it.span)) for it in found] == [
        ("case.check-failed", "tests/cases/users/login.yaml:14:9"),
        ("case.check-failed", "tests/cases/users/login.yaml:15:9"),
    ]
    assert found[0].message == (
        'a user signs in: step login: data.id equals: expected 7, actual "7".'
    )


@pytest.mark.verifies("reports#1.6", "reports#3.5")
def test_no_text_of_a_case_starts_a_command_of_github(hostile: RunResult) -> None:
    [line] = written(diagnostics_of(hostile), "github").splitlines()

    assert line.startswith("::error file=tests/cases/users/login.yaml,line=1,")


@pytest.mark.verifies("reports#3.5")
def test_a_step_that_could_not_be_carried_out_and_a_teardown_are_annotated(
    sample: RunResult,
) -> None:
    entries = json.loads(written(diagnostics_of(sample), "gitlab"))

    bad = {case.case_key for case in sample.cases if case.outcome in {"failed", "error"}}
    torn = {case.case_key for case in sample.cases if case.teardown_outcome == "failed"}
    assert {it["location"]["path"] for it in entries} == bad | torn
    assert {it["check_name"] for it in entries} == {"case.check-failed", "case.step-failed"}
