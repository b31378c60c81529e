"""What a token that is limited to some workspaces sees of the others, over HTTP."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.serve.logged import INITIALIZE, POST, Logged, headers_of, logged, request

from shall.admin.token_file import new_token

pytestmark = [pytest.mark.process, pytest.mark.usefixtures("measured", "forks")]

REQUIREMENTS = """# {name}

### Requirement 1: Trees

**User Story:** As a gardener, I want a tree, so that there is shade.

#### Acceptance Criteria

1. WHEN a {name} is planted, THE garden SHALL answer 201.
"""
CASE = """testcase:
  name: plant a {name}
  verifies: ["{name}#1.1"]
  steps:
    - POST: http://127.0.0.1:9/{name}
      expect: {{status: 201}}
"""
HTML = {"Accept": "text/html"}


class Server:
    """A server of two projects; the callers ``all``, ``beech`` and ``both`` have every scope."""

    def __init__(self, process: Logged, folder: Path, tokens: dict[str, str]) -> None:
        self.url, self.base, self.folder, self.tokens = process.url, process.base, folder, tokens
        self.runs: dict[str, str] = {}
        for name in ("alder", "beech"):
            reply = self.tool("all", "run_tests", workspace=str(folder / name))
            self.runs[name] = reply["run_id"]

    def headers(self, caller: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[caller]}"}

    def get(self, caller: str, address: str, **headers: str) -> httpx2.Response:
        return httpx2.get(f"{self.base}{address}", headers={**headers, **self.headers(caller)})

    def tool(self, caller: str, name: str, **arguments: Any) -> dict[str, Any]:
        """Call a tool over REST; a problem is written as a tool's error is."""
        url, body = f"{self.base}/tools/{name}", {"arguments": arguments}
        answer = httpx2.post(url, json=body, headers=self.headers(caller), timeout=30)
        found: dict[str, Any] = answer.json()
        if answer.status_code != 200:
            return {"error_code": found["code"], "error_message": found["detail"]}
        structured: dict[str, Any] = found["result"]["structuredContent"]
        return structured

    def mcp(self, caller: str, method: str, **params: Any) -> dict[str, Any]:
        message = request(method, params)
        sent = {**headers_of(message), **self.headers(caller)}
        if "uri" in params:
            sent["Mcp-Name"] = params["uri"]
        with httpx2.stream("POST", self.url, json=message, headers=sent, timeout=30) as answer:
            # The first event, or the only line: a stream of changes has no end.
            body = next(it for it in answer.iter_lines() if it.removeprefix("data: ")[:1] == "{")
        found: dict[str, Any] = json.loads(body.removeprefix("data: "))
        return found


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, process_coverage: dict[str, str]
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("two").resolve()
    for name in ("alder", "beech"):
        specs, cases = folder / name / "specs" / name, folder / name / "tests" / "cases"
        for it in (specs, cases):
            it.mkdir(parents=True)
        (folder / name / "shall.yaml").write_text("")
        (specs / "requirements.md").write_text(REQUIREMENTS.format(name=name))
        (cases / f"{name}.yaml").write_text(CASE.format(name=name))
    (folder / "beech" / "alder").symlink_to(folder / "alder")
    (folder / "beech" / "plain").mkdir()
    file = folder / "tokens"
    beech, alder = folder / "beech", folder / "alder"
    limits = {"all": (), "beech": (beech,), "both": (beech, alder), "plain": (beech / "plain",)}
    tokens = {it: new_token(file, it, ["admin"], None, found) for it, found in limits.items()}
    flags = ("--workspace", str(beech), "--toolset", "all", "--token-file", str(file))
    with contextlib.ExitStack() as stack:
        process = stack.enter_context(logged(alder, *flags, **process_coverage))
        stack.callback(process.stop)
        yield Server(process, folder, tokens)


SHOW_IT = ("/matrix", "/matrix.json", "/matrix.csv", "/runs/latest", "/runs/latest.csv", "/server")
PAGES = (
    "/",
    "/matrix",
    "/matrix.json",
    "/matrix.csv",
    "/criteria/beech%231.1",
    "/runs",
    "/runs/latest",
    "/runs/latest.json",
    "/runs/latest.csv",
    "/runs/latest.junit.xml",
    "/runs/latest/cases/1",
    "/history",
    "/history/case?key=tests/cases/beech.yaml",
    "/history?criterion=beech%231.1",
    "/server",
)


@pytest.mark.verifies("auth#6.2")
@pytest.mark.parametrize("address", PAGES)
def test_pages_and_downloads_show_the_tokens_workspace_and_no_other(
    server: Server, address: str
) -> None:
    own = server.get("beech", address, **HTML)
    assert own.status_code == 200
    assert address not in SHOW_IT or "beech" in own.text
    assert "alder" not in own.text
    mark = "&" if "?" in address else "?"
    other = server.get("beech", f"{address}{mark}workspace={server.folder}/alder", **HTML)
    assert other.status_code == 403 or address == "/server"
    assert "plant a alder" not in other.text


