"""What is stored of the steps of a case, with every secret taken out.

What is secret is often known only when a case has ended: it is redacted then, and only what is
stored of it.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from msgspec import UNSET

from shall.engine.record import (
    KEPT_VALUE,
    Locate,
    StepRecord,
    content_type_of,
    ends_in_secret_name,
    names_secret,
)
from shall.engine.redact import Redactor, may_stay
from shall.results.records import PASSED, CheckResult, ExchangeRecord, StepResult


def step_results(
    records: Sequence[StepRecord],
    redactor: Redactor,
    *,
    whole: bool,
    locate: Locate | None = None,
) -> tuple[StepResult, ...]:
    """Return what is stored of the steps of a case, with every secret taken out.

    ``whole`` False: figures and checks, without headers and bodies. ``locate`` finds where a step
    or check is written; it is asked about what did not pass.
    """
    results = None if whole else _plain_results(records, redactor)
    if results is not None:
        return results
    from shall.engine.redacted_record import redacted_result  # most cases pass without a secret

    return tuple([redacted_result(record, redactor, locate, whole=whole) for record in records])


def _plain_results(
    records: Sequence[StepRecord], redactor: Redactor
) -> tuple[StepResult, ...] | None:
    """Return what is stored of steps that passed, where nothing of it has to be changed.

    All is searched for secrets at once: what holds one is looked at again, part by part.
    """
    texts: list[str] = []
    fields: list[str | None] = []
    results: list[StepResult] = []
    has_names = redactor.has_names
    for record in records:
        request, response = record.request, record.response
        if record.outcome is not PASSED or request is None or response is None:
            return None
        if record.attempts > 1 or record.renewal or response.redirects:
            return None
        if not may_stay(request.url):
            return None
        if record.are_at_once and not has_names:
            texts += [str(check.expected) for check in record.checks]
            fields += [check.field for check in record.checks]
        elif not _add_checks(record.checks, redactor, texts):
            return None
        content_type = content_type_of(response)
        texts += (request.url, content_type)
        exchange = ExchangeRecord(
            request.method,
            request.url,
            (),
            "",
            response.status or None,
            (),
            "",
            len(response.body),
            response.timings,
            UNSET,
            UNSET,
            content_type,
        )
        checks = tuple(record.checks)
        results.append(
            StepResult(record.id, record.path, PASSED, record.duration_s, checks, exchange)
        )
    is_short = max(map(len, texts), default=0) <= KEPT_VALUE
    is_plain = is_short and not _end_in_secret_names(tuple(fields)) and redactor.are_clean(texts)
    return tuple(results) if is_plain else None


def _add_checks(checks: Sequence[CheckResult], redactor: Redactor, texts: list[str]) -> bool:
    """Add the values of checks to those that are searched; return whether all may stay."""
    for check in checks:
        expected, actual, field = check.expected, check.actual, check.field
        if check.message is not None:
            return False
        if field is not None and names_secret(field, redactor):
            return False
        if not _add_plain(actual, texts):
            return False
        if expected is not actual and not _add_plain(expected, texts):
            return False
    return True


def _add_plain(value: Any, texts: list[str]) -> bool:
    """Add a value to those that are searched; return whether it is stored as it is."""
    kind = type(value)
    if kind is str:
        texts.append(value)
        return True
    if kind is int or kind is float:
        texts.append(str(value))
        return True
    return value is None or kind is bool


@lru_cache(maxsize=128)
def _end_in_secret_names(fields: tuple[str | None, ...]) -> bool:
    """Return whether any of the fields of a case, which other cases share, is called a secret."""
    return any(field is not None and ends_in_secret_name(field) for field in fields)
