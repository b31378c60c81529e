import json
from collections.abc import Callable

from shall.report.as_json import json_parts
from shall.results.encoding import run_from_json
from shall.results.records import CaseResult, CheckResult, RunResult


def test_the_json_report_reads_as_the_golden_file(
    sample: RunResult, golden: Callable[[str, str], None]
) -> None:
    golden("run.json", "".join(json_parts(sample)))


def test_the_json_report_names_its_format_and_reads_back(sample: RunResult) -> None:
    data = json.loads("".join(json_parts(sample)))

    assert data["format"] == 1
    assert run_from_json(data) == sample


def test_text_that_no_encoder_takes_and_numbers_that_json_lacks_still_make_valid_json(
    make_run: Callable[..., RunResult],
    make_failing: Callable[..., CaseResult],
    make_check: Callable[..., CheckResult],
) -> None:
    run = make_run(make_failing(make_check("\ud83d\x00", [float("inf"), {"a": float("nan")}])))

    text = "".join(json_parts(run)).encode().decode()

    check = json.loads(text, parse_constant=lambda it: it * 1000)["cases"][0]["steps"][0]["checks"]
    assert check[0]["expected"] == "\ud83d\x00"
    assert check[0]["actual"] == ["inf", {"a": "nan"}]
