"""Takes typed values out of a mapping and notes what is wrong instead of stopping."""

import math
from collections.abc import Collection, Mapping
from typing import Any, TypeAlias

from msgspec import Struct, field

from shall.cases.bounds import MAX_FINDINGS
from shall.cases.nearest import nearest
from shall.cases.other_tools import field_hint
from shall.cases.problem_limit import MESSAGE_LENGTH, shortened

Keys: TypeAlias = tuple[str | int, ...]
"""Where a value stands in the case: ``("steps", 0, "assert", 1, "type")``, as written."""


class Finding(Struct, frozen=True):
    """One thing wrong, before its place in the file is known.

    ``offset`` counts characters into the value, where the fault lies inside of it.
    """

    keys: Keys
    message: str
    hint: str | None = None
    at_key: bool = False


class Findings(Struct):
    """What reading found: problems, and older spellings that were understood.

    The first ``MAX_FINDINGS`` of each are stored; of the others only the number is.
    """

    problems: list[Finding] = field(default_factory=list)
    more_problems: int = 0
    _notes: list[str] = field(default_factory=list)
    _more_notes: int = 0

    @property
    def has_room(self) -> bool:
        """Whether the next problem will be stored."""
        return len(self.problems) < MAX_FINDINGS

    @property
    def notes(self) -> tuple[str, ...]:
        """What was noted, and how much more there was."""
        more = (f"and {self._more_notes:,} more notes",) if self._more_notes else ()
        return (*self._notes, *more)

    def add(
        self, keys: Keys, message: str, hint: str | None = None, *, at_key: bool = False
    ) -> None:
        """Note a problem at a value, or at its key."""
        if self.has_room:
            hint = None if hint is None else shortened(hint, MESSAGE_LENGTH)
            self.problems.append(Finding(keys, shortened(message, MESSAGE_LENGTH), hint, at_key))
        else:
            self.more_problems += 1

    def note(self, keys: Keys, text: str) -> None:
        """Note something that was understood but is written differently today."""
        if len(self._notes) < MAX_FINDINGS:
            self._notes.append(f"{written(keys)}: {shortened(text, MESSAGE_LENGTH)}")
        else:
            self._more_notes += 1


_KEY_LENGTH = 100


def written(keys: Keys) -> str:
    """Write a position as a path: ``steps[0].assert[1].type``."""
    text = ""
    for key in keys:
        part = f"[{key}]" if isinstance(key, int) else shortened(key, _KEY_LENGTH)
        text += f".{part}" if text and isinstance(key, str) else part
    return text


def kind_of(value: Any) -> str:
    """Name the type of a value as YAML users know it."""
    if value is None:
        return "nothing"
    names = {bool: "a truth value", str: "a text", int: "a number", float: "a number"}
    return names.get(type(value), "a list" if isinstance(value, list | tuple) else "a mapping")


class Fields:
    """The values of one mapping in the case, by today's names."""

    __slots__ = ("findings", "keys", "names", "values")

    def __init__(
        self,
        values: Any,
        keys: Keys,
        findings: Findings,
        allowed: Collection[str],
        older: Mapping[str, str],
    ) -> None:
        self.findings = findings
        self.keys = keys
        self.names: dict[str, str] = {}  # today's name to the spelling in the file
        if not isinstance(values, dict):
            findings.add(keys, f"must be a mapping, not {kind_of(values)}")
            values = {}
        self.values: dict[str, Any] = values
        if not values.keys() <= allowed:
            self._rename(allowed, older)

    def _rename(self, allowed: Collection[str], older: Mapping[str, str]) -> None:
        values = dict(self.values)
        for name in self.values:
            if name in allowed:
                continue
            today = older.get(name)
            if today in allowed and today is not None and today not in values:
                values[today] = values[name]
                self.names[today] = name
                self.findings.note(self.keys, f"`{name}` is written `{today}` today")
            elif values[name] is not None or today is None:
                self._add_unknown(str(name), today, allowed, is_given=today in values)
        self.values = values

    def _add_unknown(
        self, name: str, today: str | None, allowed: Collection[str], *, is_given: bool
    ) -> None:
        hint = None
        if is_given:
            hint = f"`{today}` is given too: remove one of the two."
        elif self.findings.has_room:
            near = today or nearest(name, allowed, cutoff=0.7)
            hint = f"Did you mean `{near}`?" if near else None
            hint = hint if today else field_hint(name, allowed) or hint
        self.findings.add((*self.keys, name), f"unknown field `{name}`", hint, at_key=True)

    def at(self, name: str) -> Keys:
        """Return the position of a field, in the spelling of the file."""
        return (*self.keys, self.names.get(name, name))

    def bad(self, name: str, message: str, hint: str | None = None) -> None:
        """Note a problem at a field, or at the mapping where the field is missing."""
        self.findings.add(self.at(name), message, hint)

    def missing(self, name: str, hint: str | None = None) -> None:
        """Note that a field must be given."""
        self.findings.add(self.keys, f"`{name}` is missing", hint)

    def text(self, name: str) -> str | None:
        """Take a text; None when it is not there."""
        value = self.values.get(name)
        if value is None or type(value) is str:
            return value
        hint = f'Quote it: "{value}".' if isinstance(value, int | float) else None
        self.bad(name, f"must be a text, not {kind_of(value)}", hint)
        return None

    def required_text(self, name: str) -> str:
        """Take a text that must be there and not be blank."""
        value = self.text(name)
        if value is None:
            if self.values.get(name) is None:
                self.missing(name)
        elif not value.strip():
            self.bad(name, "must not be empty")
        return value or ""

    def mapping(self, name: str) -> dict[str, Any]:
        """Take a mapping; empty when it is not there."""
        value = self.values.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.bad(name, f"must be a mapping, not {kind_of(value)}")
            return {}
        return value

    def items(self, name: str) -> list[Any]:
        """Take a list; empty when it is not there."""
        value = self.values.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            self.bad(name, f"must be a list, not {kind_of(value)}", "Start each item with `- `.")
            return []
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Take a list of texts; one text alone is a list of one."""
        if type(self.values.get(name)) is str:
            value: list[Any] = [self.values[name]]
        else:
            value = self.items(name)
        for index, each in enumerate(value):
            if type(each) is not str or not each.strip():
                hint = None
                if type(each) in (int, float):  # 1.10 is not what was written any more
                    hint = f"Quote it: YAML reads it as the number {each}."
                self.findings.add((*self.at(name), index), "must be a text that is not empty", hint)
                return ()
        return tuple(value)

    def flag(self, name: str, default: bool) -> bool:
        """Take true or false."""
        value = self.values.get(name, default)
        if type(value) is bool:
            return value
        self.bad(name, f"must be true or false, not {kind_of(value)}")
        return default

    def seconds(self, name: str) -> float | None:
        """Take a length of time above zero."""
        value = self.values.get(name)
        if value is None:
            return None
        if type(value) not in (int, float) or not math.isfinite(value) or value <= 0:
            self.bad(name, f"must be a number of seconds above 0, not {value!r}")
            return None
        return float(value)
