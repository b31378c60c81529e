"""Finds the cases that must be read before a run begins, without reading the others."""

from msgspec import Struct

from shall.late_pattern import late_pattern

EARLY = ("data", "use", "needs", "only")
"""Fields of a case that decide what runs, and when."""

_INDENTATION = late_pattern(
    r"""(?m)^\ufeff?(?:testcase:[ \t]*(?:#.*)?\n(?:[ \t]*(?:#.*)?\n)*( +)(?=\S)"""
    r"""|["']?steps["']?[ \t]*:)"""
)
"""What shows how far the fields are indented: by nothing, unless they are below the older root."""

_USUAL = "testcase:\n  "

_WORDS = {word: late_pattern(rf"{word}(?!\w)") for word in EARLY}
_NAMES = late_pattern(r"\[([\w/-]+(?:, *[\w/-]+)*)\] *(?:#.*)?")


class Early(Struct, frozen=True):
    """What a glance at the text of a case shows.

    ``fields`` are those that it may have. ``use``: the names there, if no more is there.
    """

    use: tuple[str, ...] = ()
    fields: frozenset[str] = frozenset(EARLY)


def early_fields(text: str) -> Early | None:
    """Return what a text may have of the fields; None where it has none, as most texts.

    A case in flow style, or with merged mappings, that has such a word anywhere may have some.
    """
    if (
        text.startswith(_USUAL)
        and text[len(_USUAL) : len(_USUAL) + 1].isalpha()
        and "<" not in text
        and not any([it in text and _has_usual_field(text, it) for it in EARLY])  # noqa: C419
    ):
        return None
    if not any([word in text and _has_word(text, word) for word in EARLY]):  # noqa: C419 - faster
        return None
    first = _INDENTATION.search(text)
    if first is None or "<<" in text or text.lstrip("\ufeff \n").startswith("{"):
        return Early()
    field = rf"(?m)^\ufeff?{first[1] or ''}[\"']?({'|'.join(EARLY)})[\"']?[ \t]*:[ \t]*(.*)$"
    found = late_pattern(field).findall(text)
    if not found:
        return None
    names = _NAMES.fullmatch(found[0][1].rstrip()) if len(found) == 1 else None
    if found[0][0] != "use" or names is None:
        return Early(fields=frozenset(name for name, _ in found))
    return Early(tuple(it.strip() for it in names[1].split(",")), frozenset({"use"}))


def _has_usual_field(text: str, name: str) -> bool:
    """Return whether a text that begins as usual may have a field, without a pattern to compile."""
    return f"\n  {name}" in text or f'\n  "{name}' in text or f"\n  '{name}" in text


def _has_word(text: str, word: str) -> bool:
    """Return whether a text has a whole word."""
    for found in _WORDS[word].finditer(text):
        before = text[found.start() - 1 : found.start()]
        if not (before.isalnum() or before == "_"):
            return True
    return False
