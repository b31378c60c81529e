"""The formats that are read, and how a text of each is recognized."""

import re
from collections.abc import Callable, Collection, Mapping
from importlib import import_module

from shall.cases.bounds import MAX_CHARACTERS
from shall.errors import BadValue
from shall.imports.result import Imported

FORMATS = ("curl", "postman", "har", "openapi", "hurl", "tavern", "runn")
"""Names of the formats. Each is read by ``read_NAME`` of the module of that name."""

MOST_OF_JSON = 32_000_000
"""Characters of a collection or a recording, which holds responses too."""

_POSTMAN = re.compile(r"schema\.getpostman\.com|\"_postman_(?:id|variable_scope)\"")
_OPENAPI = re.compile(r"^[ \t{]*[\"']?openapi[\"']?[ \t]*:[ \t]*[\"']?3\.", re.MULTILINE)
_HURL = re.compile(
    r"^[A-Z]{3,20}[ \t]+(?:https?://|\{\{)\S*[ \t]*(?:#.*)?$",
    re.MULTILINE,
)
_TAVERN = re.compile(r"^stages[ \t]*:", re.MULTILINE)
_RUNN = re.compile(r"^runners[ \t]*:", re.MULTILINE)
_STEPS = re.compile(r"^steps[ \t]*:", re.MULTILINE)
_HAR = re.compile(r"\s*\{\s*\"log\"\s*:")
_CURL = re.compile(r"^[ \t]*(?:[$%][ \t]+)?(?:\w+=\S*[ \t]+)*curl(?:\.exe)?[ \t]", re.MULTILINE)


def import_text(
    text: str, file: str, kind: str | None = None, given: Collection[str] | None = None
) -> Imported:
    """Read a document of another tool. ``kind`` None: the format is recognized.

    ``given`` are the variables of an environment of Postman that a collection is read with.

    Raises:
        BadValue: The format is not known, or the text is larger than the limit; or it is another
            one than that of Postman, and an environment is given.
        InvalidCase: It is not a document of that format.
    """
    text = text.removeprefix("\ufeff")
    name = kind or recognized(text)
    limit = MOST_OF_JSON if text.lstrip()[:1] == "{" else MAX_CHARACTERS
    if len(text) > limit:
        raise BadValue(f"{file} is longer than {limit:,} characters.", hint="Split it.")
    if name is None:
        raise BadValue(
            f"The format of {file} was not recognized.",
            hint=f"Name it with --from: {', '.join(FORMATS)}.",
        )
    if name not in FORMATS:
        raise BadValue(f"There is no format {name:.40}.", hint=f"Use {', '.join(FORMATS)}.")
    if given is not None and name != "postman":
        raise BadValue(f"{file} is not a Postman collection, and takes no environment.")
    read: Callable[..., Imported] = getattr(import_module(f"shall.imports.{name}"), f"read_{name}")
    return read(text, file) if given is None else read(text, file, given)


def recognized(text: str) -> str | None:
    """Return the format of a text by what only texts of that format have."""
    for name, matches in _SIGNS.items():
        if matches(text):
            return name
    return None


_SIGNS: Mapping[str, Callable[[str], bool]] = {
    "har": lambda text: _HAR.match(text) is not None,
    "postman": lambda text: text.lstrip()[:1] == "{" and _POSTMAN.search(text) is not None,
    "openapi": lambda text: _OPENAPI.search(text) is not None,
    "tavern": lambda text: "test_name" in text and _TAVERN.search(text) is not None,
    "runn": lambda text: bool(_RUNN.search(text) and _STEPS.search(text)),
    "hurl": lambda text: _HURL.search(text) is not None,
    "curl": lambda text: _CURL.search(text) is not None,
}
