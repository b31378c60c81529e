"""Decodes large JSON while other threads run."""

import json
from collections.abc import Callable
from json.scanner import py_make_scanner  # type: ignore[attr-defined]
from typing import Any


def decode_steadily(text: bytes | str, parse_constant: Callable[[str], Any]) -> Any:
    """Decode JSON as ``json.loads`` does, slower, and letting other threads run meanwhile.

    Raises:
        ValueError: It is not JSON.
        RecursionError: It is nested too deep.
    """
    if isinstance(text, bytes):
        text = text.decode(json.detect_encoding(text), "surrogatepass")
    return _SteadyDecoder(parse_constant=parse_constant).decode(text)


class _SteadyDecoder(json.JSONDecoder):
    """The standard library's decoder in Python."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.scan_once = py_make_scanner(self)
