"""The settings of a server: where it serves, and what it tells."""

from shall.settings import types
from shall.settings.setting import Setting

SERVER_ROWS: tuple[Setting, ...] = (
    Setting(
        "transport",
        types.transport,
        "how clients reach the server: stdio, http (http-stream) or sse, which http serves too",
        (
            "SHALL_TRANSPORT",
            "MCP_TRANSPORT",
        ),
        key="server.transport",
        flag="--transport",
    ),
    Setting(
        "server_host",
        types.text,
        "address that the server binds",
        (
            "SHALL_SERVER_HOST",
            "MCP_HOST",
            "MCP_SERVER_HOST",
        ),
        key="server.host",
        flag="--host",
    ),
    Setting(
        "server_port",
        types.port,
        "port that the server binds",
        (
            "SHALL_SERVER_PORT",
            "MCP_PORT",
            "MCP_SERVER_PORT",
        ),
        key="server.port",
        flag="--port",
    ),
    Setting(
        "path",
        types.url_path,
        "path of the MCP endpoint",
        (
            "SHALL_SERVER_PATH",
            "MCP_SSE_PATH",
        ),
        key="server.path",
        flag="--path",
    ),
    Setting(
        "server_name",
        types.text,
        "name that the server gives itself to clients",
        (
            "SHALL_SERVER_NAME",
            "MCP_SERVER_NAME",
        ),
        key="server.name",
    ),
    Setting(
        "public_url",
        types.url,
        "URL of the MCP endpoint as clients see it, where a proxy stands in front",
        (
            "SHALL_PUBLIC_URL",
            "MCP_SERVER_ENDPOINT",
        ),
        key="server.public_url",
    ),
    Setting(
        "tls_key",
        types.path,
        "private key (PEM) to serve https with",
        ("SHALL_TLS_KEY",),
        key="server.tls_key",
        flag="--tls-key",
    ),
    Setting(
        "tls_cert",
        types.path,
        "certificate chain (PEM) to serve https with",
        ("SHALL_TLS_CERT",),
        key="server.tls_cert",
        flag="--tls-cert",
    ),
    Setting(
        "workers",
        types.workers,
        "processes that serve",
        ("SHALL_WORKERS",),
        key="server.workers",
        flag="--workers",
    ),
    Setting(
        "sessions",
        types.sessions,
        "whether older clients have sessions: yes, no, auto (yes with one worker)",
        ("SHALL_SESSIONS",),
        key="server.sessions",
        flag="--sessions",
    ),
    Setting(
        "instance",
        types.instance,
        "name of this instance among several, put before session ids",
        ("SHALL_INSTANCE",),
        key="server.instance",
        flag="--instance",
    ),
    Setting(
        "drain_s",
        types.seconds,
        "how long requests in flight may take after SIGTERM or the end of stdin, in seconds",
        ("SHALL_DRAIN",),
        key="server.drain_s",
        flag="--drain",
    ),
    Setting(
        "state_key",
        types.text,
        "secret that seals what clients carry between requests; else one kept in the state",
        ("SHALL_STATE_KEY",),
        is_secret=True,
    ),
    Setting(
        "log_level",
        types.log_level,
        "DEBUG, INFO, WARNING or ERROR",
        (
            "SHALL_LOG_LEVEL",
            "MCP_LOG_LEVEL",
        ),
        key="server.log_level",
        flag="--log-level",
    ),
    Setting(
        "log_format",
        types.log_format,
        "console, or json: one object a line",
        (
            "SHALL_LOG_FORMAT",
            "MCP_LOG_FORMAT",
        ),
        key="server.log_format",
        flag="--log-format",
    ),
    Setting(
        "log_file",
        types.path,
        "a file that the server's log is written to as well",
        (
            "SHALL_LOG_FILE",
            "MCP_LOG_FILE",
        ),
        key="server.log_file",
    ),
    Setting(
        "log_calls",
        types.boolean,
        "keep a log of tool calls",
        (
            "SHALL_LOG_CALLS",
            "MCP_LOG_CALLS_ENABLED",
        ),
        key="server.log_calls",
    ),
    Setting(
        "logs_root",
        types.path,
        "folder of the call log, relative to the workspace; else logs/ beside the local state",
        (
            "SHALL_LOGS_ROOT",
            "MCP_LOGS_ROOT",
        ),
        key="server.logs_root",
    ),
    Setting(
        "calls_log",
        types.text,
        "call log: a bare name lies in logs_root, a path with a folder is taken as it is",
        (
            "SHALL_CALLS_LOG",
            "MCP_CALLS_LOG",
        ),
        key="server.calls_log",
    ),
    Setting(
        "calls_log_bytes",
        types.positive,
        "size at which the call log is rotated, in bytes",
        ("SHALL_CALLS_LOG_BYTES",),
        key="server.calls_log_bytes",
    ),
    Setting(
        "calls_log_days",
        types.positive,
        "days after which a rotated call log is deleted",
        ("SHALL_CALLS_LOG_DAYS",),
        key="server.calls_log_days",
    ),
    Setting(
        "otlp_endpoint",
        types.text,
        "where traces are sent by OTLP (HTTP, protobuf); needs the extra otlp",
        (
            "SHALL_OTLP_ENDPOINT",
            "OTEL_EXPORTER_OTLP_ENDPOINT",
        ),
        key="server.otlp_endpoint",
    ),
)
