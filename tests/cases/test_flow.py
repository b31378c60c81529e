"""Reading ``if``, ``for each``, ``repeat`` and ``retry``: what they become, and what is wrong."""

import pytest
import yaml

from shall.cases.fingerprint import case_fingerprint
from shall.cases.flow import Retry
from shall.cases.reader import read_case
from shall.cases.yaml_writer import to_yaml
from shall.errors import InvalidCase

HEAD = "testcase:\n  name: a\n  steps:\n    - GET: /a\n    - GET: /b\n"


def text_of(line: str) -> str:
    return f"{HEAD}      {line}\n"


@pytest.mark.verifies("cases#8.1")
@pytest.mark.parametrize(
    "line",
    [
        'if: "{{ is_new }}"',
        'if: {"{{ role }}": admin, $.state: {in: [new, old]}, status: 200}',
        'if: {"{{ count }}": {greater_than: 2}}',
        'for each: "{{ items }}"',
        "for each: [1, a, {b: 2}]\n      as: order",
        "repeat: {while: {$.next: {exists: true}}}",
        "repeat: {until: {$.state: done}, at most: 7}",
        "retry: {times: 2}",
        "retry: {times: 4, every: 20 ms, backoff: 2.5, after: [connection, 503]}",
        'if: "{{ a }}"\n      for each: [1]\n      retry: {times: 1}',
    ],
)
def test_the_flow_of_a_step_is_read_and_written_alike(line: str) -> None:
    case = read_case(text_of(line), "a.yaml")
    assert read_case(to_yaml(case), "a.yaml") == case
    written = yaml.safe_load(to_yaml(case))["steps"][1]
    assert written == yaml.safe_load(text_of(line))["testcase"]["steps"][1]
    assert case_fingerprint(case) != case_fingerprint(read_case(HEAD, "a.yaml"))


def test_short_forms_mean_the_same_case() -> None:
    for short, long in (
        ("retry: 2", "retry: {times: 2, every: 1000 ms, backoff: 1, after: [connection, checks]}"),
        ("for_each: [1]", "for each: [1]\n      as: item"),
        ("repeat: {while: {status: 200}}", "repeat: {while: {status: 200}, at_most: 100}"),
    ):
        first, second = (read_case(text_of(it), "a.yaml") for it in (short, long))
        assert case_fingerprint(first) == case_fingerprint(second)
    flow = read_case(text_of("retry: 2"), "a.yaml").steps[1].flow
    assert flow is not None
    assert flow.retry == Retry(2)


@pytest.mark.verifies("cases#8.1")
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("if: yes", "a.yaml:6:11: steps[1].if: `if` must be an expression or cond"),
        ("if: {}", "a.yaml:6:11: steps[1].if: `if` must be an expression or conditions"),
        ("if: {stats: 1}", "a.yaml:6:12: steps[1].if.stats: Unknown selector `stats`."),
        ('if: "{{ a"', "a.yaml:6:11: steps[1].if: `{{` is not closed"),
        ("for each: 3", 'a.yaml:6:17: steps[1]["for each"]: `for each` must be a list or an'),
        ("as: x", "a.yaml:6:11: steps[1].as: `as` names the items of `for each`."),
        ("for each: [1]\n      as: a b", "a.yaml:7:11: steps[1].as: `a b` cannot be the name"),
        ("for each: [1]\n      as: step 1", "a.yaml:7:11"),
        ("repeat: {at most: 3}", "a.yaml:6:15: steps[1].repeat: `repeat` has one of `while` and"),
        (
            "repeat: {while: {status: 1}, until: {status: 200}}",
            "a.yaml:6:15: steps[1].repeat: `rep",
        ),
        ("repeat: {while: {}}", "a.yaml:6:23: steps[1].repeat.while: `while` must not be empty."),
        (
            "repeat: {while: {status: 200}, at most: 1001}",
            'a.yaml:6:47: steps[1].repeat["at most"]: `at most` must be a whole number from 1',
        ),
        ("repeat: {while: {status: 200}, until_: 1}", "a.yaml:6:38: steps[1].repeat.until_: Unkn"),
        ("retry: {times: 0}", "a.yaml:6:22: steps[1].retry.times: `times` must be a whole number"),
        ("retry: 50", "a.yaml:6:14: steps[1].retry.times: `times` must be a whole number from 1"),
        ("retry: {every: 5}", "a.yaml:6:22: steps[1].retry.every: `every` must be a time"),
        ("retry: {backoff: 0.5}", "a.yaml:6:24: steps[1].retry.backoff: `backoff` must be a num"),
        (
            "retry: {after: [conection]}",
            "a.yaml:6:22: steps[1].retry.after: `after` cannot be 'conection'",
        ),
        ("retry: {after: []}", "a.yaml:6:22: steps[1].retry.after: `after` cannot be nothing."),
        (
            "retry: 2\n      until: {status: 200}",
            "a.yaml:6:14: steps[1].retry: A step has `retry` or `until`, not both.",
        ),
        (
            "for each: [1]\n      repeat: {while: {status: 200}}",
            "a.yaml:7:15: steps[1].repeat: A step has `repeat` or `for each`, not both.",
        ),
    ],
)
def test_a_flow_that_is_wrong_is_reported_at_its_place(line: str, said: str) -> None:
    with pytest.raises(InvalidCase) as raised:
        read_case(text_of(line), "a.yaml")
    assert str(raised.value).startswith(said)


def test_the_first_step_has_no_response_to_look_at_and_teardowns_have_no_flow() -> None:
    first = "testcase:\n  name: a\n  steps:\n    - GET: /a\n      if: {status: 200}\n"
    with pytest.raises(InvalidCase, match="no response to look at"):
        read_case(first, "a.yaml")
    with pytest.raises(InvalidCase, match="Unknown field `retry`"):
        read_case(HEAD + "  teardowns: [{DELETE: /a, retry: 2}]\n", "a.yaml")
    with pytest.raises(InvalidCase, match="has the name of the step at"):
        read_case(text_of("id: item\n      for each: [1]"), "a.yaml")
