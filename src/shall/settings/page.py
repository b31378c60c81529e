"""The settings as a person reads them."""

from typing import Any

from shall import value_types as types
from shall.declaration import Setting
from shall.engine.redact import Redactor
from shall.settings.reader import Sources
from shall.settings.table import SETTINGS, Settings


def settings_table(settings: Settings, sources: Sources) -> list[tuple[str, str, str, str]]:
    """Return name, value, source and meaning of every setting; secrets are masked."""
    return [
        (
            setting.name,
            types.shown(_value(setting, settings), is_secret=setting.is_secret),
            str(sources[setting.name]),
            setting.meaning,
        )
        for setting in SETTINGS
    ]


def _value(setting: Setting, settings: Settings) -> Any:
    """Return a value; of the variables, whatever a report would mask too."""
    value = getattr(settings, setting.name)
    if setting.name == "variables":
        return Redactor(settings.secrets, value).value(value)
    if setting.name == "secret_sources":
        return {name: str(it) for name, it in value.items()}
    if setting.name == "environment_settings":  # which settings, not their values
        return {name: ", ".join(it) for name, it in value.items()}
    if setting.name == "databases":
        return {name: str(it) for name, it in value.items()}
    return value


def settings_page() -> str:
    """Write the settings page of the documentation."""
    lines = [
        "# Settings",
        "",
        "Precedence: flags, then environment, then `shall.yaml`, then the default.",
        "`shall config` shows each value and where it comes from.",
        "",
        "| setting | flag | environment | key in `shall.yaml` | default | meaning |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for setting in SETTINGS:
        names = ", ".join(f"`{name}`" for name in setting.environment)
        flag = f"`{setting.flag}`" if setting.flag else ""
        key = f"`{setting.key}`" if setting.key else ""
        default = types.shown(setting.default, is_secret=False)
        default = f"`{default}`" if default else ""
        cells = (f"`{setting.name}`", flag, names, key, default, setting.meaning)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
