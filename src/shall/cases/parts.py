"""Reads ``files``: the parts of a multipart form that are more than a name and a text."""

from collections.abc import Iterator, Mapping
from typing import Any

from shall.cases.fields import Fields, Findings, Keys, kind_of

CONTENTS = ("file", "text", "json")
"""Where the content of a part is: in a file of the workspace, or here."""

_FIELDS = frozenset({*CONTENTS, "type", "name"})
_HINT = "Write a path, or a mapping such as `{file: PATH, type: text/csv, name: a.csv}`."


def read_files(fields: Fields) -> dict[str, Any]:
    """Read ``files`` of a step; return it as written."""
    values = fields.mapping("files")
    for key, value in values.items():
        keys = (*fields.at("files"), key)
        if isinstance(value, list):
            if not value:
                fields.findings.add("case.bad-value", keys, f"`{key}` must not be empty.", _HINT)
            for index, part in enumerate(value):
                _check_part(part, key, (*keys, index), fields.findings)
        else:
            _check_part(value, key, keys, fields.findings)
    return values


def _check_part(part: Any, field: str, keys: Keys, findings: Findings) -> None:
    if type(part) is str and part:
        return
    if not isinstance(part, dict):
        given = "an empty text" if part == "" else kind_of(part)
        message = f"`{field}` must be the path of a file or a mapping, not {given}."
        findings.add("case.bad-type", keys, message, _HINT)
        return
    read = Fields(part, keys, findings, _FIELDS, {})
    contents = [name for name in CONTENTS if name in part]
    if len(contents) != 1:
        message = f"A part of `{field}` must have one of `file`, `text` and `json`."
        findings.add("case.bad-value", keys, message, _HINT)
        return
    if contents[0] == "file":
        read.required_text("file")
    elif contents[0] == "text":
        read.text("text")
    for name in ("type", "name"):
        if (read.text(name) or "").splitlines()[1:]:
            message = f"`{name}` contains a line break or another control character."
            read.bad("case.bad-value", name, message)


def parts_of(files: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the field and the mapping of each part, in the order written."""
    for field, value in files.items():
        for part in value if isinstance(value, list) else [value]:
            yield field, part if isinstance(part, dict) else {"file": part}


def files_schema() -> dict[str, Any]:
    """Return the JSON Schema of ``files``, which refers to ``part_schema`` as ``part``."""
    part = {"$ref": "#/$defs/part"}
    return {
        "type": "object",
        "additionalProperties": {"anyOf": [part, {"type": "array", "minItems": 1, "items": part}]},
        "description": "fields of a multipart form with what is more than text",
    }


def part_schema() -> dict[str, Any]:
    """Return the JSON Schema of one part: a path, or its content."""
    text = {"type": "string"}
    path = {**text, "minLength": 1}
    part = {
        "type": "object",
        "additionalProperties": False,
        "oneOf": [{"required": [name]} for name in CONTENTS],
        "properties": {
            "file": {**path, "description": "a path in the workspace"},
            "text": {**text, "description": "the content itself"},
            "json": {"description": "the content as JSON"},
            "type": {**text, "description": "its content type; that of the name by default"},
            "name": {**text, "description": "its file name"},
        },
    }
    return {"anyOf": [path, part]}
