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
        return {"code": self.code, "params": dict(self.params)}


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
    params = message.params
    reason = params.get("reason")
    if language != "en" and isinstance(reason, str):
        params = {**params, "reason": translated(reason, language)}
    return template.format_map(params)


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
