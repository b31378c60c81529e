"""Takes typed values out of a mapping and notes what is wrong instead of stopping."""

import math
from collections.abc import Collection, Mapping
from typing import Any, TypeAlias

from msgspec import Struct, field

from shall.cases.nearest import nearest
from shall.cases.other_tools import field_hint
from shall.cases.times import milliseconds
from shall.diagnostics import Severity
from shall.diagnostics.bounds import MAX_FINDINGS, shortened

Keys: TypeAlias = tuple[str | int, ...]
"""Where a value is in the case: ``("steps", 0, "assert", 1, "type")``, as written."""

AT_TOP = ""
"""The first of keys that lead from the top of a file, beside the root of a case."""


class Finding(Struct, frozen=True):
    """What is known of a diagnostic while its place in the file is not.

    ``fix`` is what to write instead of the value, or of the key where it is ``at_key``.
    """

    code: str
    keys: Keys
    message: str
    hint: str = ""
    at_key: bool = False
    fix: str = ""
    severity: Severity = Severity.ERROR


class Findings(Struct):
    """What reading found: problems, and notes on what was understood but is written differently.

    The first ``MAX_FINDINGS`` of each are stored; of the others only the number is.
    """

    problems: list[Finding] = field(default_factory=list)
    more_problems: int = 0
    notes: list[Finding] = field(default_factory=list)
    more_notes: int = 0

    @property
    def has_room(self) -> bool:
        """Whether the next problem will be stored."""
        return len(self.problems) < MAX_FINDINGS

    def add(
        self,
        code: str,
        keys: Keys,
        message: str,
        hint: str = "",
        *,
        at_key: bool = False,
        fix: str = "",
    ) -> None:
        """Add a problem of a value, or of its key."""
        if self.has_room:
            found = Finding(code, keys, shortened(message), shortened(hint), at_key, fix)
            self.problems.append(found)
        else:
            self.more_problems += 1

    def note(
        self, code: str, keys: Keys, message: str, *, at_key: bool = False, fix: str = ""
    ) -> None:
        """Add a note on what was understood, or left out, without a problem."""
        if len(self.notes) < MAX_FINDINGS:
            found = Finding(code, keys, shortened(message), "", at_key, fix, Severity.INFO)
            self.notes.append(found)
        else:
            self.more_notes += 1


_KEY_LENGTH = 100


_SIGNS = frozenset(".$[] ")


def written(keys: Keys) -> str:
    """Write a position as a path: ``steps[0].assert[1].type``, ``steps[0].expect["$.id"]``."""
    text = ""
    for key in keys:
        if isinstance(key, int):
            text += f"[{key}]"
        elif text and not _SIGNS.isdisjoint(key):
            text += f'["{shortened(key, _KEY_LENGTH)}"]'
        else:
            text += f".{shortened(key, _KEY_LENGTH)}" if text else shortened(key, _KEY_LENGTH)
    return text


def kind_of(value: Any) -> str:
    """Name the type of a value as YAML users know it."""
    if value is None:
        return "nothing"
    names = {bool: "a truth value", str: "a text", int: "a number", float: "a number"}
    return names.get(type(value), "a list" if isinstance(value, list | tuple) else "a mapping")


