"""``shall import``: requests and tests of other tools as cases."""

import argparse
import json
import sys
from collections.abc import Mapping
from typing import Any

from shall.actions.importing import Import, read_cases, write_cases
from shall.cases.yaml_writer import dump
from shall.cli.options import project_of
from shall.cli.output import BAD_INPUT, OK, language, printable, say, text_of_file, write
from shall.cli.run import path_in
from shall.diagnostics import Diagnostic
from shall.errors import AlreadyExists, WriteRefused
from shall.messages import joined

MOST_BYTES = 64 << 20
"""The largest document that is read, in bytes."""

_EXISTS = "Nothing was written. Overwrite with --force, or name another folder with --output."
_REFUSED = "Name a folder there with --output, such as tests/cases/api."


def execute(arguments: argparse.Namespace) -> int:
    """Run the command."""
    source = "stdin" if arguments.file == "-" else arguments.file
    text = text_of_file(arguments.file, MOST_BYTES)
    environment = None
    if arguments.environment_file is not None:
        from shall.imports.postman_environment import read_environment  # few imports have one

        named = arguments.environment_file
        environment = read_environment(text_of_file(named, MOST_BYTES), named)
    found = read_cases(text, source, arguments.kind, environment)
    if arguments.output != "-":
        workspace, _ = project_of(arguments)
        folder = arguments.output and path_in(workspace.root, arguments.output)
        try:
            found = write_cases(workspace, found, folder, overwrite=arguments.force)
        except AlreadyExists as error:
            raise AlreadyExists(error.message, hint=_EXISTS) from None
        except WriteRefused as error:
            raise WriteRefused(error.message, hint=_REFUSED) from None
    if arguments.format == "json":
        write(json.dumps(_as_json(found), ensure_ascii=False, indent=2))
    elif arguments.output == "-":
        write("\n".join(it.text for it in found.files).rstrip("\n"))
        for each in found.left_out:
            print(_line(each, source), file=sys.stderr)
    else:
        _print(found, source)
    return OK if found.files or found.environment else BAD_INPUT


def _print(found: Import, source: str) -> None:
    for each in found.files:
        write(printable(f"{each.path}: {each.case.name}"))
    for part in found.left_out:
        write(_line(part, source))
    written, left_out = len(found.files), len(found.left_out)
    if found.environment:
        _print_environment(found.environment)
    say(f"Cases written: {written:,}. Parts left out: {left_out:,}.")
    sources = _sources(found.environment)
    if sources:
        names = ", ".join(sources)
        say(f"The secret values were not written. Set these environment variables: {names}.")
    unnamed = [it for it in found.secrets if it not in _secrets(found.environment)]
    if unnamed:
        names = ", ".join(unnamed)
        say(
            f"These variables stand for secret values, which were not written: {names}."
            " Name a source of each under `secrets` in shall.yaml."
        )


def _print_environment(environment: Mapping[str, Mapping[str, Any]]) -> None:
    say("Add this to shall.yaml:")
    write("")
    write(printable(dump({"environments": environment})))


def _secrets(environment: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    return {
        name: it for each in environment.values() for name, it in each.get("secrets", {}).items()
    }


def _sources(environment: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the environment variables that the secrets of an environment are read from."""
    return [it["environment"] for it in _secrets(environment).values()]


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
        **({"environments": found.environment} if found.environment else {}),
    }
