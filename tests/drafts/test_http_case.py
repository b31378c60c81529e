"""The draft of a case says what the criterion says, and marks the rest."""

import json
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from shall.cases.fingerprint import case_fingerprint
from shall.cases.reader import examine_data, read_case
from shall.cases.yaml_writer import to_yaml
from shall.drafts.http_case import Example, draft_case
from shall.errors import InvalidInput
from shall.specs.criteria import is_template
from shall.specs.model import Criterion
from shall.specs.reader import read_document


def criterion(sentence: str) -> Criterion:
    text = f"### Requirement 1\n\n#### Acceptance Criteria\n\n1. {sentence}\n"
    [found] = read_document(text, "specs/orders/requirements.md", "orders").criteria()
    return found


def draft(sentence: str, *examples: Example) -> dict[str, Any]:
    """Return variables and steps of the draft of a sentence."""
    data = draft_case(criterion(sentence), examples)
    assert data is not None
    case = data
    read_case(to_yaml(examine_data(data).case), "a.yaml")
    assert (case["draft"], case["verifies"]) == (True, ["orders#1.1"])
    return {name: case[name] for name in ("variables", "steps") if name in case}


@pytest.mark.verifies("generate#2.1", "generate#2.2", "generate#2.3")
@pytest.mark.parametrize(
    ("sentence", "steps"),
    [
        (
            "WHEN a client sends POST /orders with an unknown item, THE SYSTEM SHALL return 404"
            " and a JSON body with `error`.",
            [
                {
                    "POST": "/orders",
                    "json": "TODO: with an unknown item",
                    "expect": {"status": 404, "$.error": {"exists": True}},
                }
            ],
        ),
        (
            "当用户向 /orders 发送 POST 请求且缺少字段 `item` 时，系统必须返回状态码 400 或 422，"
            "并包含字段 `message`。",
            [
                {
                    "POST": "/orders",
                    "json": "TODO: 缺少字段 `item`",
                    "expect": {"status": [400, 422], "$.message": {"exists": True}},
                }
            ],
        ),
        (
            "WHEN `PUT /orders/7` is sent without a token THE API SHALL answer 401 Unauthorized"
            " with a `WWW-Authenticate` header, `application/problem+json`, the error code"
            " `NO_TOKEN` and `retry: false` within 2 seconds.",
            [
                {
                    "PUT": "/orders/7",
                    "json": "TODO: is sent without a token",
                    "expect": {
                        "status": 401,
                        "header Content-Type": {"starts_with": "application/problem+json"},
                        "header WWW-Authenticate": {"exists": True},
                        "$.retry": {"equals": False},
                        "body": {"contains": "NO_TOKEN"},
                        "duration": {"less_than": "2 s"},
                    },
                }
            ],
        ),
        (
            'GET /health SHALL return 200 with body `{"status": "ok"}`.',
            [{"GET": "/health", "expect": {"status": 200, "$.status": {"equals": "ok"}}}],
        ),
        (
            "THE SYSTEM SHALL answer `GET /orders` with the list of orders.",
            [
                {
                    "GET": "/orders",
                    "expect": {
                        "body": {"contains": "TODO: answer `GET /orders` with the list of orders"}
                    },
                }
            ],
        ),
        (
            "THE API SHALL NOT return 500 for GET /health.",
            [
                {
                    "GET": "/health",
                    "expect": {"body": {"contains": "TODO: NOT return 500 for GET /health"}},
                }
            ],
        ),
    ],
)
def test_a_draft_asserts_what_the_sentence_names_and_marks_the_rest(
    sentence: str, steps: list[dict[str, Any]]
) -> None:
    assert draft(sentence) == {"steps": steps}


@pytest.mark.verifies("generate#2.1", "generate#2.3")
def test_names_in_a_path_and_conditions_are_variables_to_fill_in() -> None:
    chinese = draft("当客户端 GET /users/{id} 且用户不存在时，系统应返回 404。")
    assert chinese == {
        "variables": {"id": "TODO: 用户不存在"},
        "steps": [{"GET": "/users/{{ id }}", "expect": {"status": 404}}],
    }
    stored = draft("WHILE the shop is shut WHEN a client sends GET /a THE API SHALL return 503.")
    assert stored["variables"] == {"given": "TODO: the shop is shut WHEN a client sends GET /a"}
    who = draft("WHEN an admin sends GET /a THE API SHALL return 200.")
    assert who["variables"] == {"given": "TODO: an admin sends GET /a"}
    assert "variables" not in draft("WHEN the client sends GET /a THE API SHALL return 200.")
    several = draft("WHEN a client sends DELETE /a/:a/b/<b-c> THE API SHALL return 204.")
    assert several["variables"] == {"a": "TODO: a", "b_c": "TODO: b_c"}
    assert several["steps"] == [{"DELETE": "/a/{{ a }}/b/{{ b_c }}", "expect": {"status": 204}}]


