"""A project whose every text tries to be more than text."""

import json
from pathlib import Path

MARK = "HARMLESS"
SCRIPT = f"<script>document.title='owned'</script>{MARK}"
HANDLER = f"\"'><img src=x onerror=\"document.title='owned'\">{MARK}"
BIDI = f"{MARK}\u202egnp.exe\u2066\u2069"
LONG = "x" * 800_000

REQUIREMENTS = f"""\
# Requirements: {SCRIPT}

### Requirement 1: {HANDLER}

**User Story:** As a {SCRIPT}, I want {HANDLER}, so that {BIDI}.

#### Acceptance Criteria

1. WHEN a customer sends {SCRIPT} THEN the shop SHALL answer {HANDLER} {BIDI}.
2. THE shop SHALL answer `</script><script>document.title='owned'</script>` {LONG}.
"""


def write_hostile(folder: Path) -> None:
    """Write the requirements and cases into a new folder."""
    specs = folder / "specs" / "hostile"
    specs.mkdir(parents=True)
    (specs / "requirements.md").write_text(REQUIREMENTS, encoding="utf-8")
    cases = folder / "tests" / "cases"
    cases.mkdir(parents=True)
    name = '<b onclick=alert(1)>"&amp;.yaml'
    (cases / name).write_text(_case(f"{SCRIPT} {HANDLER} {BIDI}"), encoding="utf-8")
    (cases / "long.yaml").write_text(_case(f"{MARK} {LONG}"), encoding="utf-8")
    (folder / "shall.yaml").write_text("", encoding="utf-8")


def _case(text: str) -> str:
    step = {
        "id": "sign_in",
        "POST": "/login",
        "json": {text: text},
        "headers": {"X-Text": SCRIPT},
        "expect": {"status": 200, "body": {"token": text}},
    }
    case = {
        "name": text,
        "description": text,
        "tags": [SCRIPT, HANDLER],
        "verifies": ["hostile#1.1", f"hostile#9.9{SCRIPT}"],
        "steps": [step],
    }
    return json.dumps({"testcase": case})
