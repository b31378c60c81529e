"""What changed between two states of the criteria, as text, JSON and Markdown."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from shall.diagnostics.escaping import one_line
from shall.specs.changes import Change, ChangeKind, word_diff


def changes_text(changes: Sequence[Change], names: tuple[str, str]) -> str:
    """Return one line a change, grouped by what happened."""
    if not changes:
        return f"Nothing changed from {names[0]} to {names[1]}."
    width = max(len(change.kind.value) for change in changes)
    return "\n".join(
        one_line(f"{change.kind.value:<{width}}  {change.key}  {told(change)}")
        for change in changes
    )


def changes_json(changes: Sequence[Change], names: tuple[str, str]) -> str:
    """Return the changes as JSON."""
    data = {
        "format": 1,
        "before": names[0],
        "after": names[1],
        "changes": [change_to_json(change) for change in changes],
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def change_to_json(change: Change) -> Mapping[str, Any]:
    """Return one change as JSON data."""
    before, after = change.before, change.after
    return {
        "kind": change.kind.value,
        "key": change.key,
        "old_key": before.key if before else None,
        "before": before.status if before else None,
        "after": after.status if after else None,
        "old_text": before.text if before else None,
        "text": after.text if after else None,
    }


def told(change: Change) -> str:
    """Return what happened to a criterion, beside its key."""
    before, after = change.before, change.after
    if before is None or after is None:
        row = after or before
        return f"{row.status}: {row.text}" if row else ""
    if change.kind is ChangeKind.REWORDED:
        return word_diff(before.text, after.text)
    if change.kind is ChangeKind.MOVED:
        return f"was {before.key}: {after.text}"
    return f"{before.status} → {after.status}: {after.text}"
