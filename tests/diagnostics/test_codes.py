import ast
import re
from pathlib import Path

import pytest

from shall.diagnostics.codes import MEANINGS
from shall.messages.en import EN
from shall.settings import SETTINGS

ROOT = Path(__file__).parents[2]
CODE = re.compile(
    r"(case|decision|file|gate|generate|import|link|setting|spec|state|token|yaml)\.[a-z]+(-[a-z]+)*"
)


def strings_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


@pytest.mark.verifies("cases#1.14")
@pytest.mark.repeats
def test_each_code_that_a_reader_uses_has_a_meaning_and_each_meaning_is_used() -> None:
    table = ROOT / "src/shall/diagnostics/codes.py"
    used = {
        text
        for path in (ROOT / "src/shall").rglob("*.py")
        if path != table
        for text in strings_in(path)
        if CODE.fullmatch(text) and not text.endswith(".md")
    }
    keys = {setting.key for setting in SETTINGS} - set(MEANINGS)
    assert used - set(EN) - keys == set(MEANINGS)


@pytest.mark.verifies("cases#1.14")
def test_the_reference_lists_each_code_with_its_meaning() -> None:
    page = (ROOT / "docs/reference/diagnostics.md").read_text("utf-8")
    rows = re.findall(r"^\| `([a-z]+\.[a-z-]+)` \| (.+) \|$", page, re.MULTILINE)
    assert rows == sorted(MEANINGS.items())
    assert all(meaning.endswith(".") for meaning in MEANINGS.values())
