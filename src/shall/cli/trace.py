"""``shall trace``: the coverage matrix."""

import argparse
import json
import shutil
import sys

from shall.actions.trace import trace_requirements
from shall.bootstrap import open_project
from shall.cli.options import folder_of, settings_of
from shall.cli.output import BAD_INPUT, CHECK_FAILED, OK, say, tell
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
    matrix = trace_requirements(workspace, arguments.feature)
    colour = sys.stdout.isatty() and not settings.no_color
    language = settings.language
    say(_written(matrix, arguments.format, language, colour=colour).rstrip("\n"))
    if not matrix.rows:
        tell(render(Message("trace.no_criteria"), language))
    if not any(it.link.kind is LinkKind.CASE for row in matrix.rows for it in row.links):
        notice = stray_notice(stray_cases(workspace.files))
        if notice:
            tell(notice)
    if matrix.wrong_specs:
        return BAD_INPUT
    least = arguments.fail_under
    if least is not None and (matrix.proved_percent < least or not matrix.rows):
        figures = {"percent": f"{matrix.proved_percent:.1f}", "least": f"{least:g}"}
        tell(render(Message("trace.too_few", figures), language))
        return CHECK_FAILED
    return OK


def _written(matrix: Matrix, form: str, language: str, *, colour: bool) -> str:
    if form == "json":
        return json.dumps(to_json(matrix), ensure_ascii=False, indent=2)
    if form == "csv":
        return to_csv(matrix)
    if form == "md":
        return to_markdown(matrix)
    return to_text(matrix, shutil.get_terminal_size().columns, colour=colour, language=language)
