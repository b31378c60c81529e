"""``shall init``: a first requirement, a case that verifies it, settings and state."""

import argparse
from pathlib import Path

from shall.cli.options import settings_of
from shall.cli.output import OK, say, tell
from shall.errors import InvalidInput
from shall.joining import open_project

_REQUIREMENTS = """\
# Requirements

### Requirement 1: The service answers

**User Story:** As a caller, I want the service to answer, so that I can use it.

#### Acceptance Criteria

1. WHEN the health page is asked for, THE service SHALL answer with status 200.
"""

_CASE = """\
testcase:
  name: the service is healthy
  host: http://127.0.0.1:8000
  verifies: ["default#1.1"]
  steps:
    - id: health
      path: /health
      method: GET
      assert:
        - {type: status_code, expected: 200}
"""

_SETTINGS = """\
# What `shall config` shows can be set here. Environment variables and flags win.
# host: http://127.0.0.1:8000
# variables: {user: alice}
# secrets: [password]
"""

_FILES = {
    "specs/requirements.md": _REQUIREMENTS,
    "tests/cases/health.yaml": _CASE,
    "shall.yaml": _SETTINGS,
}


def execute(arguments: argparse.Namespace) -> int:
    """Carry out the command."""
    folder = Path(arguments.workspace or ".").resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(f"The folder {folder} cannot be made: {error.strerror}.") from None
    settings, _ = settings_of(folder, {})
    workspace = open_project(folder, settings)
    workspace.make_state()
    for path, text in _FILES.items():
        if workspace.files.is_file(path):
            say(f"kept   {path}")
        else:
            workspace.files.write_text(path, text, overwrite=False)
            say(f"made   {path}")
    if workspace.state_warning:
        tell(workspace.state_warning)
    else:
        say(f"made   {workspace.state.name}/ (commit it: what is local is ignored inside)")
    say("\nWrite what the system shall do in specs/, then:")
    say("  shall run      runs the cases below tests/cases")
    say("  shall trace    shows which criterion is proved")
    return OK
