"""A project whose every text tries to be more than text."""

import json
from pathlib import Path

LONG = "x" * 800_000
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
        "expect": {"status": 200, "body": {"token": planted("expected")}},
    }
    case = {
        "name": name,
        "description": planted("description"),
        "tags": [planted("tag")],
        "verifies": ["hostile#1.1", f"hostile#9.9{planted('verified')}"],
        "steps": [step],
    }
    return json.dumps({"testcase": case})
