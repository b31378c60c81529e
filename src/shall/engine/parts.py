"""Bodies that few requests have: parts of a multipart form, XML, and bytes."""

import base64
import binascii
import json
import mimetypes
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from shall.cases.parts import parts_of
from shall.engine.evaluate import as_text, evaluate_escaped
from shall.engine.ports import Attachments
from shall.engine.scope import Scope
from shall.errors import BadValue
from shall.transport.exchange import FileContent, FilePart

XML = "application/xml"
_BYTES = "application/octet-stream"
_JSON = "application/json"
_QUOTES = {'"': "&quot;", "'": "&apos;"}

_types = mimetypes.MimeTypes()  # not those of the machine: a case means the same everywhere
_types.add_type(XML, ".xml")  # RFC 7303, section 9.2: text/xml is an alias
_types.add_type("application/yaml", ".yaml")  # RFC 9512
_types.add_type("application/yaml", ".yml")


def file_parts(files: Mapping[str, Any], attachments: Attachments) -> tuple[FilePart, ...]:
    """Return the parts of a multipart form that ``files`` describes.

    Raises:
        BadValue: A name or a type contains a line break.
        FileMissing: A file does not exist.
        OutsideWorkspace: A file lies outside.
    """
    return tuple(_part(field, part, attachments) for field, part in parts_of(files))


def _part(field: str, part: Mapping[str, Any], attachments: Attachments) -> FilePart:
    name, by_default = as_text(part.get("name") or ""), "text/plain; charset=utf-8"
    content: bytes | FileContent
    if "file" in part:
        path = as_text(part["file"])
        content = attachments.upload(path)
        name = name or path.rpartition("/")[2]
        by_default = _type_of(name)
    elif "json" in part:
        content = json.dumps(part["json"], ensure_ascii=False).encode("utf-8")
        by_default = _JSON
    else:
        content = as_text(part["text"]).encode("utf-8")
        by_default = _type_of(name) if name else by_default
    content_type = as_text(part.get("type") or by_default)
    for value in (field, name, content_type):
        if any(it in value for it in "\r\n\0"):
            raise BadValue(f"A part of the form field {field!r:.60} contains a line break or NUL.")
    return FilePart(field, name, content, content_type)


def _type_of(name: str) -> str:
    return _types.guess_type(name)[0] or _BYTES


def xml_bytes(text: str, scope: Scope) -> bytes:
    """Return the XML of a text whose expressions are evaluated, in UTF-8.

    The value of an expression is escaped, but one that is the whole text is XML itself.
    """
    return evaluate_escaped(text, scope, lambda it: escape(it, _QUOTES)).encode("utf-8")


def raw_bytes(
    written: Mapping[str, Any], attachments: Attachments | None
) -> tuple[bytes | FileContent | None, str]:
    """Return the bytes of a body, and their content type by the name of the file.

    Raises:
        BadValue: The text is not Base64.
        FileMissing: The file does not exist.
        OutsideWorkspace: The file lies outside.
    """
    if "file" in written:
        path = as_text(written["file"])
        content = None if attachments is None else attachments.upload(path)
        return content, _type_of(path)
    try:
        return base64.b64decode(as_text(written["base64"]), validate=True), _BYTES
    except (binascii.Error, ValueError):
        raise BadValue("`base64` of the body is not Base64.") from None
