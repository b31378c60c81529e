"""The variables that the settings give the runs of an environment."""

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from shall.engine.run_variables import RunVariables

if TYPE_CHECKING:
    from shall.secret_source import SecretSource
    from shall.workspace.workspace import RunDefaults, Workspace

_OF_VARIABLES = ("variables", "secrets", "secret_sources", "environment_settings")


def declared_variables(defaults: "RunDefaults", environment: str) -> RunVariables:
    """Return them; those of all environments alone where none has the name."""
    own = defaults.environment_settings.get(environment, {})
    names = (*defaults.secrets, *own.get("secrets", ()))
    sources = {**defaults.secret_sources, **own.get("secret_sources", {})}
    secrets = dict.fromkeys(names, "") | {it: _declared(at) for it, at in sources.items()}
    return RunVariables({**defaults.variables, **own.get("variables", {})}, secrets)


def defaults_in(workspace: "Workspace", folder: Path) -> "RunDefaults":
    """Return the settings of a workspace with the variables that the files in a folder give.

    Raises:
        InvalidSetting: The files are wrong.
    """
    if workspace.read_defaults is None:
        return workspace.defaults
    read = workspace.read_defaults(folder)
    return replace(workspace.defaults, **{name: getattr(read, name) for name in _OF_VARIABLES})


def _declared(source: "SecretSource") -> str:
    return " ".join(("command", *source.command)) if source.command else str(source)
