import base64
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from shall.engine.learning import learn_headers
from shall.engine.redact import MOST_CHARACTERS, MOST_VALUES, Redactor
from shall.messages import Message, render
from shall.redaction.forms import MASK
from shall.redaction.names import is_secret_name
from shall.results.encoding import result_to_json
from shall.results.events import CaseFinished, Event, event_to_json
from shall.results.records import CaseResult, Outcome

RunOne = Callable[..., Awaitable[CaseResult]]

CANARY = "canary-5f1b9c"
BASIC = base64.b64encode(f"anna:{CANARY}".encode()).decode()


def get(**fields: Any) -> dict[str, Any]:
    return {"method": "POST", "path": "/echo", **fields}


PLACES: list[tuple[list[dict[str, Any]], dict[str, Any]]] = [
    ([get(headers={"Authorization": f"Bearer {CANARY}"})], {}),
    ([get(headers={"Authorization": f"Basic {BASIC}"}, text=CANARY)], {}),
    ([get(headers={"Authorization": CANARY})], {}),
    ([get(headers={"X-Api-Key": CANARY})], {}),
    ([get(headers={"Cookie": f"a=1; session={CANARY}"})], {}),
    ([get(json={"password": CANARY, "deep": [{"client_secret": CANARY}]})], {}),
    ([get(form={"password": CANARY, "again": CANARY})], {}),
    ([get(params={"access_token": CANARY})], {}),
    ([get(text="{{ pin_code }}")], {"variables": {"pin_code": CANARY}, "secrets": ["pin_code"]}),
    ([get(text="{{ db_password }}")], {"variables": {"db_password": CANARY}}),
    ([get(text="{{ all.token }}")], {"variables": {"all": {"token": CANARY}}}),
    (
        [
            get(path="/login", json={"user": CANARY}),
            get(headers={"Authorization": "Bearer {{ s0.data.token }}"}),
            get(
                text="{{ s0.data.token }}",
                **{"assert": [{"type": "equals", "field": "body", "expected": "x"}]},
            ),
        ],
        {"secrets": ["user"]},
    ),
    (
        [
            get(
                json={"a": CANARY},
                **{"assert": [{"type": "equals", "field": "q.token", "expected": CANARY}]},
            )
        ],
        {"variables": {"my_token": CANARY}},
    ),
    ([{"method": "GET", "url": f"http://anna:{CANARY}@127.0.0.1:9/x?api_key={CANARY}"}], {}),
    ([{"method": "GET", "url": f"http://{CANARY}@127.0.0.1:9/x"}], {}),
    (
        [get(form={"note": "{{ my_password }}", "z": "1 2"}), get(text='{"a": "x')],
        {"variables": {"my_password": f'{CANARY} ü"{CANARY}'}},
    ),
    ([get(form={CANARY: "1", "z": "2"})], {"variables": {"my_password": CANARY}}),
    (
        [
            get(files={f"a-{CANARY}": {"text": "1", "name": f"{CANARY}.txt"}}),
            get(files={"a": {"text": "1", "name": f"{CANARY}.txt", "type": f"x/{CANARY}"}}),
        ],
        {"variables": {"my_password": CANARY}},
    ),
    ([get(headers={f"X-{CANARY}": "1"})], {"variables": {"my_password": CANARY}}),
]


@pytest.mark.anyio
@pytest.mark.verifies("engine#4.5")
@pytest.mark.parametrize(("steps", "case"), PLACES)
async def test_a_secret_occurs_in_no_result_and_no_event(
    service: Any, run: Any, steps: list[dict[str, Any]], case: dict[str, Any]
) -> None:
    events: list[Event] = []
    with_ids = [{"id": f"s{number}", **step} for number, step in enumerate(steps)]
    result = await run([{**case, "steps": with_ids}], events.append, host=service.url)
    shown = json.dumps(result_to_json(result)) + json.dumps([event_to_json(it) for it in events])
    assert CANARY not in shown
    assert BASIC not in shown
    assert MASK in shown
    assert any(isinstance(event, CaseFinished) for event in events)


