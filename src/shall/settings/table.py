"""Every setting, declared once: name, type, default, and where its value may come from."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from shall.settings import types

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. ``key`` is its place in shall.yaml, ``flag`` its flag on the command line.

    ``read`` converts a given value and raises ValueError. ``fallbacks`` are environment names that
    count only if no flag, no name in ``environment`` and no key in shall.yaml is given.
    """

    name: str
    default: Any
    read: Callable[[Any], Any]
    meaning: str
    environment: tuple[str, ...] = ()
    key: str | None = None
    flag: str = ""
    fallbacks: tuple[str, ...] = ()
    is_secret: bool = False
    is_server: bool = False


def _project(
    default: _T, read: Callable[[Any], _T], meaning: str, *environment: str, **more: Any
) -> _T:
    """Declare a setting of a project; unless ``key`` is given, its key is its name."""
    metadata = {"read": read, "meaning": meaning, "environment": environment, **more}
    return field(default_factory=lambda: default, metadata=metadata)


def _server(
    default: _T, read: Callable[[Any], _T], meaning: str, *environment: str, **more: Any
) -> _T:
    """Declare a setting of a server; its key is its name in the section ``server``."""
    return _project(default, read, meaning, *environment, is_server=True, **more)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one process. Durations in seconds."""

    workspaces: tuple[Path, ...] = _project(
        (),
        types.folders,
        "workspace folders, separated by the path separator",
        "SHALL_WORKSPACES",
        "ATF_REPO_ROOT",
        key=None,
        flag="--workspace",
    )
    state_dir: Path | None = _project(
        None,
        types.path,
        "state folder, relative to the workspace (.shall)",
        "SHALL_STATE_DIR",
    )
    host: str | None = _project(
        None, types.text, "base URL of the service, for cases that name no host", "SHALL_HOST"
    )
    project_hosts: Mapping[str, str] = _project(
        {},
        types.project_hosts,
        "base URLs by project name, for steps with project:",
        key="projects",
    )
    variables: Mapping[str, Any] = _project(
        {}, types.mapping, "variables, read as {{ Global.x }} or {{ x }}"
    )
    secrets: tuple[str, ...] = _project(
        (), types.names, "variables whose values are never shown or stored"
    )
    environment: str = _project(
        "",
        types.text,
        "environment name that is recorded with results",
        "SHALL_ENVIRONMENT",
        flag="--environment",
    )
    keep: str = _project(
        "failed",
        types.keep,
        "cases whose headers and bodies are stored: failed or all; checks and timings always are",
        "SHALL_KEEP",
        flag="--keep",
    )
    concurrency: int = _project(
        16,
        types.positive,
        "number of cases that run concurrently",
        "SHALL_CONCURRENCY",
        flag="--concurrency",
    )
    request_timeout_s: float = _project(
        30.0, types.seconds, "timeout of one request, in seconds", "SHALL_REQUEST_TIMEOUT"
    )
    run_timeout_s: float = _project(
        300.0,
        types.seconds,
        "timeout of a run, in seconds",
        "SHALL_RUN_TIMEOUT",
        "PYTEST_TIMEOUT",
        flag="--timeout",
    )
    language: str = _project(
        "en",
        types.language,
        "language of the output: en or zh; default: that of the locale",
        "SHALL_LANG",
        fallbacks=("LC_ALL", "LC_MESSAGES", "LANG"),
    )
    no_color: bool = _project(
        False,
        types.present,
        "disable colours in the terminal",
        "NO_COLOR",
        key=None,
        flag="--no-color",
    )
    max_error_length: int = _project(
        500,
        types.positive,
        "maximum length of an error message in a tool's answer",
        "MAX_ERROR_LENGTH",
    )
    max_history_size: int = _project(
        1000, types.positive, "number of runs to retain", "MAX_HISTORY_SIZE"
    )
    max_history_days: int = _project(
        90, types.positive, "days to retain a run", "SHALL_MAX_HISTORY_DAYS"
    )
    interpreters: tuple[Path, ...] = _project(
        (),
        types.folders,
        "Python interpreters outside the workspace that python_path may name",
        "SHALL_INTERPRETERS",
        key=None,
    )
    targets_allow: tuple[str, ...] = _project(
        (),
        types.words,
        "hosts and networks that cases may send requests to; default: all but the denied ones",
        "SHALL_TARGETS_ALLOW",
        key="targets.allow",
    )
    targets_deny: tuple[str, ...] = _project(
        (),
        types.words,
        "hosts and networks that cases may not send requests to",
        "SHALL_TARGETS_DENY",
        key="targets.deny",
    )
    auto_install_deps: bool = _project(
        True,
        types.boolean,
        "install pytest into the workspace's own virtual environment if it is missing",
        "SHALL_AUTO_INSTALL_DEPS",
        "ATF_AUTO_INSTALL_DEPS",
        key=None,
    )
    # Serving
    transport: str = _server(
        "stdio",
        types.transport,
        "transport: stdio, http (or http-stream) or sse; http serves sse too",
        "SHALL_TRANSPORT",
        "MCP_TRANSPORT",
        flag="--transport",
    )
    server_host: str = _server(
        "127.0.0.1",
        types.text,
        "address to bind",
        "SHALL_SERVER_HOST",
        "MCP_HOST",
        "MCP_SERVER_HOST",
        flag="--host",
    )
    server_port: int = _server(
        8000,
        types.port,
        "port to bind",
        "SHALL_SERVER_PORT",
        "MCP_PORT",
        "MCP_SERVER_PORT",
        flag="--port",
    )
    path: str = _server(
        "/mcp",
        types.url_path,
        "path of the MCP endpoint",
        "SHALL_SERVER_PATH",
        "MCP_SSE_PATH",
        flag="--path",
    )
    server_name: str = _server(
        "shall",
        types.text,
        "server name that is reported to clients",
        "SHALL_SERVER_NAME",
        "MCP_SERVER_NAME",
    )
    public_url: str = _server(
        "",
        types.url,
        "public URL of the MCP endpoint, if the server is behind a proxy",
        "SHALL_PUBLIC_URL",
        "MCP_SERVER_ENDPOINT",
    )
    tls_key: Path | None = _server(
        None, types.path, "private key for https (PEM)", "SHALL_TLS_KEY", flag="--tls-key"
    )
    tls_cert: Path | None = _server(
        None,
        types.path,
        "certificate chain for https (PEM)",
        "SHALL_TLS_CERT",
        flag="--tls-cert",
    )
    workers: int = _server(
        1, types.workers, "number of server processes", "SHALL_WORKERS", flag="--workers"
    )
    sessions: str = _server(
        "auto",
        types.sessions,
        "sessions for clients of earlier protocols: yes, no, auto (yes with one worker)",
        "SHALL_SESSIONS",
        flag="--sessions",
    )
    instance: str = _server(
        "",
        types.instance,
        "name of this instance among several; prefix of its session ids",
        "SHALL_INSTANCE",
        flag="--instance",
    )
    drain_s: float = _server(
        10.0,
        types.seconds,
        "grace period of running requests after SIGTERM or the end of stdin, in seconds",
        "SHALL_DRAIN",
        flag="--drain",
    )
    state_key: str = _server(
        "",
        types.text,
        "secret that seals state held by clients; default: a key stored in the state folder",
        "SHALL_STATE_KEY",
        key=None,
        is_secret=True,
    )
    # What is told
    log_level: str = _server(
        "INFO",
        types.log_level,
        "log level: DEBUG, INFO, WARNING or ERROR",
        "SHALL_LOG_LEVEL",
        "MCP_LOG_LEVEL",
        flag="--log-level",
    )
    log_format: str = _server(
        "console",
        types.log_format,
        "log format: console, or json (one object a line)",
        "SHALL_LOG_FORMAT",
        "MCP_LOG_FORMAT",
        flag="--log-format",
    )
    log_file: Path | None = _server(
        None,
        types.path,
        "file that the server's log is also written to",
        "SHALL_LOG_FILE",
        "MCP_LOG_FILE",
    )
    log_calls: bool = _server(
        True, types.boolean, "write a log of tool calls", "SHALL_LOG_CALLS", "MCP_LOG_CALLS_ENABLED"
    )
    logs_root: Path | None = _server(
        None,
        types.path,
        "folder of the call log, relative to the workspace; default: logs/ beside local state",
        "SHALL_LOGS_ROOT",
        "MCP_LOGS_ROOT",
    )
    calls_log: str = _server(
        "mcp_calls.jsonl",
        types.text,
        "file of the call log: a name in logs_root, or a path with a folder",
        "SHALL_CALLS_LOG",
        "MCP_CALLS_LOG",
    )
    calls_log_bytes: int = _server(
        50 << 20,
        types.positive,
        "size at which the call log is rotated, in bytes",
        "SHALL_CALLS_LOG_BYTES",
    )
    calls_log_days: int = _server(
        30, types.positive, "days after which a rotated call log is deleted", "SHALL_CALLS_LOG_DAYS"
    )
    otlp_endpoint: str = _server(
        "",
        types.text,
        "OTLP endpoint of traces (HTTP, protobuf); requires the extra otlp",
        "SHALL_OTLP_ENDPOINT",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
    )
    # Who may come in
    auth_token: str = _server(
        "",
        types.text,
        "bearer token that clients must send; empty: no token",
        "SHALL_AUTH_TOKEN",
        "MCP_AUTH_TOKEN",
        key=None,
        is_secret=True,
    )
    token_file: Path | None = _server(
        None,
        types.path,
        "file of hashed tokens (`shall token new`), or of one bare token",
        "SHALL_TOKEN_FILE",
        flag="--token-file",
    )
    jwks_url: str = _server(
        "",
        types.url,
        "URL of the authorization server's keys (JWKS), to accept its JWTs",
        "SHALL_JWKS_URL",
    )
    jwt_issuer: str = _server("", types.url, "required issuer of a JWT", "SHALL_JWT_ISSUER")
    jwt_audience: str = _server(
        "", types.text, "required audience of a JWT; default: public_url", "SHALL_JWT_AUDIENCE"
    )
    tls_client_ca: Path | None = _server(
        None,
        types.path,
        "authorities (PEM) that issue client certificates, which are then required (mTLS)",
        "SHALL_TLS_CLIENT_CA",
    )
    client_cert_header: str = _server(
        "",
        types.header,
        "header in which a trusted proxy passes the client's verified certificate",
        "SHALL_CLIENT_CERT_HEADER",
    )
    insecure: bool = _server(
        False,
        types.boolean,
        "allow an address that others can reach without a token",
        "SHALL_INSECURE",
        key=None,
        flag="--insecure",
    )
    allowed_hosts: tuple[str, ...] = _server(
        (),
        types.words,
        "accepted values of the Host header",
        "SHALL_ALLOWED_HOSTS",
        flag="--allowed-host",
    )
    allowed_origins: tuple[str, ...] = _server(
        (),
        types.words,
        "accepted origins besides the server's own",
        "SHALL_ALLOWED_ORIGINS",
        flag="--allowed-origin",
    )
    cors_origins: tuple[str, ...] = _server(
        (), types.words, "origins whose pages may read responses (CORS)", "SHALL_CORS_ORIGINS"
    )
    trusted_proxies: tuple[str, ...] = _server(
        (),
        types.networks,
        "networks of proxies whose X-Forwarded-For and X-Forwarded-Proto are trusted",
        "SHALL_TRUSTED_PROXIES",
        flag="--trusted-proxy",
    )
    # What may be asked for
    read_only: bool = _server(
        False,
        types.boolean,
        "offer only tools that change nothing and run nothing",
        "SHALL_READ_ONLY",
        flag="--read-only",
    )
    tools: tuple[str, ...] = _server(
        (), types.words, "offer only these tools", "SHALL_TOOLS", flag="--tools"
    )
    writable: tuple[str, ...] = _server(
        (),
        types.words,
        "globs of further files that tools may write (notes/*.md), never files that are executed",
        "SHALL_WRITABLE",
        flag="--writable",
    )
    max_body_bytes: int = _server(
        4 << 20, types.positive, "maximum size of a request body, in bytes", "SHALL_MAX_BODY_BYTES"
    )
    max_header_bytes: int = _server(
        32 << 10,
        types.positive,
        "maximum size of the request headers, in bytes",
        "SHALL_MAX_HEADER_BYTES",
    )
    max_json_depth: int = _server(
        64, types.positive, "maximum nesting depth of JSON in a request", "SHALL_MAX_JSON_DEPTH"
    )
    max_result_bytes: int = _server(
        4 << 20,
        types.positive,
        "maximum size of a tool's answer, in bytes",
        "SHALL_MAX_RESULT_BYTES",
    )
    header_timeout_s: float = _server(
        10.0,
        types.seconds,
        "timeout for receiving request headers, in seconds",
        "SHALL_HEADER_TIMEOUT",
    )
    body_timeout_s: float = _server(
        30.0, types.seconds, "longest pause within a request body, in seconds", "SHALL_BODY_TIMEOUT"
    )
    body_deadline_s: float = _server(
        120.0,
        types.seconds,
        "timeout for receiving a request body, in seconds",
        "SHALL_BODY_DEADLINE",
    )
    body_min_rate: int = _server(
        1000,
        types.positive,
        "minimum rate of a request body after its first body_timeout_s, in bytes a second",
        "SHALL_BODY_MIN_RATE",
    )
    max_buffered_bytes: int = _server(
        32 << 20,
        types.positive,
        "memory of a process for request bodies beyond 64 KiB each, in bytes",
        "SHALL_MAX_BUFFERED_BYTES",
    )
    max_unknown_connections: int = _server(
        1024,
        types.positive,
        "maximum unauthenticated connections of a process",
        "SHALL_MAX_UNKNOWN_CONNECTIONS",
    )
    max_unknown_bytes: int = _server(
        16 << 20,
        types.positive,
        "memory of a process for data of unauthenticated connections, in bytes",
        "SHALL_MAX_UNKNOWN_BYTES",
    )
    rate_per_s: float = _server(
        0.0,
        types.rate,
        "requests a second of one caller; 0: no limit",
        "SHALL_RATE",
    )
    rate_burst: int = _server(
        20,
        types.positive,
        "burst of requests that a caller may send beyond the rate",
        "SHALL_RATE_BURST",
    )
    max_concurrent: int = _server(
        0,
        types.not_negative,
        "concurrent requests of one caller, including open streams; 0: no limit",
        "SHALL_MAX_CONCURRENT",
    )
    rate_store: str = _server(
        "memory://",
        types.text,
        "store of the rate limits: memory://, or redis:// for all workers and instances",
        "SHALL_RATE_STORE",
        is_secret=True,
    )


def _settings() -> Iterator[Setting]:
    defaults = Settings()
    for declared in fields(Settings):
        name, more = declared.name, declared.metadata
        key = f"server.{name.removeprefix('server_')}" if more.get("is_server") else name
        yield Setting(name, getattr(defaults, name), **{"key": key, **more})


SETTINGS: tuple[Setting, ...] = tuple(_settings())
