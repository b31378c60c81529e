"""Reads a test case: text or data in, a ``Case`` or every problem at once out."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from shall.cases.forms import METHODS
from shall.cases.model import Case
from shall.cases.path import parse_path
from shall.cases.plain_case import plain_case
from shall.cases.plain_yaml import read_plain
from shall.cases.root import ROOT, has_own_form
from shall.errors import BadValue, InvalidCase
from shall.late_pattern import late_pattern

if TYPE_CHECKING:
    from shall.cases.fields import Finding, Findings
    from shall.cases.locations import Locator
    from shall.diagnostics import Diagnostic
    from shall.span import Span

_ROOT = late_pattern(r"""(?m)^(?:\ufeff)?["']?(testcase|unittest)["']?[ \t]*:(?=\s|$)""")
_JSON_ROOT = late_pattern(r"""\s*\{\s*["']?(testcase|unittest)["']?\s*:""")


class Reading(Struct, frozen=True):
    """A case, and what was noted about how it is written."""

    case: Case
    notes: "tuple[Diagnostic, ...]" = ()


def load_yaml(text: str, file: str, *, keys_as_written: bool = False) -> Any:
    """Read one YAML document as JSON data.

    The parsers are imported with the first document that is not plain (``plain_yaml``).
    ``keys_as_written``: a key such as ``200`` is text, not an error.

    Raises:
        InvalidCase: It is not YAML, not JSON data, or larger or deeper than the limits.
    """
    value = read_plain(text)
    if value is not None:
        return value or None  # YAML reads nothing but comments as null
    from shall.cases import yaml_text

    return yaml_text.load_yaml(text, file, keys_as_written=keys_as_written)


def locate(text: str, file: str, path: str, *, at_key: bool = False) -> "Span":
    """Return the span of the value, or key, at ``steps[0].assert[1]`` of a case.

    A path that is not there has the span of the nearest value above it; a text that is no
    YAML gives line 1. Older spellings in the text are found under today's names.
    """
    return locator(text, file, at_key=at_key)(path)


def locator(text: str, file: str, *, at_key: bool = False) -> "Callable[[str], Span]":
    """Return what ``locate`` does, for several paths: the text is parsed once, when it is asked."""
    made: list[Any] = []

    def span(path: str) -> "Span":
        if not made:
            from shall.cases.locations import Locator  # it imports PyYAML

            made.append(Locator(text, file))
        try:
            keys = parse_path(path) if path else ()
        except BadValue:
            keys = ()
        found: Span = made[0].span(keys, at_key)
        return found

    return span


def root_of(text: str) -> str | None:
    """Return ``testcase`` or ``unittest`` by a glance at the text; None for any other file.

    A case with its fields at the top level has the root ``testcase``, too.
    """
    if text.startswith("testcase:\n") or _begins_plainly(text):
        return ROOT
    found = _JSON_ROOT.match(text) if text.lstrip().startswith("{") else None
    found = found or _ROOT.search(text)
    if found is None:
        return ROOT if has_own_form(text) else None
    return found[1]


def is_wrapped(text: str) -> bool:
    """Return whether a text that is a case has the older root ``testcase:``."""
    return (_ROOT.search(text) or _JSON_ROOT.match(text)) is not None


def _begins_plainly(text: str) -> bool:
    """Return whether the first step is a request of the usual form, as in most cases."""
    begin = text.find("\nsteps:\n")
    return begin >= 0 and text[begin + 8 : begin + 40].lstrip(" ").startswith(_FIRST_STEPS)


_FIRST_STEPS = tuple(f"- {method}: " for method in METHODS)


def read_case(text: str, file: str) -> Case:
    """Read the text of a case file.

    Raises:
        InvalidCase: With every problem, each at its line and column.
    """
    case, _ = _read_text(text, file)
    return case


def read_data(data: Mapping[str, Any]) -> Case:
    """Read a case that came as JSON data, with or without its ``testcase`` root.

    Raises:
        InvalidCase: With every problem. Each has a ``field``, and no place in a file.
    """
    return examine_data(data).case


def examine_text(text: str, file: str) -> Reading:
    """Read like ``read_case``, and return notes too."""
    case, findings = _read_text(text, file)
    return Reading(case, _notes(findings, _spans_in(text, file)) if findings else ())


def _read_text(text: str, file: str) -> "tuple[Case, Findings | None]":
    """Return a case, and what was found while it was read; None: it is plain, so nothing."""
    data = load_yaml(text, file)
    plain = plain_case(data)
    if plain is not None:
        return plain, None
    from shall.cases.full_case import read_full  # most suites hold plain cases alone

    case, findings = read_full(data)
    if findings.problems or case is None:
        raise _invalid(findings, _spans_in(text, file))
    return case, findings


def examine_data(data: Mapping[str, Any]) -> Reading:
    """Read like ``read_data``, and return notes too."""
    from shall.cases.full_case import read_full_data  # as above

    case, findings = read_full_data(data)
    if findings.problems or case is None:
        raise _invalid(findings, lambda _: None)
    return Reading(case, _notes(findings, lambda _: None))


def _spans_in(text: str, file: str) -> "Callable[[Finding], Span]":
    """Return what finds the places of findings; the text is parsed for the first one."""
    made: list[Locator] = []

    def span_of(finding: "Finding") -> "Span":
        if not made:
            from shall.cases.locations import Locator

            made.append(Locator(text, file))
        return made[0].span(finding.keys, finding.at_key)

    return span_of


def _invalid(findings: "Findings", span_of: "Callable[[Finding], Span | None]") -> InvalidCase:
    from shall.cases.full_case import diagnostics_of  # as above

    return InvalidCase(diagnostics_of(findings.problems, findings.more_problems, span_of))


def _notes(
    findings: "Findings", span_of: "Callable[[Finding], Span | None]"
) -> "tuple[Diagnostic, ...]":
    from shall.cases.full_case import diagnostics_of  # as above

    return tuple(diagnostics_of(findings.notes, findings.more_notes, span_of))
