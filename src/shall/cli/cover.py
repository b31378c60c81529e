"""``shall cover``: what of an OpenAPI document a stored run touched."""

import argparse
from collections.abc import Mapping

from shall.actions.coverage import coverage_of, note_coverage
from shall.actions.results import stored_run
from shall.cli.openapi_source import read_sources
from shall.cli.options import project_of
from shall.cli.output import (
    BAD_INPUT,
    CHECK_FAILED,
    OK,
    local,
    notice,
    say,
    write,
    write_table,
)
from shall.openapi.coverage import Coverage
from shall.report.coverage import MEASURES, as_json, markdown, notes, rows, shares, undeclared_rows
from shall.report.markdown import plain

_LISTED = 50
"""Lines of what is not declared that the table shows."""


def execute(arguments: argparse.Namespace) -> int:
    """Run the command."""
    workspace, settings = project_of(arguments)
    run = stored_run(workspace, arguments.run)
    found = {
        source: coverage_of(run, text, source, arguments.base_url)
        for text, source in read_sources(workspace, arguments.openapi, settings)
    }
    for source, coverage in found.items():
        note_coverage(workspace, run, source, coverage)
    if arguments.format == "json":
        texts = [as_json(coverage, run.run_id, source) for source, coverage in found.items()]
        write(texts[0] if len(texts) == 1 else f"[{','.join(texts)}]")
        return _exit_status(found, arguments)
    for source, coverage in found.items():
        if len(found) > 1:
            write(f"## {plain(source)}\n" if arguments.format == "markdown" else f"{source}\n")
        if arguments.format == "markdown":
            write(markdown(coverage, settings.language))
        else:
            _show(coverage, settings.language)
        if source != next(reversed(found)):
            write("")
    return _exit_status(found, arguments)


def _show(coverage: Coverage, language: str) -> None:
    if coverage.operations:
        write_table(rows(coverage, language))
        write("")
    if coverage.undeclared:
        say("Seen, but not declared:")
        write_table([(f"  {what}", count) for what, count in undeclared_rows(coverage)[:_LISTED]])
        left = coverage.undeclared_total - _LISTED
        if left > 0:
            say(f"  and {left:,} more.")
        write("")
    for note in notes(coverage):
        say(note)
    write_table(shares(coverage, language))


def _exit_status(found: Mapping[str, Coverage], arguments: argparse.Namespace) -> int:
    """Return the worst status of the documents."""
    each = (_status_of(coverage, arguments) for coverage in found.values())
    return max(list(each), key=(OK, CHECK_FAILED, BAD_INPUT).index)


def _status_of(coverage: Coverage, arguments: argparse.Namespace) -> int:
    if not coverage.operations:
        notice("The document declares no operation.")
        return BAD_INPUT
    if coverage.undeclared and not any(it.requests for it in coverage.operations):
        notice(
            "No request of the run is one that the document declares."
            " Name the URL of the service with --base-url."
        )
    least = arguments.fail_under
    share = coverage.shares()[arguments.of]
    if least is not None and share.percent < least:
        name = local(MEASURES[arguments.of])
        notice(f"Seen of the {name}: {share.percent:.1f} %; {least:g} % are required.")
        return CHECK_FAILED
    return OK
