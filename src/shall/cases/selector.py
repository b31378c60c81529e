"""Selectors: what a check looks at, and what a capture takes, in a response.

::

    selector = source { " | " filter }
    source   = "status" | "body" | "duration" | "url" | "version" | ...
             | "header" name | "headers" name | "cookie" name [ "[" attribute "]" ]
             | "certificate" field | "event" name
             | "$" path                                             (JSONPath, RFC 9535)
             | "jmespath" text | "xpath" text | "css" text | "regex" text
    filter   = name { argument }

A JSONPath of names and indexes is cut into a path that the engine follows itself.
"""

import re
from functools import lru_cache

from msgspec import Struct

from shall.cases.filters import Filter, filters_of
from shall.cases.nearest import nearest
from shall.cases.path import parse_path
from shall.cases.patterns import pattern_problem
from shall.errors import BadValue
from shall.late_pattern import late_pattern

MAX_LENGTH = 1000
"""Characters in one selector."""

WORDS = {
    "status": "the status code",
    "body": "the body: JSON where it is JSON, else text",
    "duration": "the time from sending to the last byte; compared with `300 ms` or `2 s`",
    "bytes": "the length of the body in bytes",
    "sha256": "the SHA-256 of the body, in hexadecimal digits",
    "md5": "the MD5 of the body, in hexadecimal digits",
    "url": "the address that answered, after redirects",
    "redirects": "the redirects that were followed, each with `status` and `url`",
    "version": "the version of HTTP: `1.1`, `2`",
    "events": "the events of a stream, each with `event`, `data` and `id`",
    "messages": "the messages of a WebSocket, in order",
    "message": "the last message of a WebSocket, or the one that a condition is about",
    "ip": "the IP address that answered",
}
"""Selectors of one word, with their meaning."""

WITH_ARGUMENT = {
    "header": "a header of the response: `header Content-Type`",
    "headers": "the values of a header that comes more than once, as a list: `headers Set-Cookie`",
    "cookie": "a cookie that the response sets, or an attribute: `cookie session[Max-Age]`",
    "certificate": "a field of the certificate of the service, such as `certificate days_left`: "
    "`subject`, `issuer`, `serial`, `names`, `starts_at`, `expires_at`",
    "event": "the events of a stream that have this name: `event price`",
    "jmespath": "a JMESPath expression over the JSON body",
    "xpath": "an XPath 1.0 expression over an HTML or XML body",
    "css": "the texts of the elements that a CSS selector finds in an HTML body",
    "regex": "the first group, or the whole match, of a pattern in the text of the body",
}
"""Words that a selector begins with, with their meaning."""

CERTIFICATE_FIELDS = (
    *("subject", "issuer", "serial", "starts_at", "expires_at", "days_left", "names"),
)

JSON_PATH = "a value of the JSON body by JSONPath: `$.items[0].id`, `$.items[?@.id == 7]`"

ATTRIBUTES = {
    name.lower(): name
    for name in ("Value", "Expires", "Max-Age", "Domain", "Path", "Secure", "HttpOnly", "SameSite")
}
"""Attributes of a cookie by their names in lower case."""

