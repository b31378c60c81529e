"""Puts variables in the place of the secrets that a case holds: an export is made to be shared."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from msgspec.structs import replace

from shall.cases.forms import is_template
from shall.cases.model import Body, Case, Check, RequestTemplate, Step, Teardown
from shall.exports.names import Exported
from shall.imports.secret_variables import SecretVariables
from shall.redaction.names import is_secret_name

_EXPRESSION = re.compile(r"(\{\{[^{}]*\}\})")
_NAME = re.compile(r"\{\{\s*(?:Global\.)?(\w+)")
_USER = re.compile(r"(?i)(https?://[^/?#@:]*:)([^/?#@{}]+)(?=@)")
_PARAMETER = re.compile(r"([?&])([^=&#]+)=([^&#]+)")
_OF_AUTH = frozenset({"bearer", "value"})
"""Fields of ``auth`` that hold a secret, besides those whose names say so."""


def without_secrets(
    case: Case, known: Mapping[str, str], exported: Exported, spelled: Callable[[str], str] = str
) -> Case:
    """Return a case with variables where it holds secrets, and report what they replace.

    ``spelled`` returns the name of a variable as the export has it.

    Secret are the values of the variables that the case declares or whose names say so, those of
    ``known`` (variables of the project by name), credentials of ``auth``, and headers, parameters
    and fields of bodies whose names say so.
    """
    secrets = _Secrets(case, known)
    written = _Replacement(case, secrets).case()
    exported.replaced = {spelled(name): place for name, place in secrets.places.items()}
    return written


def _as_it_is(written: str) -> str:
    return written.replace(" | to_string", "")


class _Secrets(SecretVariables):
    """Secrets of a case that is read: its expressions stay as they are."""

    def __init__(self, case: Case, known: Mapping[str, str]) -> None:
        super().__init__()
        captured = (it for step in case.steps for it in step.capture)
        taken = {*case.variables, *captured, *known, *_NAME.findall(str(case))}
        self._taken = dict.fromkeys(taken, 1)
        self.declared = {
            it for it in case.variables if it in case.secrets or it in known or is_secret_name(it)
        }
        self.place = ""
        """The place of the case that is read."""
        self.places: dict[str, str] = {}
        """The new variables with the place of the first value that each replaces."""
        for name, value in known.items():
            self._declare(name, value)
        for name in self.declared:
            self._declare(name, case.variables[name])

    def _declare(self, name: str, value: Any) -> None:
        """Treat a value as that of a variable that the case, or its project, has."""
        if isinstance(value, str | int) and not is_template(value) and str(value):
            self._names.setdefault(str(value), name)

    def variable(self, name: str, value: str) -> str:
        before = len(self.names)
        written = super().variable(name, value)
        if len(self.names) > before:
            self.places[self.names[-1]] = self.place
        return written

    def named(self, name: str, value: Any) -> Any:
        if is_template(value):
            return value
        written = super().named(name, value)
        # a text of JSON stays a text
        is_new = isinstance(value, str) and written != value
        return written.replace(" }}", " | to_string }}") if is_new else written

    def header(self, name: str, value: str) -> str:
        return value if is_template(value) else _as_it_is(super().header(name, value))

    def hide(self, value: Any) -> Any:
        if not isinstance(value, str):
            return super().hide(value)
        parts = _EXPRESSION.split(value)
        parts[::2] = map(self._hidden, parts[::2])
        return "".join(parts)


class _Replacement:
    """Replaces the secrets of one case: first those that a name marks, then each known value."""

    def __init__(self, case: Case, secrets: _Secrets) -> None:
        self._case, self._secrets = case, secrets

    def case(self) -> Case:
        """Return the case without secrets."""
        case, hide = self._case, self._secrets.hide
        declared = self._secrets.declared
        variables = {
            name: None if name in declared else self._fields(value, f"the variable `{name}`")
            for name, value in case.variables.items()
        }
        self._secrets.place = "`host` of the case"
        host = None if case.host is None else self._address(case.host)
        auth = self._auth(case.auth, "the case")
        steps = [self._part(it) for it in case.steps]
        teardowns = [self._part(it) for it in case.teardowns]
        # values are hidden everywhere when all of them are known
        return replace(
            case,
            name=hide(case.name),
            host=hide(host),
            variables=hide(variables),
            secrets=(*case.secrets, *declared, *self._secrets.names),
            auth=hide(auth),
            steps=tuple(map(self._hidden, steps)),
            teardowns=tuple(map(self._hidden, teardowns)),
        )

    def _part(self, part: Any) -> Any:
        request = part.request
        if request is None:
            return part
        secrets, of = self._secrets, part.id
        secrets.place = f"the URL of {of}"
        url = self._address(request.url)
        headers: dict[str, Any] = {}
        for name, value in request.headers.items():
            secrets.place = f"the header `{name}` of {of}"
            is_text = isinstance(value, str)
            headers[name] = secrets.header(name, value) if is_text else secrets.named(name, value)
        body = request.body
        if body is not None:
            body = replace(body, value=self._fields(body.value, f"the body of {of}"))
        changed = replace(
            request,
            url=url,
            headers=headers,
            params=self._fields(request.params, f"a parameter of {of}"),
            body=body,
            auth=self._auth(request.auth, of),
        )
        return replace(part, request=changed)

    def _fields(self, value: Any, place: str) -> Any:
        self._secrets.place = place
        text = value.get("query") if isinstance(value, dict) else value
        if isinstance(text, str):  # XML, a form, a query of GraphQL
            self._secrets.know_text(text)
            if "=" in text:
                self._secrets.fields(dict(parse_qsl(text)))
        return self._secrets.fields(value)

    def _auth(self, auth: Mapping[str, Any] | None, of: str) -> Any:
        self._secrets.place = f"`auth` of {of}"
        return self._credentials(auth)

    def _credentials(self, value: Any, name: str = "") -> Any:
        if isinstance(value, Mapping):
            return {key: self._credentials(it, key) for key, it in value.items()}
        is_secret = name in _OF_AUTH or is_secret_name(name)
        if not is_secret or is_template(value) or value in (None, ""):
            return value
        return self._secrets.variable("token" if name == "bearer" else name, str(value))

    def _address(self, url: str) -> str:
        """Replace the password and the secret parameters of an address."""
        url = _USER.sub(lambda it: it[1] + self._secrets.variable("password", it[2]), url)
        return _PARAMETER.sub(
            lambda it: f"{it[1]}{it[2]}={_as_it_is(self._secrets.named(it[2], it[3]))}", url
        )

    def _hidden(self, part: Any) -> Any:
        """Return a part of the case without the known values, in any text that is written."""
        if isinstance(part, Step | Teardown):
            return replace(part, request=self._hidden(part.request), checks=self._all(part.checks))
        if isinstance(part, RequestTemplate):
            fields = ("url", "headers", "params", "body", "files", "auth")
            return replace(part, **{it: self._hidden(getattr(part, it)) for it in fields})
        if isinstance(part, Check):
            return replace(part, expected=self._hidden(part.expected))
        if isinstance(part, tuple):
            return self._all(part)
        if isinstance(part, Body):
            return replace(part, value=self._hidden(part.value))
        return self._secrets.hide(part)

    def _all(self, parts: Iterable[Any]) -> tuple[Any, ...]:
        return tuple(map(self._hidden, parts))
