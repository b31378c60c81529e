"""Reads ``expect``: selectors with the values, predicates and fields that must be there.

It becomes the same checks that a list under ``assert`` becomes. In a mapping below a selector the
name of a predicate is a predicate, and any other key is a field of the value.
"""

import re
from collections.abc import Callable
from typing import Any, Protocol

from msgspec import Struct
from msgspec.structs import replace

from shall.cases.fields import Keys, kind_of
from shall.cases.forms import is_template
from shall.cases.model import Check, CheckKind
from shall.cases.nearest import nearest
from shall.cases.path import parse_path, write_path
from shall.cases.patterns import pattern_problem
from shall.cases.predicates import (
    BY_KIND,
    FITS,
    NAMES,
    Predicate,
    Takes,
    nearly_named,
    predicate_named,
    type_named,
)
from shall.cases.query_languages import compiled
from shall.cases.selector import Selector, parse_selector
from shall.cases.snapshot import is_snapshot, snapshot_of
from shall.cases.times import milliseconds
from shall.errors import BadValue
from shall.late_pattern import late_pattern

OPENAPI = "openapi"
"""The key below ``expect`` that names what the whole response is compared with."""

_STATUS_CLASS = late_pattern(r"[1-5]xx", re.IGNORECASE)
WITHOUT_FIELDS = frozenset({"status", "header", "duration", "bytes", "sha256", "md5"}) | {
    "url",
    "version",
    "regex",
    "cookie",
}
"""Sources of selectors whose value has no fields."""

_STATUS_KINDS = {
    "equals": False,
    "in": False,
    "not_equals": True,
    "not_in": True,
}
"""Predicates that a status understands classes such as ``2xx`` for, and whether each negates."""


class Report(Protocol):
    """What collects problems: ``Findings``, or what refuses the case at the first one."""

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
        """Add a problem."""
        ...


class _Target(Struct, frozen=True):
    """What checks look at, as a check names it. ``is_part``: a part of the value of a selector."""

    field: str | None = None
    header: str | None = None
    selector: str | None = None
    source: str = "body"
    is_part: bool = False

    def check(
        self, kind: CheckKind, expected: Any = None, *, negated: bool = False, place: str = ""
    ) -> Check:
        """Return a check of it."""
        return Check(
            kind,
            self.field,
            self.header,
            expected,
            selector=self.selector,
            negated=negated,
            place="" if self.is_part else place,
        )

    def within(self, parts: tuple[str | int, ...]) -> "_Target | None":
        """Return the target of a field inside of it; None where a check cannot name it."""
        if self.header is not None or self.selector is not None or self.source == "status":
            return None
        before = () if self.field is None else parse_path(self.field)
        return _Target(write_path((*before, *parts)), is_part=self.is_part)


_ITEM = _Target(is_part=True)

Words = Callable[[str], str]
"""Returns the selector that a word of another kind of step stands for. Raises ``BadValue``."""


def read_expect(
    values: Any, keys: Keys, report: Report, words: Words | None = None
) -> tuple[Check, ...]:
    """Read the mapping under ``expect``; a check that cannot be read is left out.

    In a step that sends a request, a number alone is its status.
    """
    takes_status = words is None and keys[_FIELD_OF_STEP:] == ("expect",)
    if type(values) is int and takes_status:
        values = {"status": values}
    if type(values) is not dict:
        wanted = "a status or a mapping" if takes_status else "a mapping"
        message = f"`expect` must be {wanted}, not {kind_of(values)}."
        hint = "Write a selector and its value in each line, such as `status: 200`."
        if takes_status:
            hint = "Write `200`, or a selector and its value in each line, such as `status: 2xx`."
        report.add("case.bad-type", keys, message, hint)
        return ()
    checks: list[Check] = []
    for name, value in values.items():
        if name == OPENAPI and words is None and keys[_FIELD_OF_STEP:] == ("expect",):
            checks += _of_contract(value, (*keys, name), report)
            continue
        selector = read_selector(name, (*keys, name), report, at_key=True, words=words)
        if selector is not None:
            target = _target(name if words is None else words(name), selector)
            checks += _conditions(target, value, (*keys, name), report)
    return tuple(checks)


