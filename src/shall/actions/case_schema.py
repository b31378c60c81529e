"""The JSON Schema of case files, in the folder of cases, for editors."""

import json
import posixpath

from shall.actions.discovery import case_folders
from shall.cases.json_schema import json_schema
from shall.workspace.folders import CASE_FOLDERS
from shall.workspace.workspace import Workspace

_NAME = "case.schema.json"


def schema_path(workspace: Workspace) -> str:
    """Return where the schema of a workspace lies: in its folder of cases."""
    return f"{next(iter(case_folders(workspace)), CASE_FOLDERS[0])}/{_NAME}"


def schema_text() -> str:
    """Return the schema as one line of JSON, which is half the size of an indented one."""
    return json.dumps(json_schema(), separators=(",", ":")) + "\n"


def write_schema(workspace: Workspace) -> str:
    """Write the schema, or renew it; return its path."""
    path = schema_path(workspace)
    workspace.files.write_text(path, schema_text())
    return path


def schema_line(workspace: Workspace, case: str) -> str:
    """Return the comment by which editors find the schema from the path of a case."""
    path = posixpath.relpath(schema_path(workspace), posixpath.dirname(case))
    return f"# yaml-language-server: $schema={path}\n"
