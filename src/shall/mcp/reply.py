"""The reply envelope that every tool answers with.

``status`` ("ok" or "error") and ``request_id`` (12 hex digits, or what the client sent as
``X-Request-ID``; also in the call log) come with every reply, and a tool adds fields of its own.
``error_code``, ``retryable``, ``error_message`` and ``error_details`` come with every reply of the
nine tools that the earlier server had, as it sent them; newer tools leave out those that are empty.
Unlike there, an error also sets ``isError``, and unknown arguments are reported.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mcp_types import CallToolResult, TextContent
from pydantic import ValidationError

from shall.actions.calls import Failure
from shall.cases.nearest import nearest
from shall.errors import BadValue, ResultTooLarge, ShallError
from shall.mcp.shorten import cut, shorten

EARLIER_TOOLS = frozenset(
    {
        "delete_testcase",
        "get_mcp_metrics",
        "get_test_results",
        "get_testcase",
        "health_check",
        "list_testcases",
        "run_tests",
        "write_testcase",
        "write_unittest",
    }
)
"""The tools of the earlier server: clients may rely on each key of their replies."""

_ERROR_KEYS = ("error_code", "retryable", "error_message", "error_details")
_MOST_REPORTED = 20
_NAME_LENGTH = 100
_BRIEF_LENGTH = 1000


def success(request_id: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the envelope with a tool's own fields; ``summary`` comes first where there is one."""
    head = {"status": "ok"}
    if "summary" in fields:
        head["summary"] = fields["summary"]
    rest: dict[str, Any] = {
        "request_id": request_id,
        "error_code": None,
        "retryable": False,
        "error_message": None,
        "error_details": None,
    }
    return {**head, **rest, **fields}


def failure(
    request_id: str, failed: Failure, mask: Callable[[Any], Any] = lambda value: value
) -> dict[str, Any]:
    """Return the envelope with an error; its message is cut between sentences, the reason first.

    ``mask`` takes secrets out before the cut, which could leave half of one.
    """
    error, reason, hint = failed.error, failed.message, ""
    if error is not None and error.hint and reason.endswith(f" {error.hint}"):
        reason, hint = reason.removesuffix(f" {error.hint}"), error.hint
    return {
        "status": "error",
        "error_message": shorten(mask(reason), mask(hint), failed.max_length),
        "error_code": failed.code,
        "retryable": error.retryable if error else False,
        "request_id": request_id,
        "error_details": mask(_details(error)) if error and error.details else None,
    }


def without_empty(tool: str, data: dict[str, Any]) -> dict[str, Any]:
    """Leave out what no error filled, unless the earlier server had the tool."""
    if tool in EARLIER_TOOLS:
        return data
    return {key: value for key, value in data.items() if value or key not in _ERROR_KEYS}


def is_brief(data: Mapping[str, Any]) -> bool:
    """Return whether an envelope holds only scalars and short texts: it is written in no time."""
    return all(
        len(value) < _BRIEF_LENGTH if isinstance(value, str) else not isinstance(value, list | dict)
        for value in data.values()
    )


def as_result(data: dict[str, Any], max_bytes: int | None = None) -> CallToolResult:
    """Make the tool result of an envelope: as one line of JSON, and structured.

    The text leaves out the assertions of failed cases: their messages are there already.

    Raises:
        ResultTooLarge: Both together have more bytes than ``max_bytes``.
    """
    brief = {
        **data,
        **({"results": _without_assertions(data["results"])} if "results" in data else {}),
    }
    text = _line(brief)
    if max_bytes is not None:
        structured = _line(data) if "results" in data else text
        check_size(_size(text) + _size(structured), max_bytes, data)
    return CallToolResult(
        content=[TextContent(type="text", text=text)],
        structured_content=data,
        is_error=data["status"] == "error",
    )


def _line(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=str)


def _size(text: str) -> int:
    """Return the bytes of a text in UTF-8; a lone surrogate counts, and is reported elsewhere."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def check_size(size_bytes: int, max_bytes: int, data: Mapping[str, Any]) -> None:
    """Refuse an answer that is larger than the setting ``max_result_bytes`` allows.

    Raises:
        ResultTooLarge: It has more than ``max_bytes``.
    """
    if size_bytes <= max_bytes:
        return
    raise ResultTooLarge(
        f"The call was carried out, but its answer has {size_bytes} bytes, more than the"
        f" {max_bytes} of max_result_bytes.",
        hint="Ask for less: a smaller limit, fewer cases, or one case of the run by its name.",
        details={
            "size_bytes": size_bytes,
            "max_bytes": max_bytes,
            **({"run_id": data["run_id"]} if "run_id" in data else {}),
        },
    )


def _without_assertions(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {key: value for key, value in result.items() if key != "assertions"} for result in results
    ]


def check_names(arguments: Iterable[str], known: Iterable[str]) -> None:
    """Refuse arguments that the tool does not have; the first 20 are named.

    Raises:
        BadValue: There are such arguments.
    """
    names = list(known)
    unknown = [name for name in arguments if name not in names]
    if not unknown:
        return
    problems = []
    for name in unknown[:_MOST_REPORTED]:
        near = nearest(name, names)
        shown = cut(name, _NAME_LENGTH)
        problems.append(f"unknown argument {shown}{f' (did you mean {near}?)' if near else ''}")
    if len(unknown) > _MOST_REPORTED:
        problems.append(f"and {len(unknown) - _MOST_REPORTED:,} more")
    raise BadValue(f"{'; '.join(problems)}.", hint=f"Available: {', '.join(names) or 'none'}.")


def bad_arguments(error: ValidationError) -> BadValue:
    """Return what the argument model found; the values themselves are not repeated."""
    found = error.errors(include_input=False, include_url=False)
    problems = [
        f"{cut('.'.join(str(part) for part in each['loc']), _NAME_LENGTH)}: {each['msg']}"
        for each in found[:_MOST_REPORTED]
    ]
    if len(found) > _MOST_REPORTED:
        problems.append(f"and {len(found) - _MOST_REPORTED:,} more")
    return BadValue(f"{'; '.join(problems)}.")


def _details(error: ShallError) -> dict[str, Any]:
    """Return an error's details, at most five of its problems: the message has the first ones."""
    details = dict(error.details)
    problems = details.get("problems")
    if isinstance(problems, list) and len(problems) > 5:
        details["problems"] = problems[:5]
        details["more_problems"] = len(problems) - 5
    return details
