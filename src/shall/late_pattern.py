"""Regular expressions that are compiled when they are first used.

To compile one takes 0.2 to 2 million instructions, to import ``re`` 5, and a run of plain cases
uses none. Patterns have their flags in the text, ``(?m)``, where nothing else needs ``re``.
"""

from typing import TYPE_CHECKING, Any, AnyStr, cast

if TYPE_CHECKING:
    import re


class _LatePattern:
    def __init__(self, pattern: Any, flags: int) -> None:
        self._pattern = pattern
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        import re

        compiled = re.compile(self._pattern, self._flags)
        vars(self).update((it, getattr(compiled, it)) for it in _METHODS)
        return getattr(compiled, name)


_METHODS = ("search", "match", "fullmatch", "split", "findall", "finditer", "sub", "subn")


def late_pattern(pattern: AnyStr, flags: int = 0) -> "re.Pattern[AnyStr]":
    """Return what ``re.compile`` does, without compiling it yet.

    For patterns that few runs use: looking up its methods takes 30 ns longer.
    """
    return cast("re.Pattern[AnyStr]", _LatePattern(pattern, flags))
