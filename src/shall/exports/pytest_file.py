"""Writes a case as a test for pytest with httpx, which needs nothing of ours."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from shall.cases.forms import is_template
from shall.cases.model import (
    Body,
    Case,
    Check,
    RequestTemplate,
    Step,
    Teardown,
)
from shall.cases.parts import parts_of
from shall.cases.path import parse_path
from shall.cases.selector import parse_selector
from shall.cases.syntax import Expression, Filtered, Reference
from shall.exports.names import (
    Exported,
    body_of,
    call_name,
    credentials,
    environment_name,
    expressions_in,
    http_request,
    is_text,
    literal_of,
    note_left_out,
    python_name,
    run_variable,
)
from shall.exports.secrets import without_secrets

_OPERATORS = {
    "equals": "{} == {}",
    "not_equals": "{} != {}",
    "less_than": "{} < {}",
    "less_or_equal": "{} <= {}",
    "greater_than": "{} > {}",
    "greater_or_equal": "{} >= {}",
    "in": "{} in {}",
    "not_in": "{} not in {}",
    "contains": "{1} in {0}",
    "not_contains": "{1} not in {0}",
    "starts_with": "{}.startswith({})",
    "ends_with": "{}.endswith({})",
    "regex": "re.search({1}, {0})",
    "is_none": "{} is None",
    "is_not_none": "{} is not None",
    "is_empty": "not {}",
    "is_boolean": "isinstance({}, bool)",
    "is_string": "isinstance({}, str)",
    "is_list": "isinstance({}, list)",
    "is_object": "isinstance({}, dict)",
}
_SEARCHES = frozenset({"contains", "not_contains", "regex"})
"""Checks that look through the text of a body."""

_ARGUMENTS = {
    "json": "json",
    "form": "data",
    "text": "content",
    "xml": "content",
}
_MODULES = ("base64", "html", "json", "os", "re", "time", "uuid")
_FUNCTIONS = {"uuid": "str(uuid.uuid4())", "timestamp": "int(time.time())"}
_CLASS = re.compile(r"([1-5])xx", re.IGNORECASE)


_TAKEN = frozenset({*_MODULES, "httpx", "client", "response", "str", "len", "open", "int"})
"""Names that the test itself uses."""


def _local_name(text: str) -> str:
    name = python_name(text)
    return f"{name}_" if name in _TAKEN else name


def to_pytest(case: Case, path: str, known: Mapping[str, str] = {}) -> Exported:
    """Return a file with one test. Values of the run are read from the environment.

    ``known`` are values of secrets of the project, by variable.
    """
    exported = Exported()
    case = without_secrets(case, known, exported, environment_name)
    return _Writer(case, exported).write(path)


class _Writer:
    """Writes one case."""

    def __init__(self, case: Case, exported: Exported) -> None:
        self.case = case
        self.exported = exported
        self.known: dict[str, str] = {}
        self.modules: set[str] = set()

    def write(self, path: str) -> Exported:
        """Return the file."""
        case = self.case
        note_left_out(case, self.exported)
        body: list[str] = []
        for name, value in case.variables.items():
            if name in case.secrets:
                continue
            written = self._value(value)
            self.known[name] = _local_name(name)
            body.append(f"{self.known[name]} = {written}")
        base = "BASE_URL" if case.host is None else ""
        host = self._value(case.host) if case.host else self._environment(base)
        body.append(f"with httpx.Client(base_url={host}, follow_redirects=True) as client:")
        body += [f"    {line}" for line in self._calls()]
        used = "\n".join(body)
        modules = [it for it in _MODULES if re.search(rf"(?<![\w.]){it}\.", used)]
        lines = [f'"""{_plain(case.name)}: made from {_plain(path)}."""', ""]
        comments = self.exported.comments()
        lines += [*comments, ""] if comments else []
        lines += [f"import {it}" for it in modules] + ([""] if modules else [])
        lines += ["import httpx", "", "", f"def test_{python_name(case.name)}():"]
        lines += [f"    {line}" if line else "" for line in body]
        self.exported.text = "\n".join(lines) + "\n"
        return self.exported

    def _calls(self) -> Iterator[str]:
        steps = [line for step in self.case.steps for line in self._step(step)]
        steps = steps or ['raise NotImplementedError("no step of the case is a request")']
        teardowns = [it for it in reversed(self.case.teardowns) if http_request(it) is not None]
        if not teardowns:
            yield from steps
            return
        yield "try:"
        yield from (f"    {line}" for line in steps)
        yield "finally:"
        for part in teardowns:
            yield from (f"    {line}" for line in self._step(part))

    def _step(self, part: Step | Teardown) -> Iterator[str]:
        request = http_request(part)
        if request is None:
            return
        address = self._text(request.url)
        if request.params and "?" in request.url:  # the argument `params` would replace the others
            params = self._value(dict(request.params))
            address = f"httpx.URL({address}).copy_merge_params({params})"
        arguments = ", ".join([address, *self._arguments(request)])
        if request.body is None or request.method in {"POST", "PUT", "PATCH"}:
            yield f"response = client.{request.method.lower()}({arguments})"
        else:
            yield f'response = client.request("{request.method}", {arguments})'
        if not part.id.startswith(("step ", "teardown ")):
            name = _local_name(part.id)
            self.known[part.id] = f"{name}.json()"
            yield f"{name} = response"
        if isinstance(part, Step):
            yield from self._captures(part)
        yield from self._checks(part)

    def _captures(self, step: Step) -> Iterator[str]:
        for name, selector in step.capture.items():
            found = self._selected(selector)
            if found is None:
                self.exported.lacks(f"the capture `{name}` of {step.id}")
                continue
            self.known[name] = _local_name(name)
            yield f"{self.known[name]} = {found}"

    def _checks(self, part: Step | Teardown) -> Iterator[str]:
        checks = part.checks
        if not any(it.kind == "status_code" or it.selector == "status" for it in checks):
            allowed = f" or response.status_code in {list(part.allow_status)}"
            yield f"assert response.status_code < 400{allowed if part.allow_status else ''}"
        for check in checks:
            written = self._check(check)
            if written is None:
                self.exported.lacks(f"a check `{check.kind}` of {part.id}")
            else:
                yield f"assert {written}"

    def _arguments(self, request: RequestTemplate) -> Iterator[str]:
        body = body_of(request)
        headers = dict(request.headers)
        if body is not None and body.kind == "xml":
            headers = {"Content-Type": "application/xml", **headers}
        if headers:
            pairs = ", ".join(f"{key!r}: {self._header(it)}" for key, it in headers.items())
            yield f"headers={{{pairs}}}"
        if request.params and "?" not in request.url:
            yield f"params={self._value(dict(request.params))}"
        if body is not None:
            yield self._body(body)
        if request.files:
            parts = ", ".join(
                f"({name!r}, {self._part(part)})" for name, part in parts_of(request.files)
            )
            yield f"files=[{parts}]"
        if request.timeout_s is not None:
            yield f"timeout={request.timeout_s}"
        if not request.follow_redirects:
            yield "follow_redirects=False"
        yield from self._auth(request)

    def _header(self, value: Any) -> str:
        """Return a header as httpx takes it: a text in ASCII, or bytes."""
        text = value if isinstance(value, str) else json.dumps(value)
        written = self._text(text)
        is_expression = is_template(text) and len(expressions_in(text)) == 1
        written = f"str({written})" if is_expression else written
        return written if text.isascii() else f"({written}).encode()"

    def _body(self, body: Body) -> str:
        kind = body.kind
        if kind == "body":
            return f"content={self._bytes(body.value)}"
        if kind == "data":
            kind = "text" if isinstance(body.value, str) else "json"
        if kind == "xml" and isinstance(body.value, str):
            return f"content={self._xml(body.value)}"
        return f"{_ARGUMENTS[kind]}={self._value(body.value)}"

    def _xml(self, text: str) -> str:
        """Return XML, in which values are escaped but for one that is the whole of it."""
        parts = expressions_in(text)
        if len(parts) == 1:
            return self._text(text)
        return " + ".join(
            repr(it) if isinstance(it, str) else f"html.escape(str({self._expression(it)}))"
            for it in parts
        )

    def _part(self, part: Mapping[str, Any]) -> str:
        """Return a part of a multipart form as httpx takes it."""
        if "file" in part:
            content = f"open({self._value(part['file'])}, 'rb')"
            if part.keys() == {"file"}:
                return content
            name = part.get("name") or str(part["file"]).rpartition("/")[2]
        else:
            is_json = "json" in part
            content = self._value(part["json"] if is_json else part["text"])
            content = f"json.dumps({content})" if is_json else content
            name = part.get("name")
        content_type = part.get("type") or ("application/json" if "json" in part else None)
        more = f", {self._value(content_type)}" if content_type else ""
        return f"({self._value(name)}, {content}{more})"

    def _bytes(self, body: Mapping[str, Any]) -> str:
        if "file" in body:
            return f"open({self._value(body['file'])}, 'rb').read()"
        return f"base64.b64decode({self._value(body['base64'])})"

    def _auth(self, request: RequestTemplate) -> Iterator[str]:
        kind, values = credentials(self.case, request)
        if kind == "bearer":
            header = self._text(f"Bearer {values['bearer']}")
            yield f"auth=lambda it: it.headers.update({{'Authorization': {header}}}) or it"
        elif kind in {"basic", "digest"}:
            pair = f"{self._text(values['user'])}, {self._text(values['password'])}"
            yield f"auth=httpx.DigestAuth({pair})" if kind == "digest" else f"auth=({pair})"
        elif kind:
            self.exported.lacks(f"the credentials `{kind}`")

    def _check(self, check: Check) -> str | None:
        """Return a check as an expression; None where it has no simple one."""
        if check.kind == "status_code":
            return self._status(check)
        actual = self._actual(check)
        if actual is None:
            return None
        if actual == "response.json()" and check.kind in _SEARCHES:
            actual = "response.text"
        if check.kind in {"exists", "not_exists"}:
            return self._presence(check)
        if check.kind == "length" and isinstance(check.expected, int):
            written = f"len({actual}) == {check.expected}"
        elif check.kind in _OPERATORS and not isinstance(check.expected, tuple):
            written = _OPERATORS[check.kind].format(actual, self._value(check.expected))
        else:
            return None
        return f"not ({written})" if check.negated else written

    def _status(self, check: Check) -> str:
        found: list[str] = []
        for each in check.expected if isinstance(check.expected, list) else [check.expected]:
            as_class = _CLASS.fullmatch(str(each))
            found.append(
                f"response.status_code // 100 == {as_class[1]}"
                if as_class
                else f"response.status_code == {self._value(each)}"
            )
        written = " or ".join(found)
        return f"not ({written})" if check.negated else written

    def _actual(self, check: Check) -> str | None:
        if check.header is not None:
            return f"response.headers[{check.header!r}]"
        if check.selector is not None:
            return self._selected(check.selector)
        return _at("response.json()", parse_path(check.field)) if check.field else "response.json()"

    def _presence(self, check: Check) -> str | None:
        is_there = (check.kind == "exists") != check.negated
        word = "in" if is_there else "not in"
        if check.header is not None:
            return f"{check.header!r} {word} response.headers"
        path = parse_path(check.field) if check.field else ()
        if not path or not isinstance(path[-1], str):
            return None
        return f"{path[-1]!r} {word} {_at('response.json()', path[:-1])}"

    def _selected(self, text: str) -> str | None:
        selector = parse_selector(text)
        if selector.filters:
            return None
        if selector.source == "status":
            return "response.status_code"
        if selector.source == "header":
            return f"response.headers[{selector.argument!r}]"
        if selector.source == "body":
            return "response.text"
        return None if selector.path is None else _at("response.json()", selector.path)

    def _value(self, value: Any) -> str:
        """Return a value of a case as Python writes it."""
        if isinstance(value, dict):
            pairs = ", ".join(f"{key!r}: {self._value(it)}" for key, it in value.items())
            return f"{{{pairs}}}"
        if isinstance(value, list):
            return f"[{', '.join(map(self._value, value))}]"
        return self._text(value) if isinstance(value, str) else repr(value)

    def _text(self, text: str) -> str:
        if not is_template(text):
            return repr(text)
        parts = expressions_in(text)
        if len(parts) == 1 and not isinstance(parts[0], str):
            return self._expression(parts[0])
        return " + ".join(
            repr(it) if isinstance(it, str) else f"str({self._expression(it)})" for it in parts
        )

    def _expression(self, expression: Expression) -> str:
        literal = literal_of(expression)
        if literal is not None:
            return repr(literal)
        if isinstance(expression, Filtered) and is_text(expression):
            return f"str({self._expression(expression.value)})"
        if isinstance(expression, Reference) and expression.root in self.known:
            return _at(self.known[expression.root], expression.path)
        function = call_name(expression)
        if function in _FUNCTIONS:
            return _FUNCTIONS[function]
        name = run_variable(expression)
        if name is None:
            self.exported.lacks("an expression, which became the variable VALUE")
            name = "value"
        return self._environment(name)

    def _environment(self, name: str) -> str:
        return f'os.environ["{self.exported.environment(name)}"]'


def _at(value: str, path: tuple[str | int, ...]) -> str:
    return value + "".join(f"[{part!r}]" for part in path)


def _plain(text: str) -> str:
    return re.sub(r'[\\"\x00-\x1f]', " ", text)
