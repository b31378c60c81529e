"""``shall impact``: what a change touches."""

import argparse
import json
from collections.abc import Iterator

from msgspec.structs import asdict

from shall.actions.impact import Impact, impact_of, impact_since
from shall.cli.options import project_of
from shall.cli.output import OK, printable, say, write
from shall.cli.run import path_in
from shall.errors import InvalidInput
from shall.messages import translated


def execute(arguments: argparse.Namespace) -> int:
    """Run the command."""
    workspace, settings = project_of(arguments)
    if arguments.names and arguments.since:
        raise InvalidInput("Name files and criteria, or a commit with --since, not both.")
    if arguments.names:
        names = [it if "#" in it else path_in(workspace.root, it) for it in arguments.names]
        impact = impact_of(workspace, names)
    else:
        impact = impact_since(workspace, arguments.since or "HEAD")
    if arguments.format == "json":
        write(json.dumps(asdict(impact), default=asdict, ensure_ascii=False, indent=2))
    else:
        say(printable("\n".join(_lines(impact, settings.language))))
    return OK


def _lines(impact: Impact, language: str) -> Iterator[str]:
    for title, found in (
        ("Criteria to look at:", [_touched(*it) for it in _rows(impact, language)]),
        ("Tasks to look at:", [f"{it.title}  {it.place}" for it in impact.tasks]),
        ("Cases to run:", impact.cases),
        ("Tests to run:", impact.tests),
    ):
        if found:
            yield title
            yield from (f"  {line}" for line in found)
    if not (impact.criteria or impact.cases or impact.tests):
        yield "No criterion, case or test is touched."
    if note := impact.unlinked_note():
        yield note


def _rows(impact: Impact, language: str) -> Iterator[tuple[str, str, str]]:
    for it in impact.criteria:
        yield it.key, it.place, "; ".join(translated(reason, language) for reason in it.reasons)


def _touched(key: str, place: str, reasons: str) -> str:
    return f"{key}  {place}  {reasons}"
