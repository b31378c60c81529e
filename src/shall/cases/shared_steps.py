"""Reads files of shared steps, which cases name under ``use``."""

from shall.cases.fields import AT_TOP
from shall.cases.forms import FIELDS_OF_SHARED
from shall.cases.full_case import diagnostics_of, read_full
from shall.cases.locations import Locator
from shall.cases.model import Case
from shall.cases.reader import load_yaml
from shall.diagnostics import Diagnostic, Severity
from shall.errors import InvalidCase
from shall.span import Span

ROOT = "shared"
"""The older root of such a file."""


def read_shared(text: str, file: str) -> Case:
    """Read the text of a file of shared steps, in the older form below the root ``shared:``.

    Raises:
        InvalidCase: With every problem, each at its line and column.
    """
    data = load_yaml(text, file)
    fields = data
    if isinstance(data, dict):
        is_wrapped = ROOT in data
        fields = data[ROOT] if is_wrapped else data
        for name in data.keys() - {ROOT} if is_wrapped else data.keys() & {"testcase"}:
            message = f"Shared steps have no `{name:.60}`."
            if is_wrapped:
                message = f"`{name:.60}` cannot be combined with the older root `shared:`."
            place = Locator(text, file).span((AT_TOP, name), at_key=True)
            raise InvalidCase([_problem(message, place)])
    if isinstance(fields, dict):
        fields = {"name": file.rpartition("/")[2].partition(".")[0], **fields}
    case, findings = read_full({"testcase": fields})
    locator = Locator(text, file)
    problems = diagnostics_of(
        findings.problems, findings.more_problems, lambda it: locator.span(it.keys, it.at_key)
    )
    if isinstance(fields, dict) and not problems:
        problems = [
            _problem(f"Shared steps have no `{name:.60}`.", locator.span((name,), at_key=True))
            for name in fields
            if name not in FIELDS_OF_SHARED
        ]
    if problems or case is None:
        raise InvalidCase(problems)
    return case


def _problem(message: str, span: Span) -> Diagnostic:
    hint = f"They have {', '.join(FIELDS_OF_SHARED)}."
    return Diagnostic("case.unknown-field", Severity.ERROR, message, span, hint)
