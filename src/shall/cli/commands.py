"""The shall command, and the two commands of earlier projects."""

import gc
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from shall.bootstrap import project_folder
from shall.cli.options import parsed, parser
from shall.cli.output import guarded, language, speak
from shall.errors import InvalidInput, ShallError
from shall.settings import language_of, process_environment

if TYPE_CHECKING:  # most runs do without
    import argparse


def main(argv: Sequence[str] | None = None) -> int:
    """Run the shall command; return its exit status."""
    arguments = _arguments(argv)
    speak(language_of(process_environment()))
    return guarded(lambda: _main(arguments), arguments)


def serve_as_before(argv: Sequence[str] | None = None) -> int:
    """Run ``api-auto-test-mcp``; return its exit status."""
    from shall.cli.legacy_commands import serve_api_auto_test

    arguments = _arguments(argv)
    return guarded(lambda: serve_api_auto_test(arguments), arguments)


def serve_spec_before(argv: Sequence[str] | None = None) -> int:
    """Run ``python -m mcp_server_spec.main``; return its exit status."""
    from shall.cli.legacy_commands import serve_spec_driven

    arguments = _arguments(argv)
    return guarded(lambda: serve_spec_driven(arguments), arguments)


def _main(argv: Sequence[str]) -> int:
    if not argv:
        parser(None).print_help(sys.stderr)
        return InvalidInput.exit_status
    return _command(parsed(argv))


def _command(arguments: "argparse.Namespace") -> int:
    # Each command is a module of its own, so that nobody pays for the others; nor for importlib.
    module = __import__(f"shall.cli.{arguments.command}", fromlist=["execute"])
    gc.freeze()  # what was imported stays: the first look for garbage would cost 9 M instructions
    gc.enable()
    try:
        status: int = module.execute(arguments)
    except ShallError as error:
        if not error.diagnostics:
            raise
        return _report(error, getattr(arguments, "workspace", None))
    return status


def _report(error: ShallError, workspace: str | None) -> int:
    """Print the problems of an error with their lines; return its exit status."""
    from shall.actions.excerpts import excerpts  # only where something is wrong
    from shall.diagnostics.terminal import terminal
    from shall.engine.redact import Redactor
    from shall.workspace.files import Files

    sources: Mapping[str, str] = {}
    with suppress(ShallError):
        files = Files(Path(workspace).resolve() if workspace else project_folder(Path.cwd()))
        sources = excerpts(files, Redactor(), error.diagnostics)
        files.close()
    print(terminal(error.diagnostics, sources, language()), file=sys.stderr)
    return error.exit_status


def _arguments(argv: Sequence[str] | None) -> Sequence[str]:
    return sys.argv[1:] if argv is None else argv
