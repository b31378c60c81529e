"""HTML as a value that knows it is escaped.

``tag`` escapes every plain text it is given; only ``Html`` passes as it is. Foreign text cannot
reach the page by forgetting to escape it, because nothing in the page is written by hand.
"""

from collections.abc import Mapping
from functools import cache

from shall.escaping import block, one_line


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


Content = str | Html | None
"""What may be inside an element: plain text, which is escaped, HTML, or nothing."""

_VOID = frozenset({"input", "link", "meta"})


def escaped(content: Content) -> str:
    """Return content as HTML text."""
    if content is None:
        return ""
    return content if type(content) is Html else _text(block(content))


def tag(name: str, /, *content: Content, **attributes: str | bool) -> Html:
    """Make an element; ``class_`` and ``data_label`` stand for ``class`` and ``data-label``.

    An attribute that is True has no value, one that is False is left out.
    """
    parts = _start(name, attributes)
    if name not in _VOID:
        parts += map(escaped, content)
        parts.append(f"</{name}>")
    return Html("".join(parts))


def wrapped(name: str, /, *content: Content, **attributes: str | bool) -> tuple[Content, ...]:
    """Return an element as ``tag`` does, in pieces: what is large is copied once, at the end."""
    return Html("".join(_start(name, attributes))), *content, Html(f"</{name}>")


def joined(*content: Content) -> Html:
    """Join pieces."""
    return Html("".join(map(escaped, content)))


def _start(name: str, attributes: Mapping[str, str | bool]) -> list[str]:
    parts = ["<", name]
    for key, value in attributes.items():
        if value is True:
            parts.append(_name(key))
        elif value:
            text = value if value.isalnum() else _quoted(value)
            parts += (_name(key), '="', text, '"')
    parts.append(">")
    return parts


# As html.escape does, without its table of entities: 3 M instructions to import.
def _text(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _quoted(text: str) -> str:
    return _text(one_line(text)).replace('"', "&quot;").replace("'", "&#x27;")


@cache
def _name(key: str) -> str:
    """Return a space and the name of an attribute."""
    return f" {key.rstrip('_').replace('_', '-')}"
