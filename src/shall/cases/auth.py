"""Reads ``auth``: the credentials that the requests of a step, case or environment carry."""

from typing import Any

from msgspec import Struct

from shall.cases.fields import Fields, Findings, Keys, kind_of
from shall.cases.nearest import nearest

NO_AUTH = "none"
"""What is written where a step or a case sends no credentials."""


class AuthKind(Struct, frozen=True):
    """One way to authenticate. Of the fields in ``one_of`` exactly one is given."""

    doc: str
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """All its fields."""
        return (*self.required, *self.one_of, *self.optional)


_CLIENT = ("client_id", "client_secret")
_TOKEN = ("scope", "audience", "client_in")

GRANTS: dict[str, AuthKind] = {
    "client_credentials": AuthKind(
        "the client itself (RFC 6749, section 4.4)", ("token_url", *_CLIENT), _TOKEN
    ),
    "password": AuthKind(
        "user and password (RFC 6749, section 4.3)",
        ("token_url", "user", "password"),
        (*_CLIENT, *_TOKEN),
    ),
    "refresh_token": AuthKind(
        "a token that renews (RFC 6749, section 6)",
        ("token_url", "refresh_token"),
        (*_CLIENT, *_TOKEN),
    ),
    "device_code": AuthKind(
        "a person, on another device (RFC 8628)",
        ("token_url", "device_url", "client_id"),
        ("client_secret", *_TOKEN),
    ),
}
"""The grants of OAuth 2.0, below ``oauth2``."""

KINDS: dict[str, AuthKind] = {
    "basic": AuthKind("user and password (RFC 7617)", ("user", "password")),
    "bearer": AuthKind("a token (RFC 6750), as a text"),
    "digest": AuthKind("user and password (RFC 7616)", ("user", "password")),
    "ntlm": AuthKind("user and password of Windows", ("user", "password")),
    "api_key": AuthKind(
        "a value in a header, parameter or cookie of that name",
        ("value",),
        one_of=("header", "query", "cookie"),
    ),
    "aws_sigv4": AuthKind(
        "a signature of AWS, version 4",
        ("access_key", "secret_key", "region", "service"),
        ("session_token",),
    ),
    "oauth2": AuthKind("a token that a grant of OAuth 2.0 returns", one_of=tuple(GRANTS)),
}
"""The kinds of ``auth``. Documentation and JSON Schema are made of the same tables."""


def read_auth(value: Any, keys: Keys, findings: Findings) -> dict[str, Any] | None:
    """Read ``auth``; return it as written, empty for ``none``, None where it is wrong."""
    if value == NO_AUTH:
        return {}
    hint = "Write `auth: {bearer: TOKEN}`, another kind, or `none`."
    if type(value) is not dict:
        message = f"`auth` must be a mapping, not {kind_of(value)}."
        findings.add("case.bad-type", keys, message, hint)
        return None
    if len(value) != 1:
        message = "`auth` must have one kind of credentials."
        findings.add("case.bad-value", keys, message, hint)
        return None
    ((name, said),) = value.items()
    kind = _known(name, KINDS, keys, findings)
    if kind is None:
        return None
    if name == "bearer":
        Fields(value, keys, findings, {name}, {}).required_text(name)
    elif name == "oauth2":
        _read_grant(said, (*keys, name), findings)
    else:
        _read_fields(said, kind, (*keys, name), findings)
    return value


def read_auth_field(fields: Fields) -> dict[str, Any] | None:
    """Read ``auth`` of a step or a case."""
    if fields.values.get("auth") is None:
        return None
    auth = read_auth(fields.values["auth"], fields.at("auth"), fields.findings)
    headers = fields.values.get("headers")
    if auth and isinstance(headers, dict) and "authorization" in map(str.lower, map(str, headers)):
        message = "`auth` cannot be combined with a header `Authorization`."
        fields.bad("case.conflicting-fields", "auth", message, "Keep one of the two.")
    return auth


def _known(
    name: Any, kinds: dict[str, AuthKind], keys: Keys, findings: Findings
) -> AuthKind | None:
    kind = kinds.get(name)
    if kind is None:
        near = nearest(str(name), kinds)
        hint = f"Did you mean `{near}`?" if near else f"Known are {', '.join(kinds)}."
        message = f"Unknown kind of credentials `{name}`."
        place = (*keys, str(name))
        findings.add("case.unknown-field", place, message, hint, at_key=True, fix=near or "")
    return kind


def _read_grant(said: Any, keys: Keys, findings: Findings) -> None:
    if type(said) is not dict or len(said) != 1:
        hint = f"Write one of {', '.join(GRANTS)}."
        findings.add("case.bad-value", keys, "`oauth2` must have one grant.", hint)
        return
    ((name, fields),) = said.items()
    kind = _known(name, GRANTS, keys, findings)
    if kind is not None:
        read = _read_fields(fields, kind, (*keys, name), findings)
        if read.values.get("client_in") not in (None, "header", "body"):
            message = "`client_in` must be 'header' or 'body'."
            read.bad("case.bad-value", "client_in", message)


def _read_fields(said: Any, kind: AuthKind, keys: Keys, findings: Findings) -> Fields:
    fields = Fields(said, keys, findings, frozenset(kind.fields), {})
    for name in kind.required:
        fields.required_text(name)
    for name in kind.optional:
        fields.text(name)
    given = [name for name in kind.one_of if fields.values.get(name) is not None]
    if kind.one_of and len(given) != 1:
        names = ", ".join(kind.one_of)
        message = f"`{keys[-1]}` must have one of {names}."
        findings.add("case.missing-field", keys, message)
    for name in given:
        fields.required_text(name)
    return fields


def auth_schema() -> dict[str, Any]:
    """Return the JSON Schema of ``auth``."""
    kinds = {name: _schema_of(kind) for name, kind in KINDS.items()}
    kinds["bearer"] = {"type": "string", "description": KINDS["bearer"].doc}
    kinds["oauth2"] = {
        **_one({name: _schema_of(grant) for name, grant in GRANTS.items()}),
        "description": KINDS["oauth2"].doc,
    }
    return {"anyOf": [{"const": NO_AUTH}, _one(kinds)]}


def _one(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
        "properties": properties,
    }


def _schema_of(kind: AuthKind) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "required": list(kind.required),
        "properties": {name: {"type": "string"} for name in kind.fields},
        "description": kind.doc,
    }
    if kind.one_of:
        schema["oneOf"] = [{"required": [name]} for name in kind.one_of]
    return schema
