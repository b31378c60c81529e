"""Sentences in Chinese: by whole, by values, one after another, with a place in front."""

import pytest

from shall.messages import Message, joined, render, translated


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("Split it.", "请拆分该文件。"),
        ("a.md does not exist.", "a.md 不存在。"),
        ("The folder a b does not exist.", "目录 a b 不存在。"),
        ("a.md does not exist. Create it first.", "a.md 不存在。请先创建。"),
        ("x.yaml:3:7: Unknown key b.", "x.yaml:3:7: 未知的键 b。"),
        ("Unknown key a.\nUnknown key b.", "未知的键 a。\n未知的键 b。"),
        ("port is x: not a whole number.", "port 的值 x 无效：不是整数。"),
        ("/a cannot be written: Permission denied.", "无法写入 /a：权限不足。"),
        (
            "Close it with `}}`, or put the value into a variable.",
            "请用 `}}` 结束，或把值放入变量。",
        ),
        ("127.0.0.1:9 refuses the connection.", "127.0.0.1:9 拒绝连接。"),
    ],
)
def test_a_sentence_is_shown_in_chinese(english: str, chinese: str) -> None:
    assert translated(english, "zh") == chinese
    assert translated(english, "en") == english


@pytest.mark.parametrize(
    "text", ["", "A sentence of a library.", "no such word", "表达式", "{path} {0.__class__} %s"]
)
def test_what_has_no_translation_is_shown_as_it_is(text: str) -> None:
    assert translated(text, "zh") == translated(text, "fr") == text


@pytest.mark.parametrize("value", ["not set", "{reason}", "Split it", "{"])
def test_a_value_is_never_translated(value: str) -> None:
    assert translated(f"Unknown tool {value}.", "zh") == f"未知的工具 {value}。"


def test_a_reason_in_a_result_is_translated() -> None:
    message = Message("check.missing", {"reason": "the body is empty"})
    assert render(message, "zh") == "不存在：响应体为空"


def test_sentences_are_joined_as_their_language_does() -> None:
    assert joined(["Split it.", "Quote it."], "en") == "Split it. Quote it."
    assert joined(["Split it.", "Unknown words.", "Quote it."], "zh") == (
        "请拆分该文件。Unknown words. 请加上引号。"
    )


def test_a_long_text_is_searched_in_linear_time() -> None:
    text = "is is " * 20_000 + "x"
    assert translated(text, "zh") == text


def test_a_value_does_not_take_the_next_sentence_where_another_template_fits() -> None:
    text = "No criterion may be failing, vacuous. Violations: 1."
    assert translated(text, "zh") == "验收标准不得处于以下状态：失败、空验证；违反 1 项。"


def test_a_place_in_front_of_a_sentence_is_no_part_of_its_values() -> None:
    text = "specs/auth/requirements.md:1:1: Byte 0xff is not UTF-8."
    assert translated(text, "zh") == "specs/auth/requirements.md:1:1: 字节 0xff 不是 UTF-8。"
