"""Drafts of cases, from criteria that name a request."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct

from shall.cases.forms import TO_FILL, is_variable_name
from shall.drafts.response import EXISTS, Answer
from shall.drafts.sentence import Request, requests_named_by
from shall.specs.model import Criterion

_PLACEHOLDER = re.compile(r"\{([\w-]+)\}|<([\w-]+)>|\[([\w-]+)\]|:([A-Za-z_]\w*)")
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_GIVEN = "given"
_SIMPLE = re.compile(r"\w+(?:\[(?:\d+|\*)\])?(?:\.\w+(?:\[(?:\d+|\*)\])?)*", re.ASCII)


class Example(Struct, frozen=True):
    """The body of a request that is known to be accepted; ``address`` holds values for names."""

    method: str
    address: str
    body: Any


def draft_case(criterion: Criterion, examples: Sequence[Example] = ()) -> dict[str, Any] | None:
    """Return the draft of a case as JSON data; None where the criterion names no request."""
    said = requests_named_by(criterion)
    if said is None:
        return None
    variables: dict[str, str] = {}
    steps: list[dict[str, Any]] = []
    given = said.given
    for request in said.requests:
        step: dict[str, Any] = {request.method: _address(request, variables)}
        if request.method in _WITH_BODY:
            example = _example_of(request, examples)
            step["json"] = _to_fill(given or "the body") if example is None else example.body
            given = given if example else ""
        if request.answer is not None:
            step["expect"] = dict(_expectations(request.answer))
        steps.append(step)
    for name in variables:
        variables[name] = _to_fill(given or name)
        given = ""
    if given:
        variables[_GIVEN] = _to_fill(given)
    last = said.requests[-1]
    case = {
        "name": f"{last.method} {last.path} ({criterion.key})",
        "description": " ".join(criterion.text.split()),
        "verifies": [criterion.key],
        "draft": True,
        "variables": variables,
        "steps": steps,
    }
    return {name: value for name, value in case.items() if value}


def _to_fill(what: str) -> str:
    """Return a value that is marked; what looks like an expression in it is none."""
    return f"{TO_FILL}: {' '.join(what.replace('{{', '{ {').split())}"


def _address(request: Request, variables: dict[str, str]) -> str:
    """Return the path with an expression for each placeholder, whose variables are noted."""

    def expression(found: re.Match[str]) -> str:
        name = re.sub(r"\W", "_", next(filter(None, found.groups())))
        name = name if is_variable_name(name) and name != _GIVEN else f"value_{name}"
        variables[name] = ""
        return f"{{{{ {name} }}}}"

    return _PLACEHOLDER.sub(expression, request.path)


def _example_of(request: Request, examples: Iterable[Example]) -> Example | None:
    """Return the example of a request; its address may have a prefix of the server."""
    path = request.path.partition("?")[0].rstrip("/")
    parts = [re.escape(it) for it in _PLACEHOLDER.sub("\0", path).split("\0")]
    address = re.compile(rf"(?:.*?)(?<!/){'[^/]+'.join(parts)}/?")
    for example in examples:
        known = example.address.partition("?")[0]
        if example.method == request.method and address.fullmatch(known):
            return example
    return None


def _expectations(said: Answer) -> Iterable[tuple[str, Any]]:
    if said.statuses:
        yield "status", said.statuses[0] if len(said.statuses) == 1 else list(said.statuses)
    for name, value in said.headers:
        yield f"header {name}", _header(name, value)
    for name, value in said.fields:
        yield _selector(name), {"exists": True} if value is EXISTS else {"equals": value}
    held = list(said.texts)
    if said.open or not (held or said.statuses or said.headers or said.fields):
        held.append(_to_fill(said.open or "what the response holds"))
    if held:
        checks = [{"contains": text} for text in held]
        yield "body", checks[0] if len(checks) == 1 else {"all_of": checks}
    if said.within:
        yield "duration", {"less_than": said.within}


def _header(name: str, value: str) -> dict[str, Any]:
    if not value:
        return {"exists": True}
    return {"starts_with" if name == "Content-Type" else "equals": value}


def _selector(name: str) -> str:
    if _SIMPLE.fullmatch(name):
        return f"$.{name}"
    return "$" + "".join(f"['{part}']" for part in name.split("."))
