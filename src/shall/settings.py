"""Every setting: its environment names, default and meaning. Read once, at the edge.

The table ``SETTINGS`` is the only place that names them; ``shall config`` and the settings page
of the documentation are made from it. Precedence: flags, environment, ``shall.yaml``, defaults.
"""

import difflib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from shall import setting_types as types
from shall.cases.locating import locate
from shall.cases.reading import load_yaml
from shall.errors import InvalidCase, InvalidSetting
from shall.place import Place

FILE_NAME = "shall.yaml"


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one process. Durations in seconds."""

    workspaces: tuple[Path, ...] = ()
    state_dir: Path | None = None
    host: str | None = None
    project_hosts: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    environment: str = ""
    concurrency: int = 16
    request_timeout_s: float = 30.0
    run_timeout_s: float = 300.0
    language: str = "en"
    no_color: bool = False
    max_error_length: int = 500
    max_history_size: int = 1000
    max_history_days: int = 90
    interpreters: tuple[Path, ...] = ()
    transport: str = "stdio"
    server_host: str = "127.0.0.1"
    server_port: int = 8000
    path: str = "/mcp"
    auth_token: str = ""
    insecure: bool = False
    log_level: str = "INFO"
    log_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table. ``key`` is for shall.yaml.

    ``fallbacks`` are environment names that count only where neither a flag, nor a name of our
    own, nor shall.yaml says anything.
    """

    name: str
    read: Callable[[Any], Any]
    meaning: str
    environment: tuple[str, ...] = ()
    key: str | None = None
    is_secret: bool = False
    fallbacks: tuple[str, ...] = ()

    @property
    def default(self) -> Any:
        """The value where nobody says anything."""
        return getattr(Settings(), self.name)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value came from: ``flag``, ``environment``, ``file`` or ``default``, and its name."""

    kind: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}".strip()


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "workspaces",
        types.folders,
        "folders that may be worked in; several are separated by the path separator",
        ("SHALL_WORKSPACES", "ATF_REPO_ROOT"),
    ),
    Setting(
        "state_dir",
        types.path,
        "where results are kept; relative to the workspace (.shall)",
        ("SHALL_STATE_DIR",),
        "state_dir",
    ),
    Setting(
        "host", types.text, "host of the service where a case names none", ("SHALL_HOST",), "host"
    ),
    Setting(
        "project_hosts",
        types.project_hosts,
        "hosts of projects, which a step names with project:",
        key="projects",
    ),
    Setting(
        "variables", types.mapping, "what {{ Global.x }} and a bare {{ x }} read", key="variables"
    ),
    Setting(
        "secrets", types.names, "variables whose values are never shown or kept", key="secrets"
    ),
    Setting(
        "environment",
        types.text,
        "name of the environment that results are noted under",
        ("SHALL_ENVIRONMENT",),
        "environment",
    ),
    Setting(
        "concurrency",
        types.positive,
        "cases that run at once",
        ("SHALL_CONCURRENCY",),
        "concurrency",
    ),
    Setting(
        "request_timeout_s",
        types.seconds,
        "how long one request may take, in seconds",
        ("SHALL_REQUEST_TIMEOUT",),
        "request_timeout_s",
    ),
    Setting(
        "run_timeout_s",
        types.seconds,
        "how long a run may take, in seconds",
        ("SHALL_RUN_TIMEOUT", "PYTEST_TIMEOUT"),
        "run_timeout_s",
    ),
    Setting(
        "language",
        types.language,
        "language of what is shown: en or zh; else as the locale says",
        ("SHALL_LANG",),
        "language",
        fallbacks=("LC_ALL", "LC_MESSAGES", "LANG"),
    ),
    Setting("no_color", types.present, "no colours in the terminal", ("NO_COLOR",)),
    Setting(
        "max_error_length",
        types.positive,
        "characters of an error message in a tool's answer",
        ("MAX_ERROR_LENGTH",),
        "max_error_length",
    ),
    Setting(
        "max_history_size",
        types.positive,
        "runs that are kept",
        ("MAX_HISTORY_SIZE",),
        "max_history_size",
    ),
    Setting(
        "max_history_days",
        types.positive,
        "days that a run is kept",
        ("SHALL_MAX_HISTORY_DAYS",),
        "max_history_days",
    ),
    Setting(
        "interpreters",
        types.folders,
        "Python interpreters outside the workspace that python_path may name",
        ("SHALL_INTERPRETERS",),
    ),
    Setting(
        "transport",
        types.transport,
        "how clients reach the server: stdio or http (http-stream means http)",
        ("SHALL_TRANSPORT", "MCP_TRANSPORT"),
    ),
    Setting(
        "server_host",
        types.text,
        "address that the server binds",
        ("SHALL_SERVER_HOST", "MCP_HOST", "MCP_SERVER_HOST"),
    ),
    Setting(
        "server_port",
        types.port,
        "port that the server binds",
        ("SHALL_SERVER_PORT", "MCP_PORT", "MCP_SERVER_PORT"),
    ),
    Setting(
        "path", types.url_path, "path of the MCP endpoint", ("SHALL_SERVER_PATH", "MCP_SSE_PATH")
    ),
    Setting(
        "auth_token",
        types.text,
        "bearer token that clients must send; empty: none",
        ("SHALL_AUTH_TOKEN", "MCP_AUTH_TOKEN"),
        is_secret=True,
    ),
    Setting(
        "insecure",
        types.boolean,
        "allow an address others can reach without a token",
        ("SHALL_INSECURE",),
    ),
    Setting(
        "log_level",
        types.log_level,
        "DEBUG, INFO, WARNING or ERROR",
        ("SHALL_LOG_LEVEL", "MCP_LOG_LEVEL"),
    ),
    Setting(
        "log_file",
        types.path,
        "a file that the server's log is written to as well",
        ("SHALL_LOG_FILE", "MCP_LOG_FILE"),
    ),
)

Sources = Mapping[str, Source]


def read_settings(
    flags: Mapping[str, Any],
    environ: Mapping[str, str],
    folder: Path,
    defaults: Mapping[str, Any] | None = None,
) -> tuple[Settings, Sources]:
    """Read the settings of a process, and where each came from.

    ``flags`` maps names of settings to values (None: not given), ``defaults`` replaces defaults
    of the table: the commands of earlier projects have their own.

    Raises:
        InvalidSetting: Values cannot be used, or shall.yaml holds unknown keys; all are told.
    """
    problems: list[str] = []
    held = _read_file(folder / FILE_NAME, problems)
    values: dict[str, Any] = dict(defaults or {})
    sources: dict[str, Source] = {}
    for setting in SETTINGS:
        sources[setting.name] = Source("default")
        for source, value in _given(setting, flags, environ, held):
            try:
                values[setting.name] = setting.read(value)
            except ValueError as error:
                shown = "***" if setting.is_secret else f"{value}"
                problems.append(f"{source}: {setting.name} is {shown}: {error}.")
            sources[setting.name] = source
            break
    if problems:
        raise InvalidSetting("\n".join(problems))
    return replace(Settings(), **values), sources


def process_environment() -> Mapping[str, str]:
    """Give the environment of this process: the only place that reads it."""
    return dict(os.environ)


def settings_table(settings: Settings, sources: Sources) -> list[tuple[str, str, str, str]]:
    """Give name, value, source and meaning of every setting; secrets are masked."""
    return [
        (
            setting.name,
            types.shown(getattr(settings, setting.name), is_secret=setting.is_secret),
            str(sources[setting.name]),
            setting.meaning,
        )
        for setting in SETTINGS
    ]


def settings_page() -> str:
    """Write the settings page of the documentation."""
    lines = [
        "# Settings",
        "",
        "Precedence: flags, then environment, then `shall.yaml`, then the default.",
        "`shall config` shows each value and where it comes from.",
        "",
        "| setting | environment | key in `shall.yaml` | default | meaning |",
        "| --- | --- | --- | --- | --- |",
    ]
    for setting in SETTINGS:
        names = ", ".join(f"`{name}`" for name in setting.environment)
        key = f"`{setting.key}`" if setting.key else ""
        default = types.shown(setting.default, is_secret=False)
        default = f"`{default}`" if default else ""
        lines.append(f"| `{setting.name}` | {names} | {key} | {default} | {setting.meaning} |")
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class _File:
    """What shall.yaml holds."""

    path: Path | None = None
    text: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    def source(self, key: str) -> Source:
        """Name the place of a key."""
        return Source("file", str(locate(self.text, FILE_NAME, key)))


def _given(
    setting: Setting, flags: Mapping[str, Any], environ: Mapping[str, str], held: _File
) -> Iterable[tuple[Source, Any]]:
    """Give what is said about a setting, the strongest first."""
    if flags.get(setting.name) is not None:
        yield Source("flag", f"--{setting.name.replace('_', '-')}"), flags[setting.name]
    for name in setting.environment:
        if environ.get(name, "").strip():
            yield Source("environment", name), environ[name]
    if setting.key is not None and held.data.get(setting.key) is not None:
        yield held.source(setting.key), held.data[setting.key]
    for name in setting.fallbacks:
        if environ.get(name, "").strip():
            yield Source("environment", name), environ[name]


def _read_file(path: Path, problems: list[str]) -> _File:
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return _File()
    except (OSError, UnicodeDecodeError) as error:
        problems.append(f"{path}: it cannot be read: {error}.")
        return _File()
    try:
        data = load_yaml(text, FILE_NAME)
    except InvalidCase as error:
        problems.append(str(error))
        return _File()
    if data is None:
        return _File()
    if not isinstance(data, dict):
        problems.append(f"{Place(FILE_NAME, 1)}: it must hold keys and values.")
        return _File()
    found = _File(path, text, data)
    keys = [setting.key for setting in SETTINGS if setting.key]
    problems += [_unknown_key(key, found, keys) for key in data if key not in keys]
    return found


def _unknown_key(key: str, held: _File, keys: Sequence[str]) -> str:
    near = difflib.get_close_matches(key, keys, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(keys)}."
    return f"{held.source(key).name}: unknown key {key}. {hint}"
