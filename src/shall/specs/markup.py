"""The words of a Markdown text without its inline markup."""

import re

from shall.late_pattern import late_pattern

# What is not markup carries meaning: total_amount, _id, 2 * 3, ~5 ms, and all of `*.yaml`.
_MARKUP = late_pattern(r"\*\*+|`+|~~+")
_EMPHASIS = late_pattern(
    r"\*(?=\S)([^*]{1,1000})(?<=\S)\*|(?<!\w)(_{1,3})(?=\S)(.{1,1000}?)(?<=\S)\2(?!\w)", re.DOTALL
)
_CODE = late_pattern(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_IN_CODE = late_pattern(r"\*+|~~+|(?<!\w)_+|_+(?!\w)|(?<=\])\(")
_PROTECTED = str.maketrans("*~_(", "\ue000\ue001\ue002\ue003")
_RESTORED = str.maketrans("\ue000\ue001\ue002\ue003", "*~_(")
_LINK = late_pattern(r"\[([^\[\]]*)\]\([^()\[\]]*\)")
_MARKS = frozenset("*`~_")


def without_markup(text: str) -> str:
    """Return a text without emphasis, code marks and the targets of links.

    >>> without_markup("**Given** a `total_amount`, *when* [paid](#pay)")
    'Given a total_amount, when paid'
    """
    words = text
    if "`" in words:
        words = _CODE.sub(_protected, words)
    if "](" in words:
        words = _LINK.sub(r"\1", words)
    if not _MARKS.isdisjoint(words):
        words = _EMPHASIS.sub(r"\1\3", _MARKUP.sub("", words))
    return words.translate(_RESTORED)


def _protected(code: re.Match[str]) -> str:
    """Return code with other characters in place of what looks like markup."""
    return _IN_CODE.sub(lambda found: found[0].translate(_PROTECTED), code[2])
