import pytest

from shall.cases.reader import read_case
from shall.cases.vacuity import step_can_fail

CASE = "testcase:\n  name: a\n  host: http://a\n  steps:\n    - GET: /a\n      {}\n"


def can_fail(body: str) -> bool:
    (step,) = read_case(CASE.format(body.replace("\n", "\n      ")), "a.yaml").steps
    return step_can_fail(step)


@pytest.mark.verifies("tracing#4.31")
@pytest.mark.parametrize(
    "body",
    [
        "capture: {n: $.n}\nexpect: {$.n: '{{ n }}'}",
        "capture: {n: $.a.b}\nassert: [{type: equals, field: a.b, expected: '{{n}}'}]",
        "capture: {n: status}\nexpect: {status: '{{ n }}'}",
        "capture: {n: header X-A}\nexpect: {header X-A: '{{ n }}'}",
        "expect: {bytes: {at_least: 0}}",
        "expect: {status: {at_least: 100}}",
        "expect: {body: {schema: {}}}",
        "expect: {body: {matches: ''}}",
        "expect: {status: {exists: true}}",
        "capture: {n: $.n}\nexpect: {$.n: {all_of: ['{{ n }}', '{{n}}']}}",
        "expect: {body: {all_of: [{contains: ''}, {matches: ''}]}}",
        "expect: {}",
    ],
)
def test_a_check_that_holds_of_every_response_is_none(body: str) -> None:
    assert not can_fail(body)


@pytest.mark.verifies("tracing#4.31")
@pytest.mark.parametrize(
    "body",
    [
        "capture: {n: $.n}\nexpect: {$.m: '{{ n }}'}",
        "capture: {n: $.n}\nexpect: {$.n: {not_equals: '{{ n }}'}}",
        "capture: {n: $.n}\nexpect: {$.n: '{{ other }}'}",
        "capture: {n: $.n}\nexpect: {$.n: '{{ n }}', status: 200}",
        "expect: {$.a: {schema: {}}}",
        "expect: {$.a: {matches: ''}}",
        "expect: {bytes: {at_least: 1}}",
        "expect: {status: {at_least: 200}}",
        "expect: {body: {exists: true}}",
        "expect: {body: {schema: {type: object}}}",
        "capture: {n: $.n}\nexpect: {$.n: {all_of: ['{{ n }}', 7]}}",
        "expect: {body: {all_of: [{contains: ''}, {a: {exists: true}}]}}",
        "until: {status: 200}",
    ],
)
def test_any_other_check_counts(body: str) -> None:
    assert can_fail(body)
