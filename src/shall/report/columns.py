"""How many columns of a terminal texts take."""

SHOWN_LENGTH = 400
"""Columns of a value that are shown in one line at most."""


def columns(text: str) -> int:
    """Count the terminal columns of a text: Chinese characters take two."""
    if text.isascii():
        return len(text)
    return sum(_columns_of(character) for character in text)


def cut(text: str, width: int) -> str:
    """Cut a text to at most ``width`` columns; a cut one ends with three dots."""
    if len(text) * 2 <= width or columns(text) <= width:
        return text
    kept, room = 0, width - 3 - _columns_of(text[0])
    while room >= 0:
        kept += 1
        room -= _columns_of(text[kept])
    return f"{text[:kept]}..."


def _columns_of(character: str) -> int:
    import unicodedata  # only texts beyond ASCII need it

    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
