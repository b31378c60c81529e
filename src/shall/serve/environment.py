"""The application for servers that start it by its import path: ``uvicorn module:app``."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from starlette.types import ASGIApp
from uvicorn.config import STARTUP_FAILURE

from shall.errors import ShallError
from shall.serve.app import make_app
from shall.serve.legacy_modes import SPEC_DRIVEN
from shall.serve.observe.logs import set_up_logging
from shall.serve.observe.multiprocess import is_worker
from shall.serve.sessions import decided
from shall.serve.tool_access import check_exposure
from shall.settings import process_environment, read_settings


def app_from_environment(defaults: Mapping[str, Any] | None = None) -> ASGIApp:
    """Make the application from the environment and the current folder's ``shall.yaml``.

    Another program binds the address, so it is taken for one that others can reach: without a
    token only prompts and files are offered. Settings that cannot be used end the process with a
    line: gunicorn takes this status for a worker that need not be started again.
    """
    try:
        return _made(defaults)
    except ShallError as error:
        sys.stderr.write(f"shall: {error}\n")  # at once: several workers say it
        raise SystemExit(STARTUP_FAILURE) from None


def _made(defaults: Mapping[str, Any] | None) -> ASGIApp:
    settings, _ = read_settings({}, process_environment(), Path.cwd(), defaults)
    settings = replace(settings, server_host="0.0.0.0")  # noqa: S104 - said, not bound
    if settings.sessions == "auto" and is_worker():
        settings = replace(settings, sessions="no")
    set_up_logging(settings)
    check_exposure(settings, SPEC_DRIVEN)
    return make_app(decided(settings), SPEC_DRIVEN).app
