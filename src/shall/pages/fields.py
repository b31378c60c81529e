"""Fields that ask for one of some values."""

from collections.abc import Sequence

from shall.pages.markup import Html, joined, tag
from shall.pages.status import status_word
from shall.pages.words import word

_LANGUAGES = {"en": "English", "zh": "中文", "ja": "日本語"}


def choice_field(
    name: str,
    values: Sequence[str],
    chosen: str,
    language: str,
    numbers: Sequence[int] | None = None,
) -> Html:
    """Make a field of the matrix that asks for one of some values, or for any.

    ``numbers`` are what a file's index has in place of the values.
    """
    title = word(f"matrix.{name}", language)
    known = values if not chosen or chosen in values else (*values, chosen)
    sent = list(map(str, numbers)) if numbers is not None else known
    options = [
        tag("option", _shown(name, value, language), value=it, selected=value == chosen)
        for value, it in zip(known, sent, strict=True)
    ]
    anything = tag("option", word("matrix.any", language, field=title), value=True)
    facet = {"data_facet": name} if numbers is not None else {"name": name}
    return tag("select", joined(anything, *options), aria_label=title, **facet)


def _shown(name: str, value: str, language: str) -> str:
    if name == "status":
        return status_word(value, language)
    return _LANGUAGES.get(value, value) if name == "language" else value
