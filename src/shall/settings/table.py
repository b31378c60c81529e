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
        "folders that may be worked in; several are separated by the path separator",
        "SHALL_WORKSPACES",
        "ATF_REPO_ROOT",
        key=None,
        flag="--workspace",
    )
    state_dir: Path | None = _project(
        None,
        types.path,
        "where results are kept; relative to the workspace (.shall)",
        "SHALL_STATE_DIR",
    )
    host: str | None = _project(
        None, types.text, "host of the service where a case names none", "SHALL_HOST"
    )
    project_hosts: Mapping[str, str] = _project(
        {},
        types.project_hosts,
        "hosts of projects, which a step names with project:",
        key="projects",
    )
    variables: Mapping[str, Any] = _project(
        {}, types.mapping, "what {{ Global.x }} and a bare {{ x }} read"
    )
    secrets: tuple[str, ...] = _project(
        (), types.names, "variables whose values are never shown or kept"
    )
    environment: str = _project(
        "",
        types.text,
        "name of the environment that results are noted under",
        "SHALL_ENVIRONMENT",
        flag="--environment",
    )
    environments: tuple[str, ...] = _project(
        (),
        types.names,
        "environments in which a criterion must be proved; none: every one in which it was tried",
    )
    keep: str = _project(
        "failed",
        types.keep,
        "cases whose headers and bodies are stored: failed, or all; figures and checks always are",
        "SHALL_KEEP",
        flag="--keep",
    )
    concurrency: int = _project(
        16, types.positive, "cases that run at once", "SHALL_CONCURRENCY", flag="--concurrency"
    )
    request_timeout_s: float = _project(
        30.0, types.seconds, "how long one request may take, in seconds", "SHALL_REQUEST_TIMEOUT"
    )
    run_timeout_s: float = _project(
        300.0,
        types.seconds,
        "how long a run may take, in seconds",
        "SHALL_RUN_TIMEOUT",
        "PYTEST_TIMEOUT",
        flag="--timeout",
    )
    language: str = _project(
        "en",
        types.language,
        "language of what is shown: en or zh; else as the locale says",
        "SHALL_LANG",
        fallbacks=("LC_ALL", "LC_MESSAGES", "LANG"),
    )
    no_color: bool = _project(
        False, types.present, "no colours in the terminal", "NO_COLOR", key=None, flag="--no-color"
    )
    max_error_length: int = _project(
        500, types.positive, "characters of an error message in a tool's answer", "MAX_ERROR_LENGTH"
    )
    max_history_size: int = _project(1000, types.positive, "runs that are kept", "MAX_HISTORY_SIZE")
    max_history_days: int = _project(
        90, types.positive, "days that a run is kept", "SHALL_MAX_HISTORY_DAYS"
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
        "hosts and networks that requests of cases may go to; else all but the denied ones",
        "SHALL_TARGETS_ALLOW",
        key="targets.allow",
    )
    targets_deny: tuple[str, ...] = _project(
        (),
        types.words,
        "hosts and networks that requests of cases may not go to",
        "SHALL_TARGETS_DENY",
        key="targets.deny",
    )
    auto_install_deps: bool = _project(
        True,
        types.boolean,
        "install pytest into the workspace's own virtual environment where it is missing",
        "SHALL_AUTO_INSTALL_DEPS",
        "ATF_AUTO_INSTALL_DEPS",
        key=None,
    )
    # Serving
    transport: str = _server(
        "stdio",
        types.transport,
        "how clients reach the server: stdio, http (http-stream) or sse, which http serves too",
        "SHALL_TRANSPORT",
        "MCP_TRANSPORT",
        flag="--transport",
    )
    server_host: str = _server(
        "127.0.0.1",
        types.text,
        "address that the server binds",
        "SHALL_SERVER_HOST",
        "MCP_HOST",
        "MCP_SERVER_HOST",
        flag="--host",
    )
    server_port: int = _server(
        8000,
        types.port,
        "port that the server binds",
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
        "name that the server gives itself to clients",
        "SHALL_SERVER_NAME",
        "MCP_SERVER_NAME",
    )
    public_url: str = _server(
        "",
        types.url,
        "URL of the MCP endpoint as clients see it, where a proxy stands in front",
        "SHALL_PUBLIC_URL",
        "MCP_SERVER_ENDPOINT",
    )
    tls_key: Path | None = _server(
        None, types.path, "private key (PEM) to serve https with", "SHALL_TLS_KEY", flag="--tls-key"
    )
    tls_cert: Path | None = _server(
        None,
        types.path,
        "certificate chain (PEM) to serve https with",
        "SHALL_TLS_CERT",
        flag="--tls-cert",
    )
    workers: int = _server(
        1, types.workers, "processes that serve", "SHALL_WORKERS", flag="--workers"
    )
    sessions: str = _server(
        "auto",
        types.sessions,
        "whether older clients have sessions: yes, no, auto (yes with one worker)",
        "SHALL_SESSIONS",
        flag="--sessions",
    )
    instance: str = _server(
        "",
        types.instance,
        "name of this instance among several, put before session ids",
        "SHALL_INSTANCE",
        flag="--instance",
    )
    drain_s: float = _server(
        10.0,
        types.seconds,
        "how long requests in flight may take after SIGTERM or the end of stdin, in seconds",
        "SHALL_DRAIN",
        flag="--drain",
    )
    state_key: str = _server(
        "",
        types.text,
        "secret that seals what clients carry between requests; else one kept in the state",
        "SHALL_STATE_KEY",
        key=None,
        is_secret=True,
    )
    # What is told
    log_level: str = _server(
        "INFO",
        types.log_level,
        "DEBUG, INFO, WARNING or ERROR",
        "SHALL_LOG_LEVEL",
        "MCP_LOG_LEVEL",
        flag="--log-level",
    )
    log_format: str = _server(
        "console",
        types.log_format,
        "console, or json: one object a line",
        "SHALL_LOG_FORMAT",
        "MCP_LOG_FORMAT",
        flag="--log-format",
    )
    log_file: Path | None = _server(
        None,
        types.path,
        "a file that the server's log is written to as well",
        "SHALL_LOG_FILE",
        "MCP_LOG_FILE",
    )
    log_calls: bool = _server(
        True, types.boolean, "keep a log of tool calls", "SHALL_LOG_CALLS", "MCP_LOG_CALLS_ENABLED"
    )
    logs_root: Path | None = _server(
        None,
        types.path,
        "folder of the call log, relative to the workspace; else logs/ beside the local state",
        "SHALL_LOGS_ROOT",
        "MCP_LOGS_ROOT",
    )
    calls_log: str = _server(
        "mcp_calls.jsonl",
        types.text,
        "call log: a bare name lies in logs_root, a path with a folder is taken as it is",
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
        "where traces are sent by OTLP (HTTP, protobuf); needs the extra otlp",
        "SHALL_OTLP_ENDPOINT",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
    )
    # Who may come in
    auth_token: str = _server(
        "",
        types.text,
        "bearer token that clients must send; empty: none",
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
        "where the keys of the authorization server are, to accept its JWTs",
        "SHALL_JWKS_URL",
    )
    jwt_issuer: str = _server("", types.url, "issuer that a JWT must name", "SHALL_JWT_ISSUER")
    jwt_audience: str = _server(
        "", types.text, "audience that a JWT must name (public_url)", "SHALL_JWT_AUDIENCE"
    )
    tls_client_ca: Path | None = _server(
        None,
        types.path,
        "authorities (PEM) of which clients must show a certificate (mTLS)",
        "SHALL_TLS_CLIENT_CA",
    )
    client_cert_header: str = _server(
        "",
        types.header,
        "header in which a trusted proxy names the client's verified certificate",
        "SHALL_CLIENT_CERT_HEADER",
    )
    insecure: bool = _server(
        False,
        types.boolean,
        "allow an address others can reach without a token",
        "SHALL_INSECURE",
        key=None,
        flag="--insecure",
    )
    allowed_hosts: tuple[str, ...] = _server(
        (),
        types.words,
        "the only hosts that Host may name",
        "SHALL_ALLOWED_HOSTS",
        flag="--allowed-host",
    )
    allowed_origins: tuple[str, ...] = _server(
        (),
        types.words,
        "origins allowed besides our own",
        "SHALL_ALLOWED_ORIGINS",
        flag="--allowed-origin",
    )
    cors_origins: tuple[str, ...] = _server(
        (), types.words, "origins whose pages may read answers (CORS)", "SHALL_CORS_ORIGINS"
    )
    trusted_proxies: tuple[str, ...] = _server(
        (),
        types.networks,
        "networks of proxies whose X-Forwarded-For and X-Forwarded-Proto count",
        "SHALL_TRUSTED_PROXIES",
        flag="--trusted-proxy",
    )
    # What may be asked for
    read_only: bool = _server(
        False,
        types.boolean,
        "offer only what changes nothing and runs nothing",
        "SHALL_READ_ONLY",
        flag="--read-only",
    )
    tools: tuple[str, ...] = _server(
        (), types.words, "the only tools that are offered", "SHALL_TOOLS", flag="--tools"
    )
    writable: tuple[str, ...] = _server(
        (),
        types.words,
        "globs of further files that the tools may write; never what programs run (notes/*.md)",
        "SHALL_WRITABLE",
        flag="--writable",
    )
    max_body_bytes: int = _server(
        4 << 20, types.positive, "size of a request's body, in bytes", "SHALL_MAX_BODY_BYTES"
    )
    max_header_bytes: int = _server(
        32 << 10, types.positive, "size of a request's headers, in bytes", "SHALL_MAX_HEADER_BYTES"
    )
    max_json_depth: int = _server(
        64, types.positive, "how deep a request's JSON may be nested", "SHALL_MAX_JSON_DEPTH"
    )
    max_result_bytes: int = _server(
        4 << 20, types.positive, "size of a tool's answer, in bytes", "SHALL_MAX_RESULT_BYTES"
    )
    header_timeout_s: float = _server(
        10.0,
        types.seconds,
        "how long a request's headers may take, in seconds",
        "SHALL_HEADER_TIMEOUT",
    )
    body_timeout_s: float = _server(
        30.0, types.seconds, "how long a request's body may pause, in seconds", "SHALL_BODY_TIMEOUT"
    )
    body_deadline_s: float = _server(
        120.0,
        types.seconds,
        "how long a request's whole body may take, in seconds",
        "SHALL_BODY_DEADLINE",
    )
    body_min_rate: int = _server(
        1000,
        types.positive,
        "bytes a second that a body must bring on average, after its first body_timeout_s",
        "SHALL_BODY_MIN_RATE",
    )
    max_buffered_bytes: int = _server(
        32 << 20,
        types.positive,
        "memory of a process for bodies beyond 64 KiB each, whoever sends them, in bytes",
        "SHALL_MAX_BUFFERED_BYTES",
    )
    max_unknown_connections: int = _server(
        1024,
        types.positive,
        "connections of a process whose caller is not known yet",
        "SHALL_MAX_UNKNOWN_CONNECTIONS",
    )
    max_unknown_bytes: int = _server(
        16 << 20,
        types.positive,
        "memory of a process for what these connections have sent, in bytes",
        "SHALL_MAX_UNKNOWN_BYTES",
    )
    rate_per_s: float = _server(
        0.0,
        types.rate,
        "requests a second of one caller; 0: no limit (document O's proxy: 10)",
        "SHALL_RATE",
    )
    rate_burst: int = _server(
        20, types.positive, "requests a caller may send at once beyond the rate", "SHALL_RATE_BURST"
    )
    max_concurrent: int = _server(
        0,
        types.not_negative,
        "requests of one caller at a time, open streams included; 0: no limit",
        "SHALL_MAX_CONCURRENT",
    )
    rate_store: str = _server(
        "memory://",
        types.text,
        "where rates are counted: memory://, or redis:// for all workers and instances",
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
