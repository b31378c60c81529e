"""Why a case did not pass, in few words: what the store and lists of cases hold of it."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from shall.messages import Message
from shall.results.records import CaseResult, Outcome, Position, StepResult, is_bad

_LONGEST_VALUE = 200
_DEEPEST = 4
_BAD = frozenset({Outcome.FAILED, Outcome.ERROR})


class Reason(Struct, frozen=True, omit_defaults=True):
    """Why a case did not pass: its error, or its first step and check that did not hold.

    ``path`` is the place in the case: ``steps[0].assert[1]``, ``teardowns[0]``; empty where it is
    the case itself. ``step`` is the id of the step; ``check`` and ``field`` are those of the check.
    Texts among the parameters of the message are cut.
    """

    message: Message | None = None
    path: str = ""
    step: str = ""
    check: str = ""
    field: str = ""
    position: Position | None = None

    @property
    def outage(self) -> tuple[str, str] | None:
        """Address and reason, where no service could be connected to."""
        params = self.message.params if self.message is not None else {}
        return (str(params["address"]), str(params["why"])) if "why" in params else None


def reason_of(case: CaseResult) -> Reason | None:
    """Return why a case did not pass; None where it did, or was skipped without a reason."""
    if case.error is not None:
        position = case.position if isinstance(case.position, Position) else None
        path = str(case.error.params.get("path", ""))
        return Reason(_cut_message(case.error), _cut(path), position=position)
    if not is_bad(case):
        return None
    for step in (*case.steps, *case.teardowns):
        if step.outcome in _BAD:
            return _reason_of_step(step)
    return Reason()


def reason_text(reason: Reason) -> str:
    """Return a reason as JSON."""
    return msgspec.json.encode(reason, enc_hook=str).decode()


def _reason_of_step(step: StepResult) -> Reason:
    check = next((it for it in step.checks if it.outcome in _BAD), None)
    if step.error is not None or check is None:
        message = None if step.error is None else _cut_message(step.error)
        return Reason(message, step.path, _cut(step.id), position=step.position or None)
    return Reason(
        None if check.message is None else _cut_message(check.message),
        check.path,
        _cut(step.id),
        check.kind,
        _cut(check.field or ""),
        check.position or step.position or None,
    )


def _cut_message(message: Message) -> Message:
    return replace(message, params={key: _cut(it) for key, it in message.params.items()})


def _cut(value: Any, depth: int = _DEEPEST) -> Any:
    """Return a value that is short, and that JSON can hold."""
    if isinstance(value, str):
        if not value.isascii():
            value = value.encode("utf-8", "backslashreplace").decode()
        return value if len(value) <= _LONGEST_VALUE else f"{value[:_LONGEST_VALUE]}…"
    if value is None or type(value) in (bool, int):
        return value
    if isinstance(value, Message) and depth:
        return {"code": value.code, "params": _cut_params(value.params, depth)}
    if isinstance(value, Mapping) and depth and {*value} == {"code", "params"}:
        return {"code": str(value["code"]), "params": _cut_params(value["params"], depth)}
    if type(value) is float:
        return value if msgspec.json.encode(value) != b"null" else str(value)
    return _cut(str(value))


def _cut_params(params: Any, depth: int) -> dict[str, Any]:
    return {str(key): _cut(it, depth - 1) for key, it in dict(params).items()}
