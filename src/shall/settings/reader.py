"""Reads the settings of a process: flags, environment, ``shall.yaml``, defaults."""

import difflib
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from shall.bounded import CONFIG_BYTES, read_text
from shall.cases.reader import load_yaml, locate
from shall.errors import InvalidCase, InvalidSetting
from shall.settings.declaration import Setting
from shall.settings.table import SETTINGS, Settings
from shall.span import Span

FILE_NAME = "shall.yaml"

_KEYS = [setting.key for setting in SETTINGS if setting.key]
_SECTIONS = {key.partition(".")[0] for key in _KEYS if "." in key}


class Source(Struct, frozen=True):
    """Where a value came from: ``flag``, ``environment``, ``file`` or ``default``, and its name."""

    kind: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}".strip()


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
        InvalidSetting: Values cannot be used, or shall.yaml holds unknown keys; all are told.
    """
    problems: list[str] = []
    held = _read_file(folder / FILE_NAME, problems)
    values: dict[str, Any] = dict(defaults or {})
    sources: dict[str, Source] = {}
    for setting in SETTINGS:
        sources[setting.name] = Source("default")
        for source, value in _given(setting, flags, environ, held):
            try:
                values[setting.name] = setting.read(value)
            except ValueError as error:
                shown = "***" if setting.is_secret else f"{value}"
                problems.append(f"{source}: {setting.name} is {shown}: {error}.")
            sources[setting.name] = source
            break
    if problems:
        raise InvalidSetting("\n".join(problems))
    return replace(Settings(), **values), sources


def process_environment() -> Mapping[str, str]:
    """Return the environment of this process: the only place that reads it."""
    return dict(os.environ)


class _File(Struct, frozen=True):
    """What shall.yaml holds."""

    path: Path | None = None
    text: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    def value(self, key: str) -> Any:
        """Return what stands under a key; ``section.name`` is the key of a section."""
        section, _, name = key.rpartition(".")
        holder = self.data.get(section) if section else self.data
        return holder.get(name) if isinstance(holder, dict) else None

    def all_keys(self) -> Iterable[str]:
        """Return every key; those of the sections as ``section.name``."""
        for key, value in self.data.items():
            if key in _SECTIONS and isinstance(value, dict):
                yield from (f"{key}.{name}" for name in value)
            else:
                yield key

    def source(self, key: str) -> Source:
        """Name the place of a key."""
        return Source("file", str(locate(self.text, FILE_NAME, key)))


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
        yield held.source(setting.key), held.value(setting.key)
    for name in setting.fallbacks:
        if environ.get(name, "").strip():
            yield Source("environment", name), environ[name]


def _read_file(path: Path, problems: list[str]) -> _File:
    try:
        text = read_text(path, CONFIG_BYTES)
    except FileNotFoundError:
        return _File()
    except (OSError, UnicodeDecodeError) as error:
        problems.append(f"{path}: it cannot be read: {getattr(error, 'strerror', None) or error}.")
        return _File()
    try:
        data = load_yaml(text, FILE_NAME)
    except InvalidCase as error:
        problems.append(str(error))
        return _File()
    if data is None:
        return _File()
    if not isinstance(data, dict):
        problems.append(f"{Span(FILE_NAME, 1)}: it must hold keys and values.")
        return _File()
    found = _File(path, text, data)
    problems += [_unknown_key(key, found, _KEYS) for key in found.all_keys() if key not in _KEYS]
    return found


def _unknown_key(key: str, held: _File, keys: Sequence[str]) -> str:
    near = difflib.get_close_matches(key, keys, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(keys)}."
    return f"{held.source(key).name}: unknown key {key}. {hint}"
