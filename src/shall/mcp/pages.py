"""Divides what a tool lists into pages that fit in a short reply."""

from collections.abc import Sequence
from typing import Any

from shall.errors import BadValue
from shall.mcp.matrix_reply import ROWS_BYTES, fitting


def check_offset(offset: int) -> None:
    """Check where a page begins.

    Raises:
        BadValue: It is negative.
    """
    if offset < 0:
        raise BadValue(f"offset is {offset}; it must be 0 or more.")


def page(
    name: str, items: Sequence[dict[str, Any]], offset: int, room: int = ROWS_BYTES
) -> dict[str, Any]:
    """Return as many items as fit in a short reply, at least one, and where the next begin."""
    rest = items[offset:]
    shown = list(fitting(rest, room)) or list(rest[:1])
    answer: dict[str, Any] = {name: shown, "total": len(items)}
    if len(shown) < len(rest):
        answer["next_offset"] = offset + len(shown)
    return answer
