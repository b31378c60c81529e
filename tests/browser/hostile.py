"""A project whose every text tries to be more than text."""

import json
from pathlib import Path
from typing import Any

LONG = "x" * 990_000
"""A case and a document may have 1,000,000 characters."""
MEGABYTE = "y" * 1_000_000
FILE_NAME = '<b onclick=alert(1)>"&amp;.yaml'


def markup(field: str) -> str:
    """Return what would change the title of the page if it were more than text."""
    script = "<script>document.title='owned'</script>"
    return f"{script}\"'><img src=x onerror=\"document.title='owned'\">{field}"


def planted(field: str) -> str:
    """Return the markup with a control that turns the line."""
    return f"{markup(field)}\u202egnp.exe"


REQUIREMENTS = f"""\
# Requirements: {planted("document")}

### Requirement 1: {planted("requirement")}

**User Story:** As a {planted("role")}, I want {planted("wish")}, so that {planted("reason")}.

#### Acceptance Criteria

1. WHEN a customer sends {planted("trigger")} THEN the shop SHALL answer {planted("answer")}.
2. THE shop SHALL answer `</script><script>document.title='owned'</script>` {LONG}.
"""

PLAIN = """# Orders

### Requirement 1: Parcels

#### Acceptance Criteria

1. WHEN a parcel is lost, THE shop SHALL send another one.
"""


async def hostile_service(scope: Any, _receive: Any, send: Any) -> None:
    """Answer every request with markup, and a value of a megabyte."""
    if scope["type"] == "http":
        body = json.dumps({"text": planted("received"), "long": MEGABYTE}).encode()
        headers = [(b"content-type", b"application/json"), (b"x-said", markup("said").encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def write_hostile(folder: Path) -> None:
    """Write the requirements and cases into a new folder."""
    specs = folder / "specs" / "hostile"
    specs.mkdir(parents=True)
    (specs / "requirements.md").write_text(REQUIREMENTS, encoding="utf-8")
    long_name = folder / "specs" / "order-fulfilment-and-returns-for-customers-of-other-countries"
    long_name.mkdir()
    (long_name / "requirements.md").write_text(PLAIN, encoding="utf-8")
    cases = folder / "tests" / "cases"
    cases.mkdir(parents=True)
    (cases / FILE_NAME).write_text(_case(planted("name")), encoding="utf-8")
    (cases / "long.yaml").write_text(_case(f"long {LONG}"), encoding="utf-8")
    (folder / "shall.yaml").write_text("", encoding="utf-8")


def _case(name: str) -> str:
    step = {
        "id": "sign_in",
        "POST": "/login",
        "json": {planted("key"): planted("value")},
        "headers": {"X-Text": markup("header")},
        "expect": {"status": 200, "body": {"token": planted("expected")}, "$.long": "short"},
    }
    case = {
        "name": name,
        "description": planted("description"),
        "tags": [planted("tag")],
        "verifies": ["hostile#1.1", f"hostile#9.9{planted('verified')}"],
        "steps": [step],
    }
    return json.dumps({"testcase": case})
