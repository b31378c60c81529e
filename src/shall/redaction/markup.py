"""The fields of XML and HTML by their names: elements that hold text, and attributes."""

import re
from collections.abc import Iterator
from html import unescape

_NAME = r"(?:[\w.-]++:)?+([\w.-]++)"
_ELEMENT = re.compile(rf"<{_NAME}[^<>]*+>([^<>]++)<")
_ATTRIBUTE = re.compile(rf"(?<![\w:.-]){_NAME}\s*+=\s*+(?:\"([^<>\"]++)\"|'([^<>']++)')")


def named_texts(text: str) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each element and attribute; with entities, in both forms.

    >>> list(named_texts('<a:user><pin n="7">1 &lt; 2</pin></a:user>'))
    [('pin', '1 &lt; 2'), ('pin', '1 < 2'), ('n', '7')]
    """
    for pattern in (_ELEMENT, _ATTRIBUTE):
        for found in pattern.finditer(text):
            name, *values = found.groups("")
            value = "".join(values).strip()
            yield name, value
            if "&" in value:
                yield name, unescape(value)
