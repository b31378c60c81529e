"""Finds files that look like cases and are not read: in other folders, or of another form."""

import re
from collections.abc import Sequence

from shall.cases.reader import root_of
from shall.errors import ShallError
from shall.late_pattern import late_pattern
from shall.workspace.case_root import root_in
from shall.workspace.files import Files
from shall.workspace.folders import CASE_FOLDERS, YAML_ENDINGS

MOST_EXAMINED = 2_000
"""YAML files that are examined: a project may hold many that are none of ours."""

_NAMED = 3

_STEPS = late_pattern(
    r"""^(?:[ \t]*["']?steps|["']?(?:test_name|teststeps))["']?[ \t]*:""", re.MULTILINE
)
"""Also those of Tavern and HttpRunner."""

_REQUEST = late_pattern(
    r"""^[ \t]*(?:- +)?(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS):[ \t]+["']?(?:/|https?://)""",
    re.MULTILINE,
)
_OTHER = late_pattern(
    r"""^["']?(?:shared|openapi|swagger|arazzo|jobs|\$schema)["']?[ \t]*:""", re.MULTILINE
)
"""Shared steps, descriptions of an API, pipelines and schemas."""

_LIST = late_pattern(r"\ufeff?(?:---.*\n|#.*\n|[ \t]*\n)*[-\[]")


def stray_cases(files: Files) -> list[str]:
    """Return YAML files that are cases and lie outside the folders of cases, sorted.

    A file in a folder ``shared`` is one, unless there are cases beside the folder that may use it.
    """
    inside = tuple(f"{folder}/" for folder in CASE_FOLDERS)
    outside = [it for it in files.find(".", YAML_ENDINGS) if not it.startswith(inside)]
    found: list[str] = []
    shared: list[str] = []
    for path in outside[:MOST_EXAMINED]:
        text = _text(files, path)
        if root_in(text, path) is not None:
            found.append(path)
        elif root_of(text) is not None:
            shared.append(path)
    folders = {_folder(path) for path in found}
    return sorted([*found, *(it for it in shared if _folder(_folder(it)) not in folders)])


def stray_notice(paths: Sequence[str]) -> str:
    """Return what is found and the next step, in a sentence each; empty where nothing is."""
    if not paths:
        return ""
    found = f"Outside {' and '.join(CASE_FOLDERS)} these look like cases: {first_names(paths)}."
    return " ".join((found, f"Move them there, or name them: shall run {paths[0]}."))


def is_rootless(text: str) -> bool:
    """Return whether a YAML text has steps, and is neither a case nor anything else known.

    A ``name`` alone is not a sign: rows of data and settings have one, too.
    """
    if root_of(text) is not None:
        return False
    if _OTHER.search(text) is not None:
        return False
    is_list = _LIST.match(text) is not None  # of rows, or of cases
    return _REQUEST.search(text) is not None or (not is_list and _STEPS.search(text) is not None)


def rootless_cases(files: Files) -> list[str]:
    """Return YAML files in the folders of cases that have steps and are no cases, sorted."""
    paths = [it for folder in CASE_FOLDERS for it in _below(files, folder)]
    return [
        path
        for path, text in files.read_texts(paths)
        if isinstance(text, str) and is_rootless(text)
    ]


def rootless_notice(paths: Sequence[str]) -> str:
    """Return what is not read and the next step; empty where all is."""
    if not paths:
        return ""
    found = f"Not read, because they have steps and are no cases: {first_names(paths)}."
    step = (
        "Write name: and steps: in the first column, with `- GET: /path`, "
        "or import a file of another tool: shall import FILE."
    )
    return " ".join((found, step))


def links_notice(links: Sequence[str]) -> str:
    """Return which links may lead to cases and are not followed; empty where none may."""
    may = [
        it for it in sorted(links) if it.endswith(YAML_ENDINGS) or "." not in it.rpartition("/")[2]
    ]
    if not may:
        return ""
    return f"Not read, because links are not followed: {first_names(may)}. Copy what they lead to."


def capitals_notice(paths: Sequence[str]) -> str:
    """Return which files have an ending in capitals; empty where none has."""
    named = [
        it
        for it in sorted(paths)
        if it.lower().endswith(YAML_ENDINGS) and not it.endswith(YAML_ENDINGS)
    ]
    if not named:
        return ""
    found = f"Not read, because the ending has capitals: {first_names(named)}."
    return " ".join((found, "Write the ending as .yaml or .yml."))


def _below(files: Files, folder: str) -> Sequence[str]:
    return files.find(folder, YAML_ENDINGS) if files.is_folder(folder) else ()


def first_names(paths: Sequence[str]) -> str:
    """Return the first names of many, and how many there are."""
    named = ", ".join(paths[:_NAMED])
    return f"{named}, ... ({len(paths)})" if len(paths) > _NAMED else named


def _text(files: Files, path: str) -> str:
    try:
        return files.read_text(path)
    except ShallError:
        return ""


def _folder(path: str) -> str:
    return path.rpartition("/")[0]
