"""Chinese for every sentence that is shown in a terminal."""

import ast
import inspect
import string

import pytest
from tests.messages.sentences import fragments, sentences

from shall.messages.translation import split_template, translate
from shall.messages.zh import SENTENCES
from shall.messages.zh.system import SYSTEM
from shall.settings import config_yaml


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


def reasons_of_config() -> list[str]:
    """Return why values of an earlier tool's config.yaml cannot be used, as its reader writes it.

    A value that a reason shows is X.
    """
    calls = [
        node
        for node in ast.walk(ast.parse(inspect.getsource(config_yaml)))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"_bad", "_note_ignored"}
    ]
    texts = [call.args[1] for call in calls if len(call.args) > 1]
    constant = [it.value for it in texts if isinstance(it, ast.Constant)]
    formatted = [
        "".join(str(part.value) if isinstance(part, ast.Constant) else "X" for part in it.values)
        for it in texts
        if isinstance(it, ast.JoinedStr)
    ]
    return sorted({str(it) for it in (*constant, *formatted) if it})


@pytest.mark.verifies("cli#1.8", "cli#9.4")
def test_why_a_value_of_an_earlier_config_cannot_be_used_is_said_in_chinese() -> None:
    reasons = reasons_of_config()
    assert "not a URL" in reasons
    for reason in reasons:
        used = translate(f"projects.shop.test cannot be used: {reason}.", "zh")
        assert used.startswith("projects.shop.test 无法使用：")
        assert reason not in used
        ignored = translate(f"projects.shop.test is ignored: {reason}.", "zh")
        assert ignored.startswith("projects.shop.test 被忽略：")
        assert reason not in ignored
