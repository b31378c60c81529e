"""Reads arguments, mocks and fixtures of unit cases."""

from typing import Any

from msgspec import UNSET, UnsetType

from shall.cases.fields import Fields, Findings, Keys
from shall.cases.nearest import nearest
from shall.cases.unit.model import Arguments, Fixture, FixtureKind, Mock, Raised
from shall.cases.unit.names import builtin_exceptions, is_builtin_exception, is_dotted

MOST_LEVELS = 30
"""Levels of a value: Python reads no literal of more than 200."""

_RAISED_FIELDS = frozenset(("exception", "message", "args"))
_MOCK_FIELDS = frozenset(("target", "method", "name", "value", "return_value", "side_effect"))
_FIXTURE_FIELDS = _MOCK_FIELDS | {"type", "action", "args", "kwargs"}
_FIXTURE_KINDS = {
    **{kind.value: kind for kind in FixtureKind},
    **dict.fromkeys(("environment", "env_var", "setenv"), FixtureKind.ENV),
    **dict.fromkeys(("attribute", "setattr", "variable", "config"), FixtureKind.SET),
    "patch": FixtureKind.MOCK,
    **dict.fromkeys(("function", "func", "callable", "method"), FixtureKind.CALL),
}
_UNDOING = frozenset(("stop", "restore", "reset", "undo", "clear", "cleanup", "start", "apply"))


