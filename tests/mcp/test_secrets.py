"""A canary goes through every feature; nothing that anybody is shown or that is kept holds it."""

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from msgspec.structs import replace
from tests.redaction.spelling import echoed, every_form, jwt_with

from shall.mcp.server import build_server
from shall.serve.observe.logs import set_up_logging
from shall.server_bootstrap import open_workspaces
from shall.settings import Settings, read_settings
from shall.workspace.workspaces import Workspaces

pytestmark = pytest.mark.anyio

Answer = Callable[[Any], dict[str, Any]]

DECLARED = "canary-5f1b9c/Zt+8"
LEARNED = "learned-7e2a1dQ"
COOKIE = "cookie-9b3f7c22"

SETTINGS = f"""variables:
  alice_key: "{DECLARED}"
secrets: [alice_key]
"""

CASE = f"""testcase:
  name: login with {DECLARED}
  verifies: [shop#1.1]
  steps:
    - id: login
      path: /given/login
      method: POST
      headers: {{Authorization: "Bearer {{{{ alice_key }}}}", X-Note: "{{{{ alice_key }}}}"}}
      params: {{q: "{{{{ alice_key }}}}"}}
      json: {{user: "{{{{ alice_key }}}}"}}
    - id: form
      path: /bot{{{{ alice_key }}}}/send
      method: POST
      allow_status: [404]
      form: {{a: "{{{{ alice_key }}}}", b: "{{{{ login.pwd }}}}"}}
    - id: upload
      path: /upload
      method: POST
      data: {{a: "{{{{ alice_key }}}}", b: "{{{{ login.deep.jwt }}}}"}}
      files: {{f: notes.txt}}
    - id: away
      path: /given/away
      method: GET
    - id: all
      path: /given/all
      method: POST
      text: "{{{{ login.pwd }}}} and {{{{ alice_key }}}}"
      assert:
        - {{type: equals, field: body, expected: "{{{{ alice_key }}}}"}}
        - {{type: contains, field: body, expected: "nothing of {{{{ login.pwd }}}}"}}
        - {{type: equals, header: X-Echo, expected: x}}
  teardowns:
    - id: unreachable
      operation_type: api
      url: "http://127.0.0.1:1/{{{{ alice_key }}}}?x={{{{ login.pwd }}}}"
      method: GET
"""

