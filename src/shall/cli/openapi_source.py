"""Reads what ``--openapi FILE|URL`` names."""

from shall.actions.coverage import fetch_document
from shall.cli.output import text_of_file
from shall.openapi.document import MOST_BYTES
from shall.workspace.workspace import Workspace


def read_source(workspace: Workspace, source: str) -> tuple[str, str]:
    """Return the text of a document, and its path or URL as it may be shown.

    Raises:
        InvalidInput: The file cannot be read.
        BadValue, TargetDenied, TargetUnreachable, TimedOut: As ``fetch_document``.
    """
    if source.startswith(("http://", "https://")):
        return fetch_document(workspace, source), workspace.redactor.url(source)
    return text_of_file(source, MOST_BYTES), source
