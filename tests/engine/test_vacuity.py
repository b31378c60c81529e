import pytest

from shall.cases.reader import read_case
from shall.engine.vacuity import step_can_fail

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
        "expect: {status: {matches: '.*'}}",
        "expect: {status: {less_than: 1000}}",
        "expect: {status: {not_contains: x}}",
        "expect: {status: [1xx, 2xx, 3xx, 4xx, 5xx]}",
        "expect: {status | to_string: {matches: '[0-9]'}}",
        "expect: {bytes: {not_equals: -1}}",
        "expect: {bytes: {is_integer: true}}",
        "expect: {duration: {less_than: 1000 h}}",
        "expect: {sha256: {exists: true}}",
        "expect: {redirects | count: {at_least: 0}}",
        "expect: {redirects: {length: {at_least: 0}}}",
        "expect: {body: {matches: '^.*'}}",
        "expect: {body: {schema: {title: Anything}}}",
        "capture: {n: $.n}\nexpect: {$.n: {contains: '{{ n }}'}}",
        "capture: {n: status}\nexpect: {status: {in: ['{{ n }}', 500]}}",
        "until: {status: {matches: '.*'}}",
        "id: s\nexpect: {$.n: '{{ s.n }}'}",
        "id: s\nexpect: {'$[\"n\"][0]': {contains: '{{ s.n[0] }}'}}",
        "id: s\nexpect: {body: '{{ s }}'}",
        "id: s\nassert: [{type: equals, field: n.m, expected: '{{ s.n.m }}'}]",
        "capture: {n: '$[\"n\"]'}\nexpect: {$.n: '{{ n }}'}",
        "capture: {n: $.n}\nexpect: {$.n.m: '{{ n.m }}'}",
        "capture: {n: $.n | first}\nexpect: {$.n | first: '{{ n }}'}",
        "assert: [{type: in, expected: a, container: [a, b]}]",
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
        "id: s\nexpect: {$.n: '{{ s.m }}'}",
        "id: s\nexpect: {$.n: '{{ other.n }}'}",
        "id: s\nexpect: {$.n: {not_equals: '{{ s.n }}'}}",
        "id: s\nexpect: {$.n | first: '{{ s.n }}'}",
        "capture: {n: $.n}\nexpect: {$.n: '{{ n.m }}'}",
        "capture: {n: $.n | first}\nexpect: {$.n | first: '{{ n.m }}'}",
        "capture: {n: $.n | first}\nexpect: {$.n: '{{ n }}'}",
        "assert: [{type: in, expected: '{{ other.n }}', container: [a, b]}]",
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
        "until: {status: {at_least: 100}, fails_if: {$.state: failed}}",
        "stream: {until: {$.data.state: done}}",
        "expect: {status: {not_equals: 500}}",
        "expect: {status: {matches: '^2'}}",
        "expect: {status | to_string: {starts_with: '2'}}",
        "expect: {bytes: {not_equals: 12}}",
        "expect: {bytes: {close_to: {value: 100, within: 5}}}",
        "expect: {duration: {less_than: 2 s}}",
        "expect: {url: {not_contains: error}}",
        "expect: {redirects | count: {less_than: 4}}",
        "expect: {body: {matches: '^[^<]*$'}}",
        "expect: {body: {matches: '^(?!Traceback)'}}",
        "expect: {body: {not_contains: Traceback}}",
        "expect: {$.n: {length: {at_least: 0}}}",
        "expect: {header X-A: {exists: false}}",
        "capture: {n: $.n}\nexpect: {$.n: {greater_than: '{{ n }}'}}",
    ],
)
def test_any_other_check_counts(body: str) -> None:
    assert can_fail(body)
