"""Finds the span of a value in a case file. Slow, and only wanted after a failure."""

import yaml
from yaml.nodes import MappingNode, Node, SequenceNode

from shall.cases.aliases import CASE_KEYS, CHECK_KEYS, REQUEST_KEYS
from shall.cases.fields import AT_TOP, Keys
from shall.cases.yaml_text import compose
from shall.span import Span

_Children = dict[str, tuple[Node, Node]]


class Locator:
    """The spans of one text, parsed once; each mapping is indexed once, when it is first asked."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self._indexes: dict[int, _Children] = {}  # by the id of a node, which the root keeps alive
        try:
            self.root: Node | None = compose(text)
        except (yaml.YAMLError, ValueError, RecursionError):
            self.root = None
        roots = ("testcase", "unittest", "shared") if self.root else ()
        found = next(filter(None, (self._child(self.root, it) for it in roots)), None)
        self.case = found[1] if found else self.root
        self.top = found[0] if found else _first(self.root)

    def span(self, keys: Keys, at_key: bool = False) -> Span:
        """Return the span of the value at the keys, or of its key.

        Keys that begin with ``AT_TOP`` lead from the top of the file, also where it has a root.
        """
        node, key_node = self.case, self.top
        if keys[:1] == (AT_TOP,):
            node, keys = self.root, keys[1:]
        for key in keys:
            found = self._child(node, key)
            if found is None:
                break
            key_node, node = found
        shown = key_node if at_key or (isinstance(node, MappingNode) and not keys) else node
        if shown is None:
            return Span(self.file, 1)
        start, end = shown.start_mark, shown.end_mark
        length = end.column - start.column if end.line == start.line else 0
        return Span(self.file, start.line + 1, start.column + 1, length)

    def _child(self, node: Node | None, key: str | int) -> tuple[Node, Node] | None:
        """Return the key node and the value node of a child; merged mappings come last."""
        if isinstance(node, SequenceNode) and isinstance(key, int) and -1 < key < len(node.value):
            return node.value[key], node.value[key]
        while isinstance(node, MappingNode):
            children = self._children(node)
            for spelling in (key, *_OLDER.get(str(key), ())):
                if spelling in children:
                    return children[spelling]
            merged = children.get("<<")
            node = merged[1] if merged else None
        return None

    def _children(self, node: MappingNode) -> _Children:
        """Return the children of a mapping by key; of a key given twice the first one."""
        if id(node) not in self._indexes:
            self._indexes[id(node)] = {
                each.value: (each, value)
                for each, value in reversed(node.value)
                if isinstance(each.value, str)
            }
        return self._indexes[id(node)]


def _first(root: Node | None) -> Node | None:
    """Return the first key of a document, which stands for all of it."""
    return root.value[0][0] if isinstance(root, MappingNode) and root.value else root


_OLDER: dict[str, list[str]] = {}
for _table in (CASE_KEYS, REQUEST_KEYS, CHECK_KEYS):
    for _older, _today in _table.items():
        _OLDER.setdefault(_today, []).append(_older)