OTHERS = {
    "tests/cases/broken.yaml": f"testcase:\n  name: x\n  [{DECLARED}: 1]\n\t{DECLARED}: 2\n",
    "tests/cases/wrong.yaml": f"testcase:\n  name: x\n  {DECLARED}: 1\n  steps: {DECLARED}\n",
    "tests/cases/url.yaml": "testcase:\n  name: u\n  steps:\n    - {id: a, method: GET, url:"
    f' "ftp://h/{DECLARED}"}}\n    - {{id: b, method: GET, path: "/{{{{ a.{DECLARED} }}}}"}}\n',
    "specs/shop.md": f"# Shop\n\n### Requirement 1: Keys\n\n#### Acceptance Criteria\n\n"
    f"1. THE SYSTEM SHALL take {DECLARED}.\n",
    "notes.md": echoed(DECLARED),
    "notes.txt": "plain",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    for path, text in {"shall.yaml": SETTINGS, "tests/cases/login.yaml": CASE, **OTHERS}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


@pytest.fixture
def settings(project: Path) -> Settings:
    return replace(read_settings({}, {}, project)[0], workspaces=(project,))


@pytest.fixture
def spaces(settings: Settings) -> Iterator[Workspaces]:
    opened = open_workspaces(settings)
    yield opened
    opened.close()


@pytest.fixture
def log(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    set_up_logging(replace(settings, log_file=tmp_path / "server.log", log_level="DEBUG"))
    yield tmp_path / "server.log"
    for handler in root.handlers:
        handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def shop(service: Any) -> Any:
    """A service that answers every secret in every form."""
    every = "\n".join(echoed(value) for value in (DECLARED, LEARNED, COOKIE))
    told = {"pwd": LEARNED, "deep": {"jwt": jwt_with(LEARNED)}, "echo": every}
    cookie = {"Set-Cookie": f"sid={COOKIE}; Path=/"}
    service.answer("login", json.dumps(told), "application/json", headers=cookie)
    service.answer("all", every, "text/plain", headers={"X-Echo": every.replace("\n", " ")})
    to = {"Location": f"/given/all?token={LEARNED}#{DECLARED}", "X-Echo": DECLARED}
    service.answer("away", "", "text/plain", headers=to, status_code=302)
    return service


def assert_no_form_in(text: str, where: str) -> None:
    for value in (DECLARED, LEARNED, COOKIE):
        for form in every_form(value):
            at = text.find(form)
            assert at < 0, f"{where}: {text[max(at - 80, 0) : at + 80]!r}"


def kept(log: Path, project: Path) -> list[tuple[str, str]]:
    """Return the log and every file of the state, as text."""
    state = [file for file in (project / ".shall").rglob("*") if file.is_file()]
    assert any(b"***" in file.read_bytes() for file in state)
    assert "it was ***" in log.read_text()
    return [(str(it), it.read_bytes().decode("utf-8", "replace")) for it in (log, *state)]


CALLS: list[tuple[str, dict[str, Any]]] = [
    ("get_test_results", {}),
    ("get_test_results", {"run_id": "latest"}),
    ("get_test_results", {"run_id": DECLARED}),
    ("get_test_results", {"run_id": "latest", "case": DECLARED}),
    *(("get_test_results", {"case": path}) for path in ("tests/cases/login.yaml", *OTHERS)),
    *(
        ("get_testcase", {"yaml_path": f"tests/cases/{name}.yaml", "mode": mode})
        for name in ("login", "broken", "wrong", "url", DECLARED)
        for mode in ("full", "summary")
    ),
    *(("read_file", {"path": path}) for path in ("shall.yaml", "tests/cases/login.yaml", *OTHERS)),
    ("read_file", {"path": f"{DECLARED}.md"}),
    ("create_file", {"path": f"../{DECLARED}", "content": "x"}),
    ("write_testcase", {"yaml_path": "tests/cases/n.yaml", "testcase": CASE, "dry_run": True}),
    ("write_testcase", {"yaml_path": "tests/cases/n.yaml", "testcase": {DECLARED: DECLARED}}),
    ("write_testcase", {"yaml_path": "tests/cases/n.yaml", "testcase": f"[{DECLARED}"}),
    ("delete_testcase", {"yaml_path": f"tests/cases/{DECLARED}.yaml"}),
    ("run_tests", {"yaml_path": f"{DECLARED}.yaml"}),
    ("run_tests", {"tags": [DECLARED]}),
    ("trace_requirements", {}),
    ("trace_requirements", {"format": "md"}),
    ("trace_requirements", {"feature": DECLARED}),
    ("list_testcases", {"root_path": DECLARED}),
    ("health_check", {DECLARED: 1}),
    ("health_check", {}),
    ("get_mcp_metrics", {}),
]


@pytest.mark.verifies("defences#9.12", "defences#9.9")
async def test_no_reply_nothing_kept_and_no_log_holds_a_secret(
    spaces: Workspaces, project: Path, shop: Any, log: Path
) -> None:
    told: list[str] = []

    async def note(progress: float, total: float | None, message: str | None) -> None:
        told.append(f"{progress} {total} {message}")

    async with Client(build_server(spaces), mode="legacy") as client:
        run = await client.call_tool("run_tests", {"host": shop.url}, progress_callback=note)
        replies = [
            ("run_tests", run),
            *[(name, await client.call_tool(name, it)) for name, it in CALLS],
        ]
    assert run.structured_content is not None
    assert run.structured_content["failed"] == 1, run.structured_content
    assert any("login with ***" in message for message in told)
    assert_no_form_in("\n".join(told), "progress")
    for number, (name, reply) in enumerate(replies):
        assert_no_form_in(reply.model_dump_json(), f"{number} {name}")
        assert_no_form_in(json.dumps(reply.structured_content, ensure_ascii=False), name)
    logging.getLogger("t").error("it was %s", echoed(DECLARED))
    for file, text in kept(log, project):
        assert_no_form_in(text, file)


@pytest.mark.verifies("defences#9.12")
async def test_the_service_got_what_the_case_says(
    spaces: Workspaces, shop: Any, answer: Answer
) -> None:
    async with Client(build_server(spaces), mode="legacy") as client:
        await client.call_tool("run_tests", {"host": shop.url})
        found = answer(
            await client.call_tool("get_test_results", {"case": "tests/cases/login.yaml"})
        )
    steps = found["cases"][0]["steps"]
    assert [step["status"] for step in steps] == ["passed"] * 4 + ["failed"]
    assert "***" in json.dumps(steps[4])
