"""Rules S135 to S137: what designs and tasks name, and what they leave out."""

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from shall.diagnostics import Severity
from shall.span import Span
from shall.specs.lint.rule import Finding, Rule, Text
from shall.specs.mentions import Section, mentions_in, sections_in
from shall.specs.model import Feature, SpecSet
from shall.specs.references import is_identifier, keys_of, names_of
from shall.specs.tasks import Task, read_tasks, subtasks

UNKNOWN = Rule(
    "S135",
    "unknown-reference",
    Severity.WARNING,
    Text(
        "A design or task names a criterion that does not exist.",
        "设计或任务引用了不存在的验收标准。",
    ),
    Text("{found} names no criterion of {feature}.", "{feature} 没有验收标准 {found}。"),
    Text("Correct the number, or write the criterion.", "更正编号，或补充这条验收标准。"),
    bad=("- [ ] 1. Ring the bell\n  - _Requirements: 1.2_\n",),
    good=("- [ ] 1. Ring the bell\n  - _Requirements: 1.1_\n",),
)
NOTHING = Rule(
    "S136",
    "covers-nothing",
    Severity.INFO,
    Text(
        "A task or section of a design names no criterion, and others beside it do.",
        "任务或设计章节没有引用验收标准，而同级的其他条目有引用。",
    ),
    Text("{found} names no criterion.", "{found} 没有引用验收标准。"),
    Text("Name the criteria that it is for, or remove it.", "写明它所对应的验收标准，或将其删去。"),
    bad=("- [ ] 1. Ring the bell\n  - _Requirements: 1.1_\n- [ ] 2. Paint the door\n",),
    good=("- [ ] 1. Ring the bell\n  - _Requirements: 1.1_\n- [ ] 2. Checkpoint\n",),
)
NO_TASK = Rule(
    "S137",
    "no-task",
    Severity.INFO,
    Text(
        "No task names a criterion, and the tasks of the feature name others.",
        "没有任务引用这条验收标准，而该功能的任务引用了其他标准。",
    ),
    Text("No task names {found}.", "没有任务引用 {found}。"),
    Text("Name it in the task that carries it out.", "在实现它的任务中引用它。"),
    bad=("- [ ] 1. Ring the bell\n  - _Requirements: 2_\n",),
    good=("- [ ] 1. Ring the bell\n  - _Requirements: all_\n",),
)

RULES = (UNKNOWN, NOTHING, NO_TASK)

_NO_WORK = re.compile(
    r"check-?\s?point|all (?:the )?tests|final (?:check|review|verification|validation)"
    r"|检查点|最终验收|验证和测试|检查站|所有测试|最终(?:验证|检查|确认)",
    re.IGNORECASE,
)
_STORY = re.compile(r"US\d+")
_LEAST_SIBLINGS = 2
"""Sections with references before one without is reported."""


Names = Mapping[str, Sequence[str]]
"""The keys of criteria by the ways to name them."""


class Beside(Struct, frozen=True):
    """A document beside the requirements of a feature; ``kind``: a design, or a list of tasks."""

    feature: str
    kind: str
    file: str
    text: str


def check(
    features: Sequence[Feature], documents: Sequence[Beside], texts: Mapping[str, str]
) -> Iterator[Finding]:
    """Report references to nothing, and what nothing refers to. ``texts`` are those of features."""
    if not documents:
        return
    specs = SpecSet(tuple(features))
    names = names_of(specs)
    known: dict[str, str] = {}
    for feature in features:
        known[feature.name] = f"{known.get(feature.name, '')}\n{texts.get(feature.file, '')}"
    named: dict[str, set[str]] = {}
    for document in documents:
        if document.feature not in known:
            continue
        yield from _unknown(document, names, known[document.feature])
        if document.kind == "task":
            tasks = read_tasks(document.text, document.file)
            yield from _tasks_for_nothing(tasks)
            named.setdefault(document.feature, set()).update(_named(tasks, document, names))
        else:
            yield from _sections_for_nothing(document)
    for criterion in specs.criteria():
        keys = named.get(criterion.key.partition("#")[0])
        if keys and criterion.key not in keys:
            yield Finding(NO_TASK, criterion.span, criterion, found=criterion.key)


def _unknown(document: Beside, names: Names, requirements: str) -> Iterator[Finding]:
    """Report unknown ids, but none that a passage which was not read may define."""
    for mention in mentions_in(document.text, document.file, document.kind):
        for reference in mention.references:
            is_missing = keys_of(reference, document.feature, names) is None
            if not is_missing or not is_identifier(reference):
                continue
            if reference[0].isdecimal() or not _occurs_in(reference, requirements):
                values = {"feature": document.feature}
                yield Finding(UNKNOWN, mention.span, found=reference, values=values)


def _occurs_in(reference: str, text: str) -> bool:
    return re.search(rf"(?<![\w.-]){re.escape(reference)}(?![\w-]|\.\d)", text) is not None


def _named(tasks: Sequence[Task], document: Beside, names: Names) -> Iterator[str]:
    if not _uses_references(tasks):
        return
    for mention in mentions_in(document.text, document.file, document.kind):
        for reference in mention.references:
            yield from keys_of(reference, document.feature, names) or ()


def _uses_references(tasks: Sequence[Task]) -> bool:
    """Return whether tasks name criteria. spec-kit's ``[US1]`` names those of one story only."""
    return any(not _STORY.fullmatch(it) for task in tasks for it in task.references)


def _tasks_for_nothing(tasks: Sequence[Task]) -> Iterator[Finding]:
    if not _uses_references(tasks):
        return
    above: list[Task] = []
    for at, task in enumerate(tasks):
        above = [it for it in above if _is_below(task, it)]
        below = list(subtasks(tasks, at))
        is_covered = any(it.references for it in (task, *above, *below))
        if not is_covered and not above and not _NO_WORK.search(task.title):
            yield Finding(NOTHING, task.span, found=task.name)
        above.append(task)


def _is_below(task: Task, other: Task) -> bool:
    return task.depth > other.depth or task.number.startswith(f"{other.number}.")


def _sections_for_nothing(document: Beside) -> Iterator[Finding]:
    sections = list(sections_in(document.text, document.file))
    for siblings in _siblings(sections):
        covering = sum(bool(it.references) for it in siblings)
        if covering < max(_LEAST_SIBLINGS, len(siblings) / 2):
            continue
        for section in siblings:
            if not section.references:
                yield Finding(NOTHING, Span(document.file, section.line), found=section.title)


def _siblings(sections: Sequence[Section]) -> Iterator[list[Section]]:
    """Yield the sections of one level that follow one another below the same heading."""
    open_groups: dict[int, list[Section]] = {}
    for section in sections:
        for level in [it for it in open_groups if it > section.level]:
            yield open_groups.pop(level)
        open_groups.setdefault(section.level, []).append(section)
    yield from open_groups.values()
