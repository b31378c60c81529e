"""Writes the pytest file of a unit case file: plain Python that needs pytest and nothing of ours.

Values are written as literals, and every name was checked when the case was read, so no text of a
case becomes code. The same case gives the same file.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import UNSET, Struct

from shall.cases.unit.assertions import HELPERS, assertion_lines, dotted
from shall.cases.unit.literals import call_text, literal
from shall.cases.unit.model import (
    Arguments,
    CallKind,
    Fixture,
    FixtureKind,
    Mock,
    Raised,
    Unit,
    UnitCase,
)
from shall.cases.unit.target import UnitCode

_UNSAFE = re.compile(r"[^0-9a-z]+")
_INDENT = "    "
_LONGEST_NAME = 60


class Place(Struct, frozen=True, gc=False):
    """Lines of the script, from 1, and the part of the case that they are written for.

    ``shows`` is the local variable that holds the actual value.
    """

    first: int
    last: int
    path: str
    shows: str = ""


class Script(Struct, frozen=True, gc=False):
    """A pytest file: its text, the test of each case, and what its lines are written for."""

    text: str
    tests: tuple[str, ...]
    places: tuple[Place, ...]


def to_unit_script(unit: Unit, code: UnitCode) -> Script:
    """Return the pytest file that makes the calls of a unit case file."""
    writer = _Writer()
    tests = _test_names(unit.cases)
    body = _Writer()
    if unit.setup or unit.teardown:
        _write_fixtures(body, unit, code)
    for index, name in enumerate(tests):
        _write_test(body, unit, code, index, name)
    _write_head(writer, unit, body.text)
    shift = len(writer.lines)
    places = [Place(it.first + shift, it.last + shift, it.path, it.shows) for it in body.places]
    text = "\n".join([*writer.lines, *body.lines]).rstrip("\n") + "\n"
    return Script(text, tuple(tests), tuple(places))


class _Writer:
    """Lines, and what they are written for."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.places: list[Place] = []

    @property
    def text(self) -> str:
        """What was written so far."""
        return "\n".join(self.lines)

    def add(self, level: int, text: str, path: str = "", shows: str = "") -> None:
        """Write lines at a level of indentation."""
        first = len(self.lines) + 1
        self.lines += [f"{_INDENT * level}{line}" if line else "" for line in text.split("\n")]
        if path:
            self.places.append(Place(first, len(self.lines), path, shows))


def _test_names(cases: Sequence[UnitCase]) -> list[str]:
    found: list[str] = []
    for index, case in enumerate(cases, start=1):
        words = _UNSAFE.sub("_", case.id.lower()).strip("_")[:_LONGEST_NAME].strip("_")
        name = f"test_{words or index}"
        found.append(f"{name}_{index}" if name in found else name)
    return found


def _write_head(writer: _Writer, unit: Unit, body: str) -> None:
    writer.add(0, '"""Unit tests. Generated: change the case file, not this one."""\n')
    modules = [it for it in ("asyncio", "os", "re") if re.search(rf"\b{it}\.", body)]
    for name in modules:
        writer.add(0, f"import {name}")
    used = _used_helpers(body)
    if _is_used("resolve_name", body) or "error" in used:
        writer.add(0, "from pkgutil import resolve_name")
    if _is_used("patch", body):
        writer.add(0, "from unittest.mock import patch")
    has_imports = len(writer.lines) > 2
    if "pytest." in body:
        writer.add(0, "\nimport pytest" if has_imports else "import pytest")
        has_imports = True
    own = f"import {unit.target.module} as target"
    writer.add(0, f"\n{own}" if has_imports else own)
    for name in used:
        writer.add(0, f"\n\n{HELPERS[name]}")
    writer.add(0, "")


def _used_helpers(body: str) -> list[str]:
    found = {name for name in HELPERS if _is_used(name, body)}
    if "has" in found:
        found.add("at")
    return [name for name in HELPERS if name in found]


def _is_used(function: str, body: str) -> bool:
    return re.search(rf"(?<![\w.]){function}\(", body) is not None


def _write_fixtures(writer: _Writer, unit: Unit, code: UnitCode) -> None:
    writer.add(0, "\n@pytest.fixture(autouse=True)\ndef fixtures(monkeypatch):")
    level = 1
    for index, fixture in enumerate(unit.setup):
        path = f"fixtures.setup[{index}]"
        if fixture.kind is FixtureKind.ENV:
            name = literal(fixture.target)
            text = f"monkeypatch.setenv({name}, {literal(fixture.value)})"
            if fixture.value is None:
                text = f"monkeypatch.delenv({name}, raising=False)"
            writer.add(level, text, path)
        elif fixture.mock is not None:
            writer.add(level, f"with {_patch(fixture.mock, level)}:", path)
            level += 1
        else:
            writer.add(level, _fixture_call(fixture, code, level), path)
    if not unit.teardown:
        writer.add(level, "yield\n")
        return
    writer.add(level, "try:")
    writer.add(level + 1, "yield")
    writer.add(level, "finally:")
    for index, fixture in enumerate(unit.teardown):
        path = f"fixtures.teardown[{index}]"
        writer.add(level + 1, _fixture_call(fixture, code, level + 1), path)
    writer.add(0, "")