@pytest.mark.verifies("auth#6.2")
def test_runs_of_another_workspace_are_not_found(server: Server) -> None:
    alder = server.runs["alder"]
    assert server.get("all", f"/runs/{alder}", **HTML).status_code == 200
    for address in (f"/runs/{alder}", f"/runs/{alder}.json", f"/runs/{alder}/cases/1"):
        assert server.get("beech", address, **HTML).status_code == 404
    live = f"{server.base}/live?workspace={server.folder}/alder"
    with httpx2.stream("GET", live, headers=server.headers("beech")) as answer:
        assert answer.status_code == 403


TOOLS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("list_testcases", {}),
    ("get_testcase", {"yaml_path": "tests/cases/beech.yaml"}),
    ("trace_requirements", {}),
    ("get_test_results", {}),
    ("run_tests", {}),
    ("read_file", {"path": "tests/cases/beech.yaml"}),
)


@pytest.mark.verifies("auth#6.1")
@pytest.mark.parametrize(("name", "arguments"), TOOLS)
@pytest.mark.parametrize("surface", ["rest", "mcp"])
def test_a_tool_works_in_the_tokens_workspace_and_in_no_other(
    server: Server, surface: str, name: str, arguments: dict[str, Any]
) -> None:
    def called(**more: Any) -> dict[str, Any]:
        given = {**arguments, **more}
        if surface == "rest":
            return server.tool("beech", name, **given)
        answer = server.mcp("beech", "tools/call", name=name, arguments=given)
        structured: dict[str, Any] = answer["result"]["structuredContent"]
        return structured

    own = json.dumps(called())
    assert "beech" in own
    assert "alder" not in own
    for other in ("alder", "beech/alder", "none"):
        refused = called(workspace=f"{server.folder}/{other}")
        assert refused["error_code"] == "MCP_FORBIDDEN"
        assert refused["error_message"].startswith("The token may not use the workspace ")


@pytest.mark.verifies("auth#6.1")
def test_a_token_of_two_workspaces_uses_both(server: Server) -> None:
    assert "beech.yaml" in str(server.tool("both", "list_testcases"))
    other = server.tool("both", "list_testcases", workspace=str(server.folder / "alder"))
    assert "alder.yaml" in str(other)
    assert "alder.yaml" in str(server.tool("all", "list_testcases"))


@pytest.mark.verifies("auth#6.1")
def test_a_token_of_a_folder_that_is_no_project_does_not_get_the_project_above(
    server: Server,
) -> None:
    refused = server.tool("plain", "list_testcases")
    assert refused["error_code"] == "MCP_FORBIDDEN"
    assert "is part of a project that the token may not use" in refused["error_message"]


@pytest.mark.verifies("auth#6.1")
@pytest.mark.parametrize(
    "uri", ["spec://features", "spec://matrix", "spec://gate", "spec://runs/latest"]
)
def test_resources_are_of_the_tokens_workspace(server: Server, uri: str) -> None:
    read = json.dumps(server.mcp("beech", "resources/read", uri=uri))
    assert "beech" in read
    assert "alder" not in read
    assert "alder" in json.dumps(server.mcp("all", "resources/read", uri=uri))


@pytest.mark.verifies("auth#6.1")
def test_completions_are_of_the_tokens_workspace(server: Server) -> None:
    params = {
        "ref": {"type": "ref/resource", "uri": "spec://{+feature}/requirements"},
        "argument": {"name": "feature", "value": ""},
    }
    answer = server.mcp("beech", "completion/complete", **params)
    assert answer["result"]["completion"]["values"] == ["beech"]


@pytest.mark.verifies("auth#6.3")
def test_what_concerns_all_workspaces_is_refused(server: Server) -> None:
    for address in ("/metrics", "/connections"):
        assert server.get("all", address).status_code == 200
        refused = server.get("beech", address)
        assert refused.status_code == 403
        assert refused.json()["code"] == "MCP_FORBIDDEN"


@pytest.mark.verifies("auth#6.3")
def test_changes_of_another_workspace_are_not_reported(server: Server) -> None:
    wanted = {"notifications": {"resourceSubscriptions": ["spec://matrix"]}}
    refused = server.mcp("beech", "subscriptions/listen", **wanted)
    assert refused["error"]["data"] == {"code": "MCP_FORBIDDEN"}
    with httpx2.Client(headers=POST, timeout=30) as http:
        subscribe = {
            "jsonrpc": "2.0",
            "id": 2,
            "method": "resources/subscribe",
            "params": {"uri": "spec://matrix"},
        }
        answers = {}
        for caller in ("all", "beech"):
            mine = server.headers(caller)
            opened = http.post(server.url, json=INITIALIZE, headers=mine)
            session = {"Mcp-Session-Id": opened.headers["mcp-session-id"], **mine}
            answers[caller] = http.post(server.url, json=subscribe, headers=session).text
        assert '"result":{}' in answers["all"]
        assert "MCP_FORBIDDEN" in answers["beech"]
