import ast
from hashlib import sha256

import pytest

from shall.specs.code_fingerprint import code_fingerprint, code_fingerprints
from shall.specs.links import fingerprints_of_tests, marks_in

pytestmark = pytest.mark.verifies("store#5.3", "store#5.4")

SOURCE = '''\
@pytest.mark.verifies("auth#1.3")
@pytest.mark.parametrize("x", [1, 2.5, None, True, b"a", ...])
async def test_out(x: int, *, y: str = "é") -> None:
    """Sign out."""
    with pytest.raises(ValueError, match=r"\\d"):
        assert f(x, **{"a": -1})[1:], f"{x!r:>{y}} and {x}"
    names = [name for name in x if name]
    match x:
        case None | {"a": [1, *_]}:
            lambda: (yield)
'''
OF_SOURCE = "2:d65db066d18c5e22fd5762f7e486450cc1af3088ef28731878feb66da5ff59dd"
SMALL = "def test_a():\n    assert f(x) == 1\n"


def definition(text: str) -> ast.FunctionDef | ast.AsyncFunctionDef:
    (node,) = ast.parse(text).body
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    return node


def fingerprint(text: str) -> str:
    return marks_in(text, "tests/test_f.py")[0].fingerprint


def test_a_fingerprint_is_the_same_on_every_python() -> None:
    assert fingerprint(SOURCE) == OF_SOURCE


# What ``ast.dump`` makes of SMALL.
BY_3_11 = (
    "FunctionDef(name='test_a', args=arguments(posonlyargs=[], args=[], kwonlyargs=[],"
    " kw_defaults=[], defaults=[]), body=[Assert(test=Compare(left=Call(func=Name(id='f',"
    " ctx=Load()), args=[Name(id='x', ctx=Load())], keywords=[]), ops=[Eq()],"
    " comparators=[Constant(value=1)]))], decorator_list=[])"
)
BY_3_12 = BY_3_11.replace("decorator_list=[]", "decorator_list=[], type_params=[]")
BY_3_13 = (
    "FunctionDef(name='test_a', args=arguments(), body=[Assert(test=Compare(left=Call("
    "func=Name(id='f', ctx=Load()), args=[Name(id='x', ctx=Load())]), ops=[Eq()],"
    " comparators=[Constant(value=1)]))])"
)


@pytest.mark.parametrize("dump", [BY_3_11, BY_3_12, BY_3_13])
def test_what_release_0_1_0_wrote_on_another_python_is_known(dump: str) -> None:
    written = sha256(dump.encode()).hexdigest()

    assert written in code_fingerprints(definition(SMALL), [])
    assert written not in code_fingerprints(definition(SMALL.replace("1", "2")), [])


def test_what_this_python_dumps_is_known() -> None:
    for text in (SMALL, SOURCE):
        node = definition(text)
        written = sha256(ast.dump(node).encode()).hexdigest()
        assert written in code_fingerprints(node, node.decorator_list)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"auth#1.3"', '"auth#1.3", "auth#1.4"'),
        ("Sign out.", "Sign out, please."),
        ('    """Sign out."""\n', ""),
        ("f(x, ", "f( x,  # comment\n"),
        ("(yield)", "(  yield  )"),
        ('"é"', 'u"é"'),
        ("f(x", "(f)(x"),
    ],
)
def test_layout_comments_docstrings_and_marks_do_not_count(old: str, new: str) -> None:
    assert SOURCE.replace(old, new) != SOURCE
    assert fingerprint(SOURCE.replace(old, new)) == fingerprint(SOURCE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("assert f(", "assert not f("),
        ("[1, 2.5", "[1, 2.6"),
        ("True", "1"),
        ("None, ", ""),
        ('b"a"', '"a"'),
        ("!r", "!s"),
        (" and ", " or "),
        (":>{y}", ""),
        ("[1:]", "[:1]"),
        ("if name", "if not name"),
        ("None |", "True |"),
        ("*_", "_"),
        ("async ", ""),
        ('"é"', '"e"'),
        ("ValueError", "Exception"),
        ("-1", "+1"),
    ],
)
def test_whatever_changes_what_a_test_does_counts(old: str, new: str) -> None:
    assert fingerprint(SOURCE.replace(old, new)) != fingerprint(SOURCE)


def test_texts_of_an_f_string_count_as_one_however_they_are_divided() -> None:
    whole = definition('def test_a():\n    return f"ab{x}"\n')
    divided = definition('def test_a():\n    return f"ab{x}"\n')
    for node in ast.walk(divided):
        if isinstance(node, ast.JoinedStr):
            node.values[:1] = [ast.Constant("a"), ast.Constant("b"), ast.Constant("")]

    assert code_fingerprint(whole, []) == code_fingerprint(divided, [])


def test_a_field_that_a_later_python_adds_and_leaves_empty_does_not_count() -> None:
    node = definition(SMALL)
    before = code_fingerprint(node, [])
    for part in ast.walk(node):
        part._fields = (*part._fields, "newer", "newest")  # type: ignore[misc]
        part.newer, part.newest = [], None  # type: ignore[attr-defined]

    assert code_fingerprint(node, []) == before


def test_each_marked_test_of_a_file_has_its_fingerprints() -> None:
    in_class = f"@pytest.mark.verifies('auth#1.1')\nclass TestB:\n    {SMALL}"
    text = "\n".join((SOURCE, in_class.replace("    assert", "        assert"), SMALL))

    found = fingerprints_of_tests(text, "tests/test_f.py")

    assert [*found] == ["tests/test_f.py::test_out", "tests/test_f.py::TestB::test_a"]
    assert OF_SOURCE in found["tests/test_f.py::test_out"]
