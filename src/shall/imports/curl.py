"""Reads curl commands: one case each, with the requests that the command would send."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from msgspec import Struct, field

from shall.cases.connection import MAX_REDIRECTS
from shall.errors import BadValue
from shall.imports.bodies import FORM_TYPE
from shall.imports.curl_forms import form_word, part_options
from shall.imports.expressions import MARK, expression_text
from shall.imports.names import Paths
from shall.imports.requests import CaseWriter, SentRequest
from shall.imports.result import MOST_CASES, Imported, ImportedCase, LeftOut
from shall.imports.secret_variables import SecretVariables
from shall.imports.shell_words import Command, commands
from shall.redaction.names import is_secret_name

_OF_WINDOWS = re.compile(r"\bcurl(?:\.exe)?[ \t]+\^")
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)

_SHORT = {
    **{"X": "request", "H": "header", "d": "data", "F": "form", "u": "user", "b": "cookie"},
    **{"A": "user-agent", "e": "referer", "m": "max-time", "G": "get", "I": "head"},
    **{"k": "insecure", "L": "location", "T": "upload-file", "x": "proxy", "E": "cert"},
    **{"o": "output", "w": "write-out", "c": "cookie-jar", "D": "dump-header", "K": "config"},
    **{"s": "silent", "S": "show-error", "v": "verbose", "i": "include", "f": "fail"},
    **{"#": "progress-bar", "N": "no-buffer", "g": "globoff", "O": "remote-name", "4": "ipv4"},
    **{"6": "ipv6", "0": "http1.0", "n": "netrc", "q": "disable", "r": "range", "y": "speed-time"},
    **{"Y": "speed-limit", "z": "time-cond", "Z": "parallel", "j": "junk-session-cookies"},
    **{"J": "remote-header-name", "R": "remote-time", "M": "manual", "V": "version"},
    **{":": "next", "U": "proxy-user", "C": "continue-at"},
}
_WITH_VALUE = frozenset(
    (
        "request header data data-ascii data-raw data-binary data-urlencode json form form-string"
        " user cookie user-agent referer max-time upload-file proxy cert output write-out"
        " cookie-jar dump-header config url url-query oauth2-bearer range speed-time speed-limit"
        " time-cond proxy-user continue-at cacert capath cert-type key key-type pass ciphers"
        " tls13-ciphers tls-max resolve connect-to connect-timeout retry retry-delay retry-max-time"
        " max-redirs interface unix-socket abstract-unix-socket limit-rate noproxy socks5"
        " socks5-hostname socks4 socks4a preproxy aws-sigv4 stderr trace trace-ascii output-dir"
        " dns-servers doh-url keepalive-time local-port max-filesize pinnedpubkey proto"
        " proto-default proto-redir request-target service-name variable rate"
        " happy-eyeballs-timeout-ms expect100-timeout etag-save etag-compare hsts alt-svc"
        " netrc-file crlfile curves engine"
    ).split()
)
_OF_OUTPUT = frozenset(
    (
        "silent show-error verbose include fail fail-with-body progress-bar no-buffer output"
        " write-out dump-header remote-name remote-name-all remote-header-name remote-time globoff"
        " compressed stderr trace trace-ascii trace-time output-dir create-dirs styled-output"
        " no-progress-meter fail-early parallel keepalive-time disable no-keepalive tcp-nodelay"
        " cookie-jar junk-session-cookies path-as-is http1.1 tr-encoding"
    ).split()
)
"""Options about what is shown or stored: no request differs by them."""

_LONGEST_GLOB = 500
"""Characters of a URL in which ranges are looked for."""

_GLOB = re.compile(r"\[[^\]]*-[^\]]*\]|(?<!\{)\{[^{}]*,[^{}]*\}")


class _Options(Struct):
    """The options of one part of a command, up to ``--next``."""

    urls: list[str] = field(default_factory=list[str])
    headers: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    data: list[str] = field(default_factory=list[str])
    data_file: str = ""
    query: list[str] = field(default_factory=list[str])
    form: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    files: list[tuple[str, Any]] = field(default_factory=list[tuple[str, Any]])
    method: str | None = None
    user: str | None = None
    scheme: str = "basic"
    connection: dict[str, object] = field(default_factory=dict[str, object])
    timeout_s: float | None = None
    is_json: bool = False
    has_data: bool = False
    uploads: bool = False
    is_get: bool = False
    is_head: bool = False
    follows: bool = False
    globs: bool = True


def read_curl(text: str, file: str) -> Imported:
    """Read the curl commands of a shell text.

    Raises:
        BadValue: There is none.
    """
    left_out, secrets, paths = LeftOut(file), SecretVariables(), Paths()
    variables: dict[str, str] = {}
    cases: list[ImportedCase] = []
    if _OF_WINDOWS.search(text):
        raise BadValue(
            f"{file} has curl commands for the command prompt of Windows.",
            hint="Copy the request as cURL (bash).",
        )
    for command in commands(text):
        words = _without_assignments(command.words, variables)
        if not words or words[0].rpartition("/")[2] not in {"curl", "curl.exe"}:
            continue
        if len(cases) == MOST_CASES:
            left_out.add("", f"Only the first {MOST_CASES:,} commands were read.")
            break
        case = _case_of(command, words[1:], _Reported(left_out, command), secrets, variables)
        if case is not None:
            cases.append(ImportedCase(paths.of(case[0]), case[1]))
    if not cases and not left_out.found:
        raise BadValue(f"{file} has no curl command.", hint="Begin it with `curl`.")
    return Imported(cases, left_out.found, secrets.names)


def _without_assignments(words: Sequence[str], variables: dict[str, str]) -> Sequence[str]:
    """Return the words of a command; assignments before it are added to the variables."""
    rest = list(words)
    if rest and rest[0] == "export":
        rest = rest[1:]
    at = 0
    while at < len(rest) and (found := _ASSIGNMENT.fullmatch(rest[at])):
        variables[found[1]] = found[2]
        at += 1
    return rest[at:]


class _Reported:
    """Adds what a command could not carry."""

    def __init__(self, left_out: LeftOut, command: Command) -> None:
        self.left_out, self.line = left_out, command.line
        self.place = "curl"
        for problem in command.problems:
            self.add(problem)

    def add(self, message: str, hint: str = "") -> None:
        """Add a part."""
        self.left_out.add(self.place, message, hint, line=self.line)


def _case_of(
    command: Command,
    words: Sequence[str],
    report: _Reported,
    secrets: SecretVariables,
    variables: Mapping[str, str],
) -> tuple[str, dict[str, object]] | None:
    requests = [
        each for options in _parts(words, report) for each in _requests(options, command, report)
    ]
    if not requests:
        report.add("The command was left out: it has no URL.")
        return None
    writer = CaseWriter(expression_text, secrets, report.left_out)
    for request in requests:
        writer.add(request)
    if not writer.steps:
        return None
    written = str(writer.steps) + str(writer.host)
    used = {key: it for key, it in variables.items() if f"{{{{ {key} }}}}" in written}
    for key in used:
        if is_secret_name(key):
            secrets.declare(key)
    given = {key: expression_text(it) for key, it in used.items() if not is_secret_name(key)}
    return writer.title, writer.case(writer.title, variables=given)


def _parts(words: Sequence[str], report: _Reported) -> Iterator[_Options]:
    options = _Options()
    for name, value in _options(words, report):
        if name == "next":
            yield options
            options = _Options()
        elif name == "url":
            options.urls.append(value)
        elif name in _READ:
            _READ[name](options, value, report)
        elif name not in _OF_OUTPUT:
            report.add(f"`--{name:.40}` was left out.", _HINTS.get(name, ""))
    yield options


def _options(words: Sequence[str], report: _Reported) -> Iterator[tuple[str, str]]:
    """Yield the name and the value of each option; a URL is one of the option ``url``."""
    rest = list(reversed(words))
    while rest:
        word = rest.pop()
        if word == "--":
            yield from (("url", it) for it in reversed(rest))
            return
        if word.startswith("--"):
            name = word[2:]
            takes = name in _WITH_VALUE
            if takes and not rest:
                report.add(f"`--{name}` has no value.")
                return
            yield name, rest.pop() if takes else ""
        elif word.startswith("-") and len(word) > 1:
            yield from _short_options(word[1:], rest, report)
        elif word:
            yield "url", word


def _short_options(letters: str, rest: list[str], report: _Reported) -> Iterator[tuple[str, str]]:
    for at, letter in enumerate(letters):
        name = _SHORT.get(letter)
        if name is None:
            report.add(f"`-{letter}` was left out.")
        elif name in _WITH_VALUE:
            value = letters[at + 1 :]
            if not (value or rest):
                report.add(f"`-{letter}` has no value.")
                return
            yield name, value or rest.pop()
            return
        else:
            yield name, ""


def _requests(options: _Options, command: Command, report: _Reported) -> Iterator[SentRequest]:
    body = "&".join(options.data) if options.data else None
    if options.is_json and options.data:
        body = "".join(options.data)
    content = _content(options, report)
    query = list(options.query)
    if options.is_get and body is not None:
        query, body = [*query, body], None
    headers = list(options.headers)
    named = {name.lower() for name, _ in headers}
    if options.is_json:
        headers += [("Content-Type", "application/json")] if "content-type" not in named else []
        headers += [("Accept", "application/json")] if "accept" not in named else []
    elif (body is not None or content) and not ({"content-type"} & named or options.uploads):
        headers.append(("Content-Type", FORM_TYPE))
    has_body = body is not None or content or options.form or options.files
    method = _method(options, has_body=bool(has_body))
    for url in options.urls:
        if options.globs and _GLOB.search(url[:_LONGEST_GLOB]):
            report.add(f"The ranges in the URL {url:.60} were not expanded.")
        address, mark, fragment = url.partition("#")
        address = _address(address, query, options)
        yield SentRequest(
            "curl",
            address + mark + fragment,
            method,
            list(headers),
            body=body,
            content=content,
            form=options.form,
            files=options.files,
            user=options.user,
            scheme=options.scheme,
            connection=options.connection,
            timeout_s=options.timeout_s,
            follow_redirects=options.follows,
            line=command.line,
        )


def _method(options: _Options, *, has_body: bool) -> str:
    """Return the method, which a body that was left out does not change."""
    if options.method or options.uploads:
        return options.method or "PUT"
    if options.is_head:
        return "HEAD"
    return "POST" if has_body or (options.has_data and not options.is_get) else "GET"


def _address(address: str, query: Sequence[str], options: _Options) -> str:
    if options.uploads and address.endswith("/"):
        address += _quoted(options.data_file.rpartition("/")[2])
    for part in query:
        address += ("&" if "?" in address else "?") + part
    return address


def _content(options: _Options, report: _Reported) -> dict[str, str] | None:
    """Return the body of a file; None: there is none, or it is not the whole of the data."""
    if not options.data_file:
        return None
    if options.data or options.is_get:
        report.add(f"The body of the file {options.data_file:.60} was left out.")
        return None
    return {"file": options.data_file}


def _header(options: _Options, value: str, report: _Reported) -> None:
    name, mark, text = value.partition(":")
    if mark and text.strip():
        options.headers.append((name.strip(), text.strip()))
    elif value.startswith("@"):
        report.add("Headers of a file were left out.", "Write them under `headers`.")
    elif not mark and value.endswith(";"):
        options.headers.append((value[:-1].strip(), ""))
    else:
        report.add(f"The header {name:.40} has no value, so it was left out.")


def _data(options: _Options, value: str, report: _Reported) -> None:
    options.has_data = True
    if value.startswith("@"):
        report.add(
            f"The body of the file {value[1:]:.60} was left out.",
            "Write it under `json` or `text`.",
        )
        return
    options.data.append(value)


def _bytes(options: _Options, value: str, report: _Reported) -> None:
    """Read data that is sent as it is, so that it may be that of a file."""
    if value.startswith("@") and value != "@-" and not options.data_file:
        options.data_file = value[1:]
    else:
        _data(options, value, report)


def _upload(options: _Options, value: str, report: _Reported) -> None:
    options.uploads = True
    if value in ("-", ".") or options.data_file:
        report.add(f"The body of the file {value:.60} was left out.")
    else:
        options.data_file = value


def _redirects(options: _Options, value: str, report: _Reported) -> None:
    if value.isdecimal() and 1 <= int(value[:9]) <= MAX_REDIRECTS:
        options.connection["max_redirects"] = int(value)
    else:
        report.add(f"`--max-redirs {value:.20}` was left out.")


def _json(options: _Options, value: str, report: _Reported) -> None:
    options.is_json = True
    _bytes(options, value, report)


def _encoded(value: str, report: _Reported) -> str:
    name, mark, text = value.partition("=")
    if not mark:
        if "@" in value:
            report.add(f"The data of the file {value.partition('@')[2]:.60} was left out.")
            return ""
        return _quoted(value)
    return f"{name}={_quoted(text)}" if name else _quoted(text)


def _quoted(text: str) -> str:
    """Percent-encode a text, but for the marks of variables in it."""
    parts = MARK.split(text)
    parts[::2] = [quote(part, safe="") for part in parts[::2]]
    return "".join(parts)


def _data_urlencode(options: _Options, value: str, report: _Reported) -> None:
    encoded = _encoded(value, report)
    if encoded:
        options.data.append(encoded)


def _url_query(options: _Options, value: str, report: _Reported) -> None:
    encoded = value[1:] if value.startswith("+") else _encoded(value, report)
    if encoded:
        options.query.append(encoded)


def _form(options: _Options, value: str, report: _Reported) -> None:
    name, mark, content = value.partition("=")
    if not mark:
        report.add(f"The part {name:.40} of the form has no value, so it was left out.")
    elif content.startswith("<"):
        report.add(f"The content of the file {content[1:]:.60} was left out.")
    else:
        kind, ends = ("file", ";,") if content.startswith("@") else ("text", ";")
        value, rest = form_word(content.removeprefix("@"), ends)
        part, unknown = part_options({kind: value}, rest)
        if kind == "text" and part.keys() == {"text"}:
            options.form.append((name, value))
        else:
            options.files.append((name, value if part.keys() == {"file"} else part))
        if unknown and kind == "file":
            report.add(f"`{unknown:.60}` of the file {value:.60} was left out.")
        elif unknown:
            report.add(f"`{unknown:.60}` of the part {name:.40} was left out.")


def _cookie(options: _Options, value: str, report: _Reported) -> None:
    if "=" in value:
        options.headers.append(("Cookie", value))
    else:
        report.add(f"The cookies of the file {value:.60} were left out.")


def _user(options: _Options, value: str, report: _Reported) -> None:
    if ":" not in value:
        report.add("The password of `--user` is not in the command.")
    options.user = value


def _connection(name: str) -> "Callable[[_Options, str, _Reported], None]":
    def read(options: _Options, value: str, _: _Reported) -> None:
        options.connection[name] = value or True

    return read


def _pass(_: _Options, __: str, report: _Reported) -> None:
    report.add("The password of the key was left out.", "Write `key_password` with a variable.")


def _max_time(options: _Options, value: str, report: _Reported) -> None:
    try:
        seconds = float(value)
    except ValueError:
        seconds = 0
    if 0 < seconds < 86400:
        options.timeout_s = int(seconds) if seconds.is_integer() else seconds
    else:
        report.add(f"`--max-time {value:.20}` was left out.")


def _set(name: str, *, value: object = True) -> "Callable[[_Options, str, _Reported], None]":
    def read(options: _Options, given: str, _: _Reported) -> None:
        setattr(options, name, value if value is not None else given)

    return read


def _named_header(name: str, prefix: str = "") -> "Callable[[_Options, str, _Reported], None]":
    def read(options: _Options, value: str, _: _Reported) -> None:
        options.headers.append((name, prefix + value))

    return read


_READ: Mapping[str, Callable[[_Options, str, _Reported], None]] = {
    "request": _set("method", value=None),
    "header": _header,
    "data": _data,
    "data-ascii": _data,
    "data-binary": _bytes,
    "data-raw": lambda options, value, _: options.data.append(value),
    "data-urlencode": _data_urlencode,
    "json": _json,
    "form": _form,
    "form-string": lambda options, value, _: options.form.append(
        (value.partition("=")[0], value.partition("=")[2])
    ),
    "url-query": _url_query,
    "user": _user,
    "oauth2-bearer": _named_header("Authorization", "Bearer "),
    "cookie": _cookie,
    "user-agent": _named_header("User-Agent"),
    "referer": _named_header("Referer"),
    "range": _named_header("Range", "bytes="),
    "max-time": _max_time,
    "max-redirs": _redirects,
    "upload-file": _upload,
    "digest": _set("scheme", value="digest"),
    "ntlm": _set("scheme", value="ntlm"),
    "basic": _set("scheme", value="basic"),
    "insecure": _connection("insecure"),
    "cacert": _connection("ca"),
    "cert": _connection("client_certificate"),
    "key": _connection("key"),
    "pass": _pass,
    "get": _set("is_get"),
    "head": _set("is_head"),
    "location": _set("follows"),
    "location-trusted": _set("follows"),
    "globoff": _set("globs", value=False),
}

_HINTS = {
    "proxy": "Requests are sent directly.",
}