def _of_contract(value: Any, keys: Keys, report: Report) -> list[Check]:
    """Read the path of an OpenAPI document, or true for the project's.

    It is constant, since the document is read before.
    """
    if value is True or (type(value) is str and value.strip() and "{{" not in value):
        return [Check("openapi", expected=value, place=_place(keys))]
    message = f"`openapi` takes true or the path of a document, not {kind_of(value)} {value!r:.60}."
    report.add(
        "case.bad-type", keys, message, "Write `openapi: true` or `openapi: specs/openapi.yaml`."
    )
    return []


def read_selector(
    text: str, keys: Keys, report: Report, *, at_key: bool = False, words: Words | None = None
) -> Selector | None:
    """Read a selector; None where it is none, which is reported."""
    try:
        return parse_selector(text if words is None else words(text))
    except BadValue as error:
        fix = str(error.details.get("fix", ""))
        report.add(
            "case.bad-selector", keys, error.message, error.hint or "", at_key=at_key, fix=fix
        )
    return None


def read_conditions(value: Any, keys: Keys, report: Report) -> tuple[Check, ...]:
    """Read what must hold of an item or a part: a value, predicates or fields."""
    return tuple(_conditions(_ITEM, value, keys, report))


def _target(text: str, selector: Selector) -> _Target:
    if selector.is_plain:
        if selector.source == "header":
            return _Target(header=selector.argument, source="header")
        return _Target(selector.field, source=selector.source)
    return _Target(selector=text.strip(), source=selector.source)


def _conditions(target: _Target, value: Any, keys: Keys, report: Report) -> list[Check]:
    """Read what is written below a selector."""
    if type(value) is not dict or not value:
        check = _predicate(target, BY_KIND["equals"], value, keys, report)
        return [] if check is None else [check]
    checks: list[Check] = []
    parts: list[Check] = []
    for name, expected in value.items():
        inner = (*keys, name)
        if name == "not":
            checks += _negated(target, expected, inner, report)
        elif (found := predicate_named(name)) is not None:
            check = _predicate(target, found[0], expected, inner, report, negated=found[1])
            checks += [] if check is None else [check]
        elif not _is_mistyped(name, expected, inner, report):
            own, other = _of_field(target, name, expected, inner, report)
            checks += own
            parts += other
    if target is _ITEM:  # they begin at the item, as the others do
        checks += parts
    elif parts:
        _add_parts(checks, target, tuple(parts), keys)
    return checks


def _add_parts(checks: list[Check], target: _Target, parts: tuple[Check, ...], keys: Keys) -> None:
    """Add what fields of the value must be, to the fields under ``has`` where there are some."""
    for index, check in enumerate(checks):
        is_of_target = (check.field, check.selector) == (target.field, target.selector)
        if check.kind == "has" and is_of_target and not check.negated:
            checks[index] = replace(check, expected=(*check.expected, *parts))
            return
    checks.append(target.check("has", parts, place=_place(keys)))


def _of_field(
    target: _Target, name: str, value: Any, keys: Keys, report: Report
) -> tuple[list[Check], list[Check]]:
    """Read what is written of a field: as checks of their own, or as checks of a part."""
    field = _field(target, name, keys, report)
    if field is None:
        return [], []
    if isinstance(field, _Target):
        return _conditions(field, value, keys, report), []
    return [], _conditions(_part(name, field), value, keys, report)


def _is_mistyped(name: str, value: Any, keys: Keys, report: Report) -> bool:
    """Report a key that is nearly the name of a predicate: the author hardly meant a field."""
    of_type = type_named(name, value)
    near = of_type or nearly_named(name)
    if near is None:
        return False
    message = f"Unknown predicate `{name}`."
    hint = f"Did you mean `{near}`? A field of that name is written `$.{name}`."
    fix = "" if of_type else near
    report.add("case.unknown-check", keys, message, hint, at_key=True, fix=fix)
    return True


