"""What designs and task lists say that they cover. It is shown, and proves nothing."""

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from shall.span import Span

_LINE = re.compile(
    r"(?:Validates\s*[:：]\s*(?:Requirements?)?|验证需求\s*[:：]|"
    r"[_*]{1,2}(?:Requirements?|需求)[*_]{0,2}\s*[:：])[*_\s]*(?P<list>[^*_]+)",
    re.IGNORECASE,
)
_TASK = re.compile(
    r"\s*(?:[-*+]|\d+\.)\s+\[(?P<state>.)\]\*?\s*(?P<number>T?\d+(?:\.\d+)*)?\.?\s*(?P<title>.*)"
)
_HEADING = re.compile(r"#{1,6}\s+(?P<title>.+?)\s*#*$")
_FENCE = re.compile(r"\s{0,3}(?:```|~~~)")
_SEPARATORS = re.compile(r"[,，、;；]|\s+(?:and|和|及)\s+|\s+(?=\S*\d)")
_RANGE = re.compile(r"(?P<head>(?:\d+\.)*)(?P<first>\d+)\s*[-–—~]\s*(?P=head)?(?P<last>\d+)")
_ALL = frozenset({"*", "all", "所有", "全部"})
_LONGEST_RANGE = 100


class Mention(Struct, frozen=True):
    """A design section or task that names criteria.

    ``references`` are as written, ranges apart; ``*`` stands for all. ``state`` is the character
    in the box of a task: ``x`` is done.
    """

    kind: str
    title: str
    span: Span
    references: tuple[str, ...]
    number: str = ""
    state: str = ""


def mentions_in(text: str, file: str, kind: str) -> Iterator[Mention]:
    """Yield what a design (``kind`` design) or a list of tasks (task) says that it covers."""
    title, number, state = "", "", ""
    in_fence = False
    for line_number, line in enumerate(text.splitlines(), start=1):
        in_fence ^= _FENCE.match(line) is not None
        if in_fence:
            continue
        heading = _HEADING.match(line)
        task = _TASK.match(line) if kind == "task" else None
        if heading is not None:
            title, number, state = heading["title"], "", ""
        elif task is not None:
            title, number, state = task["title"], task["number"] or "", task["state"]
        found = _LINE.search(line)
        references = tuple(_references(found["list"])) if found is not None else ()
        if found is not None and references:
            span = Span(file, line_number, found.start() + 1)
            yield Mention(kind, title.strip(), span, references, number, state)


def _references(listed: str) -> Iterator[str]:
    for part in _SEPARATORS.split(listed):
        reference = part.strip(" \t[]()（）【】`.。")
        if reference.lower() in _ALL:
            yield "*"
        elif found := _RANGE.fullmatch(reference):
            first, last = int(found["first"]), int(found["last"])
            if 0 <= last - first < _LONGEST_RANGE:
                yield from (f"{found['head']}{number}" for number in range(first, last + 1))
            else:
                yield reference
        elif reference and reference.lower() not in {"requirement", "requirements"}:
            yield reference


def keys_of(
    reference: str, feature: str, names: Mapping[str, Sequence[str]], retired: Sequence[str]
) -> tuple[str, ...] | None:
    """Return the criteria that a reference names: one, those of a requirement, or all.

    None: there are none. ``retired`` are the keys of withdrawn criteria, which name nothing.
    """
    prefix = f"{feature}#"
    if reference == "*":
        return tuple(key for key in names if key.startswith(prefix))
    written = reference if "#" in reference else f"{prefix}{reference}"
    if written in names:
        return tuple(names[written])
    below = tuple(
        key
        for name, keys in names.items()
        if name.startswith((f"{written}.", f"{written}/"))
        for key in keys
    )
    if below or written in retired:
        return below
    return None
