"""Where the value of a secret is read: an environment variable, a file or a command."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

_FORMS = "{environment: NAME}, {file: PATH} or {command: [PROGRAM, ARGUMENT]}"

OWN_PREFIXES = ("SHALL_", "MCP_", "ATF_")
"""Names that configure this program: its own tokens are among them, and cases never read them."""


class SecretSource(Struct, frozen=True):
    """One source; exactly one field is set. ``command`` is run without a shell."""

    environment: str = ""
    file: str = ""
    command: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the kind of source and its name; of a command, the program alone."""
        if self.command:
            return f"command {self.command[0]}"
        return f"file {self.file}" if self.file else f"environment {self.environment}"


def secret_names(value: Any) -> tuple[str, ...]:
    """Read the names of ``secrets:``, a list of names or names with a source each."""
    names = list(value) if isinstance(value, dict) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError("not a list of names")
    return tuple(names)


def secret_sources(value: Any) -> Mapping[str, SecretSource]:
    """Read the sources of ``secrets:``; a name without one is only declared."""
    if not isinstance(value, dict):
        return {}
    return {name: _source(name, said) for name, said in value.items() if said is not None}


def _source(name: str, said: Any) -> SecretSource:
    if not isinstance(said, dict) or len(said) != 1:
        raise ValueError(f"the source of {name} must be {_FORMS}")
    ((kind, value),) = said.items()
    if kind == "command":
        if not isinstance(value, list) or not value or not all(isinstance(it, str) for it in value):
            raise ValueError(f"the command of {name} must be a list of texts; no shell is used")
        return SecretSource(command=tuple(value))
    if kind not in ("environment", "file") or not isinstance(value, str) or not value.strip():
        raise ValueError(f"the source of {name} must be {_FORMS}")
    if kind == "file":
        return SecretSource(file=value)
    if value.upper().startswith(OWN_PREFIXES):
        raise ValueError(f"{name} may not be read from {value}, which configures shall itself")
    return SecretSource(environment=value)
