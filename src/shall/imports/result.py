"""What an import yields: cases as data, and what they could not carry."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from shall.diagnostics import Diagnostic, Severity
from shall.diagnostics.bounds import first_diagnostics, shortened
from shall.span import Span

MOST_CASES = 2_000
"""Cases that one document may yield."""


_LONGEST = 80
"""Characters of a place that are shown."""


class ImportedCase(Struct, frozen=True):
    """A case as JSON data. ``path`` is its file, below the folder that cases are written to."""

    path: str
    data: Mapping[str, Any]


class Imported(Struct, frozen=True):
    """Cases, what they could not carry, and the variables that stand for secret values.

    ``environment`` is one of shall.yaml, by its name, where the document is one.
    """

    cases: Sequence[ImportedCase]
    left_out: Sequence[Diagnostic] = ()
    secrets: Sequence[str] = ()
    environment: Mapping[str, Mapping[str, Any]] = {}


class LeftOut:
    """Collects what could not be carried, each with its place and the reason."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._found: dict[Diagnostic, None] = {}

    @property
    def found(self) -> list[Diagnostic]:
        """What was left out, each part once."""
        return first_diagnostics(self._found)

    def add(self, place: str, message: str, hint: str = "", *, line: int = 0) -> None:
        """Add a part. ``place`` is the path of a value, or the name of a request."""
        span = Span(self.file, line) if line else None
        text = shortened(message)
        found = Diagnostic(
            "import.left-out", Severity.WARNING, text, span, hint, field=place[:_LONGEST]
        )
        self._found[found] = None
