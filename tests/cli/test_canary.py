"""A secret that is planted through every feature of a case is in no output of its run."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from tests.redaction.spelling import echoed, every_form
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from shall.cli.output_flags import FILES, FORMATS

Shall = Callable[..., Any]

DECLARED = "canary-5f1b9c/Zt+8"
CAPTURED = "captured-7Qx2mK9vLp"
IN_ROW = "row-canary-Hn4/wY6+"
IN_HEADER = "header-canary-Rt5sU8"

CASE = f"""testcase:
  name: planted
  secrets: [door, pin]
  variables: {{door: {DECLARED}}}
  data:
    - {{pin: "{IN_ROW}", item: book}}
  steps:
    - POST: /given/login?api_key={{{{ door }}}}
      headers: {{X-Door: "{{{{ door }}}}", Authorization: "Bearer {IN_HEADER}"}}
      json: {{pin: "{{{{ row.pin }}}}", note: "{{{{ door }}}} {IN_HEADER}"}}
      capture: {{token: $.token}}
      expect: {{status: 200}}
    - POST: /given/echo/{{{{ token }}}}
      headers: {{Authorization: "Bearer {{{{ token }}}}", Cookie: "session={{{{ token }}}}"}}
      form: {{pin: "{{{{ row.pin }}}}", door: "{{{{ door }}}}", item: "{{{{ row.item }}}}"}}
      expect:
        status: 201
        body: "{{{{ token }}}}"
        $: {{state: open, door: "{{{{ door }}}}", pin: "{{{{ row.pin }}}}", echo: none}}
        $.row: "{{{{ row.pin }}}}"
"""


@pytest.mark.verifies("defences#9.12", "reports#1.15")
def test_a_secret_of_each_feature_is_in_no_report_and_in_nothing_printed(
    shall: Shall, project: Path, service: Any
) -> None:
    secrets = (DECLARED, CAPTURED, IN_ROW, IN_HEADER)
    every = "\n".join(map(echoed, secrets))
    answer = {"token": CAPTURED, "echo": every, "row": "other", "header": IN_HEADER}
    service.answer("login", json.dumps(answer), "application/json", headers={"X-Key": CAPTURED})
    service.answer("echo", json.dumps({**answer, "state": IN_HEADER}), "application/json")
    (project / "tests/cases").mkdir(parents=True)
    (project / "tests/cases/planted.yaml").write_text(CASE)

    ended = _run_with_every_report(shall, service.url)

    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "/given/echo/***" in ended.stdout
    assert "--data-raw" in ended.stdout
    assert _found(shall, project, ended, secrets) == []


def _run_with_every_report(shall: Shall, host: str) -> Any:
    flags = [part for kind in FILES for part in (f"--report-{kind}", f"r.{kind}")]
    return shall("run", "--host", host, "--verbose", *flags)


def _found(shall: Shall, project: Path, ended: Any, secrets: Sequence[str]) -> list[str]:
    """Return what is found of secrets in what was printed, and in every report."""
    shown = {"terminal": ended.stdout, "errors": ended.stderr}
    shown |= {form: shall("report", "--format", form).stdout for form in FORMATS}
    shown["history"] = shall("history", "--format", "json").stdout
    files = [it for it in project.rglob("r.*") if it.is_file()]
    files += (project / "r.allure").iterdir()
    assert len(files) > len(FILES)
    shown |= {it.name: it.read_text() for it in files}
    return [
        f"{where}: {form}"
        for where, text in shown.items()
        for secret in secrets
        for form in every_form(secret)
        if form in text
    ]


OVER_PROTOCOLS = f"""testcase:
  name: planted in protocols
  host: HTTP_HOST
  secrets: [door]
  variables: {{door: {DECLARED}}}
  auth: {{AUTH}}
  steps:
    - POST: /given/graphql
      graphql: {{query: "query a($d: String) {{ b }}", variables: {{d: "{{{{ door }}}}"}}}}
      expect: {{status: 200}}
    - GET: /given/stream
      stream: {{until: {{$.data.token: {{exists: true}}}}, within: 5 s}}
      capture: {{token: "$.events[0].data.token"}}
    - WS: WS_HOST/chat?api_key={{{{ door }}}}
      headers: {{Authorization: "Bearer {IN_HEADER}"}}
      messages:
        - send: {{pin: "{{{{ door }}}}", echo: "{{{{ token }}}}"}}
        - expect: {{message: {{exists: true}}}}
        - send: "{{{{ door }}}} {{{{ token }}}}"
        - expect: {{message: other}}
      expect: {{messages: []}}
"""


@pytest.mark.verifies("defences#9.12", "protocols#1.5", "protocols#5.1")
@pytest.mark.parametrize(
    "auth",
    [
        f"bearer: {IN_ROW}",
        f"basic: {{user: anna, password: {IN_ROW}}}",
        f"api_key: {{header: X-Key, value: {IN_ROW}}}",
        f"api_key: {{query: key, value: {IN_ROW}}}",
    ],
)
def test_a_secret_in_protocols_and_credentials_is_in_no_report(
    shall: Shall, project: Path, service: Any, auth: str
) -> None:
    secrets = (DECLARED, CAPTURED, IN_ROW, IN_HEADER)
    every = "\n".join(map(echoed, secrets))
    service.answer("graphql", json.dumps({"data": {"b": every}}), "application/json")
    event = json.dumps({"token": CAPTURED, "note": every})
    service.answer("stream", f"data: {event}\n\n", "text/event-stream")
    with _echoing() as host:
        text = OVER_PROTOCOLS.replace("HTTP_HOST", service.url).replace("WS_HOST", host)
        (project / "tests/cases").mkdir(parents=True)
        (project / "tests/cases/planted.yaml").write_text(text.replace("{AUTH}", f"{{{auth}}}"))
        ended = _run_with_every_report(shall, service.url)
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert '"*** ***"]' in ended.stdout
    assert _found(shall, project, ended, secrets) == []


@contextmanager
def _echoing() -> Iterator[str]:
    """Serve WebSockets that send back what they receive."""

    def echo(client: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            for message in client:
                client.send(message)

    with serve(echo, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
        server.shutdown()
        thread.join()
