"""Where the random values of a case come from: a seed and the case itself."""

import os
from typing import TYPE_CHECKING

from msgspec import UNSET, UnsetType

if TYPE_CHECKING:
    from random import Random

_SEED_BYTES = 6
"""Enough that two runs draw no name alike, and few digits to type again."""


def seed_or_new(seed: int | None) -> int:
    """Return a seed; where nobody chose one, a new one."""
    return int.from_bytes(os.urandom(_SEED_BYTES), "big") if seed is None else seed


class Draws:
    """The random values of one case.

    They depend on the seed of the run and on the name alone, which is that of the case, its row
    and its attempt: not on the order of the cases, nor on the process that runs them.
    """

    __slots__ = ("_random", "name", "seed")

    def __init__(self, seed: int | None = None, name: str = "") -> None:
        self.seed = seed
        self.name = name
        self._random: Random | None = None

    @property
    def random(self) -> "Random":
        """What the values are drawn from, made with the first of them."""
        if self._random is None:
            from random import Random  # few cases draw any

            self.seed = seed_or_new(self.seed)
            self._random = Random(f"{self.seed}\n{self.name}")  # noqa: S311 - test data
        return self._random

    @property
    def used_seed(self) -> int | UnsetType:
        """The seed, where a value was drawn; else UNSET."""
        return UNSET if self._random is None or self.seed is None else self.seed
