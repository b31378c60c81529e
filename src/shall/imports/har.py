"""Reads HAR files, the recordings of a browser or a proxy: one case, a step for each request."""

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any

from shall.cases.json_text import load_object, objects, text_of
from shall.errors import InvalidCase
from shall.imports.expressions import expression_text
from shall.imports.names import Paths
from shall.imports.requests import CaseWriter, SentRequest
from shall.imports.result import MOST_CASES, Imported, ImportedCase, LeftOut
from shall.imports.secret_variables import SecretVariables

_OF_PAGES = re.compile(
    r"(?:image|font|video|audio)/|text/css|(?:text|application)/(?:x-)?javascript"
)
_OF_BROWSERS = re.compile(
    r"sec-.*|user-agent|accept-language|cache-control|pragma|priority|dnt|if-none-match"
    r"|if-modified-since|upgrade-insecure-requests|referer"
)
"""Headers that say which browser asked, or that its cache has an answer."""

_NAME = re.compile(r"[A-Za-z_]\w*")
_BOUNDARY = re.compile(r"boundary=\"?([^\s;\"]+)")
_PARAMETER = re.compile(r"\b((?:file)?name)=\"([^\"]*)\"", re.IGNORECASE)
_LEAST = 6
"""Characters of a value of a response that is looked for in later requests."""

_MOST_VALUES = 20_000


def read_har(text: str, file: str) -> Imported:
    """Read a recording. Raises ``InvalidCase``."""
    log = load_object(text, file).get("log")
    log = log if isinstance(log, dict) else {}
    return _Reader(file).read(log)


