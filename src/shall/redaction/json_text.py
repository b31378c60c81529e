"""Secret values in a text that holds JSON but is none as a whole: cut off, lines, events."""

import json
import re
from collections.abc import Callable, Iterator
from itertools import chain

_TOKEN = re.compile(r'"((?:[^"\\\r\n]|\\.)*+)"?|[{}\[\]:,]|-?\d[\d.eE+-]*+')


def secret_spans(
    text: str, is_secret: Callable[[str], bool], holds_only_secrets: Callable[[str], bool]
) -> Iterator[tuple[int, int]]:
    """Yield where the texts and numbers below names of secrets begin and end.

    >>> found = '{"pin": 1234, "keys": {"a": "b'
    >>> [found[a:b] for a, b in secret_spans(found, {"pin", "keys"}.__contains__, str.isalpha)]
    ['1234', 'b']
    """
    within: list[bool] = []  # of each bracket that is open: whether all in it is secret
    key, last = "", None
    for token in chain(_TOKEN.finditer(text), [None]):
        mark = "," if token is None else token[0]
        if mark == ":":
            if last is not None:
                key, last = unescaped(last[1] or ""), None
            continue
        is_all = within[-1:] == [True]
        is_below = is_all or (key != "" and is_secret(key))
        if last is not None and is_below:
            yield last.span(1 if last[0][0] == '"' else 0)
        if mark in "{[":
            within.append(is_below and (is_all or mark == "[" or holds_only_secrets(key)))
        elif mark in "}]":
            del within[-1:]
        last, key = (None, "") if mark in "{[}]," else (token, "" if last is not None else key)


def unescaped(text: str) -> str:
    """Return what a text of JSON says; one that is cut in an escape, as it is."""
    try:
        value: str = json.loads(f'"{text}"')
    except ValueError:
        return text
    return value
