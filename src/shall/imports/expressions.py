"""Texts of other tools as values of a case: what is an expression in it, and what is only text.

A reader puts marks into a text where it has a variable, since braces that the text itself holds
must not become an expression.
"""

import re

_OPEN, _CLOSE = "\ue000", "\ue001"
MARK = re.compile(f"({_OPEN}[^{_OPEN}{_CLOSE}]*{_CLOSE})")
"""A mark, as a group."""

_VARIABLE = re.compile(rf"\A(\{{\{{ |{_OPEN})([\w.\[\]-]+)( \}}\}}|{_CLOSE})\Z")


def mark(expression: str) -> str:
    """Return the mark of an expression, such as the name of a variable."""
    return f"{_OPEN}{expression}{_CLOSE}"


def without_marks(text: str) -> str:
    """Return a text of a source without the characters that marks are made of."""
    return text.replace(_OPEN, "").replace(_CLOSE, "")


def expression_text(text: str) -> str:
    """Return a text as the value of a case: its braces as they are, its marks as expressions."""
    parts = MARK.split(text.replace("{{", '{{ "{{" }}'))
    parts[1::2] = [f"{{{{ {part[1:-1]} }}}}" for part in parts[1::2]]
    return "".join(parts)


def as_text(text: str) -> str:
    """Return the value of a case as one that is a text: a variable alone has a type of its own."""
    return _VARIABLE.sub(r"\1\2 | to_string\3", text)
