"""Reads ``connection``: how a service is connected to."""

import re
from typing import Any

from msgspec import Struct

from shall.cases.fields import Fields, Findings, Keys
from shall.cases.forms import is_template

MAX_REDIRECTS = 50
"""The most redirects that a case may ask for."""

_TARGET = re.compile(r"[^\s:\[\]]+:[0-9]{1,5}")
_ADDRESS = re.compile(r"[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")
_PROXY = re.compile(r"(https?|socks5h)://[^\s/]+/?")


class ConnectionOption(Struct, frozen=True):
    """One option.

    ``kind`` says what it is: ``text``, ``file``, ``flag``, ``choice``, ``number``, ``addresses``.
    ``is_operators``: only ``shall.yaml`` has it, which no tool writes.
    """

    doc: str
    kind: str = "text"
    choices: tuple[str, ...] = ()
    is_operators: bool = False


OPTIONS: dict[str, ConnectionOption] = {
    "client_certificate": ConnectionOption("the certificate of the client, in PEM", "file"),
    "key": ConnectionOption("its private key, in PEM", "file"),
    "key_password": ConnectionOption("the password of the key"),
    "ca": ConnectionOption("the only authorities that are trusted, in PEM", "file"),
    "insecure": ConnectionOption("accept any certificate", "flag"),
    "tls": ConnectionOption("the lowest version of TLS", "choice", ("1.2", "1.3")),
    "http": ConnectionOption(
        "the version of HTTP", "choice", ("1.1", "2", "2-prior-knowledge", "3")
    ),
    "compression": ConnectionOption(
        "the compression that is asked for", "choice", ("none", "gzip", "deflate", "br", "zstd")
    ),
    "max_redirects": ConnectionOption("redirects that are followed, 10 by default", "number"),
    "resolve": ConnectionOption("addresses of HOST:PORT that are not looked up", "addresses"),
    "proxy": ConnectionOption("the URL of a proxy", is_operators=True),
    "unix_socket": ConnectionOption(
        "the path of a socket that requests to the host go to", is_operators=True
    ),
}
"""The options of ``connection`` by name."""

OF_CASES = {name: option for name, option in OPTIONS.items() if not option.is_operators}


def read_connection(
    value: Any, keys: Keys, findings: Findings, *, is_setting: bool = False
) -> dict[str, Any]:
    """Read ``connection`` of a case, or of ``shall.yaml``; return it as written."""
    fields = Fields(value, keys, findings, OPTIONS.keys(), {})
    for name in fields.values.keys() & OPTIONS.keys():
        option = OPTIONS[name]
        if option.is_operators and not is_setting:
            message = f"Only `shall.yaml` may name `{name}`."
            hint = "Write it below `connection` there, or of an environment."
            findings.add("case.unknown-field", (*keys, name), message, hint, at_key=True)
        else:
            _READ[option.kind](fields, name, option)
    if fields.values.get("key") is not None and fields.values.get("client_certificate") is None:
        fields.missing("client_certificate", "A key belongs to a certificate.")
    return fields.values


def _text(fields: Fields, name: str, _: ConnectionOption) -> None:
    text = fields.required_text(name)
    if name == "proxy" and text and not (is_template(text) or _PROXY.fullmatch(text)):
        hint = "Write http://, https:// or socks5h://, a host and a port."
        fields.bad("case.bad-address", name, "`proxy` is not a URL of a proxy.", hint)


def _choice(fields: Fields, name: str, option: ConnectionOption) -> None:
    text = fields.required_text(name)
    if text and text not in option.choices:
        known = ", ".join(f'"{it}"' for it in option.choices)
        message = f"`{name}` must be one of {known}, not '{text:.60}'."
        fields.bad("case.bad-value", name, message)


def _flag(fields: Fields, name: str, _: ConnectionOption) -> None:
    fields.flag(name, False)


def _number(fields: Fields, name: str, _: ConnectionOption) -> None:
    value = fields.values[name]
    if type(value) is not int or not 1 <= value <= MAX_REDIRECTS:
        message = f"`{name}` must be from 1 to {MAX_REDIRECTS}, not {value!r:.60}."
        fields.bad("case.bad-value", name, message)


def _addresses(fields: Fields, name: str, _: ConnectionOption) -> None:
    for target, address in fields.mapping(name).items():
        keys = (*fields.at(name), target)
        if not _TARGET.fullmatch(target):
            message = f"`{target:.60}` is not a host with its port."
            hint = "Write `HOST:PORT`, such as api.example.com:443."
            fields.findings.add("case.bad-address", keys, message, hint, at_key=True)
        elif type(address) is not str or not (is_template(address) or _ADDRESS.fullmatch(address)):
            message = "A host is resolved to an IP address."
            hint = "Write the address as a text, such as 127.0.0.1."
            fields.findings.add("case.bad-address", keys, message, hint)


_READ = {
    "text": _text,
    "file": _text,
    "choice": _choice,
    "flag": _flag,
    "number": _number,
    "addresses": _addresses,
}


def read_connection_field(fields: Fields) -> dict[str, Any]:
    """Read ``connection`` of a step or a case."""
    if fields.values.get("connection") is None:
        return {}
    return read_connection(fields.values["connection"], fields.at("connection"), fields.findings)


def connection_schema() -> dict[str, Any]:
    """Return the JSON Schema of ``connection`` of a case."""
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            name: {**_schema_of(option), "description": option.doc}
            for name, option in OF_CASES.items()
        },
    }


def _schema_of(option: ConnectionOption) -> dict[str, Any]:
    if option.kind == "flag":
        return {"type": "boolean"}
    if option.kind == "number":
        return {"type": "integer", "minimum": 1, "maximum": MAX_REDIRECTS}
    if option.kind == "addresses":
        return {"type": "object", "additionalProperties": {"type": "string"}}
    return {"enum": list(option.choices)} if option.choices else {"type": "string"}
