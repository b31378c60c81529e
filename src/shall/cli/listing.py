"""``shall list``: the cases that a run would carry out."""

import argparse
import json
from collections.abc import Sequence

from shall.actions.listing import ListedCase, listed_cases
from shall.actions.run_request import run_request
from shall.cli.options import project_of
from shall.cli.output import BAD_INPUT, OK, notice, printable, say, write, write_table
from shall.cli.run import path_in
from shall.cli.selection_flags import selection_of


def execute(arguments: argparse.Namespace) -> int:
    """Run the command."""
    workspace, _ = project_of(arguments)
    paths = [path_in(workspace.root, path) for path in arguments.paths]
    given = {"tags": arguments.tags, "keyword": arguments.keyword}
    found = listed_cases(workspace, run_request(paths, given, selection_of(arguments)))
    if arguments.format == "json":
        cases = [it.to_json() for it in found]
        write(json.dumps({"cases": cases, "total": len(cases)}, ensure_ascii=False, indent=2))
    else:
        _print(found)
    return OK if all(it.is_readable for it in found) else BAD_INPUT


def _print(found: Sequence[ListedCase]) -> None:
    rows = [
        (it.path, it.name, ", ".join(it.tags), ", ".join(it.verifies), _skip(it))
        for it in found
        if it.is_readable
    ]
    if rows:
        write_table(rows)
    for each in found:
        for problem in each.problems:
            notice(printable(str(problem)))
        if each.reason and not each.problems:
            notice(f"{each.path}: {each.reason}")
    say(f"Cases: {len(rows):,}.")


def _skip(case: ListedCase) -> str:
    return "" if case.skip is None else f"skip: {case.skip}"
