"""The settings of a project and its runs: names, environment names, flags and meanings."""

from shall.settings import types
from shall.settings.setting import Setting

PROJECT_ROWS: tuple[Setting, ...] = (
    Setting(
        "workspaces",
        types.folders,
        "folders that may be worked in; several are separated by the path separator",
        ("SHALL_WORKSPACES", "ATF_REPO_ROOT"),
        flag="--workspace",
    ),
    Setting(
        "state_dir",
        types.path,
        "where results are kept; relative to the workspace (.shall)",
        ("SHALL_STATE_DIR",),
        "state_dir",
    ),
    Setting(
        "host", types.text, "host of the service where a case names none", ("SHALL_HOST",), "host"
    ),
    Setting(
        "project_hosts",
        types.project_hosts,
        "hosts of projects, which a step names with project:",
        key="projects",
    ),
    Setting(
        "variables", types.mapping, "what {{ Global.x }} and a bare {{ x }} read", key="variables"
    ),
    Setting(
        "secrets", types.names, "variables whose values are never shown or kept", key="secrets"
    ),
    Setting(
        "environment",
        types.text,
        "name of the environment that results are noted under",
        ("SHALL_ENVIRONMENT",),
        "environment",
        flag="--environment",
    ),
    Setting(
        "keep",
        types.keep,
        "cases whose headers and bodies are stored: failed, or all; figures and checks always are",
        ("SHALL_KEEP",),
        "keep",
        flag="--keep",
    ),
    Setting(
        "concurrency",
        types.positive,
        "cases that run at once",
        ("SHALL_CONCURRENCY",),
        "concurrency",
        flag="--concurrency",
    ),
    Setting(
        "request_timeout_s",
        types.seconds,
        "how long one request may take, in seconds",
        ("SHALL_REQUEST_TIMEOUT",),
        "request_timeout_s",
    ),
    Setting(
        "run_timeout_s",
        types.seconds,
        "how long a run may take, in seconds",
        ("SHALL_RUN_TIMEOUT", "PYTEST_TIMEOUT"),
        "run_timeout_s",
        flag="--timeout",
    ),
    Setting(
        "language",
        types.language,
        "language of what is shown: en or zh; else as the locale says",
        ("SHALL_LANG",),
        "language",
        fallbacks=("LC_ALL", "LC_MESSAGES", "LANG"),
    ),
    Setting(
        "no_color",
        types.present,
        "no colours in the terminal",
        ("NO_COLOR",),
        flag="--no-color",
    ),
    Setting(
        "max_error_length",
        types.positive,
        "characters of an error message in a tool's answer",
        ("MAX_ERROR_LENGTH",),
        "max_error_length",
    ),
    Setting(
        "max_history_size",
        types.positive,
        "runs that are kept",
        ("MAX_HISTORY_SIZE",),
        "max_history_size",
    ),
    Setting(
        "max_history_days",
        types.positive,
        "days that a run is kept",
        ("SHALL_MAX_HISTORY_DAYS",),
        "max_history_days",
    ),
    Setting(
        "interpreters",
        types.folders,
        "Python interpreters outside the workspace that python_path may name",
        ("SHALL_INTERPRETERS",),
    ),
    Setting(
        "targets_allow",
        types.words,
        "hosts and networks that requests of cases may go to; else all but the denied ones",
        ("SHALL_TARGETS_ALLOW",),
        "targets.allow",
    ),
    Setting(
        "targets_deny",
        types.words,
        "hosts and networks that requests of cases may not go to",
        ("SHALL_TARGETS_DENY",),
        "targets.deny",
    ),
    Setting(
        "auto_install_deps",
        types.boolean,
        "install pytest into the workspace's own virtual environment where it is missing",
        ("SHALL_AUTO_INSTALL_DEPS", "ATF_AUTO_INSTALL_DEPS"),
    ),
)
