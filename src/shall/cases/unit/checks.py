"""Reads the assertions of unit cases."""

from collections.abc import Mapping, Sequence
from typing import Any

from shall.cases.aliases import CHECK_KEYS, check_kind, plain_spelling
from shall.cases.fields import Fields, Findings, Keys, kind_of
from shall.cases.model import CheckKind
from shall.cases.nearest import nearest, without_negation
from shall.cases.path import parse_path
from shall.cases.patterns import pattern_problem
from shall.cases.unit.mocks import arguments_of, exception_name, read_value
from shall.cases.unit.model import NO_ARGUMENTS, VALUE_KINDS, CallKind, Mock, UnitCheck
from shall.cases.unit.names import BUILTIN_TYPES, is_dotted
from shall.errors import BadValue

_FIELDS = frozenset(("type", "field", "expected", "mock", "args", "kwargs", "exception", "message"))
_SPELLINGS = {
    **{kind.value: kind for kind in CallKind},
    **dict.fromkeys(("raise", "throws", "exception"), CallKind.RAISES),
    **dict.fromkeys(("is_instance", "isinstance", "instance_of", "is_type"), CallKind.TYPE),
    **dict.fromkeys(("was_called", "assert_called"), CallKind.CALLED),
    "assert_called_once": CallKind.CALLED_ONCE,
    "assert_called_with": CallKind.CALLED_WITH,
    "assert_called_once_with": CallKind.CALLED_ONCE_WITH,
    **dict.fromkeys(("assert_any_call", "has_call"), CallKind.ANY_CALL),
    **dict.fromkeys(("called_times", "times"), CallKind.CALL_COUNT),
    **dict.fromkeys(("assert_not_called", "never_called"), CallKind.NOT_CALLED),
}
_ALIKE: Mapping[str, CheckKind] = {"attribute": "equals", "has_attribute": "exists", "is": "equals"}
_KNOWN = (*VALUE_KINDS, *CallKind)

_WITHOUT_EXPECTED = {
    *("exists", "not_exists", "is_none", "is_not_none"),
    *(it for it in CallKind if it not in (CallKind.TYPE, CallKind.CALL_COUNT)),
}
_WITH_ARGUMENTS = {CallKind.CALLED_WITH, CallKind.CALLED_ONCE_WITH, CallKind.ANY_CALL}
_ABOUT_RESULT = {*VALUE_KINDS, CallKind.TYPE}
_ABOUT_CALLS = {*CallKind} - {CallKind.TYPE, CallKind.RAISES}
_ORDERED = {
    *("less_than", "less_or_equal", "greater_than", "greater_or_equal"),
}


def read_checks(
    case: Fields, mocks: Sequence[Mock], *, has_instance: bool
) -> tuple[UnitCheck, ...]:
    """Read the list under ``assert``; a check that cannot be read is left out."""
    keys = case.at("assert")
    found: list[tuple[Keys, UnitCheck]] = []
    for index, value in enumerate(case.items("assert")):
        place = (*keys, index)
        check = _read_check(value, place, case.findings, mocks)
        if check is not None:
            found.append((place, check))
            if check.on_instance and not has_instance:
                message = "There is no instance: no method of a class is called."
                case.findings.add("case.conflicting-fields", place, message)
    raising = [place for place, check in found if check.kind is CallKind.RAISES]
    for place, check in found:
        if raising and check.kind in _ABOUT_RESULT and not check.on_instance:
            message = "There is no result: the case asserts an exception."
            hint = "Put this into a case of its own."
            case.findings.add("case.conflicting-fields", place, message, hint)
    for place in raising[1:]:
        message = "A case asserts one exception."
        case.findings.add("case.conflicting-fields", place, message, "Remove one of the two.")
    return tuple(check for _, check in found)