def read_value(value: Any, keys: Keys, findings: Findings) -> Any:
    """Return a value that is written into Python; one that is nested too deeply is a problem."""
    level = [value]
    for _ in range(MOST_LEVELS):
        level = [
            child
            for each in level
            if isinstance(each, dict | list)
            for child in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return value
    message = f"The value has more than {MOST_LEVELS} levels."
    findings.add("case.bad-value", keys, message)
    return None


def read_arguments(value: Any, keys: Keys, findings: Findings) -> Arguments:
    """Read ``args`` and ``kwargs``."""
    fields = Fields(value, keys, findings, frozenset(("args", "kwargs")), {})
    return arguments_of(fields)


def arguments_of(fields: Fields) -> Arguments:
    """Read the ``args`` and ``kwargs`` of a mapping that may hold more."""
    args = read_value(fields.items("args"), fields.at("args"), fields.findings)
    kwargs = read_value(fields.mapping("kwargs"), fields.at("kwargs"), fields.findings)
    return Arguments(tuple(args or ()), kwargs or {})


def exception_name(fields: Fields, name: str, value: Any) -> str | None:
    """Return the name of an exception: one of Python's own, or a dotted one."""
    if type(value) is not str:
        message = f"`{name}` must be the name of an exception."
        fields.bad("case.bad-type", name, message, "Write it as text, such as ValueError.")
        return None
    text = value.removeprefix("builtins.")
    if is_builtin_exception(text) or ("." in text and is_dotted(text)):
        return text
    near = nearest(text, builtin_exceptions())
    hint = (
        f"Did you mean `{near}`?" if near else "Write it with its module, such as shop.OutOfStock."
    )
    fields.bad(
        "case.bad-value", name, f"{value!r} is not an exception of Python.", hint, near or ""
    )
    return None


def read_mocks(case: Fields) -> tuple[Mock, ...]:
    """Read the mocks of a case."""
    found: list[Mock] = []
    names: set[str] = set()
    for index, value in enumerate(case.items("mocks")):
        keys = (*case.at("mocks"), index)
        fields = Fields(value, keys, case.findings, _MOCK_FIELDS, {"patch": "target"})
        mock = read_mock(fields)
        if mock.name in names:
            message = f"Two mocks are named `{mock.name}`."
            fields.bad("case.duplicate-name", "target", message, "Name one with `name`.")
        names.add(mock.name)
        found.append(mock)
    return tuple(found)


def read_mock(fields: Fields) -> Mock:
    """Read what replaces an attribute."""
    target = fields.required_text("target")
    method = fields.text("method")
    whole = f"{target}.{method}" if method else target
    if target.strip() and not is_dotted(whole):
        place = "target" if not is_dotted(target) else "method"
        message = f"{whole!r} is not a dotted name."
        fields.bad("case.bad-value", place, message, "Write it like shop.mail.send.")
    elif target.strip() and "." not in whole:
        hint = "Write the module too, such as shop.mail.send."
        fields.bad("case.bad-value", "target", f"`{whole}` names no attribute of a module.", hint)
    effect = _read_effect(fields)
    given = [it for it in ("value", "return_value", "side_effect") if it in fields.values]
    if "value" in given and len(given) > 1:
        message = f"`value` replaces the target as it is, so `{given[1]}` does not apply."
        fields.bad("case.conflicting-fields", given[1], message, "Remove one of the two.")
    return Mock(
        target=whole,
        name=fields.text("name") or whole,
        value=_value_of(fields, "value"),
        return_value=_value_of(fields, "return_value"),
        side_effect=effect,
    )


def _value_of(fields: Fields, name: str) -> Any | UnsetType:
    if name not in fields.values:
        return UNSET
    return read_value(fields.values[name], fields.at(name), fields.findings)


def _read_effect(fields: Fields) -> Raised | tuple[Any, ...] | None:
    value = fields.values.get("side_effect")
    if value is None:
        return None
    if isinstance(value, list):
        keys = fields.at("side_effect")
        items = read_value(value, keys, fields.findings) or ()
        return tuple(_read_item(it, (*keys, at), fields.findings) for at, it in enumerate(items))
    if type(value) is str:
        name = exception_name(fields, "side_effect", value)
        return Raised(name) if name else None
    if isinstance(value, dict):
        return _read_raised(value, fields.at("side_effect"), fields.findings)
    hint = "Write an exception, or the list of what the calls return."
    fields.bad_type("side_effect", "an exception or a list", hint)
    return None


def _read_item(value: Any, keys: Keys, findings: Findings) -> Any:
    """Read one of several effects: an exception is raised, anything else is returned."""
    if type(value) is str and is_builtin_exception(value.removeprefix("builtins.")):
        return Raised(value.removeprefix("builtins."))
    if isinstance(value, dict) and "exception" in value and value.keys() <= _RAISED_FIELDS:
        return _read_raised(value, keys, findings)
    return value


def _read_raised(value: Any, keys: Keys, findings: Findings) -> Raised | None:
    older = {"raises": "exception", "type": "exception"}
    fields = Fields(value, keys, findings, _RAISED_FIELDS, older)
    if fields.values.get("exception") is None:
        fields.missing("exception", "Name the exception that is raised.")
        return None
    name = exception_name(fields, "exception", fields.values["exception"])
    args = read_value(fields.items("args"), fields.at("args"), findings) or []
    message = fields.text("message")
    if message is not None and args:
        text = "`message` is the only argument of an exception, or `args` are all of them."
        fields.bad("case.conflicting-fields", "message", text, "Remove one of the two.")
    return Raised(name, tuple(args) if message is None else (message,)) if name else None


def read_fixtures(root: Fields) -> tuple[tuple[Fixture, ...], tuple[Fixture, ...]]:
    """Read what is set up before each case, and torn down after it."""
    if root.values.get("fixtures") is None:
        return (), ()
    names = frozenset(("setup", "teardown"))
    fields = Fields(root.values["fixtures"], root.at("fixtures"), root.findings, names, {})
    setup = _read_steps(fields, "setup")
    teardown = _read_steps(fields, "teardown")
    return setup, tuple(it for it in teardown if it.kind is FixtureKind.CALL)


def _read_steps(fields: Fields, name: str) -> tuple[Fixture, ...]:
    keys = fields.at(name)
    read = (
        _read_fixture(
            Fields(value, (*keys, index), fields.findings, _FIXTURE_FIELDS, {}),
            is_teardown=name == "teardown",
        )
        for index, value in enumerate(fields.items(name))
    )
    return tuple(it for it in read if it is not None)


def _read_fixture(fields: Fields, *, is_teardown: bool) -> Fixture | None:
    spelling = fields.required_text("type").strip().lower()
    kind = _FIXTURE_KINDS.get(spelling)
    if kind is None:
        if spelling:
            near = nearest(spelling, _FIXTURE_KINDS)
            known = ", ".join(FixtureKind)
            hint = f"Did you mean `{near}`?" if near else f"Known are {known}."
            fields.bad("case.bad-value", "type", f"Unknown fixture `{spelling}`.", hint, near or "")
        return None
    if kind is FixtureKind.CALL:
        return _read_call(fields)
    action = fields.text("action")
    if action is not None and action.lower() not in _UNDOING:
        fields.bad("case.bad-value", "action", f"Unknown action `{action}`.", "Remove `action`.")
    if is_teardown:
        message = "It has no effect: what a fixture or a mock replaces is restored after each case."
        fields.findings.note("case.ignored-field", fields.keys, message)
        return None
    if kind is FixtureKind.ENV:
        return _read_environment(fields)
    mock = read_mock(fields)
    if kind is FixtureKind.SET and mock.value is UNSET:
        fields.missing("value", "Write what the target is set to.")
    return Fixture(kind, mock.target, mock=mock)


def _read_environment(fields: Fields) -> Fixture:
    name = fields.required_text("target")
    if "=" in name or "\0" in name:
        fields.bad("case.bad-value", "target", f"{name!r} is not the name of a variable.")
    value = fields.values.get("value")
    if type(value) in (int, float):  # an environment holds texts
        value = str(value)
    elif value is not None and type(value) is not str:
        fields.bad_type("value", "a text", "Quote it.")
    if type(value) is str and "\0" in value:
        fields.bad("case.bad-value", "value", "The value of a variable must not contain NUL.")
    return Fixture(FixtureKind.ENV, name, value if type(value) is str else None)


def _read_call(fields: Fields) -> Fixture:
    place = "action" if fields.values.get("target") is None else "target"
    name = fields.text(place)
    if name is None:
        fields.missing("target", "Name a function of the workspace, such as shop.db.reset.")
        name = ""
    elif not is_dotted(name) or "." not in name:
        hint = "Name a function of the workspace, such as shop.db.reset."
        fields.bad("case.bad-value", place, f"{name!r} is not a dotted name.", hint)
    return Fixture(FixtureKind.CALL, name, arguments=arguments_of(fields))
