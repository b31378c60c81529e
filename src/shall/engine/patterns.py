"""Regular expressions from users, which cannot hang the run."""

import time

from shall.engine.budgets import Budget


def search(pattern: str, text: str, budget: Budget) -> bool | None:
    """Search a text; None when the time that the patterns of the case have left is too short.

    The standard library's ``re`` cannot be stopped, so the ``regex`` package searches. Other
    threads run meanwhile.
    """
    import regex  # loaded by the first case that uses a pattern

    timeout_s = budget.pattern_time()
    if timeout_s <= 0:
        return None
    started = time.monotonic()
    try:
        return regex.search(pattern, text, timeout=timeout_s, concurrent=True) is not None
    except TimeoutError:
        return None
    except (regex.error, RecursionError, MemoryError):
        return False  # `re` read it when the case was read; the two differ in rare corners
    finally:
        budget.spend_pattern_time(time.monotonic() - started)