def _fixture_call(fixture: Fixture, code: UnitCode, level: int) -> str:
    function = f"resolve_name({literal(fixture.target)})"
    text = call_text(function, fixture.arguments, level)
    return f"asyncio.run({text})" if fixture.target in code.async_calls else text


def _write_test(writer: _Writer, unit: Unit, code: UnitCode, index: int, name: str) -> None:
    case, path = unit.cases[index], f"cases[{index}]"
    writer.add(0, "")
    reason = case.skip or unit.skip
    if reason is not None:
        writer.add(0, f"@pytest.mark.skip(reason={literal(reason)})")
    writer.add(0, f"def {name}():")
    if case.description:
        writer.add(1, literal(case.description))
    level = 1
    mocks = _mock_names(case.mocks)
    for number, mock in enumerate(case.mocks):
        bound = f" as {mocks[number]}" if mock.counts_calls else ""
        writer.add(level, f"with {_patch(mock, level)}{bound}:", f"{path}.mocks[{number}]")
        level += 1
    _write_call(writer, unit, code, case, path, level)
    for number, check in enumerate(case.checks):
        if check.kind is CallKind.RAISES and check.message is None:
            continue
        mock_name = mocks[check.mock] if check.mock is not None else ""
        for text, shows in assertion_lines(check, mock_name):
            writer.add(1, text, f"{path}.assert[{number}]", shows)
    writer.add(0, "")


def _write_call(
    writer: _Writer, unit: Unit, code: UnitCode, case: UnitCase, path: str, level: int
) -> None:
    owner = "target"
    if unit.target.class_name:
        owner = f"target.{unit.target.class_name}"
    needs_instance = bool(unit.target.class_name and unit.target.function) and not code.is_static
    if needs_instance:
        made = call_text(owner, case.init, level)
        writer.add(level, f"instance = {made}", f"{path}.init")
        owner = "instance"
    raising = [number for number, it in enumerate(case.checks) if it.kind is CallKind.RAISES]
    shows = ""
    call_path = f"{path}.inputs"
    if raising:
        check = case.checks[raising[0]]
        call_path = f"{path}.assert[{raising[0]}]"
        bound = " as raised" if check.message is not None else ""
        kind = dotted(check.exception or "")
        writer.add(level, f"with pytest.raises({kind}){bound}:", call_path)
        level += 1
    function = f"{owner}.{unit.target.function}" if unit.target.function else owner
    text = call_text(function, case.inputs, level)
    text = f"asyncio.run({text})" if code.is_async else text
    if not raising and any(_uses_result(it.kind, it.on_instance) for it in case.checks):
        text = f"result = {text}"
    writer.add(level, text, call_path, shows)


def _uses_result(kind: Any, on_instance: bool) -> bool:
    return not on_instance and (kind is CallKind.TYPE or not isinstance(kind, CallKind))


def _mock_names(mocks: Iterable[Mock]) -> list[str]:
    found: list[str] = []
    for index, mock in enumerate(mocks, start=1):
        name = f"mock_{mock.target.rpartition('.')[2]}"
        found.append(f"{name}_{index}" if name in found else name)
    return found


def _patch(mock: Mock, level: int) -> str:
    options: dict[str, str] = {}
    if mock.return_value is not UNSET:
        options["return_value"] = literal(mock.return_value, level)
    if isinstance(mock.side_effect, Raised):
        options["side_effect"] = _raised(mock.side_effect, level)
    elif mock.side_effect is not None:
        effects = (
            _raised(it, level) if isinstance(it, Raised) else literal(it, level)
            for it in mock.side_effect
        )
        options["side_effect"] = f"[{', '.join(effects)}]"
    arguments = [literal(mock.target)]
    if not mock.counts_calls:
        arguments.append(literal(mock.value, level))
    arguments += [f"{name}={text}" for name, text in options.items()]
    return f"patch({', '.join(arguments)})"


def _raised(raised: Raised, level: int) -> str:
    if "." not in raised.exception:
        return call_text(raised.exception, Arguments(raised.args), level)
    return call_text("error", Arguments((raised.exception, *raised.args)), level)
