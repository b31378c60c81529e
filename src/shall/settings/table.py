"""The settings of a server, and the table of all settings."""

from pathlib import Path

from shall import value_types as types
from shall.declaration import Setting, declared, server
from shall.engine.options import RunSettings
from shall.settings.gate import GateSettings
from shall.settings.project import ProjectSettings


class Settings(ProjectSettings, frozen=True, kw_only=True):
    """The settings of one process: of the project and of the server. Durations in seconds."""

    transport: str = server(
        "transport",
        "stdio",
        types.transport,
        "transport: stdio, http (or http-stream) or sse; http serves sse too",
        "SHALL_TRANSPORT",
        "MCP_TRANSPORT",
        flag="--transport",
    )
    server_host: str = server(
        "server_host",
        "127.0.0.1",
        types.text,
        "address to bind",
        "SHALL_SERVER_HOST",
        "MCP_HOST",
        "MCP_SERVER_HOST",
        flag="--host",
    )
    server_port: int = server(
        "server_port",
        8000,
        types.port,
        "port to bind",
        "SHALL_SERVER_PORT",
        "MCP_PORT",
        "MCP_SERVER_PORT",
        flag="--port",
    )
    path: str = server(
        "path",
        "/mcp",
        types.url_path,
        "path of the MCP endpoint",
        "SHALL_SERVER_PATH",
        "MCP_SSE_PATH",
        flag="--path",
    )
    server_name: str = server(
        "server_name",
        "shall",
        types.text,
        "server name that is reported to clients",
        "SHALL_SERVER_NAME",
        "MCP_SERVER_NAME",
    )
    public_url: str = server(
        "public_url",
        "",
        types.url,
        "public URL of the MCP endpoint, if the server is behind a proxy",
        "SHALL_PUBLIC_URL",
        "MCP_SERVER_ENDPOINT",
    )
    tls_key: Path | None = server(
        "tls_key",
        None,
        types.path,
        "private key for https (PEM)",
        "SHALL_TLS_KEY",
        flag="--tls-key",
    )
    tls_cert: Path | None = server(
        "tls_cert",
        None,
        types.path,
        "certificate chain for https (PEM)",
        "SHALL_TLS_CERT",
        flag="--tls-cert",
    )
    workers: int = server(
        "workers", 1, types.workers, "number of server processes", "SHALL_WORKERS", flag="--workers"
    )
    sessions: str = server(
        "sessions",
        "auto",
        types.sessions,
        "sessions for clients of earlier protocols: yes, no, auto (yes with one worker)",
        "SHALL_SESSIONS",
        flag="--sessions",
    )
    instance: str = server(
        "instance",
        "",
        types.instance,
        "name of this instance among several; prefix of its session ids",
        "SHALL_INSTANCE",
        flag="--instance",
    )
    drain_s: float = server(
        "drain_s",
        10.0,
        types.seconds,
        "grace period of running requests after SIGTERM or the end of stdin, in seconds",
        "SHALL_DRAIN",
        flag="--drain",
    )
    state_key: str = server(
        "state_key",
        "",
        types.text,
        "secret that seals state held by clients; default: a key stored in the state folder",
        "SHALL_STATE_KEY",
        key=None,
        is_secret=True,
    )
    pages: bool = server(
        "pages",
        True,
        types.boolean,
        "pages for browsers, over HTTP; --no-pages serves none",
        "SHALL_PAGES",
        flag="--no-pages",
    )
    # Logs
    log_level: str = server(
        "log_level",
        "INFO",
        types.log_level,
        "log level: DEBUG, INFO, WARNING or ERROR",
        "SHALL_LOG_LEVEL",
        "MCP_LOG_LEVEL",
        flag="--log-level",
    )
    log_format: str = server(
        "log_format",
        "console",
        types.log_format,
        "log format: console, or json (one object a line)",
        "SHALL_LOG_FORMAT",
        "MCP_LOG_FORMAT",
        flag="--log-format",
    )
    log_file: Path | None = server(
        "log_file",
        None,
        types.path,
        "file that the server's log is also written to",
        "SHALL_LOG_FILE",
        "MCP_LOG_FILE",
    )
    log_calls: bool = server(
        "log_calls",
        True,
        types.boolean,
        "write a log of tool calls",
        "SHALL_LOG_CALLS",
        "MCP_LOG_CALLS_ENABLED",
    )
    logs_root: Path | None = server(
        "logs_root",
        None,
        types.path,
        "folder of the call log, relative to the workspace; default: logs/ beside local state",
        "SHALL_LOGS_ROOT",
        "MCP_LOGS_ROOT",
    )
    calls_log: str = server(
        "calls_log",
        "mcp_calls.jsonl",
        types.text,
        "file of the call log: a name in logs_root, or a path with a folder",
        "SHALL_CALLS_LOG",
        "MCP_CALLS_LOG",
    )
    calls_log_bytes: int = server(
        "calls_log_bytes",
        50 << 20,
        types.positive,
        "size at which the call log is rotated, in bytes",
        "SHALL_CALLS_LOG_BYTES",
    )
    calls_log_days: int = server(
        "calls_log_days",
        30,
        types.positive,
        "days after which a rotated call log is deleted",
        "SHALL_CALLS_LOG_DAYS",
    )
    otlp_endpoint: str = server(
        "otlp_endpoint",
        "",
        types.text,
        "OTLP endpoint of traces (HTTP, protobuf); requires the extra otlp",
        "SHALL_OTLP_ENDPOINT",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
    )
    # Access
    auth_token: str = server(
        "auth_token",
        "",
        types.text,
        "bearer token that clients must send; empty: no token",
        "SHALL_AUTH_TOKEN",
        "MCP_AUTH_TOKEN",
        key=None,
        is_secret=True,
    )
    token_file: Path | None = server(
        "token_file",
        None,
        types.path,
        "file of hashed tokens (`shall token new`), or of one bare token",
        "SHALL_TOKEN_FILE",
        flag="--token-file",
    )
    jwks_url: str = server(
        "jwks_url",
        "",
        types.url,
        "URL of the authorization server's keys (JWKS), to accept its JWTs",
        "SHALL_JWKS_URL",
    )
    jwt_issuer: str = server(
        "jwt_issuer", "", types.url, "required issuer of a JWT", "SHALL_JWT_ISSUER"
    )
    jwt_audience: str = server(
        "jwt_audience",
        "",
        types.text,
        "required audience of a JWT; default: public_url",
        "SHALL_JWT_AUDIENCE",
    )
    tls_client_ca: Path | None = server(
        "tls_client_ca",
        None,
        types.path,
        "authorities (PEM) that issue client certificates, which are then required (mTLS)",
        "SHALL_TLS_CLIENT_CA",
    )
    client_cert_header: str = server(
        "client_cert_header",
        "",
        types.header,
        "header in which a trusted proxy passes the client's verified certificate",
        "SHALL_CLIENT_CERT_HEADER",
    )
    insecure: bool = server(
        "insecure",
        False,
        types.boolean,
        "allow an address that others can reach without a token",
        "SHALL_INSECURE",
        key=None,
        flag="--insecure",
    )
    allowed_hosts: tuple[str, ...] = server(
        "allowed_hosts",
        (),
        types.words,
        "accepted values of the Host header",
        "SHALL_ALLOWED_HOSTS",
        flag="--allowed-host",
    )
    allowed_origins: tuple[str, ...] = server(
        "allowed_origins",
        (),
        types.words,
        "accepted origins besides the server's own",
        "SHALL_ALLOWED_ORIGINS",
        flag="--allowed-origin",
    )
    cors_origins: tuple[str, ...] = server(
        "cors_origins",
        (),
        types.words,
        "origins whose pages may read responses (CORS)",
        "SHALL_CORS_ORIGINS",
    )
    trusted_proxies: tuple[str, ...] = server(
        "trusted_proxies",
        (),
        types.networks,
        "networks of proxies whose X-Forwarded-For, -Proto and -Prefix are trusted",
        "SHALL_TRUSTED_PROXIES",
        flag="--trusted-proxy",
    )
    # Limits
    read_only: bool = server(
        "read_only",
        False,
        types.boolean,
        "offer only tools that change nothing and run nothing",
        "SHALL_READ_ONLY",
        flag="--read-only",
    )
    toolset: str = server(
        "toolset",
        "core",
        types.toolset,
        "core: the usual tools; all: also those of the workflow",
        "SHALL_TOOLSET",
        flag="--toolset",
    )
    tools: tuple[str, ...] = server(
        "tools", (), types.words, "offer only these tools", "SHALL_TOOLS", flag="--tools"
    )
    writable: tuple[str, ...] = server(
        "writable",
        (),
        types.words,
        "globs of further files that tools may write (notes/*.md); never executable files",
        "SHALL_WRITABLE",
        flag="--writable",
    )
    max_body_bytes: int = server(
        "max_body_bytes",
        4 << 20,
        types.positive,
        "maximum size of a request body, in bytes",
        "SHALL_MAX_BODY_BYTES",
    )
    max_header_bytes: int = server(
        "max_header_bytes",
        32 << 10,
        types.positive,
        "maximum size of the request headers, in bytes",
        "SHALL_MAX_HEADER_BYTES",
    )
    max_json_depth: int = server(
        "max_json_depth",
        64,
        types.positive,
        "maximum nesting depth of JSON in a request",
        "SHALL_MAX_JSON_DEPTH",
    )
    max_result_bytes: int = server(
        "max_result_bytes",
        4 << 20,
        types.positive,
        "maximum size of a tool's answer, in bytes",
        "SHALL_MAX_RESULT_BYTES",
    )
    header_timeout_s: float = server(
        "header_timeout_s",
        10.0,
        types.seconds,
        "timeout for receiving request headers, in seconds",
        "SHALL_HEADER_TIMEOUT",
    )
    body_timeout_s: float = server(
        "body_timeout_s",
        30.0,
        types.seconds,
        "longest pause within a request body, in seconds",
        "SHALL_BODY_TIMEOUT",
    )
    body_deadline_s: float = server(
        "body_deadline_s",
        120.0,
        types.seconds,
        "timeout for receiving a request body, in seconds",
        "SHALL_BODY_DEADLINE",
    )
    body_min_rate: int = server(
        "body_min_rate",
        1000,
        types.positive,
        "minimum rate of a request body after its first body_timeout_s, in bytes a second",
        "SHALL_BODY_MIN_RATE",
    )
    max_buffered_bytes: int = server(
        "max_buffered_bytes",
        32 << 20,
        types.positive,
        "memory of a process for request bodies beyond 64 KiB each, in bytes",
        "SHALL_MAX_BUFFERED_BYTES",
    )
    max_unknown_connections: int = server(
        "max_unknown_connections",
        1024,
        types.positive,
        "maximum unauthenticated connections of a process",
        "SHALL_MAX_UNKNOWN_CONNECTIONS",
    )
    max_unknown_bytes: int = server(
        "max_unknown_bytes",
        16 << 20,
        types.positive,
        "memory of a process for data of unauthenticated connections, in bytes",
        "SHALL_MAX_UNKNOWN_BYTES",
    )
    rate_per_s: float = server(
        "rate_per_s",
        0.0,
        types.rate,
        "requests a second of one caller; 0: no limit",
        "SHALL_RATE",
    )
    rate_burst: int = server(
        "rate_burst",
        20,
        types.positive,
        "burst of requests that a caller may send beyond the rate",
        "SHALL_RATE_BURST",
    )
    max_concurrent: int = server(
        "max_concurrent",
        0,
        types.not_negative,
        "concurrent requests of one caller, including open streams; 0: no limit",
        "SHALL_MAX_CONCURRENT",
    )
    rate_store: str = server(
        "rate_store",
        "memory://",
        types.text,
        "store of the rate limits: memory://, or redis:// for all workers and instances",
        "SHALL_RATE_STORE",
        is_secret=True,
    )


SETTINGS: tuple[Setting, ...] = tuple(
    declared()[name]
    for settings in (ProjectSettings, RunSettings, GateSettings, Settings)
    for name in settings.__annotations__
    if name != "config"  # a file of its own
)

RUN_SETTINGS = tuple(it for it in SETTINGS if it.name in RunSettings.__annotations__)
"""The options of a run."""
