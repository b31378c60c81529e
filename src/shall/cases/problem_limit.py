"""The problems of one document as they are told: a bounded number of them."""

from collections.abc import Iterable, Sequence
from itertools import islice

from shall.cases.bounds import MAX_FINDINGS
from shall.errors import Problem

MESSAGE_LENGTH = 1000
"""Characters of one message: names and values in it come from the document."""


def shortened(text: str, length: int) -> str:
    """Return a text with at most ``length`` characters; a cut one ends in an ellipsis."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def told_problems(problems: Sequence[Problem], more: int) -> list[Problem]:
    """Return the problems, and behind them one that says how many more there are."""
    if not more:
        return list(problems)
    what = "problem" if more == 1 else "problems"
    rest = Problem(problems[-1].place, "", f"and {more:,} more {what}")
    return [*problems, rest]


def first_problems(problems: Iterable[Problem]) -> list[Problem]:
    """Return the first ``MAX_FINDINGS`` problems, and the number of the others."""
    left = iter(problems)
    told = list(islice(left, MAX_FINDINGS))
    return told_problems(told, sum(1 for _ in left))
