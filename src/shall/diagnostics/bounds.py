"""A bounded number of problems, in texts of a bounded length."""

from collections.abc import Iterable, Sequence
from itertools import islice

from shall.diagnostics.diagnostic import Diagnostic, Severity
from shall.messages import plural

MAX_FINDINGS = 100
"""Problems of one document that are reported one by one; the others are counted."""

MESSAGE_LENGTH = 1000
"""Characters of one message: names and values in it come from the document."""


def shortened(text: str, length: int = MESSAGE_LENGTH) -> str:
    """Return a text with at most ``length`` characters; a cut one ends in an ellipsis."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def with_count(diagnostics: Sequence[Diagnostic], more: int) -> list[Diagnostic]:
    """Return the diagnostics, and behind them one with the number of those left out."""
    if not more:
        return list(diagnostics)
    what = plural(more, "problem", "problems")
    severity = max((it.severity for it in diagnostics), key=tuple(reversed(Severity)).index)
    message = f"And {more:,} more {what}."
    return [
        *diagnostics,
        Diagnostic("file.more-problems", severity, message, diagnostics[-1].span),
    ]


def first_diagnostics(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return the first ``MAX_FINDINGS`` diagnostics, and the number of the others."""
    left = iter(diagnostics)
    first = list(islice(left, MAX_FINDINGS))
    return with_count(first, sum(1 for _ in left))
