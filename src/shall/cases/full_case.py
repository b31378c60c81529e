"""Reads a case in any spelling, and finds every problem and note in it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from shall.cases.aliases import CASE_KEYS, REQUEST_KEYS
from shall.cases.auth import read_auth_field
from shall.cases.connection import read_connection_field
from shall.cases.data import check_data
from shall.cases.data_table import read_data_field
from shall.cases.expression import GLOBAL, Call, Reference, parse_template, walk
from shall.cases.fields import AT_TOP, Fields, Finding, Findings, Keys, kind_of, written
from shall.cases.forms import (
    DRAFT,
    METHODS,
    ROW,
    WEBSOCKET,
    default_id,
    in_single_braces,
    is_shared_name,
)
from shall.cases.functions import check_call
from shall.cases.model import Allure, Case
from shall.cases.nearest import nearest
from shall.cases.root import OTHER_TOOLS, ROOT
from shall.cases.steps import (
    STEP_FIELDS,
    TEARDOWN_FIELDS,
    check_address,
    read_step,
    read_teardown,
)
from shall.diagnostics import Diagnostic, Edit
from shall.diagnostics.bounds import with_count
from shall.errors import BadExpression
from shall.span import Span

_CASE_FIELDS = (
    frozenset(("name", "description", "host", "allure", "variables", "secrets", "tags", "verifies"))
    | {"steps", "teardowns", "skip", "draft", "data", "use", "needs", "only"}
    | {"auth", "connection"}
)
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
    if "unittest" in data or ROOT in data:
        return _read_root(data, findings), findings
    return _read_case(data, findings), findings


HOLDS_SHARED = "The file holds shared steps, which run for the cases that use them."
USE_SHARED = "Name it in a case, `use: [login]` for shared/login.yaml, and run the case."


def diagnostics_of(
    findings: Sequence[Finding], more: int, span_of: Callable[[Finding], Span | None]
) -> list[Diagnostic]:
    """Return findings with their places, sorted; ``more`` were found beside them."""
    found = [_diagnostic(finding, span_of(finding)) for finding in findings]
    return with_count(sorted(found, key=lambda it: it.span or Span("", 0)), more)


def _diagnostic(finding: Finding, span: Span | None) -> Diagnostic:
    fix = Edit(span, finding.fix) if finding.fix and span and span.length else None
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
        findings.add("case.bad-type", (), f"A case is a mapping, not {kind_of(data)}.")
    elif "unittest" in data:
        message = "The root is `unittest:`, not `testcase:`."
        findings.add("case.not-supported", (), message, "Unit cases are written by write_unittest.")
    elif ROOT in data:
        for name in data.keys() - {ROOT}:
            message = f"`{name}` cannot be combined with `testcase:`."
            hint = "Indent it under `testcase:`, or remove that line and its indentation."
            findings.add("case.unknown-field", (AT_TOP, name), message, hint, at_key=True)
        return _read_case(data[ROOT], findings)
    elif "shared" in data and "steps" not in data:
        findings.add("case.no-root", ("shared",), HOLDS_SHARED, USE_SHARED, at_key=True)
    elif (other := next((it for it in data if it in OTHER_TOOLS), None)) is not None:
        message = f"This is no case: `{other}` belongs to a document of another tool."
        hint = "A case has the fields `name` and `steps`. `shall import` reads other formats."
        findings.add("case.no-root", (other,), message, hint, at_key=True)
    elif data.keys() & (_CASE_FIELDS | CASE_KEYS.keys()):
        return _read_case(data, findings)
    else:
        near = nearest(ROOT, map(str, data))
        hint = f"Remove `{near}:` and the indentation of what is below it." if near else _HINT
        findings.add("case.no-root", (), "The fields `name` and `steps` are missing.", hint)
    return None


_HINT = "Write them in the first column, such as `steps: [{GET: /users, expect: 200}]`."


def _read_case(data: Any, findings: Findings) -> Case:
    root = Fields(data, (), findings, _CASE_FIELDS, CASE_KEYS)
    steps = _each(root, "steps", STEP_FIELDS)
    teardowns = _each(root, "teardowns", TEARDOWN_FIELDS)
    if not steps:
        hint = "Write `steps: [{GET: /users, expect: 200}]`, one step for each request."
        if root.values.get("steps") is None:
            root.missing("steps", hint)
        elif root.values["steps"] == []:
            root.bad("case.bad-value", "steps", "`steps` must not be empty.", hint)
    _check_references(root, steps, teardowns, findings)
    draft = root.values.get("draft") is not None and root.flag("draft", False)
    return Case(
        name=root.required_text("name"),
        description=root.text("description") or "",
        host=_read_host(root),
        allure=_read_allure(root),
        variables=root.mapping("variables"),
        secrets=root.texts("secrets"),
        tags=root.texts("tags"),
        verifies=root.texts("verifies"),
        steps=tuple(read_step(step) for step in steps),
        teardowns=tuple(read_teardown(teardown) for teardown in teardowns),
        skip=root.reason("skip") or (DRAFT if draft else None),
        draft=draft,
        data=_read_data(root),
        auth=read_auth_field(root),
        connection=read_connection_field(root),
        use=_read_use(root),
        needs=root.texts("needs"),
        only=root.reason("only"),
    )


def _read_data(root: Fields) -> str | tuple[Mapping[str, Any], ...] | None:
    if root.values.get("data") is None:
        return None
    return read_data_field(root.values["data"], root.at("data"), root.findings)


def _read_use(root: Fields) -> tuple[str, ...]:
    names = root.texts("use")
    for index, name in enumerate(names):
        if not is_shared_name(name):
            keys = (*root.at("use"), *((index,) if isinstance(root.values["use"], list) else ()))
            message = f"`{name:.60}` cannot be the name of shared steps."
            hint = "Write `use: [login]` for the steps of shared/login.yaml in the folder of cases."
            root.findings.add("case.bad-value", keys, message, hint)
    return names


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


class _Scope(Struct):
    """The steps and teardowns of a case by id, with the moment at which each one answers.

    A name that is not a step may be a variable of the run, so it is never a problem here.
    """

    findings: Findings
    answers_at: dict[str, int] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)

    def add_row(self, data: Any) -> None:
        """Add the name of the row, in a case with rows of data."""
        if data is not None:
            self.answers_at[ROW], self.labels[ROW] = 0, "the row of data"

    def check(self, value: Any, keys: Keys, moment: int) -> None:
        """Check every expression in a value that is used at a moment."""
        if type(value) is str:
            if "{{" in value:
                self._check_text(value, keys, moment)
            return
        for key, each in _children(value):
            if type(key) is str and "{{" in key:
                self._check_text(key, (*keys, key), moment)
            if _may_hold(each):
                self.check(each, (*keys, key), moment)

    def _check_text(self, text: str, keys: Keys, moment: int) -> None:
        try:
            template = parse_template(text)
        except BadExpression as error:
            offset = error.details["offset"] + 1
            message = f"{error.message.removesuffix('.')} (character {offset})."
            self.findings.add("case.bad-expression", keys, message, error.hint or "")
            return
        for expression in template.expressions:
            for each in walk(expression):
                if isinstance(each, Reference):
                    self._check_reference(each, keys, moment)
                elif isinstance(each, Call) and (wrong := check_call(each)):
                    code, message, hint = wrong
                    self.findings.add(code, keys, message, hint)

    def _check_reference(self, reference: Reference, keys: Keys, moment: int) -> None:
        known = self.answers_at.get(reference.root)
        if reference.root == GLOBAL:
            if not reference.path:
                message = "`Global` alone is not a value."
                self.findings.add("case.bad-expression", keys, message, "Write `Global.name`.")
        elif known is not None and known > moment:
            label = self.labels[reference.root]
            self.findings.add(
                "case.forward-reference",
                keys,
                f"`{reference.root}` is {label}, which has not answered yet.",
                "Refer to a step before this one.",
            )


def _children(value: Any) -> Iterable[tuple[str | int, Any]]:
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()


def _may_hold(value: Any) -> bool:
    """Return whether a value may hold an expression: most are short texts and numbers."""
    kind = type(value)
    return "{{" in value if kind is str else kind is dict or kind is list


def _check_references(
    root: Fields, steps: Sequence[Fields], teardowns: Sequence[Fields], findings: Findings
) -> None:
    """Report bad expressions, ids given twice, and references to what has not answered yet.

    Steps answer in order and teardowns in reverse. The checks of a step may read its own answer.
    """
    scope = _Scope(findings)
    scope.add_row(root.values.get("data"))
    moments = [*enumerate(steps, start=1)]
    moments += [*enumerate(reversed(teardowns), start=len(steps) + 1)]
    for moment, fields in moments:
        _add_id(scope, fields, moment)
    for moment, fields in moments:
        _add_captured(scope, fields, moment, root.values.get("variables"))
        _check_item_name(scope, fields)
    variables = root.values.get("variables")
    if isinstance(variables, dict):
        for name in variables.keys() & scope.answers_at.keys():
            findings.add(
                "case.duplicate-name",
                (*root.at("variables"), name),
                f"The variable `{name}` has the name of {scope.labels[name]}.",
                "Rename one of the two.",
            )
    _check_addresses(variables, [fields for _, fields in moments])
    # What each step sends may hold a name that any of them captures.
    used = {"host": 0, "variables": 0, "data": 0, "auth": len(moments), "connection": len(moments)}
    for name, when in used.items():
        scope.check(root.values.get(name), root.at(name), when)
    for moment, fields in moments:
        for name, value, at in _uses(fields, moment):
            scope.check(value, fields.at(name), at)


def _check_addresses(variables: Any, calls: Sequence[Fields]) -> None:
    """Report known names in single braces: they would be sent as they are written."""
    known = {str(name) for name in variables} if isinstance(variables, dict) else set()
    for fields in calls:
        captured = fields.values.get("capture")
        known |= {str(name) for name in captured} if isinstance(captured, dict) else set()
    for fields in calls:
        for name in _ADDRESSES & fields.values.keys():
            url = fields.values[name]
            for found in in_single_braces(url) if isinstance(url, str) else ():
                if found in known:
                    message = f"`{{{found}}}` is sent as it is written."
                    hint = f"Write `{{{{ {found} }}}}`."
                    fields.findings.add("case.bad-address", fields.at(name), message, hint)


_ADDRESSES = frozenset({*METHODS, WEBSOCKET, "path", "url"})


def _uses(fields: Fields, moment: int) -> Iterator[tuple[str, Any, int]]:
    """Return the values of a step that may hold expressions, and when each is used."""
    for name, value in fields.values.items():
        if _may_hold(value) and name not in fields.names.values():
            yield name, value, moment if name in _AFTER_ANSWER else moment - 1


_AFTER_ANSWER = frozenset({"assert", "expect", "until", "stream", "query", "repeat"})
"""Fields that are read when the step has its response."""


def _check_item_name(scope: _Scope, fields: Fields) -> None:
    """Report an item of `for each` that has the name of a step: nothing could read it."""
    name = fields.values.get("as", "item") if "for each" in fields.values else None
    if isinstance(name, str) and scope.labels.get(name, "").startswith("the "):
        message = f"The item `{name}` has the name of {scope.labels[name]}."
        key = "as" if "as" in fields.values else "for each"
        fields.bad("case.duplicate-name", key, message, "Write another name under `as`.")


def _add_captured(scope: _Scope, fields: Fields, moment: int, variables: Any) -> None:
    """Add the names that a step captures; one that is a variable, too, may be read at once."""
    captured = fields.values.get("capture")
    for name in captured if isinstance(captured, dict) else ():
        if name in scope.labels:
            if scope.labels[name].startswith("the "):
                keys = (*fields.at("capture"), name)
                message = f"The variable `{name}` has the name of {scope.labels[name]}."
                scope.findings.add(
                    "case.duplicate-name", keys, message, "Rename one of the two.", at_key=True
                )
        elif not (isinstance(variables, dict) and name in variables):
            scope.answers_at[name] = moment
            scope.labels[name] = f"captured by {fields.keys[0]}[{fields.keys[1]}]"


def _add_id(scope: _Scope, fields: Fields, moment: int) -> None:
    name = fields.values.get("id")
    if name is None:
        name = default_id(str(fields.keys[0]).rstrip("s"), int(fields.keys[1]))
    if type(name) is not str or not name:
        return
    label = f"the {str(fields.keys[0]).rstrip('s')} at {fields.keys[0]}[{fields.keys[1]}]"
    if name in scope.answers_at:
        message = f"The id `{name}` is used twice; it is {scope.labels[name]} too."
        fields.bad("case.duplicate-id", "id", message)
    elif name in (GLOBAL, "GLOBAL"):
        message = f"`{name}` is the name of the run's variables."
        fields.bad("case.duplicate-name", "id", message, "Choose another id.")
    else:
        scope.answers_at[name] = moment
        scope.labels[name] = label
