"""Reads the settings ``auth`` and ``connection`` of ``shall.yaml`` as those of a case."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from shall.cases.auth import read_auth
from shall.cases.connection import read_connection
from shall.cases.fields import Findings, Keys


def auth_setting(value: Any) -> Mapping[str, Any]:
    """Read ``auth``. Raises ``ValueError``, of a sentence and a hint."""
    return _checked(read_auth, value, "auth") or {}


def connection_setting(value: Any) -> Mapping[str, Any]:
    """Read ``connection``. Raises ``ValueError``, of a sentence and a hint."""
    return _checked(partial(read_connection, is_setting=True), value, "connection") or {}


def _checked(read: Callable[[Any, Keys, Findings], Any], value: Any, name: str) -> Any:
    findings = Findings()
    found = read(value, (name,), findings)
    if findings.problems:
        first = findings.problems[0]
        raise ValueError(first.message, first.hint)
    return found
