import json
import random
import string
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import BoundedSemaphore
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as read_openmetrics,
)
from prometheus_client.parser import text_string_to_metric_families
from starlette.types import ASGIApp
from tests.ports import free_port

from shall import __version__
from shall.actions.background_run import run_tests
from shall.actions.gate import check_gate
from shall.actions.run_request import RunRequest
from shall.actions.tool_access import EVERY_TOOL
from shall.bootstrap import open_workspace
from shall.mcp.server import build_server
from shall.serve.app import Parts, assemble
from shall.serve.observe import gate
from shall.serve.observe.access_log import ExchangeGate
from shall.serve.observe.gate import GateWatch, Judgement
from shall.serve.observe.metrics import Facts, Metrics
from shall.serve.observe.operations import operations
from shall.serve.rest.info import metrics_response
from shall.server_bootstrap import open_workspaces
from shall.settings import Settings
from shall.specs.gate import Gate
from shall.workspace.workspace import Workspace
from shall.workspace.workspaces import Workspaces

pytestmark = pytest.mark.anyio

Ask = Callable[..., Any]
Listening = Any
OPERATION = "mcp_server_operation_duration_seconds"
SESSION = "mcp_server_session_duration_seconds"
EXCHANGE = "http_server_request_duration_seconds"
ROOT = Path(__file__).parents[3]


def counted(metrics: Metrics, name: str) -> dict[frozenset[tuple[str, str]], float]:
    """The samples of this name, by their labels; empty ones left out, as Prometheus does."""
    text = metrics.exposition()[0].decode()
    return {
        frozenset((label, value) for label, value in sample.labels.items() if value): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name
    }


def labels(**values: str) -> frozenset[tuple[str, str]]:
    return frozenset(values.items())


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def served(project: Path, metrics: Metrics, listening: Listening) -> Iterator[str]:
    """The address of a server with everything around it."""
    settings = Settings(workspaces=(project,))
    workspaces = open_workspaces(settings, metrics.take_event)
    parts = Parts(workspaces, build_server(workspaces), metrics, EVERY_TOOL)
    yield listening(assemble(settings, parts).app)


@pytest.mark.verifies("limits#3.6")
async def test_a_rate_store_that_is_away_is_counted(
    project: Path, metrics: Metrics, listening: Listening
) -> None:
    store = f"redis://127.0.0.1:{free_port()}"
    settings = Settings(workspaces=(project,), rate_per_s=1, rate_store=store)
    workspaces = open_workspaces(settings)
    served = listening(
        assemble(settings, Parts(workspaces, build_server(workspaces), metrics, EVERY_TOOL)).app
    )
    assert counted(metrics, "shall_rate_store_failures_total") == {frozenset(): 0}
    async with httpx2.AsyncClient() as http:
        assert (await http.get(f"{served}/prompts")).status_code == 200
    assert counted(metrics, "shall_rate_store_failures_total") == {frozenset(): 1}


@pytest.mark.verifies("observability#3.2", "observability#3.3")
@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
async def test_calls_are_measured_as_the_conventions_say(
    served: str, metrics: Metrics, mode: str
) -> None:
    async with Client(f"{served}/mcp", mode=mode) as client:
        for _ in range(3):
            await client.call_tool("health_check", {})
        await client.call_tool("get_testcase", {"yaml_path": "nowhere.yaml"})
        await client.call_tool("no_such_tool", {})
        with pytest.raises(MCPError):
            await client.get_prompt("no_such_prompt")

    version = "2025-11-25" if mode == "legacy" else mode
    common = {"mcp_protocol_version": version, "network_transport": "tcp"}
    call = {**common, "mcp_method_name": "tools/call"}
    found = counted(metrics, f"{OPERATION}_count")
    assert found[labels(**call, gen_ai_tool_name="health_check")] == 3
    assert found[labels(**call, gen_ai_tool_name="get_testcase", error_type="tool_error")] == 1
    assert found[labels(**call, gen_ai_tool_name="_OTHER", error_type="tool_error")] == 1
    assert found[labels(**common, mcp_method_name="prompts/get", error_type="-32602")] == 1
    total = counted(metrics, f"{OPERATION}_sum")[labels(**call, gen_ai_tool_name="health_check")]
    assert 0 < total < 60
    exchanges = counted(metrics, f"{EXCHANGE}_count")
    posted = labels(http_request_method="POST", http_route="/mcp", http_response_status_code="200")
    assert exchanges[posted] >= 6


@pytest.mark.verifies("observability#3.8")
async def test_a_session_is_measured_when_it_has_ended(
    served: str, metrics: Metrics, listening: Listening
) -> None:
    async with Client(f"{served}/mcp", mode="legacy") as client:
        await client.call_tool("health_check", {})
        assert counted(metrics, f"{SESSION}_count") == {}
    listening.stop()

    assert counted(metrics, f"{SESSION}_count") == {
        labels(mcp_protocol_version="2025-11-25", network_transport="tcp"): 1
    }


