"""Reads the asserts and captures of hurl."""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from shall.cases.check_writer import json_path
from shall.cases.expect import read_expect
from shall.cases.fields import Findings
from shall.cases.filters import FILTERS
from shall.cases.path import write_path
from shall.cases.predicates import predicate_named
from shall.cases.selector import parse_selector
from shall.errors import BadValue
from shall.imports.bodies import BODY_AS_TEXT
from shall.imports.hurl_selectors import bytes_in, pattern_of, selector_at, tokens_of, value_of

Report = Callable[[str, int], None]

_OF_LISTS = frozenset({"is_list", "is_collection", "is_empty", "exists", "contains", "count"})
_OF_TEXT = frozenset({"starts_with", "ends_with"})
_TEXT_FILTERS = frozenset(FILTERS) - {"first", "last", "nth", "jsonpath"}


class Captured(Struct, frozen=True):
    """What a variable was captured from: a selector of the response of a step.

    ``checks`` are those of that step.
    """

    selector: str
    checks: "Checks"


def read_capture(text: str, captured: Mapping[str, Captured]) -> tuple[str, bool] | None:
    """Return the selector of a capture and whether its value is a secret; None: not known.

    ``captured`` are the variables of the same response, which a capture can look at.
    """
    tokens = tokens_of(text)
    selector = selector_at(tokens, lambda name: captured[name].selector)
    if selector is None or tokens not in ([], ["redact"]):
        return None
    findings = Findings()
    read_expect({selector: {"exists": True}}, (), findings)
    return None if findings.problems else (selector, bool(tokens))


def of_one(selector: str) -> str:
    """Return the selector of a single value, where a filter of a JSONPath chooses one of a list."""
    return f"{selector} | first" if "[?" in selector and _finds_several(selector) else selector


class Checks:
    """Collects checks below their selectors; what cannot be one is reported."""

    def __init__(self, report: Report, captured: Mapping[str, Captured]) -> None:
        self._report = report
        self._captured = captured
        self.expect: dict[str, Any] = {}

    def read(self, text: str, line: int) -> None:
        """Read an assert of one line."""
        tokens = tokens_of(text)
        if self._is_of_bytes(tokens, line):
            return
        checks: Checks | None = self
        if tokens[:1] == ["variable"] and len(tokens) > 1:
            source = self._captured.get(str(value_of(tokens[1])))
            checks = None if source is None else source.checks
        selector = selector_at(tokens, lambda name: self._captured[name].selector)
        negated = tokens[:1] == ["not"]
        tokens = tokens[1:] if negated else tokens
        found = predicate_named(tokens[0]) if tokens else None
        if checks is None or selector is None or found is None or len(tokens) > 2:
            self._report(f"The check `{text:.60}` was left out.", line)
            return
        predicate, is_opposite = found
        value = _expected(predicate.name, selector, tokens[1:])
        if value is None and tokens[1:] != ["null"]:
            self._report(f"The check `{text:.60}` was left out: its value is bytes.", line)
            return
        if predicate.name == "is_date" and not _is_of_dates(selector):
            self._report(f"The check `{text:.60}` was left out: in hurl no text is a date.", line)
            return
        name = f"not_{predicate.name}" if negated != is_opposite else predicate.name
        for each in _as_cases_have_it(selector, name, value):
            checks.add(*each, line)

    def _is_of_bytes(self, tokens: list[str], line: int) -> bool:
        """Add a check of all bytes, or of their digest; False: it is another one."""
        if len(tokens) != 3 or tokens[0] not in {"bytes", "sha256", "md5"}:
            return False
        given = bytes_in(tokens[2])
        if given is None or tokens[1] not in {"==", "!="}:
            return False
        name = "equals" if tokens[1] == "==" else "not_equals"
        digest = hashlib.sha256(given) if tokens[0] == "bytes" else None
        written = given.hex() if digest is None else digest.hexdigest()
        self.add("sha256" if tokens[0] == "bytes" else tokens[0], name, written, line)
        return True

    def add_text(self, text: str, line: int) -> None:
        """Add a check of the whole body as text."""
        for each in _of_body("equals", text):
            self.add(*each, line)

    def add(self, selector: str, predicate: str, value: Any, line: int) -> None:
        """Add a check, if a case can have it."""
        selector = _spelled(selector)
        conditions = self.expect.get(selector, {})
        findings = Findings()
        try:
            read_expect({selector: {predicate: value}}, (), findings)
        except BadValue as error:
            self._report(error.message, line)
            return
        if findings.problems:
            reason = findings.problems[0].message
            self._report(f"The check of `{selector:.60}` was left out: {reason}", line)
        elif predicate not in conditions or conditions[predicate] == value:
            self.expect[selector] = {**conditions, predicate: value}
        elif selector == "duration":
            self._report(f"A second check `{predicate}` of `{selector:.60}` was left out.", line)
        else:
            more = conditions.get("all_of", [])
            item = (
                value if predicate == "equals" and type(value) is not dict else {predicate: value}
            )
            if item not in more:
                self.expect[selector] = {**conditions, "all_of": [*more, item]}


