import ast

import pytest

from shall.specs.conditional_checks import conditional_checks


def lines(body: str) -> list[int]:
    """Return the lines of a body that decide; the first is 1."""
    indented = "\n    ".join(body.splitlines())
    (function,) = ast.parse(f"def test_a():\n    {indented}\n").body
    assert isinstance(function, ast.FunctionDef)
    return sorted(it - 1 for it in conditional_checks(function))


@pytest.mark.verifies("tracing#4.34")
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("for it in a():\n    assert it", [2]),
        ("for it in a():\n    assert (\n        it\n    )", [2, 3, 4]),
        ("if a():\n    check(b)\nelse:\n    assert b", [2, 4]),
        ("if a():\n    return\nassert b", [3]),
        ("with contextlib.suppress(E):\n    a()\n    assert b", [3]),
        ("with a():\n    for it in b:\n        assert it", [3]),
        ("try:\n    a()\nexcept E as error:\n    assert error", [4]),
        ("try:\n    a()\nexcept E:\n    pass\nelse:\n    pytest.fail('b')", [2, 6]),
        ("for it in a():\n    if it:\n        raise E", [2]),
        ("while a():\n    assert True\n    assert b", [3]),
        ("match a():\n    case 1:\n        assert b", [3]),
    ],
)
def test_the_checks_that_may_be_left_out_have_lines(body: str, expected: list[int]) -> None:
    assert lines(body) == expected


@pytest.mark.verifies("tracing#4.34")
@pytest.mark.parametrize(
    "body",
    [
        "assert a()",
        "a()",
        "for it in a():\n    assert it\nassert a()",
        "with pytest.raises(E):\n    a()",
        "with a() as b:\n    assert b",
        "self.assertEqual(a(), 1)",
        "try:\n    a()\nfinally:\n    assert b",
        "for it in a():\n    if it:\n        return\nraise E",
        "for it in a():\n    if it:\n        return\nassert False",
        "def check():\n    assert b\nfor it in a():\n    check()",
        "for it in a():\n    b([check(it) for it in c])",
        "list(map(lambda it: check(it), a()))",
        "if a():\n    assert b\nmock.assert_called_once()",
    ],
)
def test_a_test_of_which_a_pass_says_enough_has_none(body: str) -> None:
    assert lines(body) == []
