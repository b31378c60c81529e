"""Reads what a stage of Tavern expects of its response."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from shall.cases.json_text import objects, text_of
from shall.imports.bodies import BODY_AS_TEXT, converted
from shall.imports.expressions import expression_text
from shall.imports.tavern_documents import TAG, number_of
from shall.imports.tavern_formats import Formats

_PATH = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*|\[\d+\])*")
_NAME = re.compile(r"[A-Za-z_]\w*")
_TYPES = {
    "anything": ("exists", True),
    "anyint": ("is_integer", True),
    "anyfloat": ("is_number", True),
    "anynumber": ("is_number", True),
    "anystr": ("is_string", True),
    "anybool": ("is_boolean", True),
    "anylist": ("is_list", True),
    "anydict": ("is_object", True),
    "uuid": ("is_uuid", True),
}
_PATTERNS = {"re_match": "^(?:{})", "re_fullmatch": "^(?:{})$", "re_search": "{}"}
_KEYS = frozenset(("status_code", "json", "text", "headers", "save", "strict", "cookies"))

Report = Callable[[str], None]


def selector_of(path: str) -> str:
    """Return the selector of a JMESPath: a path of names and indexes is one of JSON, too."""
    return f"$.{path}" if _PATH.fullmatch(path) else f"jmespath {path}"


class Expected:
    """Turns the ``response`` of a stage into checks."""

    def __init__(self, formats: Formats, report: Report, strict: Any) -> None:
        self._formats, self._report = formats, report
        settings = strict if isinstance(strict, list) else [f"json:{'on' if strict else 'off'}"]
        self._in_any_order = any("list_any_order" in str(it) for it in settings)
        is_off = any(str(it).startswith("json:off") for it in settings)
        self._is_strict = not (is_off or self._in_any_order)

    def of(self, response: Mapping[str, Any]) -> dict[str, Any]:
        """Return the checks."""
        self._report_others(response)
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
        self._text(expect, response.get("text"))
        if "json" in response:
            for selector, condition in self._json("$", response["json"]):
                expect.setdefault(selector, {}).update(dict([condition]))
        return expect

    def _report_others(self, response: Mapping[str, Any]) -> None:
        for key in sorted(map(str, response.keys() - _KEYS)):
            if key == "verify_response_with":
                self._report(f"The check by {functions_of(response[key])} was left out.")
            else:
                self._report(f"`response.{key:.40}` was left out.")

    def _text(self, expect: dict[str, Any], text: Any) -> None:
        """Check the body as a text, whatever it holds."""
        if text is None:
            return
        if isinstance(text, str) and not text.startswith(TAG):
            expect[BODY_AS_TEXT] = {"equals": self._formats.text(text)}
        else:
            self._report("`response.text` was left out.")

    def _json(self, path: str, value: Any) -> Iterator[tuple[str, tuple[str, Any]]]:
        """Yield checks of a value: of its parts where one of them is described by a tag."""
        if isinstance(value, dict) and "$ext" in value:
            self._report(f"The check by {functions_of(value['$ext'])} was left out.")
        elif isinstance(value, dict) and (_has_tag(value) or not self._is_strict):
            if self._is_strict:
                yield f"{path} | count", ("equals", len(value))
            for key, it in value.items():
                step = f".{key}" if _NAME.fullmatch(key) else f"[{_quoted(key)}]"
                yield from self._json(f"{path}{step}", it)
        elif isinstance(value, list) and (_has_tag(value) or not self._is_strict):
            if not self._is_strict:
                yield from self._some_of(path, value)
                return
            yield f"{path} | count", ("equals", len(value))
            for index, it in enumerate(value):
                yield from self._json(f"{path}[{index}]", it)
        else:
            yield path, self._condition(value)

    def _condition(self, value: Any) -> tuple[str, Any]:
        if isinstance(value, str) and value.startswith(TAG):
            _, tag, text = value.split(TAG, 2)
            if tag == "anyfloat":
                self._report("`!anyfloat` became `is_number`, which 1 is, too.")
            if tag in _TYPES:
                return _TYPES[tag]
            if tag in _PATTERNS:
                return "matches", expression_text(_PATTERNS[tag].format(text))
            value_of_tag = number_of(f"{TAG}float{TAG}{text}")
            if tag == "approx" and isinstance(value_of_tag, float):
                within = max(abs(value_of_tag) * 1e-6, 1e-12)  # as pytest.approx has it
                return "close_to", {"value": value_of_tag, "within": within}
        return "equals", self._plain(value)

    def _some_of(self, path: str, values: list[Any]) -> Iterator[tuple[str, tuple[str, Any]]]:
        """Yield the check of a list that may have more items; equal ones may be the same item."""
        if not self._in_any_order or any(
            isinstance(it, (dict, list)) or _has_tag(it) for it in values
        ):
            self._report(f"The check of the list `{path:.60}` was left out.")
        elif values:
            once = {json.dumps(it): it for it in self._plain(values)}
            yield path, ("contains_all", list(once.values()))
        else:
            yield path, ("is_list", True)

    def _plain(self, value: Any) -> Any:
        return converted(self._formats.value(value), self._formats.text)


def functions_of(given: Any) -> str:
    """Return the names of the functions that a part of a stage calls."""
    called = objects(given if isinstance(given, list) else [given])
    names = [text_of(it.get("function")) for it in called]
    return ", ".join(f"`{it:.60}`" for it in names if it) or "a function"


def _is_status(value: Any) -> bool:
    return type(value) is int and 100 <= value <= 599


def _has_tag(value: Any) -> bool:
    if isinstance(value, dict):
        return "$ext" in value or any(map(_has_tag, value.values()))
    if isinstance(value, list):
        return any(map(_has_tag, value))
    return isinstance(value, str) and value.startswith(TAG)


def _quoted(key: str) -> str:
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
