"""How the bodies of requests are read and written."""

from typing import Any

import jsonschema_rs
import pytest

from shall.cases.json_schema import json_schema
from shall.cases.named_files import named_files
from shall.cases.reader import read_case, read_data
from shall.cases.writer import to_data
from shall.cases.yaml_writer import to_yaml
from shall.errors import InvalidCase

GOOD: list[dict[str, Any]] = [
    {"xml": "<order id='{{ id }}'>{{ item }}</order>"},
    {"xml": "{{ captured }}"},
    {"xml": "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>&e;</a>"},
    {"body": {"file": "data/picture.png"}},
    {"body": {"base64": "aGk="}},
    {"files": {"one": "a.csv", "two": ["a.csv", {"file": "b.csv", "name": "c.csv"}]}},
    {"files": {"meta": {"json": {"a": [1]}}, "note": {"text": "", "type": "text/x"}}},
]
BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"xml": "<a><b></a>"}, "xml", "`xml` is not well-formed: Opening and ending tag mismatch"),
    ({"xml": "{{ a }} and {{ b }}"}, "xml", "`xml` is not well-formed"),
    ({"xml": {"a": 1}}, "xml", "`xml` must be a text, not a mapping."),
    ({"body": {"a": 1}}, "body", "`body` must have one of `file` and `base64`."),
    ({"body": {"file": "a", "base64": "aGk="}}, "body", "must have one of `file` and `base64`."),
    ({"body": "words"}, "body", "`body` must be a mapping, not a text."),
    ({"body": {"base64": "not base 64"}}, "body.base64", "`base64` is not Base64."),
    ({"body": {"file": ""}}, "body.file", "`file` must not be empty."),
    ({"xml": "<a/>", "json": 1}, "xml", "A request has one body, not `json` and `xml`."),
    ({"xml": "<a/>", "files": {"a": "b"}}, "files", "Files are sent as a form"),
    ({"files": {"a": 7}}, "files.a", "must be the path of a file or a mapping, not a number."),
    ({"files": {"a": []}}, "files.a", "`a` must not be empty."),
    ({"files": {"a": ["b", ""]}}, "files.a[1]", "a mapping, not an empty text."),
    ({"files": {"a": {"type": "x/y"}}}, "files.a", "one of `file`, `text` and `json`."),
    ({"files": {"a": {"file": "b", "text": "c"}}}, "files.a", "one of `file`, `text` and"),
    ({"files": {"a": {"file": "b", "filename": "c"}}}, "files.a.filename", "Unknown field"),
    ({"files": {"a": {"text": 7}}}, "files.a.text", "`text` must be a text, not a number."),
]


def case_of(step: dict[str, Any]) -> dict[str, Any]:
    return {"testcase": {"name": "a", "steps": [{"POST": "/a", **step}]}}


def fits_schema(step: dict[str, Any]) -> bool:
    return jsonschema_rs.Draft202012Validator(json_schema()).is_valid(case_of(step))


@pytest.mark.verifies("cases#3.1")
@pytest.mark.parametrize("step", GOOD)
def test_a_body_is_written_and_read_again(step: dict[str, Any]) -> None:
    case = read_data(case_of(step))

    back = read_case(to_yaml(case), "a.yaml")

    assert to_data(back) == to_data(case)
    assert to_data(back)["steps"][0] == {"POST": "/a", **step}
    assert fits_schema(step)


@pytest.mark.verifies("protocols#6.4")
@pytest.mark.parametrize(("step", "field", "message"), BAD)
def test_what_is_wrong_with_a_body_is_reported_at_its_place(
    step: dict[str, Any], field: str, message: str
) -> None:
    with pytest.raises(InvalidCase) as refused:
        read_data(case_of(step))

    (problem,) = refused.value.diagnostics
    assert problem.field == f"steps[0].{field}"
    assert message in problem.message


@pytest.mark.parametrize("step", [it for it, *_ in BAD if "well-formed" not in _[1]])
def test_the_schema_refuses_these_too(step: dict[str, Any]) -> None:
    text_of_another_kind = step.get("body") == {"base64": "not base 64"}
    several_bodies = len(step) > 1
    is_empty = step.get("body") == {"file": ""}
    assert fits_schema(step) == (text_of_another_kind or several_bodies or is_empty)


def test_the_files_of_bodies_and_parts_count_to_the_fingerprint() -> None:
    files = {"a": "1.csv", "b": ["2.csv", {"file": "3.csv"}], "c": {"text": "x"}}
    steps = [
        {"POST": "/", "files": files},
        {"POST": "/", "body": {"file": "4.bin"}},
        {"POST": "/", "body": {"base64": "aGk="}},
    ]
    case = read_data({"name": "a", "steps": steps})

    assert named_files(case, "a.yaml") == ("1.csv", "2.csv", "3.csv", "4.bin")
