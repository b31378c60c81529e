"""Finds files that look like cases where no case is looked for."""

from collections.abc import Sequence

from shall.cases.reader import root_of
from shall.errors import ShallError
from shall.workspace.files import Files
from shall.workspace.folders import CASE_FOLDERS

YAML_ENDINGS = (".yaml", ".yml")

MOST_EXAMINED = 2_000
"""YAML files that are examined: a project may hold many that are none of ours."""

_NAMED = 3


def stray_cases(files: Files) -> list[str]:
    """Return YAML files with the root of a case that lie outside the folders of cases, sorted."""
    inside = tuple(f"{folder}/" for folder in CASE_FOLDERS)
    outside = [it for it in files.find(".", YAML_ENDINGS) if not it.startswith(inside)]
    return [path for path in outside[:MOST_EXAMINED] if _looks_like_case(files, path)]


def stray_notice(paths: Sequence[str]) -> str:
    """Return what is found and the next step, in a sentence each; empty where nothing is."""
    if not paths:
        return ""
    found = f"Outside {' and '.join(CASE_FOLDERS)} these look like cases: {first_names(paths)}."
    return " ".join((found, f"Move them there, or name them: shall run {paths[0]}."))


def first_names(paths: Sequence[str]) -> str:
    """Return the first names of many, and how many there are."""
    named = ", ".join(paths[:_NAMED])
    return f"{named}, ... ({len(paths)})" if len(paths) > _NAMED else named


def _looks_like_case(files: Files, path: str) -> bool:
    try:
        return root_of(files.read_text(path)) is not None
    except ShallError:
        return False
