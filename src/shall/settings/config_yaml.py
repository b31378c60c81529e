"""Reads ``config.yaml`` of an earlier tool: projects, their environments, databases and logins."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from shall.bounded import CONFIG_NAME
from shall.cases.forms import METHODS, is_variable_name
from shall.cases.locations import Locator
from shall.cases.nearest import nearest
from shall.cases.reader import load_yaml
from shall.config_source import Config, ConfigEnvironment, Login
from shall.database_source import PORTS, Database
from shall.diagnostics import Diagnostic, Severity
from shall.errors import InvalidCase
from shall.span import Span

_TOP = ("title", "projects", "notifications")
_LOGIN = ("url", "method", "headers", "data")
_MYSQL = ("host", "port", "user", "password", "database", "charset")
_MARKS = frozenset({"is_need_login", "login", "mysql"})

_ROBOTS = {
    "dingtalk": ("dingtalk", ("webhook", "secret")),
    "weixin": ("wecombot", ("webhook",)),
    "feishu": ("feishu", ("webhook",)),
}
"""The schema of apprise for each robot, and the fields that it has; apprise signs for DingTalk."""

Keys = tuple[str, ...]


def read_config(text: str, problems: list[Diagnostic]) -> Config | None:
    """Read the text of ``config.yaml``; None where it belongs to another tool.

    What cannot be used is added to ``problems``.
    """
    try:
        data = load_yaml(text, CONFIG_NAME)
    except InvalidCase as error:
        if "is_need_login" in text:  # no other tool has that word
            problems += error.diagnostics
        return None
    if not _is_config(data):
        return None
    return _Reader(text, problems).config(data)


def _token_of(webhook: str) -> str:
    """Return the token in the URL of a robot: a parameter, or the last part of the path."""
    try:
        parts = urlsplit(webhook.strip())
    except ValueError:
        return ""
    query = dict(parse_qsl(parts.query))
    return query.get("access_token") or query.get("key") or parts.path.rpartition("/")[2]


def _is_config(data: Any) -> bool:
    projects = data.get("projects") if isinstance(data, dict) else None
    return isinstance(projects, dict) and any(map(_is_project, projects.values()))


def _is_project(said: Any) -> bool:
    if not isinstance(said, dict):
        return False
    blocks = [it for it in said.values() if isinstance(it, dict)]
    return "is_scene" in said or any(
        _MARKS & it.keys() or isinstance(it.get("host"), str) for it in blocks
    )


class _Reader:
    """Reads one text; ``problems`` takes what cannot be used, ``notes`` what has no effect."""

    def __init__(self, text: str, problems: list[Diagnostic]) -> None:
        self._locator = Locator(text, CONFIG_NAME)
        self._problems = problems
        self._notes: list[Diagnostic] = []

    def config(self, data: Mapping[str, Any]) -> Config:
        """Read the whole file."""
        self._ignore_unknown(data, (), _TOP)
        projects: Mapping[str, Any] = data["projects"]
        scenes: dict[str, tuple[str, ...]] = {}
        found: dict[str, dict[str, Mapping[str, Any]]] = {}
        for name, said in projects.items():
            keys: Keys = ("projects", name)
            if not isinstance(said, dict):
                self._bad(keys, "not names of environments with keys and values each")
            elif said.get("is_scene"):
                scenes[name] = self._scene(said, keys, projects)
            elif not is_variable_name(name):
                self._bad(keys, "no name that an expression can read", at_key=True)
            else:
                for environment, block in said.items():
                    at = (*keys, environment)
                    if environment in ("is_scene", "sub_projects"):
                        self._note_ignored(at, "the project is not a scene")
                    elif not isinstance(block, dict):
                        self._bad(at, "not keys and values")
                    else:
                        found.setdefault(environment, {})[name] = block
        environments = {name: self._environment(name, blocks) for name, blocks in found.items()}
        addresses = self._addresses(data.get("notifications") or {})
        title = data.get("title")
        return Config(
            title if isinstance(title, str) else "",
            environments,
            scenes,
            addresses,
            tuple(self._notes),
        )

    def _addresses(self, said: Any) -> dict[str, str]:
        """Return the robots that get a summary, as addresses of apprise."""
        if not isinstance(said, dict):
            self._bad(("notifications",), "not keys and values")
            return {}
        self._ignore_unknown(said, ("notifications",), tuple(_ROBOTS))
        found: dict[str, str] = {}
        for name, (schema, known) in _ROBOTS.items():
            robot, keys = said.get(name), ("notifications", name)
            if robot is None:
                continue
            if not isinstance(robot, dict) or not isinstance(robot.get("webhook"), str):
                self._bad(keys, "not keys and values with a `webhook`")
                continue
            self._ignore_unknown(robot, keys, known)
            token = _token_of(robot["webhook"])
            secret = quote(str(robot.get("secret") or ""), safe="") if "secret" in known else ""
            if not token:
                self._bad((*keys, "webhook"), "not the URL of a robot")
                continue
            found[name] = f"{schema}://{f'{secret}@' if secret else ''}{quote(token, safe='')}/"
        return found

    def _scene(
        self, said: Mapping[str, Any], keys: Keys, projects: Mapping[str, Any]
    ) -> tuple[str, ...]:
        self._ignore_unknown(said, keys, ("is_scene", "sub_projects"))
        names = said.get("sub_projects")
        if not isinstance(names, list) or not all(isinstance(it, str) for it in names):
            self._bad((*keys, "sub_projects"), "not a list of projects")
            return ()
        for name in names:
            if name not in projects:
                near = nearest(name, projects)
                hint = f"Did you mean {near}?" if near else ""
                self._note((*keys, "sub_projects"), f"There is no project {name}.", hint)
        return tuple(names)

    def _environment(
        self, environment: str, blocks: Mapping[str, Mapping[str, Any]]
    ) -> ConfigEnvironment:
        hosts: dict[str, str] = {}
        databases: dict[str, Database] = {}
        passwords: dict[str, str] = {}
        logins: dict[str, Login] = {}
        for name, block in blocks.items():
            keys: Keys = ("projects", name, environment)
            host = block.get("host")
            if isinstance(host, str) and host.strip():
                hosts[name] = host.strip()
            elif host is not None:
                self._bad((*keys, "host"), "not a text")
            if block.get("mysql") is not None:
                self._database(name, block["mysql"], (*keys, "mysql"), databases, passwords)
            needs_login = block.get("is_need_login", False)
            if not isinstance(needs_login, bool):
                self._bad((*keys, "is_need_login"), "neither true nor false")
            elif needs_login:
                logins[name] = self._login(block, keys)
        return ConfigEnvironment(hosts, dict(blocks), databases, passwords, logins)

    def _login(self, block: Mapping[str, Any], keys: Keys) -> Login:
        said = block.get("login")
        if said is None:
            at = (*keys, "is_need_login")
            self._note(at, f"{'.'.join(keys)} needs a login, and has none.")
            span = self._span(at)
            return Login(span.line, span.column)
        keys = (*keys, "login")
        span = self._span(keys, at_key=True)
        if not isinstance(said, dict):
            self._bad(keys, "not keys and values")
            return Login(span.line, span.column)
        self._ignore_unknown(said, keys, _LOGIN)
        url, method = said.get("url"), said.get("method", "POST")
        headers = said.get("headers") or {}
        if not isinstance(url, str) or not url.strip():
            self._bad((*keys, "url"), "not a URL")
            url = ""
        if not isinstance(method, str) or method.upper() not in METHODS:
            self._bad((*keys, "method"), f"none of {', '.join(METHODS)}")
            method = "POST"
        if not isinstance(headers, dict):
            self._bad((*keys, "headers"), "not names with a value each")
            headers = {}
        return Login(span.line, span.column, url, method.upper(), headers, said.get("data"))

    def _database(
        self,
        name: str,
        said: Any,
        keys: Keys,
        databases: dict[str, Database],
        passwords: dict[str, str],
    ) -> None:
        if not isinstance(said, dict):
            self._bad(keys, "not keys and values")
            return
        self._ignore_unknown(said, keys, _MYSQL)
        texts: dict[str, str] = {}
        for key in ("host", "user", "password", "database", "charset"):
            value = said.get(key)
            if isinstance(value, dict | list | bool):
                self._bad((*keys, key), "not a text")
            texts[key] = "" if value is None else str(value)
        port = said.get("port", PORTS["mysql"])
        port = int(port) if isinstance(port, str) and port.isdecimal() else port
        if not isinstance(port, int) or isinstance(port, bool) or not 0 < port < 65536:
            self._bad((*keys, "port"), "no port")
            return
        if not texts["host"] or not texts["database"]:
            self._note(keys, f"{'.'.join(keys)} names no host and database.")
            return
        options = (("charset", texts["charset"]),) if texts["charset"] else ()
        databases[name] = Database(
            "mysql", texts["host"], port, texts["user"], texts["database"], options
        )
        passwords[name] = texts["password"]

    def _ignore_unknown(self, said: Mapping[str, Any], keys: Keys, known: tuple[str, ...]) -> None:
        for key in said:
            if key not in known:
                near = nearest(str(key), known)
                hint = f"Did you mean {near}?" if near else f"Known are {', '.join(known)}."
                self._note_ignored((*keys, str(key)), "", hint)

    def _note_ignored(self, keys: Keys, why: str, hint: str = "") -> None:
        name = ".".join(keys)
        message = f"{name} is ignored: {why}." if why else f"{name} is ignored."
        self._note(keys, message, hint, at_key=True)

    def _note(self, keys: Keys, message: str, hint: str = "", *, at_key: bool = False) -> None:
        span = self._span(keys, at_key=at_key)
        code = "setting.unknown-key" if at_key else "setting.bad-value"
        self._notes.append(Diagnostic(code, Severity.WARNING, message, span, hint))

    def _bad(self, keys: Keys, why: str, *, at_key: bool = False) -> None:
        """Report a value, which is not repeated: it may be a secret."""
        message = f"{'.'.join(map(str, keys))} cannot be used: {why}."
        span = self._span(keys, at_key=at_key)
        self._problems.append(Diagnostic("setting.bad-value", Severity.ERROR, message, span))

    def _span(self, keys: Keys, *, at_key: bool = False) -> Span:
        return self._locator.span(keys, at_key)
