import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shall.cases.expression import (
    Array,
    Call,
    Expression,
    Literal,
    Reference,
    Template,
    parse_path,
    parse_template,
    walk,
)
from shall.errors import BadExpression, BadValue

ONE = Literal(1)


@pytest.mark.verifies("cases#2.2")
@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("{{ login.data.token }}", Reference("login", ("data", "token"))),
        ("{{items[0].id}}", Reference("items", (0, "id"))),
        ('{{ data["odd key"][-1] }}', Reference("data", ("odd key", -1))),
        ("{{ items.0.5 }}", Reference("items", ("0", "5"))),
        ("{{ create-user.id }}", Reference("create-user", ("id",))),
        ("{{ GLOBAL.x }}", Reference("Global", ("x",))),
        ("{{ 登录.令牌 }}", Reference("登录", ("令牌",))),
        ("{{ true.x }}", Reference("true", ("x",))),
        ("{{ tools.uuid() }}", Call("tools", "uuid")),
        ("{{ uuid() }}", Call("", "uuid")),
        ("{{ helpers.random_int(1, 100) }}", Call("helpers", "random_int", (ONE, Literal(100)))),
        ("{{ f(1, max_val=9) }}", Call("", "f", (ONE,), (("max_val", Literal(9)),))),
        ("{{ f(g(a.b)) }}", Call("", "f", (Call("", "g", (Reference("a", ("b",)),)),))),
        ("{{ f([1, 'x', a],) }}", Call("", "f", (Array((ONE, Literal("x"), Reference("a"))),))),
        ("{{ [] }}", Array(())),
        ("{{ -1.5e3 }}", Literal(-1500.0)),
        ("{{ True }}", Literal(True)),
        ("{{ false }}", Literal(False)),
        ("{{ None }}", Literal(None)),
        (r"{{ 'it\'s \u4e2d\n' }}", Literal("it's 中\n")),
        (r'{{ "\ud83d\ude00" }}', Literal("😀")),
        ('{{ "}}" }}', Literal("}}")),
        ('{{ "{{" }}', Literal("{{")),
    ],
)
def test_a_lone_expression_is_read(text: str, expression: Expression) -> None:
    template = parse_template(text)

    assert template == Template((expression,))
    assert template.is_lone


def test_a_text_around_expressions_is_kept() -> None:
    template = parse_template("a {{ b }}}} {{ c }}d")

    assert template.parts == ("a ", Reference("b"), "}} ", Reference("c"), "d")
    assert template.expressions == (Reference("b"), Reference("c"))
    assert not template.is_lone


@pytest.mark.parametrize("text", ["", "plain", "{ a }", "}}"])
def test_a_text_without_expressions_is_itself(text: str) -> None:
    assert "".join(map(str, parse_template(text).parts)) == text
    assert not parse_template(text).is_lone


@pytest.mark.parametrize(
    ("text", "offset", "words"),
    [
        ("{{ a", 4, "not closed"),
        ("x {{ }}", 5, "Expected a name, a call or a value"),
        ("{{ a + }}", 7, "Expected a name, a call or a value"),
        ("{{ a -1 }}", 5, "with spaces"),
        ("{{ a = 1 }}", 5, "Expected `}}`"),
        ("{{ a & b }}", 5, "Operators are"),
        ("{{ 1 < a < 9 }}", 9, "Expected `and`"),
        ("{{ a | upper }}", 13, "Unknown filter `upper`"),
        ("{{ a | nth }}", 11, "It is `nth N`"),
        ("{{ a | }}", 7, "Expected a filter"),
        ("{{ " + "a + " * 60 + "a }}", 205, "more than 50 operators"),
        ("{{ " + "not " * 30 + "a }}", 71, "more than 16 deep"),
        ("{{ 'a }}", 3, "Close the text with '"),
        ("{{ a..b }}", 5, "a name after `.`"),
        ("{{ a[b] }}", 5, "a whole number or a quoted key"),
        ("{{ a[1.5] }}", 5, "a whole number or a quoted key"),
        ("{{ a[1 }}", 7, "Expected `]`"),
        ("{{ a.b.c() }}", 8, "at most one name"),
        ("{{ f(1 }}", 7, "`,` or `)`"),
        ("{{ f(a=1, 2) }}", 11, "follows a named one"),
        ("{{ f(a=1, a=2) }}", 11, "given twice"),
        ("{{ 1e999 }}", 3, "too large"),
        (r"{{ '\q' }}", 3, "Unknown escape"),
        (r"{{ '\ud83d' }}", 3, "surrogate"),
        ("{{ " + "[" * 30, 20, "more than 16 deep"),
        ("{{ a" + " " * 2500 + "}}", 2504, "longer than 2000"),
        ("{{ __import__('os').system('id') }}", 19, "Expected"),
    ],
)
def test_a_bad_expression_shows_where_and_what(text: str, offset: int, words: str) -> None:
    with pytest.raises(BadExpression) as caught:
        parse_template(text)

    assert caught.value.details["offset"] == offset
    assert words in str(caught.value)