def _read_check(
    value: Any, keys: Keys, findings: Findings, mocks: Sequence[Mock]
) -> UnitCheck | None:
    fields = Fields(value, keys, findings, _FIELDS, CHECK_KEYS)
    kind = _read_kind(fields)
    if kind is None:
        return None
    _refuse_unused(fields, kind)
    path, on_instance = _read_path(fields)
    return UnitCheck(
        kind=kind,
        path=path,
        field=fields.text("field"),
        on_instance=on_instance,
        expected=_read_expected(fields, kind),
        mock=_read_mock(fields, mocks) if kind in _ABOUT_CALLS else None,
        arguments=arguments_of(fields) if kind in _WITH_ARGUMENTS else NO_ARGUMENTS,
        exception=_read_exception(fields) if kind is CallKind.RAISES else None,
        message=fields.text("message") if kind is CallKind.RAISES else None,
    )


def _read_kind(fields: Fields) -> CheckKind | CallKind | None:
    spelling = fields.required_text("type")
    if not spelling.strip():
        return None
    plain = plain_spelling(spelling)
    found = _SPELLINGS.get(plain) or _ALIKE.get(plain) or check_kind(spelling)
    if found is not None and found in _KNOWN:
        if found != spelling:
            message = f"'{spelling}' is written '{found}' today."
            fields.findings.note("case.older-spelling", fields.at("type"), message, fix=found)
        return found
    near = nearest(plain, _KNOWN, cutoff=0.7)
    if near is not None and without_negation(plain)[1] != without_negation(near)[1]:
        near = None
    hint = f"Did you mean '{near}'?" if near else f"Known are {', '.join(_KNOWN)}."
    message = f"Unknown check '{spelling}'."
    fields.bad("case.unknown-check", "type", message, hint, near or "")
    return None


def _refuse_unused(fields: Fields, kind: CheckKind | CallKind) -> None:
    """Report what an assertion of this kind does not look at: it would seem to be asserted."""
    unused = {"exception", "message"} if kind is not CallKind.RAISES else set()
    if kind not in _WITH_ARGUMENTS:
        unused |= {"args", "kwargs"}
    if kind not in _ABOUT_CALLS:
        unused.add("mock")
    if kind not in _ABOUT_RESULT:
        unused.add("field")
    if kind in _WITHOUT_EXPECTED:
        unused.add("expected")
    for name in sorted(unused):
        if fields.values.get(name) is not None and not _is_spare(fields, kind, name):
            message = f"A check '{kind}' takes no `{name}`."
            fields.bad("case.conflicting-fields", name, message, f"Remove `{name}`.")


def _is_spare(fields: Fields, kind: CheckKind | CallKind, name: str) -> bool:
    """Return whether a value only repeats what the kind says: ``expected: true``."""
    if name == "expected" and kind is CallKind.RAISES:
        return fields.values.get("exception") is None
    return name == "expected" and fields.values[name] is True


def _read_path(fields: Fields) -> tuple[tuple[str | int, ...], bool]:
    """Return the path from the result or the instance, and which of the two."""
    text = fields.text("field")
    if text is None or not text.strip():
        return (), False
    try:
        keys = parse_path(text)
    except BadValue as error:
        fields.bad("case.bad-path", "field", error.message, error.hint or "")
        return (), False
    is_rooted = text.strip().startswith("$")
    root = keys[0] if keys and not is_rooted else None
    if root in ("result", "instance"):
        keys = keys[1:]
    if any(type(key) is str and key.startswith("__") for key in keys):
        message = "A name of a path must not begin with two underscores."
        fields.bad("case.bad-path", "field", message)
    return keys, root == "instance"


def _read_expected(fields: Fields, kind: CheckKind | CallKind) -> Any:
    if kind in _WITHOUT_EXPECTED:
        if kind in ("exists", "not_exists") and not fields.values.get("field"):
            fields.missing("field", "Name what exists, such as result.id.")
        return None
    if "expected" not in fields.values:
        fields.missing("expected", "Write what the value is compared with.")
        return None
    expected = read_value(fields.values["expected"], fields.at("expected"), fields.findings)
    _check_expected(fields, kind, expected)
    return expected


