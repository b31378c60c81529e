"""Names of imported cases, their files and their variables."""

import re

from shall.cases.forms import is_variable_name

_OTHER = re.compile(r"[\W_]+")
_NO_VARIABLE = re.compile(r"\W+", re.ASCII)
_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_LONGEST = 60


def slug(text: str) -> str:
    """Return a text as the name of a file: words in lower case with hyphens between them.

    >>> slug("GET /users/{id}")
    'get-users-id'
    """
    return _OTHER.sub("-", text[:200]).strip("-").lower()[:_LONGEST].strip("-") or "case"


def variable_name(text: str) -> str:
    """Return a text as the name of a variable.

    >>> variable_name("X-Api-Key")
    'x_api_key'
    """
    words = _BOUNDARY.sub("_", text[:_LONGEST])
    name = _NO_VARIABLE.sub("_", words).strip("_").lower()
    if not name or name[0].isdigit():
        name = f"value_{name}".rstrip("_")
    return name if is_variable_name(name) else f"{name}_value"


class Paths:
    """Gives each case a file of its own."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def of(self, *names: str) -> str:
        """Return the path of a case that is named in folders: ``orders/create.yaml``."""
        path = "/".join(map(slug, names))
        number, free = 1, path
        while free in self._taken:
            number += 1
            free = f"{path}-{number}"
        self._taken.add(free)
        return f"{free}.yaml"
