"""Remembers what functions of one argument return."""

from collections.abc import Callable
from typing import TypeVar

_Argument = TypeVar("_Argument")
_Returned = TypeVar("_Returned")


class Returns(dict[_Argument, _Returned]):
    """What a function returned for ``most`` arguments; with more it forgets all."""

    def __init__(self, function: Callable[[_Argument], _Returned], most: int) -> None:
        self._function = function
        self._most = most

    def __missing__(self, argument: _Argument) -> _Returned:
        found = self._function(argument)
        if len(self) >= self._most:
            self.clear()
        self[argument] = found
        return found


def memoized(
    most: int,
) -> Callable[[Callable[[_Argument], _Returned]], Callable[[_Argument], _Returned]]:
    """Cache what a function returns for ``most`` arguments; one more clears the cache.

    It takes half the time of ``lru_cache``.
    """
    return lambda function: Returns(function, most).__getitem__
