"""Reads hurl files: one case, a step for each entry."""

import re
from collections.abc import Iterator
from typing import Any

from msgspec import Struct, field

from shall.errors import BadValue
from shall.imports.bodies import json_value
from shall.imports.expressions import expression_text, mark, without_marks
from shall.imports.hurl_checks import Checks, read_capture, value_of
from shall.imports.names import Paths
from shall.imports.requests import CaseWriter, SentRequest
from shall.imports.result import MOST_CASES, Imported, ImportedCase, LeftOut
from shall.imports.secret_variables import SecretVariables
from shall.redaction.names import is_secret_name

_REQUEST = re.compile(r"([A-Z]{2,20})[ \t]+(\S.*)")
_RESPONSE = re.compile(r"HTTP(?:/(\d(?:\.\d)?))?[ \t]+([1-9]\d\d|\*)\s*(?:#.*)?$")
_SECTION = re.compile(r"\[([A-Za-z]+)\]\s*(?:#.*)?")
_PAIR = re.compile(r"((?:[^:\\]|\\.)+):[ \t]*(.*)")
_TEMPLATE = re.compile(r"\{\{\s*(?:(newUuid)|([A-Za-z_][\w-]*))\s*\}\}")
_UNQUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|(\ue000)')
_TIME = re.compile(r"(\d+)\s*(ms|s|m)?")
_SHORT_NAMES = {
    "QueryStringParams": "Query",
    "FormParams": "Form",
    "MultipartFormData": "Multipart",
}
_LONGEST = 20_000
"""Characters of a body in which variables outside of texts are looked for."""

_OF_OUTPUT = frozenset(("output", "verbose", "very-verbose", "compressed", "path-as-is"))
_CONNECTION = {
    "insecure": "insecure",
    "cacert": "ca",
    "cert": "client_certificate",
    "key": "key",
}


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
    case = reader.writer.case(name, variables=reader.variables)
    needed = [it for it in secrets.names if it not in reader.captured]
    return Imported([ImportedCase(Paths().of(name), case)], left_out.found, needed)


def _entries(lines: list[str]) -> Iterator[_Entry]:
    entry: _Entry | None = None
    inside = False
    for number, line in enumerate(lines, start=1):
        plain = line.strip()
        if not inside and (found := _REQUEST.fullmatch(line.rstrip())) and found[1] != "HTTP":
            if entry is not None:
                yield entry
            entry = _Entry(number, found[1], _without_comment(found[2]))
            continue
        if entry is None:
            continue
        response = None if inside else _RESPONSE.fullmatch(plain)
        if response is not None and entry.status is None:
            entry.version, entry.status = response[1], response[2]
            continue
        if plain.count("```") % 2:
            inside = not inside
        (entry.request if entry.status is None else entry.response).append((number, line))
    if entry is not None:
        yield entry


def _without_comment(text: str) -> str:
    return re.sub(r"(?<!\s)\s+#.*$", "", text).strip()