def _check_expected(fields: Fields, kind: CheckKind | CallKind, expected: Any) -> None:
    is_count = type(expected) is int and expected >= 0
    if kind is CallKind.TYPE:
        _check_type(fields, expected)
    elif kind == "regex":
        _check_pattern(fields, expected)
    elif kind in ("length", CallKind.CALL_COUNT) and not is_count:
        fields.bad_type("expected", "a number of 0 or more")
    elif kind in ("in", "not_in") and not isinstance(expected, list):
        fields.bad_type("expected", "a list")
    elif kind in _ORDERED and type(expected) not in (int, float, str):
        fields.bad_type("expected", "a number or a text")
    elif kind == "contains" and expected == "":
        message = "`expected` is empty: every text contains it."
        fields.bad("case.bad-value", "expected", message)
    elif kind == "not_in" and expected == []:
        message = "`expected` is empty: nothing is in it."
        fields.bad("case.bad-value", "expected", message)


def _check_pattern(fields: Fields, expected: Any) -> None:
    if type(expected) is not str:
        message = f"`expected` must be a regular expression, not {kind_of(expected)}."
        fields.bad("case.bad-type", "expected", message, "Quote it.")
    elif expected == "":
        fields.bad("case.bad-value", "expected", "`expected` is empty: every text matches it.")
    elif (problem := pattern_problem(expected)) is not None:
        fields.bad("case.bad-pattern", "expected", f"`expected` {problem}.")


def _check_type(fields: Fields, expected: Any) -> None:
    if type(expected) is not str:
        fields.bad_type("expected", "the name of a type", "Write it as text, such as dict.")
    elif expected == "object":
        fields.bad("case.bad-value", "expected", "Every value is an `object`.")
    elif expected not in BUILTIN_TYPES and not ("." in expected and is_dotted(expected)):
        near = nearest(expected, BUILTIN_TYPES)
        hint = (
            f"Did you mean `{near}`?" if near else "Write its module too, such as shop.cart.Cart."
        )
        message = f"{expected!r} is not a type of Python."
        fields.bad("case.bad-value", "expected", message, hint, near or "")


def _read_mock(fields: Fields, mocks: Sequence[Mock]) -> int | None:
    name = fields.text("mock")
    if name is None:
        if len(mocks) == 1:
            return _checked_mock(fields, mocks, 0)
        fields.missing("mock", "Name a mock of the case.")
        return None
    found = [index for index, mock in enumerate(mocks) if name in (mock.name, mock.target)]
    found = found or [index for index, mock in enumerate(mocks) if mock.target.endswith(f".{name}")]
    if len(found) == 1:
        return _checked_mock(fields, mocks, found[0])
    if found:
        message = f"`{name}` is the name of several mocks."
        fields.bad("case.bad-value", "mock", message, "Write the whole target.")
        return None
    near = nearest(name, [mock.name for mock in mocks])
    hint = f"Did you mean `{near}`?" if near else "Add it to the `mocks` of the case."
    fields.bad("case.bad-value", "mock", f"The case has no mock `{name}`.", hint, near or "")
    return None


def _checked_mock(fields: Fields, mocks: Sequence[Mock], index: int) -> int:
    if not mocks[index].counts_calls:
        message = f"`{mocks[index].name}` is replaced by a value, so its calls are not counted."
        fields.bad("case.conflicting-fields", "type", message, "Write `return_value` instead.")
    return index


def _read_exception(fields: Fields) -> str | None:
    place = "exception" if fields.values.get("exception") is not None else "expected"
    value = fields.values.get(place)
    if value is None:
        fields.missing("exception", "Name the exception, such as ValueError.")
        return None
    return exception_name(fields, place, value)
