"""Writes a case as a hurl file."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from shall.cases.check_writer import selector_of
from shall.cases.forms import is_template
from shall.cases.model import Case, Check, RequestTemplate, Step, Teardown
from shall.cases.selector import Selector, parse_selector
from shall.exports.names import (
    Exported,
    body_of,
    credentials,
    expressions_in,
    is_text,
    joined,
    literal_of,
    note_left_out,
    requests_of,
    run_variable,
)
from shall.exports.secrets import without_secrets

_PREDICATES = {
    "equals": "==",
    "not_equals": "!=",
    "less_than": "<",
    "less_or_equal": "<=",
    "greater_than": ">",
    "greater_or_equal": ">=",
    "contains": "contains",
    "not_contains": "not contains",
    "starts_with": "startsWith",
    "ends_with": "endsWith",
    "regex": "matches",
}
_WITHOUT_VALUE = {
    "exists": "exists",
    "not_exists": "not exists",
    "is_none": "== null",
    "is_not_none": "!= null",
    "is_empty": "isEmpty",
    "is_string": "isString",
    "is_number": "isNumber",
    "is_integer": "isInteger",
    "is_float": "isFloat",
    "is_boolean": "isBoolean",
    "is_list": "isList",
    "is_object": "isObject",
    "is_collection": "isCollection",
    "is_iso_date": "isIsoDate",
    "is_uuid": "isUuid",
    "is_ipv4": "isIpv4",
    "is_ipv6": "isIpv6",
}
_QUERIES = {
    "status": "status",
    "body": "body",
    "url": "url",
    "version": "version",
    "ip": "ip",
    "bytes": "bytes count",
    "duration": "duration",
}
_NAMED = {"header": "header", "xpath": "xpath", "regex": "regex", "json": "jsonpath"}
_OF_LISTS = frozenset({"first", "last", "nth"})
_TEXTS = frozenset({"text", "data"})
_SPECIAL = str.maketrans({"\\": "\\\\", "#": "\\#", "\n": "\\n", "\t": "\\t"})
_AS_IT_IS: dict[int, str] = {}
_WITHIN_JSON = str.maketrans({it: json.dumps(it)[1:-1] for it in map(chr, (*range(32), 34, 92))})
_NOT_IN_KEY = re.compile(r"[^\w.\-\[\]@$\\#:{}]", re.ASCII)
_CAMEL = re.compile(r"_(\w)")
_QUOTED = re.compile(r"""\["([^"'\\]*)"\]""")
_FILTER = re.compile(r"""\[\?\s*((?:[^()\[\]'"]|'[^']*'|"[^"]*")+)\]""")
_TIME = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s)")


def to_hurl(case: Case, path: str, known: Mapping[str, str] = {}) -> Exported:
    """Return an entry for each step. Values of a run are variables of hurl.

    ``known`` are values of secrets of the project, by variable.
    """
    exported = Exported()
    case = without_secrets(case, known, exported)
    note_left_out(case, exported)
    writer = _Writer(case, exported)
    lines: list[str] = []
    for part, request in requests_of(case):
        lines += ["", *writer.entry(part, request)]
    head = [f"# {' '.join(case.name.split())}: made from {path}", *exported.comments()]
    exported.text = "\n".join(head + lines) + "\n"
    return exported


