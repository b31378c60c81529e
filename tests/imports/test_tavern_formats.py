"""Formats and parts of requests in tests of Tavern."""

import json
from collections.abc import Callable
from urllib.parse import unquote_plus

import pytest
import yaml
from tests.imports.conftest import Recorder, comparable

from shall.actions.importing import Import, read_cases
from shall.results.records import RunResult

Imported = Callable[..., Import]
Run = Callable[..., RunResult]


@pytest.mark.verifies("import#7.5")
def test_parameters_and_forms_are_written_as_python_writes_their_values(
    recorder: Recorder, imported: Imported, run: Run
) -> None:
    text = """\
test_name: parameters
stages:
  - name: first
    request:
      url: URL/a
      method: POST
      params: {a: true, b: null, c: 1.0, d: [1, true]}
      data: {a: true, b: null, d: [1, 2]}
  - {name: second, request: {url: URL/b, method: POST, json: null}}
"""

    found = imported(text.replace("URL", recorder.url))
    run()

    assert found.left_out == []
    assert recorder.seen[0]["path"] == "/a?a=True&c=1.0&d=1&d=True"
    assert recorder.seen[0]["body"] == "a=True&d=1&d=2"
    assert (recorder.seen[1]["body"], "content-type" in recorder.seen[1]["headers"]) == ("", False)


@pytest.mark.verifies("import#7.5")
def test_parts_of_the_own_request_are_expected_with_their_types(
    recorder: Recorder, imported: Imported, run: Run
) -> None:
    text = """\
test_name: echo
marks:
  - parametrize: {key: tags, vals: [[red, 2], [blue]]}
includes: [{name: v, description: v, variables: {number: 123}}]
stages:
  - name: first
    request:
      url: URL/a
      method: POST
      params: {filter: {state: open now, ids: [7]}}
      json: {tags: !force_format_include "{tags}", n: !float "{number}", s: "{number}"}
    response:
      json:
        tags: !force_format_include "{tavern.request_vars.json.tags}"
        n: !float "{tavern.request_vars.json.n}"
        s: !force_format_include "{tavern.request_vars.json.s}"
  - name: second
    request: {url: URL/b, method: POST, json: !force_original_structure "{tags}"}
    response: {json: !force_original_structure "{tavern.request_vars.json}"}
"""
    recorder.answers["POST /a"] = lambda seen: (200, {}, seen["body"])
    recorder.answers["POST /b"] = lambda seen: (200, {}, seen["body"])

    found = imported(text.replace("URL", recorder.url))

    assert found.left_out == []
    assert [it.outcome.value for it in run().cases] == ["passed", "passed"]
    first = [it for it in recorder.seen if it["path"].startswith("/a")]
    assert sorted((json.loads(it["body"]) for it in first), key=str) == [
        {"tags": ["blue"], "n": 123.0, "s": "123"},
        {"tags": ["red", 2], "n": 123.0, "s": "123"},
    ]
    (sent,) = comparable(first[0])["query"]["filter"]
    assert json.loads(unquote_plus(sent)) == {"state": "open now", "ids": [7]}
    recorder.answers["POST /b"] = (200, {}, '["red", "2"]')
    assert [it.outcome.value for it in run().cases] == ["failed", "failed"]


@pytest.mark.verifies("import#7.2")
def test_a_request_that_refers_to_itself_is_reported() -> None:
    text = """\
test_name: itself
stages:
  - name: first
    request:
      url: http://h
      method: POST
      params: {a: {b: "{x}"}}
      json:
        a: "{tavern.request_vars.json.a}"
        b: !force_format_include "{tavern.request_vars.json.c}"
        c: "x{tavern.request_vars.json.b}"
    response: {json: !force_format_include "{tavern.request_vars.json}"}
"""

    found = read_cases(text, "test_a.tavern.yaml")

    assert {it.message for it in found.left_out} == {
        "`request.params` was left out.",
        "`tavern.request_vars.json` was left out.",
        "`tavern.request_vars.json.a` was left out.",
        "`tavern.request_vars.json.b` was left out.",
        "`tavern.request_vars.json.c` was left out.",
    }


@pytest.mark.verifies("import#7.2", "import#7.5")
def test_what_cannot_be_formatted_before_the_test_runs_is_reported() -> None:
    text = """\
test_name: formats
stages:
  - name: first
    request: {url: http://h, method: POST, data: [a]}
    response:
      json: {a: !anyfloat }
      save: {json: {id: id}}
  - name: second
    request:
      url: "http://h/{id:>5}"
      method: POST
      headers: {X: "{id!r}"}
      json: {a: [1, {b: "{id}"}], n: !int "1{id}"}
    response:
      json: {a: "{tavern.request_vars.json.a[0]}", b: "{tavern.request_vars.json.a[1].b}"}
      strict: false
"""

    found = read_cases(text, "test_a.tavern.yaml")

    assert [it.message for it in found.left_out] == [
        "`!anyfloat` became `is_number`, which 1 is, too.",
        "`request.data` was left out.",
        "The format of `{id:>5}` was left out.",
        "The format of `{id!r}` was left out.",
        "The tag `!int` was left out.",
    ]
    expect = yaml.safe_load(found.files[0].text)["steps"][1]["expect"]
    assert expect == {"status": 200, "$.a": "1", "$.b": "{{ id | to_string }}"}


@pytest.mark.verifies("import#7.1")
def test_a_text_is_compared_with_the_whole_body_also_where_that_is_json(
    recorder: Recorder, imported: Imported, run: Run
) -> None:
    text = """\
test_name: text
stages:
  - name: first
    request: {url: URL/a}
    response: {text: '{{"n": 1}}'}
  - name: second
    request: {url: URL/b}
    response:
      text: |
        one
        two
"""
    recorder.answers["GET /a"] = (200, {}, '{"n": 1}')
    recorder.answers["GET /b"] = (200, {"Content-Type": "text/plain"}, "one\ntwo\n")

    found = imported(text.replace("URL", recorder.url))

    assert found.left_out == []
    assert [it.outcome.value for it in run().cases] == ["passed"]
    recorder.answers["GET /b"] = (200, {"Content-Type": "text/plain"}, "one\ntwo")
    assert [it.outcome.value for it in run().cases] == ["failed"]
