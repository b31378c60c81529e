"""``shall.asgi:app`` for ASGI servers. Importing this module starts nothing."""

from shall.import_path import remove_working_folder

remove_working_folder()  # uvicorn and gunicorn put it into sys.path

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    app: ASGIApp


def __getattr__(name: str) -> Any:
    """Make ``app`` when it is first asked for."""
    if name != "app":
        raise AttributeError(name)
    from shall.serve.environment import app_from_environment

    globals()["app"] = made = app_from_environment()
    return made
