"""What a run would send: its cases and requests, without sending any."""

from collections.abc import Iterator

from msgspec.structs import replace

from shall.actions.run import jobs_of, run_options
from shall.actions.run_request import RunRequest
from shall.config_source import TOKEN
from shall.engine.preview import PlannedCase, preview_case
from shall.workspace.secrets import stored_secrets
from shall.workspace.workspace import RunDefaults, Workspace


def preview(workspace: Workspace, request: RunRequest) -> Iterator[PlannedCase]:
    """Yield what each case would send, without secrets. No command is started that prints one.

    Raises:
        BadValue: ``shall.yaml`` defines environments, and not the one that is named.
        CaseNotFound: No case is found.
    """
    quiet = replace(workspace, defaults=_without_sources(workspace))
    options = run_options(quiet, request)
    for project in options.logins:
        options.variables[project][TOKEN] = f"{{{{ {project}.{TOKEN} }}}}"
    secrets = _stored_secrets(workspace)
    for job in jobs_of(workspace, request):
        yield preview_case(job, options, workspace.files, secrets)


def _stored_secrets(workspace: Workspace) -> list[str]:
    """Return the secrets of every environment that variables of the process and files have."""
    defaults = workspace.defaults
    declared = [it.get("secret_sources", {}) for it in defaults.environment_settings.values()]
    sources = [it for each in (defaults.secret_sources, *declared) for it in each.values()]
    return list(stored_secrets(workspace.root, workspace.environ(), sources))


def _without_sources(workspace: Workspace) -> RunDefaults:
    defaults = workspace.defaults
    environments = {
        name: {key: it for key, it in settings.items() if key != "secret_sources"}
        for name, settings in defaults.environment_settings.items()
    }
    return replace(defaults, secret_sources={}, environment_settings=environments)
