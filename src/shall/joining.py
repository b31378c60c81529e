"""Settings to Workspace, store and sender: the one place where concrete parts are joined."""

from dataclasses import replace
from pathlib import Path

from shall.actions.files import Files
from shall.actions.workspace import RunDefaults, Workspace
from shall.actions.workspaces import Workspaces
from shall.engine.ports import Sender
from shall.errors import InvalidSetting, StoreUnavailable
from shall.settings import FILE_NAME, Settings
from shall.store.base import Store
from shall.store.call_log import CallLog
from shall.store.evidence import EvidenceLog
from shall.store.sqlite import SqliteStore
from shall.store.state import prepare_state

STATE_FOLDER = ".shall"

MARKERS = (FILE_NAME, STATE_FOLDER)
"""What the folder of a project holds."""


def project_folder(start: Path) -> Path:
    """Give the folder of a project: ``start``, or the nearest one above that has a marker."""
    for folder in (start, *start.parents):
        if folder == Path.home() and folder != start:
            break
        if any((folder / marker).exists() for marker in MARKERS):
            return folder
    return start


def open_workspace(root: Path, settings: Settings, *, keeps_state: bool = True) -> Workspace:
    """Join one folder with its store, evidence and sender.

    ``keeps_state`` False gives a workspace that makes no state folder and keeps nothing. State
    that cannot be written gives a workspace without state and a ``state_warning``.

    Raises:
        FolderNotFound: There is no such folder.
        StoreTooNew: A newer release of this program wrote the state.
    """
    root = root.resolve()
    files = Files(root)
    state = root / (settings.state_dir or STATE_FOLDER)
    store: Store | None = None
    evidence: EvidenceLog | None = None
    warning: str | None = None
    try:
        if keeps_state:
            prepare_state(state)
            store = SqliteStore(
                state / "local" / "shall.db",
                max_runs=settings.max_history_size,
                max_age_days=settings.max_history_days,
            )
            evidence = EvidenceLog(state / "evidence")
    except StoreUnavailable as error:
        warning = f"Nothing is kept of what runs here: {error}"
    return Workspace(
        root=root,
        state=state,
        files=files,
        store=store,
        evidence=evidence,
        make_sender=_make_sender,
        defaults=run_defaults(settings),
        state_warning=warning,
    )


def open_workspaces(settings: Settings) -> Workspaces:
    """Join the folders that the settings allow, for a server: its calls are logged.

    Raises:
        InvalidSetting: One of them does not exist.
    """
    missing = [str(folder) for folder in settings.workspaces if not folder.is_dir()]
    if missing:
        raise InvalidSetting(f"These workspaces are no folders: {', '.join(missing)}.")
    logs: dict[Path, CallLog] = {}

    def open_one(root: Path) -> Workspace:
        call_log = None
        if settings.log_calls:
            path = call_log_path(root, settings)
            call_log = logs.setdefault(
                path, CallLog(path, settings.calls_log_bytes, settings.calls_log_days)
            )
        return replace(open_workspace(root, settings), call_log=call_log)

    return Workspaces(
        settings.workspaces,
        current=Path.cwd(),
        home=Path.home(),
        open_workspace=open_one,
        interpreters=settings.interpreters,
    )


def call_log_path(root: Path, settings: Settings) -> Path:
    """Give the path of the call log of a workspace.

    A bare ``calls_log`` lies in ``logs_root``, a path with a folder is taken as it is; both may be
    relative to the workspace.
    """
    path = Path(settings.calls_log)
    if path.name == settings.calls_log:
        path = settings.logs_root / path
    return root / path


def run_defaults(settings: Settings) -> RunDefaults:
    """Give what a run uses unless its caller says otherwise."""
    return RunDefaults(
        host=settings.host,
        project_hosts=settings.project_hosts,
        variables=settings.variables,
        secrets=settings.secrets,
        concurrency=settings.concurrency,
        request_timeout_s=settings.request_timeout_s,
        run_timeout_s=settings.run_timeout_s,
        environment=settings.environment,
        language=settings.language,
        max_error_length=settings.max_error_length,
    )


def _make_sender() -> Sender:
    from shall.engine.http import CurlSender  # libcurl is loaded when something is sent

    return CurlSender()
