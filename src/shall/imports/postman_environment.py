"""Reads environments of Postman as environments of shall.yaml, without secret values."""

import re
from collections.abc import Mapping
from typing import Any

from shall.cases.json_text import load_object, objects, text_of
from shall.imports.names import variable_name
from shall.imports.result import Imported, LeftOut
from shall.redaction.forms import MASK, SHORTEST
from shall.redaction.names import is_secret_name
from shall.redaction.shapes import mask_tokens
from shall.secret_source import OWN_PREFIXES

VARIABLE = re.compile(r"\{\{([^{}]{1,200})\}\}")
_MOST_CHARACTERS = 100_000
"""Characters of a value once the variables in it have theirs."""


def is_environment(data: Mapping[str, Any]) -> bool:
    """Return whether a document is an environment, or the globals, and no collection."""
    return isinstance(data.get("values"), list) and "item" not in data


def name_of(name: str) -> str:
    """Return the name of a variable as an expression can read it."""
    plain = name.strip()
    return plain if re.fullmatch(r"[A-Za-z_]\w*", plain) else variable_name(plain)


def read_environment(text: str, file: str) -> Imported:
    """Read an environment. Raises ``InvalidCase``."""
    return environment_of(load_object(text, file), file)


def environment_of(data: Mapping[str, Any], file: str) -> Imported:
    """Return an environment of shall.yaml; each secret has a source in place of its value."""
    left_out = LeftOut(file)
    title = text_of(data.get("name")) or "environment"
    name = re.sub(r"[^\w-]+", "-", title).strip("-").lower() or "environment"
    values: dict[str, str] = {}
    secret: set[str] = set()
    for each in objects(data.get("values")):
        key = text_of(each.get("key"))
        if not key or each.get("disabled") is True:
            continue
        if each.get("enabled") is False:  # newman reads it, Postman does not
            left_out.add(key, f"The variable {key} was left out: it is disabled.")
            continue
        known = name_of(key)
        values[known] = text_of(each.get("value"))
        if each.get("type") == "secret" or is_secret_name(key):
            secret.add(known)
    resolved = {key: _resolved(it, values) for key, it in values.items()}
    hidden = {resolved[it] for it in secret if len(resolved[it]) >= SHORTEST}
    secret |= {key for key, it in resolved.items() if _shows_secret(it, hidden)}
    variables = {key: it for key, it in resolved.items() if key not in secret}
    for key, value in [*variables.items()]:
        if found := VARIABLE.search(value):
            message = (
                f"The variable {key} was left out: the file has no {found[0]}, which it reads."
            )
            left_out.add(key, message, "Write its value under `variables`.")
            del variables[key]
    settings: dict[str, Any] = {"variables": variables} if variables else {}
    if secret:
        settings["secrets"] = {
            key: {"environment": _source(name, key)} for key in resolved if key in secret
        }
    return Imported((), left_out.found, [*settings.get("secrets", {})], {name: settings})


def _resolved(value: str, values: Mapping[str, str]) -> str:
    """Return a value with those of the variables in it, as Postman does when it sends."""
    for _ in range(20):  # as deep as Postman follows them
        read = VARIABLE.sub(lambda found: values.get(name_of(found[1]), found[0]), value)
        if read == value or len(read) > _MOST_CHARACTERS:
            break
        value = read
    return value


def _shows_secret(value: str, hidden: set[str]) -> bool:
    return MASK in mask_tokens(value) or any(it in value for it in hidden)


def _source(environment: str, name: str) -> str:
    wanted = f"{environment}_{name}".replace("-", "_").upper()
    return f"MY_{wanted}" if wanted.startswith(OWN_PREFIXES) else wanted
