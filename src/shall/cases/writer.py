"""Writes a case as plain data, in a stable order and in today's spellings."""

from collections.abc import Mapping
from typing import Any

from msgspec import UnsetType
from msgspec.structs import replace

from shall.cases.auth import NO_AUTH
from shall.cases.check_writer import written_conditions, written_expect
from shall.cases.expect import read_expect
from shall.cases.fields import Findings
from shall.cases.flow import Flow, Repeat, Retry, When
from shall.cases.forms import DRAFT, default_id
from shall.cases.model import (
    Allure,
    Case,
    Check,
    RequestTemplate,
    SqlTemplate,
    Step,
    Teardown,
    Until,
)
from shall.cases.polling import written_time
from shall.cases.predicates import takes_nothing
from shall.cases.sql import sql_selector
from shall.cases.stream import written_stream
from shall.cases.websocket import written_messages
from shall.errors import BadValue


def to_data(case: Case) -> dict[str, Any]:
    """Return the case as JSON data, without what is empty."""
    data = {
        "name": case.name,
        "description": case.description,
        "host": case.host,
        "allure": _allure(case.allure) if case.allure else None,
        "tags": list(case.tags),
        "verifies": list(case.verifies),
        "draft": case.draft or None,
        "skip": None if case.draft and case.skip == DRAFT else case.skip,
        "only": case.only,
        "needs": list(case.needs),
        "use": list(case.use),
        "data": _data(case),
        "variables": dict(case.variables),
        "secrets": list(case.secrets),
        "auth": _auth(case.auth),
        "connection": dict(case.connection),
        "steps": [_step(step, at) for at, step in enumerate(case.steps)],
        "teardowns": [_teardown(it, at) for at, it in enumerate(case.teardowns)],
    }
    empty: dict[str, Any] = {"allure": {}} if case.allure == Allure() else {}
    if case.data == ():
        empty["data"] = []
    return {**_filled(data), **empty}


def _data(case: Case) -> str | list[dict[str, Any]] | None:
    if case.data is None or isinstance(case.data, str):
        return case.data
    return [dict(row) for row in case.data]


def _filled(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if value not in (None, "", [], {})}


def _allure(allure: Allure) -> dict[str, Any]:
    labels = {name: getattr(allure, name) for name in Allure.__struct_fields__}
    return {name: label for name, label in labels.items() if label is not None}


def _request(request: RequestTemplate) -> dict[str, Any]:
    data: dict[str, Any] = {request.method: request.url}
    data |= _filled({"headers": dict(request.headers), "params": dict(request.params)})
    if request.body:
        data[request.body.kind] = request.body.value
    data |= _filled({"files": dict(request.files), "timeout_s": request.timeout_s})
    if request.project is not None:
        data["project"] = request.project
    if not request.follow_redirects:
        data["follow_redirects"] = False
    access = {"auth": _auth(request.auth), "connection": dict(request.connection)}
    return data | _filled(access)


def _auth(auth: Mapping[str, Any] | None) -> Any:
    return NO_AUTH if auth == {} else auth


def _sql(sql: SqlTemplate) -> dict[str, Any]:
    data = {"database": sql.database, "query": sql.query, "parameters": dict(sql.parameters)}
    return {"sql": _filled(data), **_filled({"timeout_s": sql.timeout_s})}


def _in_sql(conditions: dict[str, Any]) -> dict[str, Any]:
    """Return conditions below the selectors of an SQL step."""
    return {sql_selector(name): it for name, it in conditions.items()}


def _answer(part: Step | Teardown) -> dict[str, Any]:
    listed, expected = _checks(part.checks)
    if part.sql is not None:
        expected = _in_sql(expected)
    shown: Any = expected
    if expected.keys() == {"status"} and type(expected["status"]) is int:
        shown = expected["status"]
    return _filled({"allow_status": list(part.allow_status), "assert": listed, "expect": shown})


