"""Asks databases: SQL steps and teardowns, and the queries in checks of an earlier format."""

import json
from collections.abc import Mapping
from typing import Any

from shall.cases.model import CheckKind
from shall.cases.nearest import nearest
from shall.engine.call_plan import CallPlan
from shall.engine.check import CaseContext
from shall.engine.evaluate import evaluate
from shall.engine.full_plan import QueryPlan
from shall.engine.predicate import compare
from shall.engine.query import Content, Selected, read_content, walk
from shall.engine.record import StepRecord
from shall.engine.scope import Scope
from shall.engine.sql_plan import SqlPlan
from shall.errors import BadValue, ShallError
from shall.messages import Message
from shall.results.records import SQL_METHOD, CheckResult, Outcome
from shall.transport.exchange import Request
from shall.transport.waits import Statement, Work


def prepare_query(plan: SqlPlan, context: CaseContext) -> tuple[Statement, Request]:
    """Evaluate the parameters; return the statement, and what is recorded as the request.

    Raises:
        BadExpression: An expression in a parameter cannot be evaluated.
        BadValue: No such database is declared, its password cannot be read, a parameter is no
            single value.
        FileMissing: The file of an SQLite database does not exist.
        OutsideWorkspace: It lies outside of the workspace.
    """
    name = _database(plan)
    database = plan.databases[name]
    secret = f"databases.{name}.password"
    if secret in plan.unavailable:
        raise BadValue(f"The password of the database {name} {plan.unavailable[secret]}")
    password = plan.passwords.get(secret, "")
    context.secrecy.learn_value(password)
    template = plan.template
    parameters = _bound(template.parameters, context.scope)
    path = context.attachments.path_of(database.path) if database.path else ""
    timeout_s = template.timeout_s or plan.timeout_s
    return (
        Statement(name, database, template.query, parameters, password, path, timeout_s),
        _recorded(plan, name, parameters),
    )


def query_request(plan: SqlPlan, scope: Scope) -> Request:
    """Return what is recorded as the request of a query; nothing is read but the scope.

    Raises:
        BadExpression: An expression in a parameter cannot be evaluated.
        BadValue: No such database is declared, or a parameter is not a single value.
    """
    return _recorded(plan, _database(plan), _bound(plan.template.parameters, scope))


def _recorded(plan: SqlPlan, name: str, parameters: Mapping[str, Any]) -> Request:
    said: dict[str, Any] = {"query": plan.template.query}
    if parameters:
        said["parameters"] = parameters
    body = json.dumps(said, ensure_ascii=False).encode("utf-8", "replace")
    return Request(SQL_METHOD, name, (), body, timeout_s=plan.template.timeout_s or plan.timeout_s)


def _database(plan: SqlPlan) -> str:
    """Return the name of the database that is asked."""
    known, named = plan.databases, plan.template.database
    if named is None and plan.project in known:
        return str(plan.project)
    if named is None and len(known) == 1:
        return next(iter(known))
    if named in known:
        return str(named)
    if not known:
        raise BadValue(
            "No database is declared.",
            hint="Write `databases: {NAME: {url: ...}}` in shall.yaml.",
        )
    available = ", ".join(known)
    if named is None:
        hint = f"Write `database: NAME`; declared are {available}."
        raise BadValue("Several databases are declared, and the query names none.", hint=hint)
    near = nearest(named, known)
    hint = f"Did you mean {near}?" if near else f"Declared are {available}."
    raise BadValue(f"The database {named} is not declared in shall.yaml.", hint=hint)


def _bound(parameters: Mapping[str, Any], scope: Scope) -> dict[str, Any]:
    found = {name: evaluate(value, scope) for name, value in parameters.items()}
    for name, value in found.items():
        if isinstance(value, dict | list):
            kind = "a list" if isinstance(value, list) else "an object"
            raise BadValue(f"The parameter {name} is {kind}: it must be one value.")
    return found


def ask_in_checks(call: CallPlan, record: StepRecord, context: CaseContext) -> Work[StepRecord]:
    """Evaluate the checks of a step that query a database, once it has its response."""
    if record.response is None:
        return record
    checks: list[CheckResult] = []
    for query in call.queries:
        checks += [(yield from _ask(query, context))]
    outcomes = [record.outcome, *(it.outcome for it in checks)]
    record.outcome = next(
        (it for it in (Outcome.ERROR, Outcome.FAILED) if it in outcomes), Outcome.PASSED
    )
    record.checks = (*record.checks, *checks)
    record.plans = (*record.plans, *(query.check for query in call.queries))
    return record


def _ask(query: QueryPlan, context: CaseContext) -> Work[CheckResult]:
    plan = query.check
    check = plan.check
    expected = check.expected
    try:
        expected = evaluate(check.expected, context.scope)
        statement, request = prepare_query(query.sql, context)
        context.secrecy.requests.append(request)
        response = yield statement
        content = read_content(response, context.scope.budget)
    except ShallError as error:
        message = Message("step.error", {"reason": str(error), "error_code": error.code})
        return CheckResult(
            plan.kind, plan.path, Outcome.ERROR, plan.field, expected, found=False, message=message
        )
    context.secrecy.answers.append((response, content.value))
    kind, actual, wanted = _judged(check.kind, check.field, expected, content)
    wrong = compare(kind, actual, wanted, context.scope.budget)
    outcome = Outcome.PASSED if wrong is None else Outcome.FAILED
    return CheckResult(
        plan.kind,
        plan.path,
        outcome,
        plan.field,
        wanted,
        actual.value,
        actual.found,
        message=wrong,
    )


def _judged(
    kind: CheckKind, field: str | None, expected: Any, content: Content
) -> tuple[CheckKind, Selected, Any]:
    """Return how an answer is judged: the kind of check, the value, what it is compared with."""
    answer: Mapping[str, Any] = content.value
    if kind == "mysql_query_exists" or (kind == "mysql_query" and expected is None):
        return "equals", Selected(bool(answer["rows"])), expected is not False
    if kind == "mysql_query_true":
        value = answer.get("value")
        holds = bool(value) and value not in ("0", "00")  # a bit is shown in hexadecimal digits
        return "equals", Selected(holds), expected is not False
    if field is not None:
        return "equals", walk(answer, ("row", field)), expected
    part = (
        "row" if isinstance(expected, dict) else "rows" if isinstance(expected, list) else "value"
    )
    return "equals", walk(answer, (part,)), expected
