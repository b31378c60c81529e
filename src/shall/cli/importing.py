"""``shall import``: requests and tests of other tools as cases."""

import argparse
import json
import sys

from shall.actions.importing import Import, read_cases, write_cases
from shall.cli.options import project_of
from shall.cli.output import BAD_INPUT, OK, language, printable, say, text_of_file, write
from shall.cli.run import path_in
from shall.diagnostics import Diagnostic
from shall.messages import joined

MOST_BYTES = 64 << 20
"""The largest document that is read, in bytes."""


def execute(arguments: argparse.Namespace) -> int:
    """Carry out the command."""
    source = "stdin" if arguments.file == "-" else arguments.file
    text = text_of_file(arguments.file, MOST_BYTES)
    found = read_cases(text, source, arguments.kind)
    if arguments.output != "-":
        workspace, _ = project_of(arguments)
        folder = arguments.output and path_in(workspace.root, arguments.output)
        found = write_cases(workspace, found, folder, overwrite=arguments.force)
    if arguments.format == "json":
        write(json.dumps(_as_json(found), ensure_ascii=False, indent=2))
    elif arguments.output == "-":
        write("\n".join(it.text for it in found.files).rstrip("\n"))
        for each in found.left_out:
            print(_line(each, source), file=sys.stderr)
    else:
        _print(found, source)
    return OK if found.files else BAD_INPUT


def _print(found: Import, source: str) -> None:
    for each in found.files:
        write(printable(f"{each.path}: {each.case.name}"))
    for part in found.left_out:
        write(_line(part, source))
    written, left_out = len(found.files), len(found.left_out)
    say(f"Cases written: {written:,}. Parts left out: {left_out:,}.")
    if found.secrets:
        names = ", ".join(found.secrets)
        say(
            f"These variables stand for secret values, which were not written: {names}."
            " Name a source of each under `secrets` in shall.yaml."
        )


def _line(part: Diagnostic, source: str) -> str:
    """Return a part that was left out in one line: where, what and the next step."""
    where = f"{source}:{part.span.line}: " if part.span else f"{source}: "
    place = f"{part.field}: " if part.field else ""
    sentences = [part.message, part.hint] if part.hint else [part.message]
    return printable(where + place + joined(sentences, language()))


def _as_json(found: Import) -> dict[str, object]:
    return {
        "cases": [{"path": it.path, "name": it.case.name, "yaml": it.text} for it in found.files],
        "left_out": [it.to_json() for it in found.left_out],
        "secrets": list(found.secrets),
    }
