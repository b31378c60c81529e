"""``shall trace``: the coverage matrix."""

import argparse
import json
import shutil
import sys
from collections.abc import Sequence

from shall.actions.excerpts import excerpts
from shall.actions.trace import trace_requirements
from shall.bootstrap import open_project
from shall.cli.options import PROBLEM_FORMATS, folder_of, settings_of
from shall.cli.output import CHECK_FAILED, OK, say, tell
from shall.diagnostics import Diagnostic
from shall.errors import InvalidSpec
from shall.messages import Message, render
from shall.specs.export import to_csv, to_json, to_markdown, to_text
from shall.specs.matrix import Matrix
from shall.specs.model import LinkKind
from shall.workspace.stray_cases import stray_cases, stray_notice


def execute(arguments: argparse.Namespace) -> int:
    """Carry out the command."""
    folder = folder_of(arguments.workspace)
    settings, _ = settings_of(folder, {"no_color": arguments.no_color})
    workspace = open_project(folder, settings)
    try:
        matrix = trace_requirements(workspace, arguments.feature)
    except InvalidSpec as error:
        if arguments.format not in PROBLEM_FORMATS:
            raise
        say(_problems(error.diagnostics, arguments.format))
        return error.exit_status
    colour = sys.stdout.isatty() and not settings.no_color
    language = settings.language
    if arguments.format == "text":
        sources = excerpts(workspace.files, workspace.redactor, matrix.problems)
        width = shutil.get_terminal_size().columns
        text = to_text(matrix, width, colour=colour, language=language, sources=sources)
    else:
        text = _written(matrix, arguments.format)
    say(text.rstrip("\n"))
    if not matrix.rows:
        tell(render(Message("trace.no_criteria"), language))
    if not any(it.link.kind is LinkKind.CASE for row in matrix.rows for it in row.links):
        notice = stray_notice(stray_cases(workspace.files))
        if notice:
            tell(notice)
    least = arguments.fail_under
    if least is not None and (matrix.proved_percent < least or not matrix.rows):
        figures = {"percent": f"{matrix.proved_percent:.1f}", "least": f"{least:g}"}
        tell(render(Message("trace.too_few", figures), language))
        return CHECK_FAILED
    return OK


def _written(matrix: Matrix, form: str) -> str:
    if form == "json":
        return json.dumps(to_json(matrix), ensure_ascii=False, indent=2)
    if form == "csv":
        return to_csv(matrix)
    if form == "md":
        return to_markdown(matrix)
    return _problems([*(it.diagnostic() for it in matrix.unknown), *matrix.problems], form)


def _problems(diagnostics: Sequence[Diagnostic], form: str) -> str:
    from shall.diagnostics.formats import written  # XML and hashes are only needed here

    return written(diagnostics, form).rstrip("\n")
