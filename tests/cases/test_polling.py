"""Reading ``delay`` and ``until``: what they become, and what is wrong with them."""

import pytest
import yaml

from shall.cases.fingerprint import case_fingerprint
from shall.cases.model import Until
from shall.cases.reader import read_case
from shall.cases.yaml_writer import to_yaml
from shall.errors import InvalidCase

HEAD = "testcase:\n  name: a\n  steps:\n    - GET: /a\n"


def step_of(line: str) -> str:
    return f"{HEAD}      {line}\n"


@pytest.mark.verifies("cases#5.10")
def test_a_step_waits_and_repeats_its_request() -> None:
    text = step_of(
        "{delay: 1.5 min, GET: /a,"
        " until: {$.state: done, fails_if: {$.state: lost}, every: 50 ms, within: 20 s}}"
    ).replace("    - GET: /a\n      ", "    - ")
    [step] = (case := read_case(text, "a.yaml")).steps
    assert step.delay_s == 90
    assert step.until is not None
    assert [it.place for it in step.until.checks] == ['until["$.state"]']
    assert [it.place for it in step.until.fails_if] == ['until.fails_if["$.state"]']
    assert (step.until.every_s, step.until.within_s) == (0.05, 20)

    written = yaml.safe_load(to_yaml(case))["steps"]

    assert written == [
        {
            "delay": "90 s",
            "GET": "/a",
            "until": {
                "$.state": "done",
                "fails_if": {"$.state": "lost"},
                "every": "50 ms",
                "within": "20 s",
            },
        }
    ]


def test_defaults_that_are_written_mean_the_same_case() -> None:
    short = read_case(step_of("until: {status: 200}"), "a.yaml")
    long = read_case(step_of("until: {status: 200, every: 1000 ms, within: 0.5 min}"), "a.yaml")
    assert case_fingerprint(short) == case_fingerprint(long)
    assert (Until(()).every_s, Until(()).within_s) == (1.0, 30.0)
    assert case_fingerprint(short) != case_fingerprint(read_case(HEAD, "a.yaml"))


@pytest.mark.verifies("cases#5.10")
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("delay: 500", "a.yaml:5:14: steps[0].delay: `delay` must be a time with its unit"),
        ("delay: 2 h", "`delay` must be from 1 ms to 1 h, not 2 h."),
        ("until: 200", "`until` must be a mapping, not a number."),
        ("until: {within: 2 s}", "`until` has no condition."),
        ("until: {status: 200, every: 1 ms}", "a.yaml:5:35: steps[0].until.every: `every` must"),
        ("until: {status: 200, fails_if: {}}", "`fails_if` must not be empty."),
        ("until: {status: 200, fails_if: {id: 1}}", "A field of the body is `$.id`."),
        ('until: {$.a: "{{ b( }}"}', "steps[0].until"),
    ],
)
def test_a_wrong_wait_is_reported_where_it_stands(line: str, said: str) -> None:
    with pytest.raises(InvalidCase) as refused:
        read_case(step_of(line), "a.yaml")
    assert said in str(refused.value)


@pytest.mark.verifies("cases#5.10")
@pytest.mark.parametrize("line", ["delay: 1 s", "until: {status: 200}"])
def test_a_teardown_does_not_wait(line: str) -> None:
    text = f"{HEAD}  teardowns:\n    - DELETE: /a\n      {line}\n"
    with pytest.raises(InvalidCase) as refused:
        read_case(text, "a.yaml")
    assert "Unknown field" in str(refused.value)
