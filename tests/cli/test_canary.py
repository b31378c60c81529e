"""A secret that is planted through every feature of a case is in no output of its run."""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from tests.cli.test_notifications import Receiver
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


def _run_with_every_report(shall: Shall, host: str, *more: str, **environment: str) -> Any:
    flags = [part for kind in FILES for part in (f"--report-{kind}", f"r.{kind}")]
    return shall("run", "--host", host, "--verbose", *more, *flags, **environment)


def _found(
    shall: Shall,
    project: Path,
    ended: Any,
    secrets: Sequence[str],
    more: Mapping[str, str] = MappingProxyType({}),
) -> list[str]:
    """Return what is found of secrets in what was printed, in every report, and in ``more``."""
    shown = {"terminal": ended.stdout, "errors": ended.stderr, **more}
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


SETTINGS = f"""keep: all
before_run: [opened]
after_run: [closed]
databases: {{shop: "sqlite:///shop.db"}}
secrets:
  door: {{environment: DOOR}}
variables: {{pin: "{IN_ROW}"}}
notify: {{when: always, to: {{hook: {{environment: HOOK}}}}}}
"""

HOOKS = {
    "opened": """    - POST: "/given/login?door={{ door }}"
      json: {pin: "{{ pin }}"}
      capture: {token: $.token}
""",
    "closed": """    - GET: "/given/echo?token={{ token }}"
      headers: {X-Door: "{{ door }}"}
      expect: {$.echo: "{{ door }} {{ pin }} {{ token }}"}
""",
}

STEPS = {
    "files": """    - POST: "/given/echo?at={{ door }}"
      body: {file: "large.txt"}
      expect: {$.echo: none}
    - POST: /given/echo
      files: {a: {file: large.txt}, b: {text: "{{ door }}"}}
""",
    "file": """    - POST: /given/echo
      body: {file: "{{ door }}/{{ token }}.txt"}
""",
    "talk": """    - WS: WS_HOST/chat?door={{ door }}
      messages:
        - send: {a: "{{ door }}", b: "{{ token }}"}
        - receive: 1
        - send_base64: "{{ pin }}"
""",
    "stream": """    - GET: "/given/stream?at={{ token }}"
      stream: {until: {$.data.note: "{{ door }}"}, within: 5 s}
""",
    "cut": """    - GET: "/given/text?at={{ token }}"
      expect: {$.a: 1}
""",
    "contract": """    - GET: "/given/echo/{{ door }}"
      expect: {openapi: api.json}
    - GET: /given/echo
      expect: {openapi: api.json}
""",
    "schema": """    - GET: /given/echo
      expect: {$.echo: {schema: {type: string, maxLength: 2}}, body: {schema: {not: {}}}}
""",
    "snapshot": """    - GET: "/given/echo?a={{ door }}"
      expect: {body: {snapshot: all}, $.echo: {snapshot: echo}}
""",
    "database": """    - sql:
        database: shop
        query: "SELECT :a AS door, :b AS note, hex(:a) AS digits"
        parameters: {a: "{{ door }}", b: "{{ pin }} {{ token }}"}
      expect: {row: {door: x, note: y, digits: z}, rows: {length: 3}}
""",
    "query": """    - sql:
        database: shop
        query: "SELECT * FROM none WHERE a = :a"
        parameters: {a: "{{ door }}"}
""",
    "loop": """    - GET: "/given/echo?a={{ item }}"
      for each: ["{{ door }}", "{{ pin }}", "{{ token }}"]
      expect: {$.echo: "{{ item }}"}
""",
    "address": """    - GET: "http://anna:{{ door }}@127.0.0.1/{{ pin }}"
""",
    "until": """    - GET: "/given/echo?a={{ door }}"
      until: {$.echo: "{{ token }}", every: 10 ms, within: 50 ms}
""",
}


@pytest.mark.verifies("defences#9.12", "defences#9.17", "defences#9.18")
def test_a_secret_in_what_surrounds_requests_is_in_no_output_and_not_in_the_state(
    shall: Shall, project: Path, service: Any
) -> None:
    secrets = (DECLARED, CAPTURED, IN_ROW, IN_HEADER)
    with _echoing() as host, Receiver() as robot:
        _plant(project, service, host)
        thread = threading.Thread(target=robot.serve_forever, args=(0.01,))
        thread.start()
        environment = {"DOOR": DECLARED, "HOOK": f"json://127.0.0.1:{robot.server_port}/x"}
        ended = _run_with_every_report(shall, service.url, "--notify", **environment)
        others = [
            shall("run", "--dry-run", "--host", service.url, **environment),
            shall("run", "--update-snapshots", "--host", service.url, **environment),
            *(shall("export", "--to", it, "tests/cases/schema.yaml") for it in ("curl", "hurl")),
        ]
        robot.shutdown()
        thread.join()
    assert ended.returncode == 2, ended.stdout + ended.stderr
    shown = [it for it in STEPS if f"tests/cases/{it}.yaml" in ended.stdout]
    assert shown == list(STEPS), "each of them fails, and shows what it can"
    assert len(robot.got) == 1
    snapshots = [it.read_text() for it in (project / "tests").rglob("*.json")]
    assert len(snapshots) == 2
    state = [it.read_bytes().decode("latin-1") for it in (project / ".shall").rglob("*.db*")]
    more = {"robot": repr(robot.got), "others": repr(others), "snapshots": repr(snapshots)}
    more["state"] = "".join(state)
    assert _found(shall, project, ended, secrets, more) == []
    more["terminal"] = ended.stdout
    parts = [it[:14] for it in secrets]
    assert [f"{where}: {it}" for where, text in more.items() for it in parts if it in text] == []


ECHO = {"properties": {"echo": {"type": "string", "maxLength": 3}, "id": {"type": "integer"}}}
ANSWER = {"description": "", "content": {"application/json": {"schema": ECHO}}}
DOCUMENT = {
    "openapi": "3.0.3",
    "info": {"title": "t", "version": "1"},
    "paths": {"/given/echo": {"get": {"responses": {"200": ANSWER}}}},
}


def _plant(project: Path, service: Any, ws_host: str) -> None:
    """Write the project, and let the service answer with every form of the secrets."""
    every = "\n".join(map(echoed, (DECLARED, CAPTURED, IN_ROW)))
    answer = json.dumps({"echo": every, "id": CAPTURED})
    service.answer("login", json.dumps({"token": CAPTURED}), "application/json")
    service.answer("echo", answer, "application/json", headers={"X-Note": CAPTURED})
    service.answer("text", f'{{"token": "{IN_HEADER}", "note": "{DECLARED}', "application/json")
    service.answer("stream", f'data: {answer}\n\ndata: {{"pin": "{IN_HEADER}', "text/event-stream")
    (project / "large.txt").write_text(f"{DECLARED}{'x' * (2 << 20)}{IN_ROW}")
    sqlite3.connect(project / "shop.db").close()
    (project / "api.json").write_text(json.dumps(DOCUMENT))
    (project / "shall.yaml").write_text(SETTINGS)
    shared = project / "tests/cases/shared"
    shared.mkdir(parents=True)
    for name, steps in HOOKS.items():
        (shared / f"{name}.yaml").write_text(f"shared:\n  name: {name}\n  steps:\n{steps}")
    for name, steps in STEPS.items():
        text = f"testcase:\n  name: case of {name}\n  use: [opened]\n  steps:\n{steps}"
        (project / f"tests/cases/{name}.yaml").write_text(text.replace("WS_HOST", ws_host))