_MOST_LISTED = 12
"""The most fields that are listed where an unknown one is like none of them."""


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
            what = f"`{written(keys)}`" if keys else "A case"
            message = f"{what} must be a mapping, not {kind_of(values)}."
            findings.add("case.bad-type", keys, message)
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
                message = f"`{name}` is written `{today}` today."
                keys = (*self.keys, name)
                self.findings.note("case.older-spelling", keys, message, at_key=True, fix=today)
            elif values[name] is not None or today is None:
                self._add_unknown(str(name), today, allowed, is_given=today in values)
        self.values = values

    def _add_unknown(
        self, name: str, today: str | None, allowed: Collection[str], *, is_given: bool
    ) -> None:
        hint = fix = ""
        if is_given:
            hint = f"`{today}` is set too: remove one of the two."
        elif self.findings.has_room:
            near = today or nearest(name, allowed, cutoff=0.7)
            hint, fix = (f"Did you mean `{near}`?", near) if near else ("", "")
            other = None if today else field_hint(name, allowed)
            hint, fix = (other, "") if other else (hint, fix)
            if not hint and len(allowed) <= _MOST_LISTED:
                hint = f"The fields here are {', '.join(sorted(allowed))}."
        keys, message = (*self.keys, name), f"Unknown field `{name}`."
        self.findings.add("case.unknown-field", keys, message, hint, at_key=True, fix=fix)

    def at(self, name: str) -> Keys:
        """Return the position of a field, in the spelling of the file."""
        return (*self.keys, self.names.get(name, name))

    def bad(self, code: str, name: str, message: str, hint: str = "", fix: str = "") -> None:
        """Add a problem of a field."""
        self.findings.add(code, self.at(name), message, hint, fix=fix)

    def bad_type(self, name: str, wanted: str, hint: str = "") -> None:
        """Report that a field must be of another type."""
        spelling = self.names.get(name, name)
        message = f"`{spelling}` must be {wanted}, not {kind_of(self.values[name])}."
        self.findings.add("case.bad-type", self.at(name), message, hint)

    def missing(self, name: str, hint: str = "") -> None:
        """Report that a field must be given."""
        self.findings.add("case.missing-field", self.keys, f"`{name}` is missing.", hint)

    def text(self, name: str) -> str | None:
        """Return a text; None where it is missing."""
        value = self.values.get(name)
        if value is None or type(value) is str:
            return value
        hint = f'Quote it: "{value}".' if isinstance(value, int | float) else ""
        self.bad_type(name, "a text", hint)
        return None

    def required_text(self, name: str) -> str:
        """Return a text that is required and not blank."""
        value = self.text(name)
        if value is None:
            if self.values.get(name) is None:
                self.missing(name)
        elif not value.strip():
            self.bad("case.bad-value", name, f"`{name}` must not be empty.")
        return value or ""

    def mapping(self, name: str) -> dict[str, Any]:
        """Return a mapping; empty where it is missing."""
        value = self.values.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.bad_type(name, "a mapping")
            return {}
        return value

    def items(self, name: str) -> list[Any]:
        """Return a list; empty where it is missing."""
        value = self.values.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            hint = "Start each item with `- `."
            if name == "assert" and isinstance(value, dict):
                hint = "Write a mapping as `expect`, such as `expect: {status: 200}`."
            self.bad_type(name, "a list", hint)
            return []
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts; one text alone is a list of one."""
        if type(self.values.get(name)) is str:
            value: list[Any] = [self.values[name]]
        else:
            value = self.items(name)
        for index, each in enumerate(value):
            if type(each) is not str or not each.strip():
                hint = ""
                if type(each) in (int, float):  # 1.10 is not what was written any more
                    hint = f"Quote it: YAML reads it as the number {each}."
                message = f"An item of `{name}` must be a text that is not empty."
                self.findings.add("case.bad-type", (*self.at(name), index), message, hint)
                return ()
        return tuple(value)

    def flag(self, name: str, default: bool) -> bool:
        """Return true or false."""
        value = self.values.get(name, default)
        if type(value) is bool:
            return value
        self.bad_type(name, "true or false")
        return default

    def reason(self, name: str) -> str | None:
        """Return why something is left out; None when it is not."""
        value = self.values.get(name)
        if value is None or value is False:
            return None
        if type(value) is not str or not value.strip():
            hint = "Write the reason as a text."
            self.bad("case.bad-value", name, f"`{name}` must say why.", hint)
            return None
        return value

    def seconds(self, name: str) -> float | None:
        """Return a length of time above zero."""
        value = self.values.get(name)
        if value is None:
            return None
        if type(value) not in (int, float) or not math.isfinite(value) or value <= 0:
            message = f"`{name}` must be a number of seconds above 0, not {value!r}."
            length = milliseconds(value)
            self.bad("case.bad-value", name, message, f"Write {length / 1000:g}." if length else "")
            return None
        return float(value)
