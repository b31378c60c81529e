"""Reads the tests of Tavern: a case for each document, a step for each stage."""

import itertools
import json
import mimetypes
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote_plus

from shall.cases.flow import MOST_RETRIES
from shall.cases.json_text import objects, text_of
from shall.errors import BadValue
from shall.imports.bodies import converted
from shall.imports.expressions import expression_text, without_marks
from shall.imports.names import Paths
from shall.imports.requests import CaseWriter, SentRequest
from shall.imports.result import MOST_CASES, Imported, ImportedCase, LeftOut
from shall.imports.secret_variables import SecretVariables
from shall.imports.tavern_checks import Expected, functions_of, selector_of
from shall.imports.tavern_documents import TAG, number_of, read_documents
from shall.imports.tavern_formats import Formats
from shall.redaction.names import is_secret_name

_REQUEST_KEYS = frozenset(
    ("url", "method", "json", "data", "params", "headers", "cookies", "files", "timeout", "auth")
) | {"follow_redirects", "verify", "file_body"}
_STAGE_KEYS = frozenset(
    ("name", "id", "request", "response", "delay_before", "delay_after", "skip", "max_retries")
)
_TEST_KEYS = frozenset(("test_name", "stages", "marks", "includes", "strict", "_xfail", "finally"))
_USED = re.compile(r"\{\{ (?:row\.)?([\w-]+)(?: \| \w+)? \}\}")
_SKIP = re.compile(r"(skip|skipif|xfail)(?:\((.*)\))?")
_NEVER = frozenset(("n", "no", "f", "false", "off", "0"))
_ALWAYS = frozenset(("y", "yes", "t", "true", "on", "1"))
_STRICT = re.compile(r"(?:json|headers|redirect_query_params)(?::(?:on|off|list_any_order))?")
_MOST_ROWS = 1_000


def read_tavern(text: str, file: str) -> Imported:
    """Read the tests of a file. Raises ``BadValue``, ``InvalidCase``."""
    left_out, secrets, paths = LeftOut(file), SecretVariables(), Paths()
    cases: list[ImportedCase] = []
    for line, data in read_documents(without_marks(text), file, left_out):
        if not isinstance(data, dict) or "stages" not in data:
            if data is not None:
                left_out.add("", "A document was left out: it has no `stages`.", line=line)
            continue
        found = _Test(data, left_out, secrets).read()
        if found is not None and len(cases) < MOST_CASES:
            cases.append(ImportedCase(paths.of(found[0]), found[1]))
    if not cases and not left_out.found:
        raise BadValue(
            f"{file} has no test of Tavern.", hint="A test has `test_name` and `stages`."
        )
    return Imported(cases, left_out.found, secrets.names)


