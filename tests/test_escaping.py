import pytest

from shall.escaping import block, one_line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("a\rb\nc\td", r"a\rb\nc\td"),
        ("nul\0", r"nul\x00"),
        ("\u202eadmin\u2066", r"\u202eadmin\u2066"),
        ("half \ud83d", r"half \ud83d"),
        ("tag\U000e0041", r"tag\U000e0041"),
        ("\u2028\ufeff\uffff\x9b", r"\u2028\ufeff\uffff\x9b"),
    ],
)
def test_characters_that_paint_reorder_or_hide_are_shown_as_escapes(text: str, shown: str) -> None:
    assert one_line(text) == shown


def test_readable_text_of_any_language_stays() -> None:
    assert one_line("库存 naïve שלום 👩‍💻 a\\b") == "库存 naïve שלום 👩‍💻 a\\b"


def test_a_block_keeps_its_lines_and_tabs_but_no_carriage_return_alone() -> None:
    assert block("a\r\nb\tc\rd\x1b") == "a\nb\tc\\rd\\x1b"
