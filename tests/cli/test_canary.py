"""A secret that is planted through every feature of a case is in no output of its run."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.redaction.spelling import echoed, every_form

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

    flags = [part for kind in FILES for part in (f"--report-{kind}", f"r.{kind}")]
    ended = shall("run", "--host", service.url, "--verbose", *flags)

    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "/given/echo/***" in ended.stdout
    assert "--data-raw" in ended.stdout
    shown = {"terminal": ended.stdout, "errors": ended.stderr}
    shown |= {form: shall("report", "--format", form).stdout for form in FORMATS}
    shown["history"] = shall("history", "--format", "json").stdout
    files = [it for it in project.rglob("r.*") if it.is_file()]
    files += (project / "r.allure").iterdir()
    assert len(files) > len(FILES)
    shown |= {it.name: it.read_text() for it in files}
    found = [
        f"{where}: {form}"
        for where, text in shown.items()
        for secret in secrets
        for form in every_form(secret)
        if form in text
    ]
    assert found == []
