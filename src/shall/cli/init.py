"""``shall init``: a first requirement, a case that verifies it, settings and state."""

import argparse
from pathlib import Path

from shall.actions.case_schema import schema_line, schema_path, schema_text
from shall.actions.discovery import case_folders
from shall.actions.requirements import read_specs
from shall.bootstrap import open_project
from shall.cli.options import settings_of
from shall.cli.output import OK, notice, say
from shall.errors import InvalidInput
from shall.messages import Message, render
from shall.settings.reader import FILE_NAME
from shall.workspace.folders import CASE_FOLDERS
from shall.workspace.workspace import Workspace

_REQUIREMENTS = """\
# Requirements

### Requirement 1: The service answers

**User Story:** As a caller, I want the service to answer, so that I can use it.

#### Acceptance Criteria

1. WHEN the health page is requested, THE service SHALL answer with status 200.
"""

_CASE = """\
name: the service is healthy
{links}steps:
- GET: /health
  expect: 200
"""

_HOST = "host: http://127.0.0.1:8000\n"
_SETTINGS = """\
# What `shall config` shows can be set here. Environment variables and flags win.
{host}# variables: {user: alice}
# secrets: [password]
"""

_VERIFIES = 'verifies: ["default#1.1"]\n'
_DOCUMENT = "specs/requirements.md"


def _files(workspace: Workspace, cases: str, *, has_host: bool) -> dict[str, str]:
    """Return path and text of each file.

    The settings name a host unless they have one; the case does where others wrote them without
    one, and verifies nothing that others wrote. Requirements of any layout are enough.
    """
    features = read_specs(workspace).features
    document = features[0].file if features else _DOCUMENT
    has_settings = workspace.files.is_file(FILE_NAME)
    links = _HOST if has_settings and not has_host else ""
    if not workspace.files.is_file(document):
        links += _VERIFIES
    case = f"{cases}/health.yaml"
    return {
        document: _REQUIREMENTS,
        case: schema_line(workspace, case) + _CASE.replace("{links}", links),
        schema_path(workspace): schema_text(),
        FILE_NAME: _SETTINGS.replace("{host}", f"# {_HOST}" if has_host else _HOST),
    }


def execute(arguments: argparse.Namespace) -> int:
    """Run the command."""
    folder = Path(arguments.workspace or ".").resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(f"The folder {folder} cannot be created: {error.strerror}.") from None
    settings, _ = settings_of(folder, {})
    workspace = open_project(folder, settings)
    had_state = workspace.has_state()
    workspace.make_state()

    def report(code: str, indent: str = "", **params: str) -> None:
        say(indent + render(Message(code, params), settings.language))

    cases = next(iter(case_folders(workspace)), CASE_FOLDERS[0])
    for path, text in _files(workspace, cases, has_host=settings.host is not None).items():
        if workspace.files.is_file(path):
            report("init.kept", path=path)
        else:
            workspace.files.write_text(path, text, overwrite=False)
            report("init.made", path=path)
    if workspace.state_warning:
        notice(workspace.state_warning)
    else:
        code = "init.kept" if had_state else "init.made_state"
        report(code, path=f"{workspace.state.name}/")
    say()
    report("init.next")
    report("init.run", indent="  ", folder=cases)
    report("init.trace", indent="  ")
    return OK
