"""Every setting: its environment names, default and meaning. Read once, at the edge.

``project`` and ``table`` (the server) are the only places that name them; ``shall config`` and
the settings page of the documentation are made from them.
Precedence: flags, environment, ``shall.yaml``, defaults.
"""

from shall.declaration import Setting
from shall.settings.reader import (
    FILE_NAME,
    Source,
    Sources,
    is_in_environment,
    language_of,
    process_environment,
    read_settings,
)
from shall.settings.table import RUN_SETTINGS, SETTINGS, Settings

__all__ = [
    "FILE_NAME",
    "RUN_SETTINGS",
    "SETTINGS",
    "Setting",
    "Settings",
    "Source",
    "Sources",
    "is_in_environment",
    "language_of",
    "process_environment",
    "read_settings",
]