class _Test:
    """Reads one test."""

    def __init__(
        self, data: Mapping[str, Any], left_out: LeftOut, secrets: SecretVariables
    ) -> None:
        self.data, self.left_out, self.secrets = data, left_out, secrets
        self.name = text_of(data.get("test_name")) or "test"
        self.rows: list[dict[str, Any]] = []
        self.variables: dict[str, Any] = {}
        self.skip: str | None = None
        self.formats = Formats(lambda message: self._left_out(self.name, message))

    def read(self) -> tuple[str, dict[str, Any]] | None:
        """Return the name and the data of the case."""
        for key in self.data.keys() - _TEST_KEYS:
            self._left_out(self.name, f"`{key:.40}` was left out.")
        self._marks()
        self._includes()
        self._saves()
        writer = CaseWriter(self.formats.text, self.secrets, self.left_out)
        self.delay = 0.0
        for stage in objects(self.data.get("stages")):
            self._stage(writer, stage)
        if not writer.steps:
            self._left_out(self.name, "The test was left out: none of its stages can be sent.")
            return None
        last = self._last(writer)
        written = str((writer.steps, last, writer.host))
        for name in set(_USED.findall(written)):
            if is_secret_name(name) and name not in self.variables:
                self.secrets.declare(name)
        more: dict[str, Any] = {
            "teardowns": last,
            "skip": self.skip,
            "data": self.secrets.fields(self._converted(self.rows)),
            "variables": self.secrets.fields(self._converted(self.variables)),
        }
        return self.name, writer.case(expression_text(self.name), **more)

    def _includes(self) -> None:
        for each in objects(self.data.get("includes")):
            given = each.get("variables")
            self.variables |= given if isinstance(given, dict) else {}
        for name in self.data.get("includes") or ():
            if isinstance(name, str):
                self._left_out(
                    self.name,
                    f"The included file `{name.split(TAG)[-1]:.60}` was left out.",
                    "Set its variables in shall.yaml, or with --var.",
                )

    def _converted(self, data: Any) -> Any:
        return converted(self.formats.value(data), self.formats.text)

    def _saves(self) -> None:
        """Find the variables that stages set: nothing is known of their values."""
        stages = objects(self.data.get("stages")) + objects(self.data.get("finally"))
        responses = [it["response"] for it in stages if isinstance(it.get("response"), dict)]
        saves = [it["save"] for it in responses if isinstance(it.get("save"), dict)]
        saved: dict[str, set[str]] = {}
        for save in saves:
            for source, names in save.items():
                for name in names if isinstance(names, dict) else ():
                    saved.setdefault(text_of(name), set()).add(source)
        self.formats.variables, self.formats.rows = self.variables, self.rows
        self.formats.saved = saved.keys()
        self.formats.texts = {name for name, sources in saved.items() if sources == {"headers"}}

    def _last(self, writer: CaseWriter) -> list[dict[str, Any]]:
        """Return the stages of `finally` as teardowns, of which the last runs first."""
        count = len(writer.steps)
        for stage in objects(self.data.get("finally")):
            self._stage(writer, stage, is_last=True)
        writer.steps, last = writer.steps[:count], writer.steps[count:]
        if last:
            self._left_out(self.name, "A stage of `finally` that fails does not fail the case.")
        return last[::-1]

    def _left_out(self, place: str, message: str, hint: str = "") -> None:
        self.left_out.add(place, message, hint)

    def _marks(self) -> None:
        tables: list[list[dict[str, Any]]] = []
        marks = self.data.get("marks")
        for each in marks if isinstance(marks, list) else ():
            if self._skips(each):
                continue
            if isinstance(each, dict) and isinstance(each.get("parametrize"), dict):
                table = _table(each["parametrize"])
                if table is None:
                    self._left_out(self.name, "`parametrize` was left out.")
                else:
                    tables.append(table)
            else:
                name = next(iter(each)) if isinstance(each, dict) and each else text_of(each)
                self._left_out(self.name, f"The mark `{name:.40}` was left out.")
        if "_xfail" in self.data:
            self._fails("_xfail")
        if tables:
            rows = itertools.islice(itertools.product(*tables), _MOST_ROWS)
            self.rows = [{key: it for part in parts for key, it in part.items()} for parts in rows]

    def _skips(self, mark_of_test: Any) -> bool:
        """Read a mark by which pytest skips the test, or expects it to fail; False: another one."""
        if isinstance(mark_of_test, dict) and len(mark_of_test) == 1:
            ((name, condition),) = mark_of_test.items()
            name, condition = text_of(name), text_of(condition)
        else:
            found = _SKIP.fullmatch(text_of(mark_of_test).strip())
            name, condition = (found[1], found[2] or "") if found else ("", "")
        if name == "skip":
            self.skip = "It is marked as skipped."
        elif name == "xfail":
            self._fails("xfail")
        elif name == "skipif" and condition.partition(",")[0].strip().lower() not in _NEVER:
            self.skip = expression_text(f"It is skipped if `{condition:.60}` holds.")
            message = f"The test is skipped: the condition `{condition:.60}` was not evaluated."
            self._left_out(self.name, message)
        return name in {"skip", "skipif", "xfail"}

    def _fails(self, name: str) -> None:
        self.skip = f"It is expected to fail (`{name}`)."
        self._left_out(self.name, f"The test is skipped: it is expected to fail (`{name:.40}`).")

    def _stage(
        self, writer: CaseWriter, stage: Mapping[str, Any], *, is_last: bool = False
    ) -> None:
        place = f"{self.name}/{text_of(stage.get('name')) or 'stage'}"
        request = stage.get("request")
        if self._is_skipped(place, stage.get("skip")):
            self._left_out(place, "The stage was left out: it is skipped.")
            return
        if not isinstance(request, dict) or not isinstance(request.get("url"), str):
            self._left_out(place, "The stage was left out: it has no request with a URL.")
            return
        for key in sorted(map(str, stage.keys() - _STAGE_KEYS)):
            self._left_out(place, f"`{key:.40}` was left out.")
        for key in sorted(map(str, request.keys() - _REQUEST_KEYS)):
            if key == "$ext":
                self._left_out(place, f"`request` of {functions_of(request[key])} was left out.")
            else:
                self._left_out(place, f"`request.{key:.40}` was left out.")
        self.formats.request = request
        request = {
            key: self._prepared(place, key, it, self.formats.value if key == "json" else number_of)
            for key, it in request.items()
        }
        answer = self._answer(place, stage)
        for key in ("capture", "delay", "retry") if is_last else ():
            if answer.pop(key, None):
                self._left_out(place, f"`{key:.40}` was left out.")
        writer.add(self._sent(place, request), answer)

    def _is_skipped(self, place: str, given: Any) -> bool:
        """Return whether a stage is skipped; a condition is not evaluated."""
        if not isinstance(given, str) or given.lower() in _NEVER:
            return given is True
        if given.lower() in _ALWAYS:
            return True
        message = f"`skip` was left out: the condition `{given:.60}` was not evaluated."
        self._left_out(place, message)
        return False

    def _answer(self, place: str, stage: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields of a step but for its request."""
        response = stage.get("response")
        response = response if isinstance(response, dict) else {}
        strict = response.get("strict", self.data.get("strict", True))
        if not _is_strictness(strict):
            self._left_out(place, "`strict` was left out.")
        expected = Expected(self.formats, lambda message: self._left_out(place, message), strict)
        answer: dict[str, Any] = {}
        if captured := self._saved(place, response.get("save")):
            answer["capture"] = captured
        answer["expect"] = self.secrets.hide(expected.of(response))
        for key in ("delay_before", "delay_after"):
            if isinstance(stage.get(key), str):
                self._left_out(place, f"`{key}` was left out.")
        if delay := self.delay + _seconds(stage.get("delay_before")):
            answer["delay"] = f"{round(delay * 1000)} ms"
        self.delay = _seconds(stage.get("delay_after"))
        if "max_retries" in stage and (retry := self._retry(place, stage["max_retries"])):
            answer["retry"] = retry
        return answer

    def _retry(self, place: str, times: Any) -> dict[str, Any]:
        if type(times) is not int or times < 0:
            self._left_out(place, "`max_retries` was left out.")
            return {}
        if times > MOST_RETRIES:
            message = f"`max_retries: {times}` became `retry: {MOST_RETRIES}`."
            self._left_out(place, message)
        every = max(round(self.delay * 1000), 1)  # the stage waits after each of its responses
        return {"times": min(times, MOST_RETRIES), "every": f"{every} ms"} if times else {}

    def _prepared(self, place: str, field: str, value: Any, read: Callable[[str], Any]) -> Any:
        """Return a value of a request, its texts as ``read``, without what functions make."""
        if isinstance(value, list):
            return [self._prepared(place, field, it, read) for it in value]
        if not isinstance(value, dict):
            return read(value) if isinstance(value, str) else value
        if "$ext" in value:
            self._left_out(
                place, f"`request.{field:.40}` of {functions_of(value['$ext'])} was left out."
            )
        return {
            key: self._prepared(place, field, it, read)
            for key, it in value.items()
            if key != "$ext"
        }

    def _saved(self, place: str, save: Any) -> dict[str, str]:
        found: dict[str, str] = {}
        for source, names in (save if isinstance(save, dict) else {}).items():
            if source == "$ext":
                self._left_out(place, f"`save` of {functions_of(names)} was left out.")
                continue
            if source not in {"json", "body", "headers"} or not isinstance(names, dict):
                self._left_out(place, f"`save.{source:.40}` was left out.")
                continue
            for name, path in names.items():
                where = text_of(path)
                found[name] = f"header {where}" if source == "headers" else selector_of(where)
        return found

    def _sent(self, place: str, request: Mapping[str, Any]) -> SentRequest:
        sent = SentRequest(place, request["url"], text_of(request.get("method")) or "GET")
        sent.follow_redirects = request.get("follow_redirects") is True
        for name, pairs in (("headers", sent.headers), ("params", sent.params)):
            given = request.get(name)
            given = given if isinstance(given, dict) else {}
            if name == "params":
                given = {key: self._parameter(place, it) for key, it in given.items()}
            pairs += _pairs(given)
        self._connect(sent, request)
        cookies = request.get("cookies")
        for each in objects(cookies):
            sent.headers += [("Cookie", f"{key}={text_of(it)}") for key, it in each.items()]
        if cookies and len(objects(cookies)) != len(cookies):  # names of cookies of the session
            self._not_sent(place, "cookies")
        self._body(sent, request)
        self._files(sent, request.get("files"))
        return sent

    def _parameter(self, place: str, value: Any) -> Any:
        """Return a parameter; Tavern sends an object as percent-encoded JSON."""
        if not isinstance(value, dict):
            return value
        if "{" in str([*_texts(value)]) or TAG in str(value):
            self._not_sent(place, "params")
            return None
        return quote_plus(json.dumps(value))

    def _connect(self, sent: SentRequest, request: Mapping[str, Any]) -> None:
        """Read credentials, certificates and the timeout."""
        auth = request.get("auth")
        if isinstance(auth, list) and len(auth) == 2:
            sent.user = ":".join(map(text_of, auth))
        elif auth:
            self._not_sent(sent.place, "auth")
        if request.get("verify") is False:
            sent.connection["insecure"] = True
        elif request.get("verify") not in {True, None}:
            self._not_sent(sent.place, "verify")
        timeout = request.get("timeout")
        sent.timeout_s = _seconds(timeout[-1:] if isinstance(timeout, list) else timeout) or None
        is_pair = not isinstance(timeout, list) or len(timeout) == 2
        if timeout is not None and not (is_pair and sent.timeout_s):
            self._not_sent(sent.place, "timeout")

    def _not_sent(self, place: str, key: str) -> None:
        self._left_out(place, f"`request.{key}` was left out.")

    def _body(self, sent: SentRequest, request: Mapping[str, Any]) -> None:
        files, data = request.get("files"), request.get("data")
        if isinstance(request.get("file_body"), str):
            sent.content = {"file": request["file_body"]}
            encoding = mimetypes.guess_type(request["file_body"])[1]
            if encoding and not any(it.lower() == "content-encoding" for it, _ in sent.headers):
                sent.headers.append(("Content-Encoding", encoding))
        elif request.get("json") is not None:
            sent.value = (request["json"],)
        elif isinstance(data, dict):
            pairs = list(_pairs(data))
            if files:
                sent.form = pairs
            else:
                sent.fields = pairs
        elif isinstance(data, str):
            sent.body = data
        elif data:
            self._not_sent(sent.place, "data")

    def _files(self, sent: SentRequest, files: Any) -> None:
        """Read files by the names of their parts, or a list of files that have the names."""
        named = list(files.items()) if isinstance(files, dict) else []
        named += [(text_of(it.get("form_field_name")), it) for it in objects(files)]
        for name, given in named:
            part = given if isinstance(given, dict) else {"file_path": given}
            path, kind = text_of(part.get("file_path")), text_of(part.get("content_type"))
            if not name or not path:
                self._not_sent(sent.place, "files")
                continue
            if "content_encoding" in part:
                self._not_sent(sent.place, "files.content_encoding")
            sent.files.append((name, {"file": path, "type": kind} if kind else path))


def _texts(value: Any) -> Iterator[str]:
    """Yield the texts within a value."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner:
        yield from _texts(each)
    if isinstance(value, str):
        yield value


def _pairs(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield parameters or fields as requests sends them: values as Python writes them."""
    for key, value in given.items():
        for it in value if isinstance(value, (list, dict)) else [value]:
            if it is not None:
                yield key, str(it)


def _table(given: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """Return the rows of a mark ``parametrize``; None: it is of another form."""
    keys, values = given.get("key"), given.get("vals")
    if not isinstance(values, list) or "'$ext':" in str(values):  # values that a function makes
        return None
    if isinstance(keys, str):
        return [{keys: it} for it in values]
    if not isinstance(keys, list) or not all(
        isinstance(it, list) and len(it) == len(keys) for it in values
    ):
        return None
    return [dict(zip(map(text_of, keys), it, strict=True)) for it in values]


def _is_strictness(value: Any) -> bool:
    if isinstance(value, list):
        return all(isinstance(it, str) and _STRICT.fullmatch(it) for it in value)
    return isinstance(value, bool)


def _seconds(value: Any) -> float:
    if isinstance(value, list):
        value = value[0] if value else 0
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if is_number and 0 < value < 3600 else 0.0
