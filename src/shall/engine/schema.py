"""Checks a value against a JSON Schema, draft 2020-12 unless it names another."""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from msgspec import Struct

from shall.cases.schema_files import SchemaFile, address_of, referenced, refers_elsewhere
from shall.engine.budgets import Budget
from shall.engine.ports import Attachments
from shall.errors import FileMissing
from shall.messages import Message

SHOWN_ERRORS = 3
"""Errors that a message names."""

SHOWN_LENGTH = 300
"""Characters of an error that a message shows."""

_OUTSIDE = re.compile(r"Resource '(.*?)' is not present in a registry")

MAX_BYTES = 1 << 20
"""A file of more bytes is not a schema."""


class SchemaFiles(Struct, frozen=True):
    """A schema in a file, and the other files that it refers to."""

    path: str
    text: bytes
    others: tuple[SchemaFile, ...]


def read_schema(path: str, attachments: Attachments) -> bytes | SchemaFiles:
    """Read the file of a schema, with those that it refers to.

    Raises:
        FileMissing: One does not exist.
        OutsideWorkspace: A path leads out.
        BadValue: They are too many or too large.
    """
    text = attachments.read_bytes(path)
    if len(text) > MAX_BYTES or not refers_elsewhere(text):
        return text

    def read(other: str) -> bytes:
        try:
            return attachments.read_bytes(other)
        except FileMissing:
            raise FileMissing(f"{other} does not exist, and {path} refers to it.") from None

    others = referenced(text, path, read)
    return SchemaFiles(path, text, others) if others else text


def judge_schema(value: Any, schema: Any, budget: Budget) -> Message | None:
    """Return what is wrong with a value; None where it is valid.

    ``schema`` is the schema, or what ``read_schema`` returns. References lead into the schema
    itself or to the files that it was read with: nothing is fetched.
    """
    budget.check_time()
    paths: dict[str, str] = {}
    if isinstance(schema, SchemaFiles):
        validator = _validator(schema.text, schema.path, schema.others)
        paths = {it.url: it.path for it in schema.others}
    else:
        validator = _validator(schema if isinstance(schema, bytes) else json.dumps(schema))
    if isinstance(validator, str):
        return Message("check.bad_schema", {"reason": validator})
    errors = []
    for error in validator.iter_errors(value):
        errors.append(_error_text(error, paths))
        if len(errors) == SHOWN_ERRORS:
            break
    return Message("check.invalid", {"errors": "; ".join(errors)}) if errors else None


def _error_text(error: Any, paths: Mapping[str, str] = {}) -> str:
    """Return what is wrong with a value, after the path of the other file that says so, if any."""
    file = paths.get(error.absolute_keyword_location.partition("#")[0]) if paths else None
    place = "".join(
        f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.instance_path
    )
    text = f"{file}: ${place}: {error.message}" if file else f"${place}: {error.message}"
    return text if len(text) <= SHOWN_LENGTH else f"{text[: SHOWN_LENGTH - 1]}…"


@lru_cache(maxsize=64)
def _validator(text: str | bytes, path: str = "", others: tuple[SchemaFile, ...] = ()) -> Any:
    """Return what checks by a schema, or what is wrong with the schema or the other files."""
    if len(text) > MAX_BYTES:
        return f"it is larger than {MAX_BYTES >> 20} MiB"
    import jsonschema_rs  # a library that few cases need

    from shall.engine.schema_words import misplaced, misspelled

    options = _options(jsonschema_rs)
    try:
        schema = json.loads(text)
        draft = schema.get("$schema") if isinstance(schema, dict) else None
        files = {address_of(path): schema}
        written = text if isinstance(text, str) else text.decode("utf-8", "replace")
        wrong = (
            misspelled(schema)
            or misplaced(schema, written)
            or _add(others, draft, files)
            or _circle(others, draft, files)
        )
        if wrong is not None:
            return wrong
        if others:
            options["registry"] = jsonschema_rs.Registry([*files.items()], retriever=_refuse)
            options["base_uri"] = address_of(path)
        if draft is not None:
            return jsonschema_rs.validator_for(schema, **options)
        return jsonschema_rs.Draft202012Validator(schema, **options)
    except jsonschema_rs.ValidationError as error:
        return _invalid(schema, others, draft) or _schema_error(error)
    except (ValueError, RecursionError) as error:
        return _outside(str(error)) or str(error).splitlines()[0][:SHOWN_LENGTH]


def _add(others: tuple[SchemaFile, ...], draft: Any, files: dict[str, Any]) -> str | None:
    """Add the other files by their addresses, or return what is wrong with one.

    ``draft`` is the one of the schema that refers to them, for files that name none.
    """
    from shall.engine.schema_words import misspelled  # as above

    for file in others:
        try:
            schema = json.loads(file.text)
        except (ValueError, RecursionError) as error:
            return f"in {file.path}: {str(error).splitlines()[0][:SHOWN_LENGTH]}"
        wrong = misspelled(schema)
        if wrong is not None:
            return f"in {file.path}: {wrong}"
        if draft is not None and isinstance(schema, dict):
            schema.setdefault("$schema", draft)
        files[file.url] = schema
    return None


def _invalid(schema: Any, others: tuple[SchemaFile, ...], draft: Any) -> str | None:
    """Return which other file is no schema of its draft, and why; None where this one is none."""
    import jsonschema_rs  # as above

    offline = jsonschema_rs.Registry([], retriever=_refuse)
    for path, each in (("", schema), *((it.path, json.loads(it.text)) for it in others)):
        if draft is not None and isinstance(each, dict):
            each = {"$schema": draft, **each}
        try:
            jsonschema_rs.meta.validate(each, registry=offline)
        except jsonschema_rs.ValidationError as error:
            return f"in {path}: {_schema_error(error)}" if path else None
        except jsonschema_rs.ReferencingError:  # of a draft that is not known
            return None
    return None


def _circle(others: tuple[SchemaFile, ...], draft: Any, files: dict[str, Any]) -> str | None:
    """Return what is said of references that lead in a circle; None where none do."""
    from shall.cases.schema_cycles import Circles  # as above

    found = Circles(files, draft).first()
    if found is None:
        return None
    url, reason = found
    path = next((it.path for it in others if it.url == url), None)
    return f"in {path}: {reason}" if path else reason


def _options(library: Any) -> dict[str, Any]:
    return {
        "retriever": _refuse,
        "validate_formats": True,
        "pattern_options": library.FancyRegexOptions(backtrack_limit=100_000),
    }


def _schema_error(error: Any) -> str:
    """Return what is wrong with a schema, with its place in it."""
    return _outside(error.message) or _error_text(error).removeprefix("$: ")


def _outside(text: str) -> str:
    """Return that a reference leads out, where an error of the library says so; else nothing."""
    found = _OUTSIDE.match(text)
    if found is None:
        return ""
    return f"the reference {found[1][:100]} leads out of it; write what it means under `$defs`"


def _refuse(uri: str) -> Any:
    raise ValueError(f"the reference {uri[:100]} leads out of the schema")