ANSWERS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"headers": {"Location": f"/cb?access_token={CANARY}"}, "status_code": 302}, {}),
    ({"headers": {"Location": f"/cb#id_token={CANARY}&a=1"}, "status_code": 302}, {}),
    ({"headers": {"X-Auth-Token": CANARY}, "body": f"it is {CANARY}"}, {}),
    ({"headers": {"Set-Cookie": f"sid={CANARY}; Path=/"}, "body": f"it is {CANARY}"}, {}),
    ({"body": f"access_token={CANARY}&scope=all"}, {"type": "equals", "expected": "x"}),
    ({"body": json.dumps({"deep": [{"api_key": CANARY}], "again": CANARY})}, {}),
    (
        {"body": json.dumps({"pad": "x" * 166, "password": CANARY})},  # a message cuts in it
        {"type": "equals", "expected": "x"},
    ),
    ({"body": '{"password": "cana"}'}, {"type": "equals", "expected": "x"}),  # too short to find
    ({"body": '{"password": "cana"}'}, {"type": "equals", "field": '["password"]', "expected": 1}),
    ({"body": "{}", "headers": {"X-Api-Key": CANARY}}, {"type": "is_none", "header": "X-Api-Key"}),
    ({"headers": {f"X-{CANARY}": "1", "X-Api-Key": CANARY}}, {}),
    ({"headers": {"Location": "http://[bad", "X-Api-Key": CANARY}, "status_code": 200}, {}),
]


@pytest.mark.anyio
@pytest.mark.verifies("engine#4.5")
@pytest.mark.parametrize(("answer", "check"), ANSWERS)
async def test_a_secret_that_a_service_shows_occurs_in_no_result(
    service: Any, run_one: RunOne, answer: dict[str, Any], check: dict[str, Any]
) -> None:
    answer = {"body": "", "kind": "text/plain", **answer}
    service.answer("it", **answer)
    step = {"method": "GET", "path": "/given/it", "follow_redirects": False}
    result = await run_one([{**step, "assert": [check] if check else []}], host=service.url)
    shown = json.dumps(result_to_json(result))
    assert "cana" not in shown
    assert MASK in shown


@pytest.mark.anyio
@pytest.mark.verifies("engine#4.5")
async def test_a_cookie_set_on_the_way_of_a_redirect_is_a_secret(
    service: Any, run_one: RunOne
) -> None:
    way = {"Set-Cookie": f"sid={CANARY}; Path=/", "Location": "/given/end"}
    service.answer("it", "", "text/plain", headers=way, status_code=302)
    service.answer("end", f"your cookie is {CANARY}", "text/plain")
    result = await run_one([{"method": "GET", "path": "/given/it"}], host=service.url)
    exchange = result.steps[0].exchange
    assert exchange is not None
    assert exchange.response_body == f"your cookie is {MASK}"


@pytest.mark.anyio
@pytest.mark.parametrize(
    "url",
    [
        f"http://anna:{CANARY}@h:99999/",
        f"http://anna:{CANARY}@a b/",
        f"http://h:99999/?token={CANARY}",
        f"http://anna:{CANARY}@{'x' * 70}ü/",
    ],
)
async def test_a_url_that_cannot_be_used_is_reported_without_its_secrets(
    run_one: RunOne, url: str
) -> None:
    result = await run_one([{"method": "GET", "url": url}])
    shown = json.dumps(result_to_json(result))
    assert result.outcome is Outcome.ERROR
    assert "the url" in shown.lower()
    assert CANARY not in shown


@pytest.mark.anyio
async def test_what_curl_sends_for_a_user_in_the_url_is_a_secret(
    service: Any, run_one: RunOne
) -> None:
    address = service.url.removeprefix("http://")
    service.answer("it", f"you sent {BASIC}", "text/plain")
    step = {"method": "GET", "url": f"http://anna:{CANARY}@{address}/given/it"}
    result = await run_one([step])
    exchange = result.steps[0].exchange
    assert exchange is not None
    assert exchange.response_body == f"you sent {MASK}"
    assert exchange.url == f"http://anna:{MASK}@{address}/given/it"


