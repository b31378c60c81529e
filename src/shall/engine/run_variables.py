"""The variables that ``shall.yaml`` gives a run, and the hash of those that a case reads."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from shall import late_json
from shall.redaction.names import is_secret_name

if TYPE_CHECKING:
    from shall.cases.run_names import Name

NONE = "none"
"""Recorded where ``shall.yaml`` gives no variable that the case reads."""

OVERRIDDEN = "--var"
"""Recorded where the caller gave one another value: the value itself is not recorded."""

_VERSION = "1:"
_DIGITS = 32


class RunVariables(Struct, frozen=True):
    """The variables of ``shall.yaml`` for one environment.

    ``secrets`` maps the names of secrets to how they are declared: their values do not count.
    ``overridden`` are the names for which the caller of the run gave another value.
    """

    values: Mapping[str, Any] = {}
    secrets: Mapping[str, str] = {}
    overridden: frozenset[str] = frozenset()

    def given(self, values: Mapping[str, Any]) -> "RunVariables":
        """Return them with what the caller of a run gave."""
        other = {
            name
            for name, value in values.items()
            if name in self.values
            and not self._is_secret(name)
            and _text(value) != _text(self.values[name])
        }
        return RunVariables(self.values, self.secrets, frozenset(other))

    def fingerprint(self, case_key: str, names: "Sequence[Name]") -> str:
        """Return what evidence records of the variables that a case reads; empty: it reads none.

        The hash is over all of their values together with the key of the case.
        """
        roots = {name[0] for name in names}
        if not roots:
            return ""
        if not roots.isdisjoint(self.overridden):
            return OVERRIDDEN
        found = [
            (name, self._value(name))
            for name in names
            if name[0] in self.values or name[0] in self.secrets
        ]
        if not found:
            return NONE
        from hashlib import sha256  # few runs record evidence

        return _VERSION + sha256(_text([case_key, found]).encode()).hexdigest()[:_DIGITS]

    def _is_secret(self, name: str | int) -> bool:
        return name in self.secrets or is_secret_name(str(name))

    def _value(self, name: "Name") -> Any:
        """Return the value of a name, without secrets; as far as the path leads."""
        if any(map(self._is_secret, name)):
            return self.secrets.get(str(name[0]), "")
        value: Any = self.values
        for part in name:
            if not isinstance(value, dict) or part not in value:
                break
            value = value[part]
        return self._without_secrets(value)

    def _without_secrets(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: "" if self._is_secret(key) else self._without_secrets(item)
                for key, item in value.items()
            }
        if isinstance(value, list):
            return [self._without_secrets(item) for item in value]
        return value


def _text(value: Any) -> str:
    """Return a value as JSON; keys that are no texts are sorted as such."""
    try:
        return late_json.dumps(value, sort_keys=True, default=str)
    except TypeError:  # keys of several types
        return late_json.dumps(value, default=str)