def _checks(checks: tuple[Check, ...]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the checks that only a list can say, and those below ``expect``."""
    expected = written_expect(checks)
    if expected is not None and _reads_as(expected, checks):
        return [], expected
    newer = tuple(check for check in checks if check.place)
    expected = written_expect(newer)
    if expected is None or not _reads_as(expected, newer):
        raise _ambiguous()
    return [_check(check) for check in checks if not check.place], expected


def _ambiguous() -> BadValue:
    return BadValue(
        "The checks of a step cannot be written: two selectors name the same value.",
        hint="Write them below one selector.",
    )


def _conditions(checks: tuple[Check, ...]) -> dict[str, Any]:
    """Return checks that only a mapping can say."""
    expected = written_expect(checks)
    if expected is None or not _reads_as(expected, checks):
        raise _ambiguous()
    return expected


def _until(until: Until) -> dict[str, Any]:
    blank = Until(())
    data = _conditions(until.checks)
    if until.fails_if:
        data["fails_if"] = _conditions(until.fails_if)
    if until.every_s != blank.every_s:
        data["every"] = written_time(until.every_s)
    if until.within_s != blank.within_s:
        data["within"] = written_time(until.within_s)
    return data


def _until_in_sql(data: dict[str, Any]) -> dict[str, Any]:
    if "fails_if" in data:
        data["fails_if"] = _in_sql(data["fails_if"])
    return _in_sql(data)


def _flow(flow: Flow) -> dict[str, Any]:
    data: dict[str, Any] = {}
    if flow.when is not None:
        data["if"] = flow.when.expression or _when(flow.when)
    if not isinstance(flow.items, UnsetType):
        data["for each"] = flow.items
        if flow.name != Flow().name:
            data["as"] = flow.name
    if flow.repeat is not None:
        name = "until" if flow.repeat.is_until else "while"
        data["repeat"] = {name: _conditions(flow.repeat.checks)}
        if flow.repeat.most != Repeat().most:
            data["repeat"]["at most"] = flow.repeat.most
    if flow.retry is not None:
        data["retry"] = _retry(flow.retry)
    return data


def _when(when: When) -> dict[str, Any]:
    """Return conditions: expressions with their values, then selectors."""
    values = [it for it in when.checks if it.selector is not None and "{{" in it.selector]
    data = {str(it.selector): written_conditions("has", it.expected) for it in values}
    return {**data, **_conditions(tuple(it for it in when.checks if it not in values))}


def _retry(retry: Retry) -> dict[str, Any]:
    blank = Retry()
    data: dict[str, Any] = {"times": retry.times}
    if retry.every_s != blank.every_s:
        data["every"] = written_time(retry.every_s)
    if retry.backoff != blank.backoff:
        data["backoff"] = retry.backoff
    if retry.after != blank.after:
        data["after"] = list(retry.after)
    return data


_EXPECT = ("steps", 0, "expect")


def _reads_as(expected: dict[str, Any], checks: tuple[Check, ...]) -> bool:
    """Return whether a mapping is read as these checks, in their order."""
    findings = Findings()
    read = [replace(check, place="") for check in read_expect(expected, _EXPECT, findings)]
    return not findings.problems and read == [replace(check, place="") for check in checks]


def _step(step: Step, at: int) -> dict[str, Any]:
    captured = dict(step.capture)
    until = {"until": _until(step.until)} if step.until else {}
    if step.sql is not None:
        captured = {name: sql_selector(it) for name, it in captured.items()}
        until = {name: _until_in_sql(it) for name, it in until.items()}
    capture = {"capture": captured} if captured else {}
    messages = written_messages(step.messages, _conditions)
    return {
        **_id(step.id, default_id("step", at)),
        **({"delay": written_time(step.delay_s)} if step.delay_s else {}),
        **(_request(step.request) if step.sql is None else _sql(step.sql)),
        **until,
        **(_flow(step.flow) if step.flow else {}),
        **({"stream": written_stream(step.stream, _conditions)} if step.stream else {}),
        **({"messages": messages} if messages else {}),
        **capture,
        **_answer(step),
    }


def _teardown(teardown: Teardown, at: int) -> dict[str, Any]:
    data = _id(teardown.id, default_id("teardown", at))
    if teardown.sql is not None:
        return data | _sql(teardown.sql) | _answer(teardown)
    if teardown.operation == "file":
        files = teardown.files
        return data | {"delete_files": files if isinstance(files, str) else list(files)}
    if teardown.operation != "api":
        data["operation_type"] = teardown.operation
    if teardown.request:
        data |= _request(teardown.request)
    data |= _filled({"query": teardown.query, "project": teardown.project})
    return data | _answer(teardown)


def _id(name: str, default: str) -> dict[str, Any]:
    return {} if name == default else {"id": name}


def _check(check: Check) -> dict[str, Any]:
    data: dict[str, Any] = {"type": check.kind}
    for name in ("field", "header", "query"):
        if getattr(check, name) is not None:
            data[name] = getattr(check, name)
    expected = written_conditions(check.kind, check.expected)
    if check.negated:  # a kind that compares with nothing
        expected = False
    unread = check.kind.startswith(("mysql_", "sse_")) or takes_nothing(check.kind)
    if expected is not None or not unread:
        data["expected"] = expected
    if check.container is not None:
        data["container"] = check.container
    return data
