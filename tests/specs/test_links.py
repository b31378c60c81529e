import pytest

from shall.errors import InvalidSpec
from shall.span import Span
from shall.specs.links import link_of_case, marks_in, read_marks
from shall.specs.model import LinkKind

TESTS = """
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.verifies("all#1.1")]


@pytest.mark.verifies("auth#1.1", "auth#1.2")
def test_one():
    assert True


class TestGroup:
    pytestmark = pytest.mark.verifies("group#1.1")

    @pytest.mark.parametrize("a", [pytest.param(1, marks=pytest.mark.verifies("param#1.1"))])
    async def test_two(self, a):
        pass

    def helper(self):
        pass


class Other:
    @pytest.mark.verifies("never#1.1")
    def test_three(self):
        pass


@pytest.mark.verifies("never#1.2")
def helper():
    pass


@verifies("never#1.3")
@pytest.mark.verifies(NAME)
def test_four():
    pass
"""


def test_marks_are_found_where_pytest_takes_them_from() -> None:
    links = marks_in(TESTS, "tests/test_x.py")
    found = {(link.criterion, link.source) for link in links}
    one, two = "tests/test_x.py::test_one", "tests/test_x.py::TestGroup::test_two"
    four = "tests/test_x.py::test_four"
    assert found == {
        ("all#1.1", one),
        ("auth#1.1", one),
        ("auth#1.2", one),
        ("all#1.1", two),
        ("group#1.1", two),
        ("param#1.1", two),
        ("all#1.1", four),
    }
    assert all(link.kind is LinkKind.TEST for link in links)
    place = next(link.span for link in links if link.criterion == "auth#1.2")
    assert place == Span("tests/test_x.py", 7)


def test_a_fingerprint_is_that_of_the_code_not_of_its_layout() -> None:
    def of(text: str) -> str:
        return marks_in(text, "f.py")[0].fingerprint

    plain = '@pytest.mark.verifies("a#1")\ndef test_a():\n    assert f(1)\n'
    assert of(plain) == of(plain.replace("f(1)", "f( 1 )  # one"))
    assert of(plain) != of(plain.replace("f(1)", "f(2)"))


def test_a_file_without_the_word_is_not_parsed() -> None:
    assert marks_in("this is ( not python", "f.py") == []


def test_a_file_that_is_not_python_is_reported_with_its_place() -> None:
    with pytest.raises(InvalidSpec, match=r"tests/f\.py:1:"):
        marks_in("verifies (\n", "tests/f.py")
    with pytest.raises(InvalidSpec):
        marks_in("verifies\0", "tests/f.py")


@pytest.mark.parametrize("expression", ["-" * 100_000 + "1", "+".join("1" * 100_000)])
def test_python_nested_too_deeply_is_reported_like_any_other_problem(expression: str) -> None:
    text = f'@pytest.mark.verifies("a#1")\ndef test_a():\n    x = {expression}\n'
    with pytest.raises(InvalidSpec, match=r"tests/f\.py:1:1: This Python is nested too deeply"):
        marks_in(text, "tests/f.py")


def test_a_sum_of_two_thousand_terms_is_read() -> None:
    text = f'@pytest.mark.verifies("a#1")\ndef test_a():\n    x = {"+".join("1" * 2_000)}\n'

    assert [link.criterion for link in marks_in(text, "f.py")] == ["a#1"]


def test_an_imported_mark_counts_and_another_attribute_does_not() -> None:
    text = (
        '@mark.verifies("a#1")\n@other.verifies("a#2")\n@f().verifies("a#3")\ndef test_a(): pass\n'
    )
    assert [link.criterion for link in marks_in(text, "f.py")] == ["a#1"]


def test_what_python_warns_of_in_a_test_file_is_not_told() -> None:
    text = 'PATTERN = "\\d"\n@pytest.mark.verifies("a#1")\ndef test_a(): pass\n'
    assert len(marks_in(text, "f.py")) == 1  # warnings are errors here


def test_a_case_links_each_of_its_criteria() -> None:
    places = [Span("tests/cases/a.yaml", 3, column) for column in (14, 20)]
    links = list(link_of_case("tests/cases/a.yaml", ["a#1", "b#2"], places, "f", can_fail=True))
    assert [(link.criterion, link.kind.value, link.span.column) for link in links] == [
        ("a#1", "case", 14),
        ("b#2", "case", 20),
    ]


VALIDATES = '''"""Tests of login.

Validates: Requirements 9.9
"""

# Feature: auth, Property 1: a token is random
# **Validates: Requirements 1.2, 1.4-1.5**
@pytest.mark.slow
def test_a():
    text = "Validates: Requirements 8.8"  # of the page
    assert text


def test_b():
    """Validates: the address

    验证需求：shop#2.1、FR-001
    """
    assert f()  # Validates: shop#1.1


class TestC:
    """Validates: Requirements 7.7"""

    def test_c(self):
        assert f()
        # Validates: Requirement 3.1

    def helper(self):
        pass  # Validates: Requirements 6.6
'''


@pytest.mark.verifies("tracing#3.6", "tracing#3.7")
def test_docstrings_and_comments_of_tests_are_links_and_others_are_reported() -> None:
    found = read_marks(VALIDATES, "t.py")
    assert [(it.criterion, it.source, str(it.span)) for it in found.links] == [
        ("auth#1.2", "t.py::test_a", "t.py:7:29"),
        ("auth#1.4", "t.py::test_a", "t.py:7:34"),
        ("auth#1.5", "t.py::test_a", "t.py:7:38"),
        ("shop#2.1", "t.py::test_b", "t.py:17:10"),
        ("FR-001", "t.py::test_b", "t.py:17:19"),
        ("shop#1.1", "t.py::test_b", "t.py:19:30"),
        ("3.1", "t.py::TestC::test_c", "t.py:27:34"),
    ]
    places = [(it.code, str(it.span)) for it in found.problems]
    assert places == [
        ("link.unread-mention", "t.py:3:25"),
        ("link.unread-mention", "t.py:23:32"),
        ("link.unread-mention", "t.py:30:41"),
    ]


@pytest.mark.verifies("tracing#3.6")
def test_a_mark_counts_where_a_comment_names_the_same_criterion() -> None:
    marked = '@pytest.mark.verifies("a#1.1")\ndef test_a():\n    assert f()'
    [link] = marks_in(f"{marked}  # Validates: a#1.1\n", "t.py")
    assert (link.span, link.fingerprint) == (
        Span("t.py", 1),
        marks_in(marked, "t.py")[0].fingerprint,
    )
