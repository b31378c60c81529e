"""Turns the format strings of Tavern into texts and expressions of a case.

Tavern formats as Python does: ``{name}`` alone is the text of a value, too, never the value itself.
"""

import re
from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from shall.imports.expressions import expression_text, mark
from shall.imports.tavern_documents import TAG, number_of

Report = Callable[[str], None]

AS_TEXT = "text"
"""The tag that this module gives a JSON value that stays a text, whatever its variable holds."""

_FORMAT = re.compile(
    r"\{\{|\}\}|\{([A-Za-z_]\w*(?:\.\w+|\[[\w-]+\])*)(?:!([rsa]))?(?::([^{}]*))?\}"
)
_STEP = re.compile(r"\.(\w+)|\[([\w-]+)\]")
_ENVIRONMENT = "tavern.env_vars."
_REQUEST = "tavern.request_vars."
_AS_IT_IS = frozenset(("force_format_include", "force_original_structure"))
_CASTS = {"int": "to_int", "float": "to_float"}
_NUMBERS = frozenset(("int", "float", "bool"))
_PLAIN = frozenset(("", "s", "d"))
_CONVERSIONS: Mapping[str, Callable[[Any], str]] = {"r": repr, "a": ascii, "s": str}
_UNKNOWN = object()


class Formats(Struct):
    """Formats the texts of a test.

    ``variables`` and ``rows`` are those of the test; ``saved`` are the names that a stage sets, of
    which no value is known. ``texts`` are those of them that are texts. ``request`` is that of the
    stage that is read.
    """

    report: Report
    variables: Mapping[str, Any] = field(default_factory=dict[str, Any])
    rows: Sequence[Mapping[str, Any]] = ()
    saved: Container[str] = frozenset()
    texts: Container[str] = frozenset()
    request: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def text(self, text: str) -> str:
        """Return a text as one of a case, its variables as expressions."""
        tag = ""
        if text.startswith(TAG):
            _, tag, text = text.split(TAG, 2)
        whole = _FORMAT.fullmatch(text)
        name = "" if whole is None else whole[1] or ""
        if tag == "raw":
            return expression_text(text)
        if tag == "uuid" and not text:
            return expression_text(mark("uuid()"))
        if tag in _CASTS and name:
            return expression_text(mark(f"{self._expression(name)} | {_CASTS[tag]}"))
        if tag in _AS_IT_IS and name:
            return expression_text(mark(self._expression(name)))
        if tag == AS_TEXT and whole is not None and name:
            return expression_text(self._whole(whole))
        if tag and tag != AS_TEXT:
            self.report(f"The tag `!{tag:.20}` was left out.")
        return expression_text(_FORMAT.sub(self._within, text))

    def value(self, value: Any) -> Any:
        """Return JSON data with its texts marked as such, and its tags as numbers if they can."""
        if isinstance(value, dict):
            return {key: self.value(it) for key, it in value.items()}
        if isinstance(value, list):
            return [self.value(it) for it in value]
        if not isinstance(value, str):
            return value
        if not value.startswith(TAG):
            return f"{TAG}{AS_TEXT}{TAG}{value}"
        _, tag, text = value.split(TAG, 2)
        found = _FORMAT.fullmatch(text)
        name = "" if found is None else found[1] or ""
        known = self._known(name) if name and tag in _NUMBERS | _AS_IT_IS else _UNKNOWN
        if name.startswith(_REQUEST) and (
            tag in _AS_IT_IS or (isinstance(known, str) and known.startswith(TAG))
        ):
            return self._of_request(value, name, known)
        if known is not _UNKNOWN and tag in _NUMBERS:
            return number_of(f"{TAG}{tag}{TAG}{known}")
        return number_of(value)

    def _of_request(self, value: str, name: str, known: Any) -> Any:
        """Return a part of the request of the stage as it is written."""
        if known is _UNKNOWN:
            self.report(f"`{name:.40}` was left out.")
            return value
        return self.value(known)

    def _whole(self, found: re.Match[str]) -> str:
        """Return what a text becomes that is one variable: a text."""
        name = found[1]
        value = self._known(name) if name.startswith(_REQUEST) else None
        if isinstance(value, str) and (inner := _FORMAT.fullmatch(value)) and inner[1]:
            return self._whole(inner)
        written = self._within(found)
        if written != mark(self._expression(name)) or self._is_text(name):
            return written
        return mark(f"{self._expression(name)} | to_string")

    def _within(self, found: re.Match[str]) -> str:
        """Return what stands for a variable within a text."""
        name, conversion, form = found[1], found[2] or "", found[3] or ""
        if name is None:
            return found[0][0]  # doubled braces
        value = self._known(name)
        is_plain = conversion in {"", "s"} and form in _PLAIN
        if value is not _UNKNOWN and not (
            is_plain and isinstance(value, str | int | float) and not isinstance(value, bool)
        ):
            return self._formatted(found[0], value, conversion, form)
        if not is_plain:
            self.report(f"The format of `{found[0]:.40}` was left out.")
        if name.startswith(_REQUEST) and value is not _UNKNOWN:
            return _FORMAT.sub(self._within, value) if isinstance(value, str) else str(value)
        if name.startswith("tavern.") and not name.startswith(_ENVIRONMENT):
            self.report(f"`{name:.40}` was left out.")
        return mark(self._expression(name))

    def _formatted(self, written: str, value: Any, conversion: str, form: str) -> str:
        """Return the text that Python makes of a value."""
        if conversion:
            value = _CONVERSIONS[conversion](value)
        try:
            return format(value, form[:20]) if form else str(value)
        except (ValueError, TypeError):
            self.report(f"The format of `{written:.40}` was left out.")
            return str(value)

    def _expression(self, name: str) -> str:
        if name.startswith(_ENVIRONMENT):
            return name.removeprefix(_ENVIRONMENT).replace(".", "_")
        first = _first(name)
        path = "".join(_path_step(it) for it in _STEP.finditer(name, len(first)))
        return f"row.{first}{path}" if self._is_column(first) else f"{first}{path}"

    def _is_column(self, name: str) -> bool:
        return bool(self.rows) and name in self.rows[0]

    def _is_text(self, name: str) -> bool:
        """Return whether a variable is known to be a text."""
        first = _first(name)
        if self._is_column(first):
            return all(isinstance(_at(row, name), str) for row in self.rows)
        return (
            name.startswith(_ENVIRONMENT)
            or name in self.texts
            or isinstance(self._known(name), str)
        )

    def _known(self, name: str) -> Any:
        """Return the value of a variable that no row and no stage sets."""
        if name.startswith(_REQUEST):
            value = _at(self.request, name.removeprefix(_REQUEST))
            return _UNKNOWN if _REQUEST in str(value) else value  # a request cannot read itself
        first = _first(name)
        if first in self.saved or self._is_column(first):
            return _UNKNOWN
        value = _at(self.variables, name)
        return _UNKNOWN if "{" in str(value) and isinstance(value, str) else value


def _first(name: str) -> str:
    return re.split(r"[.\[]", name, maxsplit=1)[0]


def _path_step(found: re.Match[str]) -> str:
    if found[1]:
        return found[0]
    return found[0] if found[2].isdecimal() else f'["{found[2]}"]'


def _at(value: Any, name: str) -> Any:
    """Return the value at a path of Python's formats within data; else ``_UNKNOWN``."""
    for found in _STEP.finditer(f".{name}"):
        key = found[1] or found[2]
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and found[2] and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            return _UNKNOWN
    return value
