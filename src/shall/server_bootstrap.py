"""Settings to the workspaces of a server, as ``bootstrap`` joins the one of a command."""

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from shall.bootstrap import (
    call_log_path,
    open_workspace,
    opened_state,
    redactor_of,
    state_folder,
    with_later_store,
)
from shall.engine.budgets import Memory
from shall.errors import InvalidSetting, ShallError, StoreUnavailable
from shall.import_path import remove_folders
from shall.log import Log
from shall.results.events import Emit
from shall.settings import FILE_NAME, Settings, process_environment
from shall.store.call_log import CallLog
from shall.store.state_key import sealing_key
from shall.store.vfs import plain_names
from shall.transport.target_policy import read_policy
from shall.workspace.account import current_account, home_folder
from shall.workspace.server_folder import Origin, ServerFolder, make_own_folder, server_folder
from shall.workspace.workspace import Workspace
from shall.workspace.workspaces import Workspaces

if TYPE_CHECKING:
    from shall.engine.spawned_workers import WorkerProgram

_log = Log(__name__)


def folder_of_server(settings: Settings) -> ServerFolder:
    """Return the folder that a server started here works in unless a call names another."""
    if settings.workspaces:
        return ServerFolder(settings.workspaces[0], Origin.NAMED)
    return server_folder(Path.cwd().resolve(), current_account(), process_environment(), FILE_NAME)


def _open_folder_of_server(settings: Settings) -> ServerFolder:
    """Return the folder of a server; make one of its own where it works in that, and log it."""
    folder = folder_of_server(settings)
    if folder.origin is Origin.OWN:
        _log.warning(
            "no workspace is named and / is too wide to be one: the server works in %s",
            folder.path,
        )
        try:
            if not settings.read_only:
                make_own_folder(folder.path)
        except StoreUnavailable as error:
            _log.warning("%s", error)  # /ready says so as well
    return folder


def serve_workspace(
    root: Path, descriptor: int, settings: Settings, observe: Emit | None = None
) -> Workspace:
    """Join a folder that is open, for a server: its state is made by callers who may write.

    Raises:
        InvalidSetting: The rules about targets cannot be read.
    """
    space = open_workspace(root, settings, keeps_state=False, observe=observe, folder=descriptor)
    return with_later_store(
        space,
        settings,
        plain_names(),  # a command is not raced for its own folder
        may_make=not settings.read_only,
    )


def open_workspaces(
    settings: Settings, observe: Emit | None = None, worker_program: "WorkerProgram | None" = None
) -> Workspaces:
    """Join the folders that the settings allow, for a server: its calls are logged.

    ``observe`` receives the events of every run, ``worker_program`` is started for large ones.

    Raises:
        InvalidSetting: One of them does not exist, or the rules about targets cannot be read.
    """
    read_policy(settings.targets_allow, settings.targets_deny)  # report it before the first request
    missing = [str(folder) for folder in settings.workspaces if not folder.is_dir()]
    if missing:
        raise InvalidSetting(f"These workspaces are not folders: {', '.join(missing)}.")
    remove_folders(*settings.workspaces)  # what callers write there is never imported
    logs: dict[Path, CallLog] = {}
    folder = _open_folder_of_server(settings)
    home = home_folder()
    chosen = folder.origin in {Origin.CURRENT, Origin.OWN}
    if home is not None and chosen and folder.path.resolve() == home.resolve():
        home = None  # it is not a person's, or its own state directory: nothing else is too wide
    memory = Memory()

    def open_one(root: Path, descriptor: int) -> Workspace:
        call_log = None
        if settings.log_calls:
            path = call_log_path(root, settings)
            call_log = logs.setdefault(
                path, CallLog(path, settings.calls_log_bytes, settings.calls_log_days)
            )
        return replace(
            serve_workspace(root, descriptor, settings, observe),
            call_log=call_log,
            memory=memory,
            worker_program=worker_program,
            logs_in_state=settings.logs_root is None
            and Path(settings.calls_log).name == settings.calls_log,
        )

    workspaces = Workspaces(
        settings.workspaces,
        current=Path.cwd() if folder.origin is Origin.NAMED else folder.path,
        home=home,
        open_workspace=open_one,
        interpreters=settings.interpreters,
        state_of=lambda root: state_folder(root, settings),
    )
    workspaces.redactor = redactor_of(settings)
    return workspaces


def state_key(settings: Settings, workspaces: Workspaces) -> bytes:
    """Return the key that seals what clients carry: as set, else the one stored in the state.

    Without state it is good for this process only.
    """
    if settings.state_key:
        return hashlib.sha256(settings.state_key.encode("utf-8")).digest()
    try:
        workspace = workspaces.choose(None)
        if settings.read_only and not workspace.has_state():
            return os.urandom(32)
        return sealing_key(opened_state(workspace.root, settings, workspace.files))
    except ShallError:
        return os.urandom(32)


def make_first_state(settings: Settings, workspaces: Workspaces) -> None:
    """Create the state of the first workspace, unless the server is read-only."""
    with suppress(ShallError):  # reported by each call, and by readiness
        if not settings.read_only:
            workspaces.choose(None).make_state()
