"""Finds the place of a value in a case file. Slow, and only wanted after a failure."""

import yaml
from yaml.nodes import MappingNode, Node, SequenceNode

from shall.cases.fields import Keys
from shall.cases.spelling import CASE_KEYS, CHECK_KEYS, REQUEST_KEYS
from shall.cases.yaml_text import compose
from shall.place import Place


class Locator:
    """The places of one text, parsed once."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        try:
            self.root: Node | None = compose(text)
        except (yaml.YAMLError, ValueError, RecursionError):
            self.root = None
        found = _child(self.root, "testcase") if self.root else None
        self.case = found[1] if found else self.root
        self.top = found[0] if found and self.root else self.root

    def place(self, keys: Keys, at_key: bool = False) -> Place:
        """Give the place of the value at the keys, or of its key."""
        node, key_node = self.case, self.top
        for key in keys:
            found = _child(node, key)
            if found is None:
                break
            key_node, node = found
        shown = key_node if at_key or (isinstance(node, MappingNode) and not keys) else node
        if shown is None:
            return Place(self.file, 1)
        return Place(self.file, shown.start_mark.line + 1, shown.start_mark.column + 1)


def _child(node: Node | None, key: str | int) -> tuple[Node, Node] | None:
    """Give the key node and the value node of a child."""
    if isinstance(node, SequenceNode) and isinstance(key, int) and -1 < key < len(node.value):
        return node.value[key], node.value[key]
    if isinstance(node, MappingNode):
        children = {
            each.value: (each, value)
            for each, value in reversed(node.value)
            if isinstance(each.value, str)
        }
        for spelling in (key, *_OLDER.get(str(key), ())):
            if spelling in children:
                return children[spelling]
        return _child_of_merged(children, key)
    return None


def _child_of_merged(
    children: dict[str, tuple[Node, Node]], key: str | int
) -> tuple[Node, Node] | None:
    merged = children.get("<<")
    return _child(merged[1], key) if merged and isinstance(merged[1], MappingNode) else None


_OLDER: dict[str, list[str]] = {}
for _table in (CASE_KEYS, REQUEST_KEYS, CHECK_KEYS):
    for _older, _today in _table.items():
        _OLDER.setdefault(_today, []).append(_older)