class _Writer:
    """Writes the entries of one case."""

    def __init__(self, case: Case, exported: Exported) -> None:
        self.case, self.exported = case, exported
        self.captured: set[str] = set()
        self.values = {
            name: it
            for name, it in case.variables.items()
            if name not in case.secrets and not isinstance(it, list | dict) and not is_template(it)
        }

    def entry(self, part: Step | Teardown, request: RequestTemplate) -> Iterator[str]:
        """Yield the lines of an entry."""
        url = request.url
        if not url.lower().startswith(("http://", "https://")):
            url = joined(self.case.host or "{{ base_url }}", url)
        yield f"{request.method} {self._text(url)}"
        for name, value in request.headers.items():
            yield f"{name}: {self._word(value)}"
        kind, values = credentials(self.case, request)
        if kind == "bearer":
            yield f"Authorization: Bearer {self._text(values[kind])}"
        yield from self._section("Options", self._options(part, request))
        yield from self._section("Query", self._pairs(request.params))
        if kind == "basic":
            pair = f"{self._key(values['user'])}: {self._word(values['password'])}"
            yield from self._section("BasicAuth", [pair])
        elif kind not in {"", "bearer"}:
            self.exported.lacks(f"the credentials `{kind}`")
        yield from self._body(part, request)
        yield from self._response(part)

    def _section(self, name: str, lines: "Iterator[str] | list[str]") -> Iterator[str]:
        written = list(lines)
        if written:
            yield f"[{name}]"
            yield from written

    def _options(self, part: Step | Teardown, request: RequestTemplate) -> Iterator[str]:
        for name, value in self.values.items():
            written = json.dumps(value, ensure_ascii=False)
            yield f"variable: {name}={written}"
        self.values = {}  # the first entry sets them
        if request.follow_redirects:
            yield "location: true"
        if isinstance(part, Step) and part.delay_s:
            yield f"delay: {round(part.delay_s * 1000)}ms"
        if request.timeout_s is not None:
            yield f"max-time: {round(request.timeout_s * 1000)}ms"

    def _pairs(self, given: Any) -> Iterator[str]:
        for name, value in given.items():
            for each in value if isinstance(value, list) else [value]:
                yield f"{self._key(name)}: {self._word(each)}"

    def _body(self, part: Step | Teardown, request: RequestTemplate) -> Iterator[str]:
        body = body_of(request)
        if request.files:
            self.exported.lacks(f"the files of {part.id}")
        if body is None:
            return
        if body.kind == "form" and isinstance(body.value, dict):
            yield from self._section("Form", self._pairs(body.value))
        elif body.kind == "json" or (body.kind == "data" and not isinstance(body.value, str)):
            yield self._json(body.value)
        elif body.kind in _TEXTS and "```" not in str(body.value):
            yield f"```\n{self._text(body.value)}\n```"
            self.exported.lacks(f"the end of the text of {part.id}, to which hurl adds a line end")
        else:
            self.exported.lacks(f"the body of {part.id}")

    def _json(self, value: Any) -> str:
        """Return JSON data; an expression that is a whole text keeps its type, as in a case."""
        if isinstance(value, dict):
            pairs = (f"{json.dumps(name)}: {self._json(it)}" for name, it in value.items())
            return "{" + ", ".join(pairs) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(map(self._json, value)) + "]"
        if isinstance(value, str) and is_template(value):
            parts = expressions_in(value)
            written = self._text(value, _WITHIN_JSON)
            if len(parts) == 1 and not is_text(parts[0]):
                self.exported.lacks("the types of expressions in JSON, which become texts")
            return f'"{written}"'
        return json.dumps(value, ensure_ascii=False)

    def _response(self, part: Step | Teardown) -> Iterator[str]:
        checks = list(part.checks)
        status = next((it for it in checks if _is_status(it)), None)
        yield "HTTP *" if status is None else f"HTTP {status.expected}"
        captures = getattr(part, "capture", None) or {}
        yield from self._section("Captures", self._captures(part, captures))
        asserts = list(self._asserts(part, [it for it in checks if it is not status]))
        if not any(it.kind == "status_code" or it.selector == "status" for it in checks):
            asserts.insert(0, "status < 400")
        yield from self._section("Asserts", asserts)

    def _captures(self, part: Step | Teardown, captures: Any) -> Iterator[str]:
        for name, text in captures.items():
            query = _query(parse_selector(text))
            if query is None:
                self.exported.lacks(f"the capture `{name}` of {part.id}")
            else:
                self.captured.add(name)
                yield f"{name}: {query}"

    def _asserts(self, part: Step | Teardown, checks: list[Check]) -> Iterator[str]:
        for check in checks:
            written = self._assert(check)
            if written is None:
                self.exported.lacks(f"a check `{check.kind}` of {part.id}")
            else:
                yield written

    def _assert(self, check: Check) -> str | None:
        selector = selector_of(check)
        query = None if selector is None else _query(parse_selector(selector))
        if query is None or check.kind == "status_code":
            return None
        negation = "not " if check.negated else ""
        if (is_set := _is_flag_set(check, selector or "")) is not None:
            return f"{query} {'exists' if is_set else 'not exists'}"
        if check.kind in _WITHOUT_VALUE:
            return f"{query} {negation}{_WITHOUT_VALUE[check.kind]}"
        if check.kind == "length" and type(check.expected) is int:
            return f"{query} count {'!=' if check.negated else '=='} {check.expected}"
        value = self._value(check.expected, is_time=query == "duration")
        if check.kind not in _PREDICATES or value is None:
            return None
        return f"{query} {negation}{_PREDICATES[check.kind]} {value}"

    def _value(self, value: Any, *, is_time: bool) -> str | None:
        if is_time:
            found = _TIME.fullmatch(str(value))
            factor = {"ms": 1, "s": 1000}
            return None if found is None else f"{float(found[1]) * factor[found[2]]:g}"
        if isinstance(value, str):
            parts = expressions_in(value) if is_template(value) else ()
            if len(parts) == 1 and not is_text(parts[0]):
                return self._text(value)
            return f'"{self._text(_escaped(value))}"'
        if isinstance(value, bool | int | float) or value is None:
            return json.dumps(value)
        return None

    def _key(self, text: str) -> str:
        """Return the name of a pair, in which hurl reads few characters as they are."""
        word = self._word(text).replace(":", "\\:")
        return _NOT_IN_KEY.sub(lambda found: f"\\u{{{ord(found[0]):x}}}", word)

    def _word(self, value: Any) -> str:
        """Return a text outside of quotes, in which ``#`` would begin a comment."""
        return self._text(value, _SPECIAL)

    def _text(self, value: Any, special: dict[int, str] = _AS_IT_IS) -> str:
        """Return a text with the variables that a run has as those of hurl."""
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        if not is_template(text):
            return text.translate(special)
        words: list[str] = []
        for part in expressions_in(text):
            if isinstance(part, str):
                words.append(part.translate(special))
                continue
            literal, name = literal_of(part), run_variable(part)
            if literal is not None:
                words.append(literal)
                continue
            if name is None:
                self.exported.lacks("an expression, which became the variable value")
            words.append(f"{{{{{self._variable(name or 'value')}}}}}")
        return "".join(words)

    def _variable(self, name: str) -> str:
        plain = re.sub(r"\W+", "_", name)
        is_known = plain in self.captured or plain in self.case.variables
        if (not is_known or plain in self.case.secrets) and plain not in self.exported.variables:
            self.exported.variables.append(plain)
        return plain