def _field(target: _Target, name: str, keys: Keys, report: Report) -> "_Target | Selector | None":
    """Return the target of a field of the value, or its selector where no check can name it."""
    if "{{" in name:
        message = f"The name `{name:.60}` contains an expression."
        report.add("case.bad-selector", keys, message, at_key=True)
        return None
    if target.source in WITHOUT_FIELDS:
        message = f"`{target.source}` has no field `{name:.60}`."
        hint = "Write a value or predicates, such as `{less_than: 300}`."
        report.add("case.unknown-check", keys, message, hint, at_key=True)
        return None
    if not name.startswith("$"):
        return target.within((name,)) or Selector("json", "", path=(name,))
    selector = read_selector(name, keys, report, at_key=True)
    if selector is None or selector.path is None or selector.filters:
        return selector
    return target.within(selector.path) or selector


def _part(name: str, selector: Selector) -> _Target:
    """Return the target of a part within the value of a selector."""
    if selector.path is not None and not selector.filters:
        return _Target(write_path(selector.path), is_part=True)
    return _Target(selector=name, source=selector.source, is_part=True)


def _negated(target: _Target, value: Any, keys: Keys, report: Report) -> list[Check]:
    if type(value) is not dict:
        return _conditions(target, {"not_equals": value}, keys, report)
    if len(value) != 1:
        message = f"`not` takes one predicate, not {len(value)}."
        report.add("case.bad-value", keys, message, "Write `not_NAME: VALUE` for each of them.")
        return []
    ((name, expected),) = value.items()
    found = predicate_named(name)
    if found is None:
        message = f"Unknown predicate `{name}`."
        near = nearest(name, NAMES)
        hint = f"Did you mean `{near}`?" if near else "Write `not_equals` for another value."
        report.add("case.unknown-check", (*keys, name), message, hint, at_key=True, fix=near or "")
        return []
    predicate, negated = found
    check = _predicate(target, predicate, expected, (*keys, name), report, negated=not negated)
    return [] if check is None else [check]


def _predicate(
    target: _Target,
    predicate: Predicate,
    value: Any,
    keys: Keys,
    report: Report,
    *,
    negated: bool = False,
) -> Check | None:
    """Return the check of one predicate; None where its value is wrong, which is reported."""
    kind, takes = predicate.kind, predicate.takes
    if takes is Takes.NOTHING and value is False:
        negated, value = not negated, None
    if target.source == "status" and kind in _STATUS_KINDS:
        return _status(target, value, negated != _STATUS_KINDS[kind], keys, report)
    if negated and predicate.opposite is not None:
        kind, negated = predicate.opposite, False
    if target.source == "duration" and not _is_duration(takes, value):
        message = f"A duration is compared with a time, not {kind_of(value)} {value!r:.60}."
        report.add("case.bad-value", keys, message, "Write the unit: `300 ms` or `2 s`.")
        return None
    if kind == "snapshot" and not _may_be_snapshot(target, value, negated, keys, report):
        return None
    found = read_expected(predicate, value, keys, report)
    if found is None:
        return None
    if target.source == "status":
        target = _Target(selector="status", source="status")
    return target.check(kind, found[0], negated=negated, place=_place(keys))


def _may_be_snapshot(
    target: _Target, value: Any, negated: bool, keys: Keys, report: Report
) -> bool:
    """Return whether a snapshot can be compared with here: its file is known before a run."""
    if negated or target.is_part or keys[_FIELD_OF_STEP : _FIELD_OF_STEP + 1] != ("expect",):
        message = "A snapshot is compared with a selector of `expect` only."
        report.add("case.bad-value", keys, message, "Write `expect: {body: {snapshot: NAME}}`.")
        return False
    for path in snapshot_of(value)[1] if is_snapshot(value) else ():
        try:
            compiled("json", path)
        except BadValue as error:
            report.add("case.bad-selector", keys, error.message)
            return False
    return True


def _is_duration(takes: Takes, value: Any) -> bool:
    if takes not in (Takes.ORDERED, Takes.ANYTHING):
        return takes is Takes.NOTHING
    return is_template(value) or milliseconds(value) is not None


