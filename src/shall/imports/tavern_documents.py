"""Reads the YAML documents of a file of Tavern, with its tags as texts."""

import json
import re
from collections.abc import Iterator
from typing import Any

from shall.cases.reader import load_yaml
from shall.errors import InvalidCase
from shall.imports.result import LeftOut

TAG = "\ue010"
"""Encloses the name of a tag at the beginning of a text."""

_DOCUMENT = re.compile(r"^---[ \t]*(?:#.*)?$", re.MULTILINE)
_TAGGED = re.compile(
    r"\"(?:[^\"\\\n]|\\.)*\"|(?<![\w'])'[^'\n]*'"  # in which no tag is one
    r"|(?:(?<=[:\-,\[{]\s)|(?<=[\[{,]))(&[\w-]+[ \t]+)?!(\w+)([ \t]+&[\w-]+)?"
    r"(?:[ \t]+(\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'|[^\s,\]}#&][^,\]}#\n]*))?"
)
_LONGEST_LINE = 10_000
_INTEGER = re.compile(r"[+-]?[0-9]{1,15}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{0,15})?(?:[eE][+-]?[0-9]{1,2})?")
_TRUTH = dict.fromkeys(("y", "yes", "t", "true", "on", "1"), True)
_TRUTH |= dict.fromkeys(("n", "no", "f", "false", "off", "0"), False)


def read_documents(text: str, file: str, left_out: LeftOut) -> Iterator[tuple[int, Any]]:
    """Yield each document with its line; report one that is malformed.

    An anchor holds for the documents after its own, too, as in Tavern. Raises ``InvalidCase`` where
    no document can be read.
    """
    documents = [(line, _with_texts(it)) for line, it in _documents(text.replace(TAG, ""))]
    refused: list[tuple[int, InvalidCase]] = []
    found: list[tuple[int, Any]] = []
    for line, document in documents:
        try:
            found.append((line, load_yaml(document, file)))
        except InvalidCase as error:
            refused.append((line, error))
    if refused and (together := _read_together(documents, file)) is not None:
        yield from together
        return
    if refused and not found:
        raise refused[0][1]
    for line, refusal in refused:
        problem = refusal.diagnostics[0]
        at = line - 1 + (problem.span.line if problem.span else 1)
        left_out.add("", f"A document was left out: {problem.message}", line=at)
    yield from found


def number_of(text: str) -> Any:
    """Return the number or the truth value of a text such as ``!int "7"``; else the text."""
    if not text.startswith(TAG):
        return text
    _, tag, given = text.split(TAG, 2)
    if tag == "bool" and given.lower() in _TRUTH:
        return _TRUTH[given.lower()]
    if tag == "int" and _INTEGER.fullmatch(given):
        return int(given)
    return float(given) if tag == "float" and _NUMBER.fullmatch(given) else text


def _read_together(documents: list[tuple[int, str]], file: str) -> list[tuple[int, Any]] | None:
    """Read documents as the items of one list, which share their anchors; None: they are none."""
    if len(documents) == 1:
        return None
    items = ["-\n" + re.sub(r"(?m)^(?=.)", "  ", document) for _, document in documents]
    try:
        values = load_yaml("\n".join(items), file)
    except InvalidCase:
        return None
    if not isinstance(values, list) or len(values) != len(documents):
        return None
    return [(line, value) for (line, _), value in zip(documents, values, strict=True)]


def _documents(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for found in [*_DOCUMENT.finditer(text), None]:
        end = len(text) if found is None else found.start()
        if text[start:end].strip():
            yield text.count("\n", 0, start) + 1, text[start:end]
        start = end if found is None else found.end()


def _with_texts(document: str) -> str:
    """Return a document with its tagged values as texts; a line that is too long stays."""
    lines = document.split("\n")
    return "\n".join(
        _TAGGED.sub(_as_text, it) if "!" in it and len(it) <= _LONGEST_LINE else it for it in lines
    )


def _as_text(found: re.Match[str]) -> str:
    """Return a value with a tag as a text that names the tag."""
    before, tag, after, given = found.groups(default="")
    if not tag:
        return found[0]
    given = given.strip()
    if given.startswith('"'):
        try:
            given = str(json.loads(given))
        except ValueError:
            given = given[1:-1]
    elif given.startswith("'"):
        given = given[1:-1].replace("''", "'")
    anchor = (before or after).strip()
    text = json.dumps(f"{TAG}{tag}{TAG}{given}", ensure_ascii=False)
    return f"{anchor} {text}" if anchor else text
