from collections.abc import Callable, Mapping

import pytest

from shall.diagnostics import Diagnostic
from shall.rules import LintOptions
from shall.specs.lint.checker import chosen, lint
from shall.specs.lint.rules.links import Beside
from shall.specs.reader import read_document

REQUIREMENTS = (
    "### Requirement 1\n\n1. THE shop SHALL ring.\n\n### Requirement 2\n\n1. THE shop SHALL glow.\n"
)

RINGING = (
    "## Requirements\n\n### Requirement: Ringing\n\nThe shop SHALL ring.\n\n"
    "#### Scenario: Bell is pressed\n\n- **WHEN** the bell is pressed\n- **THEN** the shop rings\n"
)

Check = Callable[..., list[Diagnostic]]


def document_of(text: str) -> str:
    """Return a document: the text itself, or its sentence as the only criterion."""
    if text.lstrip().startswith("#"):
        return text
    return f"### Requirement 1\n\n#### Acceptance Criteria\n\n1. {text}\n"


@pytest.fixture
def check() -> Check:
    """Checks a document, or one sentence, and returns the findings."""

    def checked(
        text: str, language: str = "en", tasks: str = "", design: str = "", **options: object
    ) -> list[Diagnostic]:
        if text.startswith("- ["):  # the tasks of a document with two requirements
            text, tasks = REQUIREMENTS, text
        text = document_of(text)
        documents = {"docs/a.md": text}
        if text.startswith(("## MODIFIED", "## RENAMED")):  # a change of what holds
            documents = {
                "openspec/changes/twice/specs/a/spec.md": text,
                "openspec/specs/a/spec.md": RINGING,
            }
        features = [read_document(it, path, "a") for path, it in documents.items()]
        texts: Mapping[str, str] = documents
        beside = [
            Beside("a", kind, f"docs/{kind}.md", written)
            for kind, written in (("task", tasks), ("design", design))
            if written
        ]
        choice = chosen(LintOptions(**options))  # type: ignore[arg-type]
        return lint(features, texts, choice, language, beside)

    return checked
