"""The table of settings: names, environment names, defaults and meanings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shall.settings import types


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
    """One row of the table. ``key`` is for shall.yaml, ``flag`` for the command line.

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
    flag: str = ""

    @property
    def default(self) -> Any:
        """The value where nobody says anything."""
        return getattr(Settings(), self.name)


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "workspaces",
        types.folders,
        "folders that may be worked in; several are separated by the path separator",
        ("SHALL_WORKSPACES", "ATF_REPO_ROOT"),
        flag="--workspace",
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
        flag="--environment",
    ),
    Setting(
        "concurrency",
        types.positive,
        "cases that run at once",
        ("SHALL_CONCURRENCY",),
        "concurrency",
        flag="--concurrency",
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
        flag="--timeout",
    ),
    Setting(
        "language",
        types.language,
        "language of what is shown: en or zh; else as the locale says",
        ("SHALL_LANG",),
        "language",
        fallbacks=("LC_ALL", "LC_MESSAGES", "LANG"),
    ),
    Setting(
        "no_color",
        types.present,
        "no colours in the terminal",
        ("NO_COLOR",),
        flag="--no-color",
    ),
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
        flag="--transport",
    ),
    Setting(
        "server_host",
        types.text,
        "address that the server binds",
        ("SHALL_SERVER_HOST", "MCP_HOST", "MCP_SERVER_HOST"),
        flag="--host",
    ),
    Setting(
        "server_port",
        types.port,
        "port that the server binds",
        ("SHALL_SERVER_PORT", "MCP_PORT", "MCP_SERVER_PORT"),
        flag="--port",
    ),
    Setting(
        "path",
        types.url_path,
        "path of the MCP endpoint",
        ("SHALL_SERVER_PATH", "MCP_SSE_PATH"),
        flag="--path",
    ),
    Setting(
        "auth_token",
        types.text,
        "bearer token that clients must send; empty: none",
        ("SHALL_AUTH_TOKEN", "MCP_AUTH_TOKEN"),
        flag="--token-file",
        is_secret=True,
    ),
    Setting(
        "insecure",
        types.boolean,
        "allow an address others can reach without a token",
        ("SHALL_INSECURE",),
        flag="--insecure",
    ),
    Setting(
        "log_level",
        types.log_level,
        "DEBUG, INFO, WARNING or ERROR",
        ("SHALL_LOG_LEVEL", "MCP_LOG_LEVEL"),
        flag="--log-level",
    ),
    Setting(
        "log_file",
        types.path,
        "a file that the server's log is written to as well",
        ("SHALL_LOG_FILE", "MCP_LOG_FILE"),
    ),
)
