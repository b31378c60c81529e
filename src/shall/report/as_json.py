"""A run as JSON text: the form that ``results.encoding`` reads back."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec
from msgspec.structs import replace

from shall.late_pattern import late_pattern
from shall.report.curl import curl_of
from shall.report.wording import BAD
from shall.results.encoding import encode_ordinary, result_to_json
from shall.results.records import CaseResult, RunResult, is_bad

_SURROGATE = late_pattern("[\ud800-\udfff]")


_NO_CASES = '\n  "cases": []'
"""What stands for the cases in the JSON of a run without any; texts have no line feeds."""


def json_parts(run: RunResult) -> Iterator[str]:
    """Yield a run as indented JSON with its format version, a case at a time.

    Keys are in a fixed order. Characters beyond ASCII are kept readable; half surrogate pairs,
    which no encoder takes, are written as JSON escapes. Numbers that JSON does not have are written
    as text: ``inf``. Each step that did not pass has its request as a ``curl`` command.
    """
    before, empty, after = _indented(result_to_json(replace(run, cases=()))).partition(_NO_CASES)
    yield before + empty[:-1]
    separator = "\n    "
    for case in run.cases:
        yield separator + _indented_case(case).replace("\n", "\n    ")
        separator = ",\n    "
    yield ("\n  ]" if run.cases else "]") + after + "\n"


def _indented_case(case: CaseResult) -> str:
    encoded = None if is_bad(case) else encode_ordinary(case)
    if encoded is None:
        return _indented(_data(case))
    return msgspec.json.format(encoded, indent=2).decode()


def _indented(data: dict[str, Any]) -> str:
    try:
        return msgspec.json.format(msgspec.json.encode(data), indent=2).decode()
    except UnicodeEncodeError:  # half a surrogate pair
        return _without_halves(json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False))


def _without_halves(text: str) -> str:
    return _SURROGATE.sub(lambda half: f"\\u{ord(half.group()):04x}", text)


def compact_parts(
    run: RunResult, cases: Iterable[CaseResult], mask: Callable[[Any], Any]
) -> Iterator[str]:
    """Yield a run and then each of its cases, as parts of the same JSON without indentation.

    ``mask`` returns a JSON value without its secrets.
    """
    data = mask(result_to_json(replace(run, cases=())))
    del data["cases"]
    yield json.dumps(data, ensure_ascii=False, allow_nan=False)[:-1] + ', "cases": ['
    separator = "\n"
    for case in cases:
        text = json.dumps(mask(_data(case)), ensure_ascii=False, allow_nan=False)
        yield separator + _without_halves(text)
        separator = ",\n"
    yield "\n]}\n"


def _data(case: CaseResult) -> dict[str, Any]:
    data = result_to_json(case)
    del data["format"]  # the run has one
    _add_commands(case, data)
    return data


def _add_commands(case: CaseResult, written: dict[str, Any]) -> None:
    pairs = zip(
        (*case.steps, *case.teardowns), (*written["steps"], *written["teardowns"]), strict=True
    )
    for step, data in pairs:
        if step.outcome in BAD and (command := curl_of(step)):
            data["curl"] = command
