"""OpenSpec's documents: requirements and scenarios that are known by their titles.

``### Requirement: User login`` has the key ``<feature>#user-login``, its scenario
``#### Scenario: Valid credentials`` the key ``<feature>#user-login/valid-credentials``. A delta
lists them under ``ADDED``, ``MODIFIED``, ``REMOVED`` and ``RENAMED Requirements``.
"""

import re
from collections.abc import Sequence

from msgspec import Struct, field

from shall.diagnostics import Diagnostic
from shall.late_pattern import late_pattern
from shall.span import Span
from shall.specs import unread
from shall.specs.block import Block, BlockKind
from shall.specs.criteria import criterion, is_template, place_of
from shall.specs.ears import has_modal
from shall.specs.identifiers import slug
from shall.specs.markdown import read_blocks
from shall.specs.model import Change, Kind, Operation, Rename, Requirement, Step
from shall.specs.scenarios import step_of, steps_of

_REQUIREMENT = late_pattern(
    r"(?:requirement|需求|要求|要件)(?:\s*[:：]|(?=\s+\S))\s*(?P<title>.+)", re.IGNORECASE
)
_SCENARIO = late_pattern(
    r"(?:scenario(?: outline)?|场景|場景|情景|情境|シナリオ)(?:\s*\d+)?(?:\s*[:：\-–—]"
    r"|(?=\s+\S))\s*(?P<title>.+)",
    re.IGNORECASE,
)
_OPERATIONS = (
    (Operation.ADDED, late_pattern(r"added requirements?|(?:新增|添加)(?:的)?需求", re.I)),
    (Operation.MODIFIED, late_pattern(r"modified requirements?|(?:修改|变更)(?:的)?需求", re.I)),
    (Operation.REMOVED, late_pattern(r"removed requirements?|(?:移除|删除)(?:的)?需求", re.I)),
    (Operation.RENAMED, late_pattern(r"renamed requirements?|重命名(?:的)?需求", re.I)),
)
_RENAMED = late_pattern(r"[*_`]*(?P<end>FROM|TO|从|到)[*_`]*\s*[:：]\s*(?P<title>.+)", re.I)
_STRUCK = late_pattern(r"~~.*?~~")
_RATIONALE = late_pattern(
    r"[*_]*(?:rationale|why|note|reason|migration|interim|conformance|background|理由|原因"
    r"|备注|说明|迁移|背景)"
    r"[^:：]{0,40}[*_]*\s*[:：]",
    re.IGNORECASE,
)


def read_titled(
    text: str, file: str, feature: str, change: str = ""
) -> tuple[tuple[Requirement, ...], tuple[Rename, ...], tuple[Diagnostic, ...]]:
    """Return the requirements and renames of a document, and what was not read."""
    reader = _Reader(feature, file, change)
    for block in read_blocks(text):
        reader.add(block)
    reader.end_requirement()
    return tuple(reader.requirements), tuple(reader.renames), tuple(reader.unread)


class _Part(Struct):
    """A requirement or scenario while it is read."""

    title: str
    span: Span
    end_line: int
    level: int
    texts: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    ended: bool = False  # by a rationale


def _steps(scenario: _Part) -> Sequence[Step]:
    """Return the steps, also those that follow a list or struck words in their paragraph."""
    if any(it.keyword == "then" for it in scenario.steps):
        return scenario.steps
    return steps_of(_STRUCK.sub("", " ".join(scenario.texts)).strip()) or scenario.steps


