"""The English sentences in the source that users read in a terminal, found in its syntax."""

import argparse
import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import chain
from pathlib import Path

import shall
from shall.cli.options import parser
from shall.cli.output import speak
from shall.settings import SETTINGS

ROOT = Path(shall.__file__).parent
NOT_SHOWN = (
    *("serve/", "mcp/", "messages/", "settings/page.py", "diagnostics/codes.py"),
    # These have their Chinese beside the English.
    *("case_lint/", "pages/words/", "specs/lint/rules/", "specs/lint/terms"),
)
"""Texts for programs and documents, and the catalogues."""

START = (
    *("serve/app.py", "serve/http.py", "serve/sessions.py", "serve/tls.py"),
    *("serve/tool_access.py", "serve/auth/authenticator.py", "serve/auth/static_tokens.py"),
    *("serve/limits/shared_buckets.py", "serve/observe/logs.py", "serve/observe/multiprocess.py"),
    "serve/observe/tracing.py",
)
"""Modules of the server that say why it does not start."""

Parts = tuple[str, ...]

_SENTENCE = re.compile(
    r"(?!SELECT |INSERT |UPDATE |DELETE |PRAGMA |.*%s)(?:[A-Z`\0]|--).* .*[.?]", re.S
)
_FORMATTED = re.compile(r"(?<![{`])\{\w*\}(?![}`])")


def sentences() -> Mapping[Parts, str]:
    """Return the constant parts of each sentence, and where it is written.

    A sentence begins with a capital letter or a value, and ends with a full stop or a question
    mark. The help of commands and the meanings of settings are sentences too.
    """
    found: dict[Parts, str] = {}
    for path, literals in _written().items():
        if path in START or not path.startswith(NOT_SHOWN):
            for parts, line in literals:
                if _SENTENCE.fullmatch("\0".join(parts)) and "\n" not in "".join(parts):
                    found.setdefault(parts, f"src/shall/{path}:{line}")
    speak("en")
    for text in _help(parser()):
        found.setdefault((text,), "the help of a command")
    for setting in SETTINGS:
        found.setdefault((setting.meaning,), f"the setting {setting.name}")
    return found


def fragments() -> set[Parts]:
    """Return the constant parts of every text in the source, as a whole sentence or not."""
    found: set[Parts] = set()
    for (*before, last), _ in chain.from_iterable(_written().values()):
        found.add((*before, last.rstrip("\n")))
    return found


@cache
def _written() -> Mapping[str, list[tuple[Parts, int]]]:
    """Return the texts of each module but the catalogues of Chinese, by its path."""
    paths = [file.relative_to(ROOT).as_posix() for file in sorted(ROOT.rglob("*.py"))]
    return {
        path: list(_literals(ast.parse((ROOT / path).read_text("utf-8"))))
        for path in paths
        if not path.startswith("messages/zh")
    }


def _literals(tree: ast.Module) -> Iterator[tuple[Parts, int]]:
    """Yield the constant parts and the line of each string and f-string but docstrings."""
    within = {id(part) for node in ast.walk(tree) for part in _inner(node)}
    for node in ast.walk(tree):
        if id(node) in within:
            continue
        if isinstance(node, ast.JoinedStr):
            yield _parts(node), node.lineno
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield tuple(_FORMATTED.split(node.value)), node.lineno


def _inner(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.JoinedStr):
        yield from (value for value in node.values if isinstance(value, ast.Constant))
        yield from (
            value.format_spec
            for value in node.values
            if isinstance(value, ast.FormattedValue) and value.format_spec is not None
        )
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield node.value


def _parts(node: ast.JoinedStr) -> Parts:
    parts = [""]
    for value in node.values:
        if isinstance(value, ast.Constant):
            parts[-1] += str(value.value)
        else:
            parts.append("")
    return tuple(parts)


def _help(command: argparse.ArgumentParser) -> Iterator[str]:
    if command.description:
        yield command.description
    for action in command._actions:
        if action.help and action.help != "%(choices)s":
            yield action.help
        if isinstance(action, argparse._SubParsersAction):
            for each in action.choices.values():
                yield from _help(each)
