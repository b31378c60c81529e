"""The settings of a server, and the table of all settings."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from shall.settings import types
from shall.settings.declaration import Setting, server
from shall.settings.gate import GateSettings
from shall.settings.project import ProjectSettings


class Settings(ProjectSettings, frozen=True):
    """The settings of one process: of the project and of the server. Durations in seconds."""

    transport: Annotated[
        str,
        server(
            types.transport,
            "how clients reach the server: stdio, http (http-stream) or sse, which http serves too",
            "SHALL_TRANSPORT",
            "MCP_TRANSPORT",
            flag="--transport",
        ),
    ] = "stdio"
    server_host: Annotated[
        str,
        server(
            types.text,
            "address that the server binds",
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
            "port that the server binds",
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
            "name that the server gives itself to clients",
            "SHALL_SERVER_NAME",
            "MCP_SERVER_NAME",
        ),
    ] = "shall"
    public_url: Annotated[
        str,
        server(
            types.url,
            "URL of the MCP endpoint as clients see it, where a proxy stands in front",
            "SHALL_PUBLIC_URL",
            "MCP_SERVER_ENDPOINT",
        ),
    ] = ""
    tls_key: Annotated[
        Path | None,
        server(
            types.path, "private key (PEM) to serve https with", "SHALL_TLS_KEY", flag="--tls-key"
        ),
    ] = None
    tls_cert: Annotated[
        Path | None,
        server(
            types.path,
            "certificate chain (PEM) to serve https with",
            "SHALL_TLS_CERT",
            flag="--tls-cert",
        ),
    ] = None
    workers: Annotated[
        int, server(types.workers, "processes that serve", "SHALL_WORKERS", flag="--workers")
    ] = 1
    sessions: Annotated[
        str,
        server(
            types.sessions,
            "whether older clients have sessions: yes, no, auto (yes with one worker)",
            "SHALL_SESSIONS",
            flag="--sessions",
        ),
    ] = "auto"
    instance: Annotated[
        str,
        server(
            types.instance,
            "name of this instance among several, put before session ids",
            "SHALL_INSTANCE",
            flag="--instance",
        ),
    ] = ""
    drain_s: Annotated[
        float,
        server(
            types.seconds,
            "how long requests in flight may take after SIGTERM or the end of stdin, in seconds",
            "SHALL_DRAIN",
            flag="--drain",
        ),
    ] = 10.0
    state_key: Annotated[
        str,
        server(
            types.text,
            "secret that seals what clients carry between requests; else one kept in the state",
            "SHALL_STATE_KEY",
            key=None,
            is_secret=True,
        ),
    ] = ""
    # What is told
    log_level: Annotated[
        str,
        server(
            types.log_level,
            "DEBUG, INFO, WARNING or ERROR",
            "SHALL_LOG_LEVEL",
            "MCP_LOG_LEVEL",
            flag="--log-level",
        ),
    ] = "INFO"
    log_format: Annotated[
        str,
        server(
            types.log_format,
            "console, or json: one object a line",
            "SHALL_LOG_FORMAT",
            "MCP_LOG_FORMAT",
            flag="--log-format",
        ),
    ] = "console"
    log_file: Annotated[
        Path | None,
        server(
            types.path,
            "a file that the server's log is written to as well",
            "SHALL_LOG_FILE",
            "MCP_LOG_FILE",
        ),
    ] = None
    log_calls: Annotated[
        bool,
        server(
            types.boolean, "keep a log of tool calls", "SHALL_LOG_CALLS", "MCP_LOG_CALLS_ENABLED"
        ),
    ] = True
    logs_root: Annotated[
        Path | None,
        server(
            types.path,
            "folder of the call log, relative to the workspace; else logs/ beside the local state",
            "SHALL_LOGS_ROOT",
            "MCP_LOGS_ROOT",
        ),
    ] = None
    calls_log: Annotated[
        str,
        server(
            types.text,
            "call log: a bare name lies in logs_root, a path with a folder is taken as it is",
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
            "where traces are sent by OTLP (HTTP, protobuf); needs the extra otlp",
            "SHALL_OTLP_ENDPOINT",
            "OTEL_EXPORTER_OTLP_ENDPOINT",
        ),
    ] = ""
    # Who may come in
    auth_token: Annotated[
        str,
        server(
            types.text,
            "bearer token that clients must send; empty: none",
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
            "where the keys of the authorization server are, to accept its JWTs",
            "SHALL_JWKS_URL",
        ),
    ] = ""
    jwt_issuer: Annotated[
        str, server(types.url, "issuer that a JWT must name", "SHALL_JWT_ISSUER")
    ] = ""
    jwt_audience: Annotated[
        str, server(types.text, "audience that a JWT must name (public_url)", "SHALL_JWT_AUDIENCE")
    ] = ""
    tls_client_ca: Annotated[
        Path | None,
        server(
            types.path,
            "authorities (PEM) of which clients must show a certificate (mTLS)",
            "SHALL_TLS_CLIENT_CA",
        ),
    ] = None
    client_cert_header: Annotated[
        str,
        server(
            types.header,
            "header in which a trusted proxy names the client's verified certificate",
            "SHALL_CLIENT_CERT_HEADER",
        ),
    ] = ""
    insecure: Annotated[
        bool,
        server(
            types.boolean,
            "allow an address others can reach without a token",
            "SHALL_INSECURE",
            key=None,
            flag="--insecure",
        ),
    ] = False
    allowed_hosts: Annotated[
        tuple[str, ...],
        server(
            types.words,
            "the only hosts that Host may name",
            "SHALL_ALLOWED_HOSTS",
            flag="--allowed-host",
        ),
    ] = ()
    allowed_origins: Annotated[
        tuple[str, ...],
        server(
            types.words,
            "origins allowed besides our own",
            "SHALL_ALLOWED_ORIGINS",
            flag="--allowed-origin",
        ),
    ] = ()
    cors_origins: Annotated[
        tuple[str, ...],
        server(types.words, "origins whose pages may read answers (CORS)", "SHALL_CORS_ORIGINS"),
    ] = ()
    trusted_proxies: Annotated[
        tuple[str, ...],
        server(
            types.networks,
            "networks of proxies whose X-Forwarded-For and X-Forwarded-Proto count",
            "SHALL_TRUSTED_PROXIES",
            flag="--trusted-proxy",
        ),
    ] = ()
    # What may be asked for
    read_only: Annotated[
        bool,
        server(
            types.boolean,
            "offer only what changes nothing and runs nothing",
            "SHALL_READ_ONLY",
            flag="--read-only",
        ),
    ] = False
    tools: Annotated[
        tuple[str, ...],
        server(types.words, "the only tools that are offered", "SHALL_TOOLS", flag="--tools"),
    ] = ()
    writable: Annotated[
        tuple[str, ...],
        server(
            types.words,
            "globs of further files that the tools may write; never what programs run (notes/*.md)",
            "SHALL_WRITABLE",
            flag="--writable",
        ),
    ] = ()
    max_body_bytes: Annotated[
        int, server(types.positive, "size of a request's body, in bytes", "SHALL_MAX_BODY_BYTES")
    ] = 4 << 20
    max_header_bytes: Annotated[
        int,
        server(types.positive, "size of a request's headers, in bytes", "SHALL_MAX_HEADER_BYTES"),
    ] = 32 << 10
    max_json_depth: Annotated[
        int,
        server(types.positive, "how deep a request's JSON may be nested", "SHALL_MAX_JSON_DEPTH"),
    ] = 64
    max_result_bytes: Annotated[
        int, server(types.positive, "size of a tool's answer, in bytes", "SHALL_MAX_RESULT_BYTES")
    ] = 4 << 20
    header_timeout_s: Annotated[
        float,
        server(
            types.seconds,
            "how long a request's headers may take, in seconds",
            "SHALL_HEADER_TIMEOUT",
        ),
    ] = 10.0
    body_timeout_s: Annotated[
        float,
        server(
            types.seconds, "how long a request's body may pause, in seconds", "SHALL_BODY_TIMEOUT"
        ),
    ] = 30.0
    body_deadline_s: Annotated[
        float,
        server(
            types.seconds,
            "how long a request's whole body may take, in seconds",
            "SHALL_BODY_DEADLINE",
        ),
    ] = 120.0
    body_min_rate: Annotated[
        int,
        server(
            types.positive,
            "bytes a second that a body must bring on average, after its first body_timeout_s",
            "SHALL_BODY_MIN_RATE",
        ),
    ] = 1000
    max_buffered_bytes: Annotated[
        int,
        server(
            types.positive,
            "memory of a process for bodies beyond 64 KiB each, whoever sends them, in bytes",
            "SHALL_MAX_BUFFERED_BYTES",
        ),
    ] = 32 << 20
    max_unknown_connections: Annotated[
        int,
        server(
            types.positive,
            "connections of a process whose caller is not known yet",
            "SHALL_MAX_UNKNOWN_CONNECTIONS",
        ),
    ] = 1024
    max_unknown_bytes: Annotated[
        int,
        server(
            types.positive,
            "memory of a process for what these connections have sent, in bytes",
            "SHALL_MAX_UNKNOWN_BYTES",
        ),
    ] = 16 << 20
    rate_per_s: Annotated[
        float,
        server(
            types.rate,
            "requests a second of one caller; 0: no limit (document O's proxy: 10)",
            "SHALL_RATE",
        ),
    ] = 0.0
    rate_burst: Annotated[
        int,
        server(
            types.positive, "requests a caller may send at once beyond the rate", "SHALL_RATE_BURST"
        ),
    ] = 20
    max_concurrent: Annotated[
        int,
        server(
            types.not_negative,
            "requests of one caller at a time, open streams included; 0: no limit",
            "SHALL_MAX_CONCURRENT",
        ),
    ] = 0
    rate_store: Annotated[
        str,
        server(
            types.text,
            "where rates are counted: memory://, or redis:// for all workers and instances",
            "SHALL_RATE_STORE",
            is_secret=True,
        ),
    ] = "memory://"


def _settings() -> Iterator[Setting]:
    defaults = Settings()
    holders = (ProjectSettings, GateSettings, Settings)
    annotations = {name: it for holder in holders for name, it in holder.__annotations__.items()}
    for name, annotation in annotations.items():
        (declared,) = annotation.__metadata__
        key = f"server.{name.removeprefix('server_')}" if declared.get("is_server") else name
        yield Setting(name, getattr(defaults, name), **{"key": key, **declared})


SETTINGS: tuple[Setting, ...] = tuple(_settings())