def converted(text: str) -> str:
    """Return a text with the templates of hurl as marks."""
    return _TEMPLATE.sub(lambda it: mark("uuid()" if it[1] else it[2]), text)


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
        elif not plain or plain.startswith("#"):
            continue
        elif found := _SECTION.fullmatch(plain):
            name = _SHORT_NAMES.get(found[1], found[1])
            section = part.sections.setdefault(name, [])
        elif _begins_body(plain, section is not None):
            part.body, part.body_line = [line], number
        elif section is not None:
            section.append((number, plain))
        elif pair := _PAIR.fullmatch(plain):
            part.headers.append((pair[1].strip(), _without_comment(pair[2]), number))
        else:
            part.body, part.body_line = [line], number
    return part


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
        self.captured: set[str] = set()

    def add(self, entry: _Entry) -> None:
        """Add an entry."""
        request, response = _part_of(entry.request), _part_of(entry.response)
        sent = SentRequest("request", converted(entry.url), entry.method, line=entry.line)
        sent.follow_redirects = False
        options: dict[str, Any] = {}
        if not self._options(sent, request, options):
            return
        sent.headers = [(name, converted(value)) for name, value, _ in request.headers]
        self._pairs(sent, request)
        self._body(sent, request)
        for name in request.sections.keys() - _OF_REQUESTS:
            self._left_out(f"The section `[{name:.30}]` was left out.", entry.line)
        answer = {**options, **self._answer(entry, response)}
        self.writer.add(sent, answer)

    def _left_out(self, message: str, line: int, hint: str = "") -> None:
        self.left_out.add("", message, hint, line=line)

    def _options(self, sent: SentRequest, part: _Part, options: dict[str, Any]) -> bool:
        """Read the options of an entry; False: it is skipped."""
        for line, text in part.sections.get("Options", ()):
            found = _PAIR.fullmatch(text)
            name, value = (found[1], _without_comment(found[2])) if found else (text, "")
            if name == "skip" and value == "true":
                self._left_out("The request was left out: it is skipped.", sent.line)
                return False
            known = self._time(sent, options, name, value) or self._option(sent, name, value)
            if not known and name not in _OF_OUTPUT and value != "false":
                self._left_out(f"The option `{name:.30}` was left out.", line)
        return True

    def _time(self, sent: SentRequest, options: dict[str, Any], name: str, value: str) -> bool:
        time = _TIME.fullmatch(value)
        if time is None or name not in {"delay", "max-time"}:
            return False
        if name == "delay":
            options["delay"] = f"{int(time[1]) * _MILLISECONDS[time[2] or 'ms']} ms"
        else:
            sent.timeout_s = int(time[1]) * _MILLISECONDS[time[2] or "s"] / 1000
        return True

    def _option(self, sent: SentRequest, name: str, value: str) -> bool:
        if name in {"location", "location-trusted"}:
            sent.follow_redirects = value == "true"
        elif name in _CONNECTION and value != "false":
            sent.connection[_CONNECTION[name]] = True if value == "true" else value
        elif name == "user":
            sent.user = converted(value)
        elif name == "variable":
            key, _, given = value.partition("=")
            self.variables[key.strip()] = value_of(given.strip())
        else:
            return False
        return True

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
                yield converted(found[1].strip()), converted(_without_comment(found[2]))

    def _body(self, sent: SentRequest, part: _Part) -> None:
        if not part.body:
            return
        text, kind = _body_text(part.body)
        if text is None:
            self._left_out("The body was left out: it is a file or bytes.", part.body_line)
            return
        sent.body = converted(text)
        if kind and not any(name.lower() == "content-type" for name, _ in sent.headers):
            sent.headers.append(("Content-Type", kind))
        sent.is_text = len(sent.body) > _LONGEST or any(
            it[1] for it in _UNQUOTED.finditer(sent.body)
        )

    def _answer(self, entry: _Entry, part: _Part) -> dict[str, Any]:
        checks = Checks(self._left_out)
        asserts = part.sections.get("Asserts", [])
        if entry.status == "*" and not any(text.startswith("status") for _, text in asserts):
            checks.add("status", "in", ["1xx", "2xx", "3xx", "4xx", "5xx"], entry.line)
        elif entry.status not in {None, "*"}:
            checks.add("status", "equals", int(str(entry.status)), entry.line)
        if entry.version:
            checks.add("version", "equals", entry.version, entry.line)
        for name, value, line in part.headers:
            checks.add(f"header {name}", "equals", self._value(value), line)
        for line, text in asserts:
            checks.read(text, line)
        if part.body:
            self._body_check(checks, part)
        captures = dict(self._captures(part))
        answer: dict[str, Any] = {"capture": captures} if captures else {}
        if checks.expect:
            answer["expect"] = self.secrets.hide(checks.expect)
        return answer

    def _captures(self, part: _Part) -> Iterator[tuple[str, str]]:
        for line, text in part.sections.get("Captures", ()):
            found = _PAIR.fullmatch(text)
            selector = read_capture(found[2]) if found else None
            if found is None or selector is None:
                self._left_out(f"The capture `{text:.60}` was left out.", line)
                continue
            name = found[1].strip()
            self.captured.add(name)
            if selector[1]:
                self.secrets.declare(name)
            yield name, selector[0]

    def _value(self, text: str) -> str:
        return expression_text(converted(text))

    def _body_check(self, checks: Checks, part: _Part) -> None:
        text, kind = _body_text(part.body)
        value = None if text is None else json_value(converted(text), expression_text)
        if text is None:
            self._left_out(
                "The check of the body was left out: it is a file or bytes.", part.body_line
            )
        elif kind == "application/json" and value is not None:
            checks.add("body", "equals", value[0], part.body_line)
        else:
            checks.add("body", "equals", self._value(text), part.body_line)


_MILLISECONDS = {"ms": 1, "s": 1000, "m": 60_000}
_OF_REQUESTS = frozenset(("Query", "Form", "Multipart", "Cookies", "BasicAuth", "Options"))


def _body_text(lines: list[str]) -> tuple[str | None, str]:
    """Return a body and the content type that hurl sends; None: it is a file or bytes."""
    text = "\n".join(lines).strip()
    if text.startswith("```"):
        language, _, rest = text[3:].partition("\n")
        inner = rest.rpartition("```")[0] if rest else language.removesuffix("```")
        kind = {"json": "application/json", "xml": "application/xml"}.get(language.strip(), "")
        return inner, kind
    if text.startswith("`"):
        return text[1:].partition("`")[0], ""
    if text.startswith(("file,", "base64,", "hex,")):
        return None, ""
    lines_of_text = [line for line in lines if not line.lstrip().startswith("#")]
    text = "\n".join(lines_of_text).strip()
    return text, "application/xml" if text.startswith("<") else "application/json"
