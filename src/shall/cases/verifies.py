"""Edits the ``verifies`` list of a case file; everything else stays byte for byte as it is."""

import json
import re
from collections.abc import Iterable, Mapping

from msgspec.structs import replace
from yaml import MappingNode, Node, ScalarNode, SequenceNode

from shall.cases.model import Case
from shall.cases.reader import read_case, root_of
from shall.cases.unit.model import Unit
from shall.cases.unit.reader import ROOT, read_unit
from shall.cases.yaml_text import compose
from shall.errors import BadValue

_FIELD = "verifies"
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*#[A-Za-z0-9][A-Za-z0-9_./-]*")

_Splice = tuple[int, int, str]
"""Begin and end of what is replaced, and the new text."""


def add_criterion(text: str, file: str, criterion: str) -> str:
    """Return the text of a case with one more criterion that it verifies.

    Raises:
        InvalidCase: The file is not a case.
        BadValue: The list is written in a way that cannot be edited.
    """
    before = _read(text, file)
    wanted = (*before.verifies, criterion)
    root = _root(text)
    edited = _spliced(text, [_addition(text, root, criterion)] if root is not None else [])
    return _checked(text, edited, file, wanted)


def rename_criteria(text: str, file: str, names: Mapping[str, str]) -> str:
    """Return the text of a case with other names for criteria that it verifies, all at once.

    Raises:
        InvalidCase: The file is not a case.
        BadValue: The list is written in a way that cannot be edited.
    """
    before = _read(text, file)
    wanted = tuple(names.get(name, name) for name in before.verifies)
    root = _root(text)
    listed = _value(root, _FIELD) if root is not None else None
    items = listed.value if isinstance(listed, SequenceNode) else []
    edited = _spliced(
        text,
        [
            (it.start_mark.index, it.end_mark.index, _scalar(names[it.value], it.style))
            for it in items
            if isinstance(it, ScalarNode) and it.value in names
        ],
    )
    return _checked(text, edited, file, wanted)


def verified_by(text: str, file: str) -> tuple[str, ...]:
    """Return the criteria that a case names. Raises ``InvalidCase``."""
    return _read(text, file).verifies


def _read(text: str, file: str) -> Case | Unit:
    return read_unit(text, file) if root_of(text) == ROOT else read_case(text, file)


def _checked(text: str, edited: str, file: str, wanted: tuple[str, ...]) -> str:
    """Return the edited text if it is the same case but for its criteria."""
    try:
        is_right = _read(edited, file) == replace(_read(text, file), verifies=wanted)
    except ValueError:
        is_right = False
    if not is_right:
        raise BadValue(
            f"The list verifies of {file} is written in a way that cannot be edited.",
            hint=f"Write it yourself: verifies: [{', '.join(wanted)}]",
        )
    return edited


def _root(text: str) -> MappingNode | None:
    document = compose(text)
    if not isinstance(document, MappingNode):
        return None
    root = _value(document, "testcase") or _value(document, ROOT) or document
    return root if isinstance(root, MappingNode) else None


def _pair(mapping: MappingNode, name: str) -> tuple[Node, Node] | None:
    return next((pair for pair in mapping.value if pair[0].value == name), None)


def _value(mapping: MappingNode, name: str) -> Node | None:
    pair = _pair(mapping, name)
    return pair[1] if pair is not None else None


def _addition(text: str, root: MappingNode, criterion: str) -> _Splice:
    pair = _pair(root, _FIELD)
    written = _scalar(criterion)
    if pair is None:
        return _new_field(text, root, f"{_FIELD}: [{written}]")
    key, value = pair
    if isinstance(value, SequenceNode) and value.flow_style:
        at = value.value[-1].end_mark.index if value.value else value.start_mark.index + 1
        return at, at, f", {written}" if value.value else written
    if isinstance(value, SequenceNode) and value.value:
        at = _line_end(text, value.value[-1].end_mark.index)
        return at, at, f"{_newline(text)}{' ' * value.start_mark.column}- {written}"
    at = text.index(":", key.end_mark.index) + 1  # an empty field
    return at, at, f" [{written}]"


def _new_field(text: str, root: MappingNode, field: str) -> _Splice:
    if root.flow_style:
        at = root.start_mark.index + 1
        return at, at, f"{field}, "
    first = root.value[0][0]
    indent = " " * first.start_mark.column
    name = _pair(root, "name")
    if name and isinstance(name[1], ScalarNode) and name[1].style not in {"|", ">"}:
        at = _line_end(text, name[1].end_mark.index)
        return at, at, f"{_newline(text)}{indent}{field}"
    at = first.start_mark.index
    return at, at, f"{field}{_newline(text)}{indent}"


def _line_end(text: str, at: int) -> int:
    """Return where the line of an offset ends, before its line break."""
    end = text.find("\n", at)
    if end == -1:
        return len(text)
    return end - 1 if text[end - 1 : end] == "\r" and end > at else end


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _scalar(criterion: str, style: str | None = None) -> str:
    if style == "'" and "'" not in criterion:
        return f"'{criterion}'"
    if style == '"' or _PLAIN.fullmatch(criterion) is None:
        return json.dumps(criterion, ensure_ascii=False)
    return criterion


def _spliced(text: str, splices: Iterable[_Splice]) -> str:
    for begin, end, new in sorted(splices, reverse=True):
        text = f"{text[:begin]}{new}{text[end:]}"
    return text
