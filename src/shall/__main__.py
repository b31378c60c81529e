"""Runs the shall command as ``python -m shall``."""

import sys

from shall.cli.commands import main

if __name__ == "__main__":
    sys.exit(main())