def _is_status(check: Check) -> bool:
    return check.kind == "status_code" and type(check.expected) is int and not check.negated


def _is_flag_set(check: Check, selector: str) -> bool | None:
    """Return whether a check wants a flag of a cookie, which has no value in hurl, to be set.

    None: it is no such check.
    """
    if parse_selector(selector).attribute not in {"Secure", "HttpOnly"}:
        return None
    if check.kind not in {"equals", "not_equals"} or type(check.expected) is not bool:
        return None
    return check.expected == ((check.kind == "equals") != check.negated)


def _query(selector: Selector) -> str | None:
    """Return the query of a selector with its filters; None: hurl has none."""
    if selector.source in _QUERIES:
        query = _QUERIES[selector.source]
    elif selector.source == "cookie":
        attribute = "" if selector.attribute == "Value" else f"[{selector.attribute}]"
        query = f'cookie "{selector.argument}{attribute}"'
    elif selector.source in _NAMED:
        argument = selector.argument
        if selector.source == "regex":
            argument = _with_group(argument)
        if selector.source == "json":  # hurl 7 reads filters in parentheses, names in single quotes
            argument = _FILTER.sub(r"[?(\1)]", argument)
            argument = _QUOTED.sub(r"['\1']", argument)
        query = f'{_NAMED[selector.source]} "{_escaped(argument)}"'
    else:
        return None
    before = ""
    for each in selector.filters:
        if each.name == "jsonpath" and before in _OF_LISTS:
            return None  # hurl reads only texts by it
        before = each.name
        is_regex = each.name == "regex"
        given = [_with_group(str(it)) if is_regex else it for it in each.arguments]
        arguments = (it if isinstance(it, int) else f'"{_escaped(it)}"' for it in given)
        name = _CAMEL.sub(lambda found: found[1].upper(), each.name)
        query = " ".join((query, name, *map(str, arguments)))
    return query


def _with_group(pattern: str) -> str:
    """Return a pattern with a group, which hurl needs; without one a case takes the whole match."""
    try:
        return pattern if re.compile(pattern).groups else f"({pattern})"
    except re.error:
        return pattern


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