@pytest.mark.verifies("observability#3.5")
@pytest.mark.repeats
async def test_made_up_names_make_no_series(ask: Ask, answers: ASGIApp, metrics: Metrics) -> None:
    measure = operations(metrics, {"health_check"})
    gate = ExchangeGate(answers, [metrics.take_exchange])
    source = random.Random(7)

    async def refused(_: Any) -> Any:
        raise MCPError(source.randrange(-(10**9), 10**9), "made up by a client")

    def series() -> int:
        return len(metrics.exposition()[0].splitlines())

    async def call(name: Any) -> None:
        for method in ("tools/call", name):
            context: Any = SimpleNamespace(
                method=method, params={"name": name}, protocol_version=name, request=None
            )
            with pytest.raises(MCPError):
                await measure(context, refused)
        await ask(gate, f"/{name}", str(name))

    await call("the first")
    before = series()
    for _ in range(10_000):
        await call("".join(source.choices(string.printable, k=12)))
    assert series() == before
    shown = counted(metrics, f"{OPERATION}_count")
    assert sum(shown.values()) == 20_002
    names = ("gen_ai_tool_name", "mcp_method_name")
    assert all(any((name, "_OTHER") in it for name in names) for it in shown)


@pytest.mark.parametrize("name", [None, 7, ["health_check"], {"a": 1}])
async def test_a_name_that_is_no_text_is_counted(metrics: Metrics, name: Any) -> None:
    async def answered(_: Any) -> Any:
        return {}

    context: Any = SimpleNamespace(
        method="tools/call", params={"name": name}, protocol_version="2026-07-28", request=None
    )
    await operations(metrics, {"health_check"})(context, answered)

    (found,) = counted(metrics, f"{OPERATION}_count")
    assert ("gen_ai_tool_name", "_OTHER") in found
    assert ("network_transport", "pipe") in found


def write_case(project: Path, name: str, host: str, path: str) -> None:
    folder = project / "tests/cases"
    folder.mkdir(parents=True, exist_ok=True)
    step = f"{{id: get, method: GET, path: {path}}}"
    text = f"testcase:\n  name: {name}\n  host: {host}\n  steps: [{step}]\n"
    (folder / f"{name}.yaml").write_text(text)


@pytest.mark.verifies("observability#3.4")
async def test_runs_and_cases_are_counted(project: Path, service: Any, metrics: Metrics) -> None:
    for name in ("one", "two"):
        write_case(project, name, service.url, "/echo")
    write_case(project, "three", service.url, "/no/such/path")
    workspace = open_workspace(project, Settings(), keeps_state=False, observe=metrics.take_event)
    assert counted(metrics, "shall_runs_total")[labels(status="complete")] == 0
    await run_tests(workspace, RunRequest())

    runs, cases = counted(metrics, "shall_runs_total"), counted(metrics, "shall_cases_total")
    assert (runs[labels(status="complete")], runs[labels(status="interrupted")]) == (1, 0)
    assert (cases[labels(outcome="passed")], cases[labels(outcome="failed")]) == (2, 1)
    assert counted(metrics, "shall_run_duration_seconds_count") == {frozenset(): 1}


async def as_json() -> dict[str, Any]:
    return {"server": {"version": "1"}}


@pytest.mark.verifies("observability#3.1")
async def test_the_text_is_read_by_prometheus_in_both_formats() -> None:
    metrics = Metrics(facts=Facts(is_ready=lambda: False, connections=lambda: 7))
    metrics.take_operation(("tools/call", 'a"b\\c\n', "", "2026-07-28", "tcp"), 0.03)

    plain = await metrics_response(metrics, "*/*", as_json)
    assert plain.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    families = {it.name: it for it in text_string_to_metric_families(bytes(plain.body).decode())}
    assert families[OPERATION].type == "histogram"
    assert families["shall_ready"].samples[0].value == 0
    assert families["shall_connections"].samples[0].value == 7
    assert families["shall_build_info"].samples[0].labels == {"version": __version__}
    assert families["process_resident_memory_bytes"].samples[0].value > 1 << 20

    prometheus = "application/openmetrics-text;version=1.0.0;q=0.75,text/plain;version=0.0.4;q=0.5"
    opened = await metrics_response(metrics, prometheus, as_json)
    assert opened.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    names = {it.name for it in read_openmetrics(bytes(opened.body).decode())}  # type: ignore[no-untyped-call]
    assert {OPERATION, "shall_runs", "shall_ready", "process_cpu_seconds"} <= names


@pytest.mark.verifies("observability#3.1")
@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("application/json", "application/json"),
        ("application/json;q=0.9, */*;q=0.1", "application/json"),
        ("text/plain, application/json", "text/plain"),
        ("*/*", "text/plain"),
        ("", "text/plain"),
    ],
)
async def test_json_is_for_a_caller_that_asks_for_it(
    metrics: Metrics, accept: str, kind: str
) -> None:
    answer = await metrics_response(metrics, accept, as_json)

    assert answer.headers["content-type"].partition(";")[0] == kind
    if kind == "application/json":
        assert json.loads(bytes(answer.body)) == {"server": {"version": "1"}}


