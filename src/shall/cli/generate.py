"""``shall generate``: drafts of cases and property tests from criteria."""

import argparse
import json
from typing import Any

from shall.actions.generate import Generated, Wanted, generate_tests
from shall.cli.options import project_of
from shall.cli.output import OK, language, printable, say, text_of_file, write
from shall.cli.run import path_in
from shall.messages import translated

MOST_BYTES = 32 << 20
"""The largest OpenAPI document that is read, in bytes."""


def execute(arguments: argparse.Namespace) -> int:
    """Run the command."""
    workspace, _ = project_of(arguments)
    wanted = Wanted(
        tuple(arguments.criteria),
        arguments.output and path_in(workspace.root, arguments.output),
        arguments.openapi and (arguments.openapi, text_of_file(arguments.openapi, MOST_BYTES)),
        again=arguments.again,
    )
    found = generate_tests(workspace, wanted, dry_run=arguments.dry_run)
    if arguments.format == "json":
        write(json.dumps(_as_json(found), ensure_ascii=False, indent=2))
    else:
        _print(found, dry_run=arguments.dry_run)
    return OK


def _print(found: Generated, *, dry_run: bool) -> None:
    for draft in found.drafts:
        write(printable(f"{draft.path}: {draft.criterion}"))
        if dry_run:
            write(printable(draft.text))
    for it in found.left_out:
        write(printable(f"{it.span}: {translated(it.message, language())}"))
    made, tested, left_out = len(found.drafts), found.tested, len(found.left_out)
    if dry_run:
        say("Nothing was written.")
    say(f"Drafts: {made:,}. Left out: {left_out:,}. Criteria with a case or test: {tested:,}.")
    if found.drafts and not dry_run:
        say("Drafts prove nothing: fill in what is marked TODO, which `shall lint` lists.")


def _as_json(found: Generated) -> dict[str, Any]:
    return {
        "drafts": [
            {"path": it.path, "criterion": it.criterion, "text": it.text} for it in found.drafts
        ],
        "left_out": [it.to_json() for it in found.left_out],
        "tested": found.tested,
    }
