"""Version 1 of the fingerprint of a case, as release 0.1.0 wrote it into evidence.

It hashes the case as that release wrote it, so what follows is the writer of that release and does
not change.
"""

import json
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from shall.cases.model import Allure, Case, Check, RequestTemplate, Step, Teardown
from shall.late_pattern import late_pattern

_ABSOLUTE = late_pattern(r"https?://", re.IGNORECASE)
_NO_EXPECTATION = frozenset(("exists", "not_exists", "is_none", "is_not_none"))


FIELDS = {
    "Case": "name steps description host allure variables secrets tags verifies teardowns",
    "Step": "id request checks allow_status",
    "Teardown": "id operation request query checks allow_status",
    "RequestTemplate": "url method headers params body files timeout_s project follow_redirects",
    "Body": "kind value",
    "Check": "kind field header expected query container",
    "Allure": "epic feature story",
}
"""The fields that version 1 knows: a case that uses others has no fingerprint of version 1."""


def case_fingerprint_v1(case: Case) -> str:
    """Return 64 hexadecimal digits."""
    text = json.dumps(_case(case), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return sha256(text.encode("ascii")).hexdigest()


def _case(case: Case) -> dict[str, Any]:
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


def _filled(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if value not in (None, "", [], {})}


def _allure(allure: Allure) -> dict[str, Any]:
    labels = {"epic": allure.epic, "feature": allure.feature, "story": allure.story}
    return {name: label for name, label in labels.items() if label is not None}


def _request(request: RequestTemplate) -> dict[str, Any]:
    address = "url" if _ABSOLUTE.match(request.url) else "path"
    data: dict[str, Any] = {"method": request.method, address: request.url}
    data |= _filled({"headers": dict(request.headers), "params": dict(request.params)})
    if request.body:
        data[request.body.kind] = request.body.value
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
    data: dict[str, Any] = {"id": teardown.id, "operation_type": teardown.operation}
    if teardown.request:
        data |= _request(teardown.request)
    if teardown.query is not None:
        data["query"] = teardown.query
    return data | _answer(teardown)


def _check(check: Check) -> dict[str, Any]:
    data: dict[str, Any] = {"type": check.kind}
    for name in ("field", "header", "query"):
        if getattr(check, name) is not None:
            data[name] = getattr(check, name)
    unread = check.kind in _NO_EXPECTATION or check.kind.startswith(("mysql_", "sse_"))
    if check.expected is not None or not unread:
        data["expected"] = check.expected
    if check.container is not None:
        data["container"] = check.container
    return data
