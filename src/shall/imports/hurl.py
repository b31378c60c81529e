"""Reads hurl files: one case, a step for each entry."""

import base64
import hashlib
import re
from collections.abc import Iterator
from typing import Any

from msgspec import Struct, field

from shall.errors import BadValue
from shall.imports.bodies import json_value
from shall.imports.expressions import expression_text, without_marks
from shall.imports.hurl_checks import Captured, Checks, of_one, read_capture
from shall.imports.hurl_options import Options
from shall.imports.hurl_selectors import bytes_in
from shall.imports.hurl_texts import block_of, converted, is_open, unescaped, without_comment
from shall.imports.names import Paths
from shall.imports.requests import CaseWriter, SentRequest
from shall.imports.result import MOST_CASES, Imported, ImportedCase, LeftOut
from shall.imports.secret_variables import SecretVariables
from shall.redaction.names import is_secret_name

_REQUEST = re.compile(r"([A-Z]{2,20})[ \t]+(\S.*)")
_RESPONSE = re.compile(r"HTTP(?:/(\d(?:\.\d)?))?[ \t]+([1-9]\d\d|\*)\s*(?:#.*)?$")
_FILE = re.compile(r"file,((?:[^;\\\n]|\\.)+);")
_SECTION = re.compile(r"\[([A-Za-z]+)\]\s*(?:#.*)?")
_PAIR = re.compile(r"((?:[^:\\]|\\.)+):[ \t]*(.*)")
_COOKIE_STORE = re.compile(r"#\s*@(cookie_storage_(?:set|clear))\b")
_FUNCTION = re.compile(r"(?<!\\)\{\{\s*(?:newDate|[A-Za-z_]\w*\s*\([^}\n]*\))\s*\}\}")
"""A template that is no variable; ``newUuid`` is carried over."""

_VARIABLES = re.compile(r"^[ \t]*variables[ \t]*(?=\{)", re.MULTILINE)
_UNQUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|(\ue000)')
_SHORT_NAMES = {
    "QueryStringParams": "Query",
    "FormParams": "Form",
    "MultipartFormData": "Multipart",
}
_ONE_LINE = re.compile(r"`((?:[^`\\]|\\.)*)`", re.DOTALL)
_KINDS = {"json": "application/json", "xml": "application/xml", "graphql": "graphql"}
_LONGEST = 20_000
"""Characters of a body in which variables outside of texts are looked for."""


class _Entry(Struct):
    """The lines of an entry: of its request, and of its response, each with its number."""

    line: int
    method: str
    url: str
    request: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    version: str | None = None
    status: str | None = None
    response: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])


def read_hurl(text: str, file: str) -> Imported:
    """Read a hurl file. Raises ``BadValue``."""
    left_out, secrets = LeftOut(file), SecretVariables()
    entries = list(_entries(without_marks(text).replace("\r\n", "\n").split("\n")))
    if not entries:
        raise BadValue(f"{file} has no request.", hint="An entry begins with `GET` and a URL.")
    _report_lines(text, left_out)
    reader = _Reader(left_out, secrets)
    for entry in entries[:MOST_CASES]:
        reader.add(entry)
    if not reader.writer.steps:
        return Imported((), left_out.found)
    stem = file.rpartition("/")[2].removesuffix(".hurl")
    name = reader.writer.title if stem in {"", "stdin"} else stem
    written = str(reader.writer.steps) + str(reader.writer.host)
    for each in set(re.findall(r"\{\{ ([\w-]+) \}\}", written)):
        if is_secret_name(each):
            secrets.declare(each)
    for step, checks in zip(reader.writer.steps, reader.checks, strict=True):
        if checks.expect:
            step["expect"] = secrets.hide(checks.expect)
    case = reader.writer.case(name, variables=reader.variables)
    needed = [it for it in secrets.names if it not in reader.captures]
    return Imported([ImportedCase(Paths().of(name), case)], left_out.found, needed)


def _report_lines(text: str, left_out: LeftOut) -> None:
    """Report comments by which hurl changes its cookies, and functions in templates."""
    for line, content in enumerate(text.split("\n"), start=1):
        store = _COOKIE_STORE.match(content)
        if store is not None:
            left_out.add("", f"`@{store[1]}` was left out.", line=line)
        elif not content.lstrip().startswith(("#", "<")):  # where hurl replaces no template
            for found in _FUNCTION.findall(content):
                left_out.add("", f"The function in `{found:.60}` was left out.", line=line)


def _entries(lines: list[str]) -> Iterator[_Entry]:
    entry: _Entry | None = None
    inside = False
    for number, line in enumerate(lines, start=1):
        plain = line.strip()
        if not inside and (found := _REQUEST.fullmatch(line.rstrip())) and found[1] != "HTTP":
            if entry is not None:
                yield entry
            entry = _Entry(number, found[1], without_comment(found[2]))
            continue
        if entry is None:
            continue
        response = None if inside else _RESPONSE.fullmatch(plain)
        if response is not None and entry.status is None:
            entry.version, entry.status = response[1], response[2]
            continue
        if is_open(plain):
            inside = not inside
        (entry.request if entry.status is None else entry.response).append((number, line))
    if entry is not None:
        yield entry


