"""The settings of a project."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from msgspec import Struct

from shall.settings import types
from shall.settings.declaration import project


class ProjectSettings(Struct, frozen=True):
    """The settings of a project, which every command reads. Durations in seconds."""

    workspaces: Annotated[
        tuple[Path, ...],
        project(
            types.folders,
            "folders that may be worked in; several are separated by the path separator",
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
            "where results are kept; relative to the workspace (.shall)",
            "SHALL_STATE_DIR",
        ),
    ] = None
    host: Annotated[
        str | None,
        project(types.text, "host of the service where a case names none", "SHALL_HOST"),
    ] = None
    project_hosts: Annotated[
        Mapping[str, str],
        project(
            types.project_hosts,
            "hosts of projects, which a step names with project:",
            key="projects",
        ),
    ] = {}
    variables: Annotated[
        Mapping[str, Any], project(types.mapping, "what {{ Global.x }} and a bare {{ x }} read")
    ] = {}
    secrets: Annotated[
        tuple[str, ...], project(types.names, "variables whose values are never shown or kept")
    ] = ()
    environment: Annotated[
        str,
        project(
            types.text,
            "name of the environment that results are noted under",
            "SHALL_ENVIRONMENT",
            flag="--environment",
        ),
    ] = ""
    specs: Annotated[
        tuple[str, ...],
        project(
            types.words,
            "globs of further requirements documents, beside the known layouts (docs/req/*.md)",
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
            types.names,
            "environments in which a criterion must be proved;"
            " none: every one in which it was tried",
        ),
    ] = ()
    keep: Annotated[
        str,
        project(
            types.keep,
            "cases whose headers and bodies are stored: failed or all; figures, checks always",
            "SHALL_KEEP",
            flag="--keep",
        ),
    ] = "failed"
    concurrency: Annotated[
        int,
        project(
            types.positive, "cases that run at once", "SHALL_CONCURRENCY", flag="--concurrency"
        ),
    ] = 16
    run_workers: Annotated[
        int,
        project(
            types.processes,
            "processes that `shall run` divides cases among; auto (0): by cases and processors",
            "SHALL_RUN_WORKERS",
            flag="--workers",
        ),
    ] = 0
    request_timeout_s: Annotated[
        float,
        project(
            types.seconds, "how long one request may take, in seconds", "SHALL_REQUEST_TIMEOUT"
        ),
    ] = 30.0
    run_timeout_s: Annotated[
        float,
        project(
            types.seconds,
            "how long a run may take, in seconds",
            "SHALL_RUN_TIMEOUT",
            "PYTEST_TIMEOUT",
            flag="--timeout",
        ),
    ] = 300.0
    language: Annotated[
        str,
        project(
            types.language,
            "language of what is shown: en or zh; else as the locale says",
            "SHALL_LANG",
            fallbacks=("LC_ALL", "LC_MESSAGES", "LANG"),
        ),
    ] = "en"
    no_color: Annotated[
        bool,
        project(
            types.present, "no colours in the terminal", "NO_COLOR", key=None, flag="--no-color"
        ),
    ] = False
    max_error_length: Annotated[
        int,
        project(
            types.positive, "characters of an error message in a tool's answer", "MAX_ERROR_LENGTH"
        ),
    ] = 500
    max_history_size: Annotated[
        int, project(types.positive, "runs that are kept", "MAX_HISTORY_SIZE")
    ] = 1000
    max_history_days: Annotated[
        int, project(types.positive, "days that a run is kept", "SHALL_MAX_HISTORY_DAYS")
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
            "hosts and networks that requests of cases may go to; else all but the denied ones",
            "SHALL_TARGETS_ALLOW",
            key="targets.allow",
        ),
    ] = ()
    targets_deny: Annotated[
        tuple[str, ...],
        project(
            types.words,
            "hosts and networks that requests of cases may not go to",
            "SHALL_TARGETS_DENY",
            key="targets.deny",
        ),
    ] = ()
    auto_install_deps: Annotated[
        bool,
        project(
            types.boolean,
            "install pytest into the workspace's own virtual environment where it is missing",
            "SHALL_AUTO_INSTALL_DEPS",
            "ATF_AUTO_INSTALL_DEPS",
            key=None,
        ),
    ] = True
