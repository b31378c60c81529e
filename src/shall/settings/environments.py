"""Reads what ``environments:`` of ``shall.yaml`` says about each environment."""

from collections.abc import Callable, Mapping, Sequence, Set
from typing import TYPE_CHECKING, Any

from shall.declaration import Setting
from shall.notification_source import Notify

if TYPE_CHECKING:
    from shall.config_source import Config
    from shall.diagnostics import Diagnostic
    from shall.span import Span

REQUIRED = "required"
"""The key that says whether a criterion must be proved in an environment."""


def read_overrides(
    said: Any,
    settings: Mapping[str, Sequence[Setting]],
    stronger: Set[str],
    span_of: "Callable[[str, bool], Span]",
    problems: "list[Diagnostic]",
) -> Mapping[str, Mapping[str, Any]]:
    """Return the settings that each environment replaces, by the name of the environment.

    ``settings`` are those that an environment may set, by key; ``stronger`` are the names of those
    that a flag or the process environment has set. ``span_of`` returns where a key's value, or the
    key itself, is written. A list of names defines nothing.
    """
    if not isinstance(said, dict):
        return {}
    found: dict[str, dict[str, Any]] = {str(name): {} for name in said}
    for name, block in said.items():
        if not isinstance(block, dict):  # an empty one; what else it may be is reported elsewhere
            continue
        for key, value in block.items():
            where = f"environments.{name}.{key}"
            if key not in (*settings, REQUIRED):
                from shall.cases.nearest import nearest  # only where something is wrong

                near = nearest(str(key), [*settings, REQUIRED])
                hint = f"Did you mean {near}?" if near else f"Available: {', '.join(settings)}."
                code, message = "setting.unknown-key", f"Unknown key {where}."
                problems.append(setting_error(code, message, span_of(where, True), hint))
                continue
            try:
                found[str(name)] |= _values(settings.get(key, ()), key, value, stronger)
            except ValueError as error:
                is_secret = key == "secrets" or any(it.is_secret for it in settings.get(key, ()))
                message, hint = bad_value(where, None if is_secret else value, error)
                code = "setting.bad-value"
                problems.append(setting_error(code, message, span_of(where, False), hint))
    return found


def bad_value(name: str, value: Any, error: ValueError) -> tuple[str, str]:
    """Return what is wrong with a value, which is None where it is secret, and the next step."""
    if len(error.args) == 2:  # a sentence and a hint, as about the same field of a case
        sentence, hint = error.args
        return f"The setting {name} cannot be used. {sentence}", hint
    if value is None:
        return f"The setting {name} cannot be used: {error}.", ""
    return f"{name} is {value}: {error}.", ""


def setting_error(
    code: str, message: str, span: "Span | None" = None, hint: str = ""
) -> "Diagnostic":
    """Return what is wrong with a setting."""
    from shall.diagnostics import Diagnostic, Severity  # as above

    return Diagnostic(code, Severity.ERROR, message, span, hint)


def with_config(values: Mapping[str, Any], config: "Config") -> Mapping[str, Mapping[str, Any]]:
    """Return what environments set, those of ``config.yaml`` added.

    Of a project, variable or database that both files name, ``shall.yaml`` has the word.
    """
    found = dict(values["environment_settings"])
    for name, said in config.environments.items():
        own = found.get(name, {})
        merged = dict(own)
        for key, more in (
            ("project_hosts", said.hosts),
            ("variables", said.variables),
            ("databases", said.databases),
        ):
            stronger = {**values.get(key, {}), **own.get(key, {})}
            added = {it: value for it, value in more.items() if it not in stronger}
            merged[key] = {**added, **own.get(key, {})}
        found[name] = merged
    return found


def with_addresses(notify: Notify | None, config: "Config") -> Notify:
    """Return where a summary is sent; the earlier tool sent one after each run."""
    if notify is None:
        return Notify("always" if config.addresses else Notify().when, {}, config.addresses)
    own = {name: it for name, it in config.addresses.items() if name not in notify.to}
    return Notify(notify.when, notify.to, own)


def _values(
    settings: Sequence[Setting], key: str, value: Any, stronger: Set[str]
) -> Mapping[str, Any]:
    """Return the settings of a key by name. Raises ``ValueError``."""
    if key == REQUIRED and not isinstance(value, bool):
        raise ValueError("neither true nor false")
    return {it.name: it.read(value) for it in settings if it.name not in stronger}
