"""Checks a value against a JSON Schema, draft 2020-12 unless it names another."""

import json
import re
from functools import lru_cache
from typing import Any

from shall.engine.budgets import Budget
from shall.messages import Message

SHOWN_ERRORS = 3
"""Errors that a message names."""

SHOWN_LENGTH = 300
"""Characters of an error that a message shows."""

_OUTSIDE = re.compile(r"Resource '(.*?)' is not present in a registry")

MAX_BYTES = 1 << 20
"""A file of more bytes is not a schema."""


def judge_schema(value: Any, schema: Any, budget: Budget) -> Message | None:
    """Return what is wrong with a value; None where it is valid.

    ``schema`` is the schema, or the bytes of a JSON file with one. References lead into the schema
    itself only: nothing is fetched.
    """
    budget.check_time()
    text = schema if isinstance(schema, bytes) else json.dumps(schema)
    validator = _validator(text)
    if isinstance(validator, str):
        return Message("check.bad_schema", {"reason": validator})
    errors = []
    for error in validator.iter_errors(value):
        errors.append(_error_text(error))
        if len(errors) == SHOWN_ERRORS:
            break
    return Message("check.invalid", {"errors": "; ".join(errors)}) if errors else None


def _error_text(error: Any) -> str:
    place = "".join(
        f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.instance_path
    )
    text = f"${place}: {error.message}"
    return text if len(text) <= SHOWN_LENGTH else f"{text[: SHOWN_LENGTH - 1]}…"


@lru_cache(maxsize=64)
def _validator(text: str | bytes) -> Any:
    """Return what checks by a schema, or what is wrong with the schema."""
    if len(text) > MAX_BYTES:
        return f"it is larger than {MAX_BYTES >> 20} MiB"
    import jsonschema_rs  # a library that few cases need

    from shall.engine.schema_words import misspelled

    try:
        schema = json.loads(text)
        wrong = misspelled(schema)
        if wrong is not None:
            return wrong
        if isinstance(schema, dict) and "$schema" in schema:
            return jsonschema_rs.validator_for(schema, **_options(jsonschema_rs))
        return jsonschema_rs.Draft202012Validator(schema, **_options(jsonschema_rs))
    except jsonschema_rs.ValidationError as error:
        return _schema_error(error)
    except (ValueError, RecursionError) as error:
        return str(error).splitlines()[0][:SHOWN_LENGTH]


def _schema_error(error: Any) -> str:
    """Return what is wrong with a schema, with its place in it."""
    outside = _OUTSIDE.match(error.message)
    if outside is not None:
        return (
            f"the reference {outside[1][:100]} leads out of it; write what it means under `$defs`"
        )
    text = _error_text(error)
    return text.removeprefix("$: ")


def _options(library: Any) -> dict[str, Any]:
    return {
        "retriever": _refuse,
        "validate_formats": True,
        "pattern_options": library.FancyRegexOptions(backtrack_limit=100_000),
    }


def _refuse(uri: str) -> Any:
    raise ValueError(f"the reference {uri[:100]} leads out of the schema")
