"""The formats that are read, and how a text of each is recognized."""

import re
from collections.abc import Callable, Mapping
from importlib import import_module

from shall.cases.bounds import MAX_CHARACTERS
from shall.errors import BadValue
from shall.imports.result import Imported

FORMATS = ("curl",)
"""Names of the formats. Each is read by ``read_NAME`` of the module of that name."""

_CURL = re.compile(r"^[ \t]*(?:[$%][ \t]+)?(?:\w+=\S*[ \t]+)*curl(?:\.exe)?[ \t]", re.MULTILINE)


def import_text(text: str, file: str, kind: str | None = None) -> Imported:
    """Read a document of another tool. ``kind`` None: the format is recognized.

    Raises:
        BadValue: The format is not known, or the text is larger than the limit.
        InvalidCase: It is no document of that format.
    """
    if len(text) > MAX_CHARACTERS:
        raise BadValue(f"{file} is longer than {MAX_CHARACTERS:,} characters.", hint="Split it.")
    name = kind or recognized(text)
    if name is None:
        raise BadValue(
            f"The format of {file} was not recognized.",
            hint=f"Name it with --from: {', '.join(FORMATS)}.",
        )
    if name not in FORMATS:
        raise BadValue(f"There is no format {name:.40}.", hint=f"Use {', '.join(FORMATS)}.")
    read: Callable[[str, str], Imported] = getattr(
        import_module(f"shall.imports.{name}"), f"read_{name}"
    )
    return read(text, file)


def recognized(text: str) -> str | None:
    """Return the format of a text by what only texts of that format have."""
    for name, matches in _SIGNS.items():
        if matches(text):
            return name
    return None


_SIGNS: Mapping[str, Callable[[str], bool]] = {
    "curl": lambda text: _CURL.search(text) is not None,
}
