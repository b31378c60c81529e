"""``shall run --dry-run``: the requests that would be sent."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from shall.actions.preview import preview
from shall.actions.run_request import RunRequest
from shall.cli.output import BAD_INPUT, OK, local, printable, say, write
from shall.engine.preview import PlannedCall, PlannedCase
from shall.messages import Message, render
from shall.results.records import SQL_METHOD
from shall.workspace.workspace import Workspace


def show_requests(
    workspace: Workspace, request: RunRequest, language: str, *, as_json: bool
) -> int:
    """Print what a run would send; return the exit status."""
    cases = list(preview(workspace, request))
    if as_json:
        found = [_case_as_json(it, language) for it in cases]
        write(json.dumps({"cases": found}, ensure_ascii=False, indent=2))
    else:
        for case in cases:
            write(printable("\n".join(_lines(case, language))))
        calls = [call for it in cases for call in it.calls]
        queries = sum(it.exchange is not None and it.exchange.method == SQL_METHOD for it in calls)
        requests = len(calls) - queries
        say(f"Nothing was sent. Cases: {len(cases):,}. Requests: {requests:,}.")
        if queries:
            say(f"Queries of databases: {queries:,}.")
    return OK if all(it.is_whole for it in cases) else BAD_INPUT


def _lines(case: PlannedCase, language: str) -> Iterator[str]:
    row = f" [{case.row}]" if case.row else ""
    yield f"{case.key}: {case.name}{row}"
    if case.skip is not None:
        yield f"  {local('skipped')}: {case.skip}"
    if case.error is not None:
        yield f"  {_text(case.error, language)}"
    for call in case.calls:
        yield from _call_lines(call, language)


def _call_lines(call: PlannedCall, language: str) -> Iterator[str]:
    exchange = call.exchange
    if exchange is None:
        yield f"  {call.id}: {_text(call.error, language)}"
        return
    yield f"  {exchange.method} {exchange.url}{_times(call)}"
    if call.auth:
        yield f"    auth: {call.auth}"
    for name, value in exchange.request_headers:
        yield f"    {name}: {value}"
    for line in exchange.request_body.splitlines():
        yield f"    {line}"


def _times(call: PlannedCall) -> str:
    if call.most == 1:
        return ""
    times = "once for each item" if call.most is None else f"at most {call.most:,} times"
    return f" ({local(times)})"


def _text(message: Message | None, language: str) -> str:
    return "" if message is None else local(render(message, language))


def _case_as_json(case: PlannedCase, language: str) -> dict[str, Any]:
    requests: Sequence[dict[str, Any]] = [
        {
            "id": call.id,
            "method": call.exchange.method if call.exchange else None,
            "url": call.exchange.url if call.exchange else None,
            "headers": [list(it) for it in call.exchange.request_headers] if call.exchange else [],
            "body": call.exchange.request_body if call.exchange else "",
            "auth": call.auth or None,
            "most": call.most,
            "error": _text(call.error, language) or None,
        }
        for call in case.calls
    ]
    return {
        "path": case.key,
        "name": case.name,
        "row": case.row,
        "skip": case.skip,
        "error": _text(case.error, language) or None,
        "requests": requests,
    }
