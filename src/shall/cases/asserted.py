"""What a case asserts and requests, as far as it is written in it."""

import json
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from shall.cases.forms import is_template
from shall.cases.model import AwaitedMessages, Case


class CaseAssertions(Struct, frozen=True):
    """The statuses, values, fields, headers and addresses that a case contains.

    ``is_open``: a check compares with an expression, whose value is known only when it runs.
    """

    statuses: frozenset[str]
    words: tuple[str, ...]
    urls: tuple[str, ...]
    is_open: bool


def assertions_of(case: Case) -> CaseAssertions:
    """Return what the checks of the steps compare with, and what the steps request."""
    checks = [check for step in case.steps for check in step.checks]
    checks += [check for step in case.steps if step.until for check in step.until.checks]
    checks += [check for step in case.steps if step.stream for check in step.stream.until]
    awaited = [it for step in case.steps for it in step.messages if type(it) is AwaitedMessages]
    checks += [check for item in awaited for check in item.checks]
    statuses = {str(check.expected) for check in checks if check.kind == "status_code"}
    words: list[str] = []
    for check in checks:
        words += [name for name in (check.field, check.header) if name]
        words += _words(check.expected)
        words += _words(check.container)
    return CaseAssertions(
        frozenset(statuses),
        tuple(words),
        tuple(step.request.url for step in case.steps if step.sql is None),
        is_open=any(is_template(value) for check in checks for value in _values(check.expected)),
    )


def _words(value: Any) -> list[str]:
    return [it if isinstance(it, str) else json.dumps(it) for it in _values(value)]


def _values(value: Any) -> Iterator[Any]:
    """Yield the values and the keys in a value of JSON."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _values(item)
    elif isinstance(value, list):
        for item in value:
            yield from _values(item)
    elif value is not None:
        yield value
