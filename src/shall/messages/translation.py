"""English sentences in another language, found by their templates.

Sentences are written in English where they belong, as ordinary f-strings. The catalogue of a
language maps the template of each to its translation; the names in braces stand for the values:

    "{path} is larger than {limit}.": "{path} 超过 {limit}。"

A sentence has a template if all constant parts of it occur in their order. Of several, those come
first of whose values none spans two sentences, then the one with the most constant text. Values
are shown as they are, except those that hold words of ours or of the operating system:
``{reason}``, ``{wanted}``, ``{given}`` and ``{what}``. What has
no template is shown in English, so nothing is lost.
"""

import re
import string
from collections.abc import Mapping, Sequence
from functools import cache

from msgspec import Struct

OURS = frozenset({"reason", "wanted", "given", "what"})
"""Names of values that are translated too."""

_PLACE = re.compile(r"(?:[^\s:]+:\d+(?::\d+)?|\w+(?:\[\d+\]|\.\w+)+): ")
"""A line of a file or the path of a field in front of a sentence."""

_SCHEMA_ERROR = re.compile(r"(\$[^:;]*: )(.*?)(?=; [^:;]*(?:: )?\$|$)")
"""The place of a value, and what is wrong with it."""

_BETWEEN_SENTENCES = re.compile(r"(?<=[.?!]) (?=[A-Z`])")
_BETWEEN_WORDS = re.compile(", | or ")
_FULL_WIDTH_ENDS = ("。", "？", "！", "：", "；", "）")


class _Template(Struct, frozen=True):
    """A sentence with values: the constant parts, and the names of the values between them."""

    parts: tuple[str, ...]
    names: tuple[str, ...]
    translation: str

    def values(self, text: str) -> dict[str, str] | None:
        """Return the values in a text of this template, else None."""
        first, *between, last = self.parts
        start, end = len(first), len(text) - len(last)
        if start > end or not (text.startswith(first) and text.endswith(last)):
            return None
        values = []
        for part in between:
            found = text.find(part, start, end)
            if found < 0:
                return None
            values.append(text[start:found])
            start = found + len(part)
        return dict(zip(self.names, [*values, text[start:end]], strict=True))


class _Catalogue(Struct, frozen=True):
    """The sentences of a language: those without values, and the templates of the others."""

    constant: Mapping[str, str]
    templates: Sequence[_Template]


def translate(text: str, language: str) -> str:
    """Return a text of one or more English sentences in another language."""
    if "\n" in text:
        return "\n".join(translate(line, language) for line in text.split("\n"))
    place = _PLACE.match(text)
    alone = place and _sentence(text[place.end() :], _catalogue(language))
    if place is not None and alone is not None:
        return place[0] + alone
    whole = _sentence(text, _catalogue(language))
    if whole is not None:
        return whole
    if place is not None:
        return place[0] + translate(text[place.end() :], language)
    sentences = _BETWEEN_SENTENCES.split(text)
    if all(_sentence(each, _catalogue(language)) for each in sentences):
        return join(sentences, language)
    spanning = _sentence(text, _catalogue(language), spans=True)
    return spanning or join(sentences, language)


def translate_schema_errors(text: str, language: str) -> str:
    r"""Return what a JSON Schema finds wrong with values in another language.

    >>> translate_schema_errors('$.id: 7 is not of type "string"; $.name: null', "zh")
    '$.id: 7 的类型不是 "string"; $.name: null'
    """
    known = _schema_errors(language)
    return _SCHEMA_ERROR.sub(lambda it: it[1] + (_sentence(it[2], known) or it[2]), text)


def join(sentences: Sequence[str], language: str) -> str:
    """Return sentences one after another: a space between them only behind a narrow full stop."""
    catalogue = _catalogue(language)
    text = ""
    for sentence in sentences:
        space = " " if text and not text.endswith(_FULL_WIDTH_ENDS) else ""
        text += space + (_sentence(sentence, catalogue) or sentence)
    return text


def _sentence(text: str, catalogue: _Catalogue, *, spans: bool = False) -> str | None:
    """Return the translation of a sentence; ``spans``: a value may hold the end of one."""
    if text in catalogue.constant:
        return catalogue.constant[text]
    for template in catalogue.templates:
        values = template.values(text)
        if values is not None and (
            spans or not any(map(_BETWEEN_SENTENCES.search, values.values()))
        ):
            for name in OURS & values.keys():
                values[name] = _value(values[name], catalogue)
            return template.translation.format_map(values)
    if text.endswith("."):  # a part of a sentence that ends it here
        part = _sentence(text[:-1], catalogue)
        return f"{part}。" if part else None
    return None


def _value(text: str, catalogue: _Catalogue) -> str:
    """Return words of ours, or a list of them such as ``proved or waived``."""
    words = [_sentence(word, catalogue) for word in _BETWEEN_WORDS.split(text)]
    mark = "或" if " or " in text else "、"
    listed = mark.join(filter(None, words)) if all(words) else text
    return _sentence(text, catalogue) or listed


@cache
def _catalogue(language: str) -> _Catalogue:
    if language != "zh":
        return _Catalogue({}, ())
    from shall.messages.zh import SENTENCES  # only where Chinese is shown

    return _made_of(SENTENCES)


@cache
def _schema_errors(language: str) -> _Catalogue:
    if language != "zh":
        return _Catalogue({}, ())
    from shall.messages.zh.json_schema import ERRORS  # as above

    return _made_of(ERRORS)


def _made_of(sentences: Mapping[str, str]) -> _Catalogue:
    constant, templates = {}, []
    for english, translation in sentences.items():
        parts, names = split_template(english)
        if names:
            templates.append(_Template(parts, names, translation))
        else:
            constant[parts[0]] = translation.format()
    templates.sort(key=lambda template: -sum(map(len, template.parts)))
    return _Catalogue(constant, templates)


def split_template(template: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the constant parts of a template, and the names between them."""
    parts, names = [""], []
    for text, name, _, _ in string.Formatter().parse(template):
        parts[-1] += text
        if name is not None:
            names.append(name)
            parts.append("")
    return tuple(parts), tuple(names)
