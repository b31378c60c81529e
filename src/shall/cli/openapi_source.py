"""Reads what ``--openapi FILE|URL`` names."""

from shall.actions.coverage import fetch_document
from shall.cli.output import text_of_file
from shall.errors import BadValue
from shall.openapi.document import MOST_BYTES
from shall.settings import Settings
from shall.workspace.workspace import Workspace


def read_source(workspace: Workspace, named: str | None, settings: Settings) -> tuple[str, str]:
    """Return the text of a document, and its path or URL as it may be shown.

    ``named`` is what the flag names; without it the settings do.

    Raises:
        InvalidInput: The file cannot be read.
        BadValue: No document is named.
        BadValue, TargetDenied, TargetUnreachable, TimedOut: As ``fetch_document``.
    """
    source = named or settings.openapi
    if not source:
        raise BadValue(
            "No OpenAPI document is named.", hint="Pass --openapi, or set `openapi` in shall.yaml."
        )
    if source.startswith(("http://", "https://")):
        return fetch_document(workspace, source), workspace.redactor.url(source)
    path = source if named else str(workspace.root / source)
    return text_of_file(path, MOST_BYTES), source
