"""What `shall run` prints and reports holds no form of a secret."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.redaction.spelling import echoed, every_form

Shall = Callable[..., Any]

CANARY = "canary-5f1b9c/Zt+8"

CASE = """testcase:
  name: keys
  steps:
    - id: get
      path: /given/all
      method: POST
      json: {note: "{{ api_secret }}"}
      assert:
        - {type: equals, field: body, expected: "{{ api_secret }}"}
"""


@pytest.mark.verifies("defences#9.12")
def test_no_report_and_nothing_printed_holds_a_secret(
    shall: Shall, project: Path, service: Any
) -> None:
    service.answer("all", echoed(CANARY), "text/plain", headers={"X-Key": CANARY})
    (project / "tests/cases").mkdir(parents=True)
    (project / "tests/cases/keys.yaml").write_text(CASE)
    (project / "tests/cases/broken.yaml").write_text(f"testcase:\n  {CANARY}: 1\n  name: [\n")
    (project / "shall.yaml").write_text(f"variables: {{api_secret: {json.dumps(CANARY)}}}\n")
    reports = {kind: project / f"r.{kind}" for kind in ("html", "junit", "json")}
    flags = [part for kind, file in reports.items() for part in (f"--report-{kind}", str(file))]
    ended = shall("run", "--host", service.url, *flags)
    shown = [ended.stdout, ended.stderr, shall("config").stdout, shall("trace").stdout]
    shown += [shall("run", "--host", service.url, "--format", "json").stdout]
    shown += [file.read_text() for file in reports.values()]
    assert "***" in shown[0]
    assert all("***" in text for text in shown[-4:])
    for text in shown:
        for form in every_form(CANARY):
            assert form not in text
