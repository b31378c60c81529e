"""Shortens texts for a reply: at the end of a sentence where one fits."""

import re

_SENTENCE_END = re.compile(r"(?:[.!?](?=\s)|[。！？]|(?=\n))")
_LEAST_REASON = 60
"""Characters of the reason that must remain beside a next step."""


def cut(text: str, length: int) -> str:
    """Cut a text at its end, wherever that is."""
    return text if len(text) <= length else f"{text[: max(length - 1, 0)]}…"


def cut_bytes(text: str, room: int) -> str:
    """Cut a text to a number of UTF-8 bytes, at the end of a sentence where one fits."""
    data = text.encode("utf-8", "replace")
    if len(data) <= room:
        return text
    kept = data[: max(room - 3, 0)].decode("utf-8", "ignore")
    return f"{_whole_sentences(kept, text) or kept}…"


def cut_sentences(text: str, length: int) -> str:
    """Cut a text to ``length`` characters, at the end of a sentence where one fits."""
    if len(text) <= length:
        return text
    kept = text[: max(length - 1, 0)]
    return f"{_whole_sentences(kept, text) or kept}…"


def shorten(reason: str, hint: str, length: int) -> str:
    """Return a reason and its next step in at most ``length`` characters.

    The reason is cut at the end of a sentence. The next step is there whole or not at all: it
    is left out where it would leave less than 60 characters to the reason.
    """
    if not hint:
        return cut_sentences(reason, length)
    room = length - len(hint) - 1
    if room < min(len(reason), _LEAST_REASON):
        return cut_sentences(reason, length)
    return f"{cut_sentences(reason, room)} {hint}"


def _whole_sentences(kept: str, text: str) -> str:
    """Return the sentences that are whole in ``kept``, the beginning of ``text``."""
    ends = [end.end() for end in _SENTENCE_END.finditer(text, 0, len(kept) + 1)]
    fitting = [end for end in ends if 0 < end <= len(kept)]
    return text[: fitting[-1]] if fitting else ""
