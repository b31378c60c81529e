"""Reads a case in any spelling, and finds every problem and note in it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from shall.cases.aliases import CASE_KEYS, REQUEST_KEYS
from shall.cases.checks import read_checks
from shall.cases.data import check_data
from shall.cases.fields import Fields, Finding, Findings, kind_of, written
from shall.cases.model import Allure, Case, Operation, Step, Teardown
from shall.cases.nearest import nearest
from shall.cases.references import check_references
from shall.cases.requests import REQUEST_FIELDS, check_address, read_allowed, read_request
from shall.diagnostics import Diagnostic, Edit
from shall.diagnostics.bounds import with_count
from shall.span import Span

_CASE_FIELDS = frozenset(
    ("name", "description", "host", "allure", "variables", "secrets", "tags", "verifies")
) | {"steps", "teardowns"}
_STEP_FIELDS = REQUEST_FIELDS | {"id", "assert"}
_TEARDOWN_FIELDS = _STEP_FIELDS | {"operation_type", "query"}
_ALLURE_FIELDS = frozenset(("epic", "feature", "story"))


def read_full(data: Any) -> tuple[Case | None, Findings]:
    """Read a case with its root; None where it is none. What was found says what is wrong."""
    findings = Findings()
    return _read_root(data, findings), findings


def read_full_data(data: Mapping[str, Any]) -> tuple[Case | None, Findings]:
    """Read a case of JSON data that may lack its root, and may hold what JSON cannot."""
    findings = Findings()
    check_data(data, findings)
    if findings.problems:
        return None, findings
    rooted = "testcase" in data or "unittest" in data
    return _read_root(data if rooted else {"testcase": data}, findings), findings


def diagnostics_of(
    findings: Sequence[Finding], more: int, span_of: Callable[[Finding], Span]
) -> list[Diagnostic]:
    """Return findings with their places, sorted; ``more`` were found beside them."""
    found = [_diagnostic(finding, span_of(finding)) for finding in findings]
    return with_count(sorted(found, key=lambda it: it.span or Span("", 0)), more)


def _diagnostic(finding: Finding, span: Span) -> Diagnostic:
    fix = Edit(span, finding.fix) if finding.fix and span.length else None
    return Diagnostic(
        finding.code,
        finding.severity,
        finding.message,
        span,
        finding.hint,
        written(finding.keys),
        fix,
    )


def _read_root(data: Any, findings: Findings) -> Case | None:
    if not isinstance(data, dict):
        message = f"A case is a mapping under `testcase:`, not {kind_of(data)}."
        findings.add("case.bad-type", (), message)
    elif "unittest" in data:
        message = "Unit cases are not run by this release."
        findings.add("case.not-supported", (), message, "The file is left as it is.")
    elif "testcase" not in data:
        near = nearest("testcase", map(str, data))
        hint = f"Is `{near}` meant?" if near else "Put the case under it."
        findings.add("case.no-root", (), "The root `testcase:` is missing.", hint)
    else:
        for name in data.keys() - {"testcase"}:
            message = f"`{name}` is beside `testcase:`."
            findings.add("case.unknown-field", (), message, "Indent it under `testcase:`.")
        return _read_case(data["testcase"], findings)
    return None


def _read_case(data: Any, findings: Findings) -> Case:
    root = Fields(data, (), findings, _CASE_FIELDS, CASE_KEYS)
    steps = _each(root, "steps", _STEP_FIELDS)
    teardowns = _each(root, "teardowns", _TEARDOWN_FIELDS)
    if not steps:
        hint = "A case sends at least one request."
        if root.values.get("steps") is None:
            root.missing("steps", hint)
        elif root.values["steps"] == []:
            root.bad("case.bad-value", "steps", "`steps` must not be empty.", hint)
    check_references(root, steps, teardowns, findings)
    return Case(
        name=root.required_text("name"),
        description=root.text("description") or "",
        host=_read_host(root),
        allure=_read_allure(root),
        variables=root.mapping("variables"),
        secrets=root.texts("secrets"),
        tags=root.texts("tags"),
        verifies=root.texts("verifies"),
        steps=tuple(_read_step(step) for step in steps),
        teardowns=tuple(_read_teardown(teardown) for teardown in teardowns),
    )


def _each(root: Fields, name: str, allowed: frozenset[str]) -> list[Fields]:
    keys = root.at(name)
    return [
        Fields(value, (*keys, index), root.findings, allowed, REQUEST_KEYS)
        for index, value in enumerate(root.items(name))
    ]


def _read_host(root: Fields) -> str | None:
    host = root.text("host")
    if not host:
        return None
    check_address(root, "host", host)
    if "://" not in host and not host.startswith("{{"):
        hint = f"Write http://{host} or https://{host}."
        root.bad("case.bad-address", "host", "`host` has no scheme.", hint)
    return host


def _read_allure(root: Fields) -> Allure | None:
    if root.values.get("allure") is None:
        return None
    labels = Fields(root.values["allure"], root.at("allure"), root.findings, _ALLURE_FIELDS, {})
    return Allure(labels.text("epic"), labels.text("feature"), labels.text("story"))


def _checks_of(fields: Fields) -> Any:
    return read_checks(fields.items("assert"), fields.at("assert"), fields.findings)


def _read_step(fields: Fields) -> Step:
    return Step(
        id=fields.required_text("id"),
        request=read_request(fields),
        checks=_checks_of(fields),
        allow_status=read_allowed(fields),
    )


def _read_teardown(fields: Fields) -> Teardown:
    operation = _read_operation(fields)
    is_api = operation is Operation.API
    query = fields.text("query")
    if is_api and query:
        message = "An api teardown runs no query."
        fields.bad("case.conflicting-fields", "query", message, "Write `operation_type: db`.")
    elif not is_api:
        if not query:
            fields.missing("query", "A db teardown runs a query.")
        for name in sorted(REQUEST_FIELDS & fields.values.keys()):
            if fields.values[name] not in (None, {}, []):
                message = f"A db teardown does not use `{name}`; it is left out."
                fields.findings.note("case.ignored-field", fields.at(name), message)
    return Teardown(
        id=fields.required_text("id"),
        operation=operation,
        request=read_request(fields) if is_api else None,
        query=query,
        checks=_checks_of(fields),
        allow_status=read_allowed(fields) if is_api else (),
    )


def _read_operation(fields: Fields) -> Operation:
    value = fields.text("operation_type")
    if value is None:
        is_query = fields.values.get("query") and not fields.values.get("path")
        return Operation.DB if is_query else Operation.API
    if value not in tuple(Operation):
        message = f"`operation_type` must be 'api' or 'db', not '{value}'."
        fields.bad("case.bad-value", "operation_type", message)
        return Operation.API
    return Operation(value)