@pytest.mark.verifies("generate#2.1", "generate#2.2")
def test_each_request_of_a_scenario_has_what_is_said_of_its_response() -> None:
    found = draft(
        "GIVEN an order exists WHEN a client sends `DELETE /orders/{id}` THEN the status is 204"
        " and GET /orders/{id} returns 404."
    )
    assert found == {
        "variables": {"id": "TODO: an order exists"},
        "steps": [
            {"DELETE": "/orders/{{ id }}", "expect": {"status": 204}},
            {"GET": "/orders/{{ id }}", "expect": {"status": 404}},
        ],
    }


@pytest.mark.verifies("generate#2.2", "generate#2.3")
@pytest.mark.parametrize(
    ("said", "expect"),
    [
        (
            '返回 HTTP 409，提示 "邮箱已被注册"',
            {"status": 409, "body": {"contains": "邮箱已被注册"}},
        ),
        ("返回 401，且 `enabled` 保持 `false`", {"status": 401, "$.enabled": {"equals": False}}),
        (
            "返回 403，并记录 `a.denied`",
            {"status": 403, "body": {"contains": "TODO: 返回 403，并记录 `a.denied`"}},
        ),
        (
            "返回 200 和 `state`（`open` 或 `shut`）",
            {
                "status": 200,
                "$.state": {"exists": True},
                "body": {"contains": "TODO: 返回 200 和 `state`（`open` 或 `shut`）"},
            },
        ),
    ],
)
def test_only_what_is_said_of_the_body_is_a_field(said: str, expect: dict[str, Any]) -> None:
    found = draft(f"当客户端 GET /users/[id] 时，系统应{said}。")
    assert found["steps"] == [{"GET": "/users/{{ id }}", "expect": expect}]


@pytest.mark.verifies("generate#2.11")
@pytest.mark.parametrize(
    ("said", "expect"),
    [
        ("返回状态码 404 或 422，不得返回 500", {"status": [404, 422]}),
        ("return 401 or 403, never status 500 or 502", {"status": [401, 403]}),
        ("return 401 instead of 403, with `error`", {"status": 401, "$.error": {"exists": True}}),
        ("return 200 with `id` but without `hash`", {"status": 200, "$.id": {"exists": True}}),
        (
            "返回 200，响应体不得包含 `hash`、`salt`，但包含 `id`",
            {"status": 200, "$.id": {"exists": True}},
        ),
        (
            "return 200 and `state` is `open` or `shut`",
            {"status": 200, "$.state": {"exists": True}},
        ),
        ("返回 200，`state` 为 `open` 或 `shut`", {"status": 200, "$.state": {"exists": True}}),
        ("return 200 and a list `items` of 3 lines", {"status": 200, "$.items": {"exists": True}}),
        ("return 200 and `rate` is 3.5 percent", {"status": 200, "$.rate": {"exists": True}}),
    ],
)
def test_what_is_refused_or_open_is_no_check_and_marked(said: str, expect: dict[str, Any]) -> None:
    sentence = f"WHEN a client sends GET /a, THE API SHALL {said}."
    if not said.isascii():
        sentence = f"当客户端 GET /a 时，系统应{said}。"
    marked = {"body": {"contains": f"TODO: {said}"}}
    assert draft(sentence)["steps"] == [{"GET": "/a", "expect": expect | marked}]


@pytest.mark.verifies("generate#2.2")
def test_words_of_statuses_and_quoted_texts_refuse_nothing() -> None:
    found = draft(
        'WHEN a client sends GET /a, THE API SHALL return 404 Not Found and error "no a".'
    )
    assert found["steps"] == [
        {"GET": "/a", "expect": {"status": 404, "body": {"contains": "no a"}}}
    ]


@pytest.mark.verifies("generate#2.12")
@pytest.mark.parametrize(
    "said",
    ["the header `Retry-After: 60`", "a `Retry-After` header of 60", "`Retry-After` set to `60`"],
)
def test_a_header_is_checked_with_its_value(said: str) -> None:
    found = draft(f"WHEN a client sends GET /a, THE API SHALL return 429 and {said}.")
    header = {"header Retry-After": {"equals": "60"}}
    assert found["steps"] == [{"GET": "/a", "expect": {"status": 429, **header}}]


