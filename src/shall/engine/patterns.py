"""Regular expressions from users, which cannot hang the run."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

from shall.engine.budgets import Budget


def search(pattern: str, text: str, budget: Budget) -> bool | None:
    """Search a text; None when the time that the patterns of the case have left is too short.

    The standard library's ``re`` cannot be stopped, so the ``regex`` package searches. Other
    threads run meanwhile.
    """

    def found(regex: Any, timeout_s: float) -> bool:
        return regex.search(pattern, text, timeout=timeout_s, concurrent=True) is not None

    return _bounded(found, budget, False)


def first_group(pattern: str, text: str, budget: Budget) -> str | None:
    """Return the first group of the first match, or the whole match; None where there is none.

    Raises:
        TimeoutError: The time is too short, so that it is not known.
    """

    def found(regex: Any, timeout_s: float) -> tuple[str | None]:
        match = regex.search(pattern, text, timeout=timeout_s, concurrent=True)
        if match is None:
            return (None,)
        return (match[1] if match.re.groups else match[0],)

    group = _bounded(found, budget, None)
    if group is None:
        raise TimeoutError
    return group[0]


def replaced(pattern: str, new: str, text: str, budget: Budget) -> str | None:
    """Return a text with each match replaced; None when the time is too short."""

    def found(regex: Any, timeout_s: float) -> str:
        made: str = regex.sub(pattern, lambda _: new, text, timeout=timeout_s, concurrent=True)
        return made

    return _bounded(found, budget, None)


_Found = TypeVar("_Found")


def _bounded(
    find: Callable[[Any, float], _Found], budget: Budget, where_odd: _Found
) -> _Found | None:
    """Search within the time that is left."""
    import regex  # loaded by the first case that uses a pattern

    timeout_s = budget.pattern_time()
    if timeout_s <= 0:
        return None
    started = time.monotonic()
    try:
        return find(regex, timeout_s)
    except TimeoutError:
        return None
    except (regex.error, RecursionError, MemoryError):
        return where_odd  # `re` read it when the case was read; the two differ in rare corners
    finally:
        budget.spend_pattern_time(time.monotonic() - started)
