"""The settings of a server, and the table of all settings."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from shall import value_types as types
from shall.declaration import Setting, server
from shall.engine.options import RunSettings
from shall.settings.gate import GateSettings
from shall.settings.project import ProjectSettings


class Settings(ProjectSettings, frozen=True, kw_only=True):
    """The settings of one process: of the project and of the server. Durations in seconds."""

    transport: Annotated[
        str,
        server(
            types.transport,
            "transport: stdio, http (or http-stream) or sse; http serves sse too",
            "SHALL_TRANSPORT",
            "MCP_TRANSPORT",
            flag="--transport",
        ),
    ] = "stdio"
    server_host: Annotated[
        str,
        server(
            types.text,
            "address to bind",
            "SHALL_SERVER_HOST",
            "MCP_HOST",
            "MCP_SERVER_HOST",
            flag="--host",
        ),
    ] = "127.0.0.1"
    server_port: Annotated[
        int,
        server(
            types.port,
            "port to bind",
            "SHALL_SERVER_PORT",
            "MCP_PORT",
            "MCP_SERVER_PORT",
            flag="--port",
        ),
    ] = 8000
    path: Annotated[
        str,
        server(
            types.url_path,
            "path of the MCP endpoint",
            "SHALL_SERVER_PATH",
            "MCP_SSE_PATH",
            flag="--path",
        ),
    ] = "/mcp"
    server_name: Annotated[
        str,
        server(
            types.text,
            "server name that is reported to clients",
            "SHALL_SERVER_NAME",
            "MCP_SERVER_NAME",
        ),
    ] = "shall"
    public_url: Annotated[
        str,
        server(
            types.url,
            "public URL of the MCP endpoint, if the server is behind a proxy",
            "SHALL_PUBLIC_URL",
            "MCP_SERVER_ENDPOINT",
        ),
    ] = ""
    tls_key: Annotated[
        Path | None,
        server(types.path, "private key for https (PEM)", "SHALL_TLS_KEY", flag="--tls-key"),
    ] = None
    tls_cert: Annotated[
        Path | None,
        server(
            types.path,
            "certificate chain for https (PEM)",
            "SHALL_TLS_CERT",
            flag="--tls-cert",
        ),
    ] = None
    workers: Annotated[
        int, server(types.workers, "number of server processes", "SHALL_WORKERS", flag="--workers")
    ] = 1
    sessions: Annotated[
        str,
        server(
            types.sessions,
            "sessions for clients of earlier protocols: yes, no, auto (yes with one worker)",
            "SHALL_SESSIONS",
            flag="--sessions",
        ),
    ] = "auto"
    instance: Annotated[
        str,
        server(
            types.instance,
            "name of this instance among several; prefix of its session ids",
            "SHALL_INSTANCE",
            flag="--instance",
        ),
    ] = ""
    drain_s: Annotated[
        float,
        server(
            types.seconds,
            "grace period of running requests after SIGTERM or the end of stdin, in seconds",
            "SHALL_DRAIN",
            flag="--drain",
        ),
    ] = 10.0
    state_key: Annotated[
        str,
        server(
            types.text,
            "secret that seals state held by clients; default: a key stored in the state folder",
            "SHALL_STATE_KEY",
            key=None,
            is_secret=True,
        ),
    ] = ""
    pages: Annotated[
        bool,
        server(
            types.boolean,
            "pages for browsers, over HTTP; --no-pages serves none",
            "SHALL_PAGES",
            flag="--no-pages",
        ),
    ] = True
    # Logs
    log_level: Annotated[
        str,
        server(
            types.log_level,
            "log level: DEBUG, INFO, WARNING or ERROR",
            "SHALL_LOG_LEVEL",
            "MCP_LOG_LEVEL",
            flag="--log-level",
        ),
    ] = "INFO"
    log_format: Annotated[
        str,
        server(
            types.log_format,
            "log format: console, or json (one object a line)",
            "SHALL_LOG_FORMAT",
            "MCP_LOG_FORMAT",
            flag="--log-format",
        ),
    ] = "console"
    log_file: Annotated[
        Path | None,
        server(
            types.path,
            "file that the server's log is also written to",
            "SHALL_LOG_FILE",
            "MCP_LOG_FILE",
        ),
    ] = None
    log_calls: Annotated[
        bool,
        server(
            types.boolean, "write a log of tool calls", "SHALL_LOG_CALLS", "MCP_LOG_CALLS_ENABLED"
        ),
    ] = True
    logs_root: Annotated[
        Path | None,
        server(
            types.path,
            "folder of the call log, relative to the workspace; default: logs/ beside local state",
            "SHALL_LOGS_ROOT",
            "MCP_LOGS_ROOT",
        ),
    ] = None
    calls_log: Annotated[
        str,
        server(
            types.text,
            "file of the call log: a name in logs_root, or a path with a folder",
            "SHALL_CALLS_LOG",
            "MCP_CALLS_LOG",
        ),
    ] = "mcp_calls.jsonl"
    calls_log_bytes: Annotated[
        int,
        server(
            types.positive,
            "size at which the call log is rotated, in bytes",
            "SHALL_CALLS_LOG_BYTES",
        ),
    ] = 50 << 20
    calls_log_days: Annotated[
        int,
        server(
            types.positive, "days after which a rotated call log is deleted", "SHALL_CALLS_LOG_DAYS"
        ),
    ] = 30
    otlp_endpoint: Annotated[
        str,
        server(
            types.text,
            "OTLP endpoint of traces (HTTP, protobuf); requires the extra otlp",
            "SHALL_OTLP_ENDPOINT",
            "OTEL_EXPORTER_OTLP_ENDPOINT",
        ),
    ] = ""
    # Access
    auth_token: Annotated[
        str,
        server(
            types.text,
            "bearer token that clients must send; empty: no token",
            "SHALL_AUTH_TOKEN",
            "MCP_AUTH_TOKEN",
            key=None,
            is_secret=True,
        ),
    ] = ""
    token_file: Annotated[
        Path | None,
        server(
            types.path,
            "file of hashed tokens (`shall token new`), or of one bare token",
            "SHALL_TOKEN_FILE",
            flag="--token-file",
        ),
    ] = None
    jwks_url: Annotated[
        str,
        server(
            types.url,
            "URL of the authorization server's keys (JWKS), to accept its JWTs",
            "SHALL_JWKS_URL",
        ),
    ] = ""
    jwt_issuer: Annotated[
        str, server(types.url, "required issuer of a JWT", "SHALL_JWT_ISSUER")
    ] = ""
    jwt_audience: Annotated[
        str,
        server(types.text, "required audience of a JWT; default: public_url", "SHALL_JWT_AUDIENCE"),
    ] = ""
    tls_client_ca: Annotated[
        Path | None,
        server(
            types.path,
            "authorities (PEM) that issue client certificates, which are then required (mTLS)",
            "SHALL_TLS_CLIENT_CA",
        ),
    ] = None
    client_cert_header: Annotated[
        str,
        server(
            types.header,
            "header in which a trusted proxy passes the client's verified certificate",
            "SHALL_CLIENT_CERT_HEADER",
        ),
    ] = ""
    insecure: Annotated[
        bool,
        server(
            types.boolean,
            "allow an address that others can reach without a token",
            "SHALL_INSECURE",
            key=None,
            flag="--insecure",
        ),
    ] = False
    allowed_hosts: Annotated[
        tuple[str, ...],
        server(
            types.words,
            "accepted values of the Host header",
            "SHALL_ALLOWED_HOSTS",
            flag="--allowed-host",
        ),
    ] = ()
    allowed_origins: Annotated[
        tuple[str, ...],
        server(
            types.words,
            "accepted origins besides the server's own",
            "SHALL_ALLOWED_ORIGINS",
            flag="--allowed-origin",
        ),
    ] = ()
    cors_origins: Annotated[
        tuple[str, ...],
        server(types.words, "origins whose pages may read responses (CORS)", "SHALL_CORS_ORIGINS"),
    ] = ()
    trusted_proxies: Annotated[
        tuple[str, ...],
        server(
            types.networks,
            "networks of proxies whose X-Forwarded-For and X-Forwarded-Proto are trusted",
            "SHALL_TRUSTED_PROXIES",
            flag="--trusted-proxy",
        ),
    ] = ()
    # Limits
    read_only: Annotated[
        bool,
        server(
            types.boolean,
            "offer only tools that change nothing and run nothing",
            "SHALL_READ_ONLY",
            flag="--read-only",
        ),
    ] = False
    toolset: Annotated[
        str,
        server(
            types.toolset,
            "core: the usual tools; all: also those of the workflow",
            "SHALL_TOOLSET",
            flag="--toolset",
        ),
    ] = "core"
    tools: Annotated[
        tuple[str, ...],
        server(types.words, "offer only these tools", "SHALL_TOOLS", flag="--tools"),
    ] = ()
    writable: Annotated[
        tuple[str, ...],
        server(
            types.words,
            "globs of further files that tools may write (notes/*.md); never executable files",
            "SHALL_WRITABLE",
            flag="--writable",
        ),
    ] = ()
    max_body_bytes: Annotated[
        int,
        server(types.positive, "maximum size of a request body, in bytes", "SHALL_MAX_BODY_BYTES"),
    ] = 4 << 20
    max_header_bytes: Annotated[
        int,
        server(
            types.positive,
            "maximum size of the request headers, in bytes",
            "SHALL_MAX_HEADER_BYTES",
        ),
    ] = 32 << 10
    max_json_depth: Annotated[
        int,
        server(
            types.positive, "maximum nesting depth of JSON in a request", "SHALL_MAX_JSON_DEPTH"
        ),
    ] = 64
    max_result_bytes: Annotated[
        int,
        server(
            types.positive, "maximum size of a tool's answer, in bytes", "SHALL_MAX_RESULT_BYTES"
        ),
    ] = 4 << 20
    header_timeout_s: Annotated[
        float,
        server(
            types.seconds,
            "timeout for receiving request headers, in seconds",
            "SHALL_HEADER_TIMEOUT",
        ),
    ] = 10.0
    body_timeout_s: Annotated[
        float,
        server(
            types.seconds, "longest pause within a request body, in seconds", "SHALL_BODY_TIMEOUT"
        ),
    ] = 30.0
    body_deadline_s: Annotated[
        float,
        server(
            types.seconds,
            "timeout for receiving a request body, in seconds",
            "SHALL_BODY_DEADLINE",
        ),
    ] = 120.0
    body_min_rate: Annotated[
        int,
        server(
            types.positive,
            "minimum rate of a request body after its first body_timeout_s, in bytes a second",
            "SHALL_BODY_MIN_RATE",
        ),
    ] = 1000
    max_buffered_bytes: Annotated[
        int,
        server(
            types.positive,
            "memory of a process for request bodies beyond 64 KiB each, in bytes",
            "SHALL_MAX_BUFFERED_BYTES",
        ),
    ] = 32 << 20
    max_unknown_connections: Annotated[
        int,
        server(
            types.positive,
            "maximum unauthenticated connections of a process",
            "SHALL_MAX_UNKNOWN_CONNECTIONS",
        ),
    ] = 1024
    max_unknown_bytes: Annotated[
        int,
        server(
            types.positive,
            "memory of a process for data of unauthenticated connections, in bytes",
            "SHALL_MAX_UNKNOWN_BYTES",
        ),
    ] = 16 << 20
    rate_per_s: Annotated[
        float,
        server(
            types.rate,
            "requests a second of one caller; 0: no limit",
            "SHALL_RATE",
        ),
    ] = 0.0
    rate_burst: Annotated[
        int,
        server(
            types.positive,
            "burst of requests that a caller may send beyond the rate",
            "SHALL_RATE_BURST",
        ),
    ] = 20
    max_concurrent: Annotated[
        int,
        server(
            types.not_negative,
            "concurrent requests of one caller, including open streams; 0: no limit",
            "SHALL_MAX_CONCURRENT",
        ),
    ] = 0
    rate_store: Annotated[
        str,
        server(
            types.text,
            "store of the rate limits: memory://, or redis:// for all workers and instances",
            "SHALL_RATE_STORE",
            is_secret=True,
        ),
    ] = "memory://"


def _settings() -> Iterator[Setting]:
    defaults = Settings()
    declared_in = (ProjectSettings, RunSettings, GateSettings, Settings)
    annotations = [it for each in declared_in for it in each.__annotations__.items()]
    for name, annotation in annotations:
        if name == "config":  # a file of its own
            continue
        (declared,) = annotation.__metadata__
        key = f"server.{name.removeprefix('server_')}" if declared.get("is_server") else name
        yield Setting(name, getattr(defaults, name), **{"key": key, **declared})


SETTINGS: tuple[Setting, ...] = tuple(_settings())

RUN_SETTINGS = tuple(it for it in SETTINGS if it.name in RunSettings.__annotations__)
"""The options of a run."""
