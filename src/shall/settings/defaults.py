"""Defaults of the earlier commands, where they differ from ours."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

API_AUTO_TEST: Mapping[str, Any] = {"logs_root": Path("atf/logs")}
"""Of ``api-auto-test-mcp``."""

SPEC_DRIVEN: Mapping[str, Any] = {
    "server_host": "localhost",
    "server_port": 3001,
    "server_name": "spec-driven-development",
    # Its documented service unit may write to specs/ and logs/ only.
    "state_dir": Path("logs/shall"),
    "logs_root": Path("logs"),
}
"""Of ``mcp_server_spec``."""
