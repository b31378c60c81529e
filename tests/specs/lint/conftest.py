from collections.abc import Callable, Mapping

import pytest

from shall.diagnostics import Diagnostic
from shall.rules import LintOptions
from shall.specs.lint.checker import chosen, lint
from shall.specs.reader import read_document

Check = Callable[..., list[Diagnostic]]


def document_of(text: str) -> str:
    """Return a document: the text itself, or its sentence as the only criterion."""
    if text.lstrip().startswith("#"):
        return text
    return f"### Requirement 1\n\n#### Acceptance Criteria\n\n1. {text}\n"


@pytest.fixture
def check() -> Check:
    """Checks a document, or one sentence, and returns the findings."""

    def checked(text: str, language: str = "en", **options: object) -> list[Diagnostic]:
        text = document_of(text)
        feature = read_document(text, "docs/a.md", "a")
        texts: Mapping[str, str] = {feature.file: text}
        return lint([feature], texts, chosen(LintOptions(**options)), language)  # type: ignore[arg-type]

    return checked
