"""``shall cover``: the coverage of a document by stored runs."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from shall.actions.coverage import coverage_of
from shall.results.records import (
    CaseResult,
    ExchangeRecord,
    Outcome,
    RunResult,
    RunStatus,
    StepResult,
)
from shall.store.sqlite import SqliteStore

Shall = Callable[..., Any]
WriteCase = Callable[..., None]

OPENAPI = """
openapi: 3.0.3
paths:
  /echo:
    get:
      responses:
        '200': {description: '', content: {application/json: {}, text/csv: {}}}
  /status/{code}:
    get: {responses: {'404': {description: ''}, '500': {description: ''}}}
  /redirect:
    get: {responses: {'302': {description: ''}}}
  /login:
    post: {responses: {default: {description: ''}}}
"""


@pytest.fixture
def ran(project: Path, shall: Shall, write_case: WriteCase, service: Any) -> Any:
    """A run of passing and failing cases is stored."""
    (project / "api.yaml").write_text(OPENAPI)
    write_case("echo")
    write_case("missing", "/status/404")  # fails
    write_case("refused", "/status/403", expected=403)
    write_case("moved", "/redirect?code=302&to=/echo")
    write_case("other", "/body/list")
    assert shall("run", "--host", service.url).returncode == 1
    return service


@pytest.mark.verifies("contract#1.1", "contract#1.4", "contract#1.6")
def test_operations_statuses_and_types_of_the_newest_run_are_listed(shall: Shall, ran: Any) -> None:
    shown = shall("cover", "--openapi", "api.yaml")

    assert shown.returncode == 0, shown.stderr
    table, undeclared, shares = shown.stdout.rstrip().split("\n\n")
    assert [line.split() for line in table.splitlines()[1:]] == [
        ["GET", "/echo", "2", "200", "application/json", "200", "text/csv"],
        ["GET", "/status/{code}", "2", "404", "500"],
        ["GET", "/redirect", "1", "302"],
        ["POST", "/login", "0", "default"],
    ]
    assert [line.split() for line in undeclared.splitlines()[1:]] == [
        ["GET", "/status/{code}", "403", "1"],
        ["GET", f"{ran.url}/body/list", "1"],
    ]
    assert [line.split("  ")[-1] for line in shares.splitlines()] == ["75.0 %", "60.0 %", "50.0 %"]


@pytest.mark.verifies("contract#1.10")
@pytest.mark.usefixtures("ran")
def test_the_same_figures_are_json_and_markdown(shall: Shall) -> None:
    data = json.loads(shall("cover", "--openapi", "api.yaml", "--format", "json").stdout)
    assert data["format"] == 1
    assert data["shares"]["operations"] == {"covered": 3, "total": 4, "percent": 75.0}
    assert data["operations"][0]["responses"][0]["content_types"]["application/json"] == 2
    table = shall("cover", "--openapi", "api.yaml", "--format", "markdown").stdout
    assert "| operations | 3/4 | 75.0 |" in table
    assert "| GET /echo | 2 | 200 application/json | 200 text/csv |" in table


@pytest.mark.verifies("contract#1.7")
@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("75",), 0),
        (("75.1",), 1),
        (("60", "--of", "statuses"), 0),
        (("61", "--of", "statuses"), 1),
    ],
)
@pytest.mark.usefixtures("ran")
def test_the_exit_status_says_whether_enough_was_seen(
    shall: Shall, arguments: tuple[str, ...], status: int
) -> None:
    ended = shall("cover", "--openapi", "api.yaml", "--fail-under", *arguments)
    assert ended.returncode == status
    assert ("are required" in ended.stderr) is bool(status)


@pytest.mark.verifies("contract#1.8")
def test_a_document_is_fetched_within_the_rules_about_targets(shall: Shall, ran: Any) -> None:
    ran.answer("api", OPENAPI, "application/yaml")
    url = f"{ran.url}/given/api"
    assert "75.0 %" in shall("cover", "--openapi", url).stdout
    denied = shall("cover", "--openapi", url, SHALL_TARGETS_DENY="127.0.0.1")
    assert denied.returncode == 5
    assert shall("cover", "--openapi", f"{ran.url}/status/404").returncode == 2


@pytest.mark.verifies("contract#1.5")
def test_requests_without_a_response_cover_nothing(
    project: Path, shall: Shall, write_case: WriteCase
) -> None:
    (project / "api.yaml").write_text(OPENAPI)
    write_case("echo")
    shall("run", "--host", "http://127.0.0.1:1")
    shown = shall("cover", "--openapi", "api.yaml", SHALL_LANG="zh")
    assert shown.returncode == 0
    assert "未收到响应的请求：1" in shown.stdout
    assert "0/4" in shown.stdout


@pytest.mark.verifies("contract#1.3")
def test_a_service_at_another_path_than_the_document_says_is_named(
    project: Path, shall: Shall, ran: Any
) -> None:
    (project / "api.yaml").write_text(OPENAPI + "servers: [{url: 'https://api.example/v1'}]")
    assert "--base-url" in shall("cover", "--openapi", "api.yaml").stderr
    shown = shall("cover", "--openapi", "api.yaml", "--base-url", ran.url)
    assert "75.0 %" in shown.stdout
    assert shown.stderr == ""


@pytest.mark.usefixtures("ran")
def test_what_cannot_be_read_is_an_error(project: Path, shall: Shall) -> None:
    (project / "empty.yaml").write_text("openapi: 3.1.0\n")
    (project / "old.yaml").write_text("swagger: '2.0'\n")
    for file in ("empty.yaml", "old.yaml", "missing.yaml"):
        assert shall("cover", "--openapi", file).returncode == 2
    assert shall("cover", "--openapi", "api.yaml", "no-run").returncode == 2
    assert shall("cover", "--openapi", "api.yaml", "--base-url", "nowhere").returncode == 2


@pytest.mark.verifies("contract#1.11")
def test_the_settings_name_the_document(project: Path, shall: Shall, ran: Any) -> None:
    refused = shall("cover")
    assert refused.returncode == 2
    assert "Pass --openapi, or set `openapi` in shall.yaml." in refused.stderr
    (project / "docs").mkdir()
    (project / "api.yaml").rename(project / "docs/api.yaml")
    (project / "shall.yaml").write_text("openapi: docs/api.yaml\n")
    shown = shall("cover", "--format", "json")
    assert json.loads(shown.stdout)["openapi"] == "docs/api.yaml"
    (project / "shall.yaml").write_text(f"openapi: {ran.url}/nothing\n")
    assert "answered with status 404" in shall("cover").stderr


@pytest.mark.verifies("api-coverage#1.4")
@pytest.mark.usefixtures("ran")
def test_the_coverage_of_each_document_of_the_settings_is_shown(
    project: Path, shall: Shall
) -> None:
    (project / "other.yaml").write_text("openapi: 3.1.0\npaths: {/body/list: {get: {}}}\n")
    (project / "shall.yaml").write_text("openapi: [api.yaml, other.yaml]\n")
    shown = shall("cover", "--format", "json")
    found = json.loads(shown.stdout)
    assert [it["openapi"] for it in found] == ["api.yaml", "other.yaml"]
    assert [it["shares"]["operations"]["percent"] for it in found] == [75.0, 100.0]
    assert [line for line in shall("cover").stdout.splitlines() if line.endswith(".yaml")] == [
        "api.yaml",
        "other.yaml",
    ]
    assert shall("cover", "--fail-under", "80").returncode == 1
    assert shall("cover", "--fail-under", "70").returncode == 0
    refused = shall("fuzz", "--base-url", "http://127.0.0.1:9")
    assert refused.returncode == 2
    assert "several OpenAPI documents. Name one with --openapi." in " ".join(refused.stderr.split())


@pytest.mark.verifies("api-coverage#1.5", "api-coverage#1.6")
@pytest.mark.usefixtures("ran")
def test_the_html_report_shows_what_the_run_touched_of_the_documents(
    project: Path, shall: Shall
) -> None:
    assert "Coverage of the API" not in html_of(project, shall)
    unused = "".join(f"  /unused/{number}: {{get: {{}}}}\n" for number in range(101))
    (project / "large.yaml").write_text(f"openapi: 3.1.0\npaths:\n{unused}")
    files = "[api.yaml, gone.yaml, large.yaml, 'http://127.0.0.1:9/api.yaml']"
    (project / "shall.yaml").write_text(f"openapi: {files}\n")
    page = html_of(project, shall)
    section = page.partition('id="api"')[2].partition("</section>")[0]
    assert "operations 3/4 (75.0 %) · statuses 3/5 (60.0 %)" in section
    assert "1 operation was not called" in section
    assert "<code>POST /login</code>" in section
    assert "<code>GET /echo</code>" not in section
    assert "The coverage is not known: gone.yaml does not exist." in section
    assert "101 operations were not called" in section
    assert section.count("<code>GET /unused/") == 100
    assert "and 1 more operation<" in section
    assert "127.0.0.1:9" not in section


def html_of(project: Path, shall: Shall) -> str:
    assert shall("report", "--html", "run.html").returncode == 0
    return (project / "run.html").read_text()


@pytest.mark.verifies("contract#1.12")
def test_a_refused_token_and_its_renewal_are_counted() -> None:
    refused = ExchangeRecord("GET", "http://h/orders", status=401)
    fetched = ExchangeRecord("POST", "http://h/token", status=200)
    sent = ExchangeRecord("GET", "http://h/orders", status=200, renewal=(refused, fetched))
    at, step = datetime(2026, 1, 1, tzinfo=UTC), StepResult("s", "steps[0]", Outcome.PASSED, 0.1)
    steps = (replace(step, exchange=sent),)
    case = CaseResult("r", "a.yaml", "a", Outcome.PASSED, at, 0.1, 0, steps)
    run = RunResult("r", at, 0.1, RunStatus.COMPLETE, (case,))
    text = (
        "openapi: 3.0.0\npaths:\n  /orders: {get: {responses: {'200': {}, '401': {}}}}\n"
        "  /token: {post: {responses: {'200': {}}}}\n"
    )
    found = coverage_of(run, text, "api.yaml")
    assert [it.requests for it in found.operations] == [2, 1]
    assert found.shares()["statuses"].percent == 100


@pytest.mark.verifies("history-pages#2.7")
@pytest.mark.usefixtures("ran")
def test_what_was_measured_is_noted_with_the_run(project: Path, shall: Shall) -> None:
    for _ in range(2):
        assert shall("cover", "--openapi", "api.yaml", "--format", "json").returncode == 0
    store = SqliteStore(project / ".shall/local/shall.db", max_runs=9, max_age_days=0)
    [line] = store.newest_coverage(9)
    [run] = store.runs(9)
    store.close()

    assert (line.run_id, line.started_at, line.source) == (run.run_id, run.started_at, "api.yaml")
    shares = json.loads(shall("cover", "--openapi", "api.yaml", "--format", "json").stdout)[
        "shares"
    ]
    for name, seen in (("operations", line.operations), ("statuses", line.statuses)):
        assert seen == (shares[name]["covered"], shares[name]["total"])