@pytest.mark.anyio
async def test_a_value_called_secret_is_masked_however_short(run_one: RunOne, service: Any) -> None:
    case = {"variables": {"Door": 123}, "secrets": ["door"]}
    result = await run_one([get(text="pin {{ Door }}")], case, host=service.url)
    exchange = result.steps[0].exchange
    assert exchange is not None
    assert exchange.request_body == f"pin {MASK}"


@pytest.mark.anyio
async def test_what_is_no_secret_stays(service: Any, run_one: RunOne) -> None:
    body = {"name": "anna", "token_type": "bearer", "n": 12345678, "flag": True, "none": None}
    step = get(json=body, headers={"X-Note": "note", "Accept-Language": "de"})
    result = await run_one([step], host=service.url)
    exchange = result.steps[0].exchange
    assert exchange is not None
    assert json.loads(exchange.request_body) == body
    assert ("X-Note", "note") in exchange.request_headers
    assert result.outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("password", True),
        ("X-Auth-Token", True),
        ("apiKey", True),
        ("Set-Cookie", True),
        ("sessionId", True),
        ("tokens_used", False),
        ("token_type", False),
        ("name", False),
        ("passenger", False),
    ],
)
def test_names_mark_secrets(name: str, secret: bool) -> None:
    assert is_secret_name(name) is secret


def test_numbers_lists_and_keys_are_masked_too() -> None:
    redactor = Redactor()
    redactor.learn({"a": [123456, None, True]})
    assert redactor.value({"n": 123456, "123456": [123456, 1.5]}) == {"n": MASK, MASK: [MASK, 1.5]}
    assert redactor.value({"password": 5, "token": None, "secret": False}) == {
        "password": MASK,
        "token": None,
        "secret": False,
    }
    assert redactor.message(Message("x", {"reason": "is 123456"})) == Message(
        "x", {"reason": f"is {MASK}"}
    )
    assert redactor.message(None) is None


def test_a_short_value_is_masked_by_its_key_only() -> None:
    redactor = Redactor()
    redactor.learn_named({"password": "ab"})
    assert redactor.text("cab") == "cab"
    assert redactor.value({"password": "ab"}) == {"password": MASK}


def test_credentials_that_are_not_what_their_scheme_says_are_masked_whole() -> None:
    for credentials in ("no base64!", base64.b64encode(b"\xff\xfe\xfd").decode()):
        redactor = Redactor()
        learn_headers(redactor, [("Authorization", f"Basic {credentials}")])
        assert redactor.text(f"a {credentials} b") == f"a {MASK} b"


def test_a_declared_name_counts_in_any_case() -> None:
    redactor = Redactor(["PIN2"])
    redactor.learn_named({"Pin2": "77"})
    assert redactor.text("it is 77") == f"it is {MASK}"


def test_forms_and_broken_json_are_masked() -> None:
    redactor = Redactor(["pin"])
    redactor.learn("hidden-value")
    assert redactor.body("a=1&pin=77&b=hidden-value") == f"a=1&pin={MASK}&b={MASK}"
    assert redactor.body('{"a": "hidden-value"') == f'{{"a": "{MASK}"'
    assert redactor.url("http://u:hidden-value@h/?pin=1#x") == f"http://u:{MASK}@h/?pin={MASK}#x"


@pytest.mark.anyio
async def test_long_values_are_cut(service: Any, run_one: RunOne) -> None:
    check = {"type": "equals", "field": "body", "expected": "x"}
    step = get(text="y" * 50_000, **{"assert": [check]})
    result = await run_one([step], host=service.url)
    found = result.steps[0].checks[1]
    assert isinstance(found.actual, str)
    assert len(found.actual) <= 2000
    exchange = result.steps[0].exchange
    assert exchange is not None
    assert len(exchange.response_body) <= 16_384
    assert exchange.response_size_bytes > 50_000


