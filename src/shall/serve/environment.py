"""The application for whoever starts it by its import path, as ``uvicorn module:app`` does."""

from pathlib import Path

from starlette.types import ASGIApp

from shall.serve.app import make_app
from shall.serve.logs import set_up_logging
from shall.settings import process_environment, read_settings


def app_from_environment() -> ASGIApp:
    """Make the application from the environment and the current folder's ``shall.yaml``."""
    settings, _ = read_settings({}, process_environment(), Path.cwd())
    set_up_logging(settings)
    return make_app(settings).app
