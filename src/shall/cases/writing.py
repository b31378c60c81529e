"""Writes a case: as plain data and as YAML, in a stable order and in today's spellings.

A text that YAML 1.1 and 1.2 may read differently is quoted, so that every reader sees a text.
Comments of an existing file are not kept.
"""

import re
from collections.abc import Mapping
from dataclasses import fields as fields_of
from typing import Any

import yaml

from shall.cases.model import Allure, Case, Check, CheckKind, RequestTemplate, Step, Teardown

_ABSOLUTE = re.compile(r"https?://", re.IGNORECASE)
_PLAIN = re.compile(r"[A-Za-z/\u4e00-\u9fff][\w./\- \u4e00-\u9fff]*(?<! )")
_UNSURE = re.compile(r"(?i:y|n|yes|no|on|off|true|false|null|none|nan|inf)|.{81,}")
_NO_EXPECTATION = frozenset(
    (CheckKind.EXISTS, CheckKind.NOT_EXISTS, CheckKind.IS_NONE, CheckKind.IS_NOT_NONE)
)


def to_data(case: Case) -> dict[str, Any]:
    """Give the case as JSON data under ``testcase``, without what is empty."""
    data = {
        "name": case.name,
        "description": case.description,
        "host": case.host,
        "allure": _allure(case.allure) if case.allure else None,
        "tags": list(case.tags),
        "verifies": list(case.verifies),
        "variables": dict(case.variables),
        "secrets": list(case.secrets),
        "steps": [_step(step) for step in case.steps],
        "teardowns": [_teardown(teardown) for teardown in case.teardowns],
    }
    return {"testcase": {**_filled(data), **({} if case.allure != Allure() else {"allure": {}})}}


def to_yaml(case: Case) -> str:
    """Give the case as the text of a YAML file; ``read_case`` gives the same case back."""
    return yaml.dump(
        to_data(case),
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        default_flow_style=False,
        width=1_000_000,
    )


def _filled(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if value not in (None, "", [], {})}


def _allure(allure: Allure) -> dict[str, Any]:
    labels = {each.name: getattr(allure, each.name) for each in fields_of(allure)}
    return {name: label for name, label in labels.items() if label is not None}


def _request(request: RequestTemplate) -> dict[str, Any]:
    address = "url" if _ABSOLUTE.match(request.url) else "path"
    data: dict[str, Any] = {"method": request.method, address: request.url}
    data |= _filled({"headers": dict(request.headers), "params": dict(request.params)})
    if request.body:
        data[request.body.kind.value] = request.body.value
    data |= _filled({"files": dict(request.files), "timeout_s": request.timeout_s})
    if request.project is not None:
        data["project"] = request.project
    if not request.follow_redirects:
        data["follow_redirects"] = False
    return data


def _answer(part: Step | Teardown) -> dict[str, Any]:
    checks = [_check(check) for check in part.checks]
    return _filled({"allow_status": list(part.allow_status), "assert": checks})


def _step(step: Step) -> dict[str, Any]:
    return {"id": step.id, **_request(step.request), **_answer(step)}


def _teardown(teardown: Teardown) -> dict[str, Any]:
    data: dict[str, Any] = {"id": teardown.id, "operation_type": teardown.operation.value}
    if teardown.request:
        data |= _request(teardown.request)
    if teardown.query is not None:
        data["query"] = teardown.query
    return data | _answer(teardown)


def _check(check: Check) -> dict[str, Any]:
    data: dict[str, Any] = {"type": check.kind.value}
    for name in ("field", "header", "query"):
        if getattr(check, name) is not None:
            data[name] = getattr(check, name)
    unread = check.kind in _NO_EXPECTATION or check.kind.startswith(("mysql_", "sse_"))
    if check.expected is not None or not unread:
        data["expected"] = check.expected
    if check.container is not None:
        data["container"] = check.container
    return data


class _Dumper(yaml.SafeDumper):
    """PyYAML's safe dumper: quotes whatever is not plainly a text, indents lists, no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write a shared value out each time."""
        return data is not self

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent a list below its key."""
        super().increase_indent(flow, indentless and self is None)


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    plain = _PLAIN.fullmatch(text) is not None and _UNSURE.fullmatch(text) is None
    style = None if plain else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _represent_float(dumper: yaml.SafeDumper, number: float) -> yaml.ScalarNode:
    text = repr(number)
    if "e" in text:
        digits, _, exponent = text.partition("e")
        digits = digits if "." in digits else f"{digits}.0"
        text = f"{digits}e{exponent if exponent[0] in '+-' else '+' + exponent}"
    return dumper.represent_scalar("tag:yaml.org,2002:float", text)


_Dumper.add_representer(str, _represent_text)
_Dumper.add_representer(float, _represent_float)
