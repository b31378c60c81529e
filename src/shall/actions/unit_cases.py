"""Reads unit case files, and the code of the workspace that they call, into jobs."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from shall.cases.fields import Findings
from shall.cases.model import Case
from shall.cases.reader import load_yaml
from shall.cases.unit.fingerprint import unit_fingerprint
from shall.cases.unit.model import Unit
from shall.cases.unit.reader import (
    UnitReading,
    diagnostics_in,
    examine_unit_data,
    examine_unit_text,
    spans_in,
)
from shall.cases.unit.script import Script, to_unit_script
from shall.cases.unit.target import UnitCode, find_code
from shall.diagnostics import Diagnostic
from shall.engine.job import Job
from shall.engine.unit import UnitRun, run_unit
from shall.errors import BadValue, InvalidInput, ShallError
from shall.messages import Message
from shall.results.records import Position
from shall.span import Span
from shall.specs.code_fingerprint import module_fingerprint
from shall.workspace.workspace import Workspace

_FOLDERS = ("", "src/")
"""Where the modules of a workspace lie; the child imports from there, in this order."""

_ENVIRONMENTS = (".venv", "venv")

_ABOUT_CODE = (("target",), ("fixtures",), ())
"""Where the fields are that name code: what is wrong there is reported first."""


class UnitFound(Struct, frozen=True):
    """A unit case file as read, with the code that it calls."""

    unit: Unit
    code: UnitCode
    script: Script
    fingerprint: str
    notes: tuple[Diagnostic, ...] = ()


def unit_job(workspace: Workspace, path: str, text: str, locate: Callable[[str], Position]) -> Job:
    """Read a unit case file into a job; one that cannot be run has the reason.

    Raises:
        InvalidInput: It has problems, or the code that it calls is not there.
    """
    found = read_unit_file(workspace, path, text)
    unit = found.unit
    case = Case(
        workspace.redactor.text(unit.name),
        (),
        tags=unit.tags,
        verifies=unit.verifies,
        secrets=unit.secrets,
    )
    options = workspace.unit
    if not options.is_allowed:
        return Job(path, None, error=Message("unit.not_allowed", {}))
    run = UnitRun(unit, found.script, found.code.modules, options, interpreter(workspace))
    return Job(
        path,
        case,
        fingerprint=found.fingerprint,
        locate=locate,
        run=lambda job, run_options, why: run_unit(run, job, run_options, why),
    )


def interpreter(workspace: Workspace) -> Path:
    """Return the interpreter of unit cases: named, of the workspace's environment, or set."""
    options = workspace.unit
    if options.named is not None:
        return options.named
    for name in _ENVIRONMENTS:
        python = workspace.root / name / "bin" / "python"
        if python.is_file():
            return python
    return options.python or Path("python3")


def read_unit_file(workspace: Workspace, path: str, text: str) -> UnitFound:
    """Read a unit case file and the code that it calls.

    Raises:
        InvalidCase: With every problem of the file, or of what it names.
    """
    found: list[UnitCode] = []

    def look(unit: Unit, findings: Findings) -> None:
        if not any(it.keys[:1] in _ABOUT_CODE for it in findings.problems):
            found.append(find_code(unit, _sources(workspace), findings))

    reading = examine_unit_text(text, path, look)
    return _found(reading, found[0])


def _found(reading: UnitReading, code: UnitCode) -> UnitFound:
    unit = reading.unit
    others = {path: module_fingerprint(text) for path, text in code.others.items()}
    fingerprint = unit_fingerprint(unit, module_fingerprint(code.text), others)
    return UnitFound(unit, code, to_unit_script(unit, code), fingerprint, reading.notes)


def examine_unit(workspace: Workspace, data: Mapping[str, Any] | str, path: str) -> UnitFound:
    """Read a unit case file that came as data or text; what it names need not be there yet.

    Raises:
        InvalidCase: The data has problems.
    """
    span_of: Callable[[Any], Span | None] = lambda _: None  # noqa: E731 - of what is not text
    if isinstance(data, str):
        held = load_yaml(data, path)
        if not isinstance(held, dict):
            raise BadValue("The unit test is text that contains no YAML or JSON object.")
        if "unittest" in held:
            reading, span_of = examine_unit_text(data, path), spans_in(data, path)
        else:
            reading = examine_unit_data(held)
    else:
        reading = examine_unit_data(data)
    findings = Findings()
    code = find_code(reading.unit, _sources(workspace), findings)
    found = _found(reading, code)
    missing = diagnostics_in(findings, span_of)
    return UnitFound(found.unit, code, found.script, found.fingerprint, (*found.notes, *missing))


def _sources(workspace: Workspace) -> Callable[[str], tuple[str, str] | None]:
    """Return what reads modules of the workspace by their dotted names, each once."""
    known: dict[str, tuple[str, str] | None] = {}

    def source(module: str) -> tuple[str, str] | None:
        if module not in known:
            known[module] = _module(workspace, module)
        return known[module]

    return source


def _module(workspace: Workspace, module: str) -> tuple[str, str] | None:
    if not module:
        return None
    path = module.replace(".", "/")
    for folder in _FOLDERS:
        for name in (f"{folder}{path}/__init__.py", f"{folder}{path}.py"):
            try:
                if workspace.files.is_file(name):
                    return name, workspace.files.read_text(name)
            except (InvalidInput, ShallError):
                return None
    return None
