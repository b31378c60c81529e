import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest
from msgspec.structs import replace

from shall.cases import fingerprint_v1
from shall.cases.fingerprint import case_fingerprint, case_fingerprints
from shall.cases.fingerprint_v1 import case_fingerprint_v1
from shall.cases.model import Case, Check, RequestTemplate, Step
from shall.cases.reader import read_case

pytestmark = pytest.mark.verifies("store#5.1", "store#5.2")

EVERYTHING = """\
testcase:
  name: everything
  description: every field once
  host: http://shop.test
  allure: {epic: e, feature: f, story: s}
  tags: [smoke]
  verifies: ["auth#1.2"]
  variables: {name: 小明, limit: 1.5, list: [1, true, null]}
  secrets: [name]
  steps:
    - id: create
      method: POST
      path: /users
      headers: {X-B: "2", X-A: "1"}
      params: {q: "{{ limit }}"}
      json: {name: "{{ name }}", deep: [{"z": 1, "a": 2}]}
      timeout_s: 2.5
      project: shop
      follow_redirects: false
      allow_status: [404]
      assert:
        - {type: status_code, expected: 201}
        - {type: equals, field: "data.items[0].id", expected: null}
        - {type: not_exists, field: password}
        - {type: regex, header: Location, expected: "^/users/"}
        - {type: in, expected: "{{ name }}", container: [a, b]}
    - id: upload
      method: PUT
      url: http://files.test/x
      files: {f: tests/data/upload.txt}
      form: {a: "1"}
    - {id: text, method: PATCH, path: /t, text: hello}
  teardowns:
    - id: gone
      operation_type: api
      method: DELETE
      path: /users/1
      assert: [{type: status_code, expected: 204}]
    - {id: rows, operation_type: db, query: delete from users}
"""
SMALL = "testcase: {name: a, steps: [{id: a, path: /}]}"

# Committed evidence holds fingerprints: these never change. A field that is added to the model must
# leave them as they are, and so must a release that writes another version.
OF_0_1_0 = "9c1e75a1429c596376766ff09725761115c67de60f3c5337a596d1bafc00b457"
VERSION_2 = "2:0b222543ef7184b64a40762e1855d5c022c0aca73e204d34cf825d3ce02f0a8a"


@pytest.mark.parametrize(
    "expected",
    [
        *(0, -5, 1.0, 1e16, 1.5, True, False, "", "é", 'a"b', "\ud800", float("inf")),
        *([1, None], {"b": 1, "a": {"z": "é", "a": []}}, {}, None),
    ],
)
@pytest.mark.parametrize("field", [None, "é.b"])
def test_a_fingerprint_is_the_hash_of_sorted_json(expected: Any, field: str | None) -> None:
    check = Check("equals", field, expected=expected)
    negated = Check("exists", header="X", selector="s", negated=True, expected=expected)
    case = Case("a", (Step("é", RequestTemplate("/"), (check, negated)),))
    value = {} if expected is None else {"expected": expected}
    named = {} if field is None else {"field": field}
    first = {"kind": "equals", **value, **named}
    second = {"header": "X", "selector": "s", "negated": True, **value}
    step = {"id": "é", "request": {"url": "/"}, "checks": [first, second]}
    text = json.dumps({"steps": [step]}, sort_keys=True, separators=(",", ":"))
    assert case_fingerprint(case) == f"2:{sha256(text.encode('ascii')).hexdigest()}"


def test_the_fingerprints_of_released_versions_never_change() -> None:
    case = read_case(EVERYTHING, "x")

    assert case_fingerprint_v1(case) == OF_0_1_0
    assert case_fingerprint(case) == VERSION_2
    assert OF_0_1_0 in case_fingerprints(case)
    assert VERSION_2 in case_fingerprints(case)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name: everything", "name: another name"),
        ("every field once", "another description"),
        ("epic: e", "epic: x"),
        ("[smoke]", "[smoke, slow]"),
        ('["auth#1.2"]', '["auth#1.2", "auth#1.3"]'),
        ("host:", "# a comment\n  host:"),
        ('{X-B: "2", X-A: "1"}', '{X-A: "1", X-B: "2"}'),
        ("type: status_code", "type: status"),
    ],
)
def test_what_only_describes_a_case_does_not_count(old: str, new: str) -> None:
    assert EVERYTHING.replace(old, new) != EVERYTHING
    assert VERSION_2 in case_fingerprints(read_case(EVERYTHING.replace(old, new), "x"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("shop.test", "other.test"),
        ("1.5", "1"),
        ("true", "1"),
        ("method: POST", "method: PUT"),
        ("follow_redirects: false", "follow_redirects: true"),
        ("expected: null", "expected: 0"),
        ("expected: 201", "expected: 202"),
        ("type: not_exists", "type: exists"),
        ('form: {a: "1"}', 'form: {a: "2"}'),
        ("text: hello", 'text: ""'),
        ("[a, b]", "[b, a]"),
        ("delete from users", "delete from orders"),
    ],
)
def test_whatever_changes_a_request_or_a_check_counts(old: str, new: str) -> None:
    case = read_case(EVERYTHING.replace(old, new), "x")

    assert VERSION_2 not in case_fingerprints(case)
    assert OF_0_1_0 not in case_fingerprints(case)


