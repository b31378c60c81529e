"""The settings as a person reads them."""

from shall.settings import types
from shall.settings.reading import Sources
from shall.settings.table import SETTINGS, Settings


def settings_table(settings: Settings, sources: Sources) -> list[tuple[str, str, str, str]]:
    """Give name, value, source and meaning of every setting; secrets are masked."""
    return [
        (
            setting.name,
            types.shown(getattr(settings, setting.name), is_secret=setting.is_secret),
            str(sources[setting.name]),
            setting.meaning,
        )
        for setting in SETTINGS
    ]


def settings_page() -> str:
    """Write the settings page of the documentation."""
    lines = [
        "# Settings",
        "",
        "Precedence: flags, then environment, then `shall.yaml`, then the default.",
        "`shall config` shows each value and where it comes from.",
        "",
        "| setting | environment | key in `shall.yaml` | default | meaning |",
        "| --- | --- | --- | --- | --- |",
    ]
    for setting in SETTINGS:
        names = ", ".join(f"`{name}`" for name in setting.environment)
        key = f"`{setting.key}`" if setting.key else ""
        default = types.shown(setting.default, is_secret=False)
        default = f"`{default}`" if default else ""
        lines.append(f"| `{setting.name}` | {names} | {key} | {default} | {setting.meaning} |")
    return "\n".join(lines) + "\n"
