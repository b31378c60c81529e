"""Writes JSON values as literals of Python."""

from pprint import pformat
from typing import Any

from shall.cases.unit.model import Arguments
from shall.cases.unit.names import is_identifier

_WIDTH = 96


def literal(value: Any, level: int = 0) -> str:
    """Return an expression of Python that has this value, and nothing but this value."""
    text = pformat(value, width=max(_WIDTH - 4 * level, 40), sort_dicts=False)
    if "\n" not in text:
        return text
    return text if text[0] in "[{" else repr(value)


def call_text(function: str, arguments: Arguments, level: int = 0) -> str:
    """Return a call; ``function`` is an expression that was made of checked names."""
    parts = [literal(it, level) for it in arguments.args]
    named = {key: it for key, it in arguments.kwargs.items() if is_identifier(key)}
    parts += [f"{key}={literal(it, level)}" for key, it in named.items()]
    if rest := {key: it for key, it in arguments.kwargs.items() if key not in named}:
        parts.append(f"**{literal(rest, level)}")
    return f"{function}({', '.join(parts)})"
