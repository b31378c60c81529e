"""HTML as a value that knows it is escaped.

``tag`` escapes every plain text it is given; only ``Html`` passes as it is. Foreign text cannot
reach the page by forgetting to escape it, because nothing in the page is written by hand.
"""

import html
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
    return content if isinstance(content, Html) else html.escape(block(content), quote=False)


def tag(name: str, /, *content: Content, **attributes: str | bool) -> Html:
    """Make an element; ``class_`` and ``data_label`` stand for ``class`` and ``data-label``.

    An attribute that is True has no value, one that is False is left out.
    """
    written = "".join([_attribute(key, value) for key, value in attributes.items()])
    if name in _VOID:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{''.join(map(escaped, content))}</{name}>")


def joined(*content: Content) -> Html:
    """Join pieces."""
    return Html("".join(map(escaped, content)))


def _attribute(key: str, value: str | bool) -> str:
    if value is False or value == "":
        return ""
    name = _attribute_name(key)
    return f" {name}" if value is True else f' {name}="{html.escape(one_line(str(value)))}"'


@cache
def _attribute_name(key: str) -> str:
    return key.rstrip("_").replace("_", "-")
