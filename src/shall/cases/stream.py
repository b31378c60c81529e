"""Reads ``stream``: when a step stops reading a stream of events."""

from collections.abc import Callable
from typing import Any

from shall.cases.event_checks import is_event_check
from shall.cases.expect import read_expect
from shall.cases.fields import Fields
from shall.cases.model import Check, Stream
from shall.cases.polling import read_time, written_time

MAX_EVENTS = 1_000_000
"""The most events that a step may ask for."""

_OPTIONS = frozenset({"until", "count", "within"})


def read_stream_field(fields: Fields) -> Stream | None:
    """Read ``stream`` of a step; a step with an older check of events reads a stream too."""
    value = fields.values.get("stream")
    if value is None:
        listed = fields.values.get("assert")
        is_older = isinstance(listed, list) and any(map(is_event_check, listed))
        return Stream() if is_older else None
    if fields.values.get("until") is not None:
        message = "A step that reads a stream does not repeat its request."
        fields.bad("case.conflicting-fields", "until", message, "Write `stream: {until: ...}`.")
    if value is True:
        return Stream()
    if type(value) is not dict:
        hint = "Write when reading ends, such as `stream: {count: 3, within: 5 s}`."
        fields.bad_type("stream", "true or a mapping", hint)
        return None
    return _read(Fields(value, fields.at("stream"), fields.findings, _OPTIONS, {}))


def _read(fields: Fields) -> Stream:
    values, within_s = fields.values, None
    if values.get("within") is not None:
        within_s = read_time(values["within"], fields.at("within"), fields.findings)
    return Stream(_read_until(fields), _read_count(fields), within_s)


def _read_count(fields: Fields) -> int:
    count = fields.values.get("count")
    if count is None:
        return 0
    if type(count) is not int or not 1 <= count <= MAX_EVENTS:
        message = f"`count` must be from 1 to {MAX_EVENTS}, not {count!r:.60}."
        fields.bad("case.bad-value", "count", message)
        return 0
    return count


def _read_until(fields: Fields) -> tuple[Check, ...]:
    if "until" not in fields.values:
        return ()
    checks = read_expect(fields.values["until"], fields.at("until"), fields.findings)
    if not all(_is_about_event(check) for check in checks):
        message = "A condition of an event is about its `event`, `data` and `id`."
        fields.bad("case.bad-value", "until", message, "Write a path such as `$.data.state`.")
    return checks


def _is_about_event(check: Check) -> bool:
    return check.field is not None or (check.selector or "").startswith("$")


def written_stream(stream: Stream, conditions: Callable[[tuple[Check, ...]], Any]) -> Any:
    """Return a stream as it is written."""
    data: dict[str, Any] = {}
    if stream.until:
        data["until"] = conditions(stream.until)
    if stream.count:
        data["count"] = stream.count
    if stream.within_s is not None:
        data["within"] = written_time(stream.within_s)
    return data or True