@pytest.mark.anyio
async def test_a_huge_body_is_still_masked(service: Any, run_one: RunOne) -> None:
    text = f"{CANARY} " + "z" * 1_200_000
    step = get(text=text, headers={"X-Api-Key": CANARY})
    result = await run_one([step], host=service.url)
    assert CANARY not in json.dumps(result_to_json(result))


@pytest.mark.verifies("defences#9.13")
@pytest.mark.parametrize(
    "secrets",
    [
        [f"token-{number:06}" for number in range(MOST_VALUES + 1)],
        ["x" * MOST_CHARACTERS, "another-token"],
        ["abcde\n" * MOST_CHARACTERS],
    ],
    ids=["many", "long", "lines"],
)
def test_more_secrets_than_can_be_searched_for_mask_every_text(secrets: list[str]) -> None:
    redactor = Redactor(["token"])
    redactor.learn_named({"token": secrets})
    copy = redactor.with_names(["other"])
    for each in (redactor, copy):
        assert each.knows_any
        assert each.text("a text that holds none of them") == MASK
        assert each.texts(["a", 1, 1234567, ""]) == [MASK, 1, MASK, ""]
        assert '"b"' not in each.body('{"a": "b"}')
        assert each.url("http://host/path") == MASK


@pytest.mark.anyio
async def test_an_answer_of_one_large_secret_shows_nothing_of_it(
    service: Any, run_one: RunOne
) -> None:
    body = json.dumps({"token": "t0ken" * 400_000})
    service.answer("large", body, "application/json")
    result = await run_one([{"path": "/given/large"}], host=service.url)
    assert result.outcome is Outcome.PASSED
    assert "t0ken" not in json.dumps(result_to_json(result))


@pytest.mark.anyio
@pytest.mark.verifies("defences#9.11")
async def test_a_token_in_the_path_of_a_url_is_masked_in_results(run_one: RunOne) -> None:
    token = "q7ZkP2vX9mBt4LwRn8sHd3Ye"
    for url in (f"/given/reset/{token}", f"http://127.0.0.1:1/reset/{token}"):
        result = await run_one([{"path": url} if url[0] == "/" else {"url": url}])
        assert token not in json.dumps(result_to_json(result))
        assert "reset" in json.dumps(result_to_json(result))


@pytest.mark.anyio
@pytest.mark.verifies("defences#9.1")
async def test_a_secret_with_letters_and_signs_is_masked_in_an_address(
    run_one: RunOne, service: Any
) -> None:
    case = {"variables": {"own": f"{CANARY}:[5%]/é"}, "secrets": ["own"]}
    step = {"GET": "/status/404/{{ own }}", "expect": {"url": "x"}}
    result = await run_one([{"GET": "/echo/a:{{ own }}"}, step], case, host=service.url)
    assert CANARY not in json.dumps(result_to_json(result))


@pytest.mark.anyio
@pytest.mark.verifies("defences#9.17")
async def test_a_body_too_large_to_be_parsed_is_masked_by_its_keys(
    service: Any, run_one: RunOne
) -> None:
    body = f'{{"cvv": "123", "deep": [{{"token": "{CANARY}"}}], "rest": "{"x" * (1 << 20)}"}}'
    service.answer("it", body, "application/json")
    step = {"POST": "/given/it", "text": body, "expect": {"status": 201}}
    result = await run_one([step], host=service.url)
    exchange = result.steps[0].exchange
    assert exchange is not None
    shown = '{"cvv": "***", "deep": [{"token": "***"}], "rest": "xxx'
    assert exchange.request_body.startswith(shown)
    assert exchange.response_body.startswith(shown)


@pytest.mark.anyio
@pytest.mark.verifies("defences#9.18")
async def test_a_message_that_cuts_a_secret_shows_no_beginning_of_it(
    service: Any, run_one: RunOne
) -> None:
    filling = {str(size): "x" * size + CANARY for size in range(230, 300)}
    service.answer("it", json.dumps(filling), "application/json")
    expect: dict[str, Any] = {"$.*": {"each": {"schema": {"maxLength": 2}}}}
    expect |= {f"$['{it}']": {"schema": {"maxLength": 2}} for it in filling}
    step = {"GET": "/given/it", "expect": expect}
    case = {"secrets": ["door"], "variables": {"door": CANARY}}
    result = await run_one([step], case, host=service.url)
    said = [render(it.message) for it in result.steps[0].checks if it.message is not None]
    assert len(said) == len(filling) + 1
    assert any(it.endswith("x***…") for it in said)
    assert [it for it in said if CANARY[:4] in it] == []


