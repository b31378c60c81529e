"""Results as JSON, and back.

Times are ISO 8601 in UTC with ``Z``. The form has a version: ``format``. A reader refuses a
higher one, and ignores keys it does not know. Numbers that JSON does not have are written as
text (``inf``), lone surrogates as escapes.
"""

import math
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar, cast

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from shall import late_json
from shall.errors import BadValue
from shall.results.records import FORMAT, PASSED, CaseResult, CheckResult, RunResult, is_bad

_Data = TypeVar("_Data")

_encode = msgspec.json.Encoder(enc_hook=str).encode
_VERSION = b',"format":%d}' % FORMAT


@cache
def _case_decoder() -> msgspec.json.Decoder[CaseResult]:
    """Return the decoder of cases, which a run in one process does not need."""
    return msgspec.json.Decoder(CaseResult)


def encode_case(case: CaseResult) -> bytes:
    """Return a case's result as one line of JSON."""
    encoded = encode_ordinary(case)
    if encoded is not None:
        return encoded[:-1] + _VERSION
    return late_json.dumps(result_to_json(case), separators=(",", ":")).encode("ascii")


def encode_ordinary(case: CaseResult) -> bytes | None:
    """Return a case's result as JSON without the version; None where it holds what JSON has not."""
    for step in (*case.steps, *case.teardowns):
        for check in step.checks:
            actual, expected = check.actual, check.expected
            if (
                type(actual) in _MAYBE_ODD
                or (expected is not actual and type(expected) in _MAYBE_ODD)
                or check.message is not None
                or check.differences
            ) and any(map(_is_odd, _values(check))):
                return None
    try:
        return _encode(case)
    except UnicodeEncodeError:  # a lone surrogate, which UTF-8 cannot say
        return None


def figures_of(case: CaseResult, encoded: bytes) -> bytes:
    """Return what ``encode_case`` wrote without the steps, where those of the case need no reader.

    The whole where the case did not pass, was tried again or has teardowns. To skip the steps in
    the whole would take as long as to read the rest.
    """
    if case.outcome is not PASSED or case.teardowns or is_bad(case) or case.retries:
        return encoded
    # Neither is within a text, where quotes are escaped; after the last there are only texts.
    start = encoded.index(_STEPS)
    return encoded[:start] + encoded[encoded.rindex(_TEARDOWNS) + 1 :]


_STEPS, _TEARDOWNS = b',"steps":[', b'],"teardowns":[]'


def decode_case(data: bytes | str) -> CaseResult:
    """Read what ``encode_case`` wrote. Raises ``BadValue`` for a newer format or a wrong shape."""
    try:
        if type(data) is bytes and data.endswith(_VERSION):  # as it is written today
            return _case_decoder().decode(data)
        head = msgspec.json.decode(data, type=_Versioned)
        if head.format <= FORMAT:
            return _case_decoder().decode(data)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        pass
    try:  # text with lone surrogates, or a fault to be reported
        read = late_json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadValue(f"The result is not JSON: {error}.") from None
    return case_from_json(read)


def result_to_json(result: RunResult | CaseResult) -> dict[str, Any]:
    """Return a result as JSON data."""
    data = cast("dict[str, Any]", finite(msgspec.to_builtins(result, enc_hook=str)))
    data["format"] = FORMAT
    return data


def case_from_json(data: Mapping[str, Any]) -> CaseResult:
    """Read a case's result. Raises ``BadValue`` for a newer format or a wrong shape."""
    return _read(CaseResult, data)


def run_from_json(data: Mapping[str, Any]) -> RunResult:
    """Read a run's result. Raises ``BadValue`` for a newer format or a wrong shape."""
    run = _read(RunResult, data)
    return replace(run, cases=tuple(run.cases))


class _Versioned(Struct):
    format: int = FORMAT


def _read(kind: type[_Data], data: Any) -> _Data:
    written = data.get("format", FORMAT) if isinstance(data, Mapping) else FORMAT
    if not isinstance(written, int) or written > FORMAT:
        raise BadValue(
            f"The result has format {written!r}, this release reads up to {FORMAT}.",
            hint="Use a newer release of shall.",
        )
    try:
        return msgspec.convert(data, kind)
    except (msgspec.ValidationError, RecursionError) as error:
        raise BadValue(f"The result has an unknown shape: {error}.") from None


def _values(check: CheckResult) -> list[Any]:
    """Return the values that came from a service and may hold what JSON does not have."""
    found = [check.actual, check.expected]
    if check.message is not None:
        found.extend(check.message.params.values())
    for it in check.differences or ():
        found += (it.expected, it.actual)
    return found


_MAYBE_ODD = frozenset({float, dict, list})


def _is_odd(value: Any) -> bool:
    kind = type(value)
    if kind is float:
        return not math.isfinite(value)
    if kind is dict or kind is list:  # a false alarm costs some time only
        text = repr(value)
        return "inf" in text or "nan" in text
    return False


def finite(value: Any) -> Any:
    """Return JSON data with each number that JSON does not have as text."""
    kind = type(value)
    if kind is float:
        return value if math.isfinite(value) else str(value)
    if kind is dict:
        return {key: finite(item) for key, item in value.items()}
    if kind is list or kind is tuple:
        return [finite(item) for item in value]
    return value
