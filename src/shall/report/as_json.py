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


def json_text(run: RunResult) -> str:
    """Return ``json_bytes`` as text that ends with a line feed."""
    return f"{json_bytes(run).decode()}\n"


def json_bytes(run: RunResult) -> bytes:
    """Write a run as indented JSON with its format version; keys are in a fixed order.

    Characters beyond ASCII are kept readable; half surrogate pairs, which no encoder takes, are
    written as JSON escapes. Numbers that JSON does not have are written as text: ``inf``. Each step
    that did not pass has its request as a ``curl`` command.
    """
    data = result_to_json(replace(run, cases=()))
    try:
        data["cases"] = list(map(_encoded, run.cases))
        return msgspec.json.format(msgspec.json.encode(data), indent=2)
    except UnicodeEncodeError:  # half a surrogate pair
        data["cases"] = list(map(_data, run.cases))
        written = json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False)
        text = _SURROGATE.sub(lambda half: f"\\u{ord(half.group()):04x}", written)
        return text.encode()


def json_parts(
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
        yield separator + _SURROGATE.sub(lambda half: f"\\u{ord(half.group()):04x}", text)
        separator = ",\n"
    yield "\n]}\n"


def _encoded(case: CaseResult) -> msgspec.Raw:
    """Return a case as JSON, which takes a fifth of the memory of its data."""
    encoded = None if is_bad(case) else encode_ordinary(case)
    return msgspec.Raw(encoded or msgspec.json.encode(_data(case)))


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
