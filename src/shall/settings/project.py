"""The settings of a project."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shall import value_types as types
from shall.declaration import project
from shall.notification_source import Notify, notify_setting
from shall.settings.gate import GateSettings

if TYPE_CHECKING:
    from shall.config_source import Config

LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Environment variables that name a language where no setting does."""


class ProjectSettings(GateSettings, frozen=True, kw_only=True):
    """The settings of a project, which every command reads. Durations in seconds.

    ``config`` is what ``config.yaml`` of an earlier tool defines; None where there is none.
    """

    config: "Config | None" = None

    workspaces: tuple[Path, ...] = project(
        "workspaces",
        (),
        types.folders,
        "workspace folders, separated by the path separator",
        "SHALL_WORKSPACES",
        "ATF_REPO_ROOT",
        key=None,
        flag="--workspace",
    )
    state_dir: Path | None = project(
        "state_dir",
        None,
        types.path,
        "state folder, relative to the workspace (.shall)",
        "SHALL_STATE_DIR",
    )
    specs: tuple[str, ...] = project(
        "specs",
        (),
        types.words,
        "globs of requirements documents outside the known layouts (docs/req/*.md)",
    )
    openapi: tuple[str, ...] = project(
        "openapi",
        (),
        types.sources,
        "OpenAPI document of the service, or a list of them: a path from the workspace, or a"
        " URL; read by `openapi: true` of a case, HTML reports, `shall cover` and `shall fuzz`",
    )
    lint_select: tuple[str, ...] = project(
        "lint_select",
        (),
        types.words,
        "rules of `shall lint` that apply (S111, vague-term, S11); none: all",
        key="lint.select",
    )
    lint_ignore: tuple[str, ...] = project(
        "lint_ignore", (), types.words, "rules of `shall lint` that do not apply", key="lint.ignore"
    )
    lint_severity: Mapping[str, str] = project(
        "lint_severity",
        {},
        types.texts,
        "severities of rules by rule: error, warning or info",
        key="lint.severity",
    )
    lint_terms: Mapping[str, tuple[str, ...]] = project(
        "lint_terms",
        {},
        types.lists,
        "terms that a rule adds, by rule; one that begins with - is removed",
        key="lint.terms",
    )
    lint_per_file: Mapping[str, tuple[str, ...]] = project(
        "lint_per_file",
        {},
        types.lists,
        "rules that do not apply to some files, by glob",
        key="lint.per_file",
    )
    environments: tuple[str, ...] = project(
        "environments",
        (),
        types.environments,
        "environments in which a criterion must be proved; default: all in which it was tried",
    )
    environment_settings: Mapping[str, Mapping[str, Any]] = project(
        "environment_settings",
        {},
        types.environment_settings,
        "what an environment sets: host, projects, variables, secrets and other options of a run",
        key="environments",
    )
    notify: Notify = project(
        "notify",
        Notify(),
        notify_setting,
        "where `--notify` sends a summary, and when: failure (default), change or always",
        is_secret=True,
    )
    language: str = project(
        "language",
        "en",
        types.language,
        "language of the output: en or zh; default: that of the locale",
        "SHALL_LANG",
        fallbacks=LOCALE,
    )
    no_color: bool = project(
        "no_color",
        False,
        types.present,
        "disable colours in the terminal",
        "NO_COLOR",
        key=None,
        flag="--no-color",
    )
    max_error_length: int = project(
        "max_error_length",
        500,
        types.positive,
        "maximum length of an error message in a tool's answer",
        "MAX_ERROR_LENGTH",
    )
    max_history_size: int = project(
        "max_history_size", 1000, types.positive, "number of runs to retain", "MAX_HISTORY_SIZE"
    )
    max_history_days: int = project(
        "max_history_days", 90, types.positive, "days to retain a run", "SHALL_MAX_HISTORY_DAYS"
    )
    interpreters: tuple[Path, ...] = project(
        "interpreters",
        (),
        types.folders,
        "Python interpreters outside the workspace that python_path may name",
        "SHALL_INTERPRETERS",
        key=None,
    )
    targets_allow: tuple[str, ...] = project(
        "targets_allow",
        (),
        types.words,
        "hosts and networks that cases may send requests to; default: all but the denied ones",
        "SHALL_TARGETS_ALLOW",
        key="targets.allow",
    )
    targets_deny: tuple[str, ...] = project(
        "targets_deny",
        (),
        types.words,
        "hosts and networks that cases may not send requests to",
        "SHALL_TARGETS_DENY",
        key="targets.deny",
    )
    unit_tests: bool = project(
        "unit_tests",
        True,
        types.boolean,
        "run unit cases, which call code of the workspace",
        "SHALL_UNIT_TESTS",
        key=None,
    )
    python: Path | None = project(
        "python",
        None,
        types.path,
        "Python interpreter of unit cases, where the workspace has no .venv;"
        " default: the one that runs shall",
        "SHALL_PYTHON",
    )
    auto_install_deps: bool = project(
        "auto_install_deps",
        True,
        types.boolean,
        "install pytest into the workspace's own virtual environment if it is missing",
        "SHALL_AUTO_INSTALL_DEPS",
        "ATF_AUTO_INSTALL_DEPS",
        key=None,
    )
