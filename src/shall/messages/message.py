"""A message as data, and its rendering from a catalogue."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from shall.messages.en import EN

LANGUAGES = ("en", "zh")


class Message(Struct, frozen=True):
    """What happened, as a code and its parameters."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the message as JSON data."""
        params = dict(self.params)
        if isinstance(params.get("inner"), Message):
            params["inner"] = params["inner"].to_json()
        return {"code": self.code, "params": params}


class _Count(int):
    """A number that ``{count:case|cases}`` shows with the noun in its singular or plural."""

    def __format__(self, spec: str) -> str:
        singular, mark, plural = spec.partition("|")
        if not mark:
            return super().__format__(spec)
        return f"{int(self)} {singular if self == 1 else plural}"


def catalogue(language: str) -> Mapping[str, str]:
    """Return the templates of a language by their codes; an unknown language reads English."""
    if language != "zh":
        return EN
    from shall.messages.zh import ZH  # only where Chinese is shown

    return ZH


def render(message: Message, language: str = "en") -> str:
    """Return the sentence for a message; a language without a catalogue reads English.

    Raises:
        KeyError: No catalogue holds the code.
    """
    template = catalogue(language).get(message.code) or EN[message.code]
    return filled(template, message.params, language)


def filled(template: str, params: Mapping[str, Any], language: str) -> str:
    """Return a template of a language with its parameters."""
    inner = params.get("inner")
    if inner is not None:  # what is wrong with a part; read from JSON it is a mapping
        params = {**params, "inner": _rendered(inner, language)}
    if "|" in template:
        params = {name: _Count(it) if type(it) is int else it for name, it in params.items()}
    if language != "en":
        params = {**params, **_translated_params(params, language)}
    return template.format_map(params)


def _translated_params(params: Mapping[str, Any], language: str) -> dict[str, str]:
    """Return the parameters that hold sentences, translated."""
    from shall.messages.translation import translate, translate_schema_errors  # as below

    found = {"reason": translate} | dict.fromkeys(("errors", "what"), translate_schema_errors)
    return {
        name: change(params[name], language)
        for name, change in found.items()
        if isinstance(params.get(name), str)
    }


def _rendered(inner: Any, language: str) -> str:
    if isinstance(inner, dict):
        inner = Message(inner["code"], inner["params"])
    return render(inner, language) if isinstance(inner, Message) else str(inner)


def plural(count: int, one: str, many: str) -> str:
    """Return the words beside a number; a template of a translation calls them ``{plural}``."""
    return one if count == 1 else many


def translated(text: str, language: str) -> str:
    """Return a text of one or more English sentences in a language."""
    if language == "en":
        return text
    from shall.messages.translation import translate  # nobody pays for it in English

    return translate(text, language)


def joined(sentences: Sequence[str], language: str) -> str:
    """Return English sentences one after another, each in a language."""
    if language == "en":
        return " ".join(sentences)
    from shall.messages.translation import join  # nobody pays for it in English

    return join(sentences, language)
