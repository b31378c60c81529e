"""The name under which an earlier release was started; it now starts shall.

Importing this module starts nothing: ``app`` is made when it is first asked for.
"""

import os
import sys

# The working folder may come first in sys.path (`python -m`, uvicorn and gunicorn put it there)
# and hold a folder `shall`: ours lies beside this package.
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from shall.import_path import remove_working_folder

del sys.path[0]
remove_working_folder()

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    app: ASGIApp


def __getattr__(name: str) -> Any:
    """Make ``app``, for ``uvicorn mcp_server_spec.main:app``."""
    if name != "app":
        raise AttributeError(name)
    from shall.serve.environment import app_from_environment
    from shall.settings.defaults import SPEC_DRIVEN

    globals()["app"] = made = app_from_environment(SPEC_DRIVEN)
    return made


def main() -> int:
    """Run ``python -m mcp_server_spec.main``; return its exit status."""
    from shall.cli.commands import serve_spec_before

    return serve_spec_before()


if __name__ == "__main__":
    sys.exit(main())
