"""Reads the settings of a process: flags, environment, ``shall.yaml``, defaults."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace

from shall import value_types as types
from shall.bounded import CONFIG_BYTES, CONFIG_NAME, read_text
from shall.cases.reader import load_yaml, locate
from shall.declaration import Setting
from shall.errors import InvalidCase, InvalidSetting
from shall.settings.environments import (
    bad_value,
    read_overrides,
    setting_error,
    with_addresses,
    with_config,
)
from shall.settings.project import LOCALE
from shall.settings.table import RUN_SETTINGS, SETTINGS, Settings

if TYPE_CHECKING:
    from shall.config_source import Config
    from shall.diagnostics import Diagnostic
    from shall.span import Span

FILE_NAME = "shall.yaml"

_KEYS = [setting.key for setting in SETTINGS if setting.key]


class Source(Struct, frozen=True):
    """Where a value came from: ``flag``, ``environment``, ``file`` or ``default``, and its name.

    ``place`` finds its place in a file, for which the file is parsed again.
    """

    kind: str
    name: str = ""
    place: "Callable[[], Span] | None" = None

    def __str__(self) -> str:
        name = self.name if self.place is None else self.place()
        return f"{self.kind} {name}".strip()


_DEFAULT = Source("default")

Sources = Mapping[str, Source]


def read_settings(
    flags: Mapping[str, Any],
    environ: Mapping[str, str],
    folder: Path,
    defaults: Mapping[str, Any] | None = None,
) -> tuple[Settings, Sources]:
    """Read the settings of a process, and where each came from.

    ``flags`` maps names of settings to values (None: not given), ``defaults`` replaces defaults
    of the table: the commands of earlier projects have their own.

    Raises:
        InvalidSetting: Values cannot be used, or shall.yaml holds unknown keys; all are reported.
    """
    problems: list[Diagnostic] = []
    held = _read_file(folder / FILE_NAME, problems)
    values: dict[str, Any] = dict(defaults or {})
    sources: dict[str, Source] = {}
    for setting in SETTINGS:
        sources[setting.name] = _DEFAULT
        for source, value in _given(setting, flags, environ, held):
            try:
                values[setting.name] = setting.read(value)
            except ValueError as error:
                is_secret = setting.is_secret or (setting.key == "secrets" and type(value) is dict)
                name = (source.kind == "file" and setting.key) or setting.name
                said = bad_value(name, None if is_secret else f"{value}", error)
                problems.append(_bad_value(source, held, setting.key or "", *said))
            sources[setting.name] = source
            break
    values["environment_settings"] = _environments(held, sources, problems)
    if (config := _config_of(folder / CONFIG_NAME, problems)) is not None:
        values["config"] = config
        values["notify"] = with_addresses(values.get("notify"), config)
        values["environment_settings"] = with_config(values, config)
        sources["environment_settings"] = Source("file", CONFIG_NAME)
    if problems:
        raise InvalidSetting("\n".join(map(str, problems)), diagnostics=problems)
    return replace(Settings(), **values), sources


def _environments(
    held: "_File", sources: Sources, problems: "list[Diagnostic]"
) -> Mapping[str, Mapping[str, Any]]:
    said = held.value("environments")
    if said is None:
        return {}
    keys = dict.fromkeys(it.key for it in RUN_SETTINGS if it.key and it.name != "environment")
    return read_overrides(
        said,
        {key: tuple(it for it in RUN_SETTINGS if it.key == key) for key in keys},
        {name for name, source in sources.items() if source.kind in ("flag", "environment")},
        lambda key, at_key: held.key_span(key) if at_key else held.span(key),
        problems,
    )


def _config_of(path: Path, problems: "list[Diagnostic]") -> "Config | None":
    try:
        text = read_text(path, CONFIG_BYTES)
    except (OSError, UnicodeDecodeError):  # there is none, or it is not of that tool
        return None
    if "projects:" not in text:
        return None
    from shall.settings.config_yaml import read_config  # few projects have one

    return read_config(text, problems)


def language_of(environ: Mapping[str, str]) -> str:
    """Return the language that the environment names: that of what no project's settings rule."""
    given = (environ.get(name, "").strip() for name in ("SHALL_LANG", *LOCALE))
    return next((types.language(name) for name in given if name), "en")


def process_environment() -> Mapping[str, str]:
    """Return a copy of the environment of this process; only this module reads it."""
    return dict(os.environ)


