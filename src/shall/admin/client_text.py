"""Puts a server into the text of a client's configuration and leaves all else as it is."""

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from shall.errors import InvalidInput

# How a server is reached: all other keys of an existing entry stay.
_OURS = frozenset(
    {"type", "command", "args", "url", "serverUrl", "headers", "bearer_token_env_var"}
)


def shown(additions: Mapping[str, Any], *, toml: bool) -> str:
    """Return the text that a person would add by hand."""
    if toml:
        return "".join(_tables(additions, "\n"))
    return json.dumps(additions, ensure_ascii=False, indent=2) + "\n"


def merged(text: str, additions: Mapping[str, Any], *, toml: bool) -> str:
    """Return the configuration with the additions; the text itself where it has them already.

    ``additions`` maps sections to what they must contain: a mapping of named entries, or a list of
    entries with an ``id``. An existing entry is updated; keys of it
    that do not say how the server is reached stay.

    Raises:
        InvalidInput: The text cannot be read, or cannot be changed without losing something; the
            hint holds what to add by hand.
    """
    hint = f"Add this manually:\n{shown(additions, toml=toml)}"
    return _merged_toml(text, additions, hint) if toml else _merged_json(text, additions, hint)


def _merged_json(text: str, additions: Mapping[str, Any], hint: str) -> str:
    body = text.removeprefix("\ufeff")
    data = _json_object(body, hint) if body.strip() else {}
    wanted = _with(data, additions, hint)
    if wanted == data:
        return text
    indent = re.search(r"^([ \t]+)\S", body, re.MULTILINE)
    try:
        written = json.dumps(wanted, ensure_ascii=False, indent=indent[1] if indent else 2)
        written.encode()
    except UnicodeEncodeError:  # half of a surrogate pair, which only an escape can hold
        written = json.dumps(wanted, indent=indent[1] if indent else 2)
    return written + "\n"


def _json_object(text: str, hint: str) -> dict[str, Any]:
    try:
        data = json.loads(text, object_pairs_hook=_without_twins)
    except (ValueError, RecursionError) as error:
        held = "contains comments" if re.search(r"^\s*(//|/\*)|[,{\[]\s*//", text, re.M) else ""
        why = f"{held} that would be lost" if held else f"is not plain JSON ({error})"
        raise InvalidInput(f"It {why}.", hint=hint) from None
    if not isinstance(data, dict):
        raise InvalidInput("It is not a JSON object.", hint=hint)
    return data


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        raise ValueError("duplicate key")
    return data


def _with(data: Mapping[str, Any], additions: Mapping[str, Any], hint: str) -> dict[str, Any]:
    wanted = dict(data)
    for section, added in additions.items():
        held = data.get(section, type(added)())
        if not isinstance(held, type(added)):
            raise InvalidInput(f"Its {section!r} has an unexpected type.", hint=hint)
        if isinstance(added, dict):
            entries = {name: _updated(held.get(name), entry) for name, entry in added.items()}
            wanted[section] = {**held, **entries}
        else:
            wanted[section] = _with_items(held, added)
    return wanted


def _updated(held: Any, entry: Mapping[str, Any]) -> dict[str, Any]:
    others = held.items() if isinstance(held, dict) else ()
    return {**entry, **{key: it for key, it in others if key not in _OURS}}


def _with_items(held: list[Any], added: list[dict[str, Any]]) -> list[Any]:
    new = {item["id"]: item for item in added}
    kept = [
        new.pop(item["id"], item) if isinstance(item, dict) and "id" in item else item
        for item in held
    ]
    return [*kept, *new.values()]


def _merged_toml(text: str, additions: Mapping[str, Any], hint: str) -> str:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"It is not TOML ({error}).", hint=hint) from None
    wanted = _with(data, additions, hint)
    if wanted == data:
        return text
    lines = text.splitlines(keepends=True)
    end = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    ours = [(section, name) for section, held in additions.items() for name in held]
    at, kept = _without_tables(lines, ours)
    before, after = "".join(kept[:at]), "".join(kept[at:])
    gap = "" if not before else end if before.endswith(("\n", "\r")) else end * 2
    if before.endswith(end * 2):
        gap = ""
    entries = {section: {name: wanted[section][name]} for section, name in ours}
    tables = "".join(_tables(entries, end))
    rest = after if after.startswith(("\n", "\r")) or not after else end + after
    written = before + gap + tables + rest
    # The text was edited by lines, which a string of several lines could mislead: read it again.
    try:
        holds = tomllib.loads(written) == wanted
    except tomllib.TOMLDecodeError:
        holds = False
    if not holds:
        raise InvalidInput("It cannot be changed without affecting other settings.", hint=hint)
    return written


def _without_tables(lines: list[str], ours: Sequence[tuple[str, str]]) -> tuple[int, list[str]]:
    """Remove our tables; return where the first of them stood (else the end), and the rest."""
    kept: list[str] = []
    at: int | None = None
    inside = False
    held_back: list[str] = []  # comments and blank lines: they belong to the table that follows
    for line in lines:
        header = _header(line)
        if header is not None:
            inside = header[:2] in ours
            at = len(kept) if inside and at is None else at
            kept += held_back if not inside else []
            held_back = []
        if not inside:
            kept.append(line)
        elif header is None:
            held_back = [*held_back, line] if _is_blank(line) else []
    return (len(kept) if at is None else at), kept + held_back


def _is_blank(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _header(line: str) -> tuple[str, ...] | None:
    """Return the path in a line such as ``[a."b c"]``; None for any other line."""
    if not line.lstrip().startswith("["):
        return None
    try:
        inner: Any = tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return None
    path = []
    while inner and isinstance(inner, dict):
        [(key, inner)] = inner.items()
        path.append(key)
    return tuple(path)


def _tables(additions: Mapping[str, Any], end: str) -> list[str]:
    lines = []
    for section, entries in additions.items():
        for name, entry in entries.items():
            lines.append(f"[{section}.{_key(name)}]{end}")
            lines += [f"{_key(key)} = {_value(it)}{end}" for key, it in entry.items()]
    return lines


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {_value(it)}" for key, it in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_value(it) for it in value) + "]"
    # JSON's texts, numbers, true and false are TOML too, but for DEL. A date becomes a text, which
    # the next reader notices.
    return json.dumps(value, ensure_ascii=False, default=str).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name)