@pytest.mark.repeats
def test_hostile_text_costs_time_in_proportion_to_its_length() -> None:
    def cost(size: int) -> float:
        texts = ["{{ " + "(" * size, "{{ '" + "\\'" * size, "{{ a" * size, "{{a}}" * size]
        started = time.process_time()
        for text in texts:
            try:
                parse_template(text)
            except BadExpression:
                continue
        return time.process_time() - started

    # Quadratic reading would cost 10,000 times as much.
    assert cost(100_000) < 1000 * cost(1_000) + 1


@given(st.text(alphabet="{} ab.[]()'\"\\0-1,=中\n", max_size=60))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    try:
        template = parse_template(text)
    except BadExpression as error:
        assert 0 <= error.details["offset"] <= len(text)
    else:
        assert template.expressions or "".join(map(str, template.parts)) == text


_PIECES = ["a", "b1", "_", "名", "-", "1", ".", "..", " ", "[0]", "'", "()", "{", "}", "}}"]
_PIECES += ["true", "None", "not", "and", "in", "if", "GLOBAL", "Global", "fake", "item"]


@pytest.mark.verifies("cases#2.2")
@given(st.lists(st.sampled_from(_PIECES), max_size=6).map("".join))
def test_names_alone_are_read_as_the_grammar_reads_them(written: str) -> None:
    by_grammar = " " * 200  # names are read without it only where an expression is short
    assert _parsed(f"{{{{{written}}}}}") == _parsed(f"{{{{{by_grammar}{written}}}}}")


def _parsed(text: str) -> tuple[str | Expression, ...] | None:
    try:
        return parse_template(text).parts
    except BadExpression:
        return None


@given(st.text(max_size=30))
def test_any_text_can_be_written_as_a_literal(text: str) -> None:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')

    assert parse_template('{{ "' + escaped + '" }}').parts == (Literal(text),)


def test_walking_finds_what_stands_inside() -> None:
    expression = parse_template("{{ f([a], b=c) }}").expressions[0]

    assert [each.root for each in walk(expression) if isinstance(each, Reference)] == ["a", "c"]


@pytest.mark.verifies("cases#2.2")
@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("data.items[0].id", ("data", "items", 0, "id")),
        ("$", ()),
        ("$.a", ("a",)),
        ("$[0]", (0,)),
        ("[0].id", (0, "id")),
        ("a[-1][2]", ("a", -1, 2)),
        ('["odd key"].x', ("odd key", "x")),
        (r"['it\'s']", ("it's",)),
        ("[''].x", ("", "x")),
        ("$ref.x", ("$ref", "x")),
        ("items.0", ("items", "0")),
        ("数据.名称", ("数据", "名称")),
        ("first name.x-y", ("first name", "x-y")),
    ],
)
def test_a_path_is_cut_into_names_and_indexes(text: str, path: tuple[str | int, ...]) -> None:
    assert parse_path(text) == path


@pytest.mark.parametrize(
    "text", ["", "a.", ".a", "a..b", "$..a", "a[", "a[x]", "a[0]b", "x" * 1001]
)
def test_a_path_that_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(BadValue):
        parse_path(text)
