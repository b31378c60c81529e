"""Sends the summary of a run to the addresses that the settings name, through apprise."""

import importlib.util
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote

from shall.errors import InvalidInput
from shall.notification_source import Notify
from shall.report.notification import notification
from shall.results.records import RunStatus, RunSummary
from shall.workspace.secrets import read_secrets
from shall.workspace.workspace import Workspace

_LOOKED_AT = 100
"""Stored runs among which the one before is looked for."""

_LOGGERS = ("apprise", "urllib3", "requests")
"""What would log addresses, with the tokens in them."""


def check_notify(notify: Notify) -> None:
    """Check that there is somewhere to send to, and what sends.

    Raises:
        InvalidInput: There is not.
    """
    if not notify.to and not notify.addresses:
        message = "No address of a notification is set."
        raise InvalidInput(message, hint="Write `notify: {to: {NAME: {environment: VARIABLE}}}`.")
    if importlib.util.find_spec("apprise") is None:
        message = "Notifications need the extra `notify`."
        raise InvalidInput(message, hint="Install it: pip install 'shall[notify]'.")


def send_summary(
    workspace: Workspace, run: RunSummary, notify: Notify, title: str = ""
) -> Iterator[str]:
    """Send the summary of a run where it is due; yield what could not be sent, by name."""
    if not _is_due(workspace, run, notify.when):
        return
    environ = workspace.environ()
    language = workspace.defaults.language
    subject, text = notification(run, title, _place(environ), language)
    found, unavailable = read_secrets(workspace.root, environ, notify.to, {})
    for name, why in unavailable.items():
        yield f"No notification was sent: notify.to.{name} {why}"
    for name, address in {**notify.addresses, **found}.items():
        accepted = _send(address.strip(), subject, text, _kind(run))
        if accepted is None:
            yield f"No notification was sent: notify.to.{name} holds no address that apprise reads."
        elif not accepted:
            yield f"The notification to {name} could not be delivered, or was not accepted."


def _is_due(workspace: Workspace, run: RunSummary, when: str) -> bool:
    is_bad = _is_bad(run)
    if when == "always" or (when == "failure" and is_bad):
        return True
    if when == "failure":
        return False
    store = workspace.store
    earlier = [] if store is None or not workspace.has_state() else store.runs(_LOOKED_AT)
    before = next(
        (it for it in earlier if it.run_id != run.run_id and it.environment == run.environment),
        None,
    )
    if before is None:
        return is_bad
    was_bad = before.status is not RunStatus.COMPLETE or before.failed + before.errors > 0
    return is_bad is not was_bad


def _is_bad(run: RunSummary) -> bool:
    return run.bad_total > 0 or run.status is not RunStatus.COMPLETE


def _kind(run: RunSummary) -> str:
    """Return the outcome of a run in the words of apprise."""
    if run.bad_total:
        return "failure"
    return "success" if run.status is RunStatus.COMPLETE else "warning"


def _place(environ: Mapping[str, str]) -> str:
    """Return the address of the job in which the run was; empty outside of one."""
    if url := environ.get("CI_JOB_URL"):
        return url
    parts = [environ.get(f"GITHUB_{it}") for it in ("SERVER_URL", "REPOSITORY", "RUN_ID")]
    return "{}/{}/actions/runs/{}".format(*parts) if all(parts) else ""


def _send(address: str, title: str, text: str, kind: str) -> bool | None:
    """Send one message; return whether the service accepted it, None for no address."""
    with _silent():
        import apprise  # an extra that only some install

        asset = apprise.AppriseAsset(
            app_id="shall", async_mode=False, secure_logging=True, http_redirects=False
        )
        sender = _sender(address, asset)
        if sender is None:
            return None
        try:
            sent: bool = sender.notify(body=text, title=title, body_format="text", notify_type=kind)
        except TypeError:  # as apprise reports what it cannot send
            return False
        return sent


def _sender(address: str, asset: Any) -> Any:
    """Return what sends to an address; None where apprise cannot read it."""
    import apprise  # as above

    sender: Any = apprise.Apprise.instantiate(address, asset=asset)
    if sender is not None and sender.secure_protocol == "dingtalk":
        sign = sender.get_signature

        def sign_once() -> tuple[str, str]:
            timestamp, signature = sign()
            return timestamp, unquote(signature)

        sender.get_signature = sign_once  # apprise 2.2 encodes the sign twice
    return sender


@contextmanager
def _silent() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    before = [it.level for it in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
