"""A failure as a short Markdown text, to be passed to a coding assistant."""

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping

from shall.escaping import block, one_line
from shall.report.case_wording import (
    case_name,
    first_bad_path,
    place_of,
    request_line,
    response_lines,
    shown_steps,
    step_title,
)
from shall.report.curl import curl_of
from shall.report.markdown import plain
from shall.report.values import check_message, check_title, has_expected, value_pair
from shall.report.wording import BAD, Places, label, message_text
from shall.results.records import CaseResult, CheckResult, StepResult, is_bad

MOST_BYTES = 2_000
"""The length of the text in UTF-8 at most."""

_MOST_CRITERIA = 3
_MOST_CHECKS = 5
_NAME_LENGTH = 120
_TEXT_LENGTH = 240
_COMMAND_LENGTH = 480
_CUT = "\n\n…"


def assistant_text(
    case: CaseResult, texts: Mapping[str, str], language: str, places: Places | None = None
) -> str:
    """Return what one needs to look for the cause: place, criterion, request, expected, actual.

    ``texts`` are those of criteria, by their key. Secrets are masked, as they are in the result.
    The text has at most ``MOST_BYTES``: what does not fit is left out, the last first. It is empty
    where the case passed.
    """
    if not is_bad(case):
        return ""
    pieces = [*_head(case, language, places or {}), *_criteria(case, texts, language)]
    if case.error is not None:
        pieces.append(f"\n\n{_text(message_text(case.error, language))}")
    for kind, step in shown_steps(case):
        if step.outcome in BAD:
            pieces += _step(step_title(kind, step, language), step, language)
    command = f"shall run {shlex.quote(one_line(case.case_key))}"
    again = label("assistant.again", language, command=_code(command, _COMMAND_LENGTH))
    return _bounded(pieces, f"\n\n{again}\n")


def _head(case: CaseResult, language: str, places: Places) -> Iterator[str]:
    place = place_of(places, case.case_key, first_bad_path(case))
    name = _text(case_name(case), _NAME_LENGTH)
    yield f"## {label('assistant.title', language, case=name)}\n"
    yield f"\n- {label('assistant.place', language)} {_code(str(place or case.case_key))}"
    yield f"\n- {label('run', language)} {_code(case.run_id)}"
    if case.environment:
        yield f"\n- {label('environment', language)} {_code(case.environment)}"


def _criteria(case: CaseResult, texts: Mapping[str, str], language: str) -> Iterator[str]:
    for criterion in case.criteria[:_MOST_CRITERIA]:
        text = texts.get(criterion.key, "")
        yield f"\n- {label('criterion', language)} {_code(criterion.key)} {_text(text)}".rstrip()


def _step(title: str, step: StepResult, language: str) -> Iterator[str]:
    sent = request_line(step, language)
    yield f"\n\n{_text(title)} {_code(sent) if sent else ''}".rstrip() + "\n"
    if step.error is not None:
        yield f"\n- {_text(message_text(step.error, language))}"
    bad = [check for check in step.checks if check.outcome in BAD]
    for check in bad[:_MOST_CHECKS]:
        yield f"\n- {_check(check, language)}"
    if len(bad) > _MOST_CHECKS:
        yield f"\n- {label('outage.more', language, count=len(bad) - _MOST_CHECKS)}"
    if command := curl_of(step):
        yield f"\n\n{_fenced(_short(command, _COMMAND_LENGTH), 'sh')}"
    if lines := response_lines(step):
        yield f"\n\n{_fenced(block(chr(10).join(map(_short, lines))), 'text')}"


def _check(check: CheckResult, language: str) -> str:
    expected, actual = value_pair(check, language, _NAME_LENGTH)
    parts = [_code(check_title(check, language))]
    if message := check_message(check, language):
        parts.append(_text(message))
    if has_expected(check):
        parts.append(f"{label('expected', language)} {_code(expected)}")
    parts.append(f"{label('actual', language)} {_code(actual)}")
    return label("separator", language).join(parts)


def _code(text: str, length: int = _NAME_LENGTH) -> str:
    """Return a text as code in one line: nothing in it is markup."""
    text = _short(text, length)
    room = " " if "`" in text else ""
    marks = "`" * (_longest_fence(text) + 1)
    return f"{marks}{room}{text}{room}{marks}"


def _fenced(text: str, kind: str) -> str:
    fence = "`" * max(3, _longest_fence(text) + 1)
    return f"{fence}{kind}\n{text}\n{fence}"


def _longest_fence(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)


def _text(text: str, length: int = _TEXT_LENGTH) -> str:
    return plain(_short(text, length))


def _short(text: str, length: int = _TEXT_LENGTH) -> str:
    shown = one_line(text[: length + 1])
    return shown if len(shown) <= length else f"{shown[:length]}…"


def _bounded(pieces: Iterable[str], ending: str) -> str:
    """Join the pieces that there is room for."""
    room = MOST_BYTES - len(f"{_CUT}{ending}".encode())
    written: list[str] = []
    used = 0
    for piece in pieces:
        used += len(piece.encode())
        if used > room:
            return f"{''.join(written)}{_CUT}{ending}"
        written.append(piece)
    return f"{''.join(written)}{ending}"
