import pytest
from msgspec.structs import replace

from shall.cases.reader import read_case
from shall.cases.run_names import Name, run_names

HEAD = "testcase:\n  name: a {{ label }}\n  description: '{{ text }}'\n"
STEPS = "  steps: [{GET: /a, expect: {status: 200}}]\n"


def names(text: str) -> tuple[Name, ...]:
    return run_names(read_case(HEAD + text, "a.yaml"))


@pytest.mark.verifies("tracing#4.39")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (STEPS, ()),
        ("  host: '{{ at }}'\n" + STEPS, (("at",),)),
        ("  steps: [{GET: '/{{ user.ids[0] }}'}]\n", (("user", "ids", 0),)),
        ("  steps: [{GET: '/{{ Global.a.b }}', headers: {'{{ c }}': d}}]\n", (("a", "b"), ("c",))),
        (
            "  steps: [{GET: '/{{ a | to_int > b + random_int(c, 9) }}'}]\n",
            (("a",), ("b",), ("c",)),
        ),
        ("  steps: [{id: a, GET: /a}, {GET: '/{{ a.b }}', json: ['{{ Global.a }}']}]\n", (("a",),)),
        (
            "  variables: {a: '{{ b }}', b: '{{ a }}'}\n  steps: [{GET: '/{{ a }}{{ b }}'}]\n",
            (("b",),),
        ),
        ("  data: [{a: '{{ b }}'}]\n  steps: [{GET: '/{{ row.a }}'}]\n", (("b",),)),
        (
            "  steps:\n"
            "    - {GET: /a, if: '{{ on }}', capture: {a: $.a}}\n"
            "    - {GET: '/{{ a }}', for each: '{{ all }}', expect: {$.b: '{{ few }}'}}\n",
            (("a",), ("all",), ("few",), ("on",)),
        ),
        (
            '  steps: [{POST: /a, json: [\'a \\ "b" é {{ x["odd key"] }}\\\', '
            '\'{{ y | replace "\\"" "" }}{{ "{{" }}\']}]\n',
            (("x", "odd key"), ("y",)),
        ),
        ("  auth: {bearer: '{{ key }}'}\n" + STEPS, (("key",),)),
    ],
)
def test_names_that_a_run_may_give_are_found_wherever_they_are_read(
    text: str, expected: tuple[Name, ...]
) -> None:
    assert names(text) == expected


@pytest.mark.verifies("tracing#4.39")
def test_odd_values_beside_a_name_hide_nothing() -> None:
    case = read_case(HEAD + STEPS, "a.yaml")
    odd = {"\ud800": "{{ a }}", None: "{{ b }}", 1: object}
    assert run_names(replace(case, variables={"v": odd})) == (("a",), ("b",))
