"""Reads what ``--openapi FILE|URL`` names."""

from pathlib import Path

from shall.actions.coverage import fetch_document
from shall.actions.named_documents import is_url
from shall.cli.output import text_of_file
from shall.errors import BadValue
from shall.openapi.document import MOST_BYTES
from shall.settings import Settings
from shall.workspace.workspace import Workspace


def read_sources(
    workspace: Workspace, named: str | None, settings: Settings
) -> list[tuple[str, str]]:
    """Return the text of each document, and its path or URL as it may be shown.

    ``named`` is what the flag names; without it the settings do.

    Raises:
        InvalidInput: A file cannot be read.
        BadValue: No document is named.
        BadValue, TargetDenied, TargetUnreachable, TimedOut: As ``fetch_document``.
    """
    sources = (named,) if named else settings.openapi
    if not sources:
        raise BadValue(
            "No OpenAPI document is named.", hint="Pass --openapi, or set `openapi` in shall.yaml."
        )
    folder = Path() if named else workspace.root
    return [_read(workspace, source, folder) for source in sources]


def read_source(workspace: Workspace, named: str | None, settings: Settings) -> tuple[str, str]:
    """Return the text of the only document, as ``read_sources``.

    Raises:
        BadValue: The settings name several, too.
    """
    if not named and len(settings.openapi) > 1:
        raise BadValue(
            "shall.yaml names several OpenAPI documents.", hint="Name one with --openapi."
        )
    ((text, source),) = read_sources(workspace, named, settings)
    return text, source


def _read(workspace: Workspace, source: str, folder: Path) -> tuple[str, str]:
    if is_url(source):
        return fetch_document(workspace, source), workspace.redactor.url(source)
    return text_of_file(str(folder / source), MOST_BYTES), source
