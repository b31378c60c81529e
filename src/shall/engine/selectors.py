"""Selectors other than a status, a header or a path into JSON; loaded with their first use."""

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from shall.cases.query_languages import compiled, xpath_with_prefixes
from shall.cases.selector import Selector, parse_selector
from shall.engine import peer, query
from shall.engine.budgets import Budget
from shall.engine.patterns import first_group
from shall.engine.query import Content, Select, Selected
from shall.transport.exchange import Response

MAX_MARKUP_BYTES = 5_000_000
"""A larger body is not read as HTML or XML."""

SWITCHED = 101
"""The status of a response that opens a WebSocket; a message has none."""

MAX_FOUND = 100_000
"""Values that one JSONPath may find."""


@lru_cache(maxsize=1024)
def selection(text: str, *, for_presence: bool = False) -> Select:
    """Return what takes the value of a selector out of a response.

    ``for_presence``: a query that finds several values is missing where it finds none; else it
    is an empty list.
    """
    selector = parse_selector(text)
    select = _source(selector)

    def selected(response: Response, content: Content, budget: Budget) -> Selected:
        found = select(response, content, budget)
        if for_presence and found.found and _is_many(selector) and found.value == []:
            return Selected(found=False, reason=f"`{selector.argument}` finds nothing")
        return _filtered(selector, found, budget)

    return selected


def select_within(text: str, value: Any, budget: Budget, *, for_presence: bool) -> Selected:
    """Return what a JSONPath with filters finds within a value."""
    selector = parse_selector(text)
    if selector.path is not None:
        found = query.walk(value, selector.path)
    else:
        found = _json_path(selector.argument, value, budget)
        if for_presence and found.found and found.value == []:
            return Selected(found=False, reason=f"`{selector.argument}` finds nothing")
    return _filtered(selector, found, budget)


def _filtered(selector: Selector, found: Selected, budget: Budget) -> Selected:
    if not selector.filters:
        return found
    from shall.engine.filters import apply_filters  # few selectors have any

    return apply_filters(selector.filters, found, budget)


def _is_many(selector: Selector) -> bool:
    return selector.source in ("xpath", "css") or (
        selector.source == "json" and selector.path is None
    )


def _source(selector: Selector) -> Select:
    """Return what takes the value of a selector's source."""
    if selector.path is not None:
        return query.field(selector.path)
    if selector.source in _WITH_ARGUMENT:
        return _WITH_ARGUMENT[selector.source](selector)
    if selector.source in _QUERIES:
        return lambda _, content, budget: _queried(selector, content, budget)
    return _WORDS[selector.source]


def _body(_: Response, content: Content, __: Budget) -> Selected:
    if not content.present:
        return Selected(found=False, reason=query.EMPTY_BODY, is_empty_body=True)
    return query.whole_body(content)


def _message(response: Response, content: Content, budget: Budget) -> Selected:
    if response.status == SWITCHED:
        found = query.field(("messages", -1))(response, content, budget)
        if isinstance(found.value, str):
            return Selected(found.value, why_no_fields="the message is a text")
        return found
    return _body(response, content, budget)


def _duration(response: Response, _: Content, __: Budget) -> Selected:
    return Selected(round(response.timings.total_s * 1000, 3))


def _digest(name: str) -> Select:
    def digest(response: Response, _: Content, __: Budget) -> Selected:
        import hashlib  # few checks compare a hash, as below

        return Selected(hashlib.new(name, response.body, usedforsecurity=False).hexdigest())

    return digest


def _redirects(response: Response, _: Content, __: Budget) -> Selected:
    return Selected([{"status": it.status, "url": it.url} for it in response.redirects])


_WORDS: dict[str, Select] = {
    "status": query.status,
    "body": _body,
    "duration": _duration,
    "bytes": lambda response, _, __: Selected(len(response.body)),
    "sha256": _digest("sha256"),
    "md5": _digest("md5"),
    "url": lambda response, _, __: Selected(response.url),
    "redirects": _redirects,
    "events": query.field(("events",)),
    "messages": query.field(("messages",)),
    "message": _message,
    "ip": peer.ip,
    "version": lambda response, _, __: Selected(response.http_version),
}


def _named(selector: Selector, response: Response, content: Content, budget: Budget) -> Selected:
    """Return the events of a stream that have one name."""
    events = query.field(("events",))(response, content, budget)
    if not events.found or not isinstance(events.value, list):
        return _undecided("the body is not a stream of events")
    name = selector.argument
    return Selected([it for it in events.value if isinstance(it, dict) and it["event"] == name])


def _headers(selector: Selector, response: Response) -> Selected:
    """Return the values of a header, each as it was sent."""
    name = selector.argument.lower()
    values = [value for key, value in response.headers if key.lower() == name]
    return Selected(values, bool(values), f"there is no header {selector.argument}")


def _cookie(selector: Selector, response: Response) -> Selected:
    """Return the value or an attribute of the last cookie of that name that a response sets."""
    found: Selected | None = None
    for name, value in response.headers:
        if name.lower() == "set-cookie":
            first, *attributes = value.split(";")
            cookie, _, text = first.partition("=")
            if cookie.strip() == selector.argument:
                found = _attribute(selector, text.strip().strip('"'), attributes)
    missing = f"the response sets no cookie {selector.argument}"
    return found or Selected(found=False, reason=missing)


