"""Files of a workspace whose texts and listings are read again only where a stamp changed."""

from collections.abc import Mapping, Sequence

from shall.workspace.file_memory import FileMemory, Stamp
from shall.workspace.files import Files
from shall.workspace.stamps import is_young

MOST_CHARACTERS = 32 << 20
"""The texts that are kept."""


class KeptFiles(Files):
    """The same files as ``files``, through the same handle; ``stamps`` are those of this moment.

    A file that changed after ``settled_ns`` may change again without another stamp, so it is read
    each time. A file without a stamp is read as by ``files``.
    """

    def __init__(
        self,
        files: Files,
        memory: FileMemory,
        stamps: Mapping[str, Stamp | None],
        settled_ns: int,
    ) -> None:
        vars(self).update(vars(files))
        self._memory = memory
        self._stamps = stamps
        self._settled_ns = settled_ns
        modes = {path: stamp and stamp[4] for path, stamp in stamps.items()}
        if memory.modes != modes:
            memory.modes = modes
            memory.listings.clear()
        for gone in memory.texts.keys() - stamps.keys():
            del memory.texts[gone]
        self._left = MOST_CHARACTERS - sum(len(text) for _, text in memory.texts.values())

    def read_text(self, path: str, *limits: int, settings: bool = False) -> str:
        """Read a UTF-8 file as ``Files`` does, or return it as it was read last."""
        stamp = self._stamps.get(path)
        if stamp is None or limits or settings or is_young(stamp, self._settled_ns):
            return super().read_text(path, *limits, settings=settings)
        known = self._memory.texts.get(path)
        if known is not None and known[0] == stamp:
            return known[1]
        text = super().read_text(path)
        if known is not None:
            self._left += len(self._memory.texts.pop(path)[1])
        if len(text) <= self._left:
            self._left -= len(text)
            self._memory.texts[path] = stamp, text
        return text

    def find(
        self, folder: str, endings: Sequence[str], links: list[str] | None = None
    ) -> list[str]:
        """List files as ``Files`` does, or return them as they were listed last."""
        if folder != "." and self._stamps.get(folder) is None:
            return super().find(folder, endings, links)
        key = folder, tuple(endings)
        known = self._memory.listings.get(key)
        if known is None:
            found_links: list[str] = []
            found = super().find(folder, endings, found_links)
            known = self._memory.listings[key] = tuple(found), tuple(found_links)
        if links is not None:
            links += known[1]
        return list(known[0])
