"""Reads ``connection``: how a service is connected to."""

from typing import Any

from msgspec import Struct

from shall.cases.fields import Fields, Findings, Keys


class ConnectionOption(Struct, frozen=True):
    """One option. ``is_file``: a path in the workspace; ``choices``: what it may be."""

    doc: str
    is_file: bool = False
    is_flag: bool = False
    choices: tuple[str, ...] = ()


OPTIONS: dict[str, ConnectionOption] = {
    "client_certificate": ConnectionOption("the certificate of the client, in PEM", is_file=True),
    "key": ConnectionOption("its private key, in PEM", is_file=True),
    "key_password": ConnectionOption("the password of the key"),
    "ca": ConnectionOption("the only authorities that are trusted, in PEM", is_file=True),
    "insecure": ConnectionOption("accept any certificate", is_flag=True),
    "tls": ConnectionOption("the lowest version of TLS", choices=("1.2", "1.3")),
}
"""The options of ``connection`` by name, in a case and in ``shall.yaml``."""


def read_connection(value: Any, keys: Keys, findings: Findings) -> dict[str, Any]:
    """Read ``connection``; return it as written."""
    fields = Fields(value, keys, findings, OPTIONS.keys(), {})
    for name in fields.values.keys() & OPTIONS.keys():
        option = OPTIONS[name]
        if option.is_flag:
            fields.flag(name, False)
        else:
            text = fields.required_text(name)
            if text and option.choices and text not in option.choices:
                known = ", ".join(f'"{it}"' for it in option.choices)
                message = f"`{name}` must be one of {known}, not '{text:.60}'."
                fields.bad("case.bad-value", name, message)
    if fields.values.get("key") is not None and fields.values.get("client_certificate") is None:
        fields.missing("client_certificate", "A key belongs to a certificate.")
    return fields.values


def read_connection_field(fields: Fields) -> dict[str, Any]:
    """Read ``connection`` of a step or a case."""
    if fields.values.get("connection") is None:
        return {}
    return read_connection(fields.values["connection"], fields.at("connection"), fields.findings)


def connection_schema() -> dict[str, Any]:
    """Return the JSON Schema of ``connection``."""
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            name: {**_schema_of(option), "description": option.doc}
            for name, option in OPTIONS.items()
        },
    }


def _schema_of(option: ConnectionOption) -> dict[str, Any]:
    if option.is_flag:
        return {"type": "boolean"}
    return {"enum": list(option.choices)} if option.choices else {"type": "string"}
