"""A rule of ``shall lint``, and what it finds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from shall.diagnostics import Severity
from shall.span import Span
from shall.specs.model import Criterion


class Text(NamedTuple):
    """A sentence in English and in Chinese."""

    en: str
    zh: str

    def in_language(self, language: str) -> str:
        """Return it in a language; English where there is no such text."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. ``code`` is public and never reused; ``name`` says what is reported.

    ``message`` is a template for ``found``, the words in question, and the values of the finding.
    ``bad`` are documents or sentences that break the rule, ``good`` say the same and do not.
    """

    code: str
    name: str
    severity: Severity
    meaning: Text
    message: Text
    hint: Text
    bad: tuple[str, ...]
    good: tuple[str, ...]
    has_fix: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One place that breaks a rule.

    ``start`` is where ``found`` begins in the text of the criterion; -1 stands for the whole.
    ``replacement`` is what a fix writes in place of ``found``, or of ``fix_span``.
    """

    rule: Rule
    span: Span
    criterion: Criterion | None = None
    start: int = -1
    found: str = ""
    replacement: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    fix_span: Span | None = None

    def message(self, language: str) -> str:
        """Return the sentence that reports it."""
        return self.rule.message.in_language(language).format(found=self.found, **self.values)
