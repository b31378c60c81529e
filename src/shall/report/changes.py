"""What changed between two states of the criteria, as text, JSON and Markdown."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from shall.diagnostics.escaping import no_formula, one_line
from shall.diagnostics.terminal import width
from shall.messages import Message, render, translated
from shall.specs.changes import Change, ChangeKind, word_diff

_COLUMNS = ("kind", "key", "old_key", "before", "after", "old_text", "text", "removed_by")
_NONE: Mapping[str, str] = {}


def changes_text(
    changes: Sequence[Change],
    names: tuple[str, str],
    language: str = "en",
    removed: Mapping[str, str] = _NONE,
) -> str:
    """Return one line a change, grouped by what happened.

    ``removed`` maps keys to the archived change of OpenSpec that removed the criterion.
    """
    if not changes:
        return translated(f"Nothing changed from {names[0]} to {names[1]}.", language)
    kinds = {change.kind: translated(change.kind.value, language) for change in changes}
    columns = max(map(width, kinds.values()))
    padded = {kind: name + " " * (columns - width(name)) for kind, name in kinds.items()}
    return "\n".join(
        one_line(f"{padded[it.kind]}  {it.key}{_by(it, removed)}  {described(it, language)}")
        for it in changes
    )


def _by(change: Change, removed: Mapping[str, str]) -> str:
    return f" [{removed[change.key]}]" if change.key in removed else ""


def changes_json(
    changes: Sequence[Change], names: tuple[str, str], removed: Mapping[str, str] = _NONE
) -> str:
    """Return the changes as JSON; ``removed``: see ``changes_text``."""
    data = {
        "format": 1,
        "before": names[0],
        "after": names[1],
        "changes": [
            {**change_to_json(change), "removed_by": removed.get(change.key)} for change in changes
        ],
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def changes_csv(changes: Sequence[Change], removed: Mapping[str, str] = _NONE) -> str:
    """Return the changes as CSV, a line each; no cell is read as a formula by a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for change in changes:
        cells = {**change_to_json(change), "removed_by": removed.get(change.key)}
        writer.writerow([no_formula(one_line(cells[name] or "")) for name in _COLUMNS])
    return out.getvalue()


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


def described(change: Change, language: str = "en") -> str:
    """Return what happened to a criterion, beside its key."""

    def name(status: str) -> str:
        return translated(status, language)

    before, after = change.before, change.after
    if before is None or after is None:
        row = after or before
        return f"{name(row.status)}: {row.text}" if row else ""
    if change.kind is ChangeKind.REWORDED:
        return word_diff(before.text, after.text)
    if change.kind is ChangeKind.MOVED:
        params = {"key": before.key, "text": after.text}
        return render(Message("gate.moved", params), language)
    return f"{name(before.status)} → {name(after.status)}: {after.text}"
