"""What was read of the files of a workspace, for as long as they do not change."""

from collections.abc import Mapping

Stamp = tuple[int, int, int, int, int]
"""Inode, size, times of the last change of content and of the file in nanoseconds, mode."""

Listing = tuple[tuple[str, ...], tuple[str, ...]]
"""The files and the links that were found below a folder."""


class FileMemory:
    """Texts with the stamps that their files had before they were read, and listings.

    ``listings``, by folder and endings, are those of the files and folders in ``modes``: as long as
    these are the same, so are the listings.
    """

    def __init__(self) -> None:
        self.texts: dict[str, tuple[Stamp, str]] = {}
        self.listings: dict[tuple[str, tuple[str, ...]], Listing] = {}
        self.modes: Mapping[str, int | None] = {}
