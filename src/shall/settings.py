"""Every setting: its environment names, default and meaning. Read once, at the edge."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one process. Durations in seconds."""

    workspaces: tuple[Path, ...] = ()
    state_dir: Path | None = None
    transport: str = "stdio"
    server_host: str = "127.0.0.1"
    server_port: int = 8000
    path: str = "/mcp"
    auth_token: str = ""
    log_level: str = "INFO"
    log_file: Path | None = None
    host: str | None = None
    project_hosts: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    environment: str = ""
    concurrency: int = 16
    request_timeout_s: float = 30.0
    run_timeout_s: float = 300.0
    language: str = "en"
    max_error_length: int = 500
    max_history_size: int = 1000
    max_history_days: int = 90
    interpreters: tuple[Path, ...] = ()
