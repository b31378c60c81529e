"""Reads the parts of ``curl --form``: quoted words, content types and file names."""

import re

_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_PART_OPTIONS = {"type": "type", "filename": "name"}


def form_word(text: str, ends: str) -> tuple[str, str]:
    """Return the first word of a part of ``--form``, without quotes, and what follows it."""
    text = text.lstrip()
    quoted = _QUOTED.match(text)
    end = re.compile(f"[{ends}]|$").search(text, quoted.end() if quoted else 0)
    at = end.start() if end else len(text)
    if quoted:
        return re.sub(r'\\(["\\])', r"\1", quoted[1]), text[at:]
    return text[:at].rstrip() if at < len(text) else text, text[at:]


def part_options(part: dict[str, str], rest: str) -> tuple[dict[str, str], str]:
    """Return a part with its content type and file name, and what it lacks."""
    unknown: list[str] = []
    follows_type = False
    while rest.startswith(";"):
        key, mark, after = rest[1:].partition("=")
        name = _PART_OPTIONS.get(key.strip()) if mark else None
        if name is not None:
            part[name], rest = form_word(after, ";")
            follows_type = name == "type"
        else:
            word, rest = form_word(rest[1:], ";")
            if follows_type:  # a parameter of the type
                part["type"] += f"; {word}"
            elif word:
                unknown.append(word)
    return part, ";".join([*unknown, *([rest] if rest else [])])