_SIMPLE = late_pattern(
    r"""\$(?:\.[^\W\d][\w-]*|\[-?[0-9]{1,9}\]
    |\["(?:[^"\\]|\\["\\])*"\]|\['(?:[^'\\]|\\['\\])*'\])*""",
    re.VERBOSE,
)
_COOKIE = late_pattern(r"([^\s\[\];=,]+)(?:\[\s*([\w-]+)\s*\])?")
_HEADER = late_pattern(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_PART = late_pattern(
    r"(?i)(?:response\.)?(headers?|cookies?|body|json)[.\[][\"']?([A-Za-z_][\w-]*(?:\.[\w-]+)*)[\"']?\]?"
)
"""A part of the response as other tools name it, such as ``headers.Location``."""
_PARTS = {
    **dict.fromkeys(("header", "headers"), "header "),
    **dict.fromkeys(("cookie", "cookies"), "cookie "),
    **dict.fromkeys(("body", "json"), "$."),
}
_BARE_PATH = late_pattern(r"[A-Za-z_][\w-]*(?:\.[\w-]+|\[-?[0-9]+\])*")


class Selector(Struct, frozen=True):
    """A selector. ``path`` is set for a JSONPath of names and indexes only.

    ``argument`` is what follows the word of ``source``: a name, a pattern, the text of a JSONPath.
    """

    source: str
    argument: str = ""
    attribute: str = ""
    path: tuple[str | int, ...] | None = None
    filters: tuple[Filter, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Whether a check's ``field`` or ``header``, or nothing, says the same."""
        if self.filters:
            return False
        return self.source in ("status", "header", "body") or self.path is not None

    @property
    def field(self) -> str | None:
        """The path as a check's ``field`` writes it: ``items[0].id``, ``$`` for all."""
        if self.path is None:
            return None
        return self.argument[2 if self.argument[1:2] == "." else 1 :] or "$"


@lru_cache(maxsize=4096)
def parse_selector(text: str) -> Selector:
    """Parse a selector.

    >>> parse_selector("$.items[0].id").path
    ('items', 0, 'id')
    >>> parse_selector("header Content-Type").argument
    'Content-Type'

    Raises:
        BadValue: It is not understood. ``details["offset"]`` is where, ``details["fix"]`` what to
            write instead, if that is known.
    """
    if len(text) > MAX_LENGTH:
        raise _bad(f"A selector is longer than {MAX_LENGTH} characters.")
    written = text.strip()
    if "{{" in written:
        raise _bad(
            f"The selector `{written:.60}` contains an expression.",
            "A selector is constant: compare with the expression instead, as in `any: {id: ...}`.",
        )
    if written[:2] == "$." and written.isascii():
        names = written[2:].split(".")
        if all(map(str.isidentifier, names)):  # as most are
            return Selector("json", written, path=tuple(names))
    if written[:1] == "$" and _SIMPLE.fullmatch(written):
        return Selector("json", written, path=parse_path(written))
    source, filters = filters_of(written)
    return _source(source, filters)


def _source(text: str, filters: tuple[Filter, ...]) -> Selector:
    if text.startswith("$"):
        if _SIMPLE.fullmatch(text):
            return Selector("json", text, path=parse_path(text), filters=filters)
        _check_json_path(text)
        return Selector("json", text, filters=filters)
    word, _, rest = text.partition(" ")
    argument = rest.strip()
    if word in WORDS and not argument:
        return Selector(word, filters=filters)
    if word in WITH_ARGUMENT and argument:
        return _with_argument(word, argument, filters)
    raise _unknown(text, word, argument)


def _with_argument(word: str, argument: str, filters: tuple[Filter, ...]) -> Selector:
    if word in ("header", "headers"):
        if not _HEADER.fullmatch(argument):
            raise _bad(f"`{argument:.60}` is not a header name.")
    elif word == "cookie":
        return _cookie(argument, filters)
    elif word == "certificate":
        _check_certificate(argument)
    elif word == "regex":
        problem = pattern_problem(argument)
        if problem is not None:
            raise _bad(f"The pattern `{argument:.60}` {problem}.")
    elif word != "event":
        from shall.cases import query_languages  # each needs a library that few cases use

        query_languages.check(word, argument)
    return Selector(word, argument, filters=filters)


def _cookie(argument: str, filters: tuple[Filter, ...]) -> Selector:
    found = _COOKIE.fullmatch(argument)
    if found is None:
        raise _bad(
            f"`{argument:.60}` is not a cookie name.",
            "Write `cookie NAME` or `cookie NAME[Max-Age]`.",
        )
    attribute = ATTRIBUTES.get((found[2] or "value").lower())
    if attribute is None:
        known = ", ".join(ATTRIBUTES.values())
        raise _bad(f"A cookie has no attribute `{found[2]}`.", f"Known are {known}.")
    return Selector("cookie", found[1], attribute, filters=filters)


def _check_certificate(argument: str) -> None:
    if argument not in CERTIFICATE_FIELDS:
        near = nearest(argument, CERTIFICATE_FIELDS)
        fix = f"certificate {near}" if near else ""
        hint = f"Did you mean `{fix}`?" if near else f"Known are {', '.join(CERTIFICATE_FIELDS)}."
        raise _bad(f"A certificate has no field `{argument:.60}`.", hint, fix=fix)


def _check_json_path(text: str) -> None:
    from shall.cases import query_languages  # as above

    try:
        query_languages.check("json", text)
    except BadValue as error:
        raise _bad(error.message, _hint_of_path(text)) from None


def _hint_of_path(text: str) -> str:
    """Return how to write what is often meant by a path that is none."""
    if " | " in text:
        return 'Quote the texts of a filter: `$.at | to_date "%d.%m.%Y"`.'
    if _DOTTED_INDEX.search(text):
        near = _DOTTED_INDEX.sub(r"[\1]", text)
        return f"Did you mean `{near:.60}`?"
    if text.endswith((".length()", ".size()", ".length", ".count()")):
        return "The number of items is `$.items | count`, or the predicate `length`."
    return ""


_DOTTED_INDEX = late_pattern(r"\.(\d+)(?=[.\[]|$)")
_HEADERS = frozenset(
    {"content-type", "content-length", "content-encoding", "content-disposition", "set-cookie"}
    | {"cache-control", "last-modified", "retry-after", "www-authenticate", "transfer-encoding"}
)


def _unknown(text: str, word: str, argument: str) -> BadValue:
    if word in WORDS:
        return _bad(f"`{word}` takes no name.", f"Write `{word}`.", fix=word)
    if word in WITH_ARGUMENT:
        return _bad(f"`{word}` needs a name or an expression.", f"Write `{word} ...`.")
    if fix := _meant(text, word, argument):
        return _bad(f"Unknown selector `{text:.60}`.", f"Did you mean `{fix:.60}`?", fix=fix)
    near = nearest(word.lower(), [*WORDS, *WITH_ARGUMENT], cutoff=0.7)
    if near is not None and (near in WITH_ARGUMENT) == bool(argument):
        fix = f"{near} {argument}".strip()
        return _bad(f"Unknown selector `{text:.60}`.", f"Did you mean `{fix}`?", fix=fix)
    if _BARE_PATH.fullmatch(text):
        return _bad(f"Unknown selector `{text:.60}`.", f"A field of the body is `$.{text}`.")
    return _bad(
        f"Unknown selector `{text:.60}`.",
        "Write `status`, `header NAME`, `body` or a path such as `$.items[0].id`.",
    )


def _meant(text: str, word: str, argument: str) -> str:
    """Return the selector for what other tools write; an empty text for anything else."""
    path = argument.strip("\"'")
    if word.lower().replace("_", "") == "jsonpath" and path.startswith("$"):
        return path
    if (part := _PART.fullmatch(text)) is not None:
        return f"{_PARTS[part[1].lower()]}{part[2]}"
    if text.lower() in _HEADERS or text.lower().startswith("x-"):
        return f"header {text}"
    return f"$.{text}" if _BARE_PATH.fullmatch(text) and ("." in text or "[" in text) else ""


def _bad(message: str, hint: str = "", *, fix: str = "") -> BadValue:
    return BadValue(message, hint=hint or None, details={"fix": fix})
