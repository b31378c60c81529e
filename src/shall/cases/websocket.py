"""Reads ``messages``: what a step sends over a WebSocket, and what it waits for."""

import base64
import binascii
from collections.abc import Callable
from typing import Any

from shall.cases.expect import read_expect
from shall.cases.fields import Fields
from shall.cases.forms import WEBSOCKET, is_template
from shall.cases.model import AwaitedMessages, Check, SentMessage
from shall.cases.polling import read_time, written_time

MAX_MESSAGES = 100_000
"""The most messages that a step reads."""

_ACTIONS = ("send", "send_base64", "expect", "until", "receive")
_FIELDS = frozenset({*_ACTIONS, "within"})

Messages = tuple[SentMessage | AwaitedMessages, ...]


def read_messages(fields: Fields, method: str) -> Messages:
    """Read ``messages`` of a step."""
    if method != WEBSOCKET:
        if fields.values.get("messages") is not None:
            hint = "Write `WS: /path`."
            fields.bad(
                "case.conflicting-fields", "messages", "Only a WebSocket has messages.", hint
            )
        return ()
    for name in ("until", "stream"):
        if fields.values.get(name) is not None:
            message = f"A step with a WebSocket takes no `{name}`."
            hint = "Write what it waits for as an item of `messages`."
            fields.bad("case.conflicting-fields", name, message, hint)
    read = [
        _read_item(Fields(item, (*fields.at("messages"), at), fields.findings, _FIELDS, {}))
        for at, item in enumerate(fields.items("messages"))
    ]
    return tuple(item for item in read if item is not None)


def _read_item(fields: Fields) -> SentMessage | AwaitedMessages | None:
    given = [name for name in _ACTIONS if name in fields.values]
    if len(given) > 1:
        message = f"An item of `messages` has one of `{given[0]}` and `{given[1]}`."
        fields.bad("case.conflicting-fields", given[1], message, "Write two items.")
        return None
    name = given[0] if given else "within"
    if name in ("send", "send_base64"):
        return _read_sent(fields, name)
    if not fields.values:
        names = ", ".join(f"`{name}`" for name in _ACTIONS)
        fields.missing("send", f"Write one of {names}.")
        return None
    within_s = None
    if "within" in fields.values:
        within_s = read_time(fields.values["within"], fields.at("within"), fields.findings)
    if name == "receive":
        return AwaitedMessages(count=_read_count(fields), within_s=within_s)
    if name == "within":
        return AwaitedMessages(within_s=within_s)
    checks = read_expect(fields.values[name], fields.at(name), fields.findings)
    if any(map(_is_of_response, checks)):
        message = "A condition of a message is about the message."
        hint = "Write `$.field` of a JSON message, or `message` for all of it."
        fields.bad("case.bad-value", name, message, hint)
    return AwaitedMessages(checks, is_next=name == "expect", within_s=within_s)


def _read_sent(fields: Fields, name: str) -> SentMessage:
    value = fields.values[name]
    if "within" in fields.values:
        message = f"`within` cannot be combined with `{name}`."
        fields.bad("case.conflicting-fields", "within", message, "Write it in the item that waits.")
    if value is None:
        fields.bad_type(name, "a text, or JSON data")
    if name == "send":
        return SentMessage(value)
    if type(value) is not str or not (is_template(value) or _is_base64(value)):
        fields.bad("case.bad-value", name, f"`{name}` is not Base64.")
    return SentMessage(value, is_binary=True)


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _read_count(fields: Fields) -> int:
    count = fields.values["receive"]
    if type(count) is not int or not 1 <= count <= MAX_MESSAGES:
        message = f"`receive` must be from 1 to {MAX_MESSAGES}, not {count!r:.60}."
        fields.bad("case.bad-value", "receive", message)
        return 1
    return count


def _is_of_response(check: Check) -> bool:
    word = (check.selector or "").partition(" ")[0]
    return check.header is not None or check.kind == "status_code" or word in _OF_RESPONSE


_OF_RESPONSE = frozenset(
    ("status", "duration", "url", "redirects", "version", "events", "ip", "messages")
) | {"header", "cookie", "certificate", "event"}


def written_messages(
    messages: Messages, conditions: Callable[[tuple[Check, ...]], Any]
) -> list[dict[str, Any]]:
    """Return messages as they are written."""
    return [_written(item, conditions) for item in messages]


def _written(
    item: SentMessage | AwaitedMessages, conditions: Callable[[tuple[Check, ...]], Any]
) -> dict[str, Any]:
    if isinstance(item, SentMessage):
        return {"send_base64" if item.is_binary else "send": item.value}
    data: dict[str, Any] = {}
    if item.checks:
        data["expect" if item.is_next else "until"] = conditions(item.checks)
    if item.count:
        data["receive"] = item.count
    if item.within_s is not None:
        data["within"] = written_time(item.within_s)
    return data


def messages_schema(time: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON Schema of ``messages``; ``time`` is that of a length of time."""
    expect = {"$ref": "#/$defs/expect"}
    options = {
        "send": {"description": "a text, or data that is sent as JSON"},
        "send_base64": {"type": "string", "description": "a binary message"},
        "expect": {**expect, "description": "what the next message holds"},
        "until": {**expect, "description": "what the message holds that is waited for"},
        "receive": {"type": "integer", "minimum": 1, "maximum": MAX_MESSAGES},
        "within": time,
    }
    item = {
        "type": "object",
        "additionalProperties": False,
        "minProperties": 1,
        "properties": options,
    }
    return {"type": "array", "items": item, "description": "sent and awaited, in this order"}
