"""Regular expressions from users, which cannot hang the run."""

TIMEOUT_S = 0.5


def search(pattern: str, text: str) -> bool | None:
    """Search a text; None when the pattern takes longer than half a second to decide.

    The standard library's ``re`` cannot be stopped, so the ``regex`` package searches.
    """
    import regex  # loaded by the first case that uses a pattern

    try:
        return regex.search(pattern, text, timeout=TIMEOUT_S) is not None
    except TimeoutError:
        return None
    except regex.error:  # read by `re` when the case was read; the two differ in rare corners
        return False