@pytest.mark.verifies("defences#9.18")
def test_only_the_end_before_an_ellipsis_is_masked_as_the_beginning_of_a_secret() -> None:
    redactor = Redactor()
    redactor.learn("orchard-4711")
    message = redactor.message(
        Message("check.invalid", {"errors": "orch, orchar…; 4711…; or…; orcha ...; orch"})
    )
    assert message is not None
    assert message.params["errors"] == "orch, ***…; 4711…; or…; *** ...; orch"


PLAIN_CHECKS: list[tuple[str, Any, dict[str, Any]]] = [
    ("again", CANARY, {}),  # the author typed what the service calls a secret
    ("count", 86753091, {}),
    ("short", "w0rd", {}),
    ("password", "w0rd", {}),
    ("pin", 7, {}),
    ("mine", "", {"secrets": ["mine"]}),
]


@pytest.mark.anyio
@pytest.mark.verifies("engine#4.5")
@pytest.mark.parametrize(("field", "value", "case"), PLAIN_CHECKS)
async def test_a_case_that_passes_shows_no_secret_in_its_figures(
    service: Any, run_one: RunOne, field: str, value: Any, case: dict[str, Any]
) -> None:
    named = {"password": "w0rd", "pin": 7, "apiKey": 86753091, "deep": [[{"token": CANARY}]]}
    answer = {**named, "again": CANARY, "count": 86753091, "short": "w0rd", "mine": ""}
    service.answer("it", json.dumps(answer), "application/json")
    checks = [
        {"type": "status_code", "expected": 200},
        {"type": "equals", "field": field, "expected": value},
    ]
    headers = {"Authorization": "Bearer w0rd"}
    step = {"method": "GET", "path": "/given/it", "headers": headers, "assert": checks}
    result = await run_one([step], case, host=service.url, keep="failed")
    assert result.outcome is Outcome.PASSED
    assert [check.actual for check in result.steps[0].checks] == [200, MASK]


_ANSWERED = f'{{"note": "it is {CANARY}."}}'

WAITED_FOR: list[tuple[str, dict[str, Any]]] = [
    (_ANSWERED, {"until": {"status": 200, "$.note": {"contains": "it is"}, "within": "1 s"}}),
    (
        f"data: {_ANSWERED}\n\n",
        {"stream": {"until": {"$.data.note": {"contains": "it is"}}}, "expect": 200},
    ),
]


@pytest.mark.anyio
@pytest.mark.verifies("engine#4.5")
@pytest.mark.parametrize(("answer", "fields"), WAITED_FOR)
async def test_what_a_step_that_passes_waited_for_shows_no_secret(
    service: Any, run_one: RunOne, answer: str, fields: dict[str, Any]
) -> None:
    kind = "text/event-stream" if "stream" in fields else "application/json"
    service.answer("it", answer, kind)
    step = {"GET": "/given/it", "headers": {"X-Api-Key": CANARY}, **fields}
    result = await run_one([step], host=service.url, keep="failed")
    assert result.outcome is Outcome.PASSED
    assert f"it is {MASK}." in [check.actual for check in result.steps[0].checks]


@pytest.mark.anyio
async def test_a_case_that_passes_keeps_long_values_cut(service: Any, run_one: RunOne) -> None:
    service.answer("it", json.dumps({"a": "x" * 3000}), "application/json")
    check = {"type": "equals", "field": "a", "expected": "x" * 3000}
    step = {"method": "GET", "path": "/given/it", "assert": [check]}
    result = await run_one([step], host=service.url, keep="failed")
    assert result.outcome is Outcome.PASSED
    assert len(result.steps[0].checks[-1].actual) < 2100
