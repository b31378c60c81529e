"""Python's ``json``, imported when it is first used.

To import it takes 1.2 ms, and a run of plain cases encodes and decodes with msgspec. The parts in C
are here at once.
"""

from _json import encode_basestring, encode_basestring_ascii, make_encoder
from collections.abc import Iterator
from typing import Any, NoReturn

__all__ = ["dumps", "encode", "encode_basestring", "encode_basestring_ascii", "iterencode", "loads"]


def dumps(value: Any, **options: Any) -> str:
    """Return what ``json.dumps`` does."""
    import json

    return json.dumps(value, **options)


def loads(text: str | bytes, **options: Any) -> Any:
    """Return what ``json.loads`` does."""
    import json

    return json.loads(text, **options)


def iterencode(value: Any, **options: Any) -> Iterator[str]:
    """Yield the parts of what ``json.dumps`` returns, without Unicode escapes."""
    import json

    return json.JSONEncoder(ensure_ascii=False, **options).iterencode(value)


def encode(value: Any) -> str:
    """Return what ``json.dumps`` does, without Unicode escapes. The value contains no cycle."""
    return "".join(_parts(value, 0))


def _refuse(value: Any) -> NoReturn:
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


_parts = make_encoder(None, _refuse, encode_basestring, None, ": ", ", ", False, False, True)
"""What ``JSONEncoder`` makes for each text that it encodes."""
