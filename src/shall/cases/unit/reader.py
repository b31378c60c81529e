"""Reads a unit case file: text or data in, a ``Unit`` or every problem at once out."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from msgspec import Struct

from shall.cases.data import check_data
from shall.cases.fields import Fields, Findings, kind_of
from shall.cases.full_case import diagnostics_of
from shall.cases.locations import Locator
from shall.cases.model import Allure
from shall.cases.reader import load_yaml
from shall.cases.unit.checks import read_checks
from shall.cases.unit.mocks import read_arguments, read_fixtures, read_mocks
from shall.cases.unit.model import NO_ARGUMENTS, Target, Unit, UnitCase
from shall.cases.unit.names import is_dotted, is_identifier
from shall.diagnostics import Diagnostic
from shall.errors import InvalidCase
from shall.span import Span

ROOT = "unittest"

LONGEST_TIMEOUT_S = 3600.0

_FIELDS = frozenset(
    (
        *("name", "description", "env_type", "target", "allure", "fixtures", "cases"),
        *("tags", "verifies", "secrets", "skip", "timeout_s"),
    )
)
_CASE_FIELDS = frozenset(("id", "description", "mocks", "inputs", "init", "assert", "skip"))
_OLDER = {"timeout": "timeout_s"}
_CASE_OLDER = {
    **{"name": "id", "patches": "mocks", "asserts": "assert", "assertions": "assert"},
    **{"input": "inputs", "constructor": "init"},
}
_ENVIRONMENTS = ("venv", "conda", "uv")


Look: TypeAlias = Callable[[Unit, Findings], None]
"""Notes what is wrong with a unit beside its fields."""


class UnitReading(Struct, frozen=True):
    """A unit case file, and what was noted about how it is written."""

    unit: Unit
    notes: tuple[Diagnostic, ...] = ()


def read_unit(text: str, file: str) -> Unit:
    """Read the text of a file rooted ``unittest:``.

    Raises:
        InvalidCase: With every problem, each at its line and column.
    """
    return examine_unit_text(text, file).unit


def examine_unit_text(text: str, file: str, look: Look | None = None) -> UnitReading:
    """Read like ``read_unit``, and return notes too; ``look`` finds further problems."""
    return _examined(load_yaml(text, file), spans_in(text, file), look)


def examine_unit_data(data: Mapping[str, Any]) -> UnitReading:
    """Read a unit case file that came as JSON data, with or without its root.

    Raises:
        InvalidCase: With every problem, by its path.
    """
    findings = Findings()
    check_data(data, findings)
    if findings.problems:
        raise invalid(findings, lambda _: None)
    return _examined(data if ROOT in data else {ROOT: data}, lambda _: None)


def spans_in(text: str, file: str) -> Callable[[Any], Span]:
    """Return what finds the place of a finding; the text is parsed for the first one."""
    made: list[Locator] = []

    def span_of(finding: Any) -> Span:
        if not made:
            made.append(Locator(text, file))
        return made[0].span(finding.keys, finding.at_key)

    return span_of


def invalid(findings: Findings, span_of: Callable[[Any], Span | None]) -> InvalidCase:
    """Return the error for the problems that were found."""
    return InvalidCase(diagnostics_of(findings.problems, findings.more_problems, span_of))


def diagnostics_in(
    findings: Findings, span_of: Callable[[Any], Span | None]
) -> tuple[Diagnostic, ...]:
    """Return the problems that were found, with their places."""
    return tuple(diagnostics_of(findings.problems, findings.more_problems, span_of))


def _examined(
    data: Any, span_of: Callable[[Any], Span | None], look: Look | None = None
) -> UnitReading:
    findings = Findings()
    unit = _read_root(data, findings)
    if look is not None and unit is not None:
        look(unit, findings)
    if findings.problems or unit is None:
        raise invalid(findings, span_of)
    return UnitReading(unit, tuple(diagnostics_of(findings.notes, findings.more_notes, span_of)))


def _read_root(data: Any, findings: Findings) -> Unit | None:
    if not isinstance(data, dict) or ROOT not in data:
        findings.add("case.no-root", (), "The root `unittest:` is missing.")
        return None
    for name in data.keys() - {ROOT}:
        message = f"`{name}` cannot be combined with `unittest:`."
        findings.add("case.unknown-field", (), message, "Indent it under `unittest:`.")
    if not isinstance(data[ROOT], dict):
        message = f"`unittest` must be a mapping, not {kind_of(data[ROOT])}."
        findings.add("case.bad-type", (), message)
        return None
    return _read_unit(Fields(data[ROOT], (), findings, _FIELDS, _OLDER))


def _read_unit(root: Fields) -> Unit:
    target = _read_target(root)
    _check_environment(root)
    setup, teardown = read_fixtures(root)
    return Unit(
        name=root.required_text("name"),
        target=target,
        cases=_read_cases(root, target),
        description=root.text("description") or "",
        allure=_read_allure(root),
        setup=setup,
        teardown=teardown,
        tags=root.texts("tags"),
        verifies=root.texts("verifies"),
        secrets=root.texts("secrets"),
        skip=root.reason("skip"),
        timeout_s=_read_timeout(root),
    )


def _read_timeout(root: Fields) -> float | None:
    seconds = root.seconds("timeout_s")
    if seconds is not None and seconds > LONGEST_TIMEOUT_S:
        message = f"`timeout_s` must be at most {LONGEST_TIMEOUT_S:g}."
        root.bad("case.bad-value", "timeout_s", message)
    return seconds


def _check_environment(root: Fields) -> None:
    given = root.text("env_type")
    if given is None:
        return
    if given not in _ENVIRONMENTS:
        hint = f"Use one of {', '.join(_ENVIRONMENTS)}, or remove it."
        root.bad("case.bad-value", "env_type", f"`env_type` {given!r} is unknown.", hint)
    message = "`env_type` is not used: the interpreter of the workspace is found automatically."
    root.findings.note("case.ignored-field", root.at("env_type"), message)


def _read_allure(root: Fields) -> Allure | None:
    if root.values.get("allure") is None:
        return None
    names = frozenset(("epic", "feature", "story"))
    labels = Fields(root.values["allure"], root.at("allure"), root.findings, names, {})
    return Allure(labels.text("epic"), labels.text("feature"), labels.text("story"))


def _read_target(root: Fields) -> Target:
    if root.values.get("target") is None:
        root.missing("target", "Name the module and the function that are tested.")
        return Target("")
    allowed = frozenset(("module", "function", "class"))
    older = {"method": "function", "class_name": "class", "func": "function"}
    fields = Fields(root.values["target"], root.at("target"), root.findings, allowed, older)
    module = fields.required_text("module")
    if module.strip() and not is_dotted(module):
        hint = "Write it as import does, such as shop.cart."
        fields.bad("case.bad-value", "module", f"{module!r} is not the name of a module.", hint)
    names = {name: _identifier(fields, name) for name in ("function", "class")}
    if not any(fields.values.get(name) for name in names):
        fields.missing("function", "Name the function that is called, or a class.")
    return Target(module, names["function"], names["class"])


def _identifier(fields: Fields, name: str) -> str | None:
    text = fields.text(name)
    if text is None:
        return None
    if not is_identifier(text):
        fields.bad("case.bad-value", name, f"{text!r} is not a name of Python.")
    elif text.startswith("__"):
        fields.bad("case.bad-value", name, f"`{text}` is not called by name.")
    return text


def _read_cases(root: Fields, target: Target) -> tuple[UnitCase, ...]:
    values = root.items("cases")
    if not values:
        hint = "A case calls the function once."
        if root.values.get("cases") is None:
            root.missing("cases", hint)
        elif root.values["cases"] == []:
            root.bad("case.bad-value", "cases", "`cases` must not be empty.", hint)
    keys = root.at("cases")
    ids: dict[str, int] = {}
    found = []
    for index, value in enumerate(values):
        fields = Fields(value, (*keys, index), root.findings, _CASE_FIELDS, _CASE_OLDER)
        case = _read_case(fields, target)
        if case.id and ids.setdefault(case.id, index) != index:
            message = f"The id `{case.id}` is that of cases[{ids[case.id]}] too."
            fields.bad("case.duplicate-id", "id", message, "Rename one of the two.")
        found.append(case)
    return tuple(found)


def _read_case(fields: Fields, target: Target) -> UnitCase:
    mocks = read_mocks(fields)
    for index, mock in enumerate(mocks):
        if f"{target.name}.".startswith(f"{mock.target}."):
            message = f"`{mock.target}` is the code under test, or holds it."
            hint = "Replace what it uses instead."
            keys = (*fields.at("mocks"), index)
            fields.findings.add("case.bad-value", keys, message, hint)
    init = NO_ARGUMENTS
    if fields.values.get("init") is not None:
        init = read_arguments(fields.values["init"], fields.at("init"), fields.findings)
        if target.class_name is None or target.function is None:
            message = "`init` holds the arguments of a class whose method is called."
            fields.bad("case.conflicting-fields", "init", message, "Remove `init`.")
    inputs = NO_ARGUMENTS
    if fields.values.get("inputs") is not None:
        inputs = read_arguments(fields.values["inputs"], fields.at("inputs"), fields.findings)
    has_instance = target.class_name is not None and target.function is not None
    return UnitCase(
        id=fields.required_text("id"),
        description=fields.text("description") or "",
        mocks=mocks,
        inputs=inputs,
        init=init,
        checks=read_checks(fields, mocks, has_instance=has_instance),
        skip=fields.reason("skip"),
    )