class _Part(Struct):
    """A request or a response: headers, sections and the body."""

    headers: list[tuple[str, str, int]] = field(default_factory=list[tuple[str, str, int]])
    sections: dict[str, list[tuple[int, str]]] = field(
        default_factory=dict[str, list[tuple[int, str]]]
    )
    body: list[str] = field(default_factory=list[str])
    body_line: int = 0


def _part_of(lines: list[tuple[int, str]]) -> _Part:
    part = _Part()
    section: list[tuple[int, str]] | None = None
    for number, line in lines:
        plain = line.strip()
        if part.body:
            part.body.append(line)
        elif (section and _goes_on(section, line)) or not plain or plain.startswith("#"):
            continue
        elif found := _SECTION.fullmatch(plain):
            name = _SHORT_NAMES.get(found[1], found[1])
            section = part.sections.setdefault(name, [])
        elif _begins_body(plain, section is not None):
            part.body, part.body_line = [line], number
        elif section is not None:
            section.append((number, plain))
        elif pair := _PAIR.fullmatch(plain):
            part.headers.append((pair[1].strip(), without_comment(pair[2]), number))
        else:
            part.body, part.body_line = [line], number
    return part


def _goes_on(section: list[tuple[int, str]], line: str) -> bool:
    """Add a line to the last of a section where a text of several lines is open there."""
    number, text = section[-1]
    if is_open(text):
        section[-1] = (number, f"{text}\n{line}")
    return is_open(text)


def _begins_body(plain: str, in_section: bool) -> bool:
    if plain.startswith(("```", "<", "file,", "base64,", "hex,")):
        return True
    if plain[0] == "`":
        return True
    return plain[0] in "{[" and not (in_section and plain.startswith("{{"))


