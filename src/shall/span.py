"""Where something is written in a source text."""

from msgspec import Struct


class Span(Struct, frozen=True, order=True):
    """A part of a file: ``cases/login.yaml:14:7``. Lines and columns count from 1.

    ``length`` counts the characters from there on the same line; 0 where that is not known.
    """

    file: str
    line: int
    column: int = 1
    length: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"
