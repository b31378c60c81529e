"""Finds the cases that must be read before a run begins, without reading the others."""

import re

EARLY = ("data",)
"""Fields of a case that decide what runs, and when."""

_ANY = re.compile(rf"\b(?:{'|'.join(EARLY)})\b")
_FIRST_FIELD = re.compile(
    r"^testcase:[ \t]*(?:#.*)?\n(?:[ \t]*(?:#.*)?\n)*( +)(?=\S)", re.MULTILINE
)


def may_be_early(text: str) -> bool:
    """Return whether the text of a case may have one of the fields; most texts have no such word.

    A case in flow style, or with merged mappings, that has the word anywhere counts.
    """
    if _ANY.search(text) is None:
        return False
    first = _FIRST_FIELD.search(text)
    if first is None or "<<" in text:
        return True
    field = rf"^{first[1]}[\"']?(?:{'|'.join(EARLY)})[\"']?[ \t]*:"
    return re.search(field, text, re.MULTILINE) is not None
