"""Shows the workspace's texts with its secrets masked, and lets no mask be written back.

Secret are the variables that ``shall.yaml`` declares or whose names say so, and what a file itself
declares under ``secrets:``: of a case, the values of the names it lists; of a ``shall.yaml``,
everything under a secret's name.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from shall.cases.reader import load_yaml
from shall.engine.redact import Redactor
from shall.errors import BadValue, InvalidCase
from shall.redaction.forms import MASK
from shall.redaction.matcher import mask_spans
from shall.workspace.paths import as_seen
from shall.workspace.workspace import Workspace

_MASK = re.compile(r"(?<!\*)\*\*\*(?!\*)")
_DECLARED = re.compile(r"^[ \t]*secrets[ \t]*:(.*(?:\n[ \t]*-.*|\n[ \t]+[^:\n]*$)*)", re.MULTILINE)
_MEMBER = re.compile(r"([^\s\[\]{}\"',#:]+)[\"']?[ \t]*:[ \t]+")
_LONGEST_VALUE = 4096
_NAME = re.compile(r"[^\s\[\]\"',#-][^\s\[\]\"',#]*")
_ROOTS = ("testcase", "unittest")


def shown_text(redactor: Redactor, path: str, text: str) -> str:
    """Return the text of a file with its secrets masked, and those that ``redactor`` knows.

    Raises:
        BadValue: It is a ``shall.yaml`` that cannot be parsed: its secrets are not known.
    """
    name = as_seen(path.rpartition("/")[2])
    if name == "shall.yaml":
        return _settings_text(redactor, path, text)
    if name.endswith((".yaml", ".yml")):
        return _case_text(redactor, path, text)
    return redactor.text(text)


def case_redactor(redactor: Redactor, data: Mapping[str, Any]) -> Redactor:
    """Return a redactor that also knows what a case, given as data, declares."""
    names = _declared(data)
    if not names:
        return redactor
    redactor = redactor.with_names(names)
    for key, value in _members(data):
        if redactor.declares(key):
            redactor.learn([it for it in _leaves(value) if "{{" not in str(it)], 1)
    return redactor


def refuse_masks(data: Any) -> None:
    """Refuse data of a case that holds the mask in a secret's place.

    Raises:
        BadValue: A text in it holds ``***``; the message names where.
    """
    for where, value in _texts(data, ""):
        if _MASK.search(value):
            raise BadValue(
                f"{where} contains {MASK}, the mask of a secret. Nothing was written.",
                hint="Use a variable instead, such as {{ api_token }}. Write three literal"
                ' asterisks as **{{ "*" }}.',
            )


def refuse_masked_text(workspace: Workspace, path: str, content: str) -> None:
    """Refuse a text that would replace the secrets of an existing file by their mask.

    Raises:
        BadValue: The file holds a secret, and the text holds ``***``.
    """
    if not _MASK.search(content) or not workspace.files.is_file(path):
        return
    before = workspace.files.read_text(path)
    if shown_text(workspace.redactor, path, before) != before:
        raise BadValue(
            f"{path} contains a secret that is masked when it is read, and the new content contains"
            f" {MASK}. Nothing was written.",
            hint="Use an editor, or a variable such as {{ api_token }}.",
        )


def _settings_text(redactor: Redactor, path: str, text: str) -> str:
    try:
        data = load_yaml(text, path)
    except InvalidCase as error:
        problem = error.diagnostics[0]
        reason = problem.message.removesuffix(".")
        raise BadValue(
            f"{path} is not valid YAML ({reason}), so its secrets are not known and it is"
            " not shown.",
            hint="Ask the operator to correct it: `shall config` reports the location.",
            span=problem.span,
        ) from None
    if not isinstance(data, dict):
        return redactor.text(text)
    redactor = redactor.with_names(_declared(data))
    settings = {key: value for key, value in data.items() if key != "secrets"}
    redactor.learn_variables(settings)
    for _, value in _texts(settings, ""):
        if "://" in value:
            redactor.learn_url(value)
    return _yaml_text(redactor, text)


def _yaml_text(redactor: Redactor, text: str) -> str:
    """Mask secrets in valid YAML: values that it writes over several lines, then all others."""
    from shall.cases.yaml_text import compose  # YAML is loaded when a file is read

    spans, waiting, seen = [], [compose(text)], set[int]()
    while waiting:
        node = waiting.pop()
        if node is None or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node.value, str):
            start, end = node.start_mark, node.end_mark
            if start.line < end.line and redactor.holds(node.value):
                spans.append(
                    (start.index, start.index + len(text[start.index : end.index].rstrip()))
                )
        else:
            waiting += [
                each
                for item in node.value
                for each in (item if isinstance(item, tuple) else [item])
            ]
    return redactor.text(mask_spans(text, spans))


def _case_text(redactor: Redactor, path: str, text: str) -> str:
    if "secrets" not in text and not redactor.knows_any:
        return text
    try:
        data = load_yaml(text, path)
    except InvalidCase:
        return _redactor_of_broken(redactor, text).text(text)
    return _yaml_text(case_redactor(redactor, data if isinstance(data, dict) else {}), text)


def _redactor_of_broken(redactor: Redactor, text: str) -> Redactor:
    """Read declared names and their values line by line from what is not YAML (yet)."""
    names = [name for found in _DECLARED.finditer(text) for name in _NAME.findall(found[1])]
    redactor = redactor.with_names(names)
    for line in text.splitlines():
        for found in _MEMBER.finditer(line):
            if redactor.declares(found[1]):
                value = line[found.end() : found.end() + _LONGEST_VALUE]
                pieces = (value, re.split(r"[,}\]]|\s#", value)[0])
                redactor.learn([piece.strip().strip("\"'") for piece in pieces], 1)
    return redactor


def _declared(data: Mapping[str, Any]) -> list[str]:
    holders = [data, *(data.get(root) for root in _ROOTS)]
    lists = [holder.get("secrets") for holder in holders if isinstance(holder, Mapping)]
    return [name for names in lists if isinstance(names, list) for name in map(str, names)]


def _members(data: Any) -> Iterator[tuple[str, Any]]:
    """Yield every key with its value, at any depth."""
    waiting = [data]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            yield from ((str(key), item) for key, item in value.items() if key != "secrets")
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


def _leaves(value: Any) -> list[Any]:
    members = list(value.values()) if isinstance(value, Mapping) else value
    if not isinstance(members, list):
        return [members]
    return [leaf for member in members for leaf in _leaves(member)]


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield every text at any depth, keys too, with its place."""
    waiting = [(path, value)]
    while waiting:
        where, item = waiting.pop()
        if isinstance(item, str):
            yield where or "The text", item
        elif isinstance(item, Mapping):
            waiting += [(f"A key of {where or 'the case'}", str(key)) for key in item]
            waiting += [(f"{where}.{key}".lstrip("."), it) for key, it in item.items()]
        elif isinstance(item, list | tuple):
            waiting += [(f"{where}[{index}]", it) for index, it in enumerate(item)]
