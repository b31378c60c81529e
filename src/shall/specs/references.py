"""Which criteria a reference of a design or task names."""

import re
from collections.abc import Mapping, Sequence

from shall.late_pattern import late_pattern
from shall.specs.matrix import ways_to_name
from shall.specs.model import SpecSet

_ID_PART = late_pattern(r"[./]")
_PREFIX = late_pattern(r"(?:R|Req(?:uirement)?|需求)[-_ ]?(?=\d)", re.IGNORECASE)
_IDENTIFIER = late_pattern(r"[^\s#]+#\S+|[A-Za-z]{0,8}[-_]?\d[\w.-]*", re.ASCII)


def names_of(specs: SpecSet) -> Mapping[str, Sequence[str]]:
    """Map each way to name criteria in a design or task, with its feature, to their keys.

    That is a criterion, a requirement by number or title, the beginning of an id, and all (``*``).
    What is withdrawn or has no criterion names none.
    """
    parts: dict[str, list[str]] = {}
    exact = {name: keys for name, keys in ways_to_name(specs).items() if "#" in name}
    for name, keys in exact.items():
        owner, _, local = name.partition("#")
        parts.setdefault(f"{owner}#*", []).extend(keys)
        for end in _ID_PART.finditer(local):
            parts.setdefault(f"{owner}#{local[: end.start()]}", []).extend(keys)
    titled: dict[str, list[str]] = {}
    for feature in specs.features:
        for requirement in feature.requirements:
            keys = [it.key for it in requirement.criteria]
            titled.setdefault(f"{feature.name}#{_folded(requirement.title)}", []).extend(keys)
            titled.setdefault(f"{feature.name}#{requirement.number}", []).extend(keys)
            titled |= {it.key: [] for it in requirement.retired}
    return {**titled, **parts, **exact}


def keys_of(
    reference: str, feature: str, names: Mapping[str, Sequence[str]]
) -> Sequence[str] | None:
    """Return the criteria that a reference names: one, those of a requirement, or all.

    ``names`` are those of ``names_of``. None: it names nothing.
    """
    if "#" in reference:
        return names.get(reference)
    for written in (reference, _folded(reference), _PREFIX.sub("", reference)):
        if f"{feature}#{written}" in names:
            return names[f"{feature}#{written}"]
    return None


def is_identifier(reference: str) -> bool:
    """Return whether a reference looks like an id; other words say in prose what is meant."""
    return _IDENTIFIER.fullmatch(reference) is not None


def _folded(title: str) -> str:
    return " ".join(title.casefold().split())
