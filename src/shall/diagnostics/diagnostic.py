"""One problem, in whatever kind of document it was found."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct

from shall.span import Span


class Severity(StrEnum):
    """How serious a problem is. Only errors change an exit status."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Edit(Struct, frozen=True):
    """A change that fixes a problem: replace the characters of ``span`` by ``text``."""

    span: Span
    text: str


class Diagnostic(Struct, frozen=True):
    """One problem, wherever it was found: in a spec, a case, a setting, a link.

    ``code`` is public and never reused, such as ``case.unknown-field``. ``message`` is a sentence
    that ends with a full stop, ``hint`` the next step, a sentence of its own. ``span`` is None
    where the problem belongs to no file. ``field`` is the path of a value in a document, such as
    ``steps[0].assert[1].type``.
    """

    code: str
    severity: Severity
    message: str
    span: Span | None = None
    hint: str = ""
    field: str = ""
    fix: Edit | None = None

    def __str__(self) -> str:
        """Return the problem in one line: place, field, message and hint."""
        return f"{self.span}: {self.text}" if self.span else self.text

    @property
    def text(self) -> str:
        """The problem without its place: field, message and hint."""
        field = f"{self.field}:" if self.field else ""
        return " ".join(part for part in (field, self.message, self.hint) if part)

    def to_json(self) -> dict[str, Any]:
        """Return the problem as JSON data."""
        data: dict[str, Any] = {
            "code": self.code,
            "severity": self.severity.value,
            "file": self.span.file if self.span else None,
            "line": self.span.line if self.span else None,
            "column": self.span.column if self.span else None,
            "length": self.span.length if self.span else None,
            "field": self.field,
            "message": self.message,
            "hint": self.hint or None,
        }
        if self.fix is not None:
            start = self.fix.span
            data["fix"] = {
                "line": start.line,
                "column": start.column,
                "length": start.length,
                "text": self.fix.text,
            }
        return data


def from_json(data: Mapping[str, Any]) -> Diagnostic:
    """Read what ``Diagnostic.to_json`` returned, without its fix."""
    file, line, column = data["file"], data["line"], data["column"]
    return Diagnostic(
        data["code"],
        Severity(data["severity"]),
        data["message"],
        None if file is None else Span(file, line, column, data.get("length", 0)),
        data["hint"] or "",
        data["field"],
    )


def by_place(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return diagnostics in the order of their files and lines; those without a place first."""
    nowhere = Span("", 0)
    return sorted(diagnostics, key=lambda found: (found.span or nowhere, found.code))
