"""The commands' entry points; ``python -m shall`` runs the first.

Nothing is imported before the working folder is out of ``sys.path``.
"""

import gc
import sys

from shall.import_path import remove_working_folder


def main() -> int:
    """Run the shall command; return its exit status."""
    gc.disable()  # what is imported stays: to look through it for garbage takes a tenth of the time
    remove_working_folder()
    from shall.cli import commands

    return commands.main()


def serve_as_before() -> int:
    """Run ``api-auto-test-mcp``; return its exit status."""
    remove_working_folder()
    from shall.cli import commands

    return commands.serve_as_before()


if __name__ == "__main__":
    sys.exit(main())
