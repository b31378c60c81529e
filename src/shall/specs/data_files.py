"""The data files that test code names by texts in it: ``"users.json"``, ``f"{name}.csv"``."""

import ast
import re
from collections.abc import Collection, Iterator
from fnmatch import fnmatchcase

_LONGEST = 255
_LIKE_A_FILE = re.compile(r"[^\r\n:]*\.[A-Za-z][A-Za-z0-9]{0,7}").fullmatch
_SLOTS = re.compile(r"%[sd]|\{[^{}]*\}")  # of the operator % and of str.format


def file_pattern(node: ast.Constant | ast.JoinedStr) -> str:
    """Return what the path of a file ends with that a text may name; empty where it names none.

    ``*`` stands for what is computed, and before a suffix alone (``".json"``).
    """
    if isinstance(node, ast.Constant):
        text = node.value if isinstance(node.value, str) else ""
    else:
        text = "".join(str(it.value) if isinstance(it, ast.Constant) else "*" for it in node.values)
    if "." not in text[-9:] or len(text) > _LONGEST or text.endswith(".py"):
        return ""
    text = _SLOTS.sub("*", text)
    if not _LIKE_A_FILE(text):
        return ""
    folder, slash, name = text.rpartition("/")
    ends = f"{folder}{slash}*{name}" if name.startswith(".") else text
    return ends.lstrip("./")


class DataFiles:
    """The data files in folders of tests, by their paths."""

    def __init__(self, paths: Collection[str]) -> None:
        self._by_suffix: dict[str, list[str]] = {}
        for path in paths:
            self._by_suffix.setdefault(path.rpartition(".")[2], []).append(path)

    def named(self, pattern: str) -> Iterator[str]:
        """Yield the files that a pattern may mean, in whichever folder they are."""
        ends = f"*/{pattern}" if "*" in pattern else ""
        for path in self._by_suffix.get(pattern.rpartition(".")[2], ()):
            if fnmatchcase(f"/{path}", ends) if ends else f"/{path}".endswith(f"/{pattern}"):
                yield path