def _attribute(selector: Selector, value: str, attributes: list[str]) -> Selected:
    wanted = selector.attribute
    if wanted == "Value":
        return Selected(value)
    for each in attributes:
        name, _, text = each.partition("=")
        if name.strip().lower() == wanted.lower():
            if wanted in ("Secure", "HttpOnly"):
                return Selected(True)
            text = text.strip()
            is_number = wanted == "Max-Age" and text.lstrip("-").isdecimal() and len(text) < 20
            return Selected(int(text) if is_number else text)
    return Selected(found=False, reason=f"the cookie {selector.argument} has no {wanted}")


def _regex(selector: Selector, response: Response, budget: Budget) -> Selected:
    if not response.body:
        return Selected(found=False, reason=query.EMPTY_BODY)
    try:
        found = first_group(selector.argument, query.text_of(response), budget)
    except TimeoutError:
        return _undecided("the pattern takes too long")
    return Selected(found, found is not None, f"nothing matches {selector.argument}")


def _undecided(reason: str) -> Selected:
    """Return that it is not known whether there is such a value."""
    return Selected(found=False, reason=reason, is_undecided=True)


def _queried(selector: Selector, content: Content, budget: Budget) -> Selected:
    if not content.present:
        return Selected(found=False, reason=query.EMPTY_BODY)
    if not content.is_json:
        reason = f"the body {content.why_not_json}"
        return Selected(found=False, reason=reason, is_not_json=True)
    return _QUERIES[selector.source](selector.argument, content.value, budget)


def _json_path(text: str, value: Any, budget: Budget) -> Selected:
    found: list[Any] = []
    for node in compiled("json", text).finditer(value):
        if len(found) == MAX_FOUND:
            return _undecided(f"`{text}` finds more than {MAX_FOUND:,} values")
        found.append(node.value)
        if len(found) % 1000 == 0:
            budget.check_time()
    return Selected(found)


def _jmespath(text: str, value: Any, _: Budget) -> Selected:
    from jmespath.exceptions import JMESPathError

    try:
        found = compiled("jmespath", text).search(value)
    except (JMESPathError, RecursionError) as error:
        return _undecided(f"{text} cannot be evaluated: {error}")
    return Selected(found, found is not None, f"`{text}` finds nothing")


_QUERIES: dict[str, Callable[[str, Any, Budget], Selected]] = {
    "json": _json_path,
    "jmespath": _jmespath,
}


def _markup(selector: Selector, response: Response, content: Content) -> Selected:
    """Return what an XPath or a CSS selector finds in an HTML or XML body."""
    if not content.present:
        return Selected(found=False, reason=query.EMPTY_BODY)
    if len(response.body) > MAX_MARKUP_BYTES:
        return _undecided(f"the body is larger than {MAX_MARKUP_BYTES:,} bytes")
    if not _is_markup(response, content):
        return _undecided("the body is not HTML or XML")
    from lxml import etree

    try:
        root = etree.fromstring(_encoded(response), _parser(response, etree))
        if root is None:
            return _undecided("the body is not HTML or XML")
        found = _finder(selector, root)(root)
    except (etree.LxmlError, ValueError) as error:
        return _undecided(f"the body cannot be read: {str(error).splitlines()[0]}")
    return Selected(_plain(found))


def _is_markup(response: Response, content: Content) -> bool:
    """Return whether a body is HTML or XML; the parser of HTML would read any text."""
    if _is_xml(response):
        return True
    is_html = "html" in (response.header("content-type") or "").lower()
    if is_html and not content.is_json:
        return True
    return query.text_of(response).lstrip("\ufeff \t\r\n").startswith("<")


def _finder(selector: Selector, root: Any) -> Any:
    """Return what finds values; an XPath may use the prefixes that the root element declares.

    ``_`` is the prefix of the default namespace.
    """
    names = root.nsmap
    if selector.source != "xpath" or not names:
        return compiled(selector.source, selector.argument)
    return xpath_with_prefixes(
        selector.argument, tuple((prefix or "_", name) for prefix, name in names.items())
    )


def _encoded(response: Response) -> bytes:
    """Return the body in UTF-8; XML names its own encoding."""
    if _is_xml(response):
        return response.body
    return query.text_of(response).encode("utf-8", "replace")


def _is_xml(response: Response) -> bool:
    said = (response.header("content-type") or "").lower()
    is_html = "html" in said and "xhtml" not in said
    return not is_html and ("xml" in said or response.body.lstrip()[:5] == b"<?xml")


def _parser(response: Response, etree: Any) -> Any:
    """Return a parser that expands no entity and reads nothing but the body."""
    if _is_xml(response):
        return etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
        )
    return etree.HTMLParser(no_network=True, huge_tree=False, encoding="utf-8")


def _plain(found: Any) -> Any:
    """Return what an XPath gives as JSON data: of elements their texts."""
    if isinstance(found, list):
        return [_plain(each) for each in found]
    if isinstance(found, bool | str):
        return found
    if isinstance(found, float):
        return int(found) if found.is_integer() else found
    if isinstance(found, tuple):  # a namespace
        return json.loads(json.dumps(found))
    return "".join(found.itertext()).strip()


_WITH_ARGUMENT: dict[str, Callable[[Selector], Select]] = {
    "header": lambda it: query.header(it.argument),
    "headers": lambda it: lambda response, _, __: _headers(it, response),
    "cookie": lambda it: lambda response, _, __: _cookie(it, response),
    "certificate": lambda it: peer.certificate(it.argument),
    "event": lambda it: lambda response, content, budget: _named(it, response, content, budget),
    "xpath": lambda it: lambda response, content, _: _markup(it, response, content),
    "css": lambda it: lambda response, content, _: _markup(it, response, content),
    "regex": lambda it: lambda response, _, budget: _regex(it, response, budget),
}
"""What takes the value of a selector with an argument; ``_QUERIES`` has those of JSON."""