class _Reader:
    def __init__(self, feature: str, file: str, change: str) -> None:
        self._feature = feature
        self._file = file
        self._change = change
        self._operation: Operation | None = None
        self._requirement: _Part | None = None
        self._scenario: _Part | None = None
        self._scenarios: list[_Part] = []
        self._old: str | None = None
        self.requirements: list[Requirement] = []
        self.renames: list[Rename] = []
        self.unread: list[Diagnostic] = []

    def add(self, block: Block) -> None:
        if block.kind is BlockKind.HEADING:
            self._heading(block)
        elif self._operation is Operation.RENAMED:
            self._rename(block)
        elif self._labelled_scenario(block):
            return
        elif self._scenario is not None:
            self._add_step(self._scenario, block)
        elif self._requirement is not None:
            self._add_body(self._requirement, block)
        elif has_modal(block.text):
            code = unread.ROW if block.kind is BlockKind.ROW else unread.SENTENCE
            self.unread.append(unread.unread(code, self._file, block))

    def _heading(self, block: Block) -> None:
        text = block.text.strip("*_ ")
        scenario = _SCENARIO.fullmatch(text)
        requirement = _REQUIREMENT.fullmatch(text)
        is_change = next((it for it, words in _OPERATIONS if words.match(text)), None)
        if is_change is not None:
            self.end_requirement()
            self._operation = is_change
        elif (
            requirement is not None and block.level > 1 and self._operation is not Operation.RENAMED
        ):
            self.end_requirement()
            self._requirement = self._part(requirement["title"], block)
        elif scenario is not None and self._requirement is not None:
            self._scenario = self._part(scenario["title"], block)
            self._scenarios.append(self._scenario)
        elif self._scenario is not None and block.level > self._scenario.level:
            self._scenario.texts.append(block.text)
        elif self._requirement is not None and block.level <= self._requirement.level:
            self.end_requirement()
            if block.level <= 2:
                self._operation = None
        else:
            self._scenario = None
            if self._requirement is not None and has_modal(text):
                self.unread.append(unread.unread(unread.SENTENCE, self._file, block))

    def _part(self, title: str, block: Block) -> _Part:
        place = place_of(self._file, block)
        return _Part(title.strip("*_ "), place, block.end_line, block.level)

    def _labelled_scenario(self, block: Block) -> bool:
        """Return whether a bold paragraph is the title of a scenario."""
        if self._requirement is None or not block.text.startswith("**") or block.level:
            return False
        found = _SCENARIO.fullmatch(block.text.strip("*_ :："))
        if found is None or step_of(found["title"]):
            return False
        self._scenario = self._part(found["title"].strip("*_ :："), block)
        self._scenarios.append(self._scenario)
        return True

    def _add_body(self, part: _Part, block: Block) -> None:
        if not part.ended and _RATIONALE.match(block.text):
            part.ended = True
        says = has_modal(block.text)
        if part.ended and (block.level or not says or _RATIONALE.match(block.text)):
            if says:
                self.unread.append(unread.unread(unread.SENTENCE, self._file, block))
            return
        dash = "- " if block.kind is BlockKind.ITEM and part.texts else ""
        part.texts.append(dash + block.text)
        part.end_line = max(part.end_line, block.end_line)

    @staticmethod
    def _add_step(part: _Part, block: Block) -> None:
        part.end_line = max(part.end_line, block.end_line)
        part.texts.append(block.text)
        inline = steps_of(block.text)
        step = step_of(block.text)
        if inline:
            part.steps += inline
        elif step is not None and block.level <= 1:
            part.steps.append(step)
        elif part.steps:
            last = part.steps.pop()
            part.steps.append(Step(last.keyword, f"{last.text} {block.text}"))

    def _rename(self, block: Block) -> None:
        found = _RENAMED.match(block.text)
        if found is None:
            return
        title = found["title"].strip("`*_ #")
        requirement = _REQUIREMENT.fullmatch(title)
        name = slug(requirement["title"] if requirement else title)
        if found["end"].upper() in {"FROM", "从"}:
            self._old = name
        elif self._old is not None:
            change = Change(self._change, Operation.RENAMED)
            self.renames.append(Rename(self._old, name, change, place_of(self._file, block)))
            self._old = None

    def end_requirement(self) -> None:
        """Store the requirement that is open."""
        part = self._requirement
        scenarios = self._scenarios
        self._requirement, self._scenario, self._scenarios = None, None, []
        if part is None:
            return
        name = slug(part.title)
        key = f"{self._feature}#{name}"
        text = " ".join(part.texts) or part.title
        if is_template(part.title) or is_template(text):
            return
        change = Change(self._change, self._operation) if self._change and self._operation else None
        found = [criterion(key, text, part.span, part.end_line, change=change)]
        found += [
            criterion(
                f"{key}/{slug(scenario.title)}",
                " ".join(scenario.texts) or scenario.title,
                scenario.span,
                scenario.end_line,
                kind=Kind.SCENARIO,
                steps=_steps(scenario),
                change=change,
            )
            for scenario in scenarios
        ]
        self.requirements.append(Requirement(name, part.title, part.span, tuple(found)))
