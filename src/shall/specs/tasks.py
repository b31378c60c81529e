"""Reads the items of a list of tasks: Kiro, cc-sdd, spec-workflow, spec-kit and OpenSpec."""

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from shall.diagnostics.diagnostic import Edit
from shall.span import Span
from shall.specs.mentions import BOX, references_in
from shall.specs.passages import prose_lines
from shall.specs.splice import splice

_HEADING = re.compile(r"#{1,6}\s")
_LABEL = re.compile(r"\[(?:P|US\d+)\]\s*")
_OPTIONAL = re.compile(r"[(（]\s*(?:optional|可选|可選)", re.IGNORECASE)
_STRUCK = re.compile(r"(?:\*\*)?~~.*~~(?:\*\*)?")


class Task(Struct, frozen=True):
    """An item of a list of tasks. ``state`` is the character in its box: ``x`` is done.

    ``span`` is the place of that character, and ``end_line`` the last line before the next item.
    ``references`` are as written, ranges apart; ``*`` stands for all. ``depth`` is how far its
    mark is indented.
    """

    number: str
    title: str
    span: Span
    end_line: int
    state: str
    is_optional: bool = False
    references: tuple[str, ...] = ()
    depth: int = 0

    @property
    def is_done(self) -> bool:
        """Whether its box is ticked."""
        return self.state in {"x", "X", "✓", "✔", "√"}

    @property
    def name(self) -> str:
        """By what it is called: its number, or its title where it has none."""
        return self.number or self.title


def read_tasks(text: str, file: str) -> tuple[Task, ...]:
    """Return the tasks of a document, in their order.

    Where some boxes are numbered, those without a number are checklists of a task. What is struck
    out, or inside code or a comment, is not a task.
    """
    found = list(_items(text, file))
    if any(it.number for it in found):
        found = list(_with_checklists(found))
    return tuple(replace(it, references=tuple(dict.fromkeys(it.references))) for it in found)


def _items(text: str, file: str) -> Iterator[Task]:
    current: Task | None = None
    for number, line in prose_lines(text):
        item = BOX.match(line)
        if item is not None or _HEADING.match(line):
            if current is not None:
                yield current
            current = _task(item, file, number) if item is not None else None
        if current is not None and line.strip():
            references = (*current.references, *references_in(line))
            current = replace(current, end_line=number, references=references)
    if current is not None:
        yield current


def _task(item: re.Match[str], file: str, line: int) -> Task | None:
    if _STRUCK.fullmatch(item["title"].strip()):
        return None
    title = _LABEL.sub("", item["title"]).strip()
    if title.count("**") % 2:  # the number is inside the emphasis
        title = title.replace("**", "", 1)
    return Task(
        item["number"] or "",
        title,
        Span(file, line, item.start("state") + 1, 1),
        line,
        item["state"],
        is_optional=bool(item["optional"]) or _OPTIONAL.search(title) is not None,
        depth=len(item["indent"].expandtabs(4)),
    )


def _with_checklists(items: Sequence[Task]) -> Iterator[Task]:
    """Yield the numbered items; the boxes without a number below one belong to it."""
    current: Task | None = None
    for item in items:
        if item.number:
            if current is not None:
                yield current
            current = item
        elif current is not None and item.depth > current.depth:
            references = (*current.references, *item.references)
            current = replace(current, end_line=item.end_line, references=references)
    if current is not None:
        yield current


def next_task(tasks: Sequence[Task]) -> Task | None:
    """Return the first task that is neither done nor optional; None where there is none.

    A task with open subtasks comes after these.
    """
    for at, task in enumerate(tasks):
        if not is_open(task):
            continue
        if not any(is_open(it) for it in subtasks(tasks, at)):
            return task
    return None


def is_open(task: Task) -> bool:
    """Return whether a task is still to be done, and not optional."""
    return not task.is_done and not task.is_optional


def subtasks(tasks: Sequence[Task], at: int) -> Iterator[Task]:
    """Yield the tasks below one: indented further, or numbered below it."""
    task = tasks[at]
    for other in tasks[at + 1 :]:
        is_below = bool(task.number) and other.number.startswith(f"{task.number}.")
        if not is_below and other.depth <= task.depth:
            return
        yield other


def with_state(text: str, task: Task, state: str) -> str:
    """Return a document with another character in the box of a task; nothing else changes."""
    return splice(text, [Edit(task.span, state)])
