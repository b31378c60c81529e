"""``shall trace``: the coverage matrix."""

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from shall.actions.excerpts import excerpts
from shall.actions.mentions import with_mentions
from shall.actions.trace import trace_requirements
from shall.actions.unasserted import unasserted_criteria
from shall.cli.options import project_of
from shall.cli.output import BAD_INPUT, CHECK_FAILED, OK, notice, write
from shall.errors import InvalidInput
from shall.messages import Message, render
from shall.specs.export import status_name, to_chain, to_csv, to_json, to_markdown, to_text
from shall.specs.interchange import EXPORTS
from shall.specs.matrix import Matrix, row_of
from shall.specs.model import LinkKind
from shall.specs.status import UNSOUND, Status
from shall.workspace.stray_cases import stray_cases, stray_notice
from shall.workspace.workspace import Workspace


def execute(arguments: argparse.Namespace) -> int:
    """Run the command."""
    workspace, settings = project_of(arguments, no_color=arguments.no_color)
    matrix = trace_requirements(workspace, arguments.feature, arguments.environment)
    is_hiding = bool(matrix.hiding)
    colour = sys.stdout.isatty() and not settings.no_color
    language = settings.language
    if arguments.why is not None or arguments.format == "json":
        matrix = with_mentions(workspace, matrix)
    if arguments.why is not None:
        row = row_of(matrix, arguments.why)
        write(to_chain(row, datetime.now(UTC), language))
        for found in unasserted_criteria(workspace, [row]):
            write(f"  {found.text}")
        return OK
    if arguments.format == "html":
        write(_page(workspace, arguments, language).rstrip("\n"))
    elif arguments.format == "text":
        if text := _text(workspace, matrix, language, colour=colour):
            write(text)
    else:
        write(_written(matrix, arguments.format, workspace.root.name).rstrip("\n"))
    _report_what_is_missing(workspace, matrix, language)
    _report_unseen(matrix, arguments.environment or ())
    if is_hiding:
        return BAD_INPUT
    return _exit_status(matrix, arguments, language)


def _report_what_is_missing(workspace: Workspace, matrix: Matrix, language: str) -> None:
    """Report that there is no criterion, or that the cases are elsewhere."""
    if not matrix.rows and not matrix.wrong_specs:
        notice(render(Message("trace.no_criteria"), language))
    if not any(it.link.kind is LinkKind.CASE for row in matrix.rows for it in row.links):
        sentence = stray_notice(stray_cases(workspace.files))
        if sentence:
            notice(sentence)


def _report_unseen(matrix: Matrix, environments: Sequence[str]) -> None:
    """Report environments in which nothing ran: their names may be mistyped."""
    seen = {it.environment for row in matrix.rows for it in row.links if it.outcome is not None}
    for name in environments:
        if name not in seen:
            notice(f"No outcome is recorded in the environment {name}.")


def _exit_status(matrix: Matrix, arguments: argparse.Namespace, language: str) -> int:
    least = arguments.fail_under
    if least is not None and not matrix.rows:  # which was reported
        return CHECK_FAILED
    if least is not None and matrix.proved_percent < least:
        figures = {"percent": f"{matrix.proved_percent:.1f}", "least": f"{least:g}"}
        notice(render(Message("trace.too_few", figures), language))
        return CHECK_FAILED
    if arguments.strict and matrix.unknown:
        return CHECK_FAILED
    if least is None and not arguments.exit_zero:
        return _status_of(matrix, language)
    return OK


def _status_of(matrix: Matrix, language: str) -> int:
    """Return 1 where a criterion was tried and is not proved."""
    counts = matrix.counts()
    found = [
        Message("trace.count", {"count": counts[it.value], "status": status_name(it, language)})
        for it in Status
        if it in UNSOUND and counts[it.value]
    ]
    if not found:
        return OK
    listed = ("，" if language == "zh" else ", ").join(render(it, language) for it in found)
    notice(render(Message("trace.unsound", {"counts": listed}), language))
    return CHECK_FAILED


def _text(workspace: Workspace, matrix: Matrix, language: str, *, colour: bool) -> str:
    return to_text(
        matrix,
        shutil.get_terminal_size().columns,
        colour=colour,
        language=language,
        now=datetime.now(UTC),
        sources=excerpts(workspace.files, workspace.redactor, matrix.diagnostics()),
    ).rstrip("\n")


def _page(workspace: Workspace, arguments: argparse.Namespace, language: str) -> str:
    from shall.actions.proof import read_proof  # the other formats need no page
    from shall.pages.frame import Body, Look, saved_in_both
    from shall.pages.matrix import matrix_body

    now = datetime.now(UTC)

    def body_in(language: str) -> Body:
        proof = read_proof(workspace, language, arguments.feature, arguments.environment)
        return matrix_body(proof, Look(language, now), workspace.root.name)

    return "".join(saved_in_both(language, body_in))


def _written(matrix: Matrix, form: str, name: str) -> str:
    if form == "json":
        return json.dumps(to_json(matrix), ensure_ascii=False, indent=2)
    if form == "csv":
        return to_csv(matrix)
    if form == "md":
        return to_markdown(matrix)
    if form in EXPORTS:
        return json.dumps(
            EXPORTS[form](matrix, name, datetime.now(UTC)), ensure_ascii=False, indent=2
        )
    if form == "reqif":
        return _reqif(matrix, name)
    from shall.diagnostics.formats import written  # XML and hashes are only needed here

    return written(matrix.diagnostics(), form)


def _reqif(matrix: Matrix, name: str) -> str:
    try:
        from shall.specs.reqif_export import to_reqif  # an extra that only some install
    except ImportError:
        hint = "Install it: pip install 'shall[reqif]'."
        raise InvalidInput("ReqIF needs the extra reqif.", hint=hint) from None
    return to_reqif(matrix, name, datetime.now(UTC))
