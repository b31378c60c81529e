"""The settings of a project."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from shall import value_types as types
from shall.config_source import Config
from shall.declaration import project
from shall.notification_source import Notify, notify_setting
from shall.settings.gate import GateSettings

LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Environment variables that name a language where no setting does."""


class ProjectSettings(GateSettings, frozen=True, kw_only=True):
    """The settings of a project, which every command reads. Durations in seconds.

    ``config`` is what ``config.yaml`` of an earlier tool defines; None where there is none.
    """

    config: Config | None = None

    workspaces: Annotated[
        tuple[Path, ...],
        project(
            types.folders,
            "workspace folders, separated by the path separator",
            "SHALL_WORKSPACES",
            "ATF_REPO_ROOT",
            key=None,
            flag="--workspace",
        ),
    ] = ()
    state_dir: Annotated[
        Path | None,
        project(
            types.path,
            "state folder, relative to the workspace (.shall)",
            "SHALL_STATE_DIR",
        ),
    ] = None
    specs: Annotated[
        tuple[str, ...],
        project(
            types.words,
            "globs of requirements documents outside the known layouts (docs/req/*.md)",
        ),
    ] = ()
    openapi: Annotated[
        tuple[str, ...],
        project(
            types.sources,
            "OpenAPI document of the service, or a list of them: a path from the workspace, or a"
            " URL; read by `openapi: true` of a case, HTML reports, `shall cover` and `shall fuzz`",
        ),
    ] = ()
    lint_select: Annotated[
        tuple[str, ...],
        project(
            types.words,
            "rules of `shall lint` that apply (S111, vague-term, S11); none: all",
            key="lint.select",
        ),
    ] = ()
    lint_ignore: Annotated[
        tuple[str, ...],
        project(types.words, "rules of `shall lint` that do not apply", key="lint.ignore"),
    ] = ()
    lint_severity: Annotated[
        Mapping[str, str],
        project(
            types.texts,
            "severities of rules by rule: error, warning or info",
            key="lint.severity",
        ),
    ] = {}
    lint_terms: Annotated[
        Mapping[str, tuple[str, ...]],
        project(
            types.lists,
            "terms that a rule adds, by rule; one that begins with - is removed",
            key="lint.terms",
        ),
    ] = {}
    lint_per_file: Annotated[
        Mapping[str, tuple[str, ...]],
        project(
            types.lists,
            "rules that do not apply to some files, by glob",
            key="lint.per_file",
        ),
    ] = {}
    environments: Annotated[
        tuple[str, ...],
        project(
            types.environments,
            "environments in which a criterion must be proved; default: all in which it was tried",
        ),
    ] = ()
    environment_settings: Annotated[
        Mapping[str, Mapping[str, Any]],
        project(
            types.environment_settings,
            "what an environment sets: host, projects, variables, secrets and other options of a "
            "run",
            key="environments",
        ),
    ] = {}
    notify: Annotated[
        Notify,
        project(
            notify_setting,
            "where `--notify` sends a summary, and when: failure (default), change or always",
            is_secret=True,
        ),
    ] = Notify()
    language: Annotated[
        str,
        project(
            types.language,
            "language of the output: en or zh; default: that of the locale",
            "SHALL_LANG",
            fallbacks=LOCALE,
        ),
    ] = "en"
    no_color: Annotated[
        bool,
        project(
            types.present,
            "disable colours in the terminal",
            "NO_COLOR",
            key=None,
            flag="--no-color",
        ),
    ] = False
    max_error_length: Annotated[
        int,
        project(
            types.positive,
            "maximum length of an error message in a tool's answer",
            "MAX_ERROR_LENGTH",
        ),
    ] = 500
    max_history_size: Annotated[
        int, project(types.positive, "number of runs to retain", "MAX_HISTORY_SIZE")
    ] = 1000
    max_history_days: Annotated[
        int, project(types.positive, "days to retain a run", "SHALL_MAX_HISTORY_DAYS")
    ] = 90
    interpreters: Annotated[
        tuple[Path, ...],
        project(
            types.folders,
            "Python interpreters outside the workspace that python_path may name",
            "SHALL_INTERPRETERS",
            key=None,
        ),
    ] = ()
    targets_allow: Annotated[
        tuple[str, ...],
        project(
            types.words,
            "hosts and networks that cases may send requests to; default: all but the denied ones",
            "SHALL_TARGETS_ALLOW",
            key="targets.allow",
        ),
    ] = ()
    targets_deny: Annotated[
        tuple[str, ...],
        project(
            types.words,
            "hosts and networks that cases may not send requests to",
            "SHALL_TARGETS_DENY",
            key="targets.deny",
        ),
    ] = ()
    unit_tests: Annotated[
        bool,
        project(
            types.boolean,
            "run unit cases, which call code of the workspace",
            "SHALL_UNIT_TESTS",
            key=None,
        ),
    ] = True
    python: Annotated[
        Path | None,
        project(
            types.path,
            "Python interpreter of unit cases, where the workspace has no .venv;"
            " default: the one that runs shall",
            "SHALL_PYTHON",
        ),
    ] = None
    auto_install_deps: Annotated[
        bool,
        project(
            types.boolean,
            "install pytest into the workspace's own virtual environment if it is missing",
            "SHALL_AUTO_INSTALL_DEPS",
            "ATF_AUTO_INSTALL_DEPS",
            key=None,
        ),
    ] = True
