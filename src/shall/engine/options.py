"""The options of a run."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, Struct, UnsetType, field
from msgspec.structs import replace

from shall import value_types
from shall.declaration import project
from shall.engine.budgets import Memory
from shall.engine.run_variables import RunVariables
from shall.results.records import ShardRecord

if TYPE_CHECKING:
    from shall.config_source import Login
    from shall.database_source import Database
    from shall.secret_source import SecretSource


def _auth(value: Any) -> Mapping[str, Any]:
    from shall.cases.access import auth_setting  # few projects have any

    return auth_setting(value)


def _connection(value: Any) -> Mapping[str, Any]:
    from shall.cases.access import connection_setting  # as above

    return connection_setting(value)


def _secret_names(value: Any) -> tuple[str, ...]:
    from shall.secret_source import secret_names  # as above

    return secret_names(value)


def _secret_sources(value: Any) -> "Mapping[str, SecretSource]":
    from shall.secret_source import secret_sources  # as above

    return secret_sources(value)


def _databases(value: Any) -> "Mapping[str, Database]":
    from shall.database_source import databases  # as above

    return databases(value)


class RunSettings(Struct, frozen=True, kw_only=True):
    """How a project's cases run. Durations in seconds.

    The one declaration of these options: settings, ``shall.yaml``, the environment, the flags of
    ``shall run``, the defaults of a workspace and ``RunOptions`` are made from it.
    """

    host: str | None = project(
        "host",
        None,
        value_types.text,
        "base URL of the service, for cases that name no host",
        "SHALL_HOST",
    )
    project_hosts: Mapping[str, str] = project(
        "project_hosts",
        {},
        value_types.project_hosts,
        "base URLs by project name, for steps with project:",
        key="projects",
    )
    variables: Mapping[str, Any] = project(
        "variables", {}, value_types.mapping, "variables, read as {{ Global.x }} or {{ x }}"
    )
    secrets: tuple[str, ...] = project(
        "secrets",
        (),
        _secret_names,
        "variables whose values are never shown or stored",
    )
    secret_sources: "Mapping[str, SecretSource]" = project(
        "secret_sources",
        {},
        _secret_sources,
        "where the values of secrets are read: environment, file or command",
        key="secrets",
    )
    databases: "Mapping[str, Database]" = project(
        "databases",
        {},
        _databases,
        "databases that cases ask: a URL and the source of the password, by name",
        is_secret=True,
    )
    environment: str = project(
        "environment",
        "",
        value_types.text,
        "environment that cases run in; its name is recorded with results",
        "SHALL_ENVIRONMENT",
    )
    auth: Mapping[str, Any] = project(
        "auth",
        {},
        _auth,
        "credentials of requests, as `auth` of a case; a case or a step replaces them",
        is_secret=True,
    )
    connection: Mapping[str, Any] = project(
        "connection",
        {},
        _connection,
        "TLS and other options of connections, as `connection` of a case",
        is_secret=True,
    )
    before_run: tuple[str, ...] = project(
        "before_run",
        (),
        value_types.names,
        "shared steps that run before the first case; if they do not pass, no case runs",
    )
    after_run: tuple[str, ...] = project(
        "after_run", (), value_types.names, "shared steps that run after the last case"
    )
    scratch: tuple[str, ...] = project(
        "scratch",
        (),
        value_types.folders_inside,
        "folders of the workspace in which teardowns of cases may delete files (out)",
    )
    keep: str = project(
        "keep",
        "failed",
        value_types.keep,
        "cases whose headers and bodies are stored: failed (default) or all",
        "SHALL_KEEP",
        flag="--keep",
        metavar="WHICH",
    )
    concurrency: int = project(
        "concurrency",
        16,
        value_types.positive,
        "number of cases that run concurrently",
        "SHALL_CONCURRENCY",
        flag="--concurrency",
        metavar="N",
    )
    run_workers: int = project(
        "run_workers",
        0,
        value_types.processes,
        "number of processes of a large run; auto (0): by the number of cases and processors",
        "SHALL_RUN_WORKERS",
        flag="--workers",
        short_flag="-j",
        metavar="N",
    )
    request_timeout_s: float = project(
        "request_timeout_s",
        30.0,
        value_types.seconds,
        "timeout of one request, in seconds",
        "SHALL_REQUEST_TIMEOUT",
    )
    run_timeout_s: float = project(
        "run_timeout_s",
        300.0,
        value_types.seconds,
        "timeout of a run, in seconds",
        "SHALL_RUN_TIMEOUT",
        "PYTEST_TIMEOUT",
        flag="--timeout",
        metavar="SECONDS",
    )

    seed: int | None = project(
        "seed",
        None,
        value_types.not_negative,
        "seed of random values; the same seed makes the same values for each case",
        "SHALL_SEED",
        flag="--seed",
        metavar="N",
    )

    @property
    def keep_all(self) -> bool:
        """Whether headers and bodies of cases that passed are stored, too."""
        return self.keep == "all"


class RunOptions(RunSettings, frozen=True, kw_only=True):
    """How the engine runs the cases of one run.

    ``unavailable`` holds the reason for each secret that could not be read, ``passwords`` those
    of databases (``databases.NAME.password``). ``named_host`` wins
    over the host of a case; ``host`` is used where neither a case nor its project names one.
    ``exit_first`` starts no case after one that did not pass; each case runs ``repeat`` times.
    ``declared`` are the variables as ``shall.yaml`` gives them, for the evidence.
    ``left_out`` cases do not run, since others are marked with ``only``.
    ``logins`` fetch the tokens of projects, ``scenes`` are projects made of others; cases in a
    folder of the name of one of ``folder_projects`` belong to it, ``project`` is that of the case
    that is run.
    ``openapi`` are the OpenAPI documents of the project, in files.
    ``deadline_s``, on the monotonic clock, comes before ``run_timeout_s`` is over where the run
    began earlier. ``memory`` is shared with the other runs of the process, ``shared`` by the
    cases of this one: tokens that one of them has fetched. ``worker`` is the number of this
    process, from 1, where several run the cases.
    """

    run_id: str
    unavailable: Mapping[str, str] = {}
    passwords: Mapping[str, str] = {}
    named_host: str | None = None
    shard: ShardRecord | UnsetType = UNSET
    exit_first: bool = False
    repeat: int = 1
    declared: RunVariables = RunVariables()
    left_out: int = 0
    logins: "Mapping[str, Login]" = {}
    scenes: Mapping[str, tuple[str, ...]] = {}
    folder_projects: frozenset[str] = frozenset()
    project: str | None = None
    openapi: tuple[str, ...] = ()
    deadline_s: float = math.inf
    memory: Memory = field(default_factory=Memory)
    shared: dict[str, Any] = field(default_factory=dict)
    worker: int | UnsetType = UNSET

    def of_case(self, key: str) -> "RunOptions":
        """Return the options with the project of a case, which its folder may name."""
        if not self.folder_projects:
            return self
        found = [it for it in key.split("/")[:-1] if it in self.folder_projects]
        return replace(self, project=found[0]) if found else self

    @property
    def repeats(self) -> int | UnsetType:
        """What a result says of the repetitions; UNSET where there are none."""
        return self.repeat if self.repeat > 1 else UNSET

    @property
    def shard_index(self) -> int:
        """The number of the shard; 0 where the cases are not divided."""
        return 0 if isinstance(self.shard, UnsetType) else self.shard.index
