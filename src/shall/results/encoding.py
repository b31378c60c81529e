"""Results and events as JSON data, and back.

Times are ISO 8601 in UTC with ``Z``. The form has a version: ``format``. A reader refuses a
higher one, and ignores keys it does not know.
"""

import dataclasses
import math
import typing
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache
from types import UnionType
from typing import Any, TypeVar

from shall.errors import BadValue
from shall.messages import Message
from shall.results.events import Event
from shall.results.records import FORMAT, CaseResult, RunResult

_Data = TypeVar("_Data")


def result_to_json(result: RunResult | CaseResult) -> dict[str, Any]:
    """Give a result as JSON data."""
    data = _to_json(result)
    data["format"] = FORMAT
    return typing.cast("dict[str, Any]", data)


def event_to_json(event: Event) -> dict[str, Any]:
    """Give an event as JSON data; ``event`` names its kind."""
    return {"event": type(event).__name__, "format": FORMAT, **_to_json(event)}


def case_from_json(data: Mapping[str, Any]) -> CaseResult:
    """Read a case's result. Raises ``BadValue`` for a newer format or a wrong shape."""
    return _read(CaseResult, data)


def run_from_json(data: Mapping[str, Any]) -> RunResult:
    """Read a run's result. Raises ``BadValue`` for a newer format or a wrong shape."""
    return _read(RunResult, data)


def _read(kind: type[_Data], data: Mapping[str, Any]) -> _Data:
    written = data.get("format", FORMAT)
    if not isinstance(written, int) or written > FORMAT:
        raise BadValue(
            f"The result has format {written!r}, this release reads up to {FORMAT}.",
            hint="Use a newer release of shall.",
        )
    try:
        return typing.cast("_Data", _from_json(kind, data))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BadValue(f"The result has a shape that is not known: {error!r}.") from None


def _to_json(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # JSON has no word for it; 1e999 in a body reads as infinite
    if isinstance(value, str | int | float | bool) or value is None:
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name: _to_json(getattr(value, name)) for name in _field_names(type(value))}
    if isinstance(value, dict):
        return {str(key): _to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_to_json(item) for item in value]
    return str(value)


@lru_cache(maxsize=32)
def _field_names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))


@lru_cache(maxsize=32)
def _field_types(kind: type) -> Mapping[str, Any]:
    hints = typing.get_type_hints(kind)
    return {name: hints[name] for name in _field_names(kind)}


def _from_json(kind: Any, value: Any) -> Any:
    if kind is Any or value is None:
        return value
    origin = typing.get_origin(kind)
    if origin in {typing.Union, UnionType}:
        return _from_json(next(it for it in typing.get_args(kind) if it is not type(None)), value)
    if origin is tuple:
        inner = typing.get_args(kind)
        kinds = [inner[0]] * len(value) if inner[-1] is Ellipsis else inner
        return tuple(_from_json(it, item) for it, item in zip(kinds, value, strict=True))
    if kind is datetime:
        return datetime.fromisoformat(value)
    if kind is Message:
        return Message(value["code"], dict(value["params"]))
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        types = _field_types(kind)
        return kind(
            **{name: _from_json(types[name], it) for name, it in value.items() if name in types}
        )
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    return value
