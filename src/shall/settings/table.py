"""The table of all settings."""

from shall.settings.access_rows import ACCESS_ROWS
from shall.settings.project_rows import PROJECT_ROWS
from shall.settings.server_rows import SERVER_ROWS
from shall.settings.setting import Setting, Settings

__all__ = ["SETTINGS", "Setting", "Settings"]

SETTINGS: tuple[Setting, ...] = (*PROJECT_ROWS, *SERVER_ROWS, *ACCESS_ROWS)
