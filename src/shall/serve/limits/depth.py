"""How deep JSON is nested, found from its bytes without building it."""

import re

_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_BRACKETS = b"[]{}"
_OTHERS = bytes(set(range(256)) - set(_BRACKETS))
_ALIKE = bytes.maketrans(_BRACKETS, b"()()")


def is_deeper(body: bytes, limit: int) -> bool:
    """Return whether JSON is nested deeper than a limit; linear in time, and no recursion.

    What is not JSON is judged by its brackets too: a parser would go as deep before it fails.
    Where there are fewer opening brackets than the limit, nothing else is looked at.
    """
    if body.count(b"[") + body.count(b"{") <= limit:
        return False
    if b"\0" in body:
        return True  # UTF-16 or UTF-32, in which strings cannot be found: JSON is UTF-8 (RFC 8259)
    rest = _STRING.sub(b"", body).translate(_ALIKE, _OTHERS)
    for _ in range(limit):  # each round takes the innermost level of every branch away
        if b"()" not in rest:
            break
        rest = rest.replace(b"()", b"")
    return b"()" in rest or rest.count(b"(") > limit
