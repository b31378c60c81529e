"""Reads the asserts and captures of hurl."""

import json
import re
from collections.abc import Callable
from typing import Any

from shall.cases.expect import read_expect
from shall.cases.fields import Findings
from shall.cases.filters import FILTERS
from shall.cases.predicates import predicate_named
from shall.errors import BadValue
from shall.imports.expressions import expression_text, mark

_TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*"|/(?:[^/\\]|\\.)+/|\{\{[^{}]*\}\}|```.*?```|`[^`]*`|#.*|[^\s"]+'
)
_LONGEST = 2_000
"""Characters of an assert that are read."""

_TEMPLATE = re.compile(r"\{\{\s*(?:(newUuid)|([A-Za-z_][\w-]*))\s*\}\}")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_ESCAPED = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|(.))")
_CONTROL = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_PLAIN = frozenset(("status", "body", "duration", "url", "version", "bytes", "sha256", "md5"))
_WITH_ARGUMENT = {
    "header": "header {}",
    "cookie": "cookie {}",
    "jsonpath": "{}",
    "xpath": "xpath {}",
    "regex": "regex {}",
}
_FILTERS = {name.replace("_", ""): name for name in FILTERS} | {"format": "date_format"}
_ARITY = {name: len(arguments.split()) for name, (arguments, _) in FILTERS.items()}

Report = Callable[[str, int], None]


def value_of(token: str) -> Any:
    """Return the value of a token, as a value of a case."""
    if token.startswith('"') and token.endswith('"') and len(token) > 1:
        return _text(token[1:-1])
    if token.startswith("```"):
        return _text(token[3:-3])
    if token.startswith("`"):
        return _text(token[1:-1])
    if token in {"true", "false", "null"}:
        return json.loads(token)
    if _NUMBER.fullmatch(token):
        return json.loads(token) if not re.match(r"-?0\d", token) else token
    return _text(token)


def _text(text: str) -> str:
    marked = _TEMPLATE.sub(lambda it: mark("uuid()" if it[1] else it[2]), text)
    plain = _ESCAPED.sub(
        lambda it: chr(int(it[1], 16)) if it[1] else _CONTROL.get(it[2], it[2]), marked
    )
    return expression_text(plain)


def _pattern(token: str) -> str:
    """Return the regular expression of a token, which is between slashes, or a text."""
    if token.startswith("/"):
        return token[1:-1].replace("\\/", "/")
    return str(value_of(token))


def _tokens(text: str) -> list[str]:
    found = _TOKEN.findall(text[:_LONGEST])
    comment = next((at for at, it in enumerate(found) if it.startswith("#")), len(found))
    return found[:comment]


def _selector(tokens: list[str]) -> str | None:
    """Return the selector at the start of tokens, which are taken off; None: there is none."""
    if not tokens:
        return None
    source = tokens.pop(0)
    if source in _PLAIN:
        text = source
        if source == "bytes" and tokens[:1] == ["count"]:
            tokens.pop(0)
    elif source in _WITH_ARGUMENT and tokens:
        argument = tokens.pop(0)
        given = _pattern(argument) if source == "regex" else str(value_of(argument))
        text = _WITH_ARGUMENT[source].format(given)
    else:
        return None
    while tokens and (name := _FILTERS.get(tokens[0].lower())) is not None:
        tokens.pop(0)
        arguments = [tokens.pop(0) for _ in range(min(_ARITY[name], len(tokens)))]
        text += f" | {name}" + "".join(f" {_argument(it)}" for it in arguments)
    return text


def _argument(token: str) -> str:
    if _NUMBER.fullmatch(token):
        return token
    given = _pattern(token) if token.startswith("/") else str(value_of(token))
    escaped = re.sub(r'(["\\])', r"\\\1", given)
    return f'"{escaped}"'


def read_capture(text: str) -> tuple[str, bool] | None:
    """Return the selector of a capture and whether its value is a secret; None: not known."""
    tokens = _tokens(text)
    selector = _selector(tokens)
    if selector is None or tokens not in ([], ["redact"]):
        return None
    findings = Findings()
    read_expect({selector: {"exists": True}}, (), findings)
    return None if findings.problems else (selector, bool(tokens))


class Checks:
    """Collects checks below their selectors; what cannot be one is reported."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self.expect: dict[str, Any] = {}

    def read(self, text: str, line: int) -> None:
        """Read an assert of one line."""
        tokens = _tokens(text)
        selector = _selector(tokens)
        negated = tokens[:1] == ["not"]
        tokens = tokens[1:] if negated else tokens
        found = predicate_named(tokens[0]) if tokens else None
        if selector is None or found is None or len(tokens) > 2:
            self._report(f"The check `{text:.60}` was left out.", line)
            return
        predicate, is_opposite = found
        value: Any = True
        if len(tokens) > 1:
            value = _pattern(tokens[1]) if predicate.name == "matches" else value_of(tokens[1])
        if selector == "duration" and isinstance(value, int):
            value = f"{value} ms"
        name = f"not_{predicate.name}" if negated != is_opposite else predicate.name
        self.add(selector, name, value, line)

    def add(self, selector: str, predicate: str, value: Any, line: int) -> None:
        """Add a check, if a case can have it."""
        conditions = self.expect.get(selector, {})
        if predicate == "contains" and "contains" in conditions and isinstance(value, str):
            predicate, value = "matches", re.escape(value)
        findings = Findings()
        try:
            read_expect({selector: {predicate: value}}, (), findings)
        except BadValue as error:
            self._report(error.message, line)
            return
        if findings.problems:
            reason = findings.problems[0].message
            self._report(f"The check of `{selector:.60}` was left out: {reason}", line)
        elif predicate in conditions and conditions[predicate] != value:
            self._report(f"A second check `{predicate}` of `{selector:.60}` was left out.", line)
        else:
            self.expect[selector] = {**conditions, predicate: value}
