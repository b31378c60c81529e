"""The hash that shows whether a unit case file, or the code that it tests, changed its meaning."""

import json
from collections.abc import Mapping
from hashlib import sha256

import msgspec

from shall.cases.unit.model import Unit

_VERSION = "u1:"

_ABOUT_THE_FILE = frozenset({"name", "description", "allure", "tags", "verifies", "secrets"})
"""Fields that change nothing of what is called and asserted."""


def unit_fingerprint(unit: Unit, code: str, others: Mapping[str, str]) -> str:
    """Return the version and 64 hexadecimal digits.

    ``code`` is the fingerprint of the module under test, ``others`` are those of further modules.
    """
    data = msgspec.to_builtins(unit)  # without the fields that are not used
    used = {name: it for name, it in data.items() if name not in _ABOUT_THE_FILE}
    text = json.dumps(
        [used, code, dict(others)] if others else [used, code],
        sort_keys=True,
        separators=(",", ":"),
    )
    return _VERSION + sha256(text.encode("ascii")).hexdigest()