class _Reader:
    """Writes entries as steps."""

    def __init__(self, left_out: LeftOut, secrets: SecretVariables) -> None:
        self.left_out, self.secrets = left_out, secrets
        self.writer = CaseWriter(expression_text, secrets, left_out)
        self.variables: dict[str, Any] = {}
        self.captures: dict[str, Captured] = {}
        self.checks: list[Checks] = []

    def add(self, entry: _Entry) -> None:
        """Add an entry."""
        request, response = _part_of(entry.request), _part_of(entry.response)
        sent = SentRequest("request", converted(entry.url), entry.method, line=entry.line)
        sent.follow_redirects = False
        options = self._options(sent, request)
        if options is None:
            return
        sent.headers += [(unescaped(name), unescaped(it)) for name, it, _ in request.headers]
        self._pairs(sent, request)
        self._body(sent, request)
        for name in request.sections.keys() - _OF_REQUESTS:
            self._left_out(f"The section `[{name:.30}]` was left out.", entry.line)
        checks = Checks(self._left_out, self.captures)
        before = dict(self.captures)
        captures = dict(self._captures(response, checks))
        answer = {**options, "capture": captures} if captures else options
        if not self.writer.add(sent, answer):
            self.captures = before
            return
        self.checks.append(checks)
        self._answer(entry, response, checks)

    def _left_out(self, message: str, line: int, hint: str = "") -> None:
        self.left_out.add("", message, hint, line=line)

    def _options(self, sent: SentRequest, part: _Part) -> dict[str, Any] | None:
        """Read the options of an entry, return fields of the step; None: it is skipped."""
        found = Options(sent, converted, self._left_out, self._is_in_use, variables=self.variables)
        for line, text in part.sections.get("Options", ()):
            pair = _PAIR.fullmatch(text)
            name, value = (pair[1], without_comment(pair[2])) if pair else (text, "")
            if name == "skip" and value == "true":
                self._left_out("The request was left out: it is skipped.", sent.line)
                return None
            found.read(name, value, line)
        return found.fields()

    def _is_in_use(self, name: str) -> bool:
        """Return whether a variable has a value, or was read, before this entry."""
        known = name in self.captures or name in self.variables
        return known or f"{{{{ {name} }}}}" in str(self.writer.steps)

    def _pairs(self, sent: SentRequest, part: _Part) -> None:
        pairs = {
            name: list(self._read_pairs(part.sections.get(name, [])))
            for name in ("Query", "Form", "Multipart", "Cookies", "BasicAuth")
        }
        sent.fields = pairs["Form"]
        if pairs["Query"]:
            sent.params = pairs["Query"]
        if pairs["Cookies"]:
            sent.headers.append(
                ("Cookie", "; ".join(f"{key}={it}" for key, it in pairs["Cookies"]))
            )
        for user, password in pairs["BasicAuth"]:
            sent.user = f"{user}:{password}"
        for name, value in pairs["Multipart"]:
            if value.startswith("file,"):
                path, _, kind = map(str.strip, value[5:].partition(";"))
                sent.files.append((name, {"file": path, "type": kind} if kind else path))
            else:
                sent.form.append((name, value))

    def _read_pairs(self, lines: list[tuple[int, str]]) -> Iterator[tuple[str, str]]:
        for line, text in lines:
            found = _PAIR.fullmatch(text)
            if found is None:
                self._left_out(f"The line `{text:.60}` was left out.", line)
            else:
                yield unescaped(found[1].strip()), unescaped(without_comment(found[2]))

    def _body(self, sent: SentRequest, part: _Part) -> None:
        if not part.body:
            return
        text, kind = _body_text(part.body)
        if text is None:
            sent.content = _bytes_of("\n".join(part.body).strip())
            if sent.content is None:
                self._left_out("The body was left out: it is malformed.", part.body_line)
            return
        if kind == "graphql":
            sent.graphql = _graphql(text)
            if sent.graphql is None:
                self._left_out("The body was left out: it is malformed.", part.body_line)
            return
        sent.body = text
        if kind and not any(name.lower() == "content-type" for name, _ in sent.headers):
            sent.headers.append(("Content-Type", kind))
        sent.is_text = len(sent.body) > _LONGEST or any(
            it[1] for it in _UNQUOTED.finditer(sent.body)
        )

    def _answer(self, entry: _Entry, part: _Part, checks: Checks) -> None:
        """Read the checks of a response."""
        asserts = part.sections.get("Asserts", [])
        if entry.status == "*" and not any(text.startswith("status") for _, text in asserts):
            checks.add("status", "in", ["1xx", "2xx", "3xx", "4xx", "5xx"], entry.line)
        elif entry.status not in {None, "*"}:
            checks.add("status", "equals", int(str(entry.status)), entry.line)
        if entry.version:
            checks.add("version", "equals", entry.version, entry.line)
        names = [name.lower() for name, _, _ in part.headers]
        for name, value, line in part.headers:
            if names.count(name.lower()) > 1:
                checks.add(f"headers {name}", "contains", _value(value), line)
            else:
                checks.add(f"header {name}", "equals", _value(value), line)
        for line, text in asserts:
            checks.read(text, line)
        if part.body:
            self._body_check(checks, part)

    def _captures(self, part: _Part, checks: Checks) -> Iterator[tuple[str, str]]:
        own: dict[str, Captured] = {}  # of this response
        for line, text in part.sections.get("Captures", ()):
            found = _PAIR.fullmatch(text)
            selector = read_capture(found[2], own) if found else None
            if found is None or selector is None:
                self._left_out(f"The capture `{text:.60}` was left out.", line)
                continue
            name = found[1].strip()
            own[name] = self.captures[name] = Captured(selector[0], checks)
            if selector[1]:
                self.secrets.declare(name)
            yield name, of_one(selector[0])

    def _body_check(self, checks: Checks, part: _Part) -> None:
        text, kind = _body_text(part.body)
        value = None if text is None else json_value(text, expression_text)
        given = bytes_in("\n".join(part.body).strip())
        if given is not None:
            checks.add("sha256", "equals", hashlib.sha256(given).hexdigest(), part.body_line)
        elif text is None:
            message = "The check of the body was left out: it is that of a file, or malformed."
            self._left_out(message, part.body_line)
        elif kind == "application/json" and value is not None:
            checks.add("body", "equals", value[0], part.body_line)
        else:
            checks.add_text(expression_text(text), part.body_line)


def _bytes_of(text: str) -> dict[str, str] | None:
    """Return a body of a file or of bytes as ``body`` of a step; None: it is malformed."""
    text = without_comment(text)
    if found := _FILE.fullmatch(text):
        return {"file": converted(re.sub(r"\\([ ;#{}\\])", r"\1", found[1].strip()))}
    given = bytes_in(text)
    return None if given is None else {"base64": base64.b64encode(given).decode()}


_OF_REQUESTS = frozenset(("Query", "Form", "Multipart", "Cookies", "BasicAuth", "Options"))


def _value(text: str) -> str:
    return expression_text(unescaped(text))


def _body_text(lines: list[str]) -> tuple[str | None, str]:
    """Return a body and the content type that hurl sends; None: it is a file or bytes."""
    text = "\n".join(lines).strip()
    if (block := block_of(text)) is not None:
        return block[1], _KINDS.get(block[0], "")
    if text.startswith("`"):
        inner = _ONE_LINE.match(text)
        return (None if inner is None else unescaped(inner[1])), ""
    if text.startswith(("file,", "base64,", "hex,")):
        return None, ""
    lines_of_text = [line for line in lines if not line.lstrip().startswith("#")]
    text = "\n".join(lines_of_text).strip()
    if text.startswith("<"):  # in which hurl replaces no template
        return text, "application/xml"
    return converted(text), "application/json"


def _graphql(text: str) -> dict[str, Any] | None:
    """Return a query with its variables as ``graphql`` of a step; None: they are not JSON."""
    found = _VARIABLES.search(text)
    if found is None:
        return {"query": text.strip()}
    given = json_value(text[found.end() :], str)
    query = text[: found.start()].strip()
    return None if given is None else {"query": query, "variables": given[0]}
