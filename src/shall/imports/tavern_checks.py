"""Reads what a stage of Tavern expects of its response."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from shall.imports.bodies import Convert
from shall.imports.json_text import objects, text_of
from shall.imports.tavern_documents import TAG

_PATH = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*|\[\d+\])*")
_NAME = re.compile(r"[A-Za-z_]\w*")
_TYPES = {
    "anything": ("exists", True),
    "anyint": ("is_integer", True),
    "anyfloat": ("is_float", True),
    "anynumber": ("is_number", True),
    "anystr": ("is_string", True),
    "anybool": ("is_boolean", True),
    "anylist": ("is_list", True),
    "anydict": ("is_object", True),
    "uuid": ("is_uuid", True),
}
_PATTERNS = {"re_match": "^(?:{})", "re_fullmatch": "^(?:{})$", "re_search": "{}"}
_KEYS = frozenset(("status_code", "json", "headers", "save", "strict", "cookies"))

Report = Callable[[str], None]


def selector_of(path: str) -> str:
    """Return the selector of a JMESPath: a path of names and indexes is one of JSON, too."""
    return f"$.{path}" if _PATH.fullmatch(path) else f"jmespath {path}"


class Expected:
    """Turns the ``response`` of a stage into checks."""

    def __init__(self, convert: Convert, report: Report, strict: Any) -> None:
        self._convert, self._report = convert, report
        settings = strict if isinstance(strict, list) else [f"json:{'on' if strict else 'off'}"]
        self._is_strict = not any(str(it).startswith("json:off") for it in settings)
        self._in_any_order = any("list_any_order" in str(it) for it in settings)

    def of(self, response: Mapping[str, Any]) -> dict[str, Any]:
        """Return the checks."""
        for key in sorted(map(str, response.keys() - _KEYS)):
            if key == "verify_response_with":
                self._report(f"The check by {functions_of(response[key])} was left out.")
            else:
                self._report(f"`response.{key:.40}` was left out.")
        expect: dict[str, Any] = {}
        status = response.get("status_code", 200)
        if all(map(_is_status, status if isinstance(status, list) else [status])):
            expect["status"] = status
        else:
            self._report(f"The check of the status `{status!s:.40}` was left out.")
        headers = response.get("headers")
        for name, value in (headers if isinstance(headers, dict) else {}).items():
            expect[f"header {name}"] = dict([self._condition(value)])
        cookies = response.get("cookies")
        for name in cookies if isinstance(cookies, list) else ():
            expect[f"cookie {name}"] = {"exists": True}
        if "json" in response:
            for selector, condition in self._json("$", response["json"]):
                expect.setdefault(selector, {}).update(dict([condition]))
        return expect

    def _json(self, path: str, value: Any) -> Iterator[tuple[str, tuple[str, Any]]]:
        """Yield checks of a value: of its parts where one of them is described by a tag."""
        if isinstance(value, dict) and (_has_tag(value) or not self._is_strict):
            if self._is_strict:
                yield f"{path} | count", ("equals", len(value))
            for key, it in value.items():
                step = f".{key}" if _NAME.fullmatch(key) else f"[{_quoted(key)}]"
                yield from self._json(f"{path}{step}", it)
        elif isinstance(value, list) and (_has_tag(value) or not self._is_strict):
            if self._in_any_order or not self._is_strict:
                self._report(f"The check of the list `{path:.60}` was left out.")
                return
            yield f"{path} | count", ("equals", len(value))
            for index, it in enumerate(value):
                yield from self._json(f"{path}[{index}]", it)
        else:
            yield path, self._condition(value)

    def _condition(self, value: Any) -> tuple[str, Any]:
        if isinstance(value, str) and value.startswith(TAG):
            _, tag, text = value.split(TAG, 2)
            if tag in _TYPES:
                return _TYPES[tag]
            if tag in _PATTERNS:
                return "matches", _PATTERNS[tag].format(text)
        if isinstance(value, list) and self._in_any_order:
            return "in_any_order", self._plain(value)
        return "equals", self._plain(value)

    def _plain(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._plain(it) for key, it in value.items()}
        if isinstance(value, list):
            return [self._plain(it) for it in value]
        return self._convert(value) if isinstance(value, str) else value


def functions_of(given: Any) -> str:
    """Return the names of the functions that a part of a stage calls."""
    called = objects(given if isinstance(given, list) else [given])
    names = [text_of(it.get("function")) for it in called]
    return ", ".join(f"`{it:.60}`" for it in names if it) or "a function"


def _is_status(value: Any) -> bool:
    return type(value) is int and 100 <= value <= 599


def _has_tag(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_tag, value.values()))
    if isinstance(value, list):
        return any(map(_has_tag, value))
    return isinstance(value, str) and value.startswith(TAG)


def _quoted(key: str) -> str:
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
