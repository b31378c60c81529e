"""Every rule of ``shall lint``."""

from shall.specs.lint.rule import Rule
from shall.specs.lint.rules import changes, documents, grammar, links, measures, suppressed, wording

RULES: tuple[Rule, ...] = (
    *grammar.RULES,
    *wording.RULES,
    *measures.RULES,
    *documents.RULES,
    *links.RULES,
    *changes.RULES,
    *suppressed.RULES,
)

__all__ = ["RULES"]
