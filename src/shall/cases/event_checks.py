"""Reads the older checks of events, such as ``sse_event_count``, as checks of ``$.events``."""

from collections.abc import Callable, Mapping
from typing import Any

from shall.cases.aliases import CHECK_KEYS
from shall.cases.expect import read_expect
from shall.cases.fields import Fields, Findings, Keys
from shall.cases.model import Check

_FIELDS = frozenset(
    {"type", "field", "expected", "min", "max", "event_type", "index", "data_contains"}
)

_COMPARED = {
    "sse_contains": ("expected", "data_contains"),
    "sse_event_field": ("expected",),
    "sse_last_event": ("event_type", "data_contains", "expected"),
}
"""Without one of these a check would look at nothing."""

_NOTHING_COMPARED = "Write what the event must have."


def is_event_check(value: Any) -> bool:
    """Return whether an item of ``assert`` is about events."""
    kind = value.get("type") if isinstance(value, dict) else None
    return type(kind) is str and kind in _READ


def read_event_check(value: Any, keys: Keys, findings: Findings) -> tuple[Check, ...]:
    """Read an older check of events."""
    fields = Fields(value, keys, findings, _FIELDS, CHECK_KEYS)
    values = {name: it for name, it in fields.values.items() if it is not None}
    if type(values.get("index", 0)) is not int:
        fields.bad_type("index", "a number")
        return ()
    compared = _COMPARED.get(value["type"], ())
    if "field" in values and value["type"] == "sse_last_event":
        compared = ("expected",)
    if compared and not any(name in fields.values for name in compared):
        fields.missing(compared[0], _NOTHING_COMPARED)
        return ()
    return read_expect(_READ[value["type"]](values), keys, findings)


def _count(values: Mapping[str, Any]) -> dict[str, Any]:
    bounds = {"at_least": values.get("min"), "at_most": values.get("max")}
    given = {name: it for name, it in bounds.items() if it is not None}
    name = values.get("event_type")
    selector = "events" if name is None else f"event {name}"
    return {selector: {"length": given or values.get("expected", {"at_least": 1})}}


def _contains(values: Mapping[str, Any]) -> dict[str, Any]:
    return {"body": {"contains": values.get("expected", values.get("data_contains"))}}


def _exists(values: Mapping[str, Any]) -> dict[str, Any]:
    name = values.get("event_type", values.get("expected"))
    return {"events": {"any": _held(values, name)}}


def _field(values: Mapping[str, Any]) -> dict[str, Any]:
    at = f"$.events[{values.get('index', 0)}]"
    field = str(values.get("field", "data")).removeprefix("$.")
    is_whole = field.partition(".")[0].partition("[")[0] in ("event", "id", "data")
    return {f"{at}.{field}" if is_whole else f"{at}.data.{field}": values.get("expected")}


def _last(values: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "field" in values:
        found |= _field({**values, "index": -1})
    elif "expected" in values:
        found["$.events[-1].data"] = {"contains": values["expected"]}
    held = _held(values, values.get("event_type"))
    return found | ({"$.events[-1]": held} if held else {})


def _held(values: Mapping[str, Any], name: Any) -> dict[str, Any]:
    held = {} if name is None else {"event": name}
    if "data_contains" in values:
        held["data"] = {"contains": values["data_contains"]}
    return held


_READ: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "sse_event_count": _count,
    "sse_contains": _contains,
    "sse_event_exists": _exists,
    "sse_event_field": _field,
    "sse_last_event": _last,
}
