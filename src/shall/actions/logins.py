"""Fetches the tokens of the projects of ``config.yaml`` that cases name, before the first case."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from msgspec.structs import replace

from shall.cases.full_case import read_full
from shall.cases.model import Case
from shall.config_source import TOKEN, Config, Login
from shall.engine.case import run_case
from shall.engine.job import Job
from shall.engine.logins import CAPTURED, LOGINS, Session, session_of
from shall.engine.options import RunOptions
from shall.engine.ports import Turns
from shall.engine.redact import Known
from shall.engine.run import RunContext, run_jobs
from shall.engine.shared import failure_of
from shall.engine.stop import Stop
from shall.errors import InvalidInput
from shall.messages import render
from shall.results.events import CaseFinished, Event
from shall.results.records import Outcome, Position
from shall.workspace.workspace import Workspace

_log = logging.getLogger(__name__)


def config_options(config: Config, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a run that come from ``config.yaml``, of the environment that it is in.

    ``settings`` are those of both files: what ``shall.yaml`` or a flag replaced counts no more.
    """
    for note in config.notes:
        _log.warning("%s", note)
    said = config.environments.get(settings["environment"])
    if said is None:
        if not settings["environment"]:
            known = ", ".join(config.environments)
            _log.warning(
                "config.yaml is not used: no environment is named. Pass --environment: %s.", known
            )
        return {"passwords": {}}
    variables, databases = dict(settings["variables"]), settings["databases"]
    own = {name: dict(it) for name, it in said.variables.items() if variables.get(name) is it}
    return {
        "variables": {**variables, **own},
        "logins": {name: it for name, it in said.logins.items() if name in own},
        "scenes": config.scenes,
        "folder_projects": frozenset(said.variables),
        "passwords": {
            f"databases.{name}.password": it
            for name, it in said.passwords.items()
            if databases.get(name) is said.databases[name]
        },
    }


def log_in(
    workspace: Workspace,
    options: RunOptions,
    paths: Iterable[str],
    stop: Stop,
    turns: Turns | None = None,
) -> RunOptions:
    """Log in to the projects that files name, or that their folders are named after, each once.

    Return the options with their tokens; where there is none, what reads it has the reason.
    """
    sessions: dict[str, Session] = options.shared.setdefault(LOGINS, {})
    unavailable = dict(options.unavailable)
    cases: dict[str, Case] = {}
    for project in _projects_of(workspace, options, paths):
        name = f"{project}.{TOKEN}"
        if project not in sessions and name not in unavailable:
            login = options.logins[project]
            try:
                cases[project] = _case(project, login, options.project_hosts.get(project))
            except InvalidInput as error:
                unavailable[name] = _reason(login.place, str(error))
    tokens, failures = _run(workspace, options, cases, stop, turns)
    for project, token in tokens.items():
        values = options.variables[project]
        sessions[project] = session_of(cases[project], options, values, token)
    unavailable |= {f"{project}.{TOKEN}": it for project, it in failures.items()}
    return replace(options, unavailable=unavailable)


def _run(
    workspace: Workspace,
    options: RunOptions,
    cases: Mapping[str, Case],
    stop: Stop,
    turns: Turns | None,
) -> tuple[dict[str, str], dict[str, str]]:
    """Run logins at the same time; return the tokens by project, and why others have none."""
    captured: dict[str, str] = {}
    tokens: dict[str, str] = {}
    failures: dict[str, str] = {}

    def take(event: Event) -> None:
        if type(event) is not CaseFinished:
            return
        project, place = event.result.name, event.result.case_key
        if event.result.outcome is Outcome.PASSED:
            tokens[project] = captured[project]
        else:
            failure = failure_of(place, event.result).params["inner"]
            failures[project] = _reason(place, render(failure))

    jobs = [_job(it, options.logins[name], captured, workspace) for name, it in cases.items()]
    loop = workspace.make_loop()
    loop.turns = turns
    try:
        run_jobs(jobs, len(jobs), options, RunContext(loop, workspace.files, take, stop))
    finally:
        loop.close()
    return tokens, failures


def _reason(place: str, why: str) -> str:
    return f"has no value, since the login at {place} did not pass: {why}"


def _projects_of(workspace: Workspace, options: RunOptions, paths: Iterable[str]) -> Iterator[str]:
    found: dict[str, None] = {}
    for path in paths:
        for folder in path.split("/")[:-1]:
            found |= dict.fromkeys(options.scenes.get(folder, (folder,)))
        with suppress(InvalidInput):  # reported when it is read as a case
            text = workspace.files.read_text(path)
            found |= dict.fromkeys(name for name in options.logins if name in text)
    return (name for name in options.logins if name in found)


def _job(case: Case, login: Login, tokens: dict[str, str], workspace: Workspace) -> Job:
    """Return the job of a login, which adds its token."""

    def take(variables: Mapping[str, Any], known: Known) -> None:
        del known  # a token is masked as every variable of that name
        if TOKEN in variables:
            tokens[case.name] = str(variables[TOKEN])

    return Job(
        login.place,
        case,
        locate=lambda _: Position(login.line, login.column),
        run=lambda job, options, why: run_case(
            replace(job, run=None), replace(options, logins={}), workspace.files, why, take
        ),
    )


def _case(project: str, login: Login, host: str | None) -> Case:
    """Return a login as a case of one step. Raises ``InvalidInput`` for one that is incomplete."""
    if not login.url:
        raise InvalidInput("There is no `login` with a `url`.")
    step: dict[str, Any] = {
        "id": "login",
        "method": login.method,
        "path": login.url,
        "headers": dict(login.headers),
        "capture": {TOKEN: CAPTURED},
        "expect": {CAPTURED: {"is_string": True, "length": {"at_least": 1}}},
    }
    if login.data is not None:
        step["data"] = login.data
    fields = {"name": project, "steps": [step], **({"host": host} if host else {})}
    case, findings = read_full({"testcase": fields})
    if case is None or findings.problems:
        raise InvalidInput(" ".join(it.message for it in findings.problems[:3]))
    return case
