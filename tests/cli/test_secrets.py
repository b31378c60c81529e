"""What `shall run` prints and reports holds no form of a secret."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.redaction.spelling import echoed, every_form
from tests.repository import commit

from shall.cli.output_flags import FILES, FORMATS

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
    reports = {kind: project / f"r.{kind}" for kind in FILES}
    flags = [part for kind, file in reports.items() for part in (f"--report-{kind}", str(file))]
    ended = shall("run", "--host", service.url, "--verbose", *flags)
    shown = [ended.stdout, ended.stderr, shall("config").stdout, shall("trace").stdout]
    formats = [shall("report", "--format", form).stdout for form in FORMATS]
    files = [file for file in reports.values() if file.is_file()]
    assert len(files) == len(FILES) - 1
    written = [file.read_text() for file in files]
    attached = [file.read_text() for file in reports["allure"].iterdir()]
    assert attached
    assert all("***" in text for text in [shown[0], *written, *formats])
    shown += [*formats, *written, *attached]
    for text in shown:
        for form in every_form(CANARY):
            assert form not in text


TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8"
DECLARED = "declared-in-a-case-7"
CRITERIA = f"""### Requirement 1

1. The service SHALL take {CANARY}, {DECLARED} and `{TOKEN}` from the header.
2. The service SHALL answer {CANARY}
"""
CASE_OF_CRITERIA = f"""testcase:
  name: keys
  verifies: ["auth#1.1"]
  variables: {{door: {DECLARED}}}
  secrets: [door]
  steps:
    - {{id: get, path: /a, method: GET, assert: [{{type: status_code, expected: 200}}]}}
"""


@pytest.mark.verifies("defences#9.16")
def test_a_secret_that_stands_in_a_requirement_is_shown_and_stored_nowhere(
    shall: Shall, project: Path
) -> None:
    for name, text in {
        "specs/auth/requirements.md": CRITERIA,
        "tests/cases/keys.yaml": CASE_OF_CRITERIA,
        "shall.yaml": f"variables: {{api_secret: {json.dumps(CANARY)}}}\n",
    }.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)
    commit(project)
    shall("baseline")
    stored = project / ".shall/baseline.jsonl"
    shown = [stored.read_text(), shall("trace", "--why", "auth#1.1").stdout]
    fingerprint = json.loads(shown[0].splitlines()[0])["fingerprint"]
    # As an earlier release wrote it.
    stored.write_text(stored.read_text().replace("***", CANARY, 1))
    (project / "specs/auth/requirements.md").write_text(CRITERIA.replace("take", "read"))
    commands = [
        *(["trace", "--format", it] for it in ("text", "json", "csv", "md", "needs", "manifest")),
        *(["gate", "--format", it] for it in ("text", "json", "markdown", "junit", "sarif")),
        *(["diff"], ["diff", "HEAD"], ["diff", "--format", "json"], ["impact"]),
    ]
    shown += [shall(*arguments).stdout for arguments in commands]
    shall("baseline")
    shown.append(stored.read_text())
    assert "***" in shown[1]
    assert json.loads(shown[-1].splitlines()[0])["fingerprint"] != fingerprint
    for text in shown:
        for secret in (CANARY, DECLARED, TOKEN):
            assert secret not in text
