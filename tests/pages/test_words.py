"""The pages' own words: the same names and parameters in both languages."""

import string

import pytest

from shall.pages.words import TOPICS, word

WORDS = [(name, texts) for topic in TOPICS for name, texts in topic.items()]


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


@pytest.mark.parametrize(("name", "texts"), WORDS, ids=[name for name, _ in WORDS])
def test_each_word_has_both_languages_with_the_same_parameters(
    name: str, texts: tuple[str, str]
) -> None:
    english, chinese = texts
    assert english.strip()
    assert chinese.strip()
    assert fields(english) == fields(chinese), name


def test_no_topic_uses_the_name_of_another() -> None:
    names = [name for name, _ in WORDS]
    assert len(names) == len(set(names))


def test_a_number_is_shown_with_its_noun() -> None:
    assert word("age.days", "en", count=1) == "1 day ago"
    assert word("age.days", "en", count=2) == "2 days ago"
    assert word("age.days", "zh", count=2) == "2 天前"