@pytest.mark.verifies("generate#2.13")
@pytest.mark.parametrize("code", ["USER_NOT_FOUND", "_the_"])
def test_words_between_underscores_are_no_emphasis(code: str) -> None:
    found = draft(f"当客户端 GET /a 时，系统应返回 404，错误码为 `{code}`。")
    assert {"contains": code} in found["steps"][0]["expect"]["body"]["all_of"]


@pytest.mark.verifies("generate#2.1")
@pytest.mark.parametrize(
    "sentence",
    [
        "WHEN a PUT request is sent to /a, THE API SHALL return 200.",
        "WHEN a PUT is made to `/a`, THE API SHALL return 200.",
        "WHEN a user sends a PUT request against /a, THE API SHALL return 200.",
        "当客户端以 PUT 方法请求 /a 时，系统应返回 200。",
        "当客户端使用 PUT 方法访问 /a 时，系统应返回 200。",
        "当 /a 收到 PUT 请求时，系统应返回 200。",
    ],
)
def test_a_request_is_found_however_it_is_named(sentence: str) -> None:
    assert draft(sentence)["steps"] == [
        {"PUT": "/a", "json": "TODO: the body", "expect": {"status": 200}}
    ]


@pytest.mark.verifies("generate#2.7")
@pytest.mark.parametrize(
    "sentence",
    [
        "WHEN the health page is requested, THE service SHALL answer with status 200.",
        "WHEN `/health` is opened, THE service SHALL answer with status 200.",
        "THE store SHALL POST letters and GET well soon.",
        "THE widget SHALL use a BUDGET /a of 404.",
        "WHEN a user presses Save THE app SHALL call `PUT /orders/{id}` and show the order.",
        "当用户点击保存时，系统应发起 `GET /orders` 请求。",
    ],
)
def test_a_criterion_without_method_and_path_gives_no_draft(sentence: str) -> None:
    assert draft_case(criterion(sentence)) is None


@pytest.mark.verifies("generate#2.4")
def test_the_body_of_the_operation_is_sent_and_what_is_given_is_marked_beside_it() -> None:
    other = Example("POST", "/shop/orders/9/lines", {"sku": 1})
    known = Example("POST", "/shop/orders", {"item": "B7", "qty": 2})
    sentence = "WHEN a client sends POST /orders {} THE API SHALL return 201."
    found = draft(sentence.format("with an unknown item"), other, known)
    assert found["steps"][0]["json"] == {"item": "B7", "qty": 2}
    assert found["variables"] == {"given": "TODO: with an unknown item"}
    assert "variables" not in draft(sentence.replace(" {}", ""), other, known)
    lines = draft("WHEN a client sends POST /orders/{id}/lines THE API SHALL return 201.", other)
    assert lines["steps"][0]["json"] == {"sku": 1}


_WORDS = st.sampled_from(
    (
        *("POST", "GET", "DELETE", "/orders", "/a/{id}", "`POST /b`", "`error`", "`a.b-c`"),
        *("`x: 1`", '`{"a": null}`', "404", "status", "a", "Location", "header", "`Location`"),
        *("2xx", "400", "or", "422", "within", "300", "ms", "“total”", "返回", "状态码", "字段"),
        *("{{", "}}", "`"),
    )
)


@pytest.mark.verifies("generate#2.5")
@settings(max_examples=60, deadline=None)
@example(["POST", "/a/{id}", "{{", "}}"], ["`a`", "`A`", "404"])
@example(["{{"], ["}}"])
@given(st.lists(_WORDS, max_size=8), st.lists(_WORDS, max_size=8))
def test_every_draft_is_written_so_that_it_reads_back(asked: list[str], said: list[str]) -> None:
    sentence = f"WHEN {' '.join(asked)} is sent, THE API SHALL return {' '.join(said)}."
    assume(not is_template(sentence))  # "{{ is sent, ... }}" is read as no criterion
    data = draft_case(criterion(sentence))
    if data is None:
        return
    try:
        case = examine_data(json.loads(json.dumps(data))).case
        text = to_yaml(case)
    except InvalidInput:  # two selectors of one value, which is reported
        return
    again = read_case(text, "a.yaml")
    assert case_fingerprint(again) == case_fingerprint(case)
    assert (again.draft, again.variables) == (True, case.variables)
