"""One problem, in whatever kind of document it was found."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shall.span import Span


class Severity(StrEnum):
    """How serious a problem is. Only errors change an exit status."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Edit:
    """A change that fixes a problem: replace ``length`` characters at ``place`` by ``text``."""

    place: Span
    length: int
    text: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem, wherever it was found: in a spec, a case, a setting, a link.

    ``code`` is public and never reused, such as ``case.unknown-field``. ``message`` is a sentence
    that ends with a full stop, ``hint`` the next step, a sentence of its own. ``place`` is None
    where the problem belongs to no file; ``length`` counts the characters from there that are
    wrong, 0 where that is not known. ``field`` is the path of a value in a document, such as
    ``steps[0].assert[1].type``.
    """

    code: str
    severity: Severity
    message: str
    place: Span | None = None
    length: int = 0
    hint: str = ""
    field: str = ""
    fix: Edit | None = None

    def __str__(self) -> str:
        """Return the problem in one line: place, field, message and hint."""
        where = f"{self.place}:" if self.place else ""
        what = f"{self.field}:" if self.field else ""
        return " ".join(part for part in (where, what, self.message, self.hint) if part)

    def to_json(self) -> dict[str, Any]:
        """Return the problem as JSON data."""
        data: dict[str, Any] = {
            "code": self.code,
            "severity": self.severity.value,
            "file": self.place.file if self.place else None,
            "line": self.place.line if self.place else None,
            "column": self.place.column if self.place else None,
            "field": self.field,
            "message": self.message,
            "hint": self.hint or None,
        }
        if self.fix is not None:
            start = self.fix.place
            data["fix"] = {
                "line": start.line,
                "column": start.column,
                "length": self.fix.length,
                "text": self.fix.text,
            }
        return data


def by_place(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return diagnostics in the order of their files and lines; those without a place first."""
    nowhere = Span("", 0)
    return sorted(diagnostics, key=lambda found: (found.place or nowhere, found.code))
