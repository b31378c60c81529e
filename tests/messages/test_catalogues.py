"""The catalogues: the same codes and parameters in every language, and every code has a use."""

import re
import string
from collections.abc import Mapping

import pytest

from shall.messages import LANGUAGES, Message, catalogue, render


def fields(template: str) -> list[str]:
    """Name the parameters of a template, each as often as it occurs."""
    return sorted(name for _, name, _, _ in string.Formatter().parse(template) if name is not None)


OTHERS = [(name, catalogue(name)) for name in LANGUAGES if name != "en"]


@pytest.mark.verifies("engine#4.6")
@pytest.mark.parametrize(("language", "templates"), OTHERS)
def test_every_catalogue_has_the_same_codes_and_parameters(
    language: str, templates: Mapping[str, str]
) -> None:
    english = catalogue("en")
    assert templates.keys() == english.keys(), language
    differing = [
        code for code in english if set(fields(english[code])) != set(fields(templates[code]))
    ]
    assert differing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_parameter_is_a_plain_name(language: str) -> None:
    """A template that reads attributes would let a value name what is shown."""
    for code, template in catalogue(language).items():
        for _, name, form, conversion in string.Formatter().parse(template):
            if name is not None:
                assert name.isidentifier(), code
                assert not form or form.count("|") == 1, code
                assert conversion is None, code


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_template_says_something_and_renders(language: str) -> None:
    for code, template in catalogue(language).items():
        counts = re.findall(r"\{(\w+):", catalogue("en")[code])
        params = {name: 77 if name in counts else f"<{name}>" for name in fields(template)}
        text = render(Message(code, params), language)
        assert text.strip(), code
        assert all(str(value) in text for value in params.values()), code


def test_a_noun_beside_a_number_is_singular_or_plural() -> None:
    one, many = (
        render(Message("trace.unread", {"count": count, "place": "a.md:1"})) for count in (1, 2)
    )
    assert one.startswith("1 passage looks like a requirement and was not read")
    assert many.startswith("2 passages look like requirements and were not read")


@pytest.mark.parametrize(("language", "templates"), OTHERS)
def test_no_sentence_was_left_in_english(language: str, templates: Mapping[str, str]) -> None:
    english = catalogue("en")
    words = [code for code, text in english.items() if any(map(str.isalpha, _constant(text)))]
    same = [code for code in words if templates[code] == english[code] and code not in NAMES]
    assert same == [], language


NAMES = frozenset({"report.timing.tls"})
"""Codes whose text is a name, the same in every language."""


def _constant(template: str) -> str:
    return "".join(text for text, _, _, _ in string.Formatter().parse(template))


def test_a_value_with_braces_is_shown_as_it_is() -> None:
    message = Message("step.error", {"reason": "{0.__class__} {x}"})
    assert render(message) == "{0.__class__} {x}"


def test_a_language_without_a_catalogue_reads_english() -> None:
    message = Message("run.not_started")
    assert render(message, "fr") == render(message, "en") == catalogue("en")["run.not_started"]
    assert render(message, "zh") != render(message, "en")


def test_an_unknown_code_is_reported() -> None:
    with pytest.raises(KeyError, match=r"no\.such\.code"):
        render(Message("no.such.code"))


def test_a_message_is_json_data() -> None:
    message = Message("check.status", {"expected": "200", "actual": 404})
    assert message.to_json() == {
        "code": "check.status",
        "params": {"expected": "200", "actual": 404},
    }
