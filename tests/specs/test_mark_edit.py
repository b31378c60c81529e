"""Edits of marks: only plain literals of tests that all moved."""

import pytest

from shall.specs.mark_edit import rename_marks


@pytest.mark.verifies("tracing#6.2", "tracing#6.3")
def test_plain_marks_follow_and_shared_or_computed_ones_are_left() -> None:
    text = (
        "import pytest\n"
        "# 备注 auth#1.1\n"
        '@pytest.mark.verifies("auth#1.1", "auth#1.2")\r\n'
        "def test_a():\n    assert 1\n"
        '名 = 1; 字 = [pytest.mark.verifies("auth#1.1")]\n'
        '@pytest.mark.verifies("auth" "#1.1")\n'
        "def test_b():\n    assert 1\n"
        '@pytest.mark.verifies("auth#1.1")\n'
        "class TestC:\n    def test_c(self):\n        assert 1\n"
        "    def test_d(self):\n        assert 1\n"
    )
    names = {"auth#1.1": "auth#2.1"}
    sources = {"t.py::test_a", "t.py::test_b", "t.py::TestC::test_c"}
    edit = rename_marks(text, "t.py", names, sources)
    assert edit.text == text.replace('"auth#1.1", "auth#1.2"', '"auth#2.1", "auth#1.2"')
    assert sorted(map(str, edit.left)) == ["t.py:10:23", "t.py:7:23"]
    both = {*sources, "t.py::TestC::test_d"}
    assert '"auth#2.1")\nclass TestC' in rename_marks(text, "t.py", names, both).text


@pytest.mark.verifies("tracing#3.8")
def test_a_comment_that_names_a_criterion_is_left() -> None:
    text = "def test_a():\n    assert f()  # Validates: Requirements 1.1\n"
    edit = rename_marks(text, "t.py", {"1.1": "auth#2.1"}, {"t.py::test_a"})
    assert (edit.text, [str(it) for it in edit.left]) == (text, ["t.py:2:43"])
