"""Names of Python that a unit case may hold: identifiers and dotted names, nothing else."""

import builtins
import keyword
import re

MOST_CHARACTERS = 200

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def is_identifier(text: str) -> bool:
    """Return whether a text is a plain identifier of Python, in ASCII and no keyword."""
    return (
        len(text) <= MOST_CHARACTERS
        and _IDENTIFIER.fullmatch(text) is not None
        and not keyword.iskeyword(text)
    )


def is_dotted(text: str) -> bool:
    """Return whether a text is identifiers joined by dots."""
    return len(text) <= MOST_CHARACTERS and all(map(is_identifier, text.split(".")))


def is_builtin_exception(name: str) -> bool:
    """Return whether a name is that of an exception which needs no import."""
    found = getattr(builtins, name, None)
    return isinstance(found, type) and issubclass(found, BaseException)


def builtin_exceptions() -> list[str]:
    """Return the names of the exceptions that need no import."""
    return [name for name in dir(builtins) if is_builtin_exception(name)]


BUILTIN_TYPES = frozenset(
    (
        *("bool", "bytearray", "bytes", "complex", "dict", "float", "frozenset", "int", "list"),
        *("object", "set", "str", "tuple"),
    )
)
"""Types that an assertion may name without a module."""
