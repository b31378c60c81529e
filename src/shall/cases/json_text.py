"""Reads JSON documents of other tools, within limits."""

import json
from typing import Any

from shall.cases.bounds import MAX_DEPTH
from shall.cases.nesting import first_excess
from shall.diagnostics import Diagnostic, Severity
from shall.errors import InvalidCase
from shall.span import Span


def load_object(text: str, file: str) -> dict[str, Any]:
    """Read one JSON object.

    Raises:
        InvalidCase: The text is not JSON, deeper than the limit, or no object.
    """
    excess = first_excess(text, MAX_DEPTH)
    if excess is not None:
        message = f"The file is more than {MAX_DEPTH} levels deep."
        raise _refused("yaml.too-large", message, Span(file, *excess))
    try:
        value = json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        span = Span(file, error.lineno, error.colno)
        raise _refused("yaml.syntax", "The file is not JSON.", span) from None
    except (ValueError, RecursionError):  # a number of too many digits
        raise _refused("yaml.syntax", "The file is not JSON.", Span(file, 1)) from None
    if not isinstance(value, dict):
        raise _refused("case.bad-type", "The file contains no JSON object.", Span(file, 1))
    return value


def _refused(code: str, message: str, span: Span) -> InvalidCase:
    return InvalidCase([Diagnostic(code, Severity.ERROR, message, span)])


def objects(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a list; a value of another form holds none."""
    return [it for it in value if isinstance(it, dict)] if isinstance(value, list) else []


def text_of(value: Any) -> str:
    """Return a value as text; null is empty."""
    return value if isinstance(value, str) else "" if value is None else json.dumps(value)
