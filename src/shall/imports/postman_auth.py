"""Authentication of Postman collections as the ``auth`` of a step."""

from collections.abc import Mapping
from typing import Any

from shall.cases.json_text import objects, text_of
from shall.imports.bodies import Convert
from shall.imports.secret_variables import SecretVariables

_GRANTS = {"client_credentials": "client_credentials", "password_credentials": "password"}
_USER = {"basic", "digest", "ntlm"}


def auth_of(auth: Any, convert: Convert, secrets: SecretVariables) -> dict[str, Any] | None:
    """Return the ``auth`` of a step, empty where no credentials are sent; None: it has none."""
    kind = text_of(auth.get("type")) if isinstance(auth, dict) else ""
    if kind in {"", "noauth"}:
        return {}
    given = auth.get(kind)
    values = {text_of(it.get("key")): text_of(it.get("value")) for it in objects(given)}
    if isinstance(given, dict):  # as in version 2.0
        values = {key: text_of(it) for key, it in given.items()}
    reader = _Reader(values, convert, secrets)
    if kind in _USER:
        return {kind: reader.user()}
    if kind == "bearer":
        return reader.bearer(values.get("token", ""))
    if kind == "apikey":
        return reader.api_key()
    if kind == "awsv4":
        return reader.aws()
    return reader.oauth2() if kind == "oauth2" else None


class _Reader:
    """Reads the values of one authentication."""

    def __init__(
        self, values: Mapping[str, str], convert: Convert, secrets: SecretVariables
    ) -> None:
        self._values, self._convert, self._secrets = values, convert, secrets

    def _text(self, name: str, default: str = "") -> str:
        return self._convert(self._values.get(name) or default)

    def _secret(self, name: str, value: str) -> str:
        """Return an expression for a secret; an empty one has a variable, too."""
        return str(self._secrets.named(name, self._convert(value)) or self._missing(name))

    def _missing(self, name: str) -> str:
        return self._secrets.variable(name, "")

    def user(self) -> dict[str, str]:
        domain = self._text("domain")
        name = self._text("username")
        return {
            "user": f"{domain}\\{name}" if domain else name,
            "password": self._secret("password", self._values.get("password", "")),
        }

    def bearer(self, token: str) -> dict[str, Any]:
        return {"bearer": self._secret("token", token)} if token else {}

    def api_key(self) -> dict[str, Any]:
        name = self._text("key", "X-Api-Key")
        self._secrets.add_name(name)
        place = "query" if self._values.get("in") == "query" else "header"
        return {
            "api_key": {place: name, "value": self._secret(name, self._values.get("value", ""))}
        }

    def aws(self) -> dict[str, Any]:
        values = self._values
        said = {
            "access_key": self._secret("access_key", values.get("accessKey", "")),
            "secret_key": self._secret("secret_key", values.get("secretKey", "")),
            "region": self._text("region", "us-east-1"),
            "service": self._text("service", "execute-api"),
        }
        if values.get("sessionToken"):
            said["session_token"] = self._secret("session_token", values["sessionToken"])
        return {"aws_sigv4": said}

    def oauth2(self) -> dict[str, Any] | None:
        """Return a token that is there, else the grant that fetches one."""
        values = self._values
        token = values.get("accessToken", "")
        in_query = values.get("addTokenTo") == "queryParams"
        prefix = values.get("headerPrefix", "Bearer").strip()
        if token and in_query:
            return {"api_key": {"query": "access_token", "value": self._secret("token", token)}}
        if token and prefix.lower() != "bearer":
            value = f"{self._convert(prefix)} {self._secret('token', token)}".strip()
            return {"api_key": {"header": "Authorization", "value": value}}
        if token:
            return self.bearer(token)
        grant = _GRANTS.get(values.get("grant_type", ""))
        if grant is None or in_query or not values.get("accessTokenUrl"):
            return None
        said = {"token_url": self._text("accessTokenUrl")}
        if grant == "password":
            said |= self.user()
        if values.get("clientId") or grant == "client_credentials":
            said["client_id"] = self._text("clientId")
            said["client_secret"] = self._secret("client_secret", values.get("clientSecret", ""))
        said |= {name: self._text(name) for name in ("scope", "audience") if values.get(name)}
        if values.get("client_authentication") == "body":
            said["client_in"] = "body"
        return {"oauth2": {grant: said}}