class _Reader:
    """Reads one recording."""

    def __init__(self, file: str) -> None:
        self.left_out = LeftOut(file)
        self.secrets = SecretVariables()
        self.cookies: set[str] = set()
        self.values: dict[str, tuple[int, str]] = {}

    def read(self, log: Mapping[str, Any]) -> Imported:
        """Return the case of a recording."""
        writer = CaseWriter(expression_text, self.secrets, self.left_out)
        skipped = sockets = 0
        for number, entry in enumerate(objects(log.get("entries"))):
            if len(writer.steps) == MOST_CASES:
                self.left_out.add("", f"Only the first {MOST_CASES:,} requests were read.")
                break
            request, response = entry.get("request"), entry.get("response")
            if not isinstance(request, dict) or not isinstance(response, dict):
                continue
            if text_of(request.get("url")).startswith(("ws://", "wss://")):
                sockets += 1
                continue
            if _is_of_page(request, response):
                skipped += 1
                continue
            self._entry(writer, f"log.entries[{number}]", request, response)
        self._report(skipped, sockets)
        if not writer.steps:
            self.left_out.add("", "The recording contains no request that a case can send.")
            return Imported((), self.left_out.found)
        pages = objects(log.get("pages"))
        title = text_of(pages[0].get("title")) if pages else ""
        name = title if title and "://" not in title else writer.title
        case = ImportedCase(Paths().of(name), writer.case(expression_text(name)))
        return Imported([case], self.left_out.found, self._without_captured(case))

    def _report(self, skipped: int, sockets: int) -> None:
        if skipped:
            message = (
                f"Requests for images, scripts, styles and preflights were left out: {skipped}."
            )
            self.left_out.add("", message)
        if sockets:
            message = f"WebSockets were left out: {sockets}."
            self.left_out.add("", message, "Write a step with `WS`.")

    def _without_captured(self, case: ImportedCase) -> list[str]:
        captured = {name for step in case.data["steps"] for name in step.get("capture", ())}
        return [name for name in self.secrets.names if name not in captured]

    def _entry(
        self,
        writer: CaseWriter,
        place: str,
        request: Mapping[str, Any],
        response: Mapping[str, Any],
    ) -> None:
        status = response.get("status")
        sent = SentRequest(place, text_of(request.get("url")))
        sent.method = text_of(request.get("method")) or "GET"
        sent.headers = list(self._headers(request))
        self._body(sent, request.get("postData"))
        answer: dict[str, Any] = {}
        if isinstance(status, int) and 100 <= status <= 599 and status != 304:
            answer["expect"] = {"status": status}
            sent.follow_redirects = not 300 <= status <= 399
        elif status != 304:
            message = "The request was left out: it got no response."
            self.left_out.add(place, message)
            return
        known = set(self.secrets.values)
        if not writer.add(sent, answer):
            return
        for value, name in self.secrets.values.items():
            if value not in known and value in self.values:
                step, path = self.values[value]
                writer.steps[step].setdefault("capture", {})[name] = path
        self._remember(len(writer.steps) - 1, response)

    def _headers(self, request: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        for each in objects(request.get("headers")):
            name, value = text_of(each.get("name")), text_of(each.get("value"))
            if not name or _OF_BROWSERS.fullmatch(name.lower()):
                continue
            if name.lower() == "cookie":
                names = [it.partition("=")[0].strip() for it in value.split(";")]
                if all(it in self.cookies for it in names):
                    continue  # the case gets them from the service, too
            yield name, value

    def _body(self, sent: SentRequest, data: Any) -> None:
        if not isinstance(data, dict):
            return
        kind, text = text_of(data.get("mimeType")), text_of(data.get("text"))
        if kind.startswith("multipart/"):
            self._parts(sent, objects(data.get("params")) or list(_parts_in(text, kind)))
            return
        if data.get("encoding") == "base64":
            try:
                text = base64.b64decode(text, validate=True).decode()
            except ValueError:
                self.left_out.add(sent.place, "The body was left out: it is not text.")
                return
        if text:
            sent.body = text
            if kind and not any(name.lower() == "content-type" for name, _ in sent.headers):
                sent.headers.append(("Content-Type", kind))
        else:
            params = objects(data.get("params"))
            sent.fields = [(text_of(it.get("name")), text_of(it.get("value"))) for it in params]

    def _parts(self, sent: SentRequest, parts: list[dict[str, Any]]) -> None:
        if not parts:
            message = "The multipart body was left out: its parts are not recorded."
            self.left_out.add(sent.place, message)
        for part in parts:
            name = text_of(part.get("name"))
            if part.get("fileName"):
                message = f"The file of the part {name:.40} was left out: it is not recorded."
                self.left_out.add(sent.place, message)
            else:
                sent.form.append((name, text_of(part.get("value"))))

    def _remember(self, step: int, response: Mapping[str, Any]) -> None:
        """Remember the cookies that a response sets, and the values of its JSON body."""
        for each in objects(response.get("cookies")):
            self.cookies.add(text_of(each.get("name")))
        for each in objects(response.get("headers")):
            if text_of(each.get("name")).lower() == "set-cookie":
                self.cookies.add(text_of(each.get("value")).partition("=")[0].strip())
        content = response.get("content")
        text = text_of(content.get("text")) if isinstance(content, dict) else ""
        if not text.lstrip().startswith("{"):
            return
        waiting = [("$", _parsed(text))]
        while waiting and len(self.values) < _MOST_VALUES:
            path, value = waiting.pop()
            if isinstance(value, dict):
                waiting += [
                    (f"{path}.{key}", it) for key, it in value.items() if _NAME.fullmatch(key)
                ]
            elif isinstance(value, str) and len(value) >= _LEAST:
                self.values.setdefault(value, (step, path))


def _parts_in(text: str, kind: str) -> Iterator[dict[str, Any]]:
    """Yield the parts of a multipart body in the way of ``params``, which Chrome leaves out."""
    boundary = _BOUNDARY.search(kind)
    if boundary is None:
        return
    for part in text.split(f"--{boundary[1]}")[1:-1]:
        head, _, value = part.partition("\r\n\r\n")
        found = {name.lower(): it for name, it in _PARAMETER.findall(head)}
        if "name" in found:
            yield {
                "name": found["name"],
                "fileName": found.get("filename"),
                "value": value.removesuffix("\r\n"),
            }


def _parsed(text: str) -> Any:
    try:
        return load_object(text, "")
    except InvalidCase:
        return {}


def _is_of_page(request: Mapping[str, Any], response: Mapping[str, Any]) -> bool:
    """Return whether a request belongs to the page, not to what it does."""
    url = text_of(request.get("url"))
    if not url.startswith(("http://", "https://")):
        return True
    headers = {text_of(it.get("name")).lower() for it in objects(request.get("headers"))}
    if request.get("method") == "OPTIONS" and "access-control-request-method" in headers:
        return True
    content = response.get("content")
    kind = text_of(content.get("mimeType")) if isinstance(content, dict) else ""
    return request.get("method") == "GET" and _OF_PAGES.match(kind) is not None