def _spelled(selector: str) -> str:
    """Return the one spelling of a path: ``$['id']`` is ``$.id``."""
    try:
        parsed = parse_selector(selector)
    except BadValue:
        return selector
    if parsed.path is None or parsed.filters:
        return selector
    return json_path(write_path(parsed.path))


def _expected(predicate: str, selector: str, tokens: list[str]) -> Any:
    """Return what a predicate compares with; None also where it is bytes that are not text."""
    if not tokens:
        return True
    value = pattern_of(tokens[0]) if predicate == "matches" else value_of(tokens[0])
    return f"{value} ms" if selector == "duration" and type(value) is int else value


def _as_cases_have_it(selector: str, name: str, value: Any) -> list[tuple[str, str, Any]]:
    """Return what a check of hurl means in the words of a case: selectors with predicates.

    A JSONPath that may find several values has a list here, and in hurl the value alone where it
    finds one.
    """
    if selector == "body":
        return _of_body(name, value)
    plain = name.removeprefix("not_")
    if plain == "contains" and not isinstance(value, str):
        return [(selector, "is_list", True), (selector, name, value)]
    if plain == "matches" and _may_be_no_text(selector):
        return [*_as_cases_have_it(selector, "is_string", True), *_of_items(selector, name, value)]
    return _of_items(selector, name, value)


def _of_items(selector: str, name: str, value: Any) -> list[tuple[str, str, Any]]:
    """Return a check of a value, or of the only item where there may be several."""
    plain = name.removeprefix("not_")
    if plain in _OF_LISTS or not _finds_several(selector) or isinstance(value, list | dict):
        return [(selector, name, value)]
    if plain == "equals":
        return [(selector, name, [value])]
    return [(selector, "length", 1), (selector, "each", {name: value})]


def _of_body(name: str, value: Any) -> list[tuple[str, str, Any]]:
    if name in {"exists", "not_exists"}:
        return [("bytes", f"{'not_' * (name != 'exists')}greater_or_equal", 0)]
    if value == "" and name in {"equals", "not_equals"}:
        return [("bytes", name, 0)]
    if name in {"is_empty", "not_is_empty"}:
        return [("bytes", name.replace("is_empty", "equals"), 0)]
    plain = name.removeprefix("not_")
    if plain in _OF_TEXT or (plain == "equals" and _is_json(value)):
        return [(BODY_AS_TEXT, name, value)]
    return [("body", name, value)]


def _is_of_dates(selector: str) -> bool:
    return selector.startswith("certificate ") or " | to_date" in selector


def _may_be_no_text(selector: str) -> bool:
    """Return whether a pattern may meet a number, which it can match here but not in hurl."""
    source, *filters = selector.split(" | ")
    return source.startswith("$") and not (filters and filters[-1].split()[0] in _TEXT_FILTERS)


def _is_json(value: Any) -> bool:
    """Return whether a body that is this text has another value, since it is JSON."""
    if not isinstance(value, str) or len(value) > 10_000:
        return False
    try:
        json.loads(value)
    except (ValueError, RecursionError):
        return False
    return True


def _finds_several(selector: str) -> bool:
    if not selector.startswith("$"):
        return False
    try:
        parsed = parse_selector(selector)
    except BadValue:
        return False
    return parsed.path is None and not parsed.filters