def _status(target: _Target, value: Any, negated: bool, keys: Keys, report: Report) -> Check | None:
    for each in value if type(value) is list and value else [value]:
        is_class = type(each) is str and _STATUS_CLASS.fullmatch(each) is not None
        if not is_class and not FITS[Takes.STATUS](each) and not is_template(each):
            message = f"`status` must be from 100 to 599, not {each!r:.60}."
            report.add("case.bad-value", keys, message, "Write `200`, `2xx` or a list of them.")
            return None
    return target.check("status_code", value, negated=negated, place=_place(keys))


def read_expected(
    predicate: Predicate, value: Any, keys: Keys, report: Report
) -> tuple[Any] | None:
    """Read what a predicate compares with; None where it is wrong, which is reported."""
    takes = predicate.takes
    read = _STRUCTURED.get(takes)
    if read is not None and not (takes is not Takes.CONDITIONS and is_template(value)):
        return read(value, keys, report)
    if takes is Takes.NOTHING:
        if value is None or value is True:
            return (None,)
    elif (is_template(value) and takes is not Takes.SNAPSHOT) or FITS[takes](value):
        return (value,)
    elif takes is Takes.PATTERN and type(value) is str:
        message = f"The pattern of `{predicate.name}` {pattern_problem(value)}."
        report.add("case.bad-pattern", keys, message)
        return None
    _refuse(predicate, value, keys, report)
    return None


def _refuse(predicate: Predicate, value: Any, keys: Keys, report: Report) -> None:
    wanted = predicate.takes.value
    message = f"`{predicate.name}` takes {wanted}, not {kind_of(value)} {value!r:.60}."
    report.add("case.bad-type", keys, message)


def _read_parts(value: Any, keys: Keys, report: Report) -> tuple[Any] | None:
    return (read_conditions(value, keys, report),)


def _read_length(value: Any, keys: Keys, report: Report) -> tuple[Any] | None:
    if type(value) is dict and value:
        return (read_conditions(value, keys, report),)
    if FITS[Takes.LENGTH](value):
        return (value,)
    _refuse(BY_KIND["length"], value, keys, report)
    return None


def _read_items(value: Any, keys: Keys, report: Report) -> tuple[Any] | None:
    if type(value) is not list:
        _refuse(BY_KIND["contains_all"], value, keys, report)
        return None
    return (tuple(_read_item(it, (*keys, at), report) for at, it in enumerate(value)),)


def _read_count(value: Any, keys: Keys, report: Report) -> tuple[Any] | None:
    """Read ``count``: the check of an item, then those of the number."""
    if type(value) is not dict or "where" not in value or len(value) < 2:
        message = f"`count` takes {Takes.COUNT.value}, not {kind_of(value)} {value!r:.60}."
        hint = "Write `count: {where: {sku: B7}, equals: 2}`."
        report.add("case.bad-type", keys, message, hint)
        return None
    where = read_conditions(value["where"], (*keys, "where"), report)
    number = {name: it for name, it in value.items() if name != "where"}
    return ((Check("any", expected=where), *read_conditions(number, keys, report)),)


def _read_item(value: Any, keys: Keys, report: Report) -> Check:
    if type(value) is dict and value:
        return Check("has", expected=read_conditions(value, keys, report))
    return Check("equals", expected=value)


_STRUCTURED: dict[Takes, Callable[[Any, Keys, Report], tuple[Any] | None]] = {
    Takes.CONDITIONS: _read_parts,
    Takes.LENGTH: _read_length,
    Takes.COUNT: _read_count,
    Takes.ITEMS: _read_items,
}


def _place(keys: Keys) -> str:
    """Return where a check is written within its step: ``expect["$.a"].less_than``."""
    is_of_step = len(keys) > _FIELD_OF_STEP and keys[_FIELD_OF_STEP] in _WITH_PLACES
    return write_path(keys[_FIELD_OF_STEP:]) if is_of_step else ""


_WITH_PLACES = frozenset({"expect", "until", "stream", "messages", "if", "repeat"})

_FIELD_OF_STEP = 2
"""The index of a field of a step in the keys that lead to it: ``("steps", 0, "expect")``."""