NEW = """\
testcase:
  name: a
  steps:
    - id: a
      POST: /users
      capture: {b: $.id}
      expect:
        status: 201
        $.data.items[0].id: null
        $.password: {not_exists: true}
        header Location: {matches: "^/users/"}
        $: {length: 3}
        body: {contains: x}
        $.n: {not: {starts_with: a}}
        $.items: {each: {price: {greater_than: 0}}}
"""
OLD = """\
testcase:
  name: a
  steps:
    - id: a
      method: POST
      path: /users
      assert:
        - {type: status_code, expected: 201}
        - {type: equals, field: "data.items[0].id", expected: null}
        - {type: not_exists, field: password}
        - {type: regex, header: Location, expected: "^/users/"}
        - {type: length, field: $, expected: 3}
        - {type: contains, expected: x}
"""


@pytest.mark.verifies("cases#5.2")
def test_a_case_in_the_newer_form_has_the_fingerprint_of_the_older_one() -> None:
    newer = NEW.partition("        $.n:")[0].replace("      capture: {b: $.id}\n", "")

    assert case_fingerprints(read_case(newer, "x")) == case_fingerprints(read_case(OLD, "x"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("capture: {b: $.id}", "capture: {b: $.ID}"),
        ("not: {starts_with: a}", "starts_with: a"),
        ("greater_than: 0", "greater_than: 1"),
        ("each:", "any:"),
    ],
)
def test_every_part_of_a_newer_check_counts(old: str, new: str) -> None:
    first, second = read_case(NEW, "x"), read_case(NEW.replace(old, new), "x")

    assert case_fingerprint(first) != case_fingerprint(second)
    assert len(case_fingerprints(first)) == 1  # no earlier release could read it


def parts_of(value: Any) -> Iterator[Any]:
    """Yield the records of a case: those with named fields."""
    if isinstance(value, tuple):
        for item in value:
            yield from parts_of(item)
    elif hasattr(value, "__struct_fields__"):
        yield value
        for name in value.__struct_fields__:
            yield from parts_of(getattr(value, name))


def changed(value: Any, part: Any, name: str, item: Any) -> Any:
    """Return a case in which a field of one of its parts has another value."""
    if value is part:
        return replace(value, **{name: item})
    if isinstance(value, tuple):
        return tuple(changed(it, part, name, item) for it in value)
    if not hasattr(value, "__struct_fields__"):
        return value
    fields = {it: changed(getattr(value, it), part, name, item) for it in value.__struct_fields__}
    return type(value)(**fields)


def test_every_field_of_every_record_counts_when_it_is_used() -> None:
    case = read_case(EVERYTHING, "x")
    about = {"name", "description", "allure", "tags", "verifies", "needs", "only"}
    tried = 0
    for part in parts_of(case):
        for name in part.__struct_fields__:
            if (isinstance(part, Case) and name in about) or type(part).__name__ == "Allure":
                continue
            if name == "place":  # where a check is written
                continue
            other = changed(case, part, name, "another value")
            assert case_fingerprint(other) != VERSION_2, (type(part).__name__, name)
            tried += 1
    assert tried > 50


def test_a_case_that_uses_a_newer_field_has_no_older_fingerprint(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = read_case(SMALL.replace("path: /", "path: /, follow_redirects: false"), "x")
    older = case_fingerprint_v1(case)
    assert older in case_fingerprints(case)

    known = fingerprint_v1.FIELDS["RequestTemplate"].replace("follow_redirects", "")
    monkeypatch.setitem(fingerprint_v1.FIELDS, "RequestTemplate", known)

    assert older not in case_fingerprints(case)
    assert case_fingerprint_v1(read_case(SMALL, "x")) in case_fingerprints(read_case(SMALL, "x"))


def test_a_fingerprint_of_a_later_version_is_not_known() -> None:
    case = read_case(SMALL, "x")

    assert case_fingerprint(case).replace("2:", "3:") not in case_fingerprints(case)


CONVERSATION = """\
testcase:
  name: a
  steps:
    - WS: /chat
      messages:
        - send: hello
        - {expect: {message: hello}, within: 5 s}
        - {until: {$.state: done}}
        - {receive: 2}
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("send: hello", "send: hi"),
        ("message: hello", "message: hi"),
        ("within: 5 s", "within: 6 s"),
        ("until: {$.state: done}", "expect: {$.state: done}"),
        ("receive: 2", "receive: 3"),
    ],
)
def test_the_messages_of_a_conversation_count(old: str, new: str) -> None:
    before = case_fingerprint(read_case(CONVERSATION, "x"))

    assert before == case_fingerprint(read_case(f"# comment\n{CONVERSATION}", "x"))
    assert before != case_fingerprint(read_case(CONVERSATION.replace(old, new), "x"))
