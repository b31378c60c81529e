"""What a setting is, and the values of all of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


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
    keep: str = "failed"
    concurrency: int = 16
    request_timeout_s: float = 30.0
    run_timeout_s: float = 300.0
    language: str = "en"
    no_color: bool = False
    max_error_length: int = 500
    max_history_size: int = 1000
    max_history_days: int = 90
    interpreters: tuple[Path, ...] = ()
    targets_allow: tuple[str, ...] = ()
    targets_deny: tuple[str, ...] = ()
    auto_install_deps: bool = True
    # Serving
    transport: str = "stdio"
    server_host: str = "127.0.0.1"
    server_port: int = 8000
    path: str = "/mcp"
    server_name: str = "shall"
    public_url: str = ""
    tls_key: Path | None = None
    tls_cert: Path | None = None
    workers: int = 1
    sessions: str = "auto"
    instance: str = ""
    drain_s: float = 10.0
    state_key: str = ""
    # Who may come in
    auth_token: str = ""
    token_file: Path | None = None
    jwks_url: str = ""
    jwt_issuer: str = ""
    jwt_audience: str = ""
    tls_client_ca: Path | None = None
    client_cert_header: str = ""
    insecure: bool = False
    allowed_hosts: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    cors_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    # What may be asked for
    read_only: bool = False
    tools: tuple[str, ...] = ()
    writable: tuple[str, ...] = ()
    max_body_bytes: int = 4 << 20
    max_header_bytes: int = 32 << 10
    max_json_depth: int = 64
    max_result_bytes: int = 4 << 20
    header_timeout_s: float = 10.0
    body_timeout_s: float = 30.0
    body_deadline_s: float = 120.0
    body_min_rate: int = 1000
    max_buffered_bytes: int = 32 << 20
    max_unknown_connections: int = 1024
    max_unknown_bytes: int = 16 << 20
    rate_per_s: float = 0.0
    rate_burst: int = 20
    max_concurrent: int = 0
    rate_store: str = "memory://"
    # What is told
    log_level: str = "INFO"
    log_format: str = "console"
    log_file: Path | None = None
    log_calls: bool = True
    logs_root: Path | None = None
    calls_log: str = "mcp_calls.jsonl"
    calls_log_bytes: int = 50 << 20
    calls_log_days: int = 30
    otlp_endpoint: str = ""


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