def is_in_environment(name: str) -> bool:
    """Whether the environment of this process has a variable, without a copy of all."""
    return name in os.environ


class _File(Struct, frozen=True):
    """What shall.yaml holds."""

    path: Path | None = None
    text: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    def value(self, key: str) -> Any:
        """Return the value of a key; ``section.name`` is the key of a section."""
        section, _, name = key.rpartition(".")
        holder = self.data.get(section) if section else self.data
        return holder.get(name) if isinstance(holder, dict) else None

    def all_keys(self) -> Iterable[str]:
        """Return every key; those of the sections as ``section.name``."""
        sections = {key.partition(".")[0] for key in _KEYS if "." in key}
        for key, value in self.data.items():
            if key in sections and isinstance(value, dict):
                yield from (f"{key}.{name}" for name in value)
            else:
                yield key

    def span(self, key: str) -> "Span":
        """Return where a key has its value."""
        return locate(self.text, FILE_NAME, key)

    def key_span(self, key: str) -> "Span":
        """Return where a key itself is written."""
        return locate(self.text, FILE_NAME, key, at_key=True)


def _given(
    setting: Setting, flags: Mapping[str, Any], environ: Mapping[str, str], held: _File
) -> Iterable[tuple[Source, Any]]:
    """Return what is said about a setting, the strongest first."""
    if flags.get(setting.name) is not None:
        yield Source("flag", setting.flag), flags[setting.name]
    for name in setting.environment:
        if environ.get(name, "").strip():
            yield Source("environment", name), environ[name]
    if setting.key is not None and held.value(setting.key) is not None:
        place = partial(held.span, setting.key)
        yield Source("file", place=place), held.value(setting.key)
    for name in setting.fallbacks:
        if environ.get(name, "").strip():
            yield Source("environment", name), environ[name]


def _read_file(path: Path, problems: "list[Diagnostic]") -> _File:
    other = path.with_suffix(".yml")
    if other.is_file():
        message = f"{other.name} is not read."
        hint = f"Settings are in {FILE_NAME}: rename it, or move its keys there."
        problems.append(setting_error("setting.unreadable", message, _first_line(other), hint))
    try:
        text = read_text(path, CONFIG_BYTES)
    except FileNotFoundError:
        return _File()
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path} cannot be read: {getattr(error, 'strerror', None) or error}."
        problems.append(setting_error("setting.unreadable", message))
        return _File()
    try:
        data = load_yaml(text, FILE_NAME)
    except InvalidCase as error:
        problems += error.diagnostics
        return _File()
    if data is None:
        return _File()
    if not isinstance(data, dict):
        message = f"{FILE_NAME} must contain keys and values."
        problems.append(setting_error("setting.bad-value", message, _first_line(path)))
        return _File()
    found = _File(path, text, data)
    problems += [_unknown_key(key, found, _KEYS) for key in found.all_keys() if key not in _KEYS]
    return found


def _first_line(path: Path) -> "Span":
    from shall.span import Span  # only where something is wrong, as below

    return Span(path.name, 1)


def _unknown_key(key: str, held: _File, keys: Sequence[str]) -> "Diagnostic":
    from shall.cases.nearest import nearest

    section, _, name = key.rpartition(".")
    beside = _beside(section, keys)
    below = [it for it in keys if it.startswith(f"{key}.")]
    near = nearest(name, beside)
    if below:
        hint = f"Available: {', '.join(below)}."
    elif near is not None:
        hint = f"Did you mean {f'{section}.{near}' if section else near}?"
    elif elsewhere := [it for it in keys if it.rpartition(".")[2] == name]:
        hint = f"Write it as {elsewhere[0]}."
    else:
        hint = f"Available: {', '.join(beside)}."
    message = f"Unknown key {key}."
    return setting_error("setting.unknown-key", message, held.key_span(key), hint)


def _beside(section: str, keys: Sequence[str]) -> list[str]:
    """Return the names of the keys and sections in a section."""
    prefix = f"{section}." if section else ""
    names = (key[len(prefix) :].partition(".")[0] for key in keys if key.startswith(prefix))
    return list(dict.fromkeys(names))


def _bad_value(source: Source, held: _File, key: str, message: str, hint: str = "") -> "Diagnostic":
    if source.kind == "file":
        return setting_error("setting.bad-value", message, held.span(key), hint)
    return setting_error("setting.bad-value", f"{source}: {message}", hint=hint)