@pytest.mark.verifies("observability#3.7")
def test_the_page_names_every_metric_with_its_labels() -> None:
    metrics = Metrics(facts=Facts(gate=lambda: Judgement(True, {"proved": 1}, 1.0)))
    metrics.calls.labels("run_tests", "ok").inc()
    metrics.take_operation(("ping", "", "", "2026-07-28", "tcp"), 0.03)
    metrics.take_exchange({"method": "GET"}, 200, 0.03)
    metrics.sessions.labels("2025-11-25", "tcp").observe(1)
    shown = {
        sample.name.removesuffix("_bucket"): set(sample.labels) - {"le"}
        for family in metrics.registry.collect()
        for sample in family.samples
        if not sample.name.endswith(("_count", "_sum", "_created"))
    }
    page = (ROOT / "docs/operations/observe.md").read_text("utf-8")
    rows = [line.split("|") for line in page.splitlines() if line.startswith("| `")]
    written = {
        row[1].strip(" `"): set(row[3].replace("`", "").replace(",", " ").split())
        for row in rows
        if row[2].strip() in {"counter", "gauge", "histogram"}
    }

    on_linux = {name for name in written if name.startswith("process_")}
    assert shown.items() <= written.items()
    assert written.keys() - shown.keys() <= on_linux


class Scraping:
    """Scrapes the metrics of the gate of a project, on a clock of its own."""

    def __init__(self, spaces: Workspaces, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        self.judged = 0
        self._started: list[Callable[[], object]] = []
        watch = GateWatch(spaces, BoundedSemaphore(), lambda: self.now)
        self._metrics = Metrics(facts=Facts(gate=watch.newest))
        monkeypatch.setattr(gate, "start_thread", lambda work, _: self._started.append(work))
        monkeypatch.setattr(gate, "check_gate", self._judge)

    def _judge(self, space: Workspace) -> Gate:
        self.judged += 1
        return check_gate(space)

    def __call__(self, after_s: float) -> dict[str, float]:
        """Scrape, let the thread work that this started, and scrape again."""
        self.now += after_s
        before = self.judged
        self._metrics.exposition()
        assert self.judged == before
        while self._started:
            self._started.pop()()
        values = counted(self._metrics, "shall_criteria")
        passed = counted(self._metrics, "shall_gate_passed")
        assert not self._started
        statuses = {dict(key)["status"]: count for key, count in values.items() if count}
        return {**statuses, "passed": passed.get(frozenset(), -1)}


@pytest.mark.verifies("observability#3.10", "observability#3.11")
def test_the_gate_is_judged_when_something_changed_and_never_by_a_scrape(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spaces = open_workspaces(Settings(workspaces=(project,)))
    scraped = Scraping(spaces, monkeypatch)
    assert scraped(0) == {"passed": -1}  # there are no criteria
    document = project / "specs/shop/requirements.md"
    document.parent.mkdir(parents=True)
    document.write_text("### Requirement 1\n\n1. THE shop SHALL sell.\n")
    assert scraped(gate.LOOK_S) == {"untested": 1, "passed": 0}
    assert scraped(gate.LOOK_S) == {"untested": 1, "passed": 0}
    assert scraped.judged == 2  # nothing changed the second time
    document.write_text("### Requirement 1\n\n1. THE shop SHALL sell.\n2. THE shop SHALL pay.\n")
    assert scraped(1) == {"untested": 1, "passed": 0}  # too soon to look
    assert scraped(gate.LOOK_S) == {"untested": 2, "passed": 0}
    scraped(gate.LONGEST_S)
    assert scraped.judged == 4
    spaces.close()
    assert scraped(gate.LONGEST_S)["passed"] in {-1, 0}  # a project that is gone ends no scrape


@pytest.mark.verifies("observability#3.9")
async def test_calls_are_counted_by_tool_whichever_way_they_came(served: str) -> None:
    async with Client(f"{served}/mcp", mode="2026-07-28") as client, httpx2.AsyncClient() as http:
        before = await scraped_calls(http, served)
        await client.call_tool("list_testcases", {})
        await http.post(f"{served}/tools/list_testcases", json={})
        await http.get(f"{served}/api/cases")
        await http.post(f"{served}/tools/read_file", json={"arguments": {"path": "none"}})
        after = await scraped_calls(http, served)
    new = {key: after[key] - before.get(key, 0) for key in after if after[key] != before.get(key)}
    assert new == {("list_testcases", "ok"): 3, ("read_file", "error"): 1}


async def scraped_calls(http: httpx2.AsyncClient, served: str) -> dict[tuple[str, str], float]:
    text = (await http.get(f"{served}/metrics")).text
    return {
        (sample.labels["tool"], sample.labels["status"]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "shall_calls_total"
    }
