"""Chinese for every sentence that is shown in a terminal."""

import string

import pytest
from tests.messages.sentences import fragments, sentences

from shall.messages.translation import split_template
from shall.messages.zh import SENTENCES
from shall.messages.zh.system import SYSTEM


def parts(template: str) -> tuple[str, ...]:
    return split_template(template)[0]


def names(template: str) -> list[str]:
    return sorted(split_template(template)[1])


@pytest.mark.verifies("cli#1.8")
@pytest.mark.repeats
def test_every_sentence_has_a_translation() -> None:
    known = {parts(template) for template in SENTENCES}
    missing = [f"{place}: {'{}'.join(it)}" for it, place in sentences().items() if it not in known]
    assert not missing, "Add to src/shall/messages/zh/:\n" + "\n".join(sorted(missing))


@pytest.mark.repeats
def test_no_translation_is_left_of_a_sentence_that_is_gone() -> None:
    written = fragments() | sentences().keys()
    gone = [
        template
        for template in SENTENCES
        if template not in SYSTEM and parts(template) not in written
    ]
    assert not gone, "Remove from src/shall/messages/zh/:\n" + "\n".join(gone)


def test_a_translation_shows_every_value_of_its_sentence() -> None:
    """All but an English plural."""
    for template, translation in SENTENCES.items():
        shown = [name for name in names(template) if name != "plural"]
        assert sorted(set(names(translation))) == shown, template


def test_a_template_has_words_between_its_values() -> None:
    """Else it would be found in any text."""
    for template in SENTENCES:
        constant = "".join(parts(template))
        assert any(character in string.ascii_letters for character in constant), template
