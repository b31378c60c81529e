"""Snapshots: values in files beside the case, which checks compare with."""

from typing import Any

from shall.late_pattern import late_pattern

FOLDER = "__snapshots__"

_NAME = late_pattern(r"[A-Za-z0-9_-]{1,80}")


def is_snapshot(value: Any) -> bool:
    """Return whether a value names a snapshot: a name, or one with paths that are ignored."""
    if type(value) is dict:
        return value.keys() == {"name", "ignore"} and _is_name(value["name"]) and _are_paths(value)
    return _is_name(value)


def snapshot_of(expected: Any) -> tuple[str, tuple[str, ...]]:
    """Return the name of a snapshot, and the paths that are ignored."""
    if type(expected) is dict:
        return expected["name"], tuple(expected["ignore"])
    return expected, ()


def snapshot_path(case_path: str, name: str) -> str:
    """Return the path of a snapshot of a case.

    >>> snapshot_path("tests/cases/orders.yaml", "listed")
    'tests/cases/__snapshots__/orders.listed.json'
    """
    folder, slash, file = case_path.rpartition("/")
    return f"{folder}{slash}{FOLDER}/{file.rpartition('.')[0] or file}.{name}.json"


def _is_name(value: Any) -> bool:
    return type(value) is str and _NAME.fullmatch(value) is not None


def _are_paths(value: dict[str, Any]) -> bool:
    paths = value["ignore"]
    if type(paths) is not list or not paths:
        return False
    return all(type(it) is str and it.startswith("$") and it.strip() != "$" for it in paths)
