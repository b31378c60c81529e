"""The reply envelope that every tool answers with.

``status`` ("ok" or "error"), ``request_id`` (12 hex digits, or what the client sent as
``X-Request-ID``; also in the kept call),
``error_code``, ``retryable``, ``error_message`` and ``error_details`` come with every reply, as
the earlier server sent them; a tool adds fields of its own. Unlike there, an error also sets
``isError``, and unknown arguments are told.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mcp_types import CallToolResult, TextContent
from pydantic import ValidationError

from shall.cases.nearest import nearest
from shall.errors import BadValue, ResultTooLarge, ShallError

_MOST_TOLD = 20
_NAME_LENGTH = 100
_BRIEF_LENGTH = 1000


def success(request_id: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Put a tool's own fields into the envelope; ``summary`` comes first where there is one."""
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
    request_id: str,
    code: str,
    message: str,
    max_length: int,
    error: ShallError | None = None,
    mask: Callable[[Any], Any] = lambda value: value,
) -> dict[str, Any]:
    """Put an error into the envelope; its message is cut at the end: the reason stands first.

    ``mask`` takes secrets out before the cut, which could leave half of one.
    """
    return {
        "status": "error",
        "error_message": cut(mask(message), max_length),
        "error_code": code,
        "retryable": error.retryable if error else False,
        "request_id": request_id,
        "error_details": mask(_details(error)) if error and error.details else None,
    }


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
        _check_size(_size(text) + _size(structured), max_bytes, data)
    return CallToolResult(
        content=[TextContent(type="text", text=text)],
        structured_content=data,
        is_error=data["status"] == "error",
    )


def _line(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=str)


def _size(text: str) -> int:
    """Give the bytes of a text in UTF-8; a lone surrogate counts, and is told elsewhere."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def _check_size(size_bytes: int, max_bytes: int, data: Mapping[str, Any]) -> None:
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


def cut(text: str, length: int) -> str:
    """Cut a text at its end."""
    return text if len(text) <= length else f"{text[: max(length - 1, 0)]}…"


def check_names(arguments: Iterable[str], known: Iterable[str]) -> None:
    """Refuse arguments that the tool does not have; the first 20 are told.

    Raises:
        BadValue: There are such arguments.
    """
    names = list(known)
    unknown = [name for name in arguments if name not in names]
    if not unknown:
        return
    told = []
    for name in unknown[:_MOST_TOLD]:
        near = nearest(name, names)
        shown = cut(name, _NAME_LENGTH)
        told.append(f"unknown argument {shown}{f' (did you mean {near}?)' if near else ''}")
    if len(unknown) > _MOST_TOLD:
        told.append(f"and {len(unknown) - _MOST_TOLD:,} more")
    raise BadValue(f"{'; '.join(told)}.", hint=f"There are: {', '.join(names) or 'none'}.")


def bad_arguments(error: ValidationError) -> BadValue:
    """Say what the argument model found; the values themselves are not repeated."""
    found = error.errors(include_input=False, include_url=False)
    told = [
        f"{cut('.'.join(str(part) for part in each['loc']), _NAME_LENGTH)}: {each['msg']}"
        for each in found[:_MOST_TOLD]
    ]
    if len(found) > _MOST_TOLD:
        told.append(f"and {len(found) - _MOST_TOLD:,} more")
    return BadValue(f"{'; '.join(told)}.")


def _details(error: ShallError) -> dict[str, Any]:
    """Give an error's details, at most five of its problems: the message tells the first ones."""
    details = dict(error.details)
    problems = details.get("problems")
    if isinstance(problems, list) and len(problems) > 5:
        details["problems"] = problems[:5]
        details["more_problems"] = len(problems) - 5
    return details
