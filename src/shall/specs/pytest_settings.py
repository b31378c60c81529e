"""What the settings of pytest add to every test: plugins and fixtures."""

import re
from collections.abc import Iterable

from msgspec import Struct

FILES = ("pytest.ini", ".pytest.ini", "pytest.toml", "pyproject.toml", "tox.ini", "setup.cfg")
"""Where pytest looks for its settings."""

_PLUGIN = re.compile(r"""(?<![\w-])-p["',\s=]*(?!no:)([A-Za-z_][\w.]*)""")
_FIXTURES = re.compile(
    r"^[ \t]*usefixtures[ \t]*=((?:[^\n]*\[[^\]]*\])|[^\n]*(?:\n[ \t]+\S.*)*)", re.M
)
_NAME = re.compile(r"[A-Za-z_]\w*")


class PytestSettings(Struct, frozen=True):
    """The modules that ``-p`` loads, and the fixtures that every test uses."""

    plugins: frozenset[str] = frozenset()
    fixtures: frozenset[str] = frozenset()

    def names(self) -> list[list[str]]:
        """Return the names in an order that is always the same."""
        return [sorted(self.plugins), sorted(self.fixtures)]


NO_SETTINGS = PytestSettings()


def pytest_settings(texts: Iterable[str]) -> PytestSettings:
    """Return what may be meant in the texts of the files; in comments and other tools' parts, too.

    What is not a test code and no fixture adds nothing.
    """
    plugins: set[str] = set()
    fixtures: set[str] = set()
    for text in texts:
        plugins |= set(_PLUGIN.findall(text))
        for found in _FIXTURES.findall(text):
            fixtures |= set(_NAME.findall(found))
    return PytestSettings(frozenset(plugins), frozenset(fixtures))
