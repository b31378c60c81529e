"""The variables that the settings give the runs of an environment."""

from typing import TYPE_CHECKING

from shall.engine.run_variables import RunVariables

if TYPE_CHECKING:
    from shall.secret_source import SecretSource
    from shall.workspace.workspace import RunDefaults


def declared_variables(defaults: "RunDefaults", environment: str) -> RunVariables:
    """Return them; those of all environments alone where none has the name."""
    own = defaults.environment_settings.get(environment, {})
    names = (*defaults.secrets, *own.get("secrets", ()))
    sources = {**defaults.secret_sources, **own.get("secret_sources", {})}
    secrets = dict.fromkeys(names, "") | {it: _declared(at) for it, at in sources.items()}
    return RunVariables({**defaults.variables, **own.get("variables", {})}, secrets)


def _declared(source: "SecretSource") -> str:
    return " ".join(("command", *source.command)) if source.command else str(source)
