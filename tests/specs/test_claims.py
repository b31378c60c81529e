"""What a criterion names, and whether a case or test asserts it."""

import pytest

from shall.specs.claims import Asserted, claims_of, missing_claims
from shall.specs.code_words import asserted_by_test
from shall.specs.reader import read_document


def claims(sentence: str) -> list[str]:
    document = f"### Requirement 1\n\n#### Acceptance Criteria\n\n1. {sentence}\n"
    [criterion] = read_document(document, "specs/a/requirements.md", "a").criteria()
    return [f"{it.kind} {it.value}" for it in claims_of(criterion)]


@pytest.mark.verifies("gate#4.1", "gate#4.2")
@pytest.mark.parametrize(
    ("sentence", "named"),
    [
        ("IF the password is wrong THEN the shop SHALL answer 401.", ["status 401"]),
        ("WHEN it works, THE API SHALL respond with status code 201.", ["status 201"]),
        ("当密码错误时，系统应返回 401。", ["status 401"]),
        ("如果用户不存在，系统应返回状态码 404。", ["status 404"]),
        ("THE API SHALL answer within 200 ms.", ["number 200"]),
        ("THE API SHALL send a `Retry-After` header.", ["header Retry-After"]),
        ("THE API SHALL set the status `placed`.", ["text placed"]),
        ("THE API SHALL list 50 items.", ["number 50"]),
        ("THE API SHALL answer `/users/{id}` with 200.", ["status 200", "path /users/{id}"]),
        ("WHEN `GET /users` is asked for, THE API SHALL answer.", ["path /users"]),
        ("WHEN 100 users sign in, THE API SHALL work.", []),
        ("THE API SHALL NOT answer 500.", []),
        ("THE API SHALL log it before it answers 204.", []),
        ("THE API SHALL follow RFC 9110 and version 2.0.", []),
        ("THE API SHALL give each the key `<feature>#<number>`.", []),
    ],
)
def test_what_the_system_shall_do_is_looked_for(sentence: str, named: list[str]) -> None:
    assert claims(sentence) == named


def missing(sentence: str, asserted: Asserted) -> list[str]:
    document = f"### Requirement 1\n\n#### Acceptance Criteria\n\n1. {sentence}\n"
    [criterion] = read_document(document, "specs/a/requirements.md", "a").criteria()
    return [it.value for it in missing_claims(claims_of(criterion), [asserted])]


@pytest.mark.verifies("gate#4.2")
@pytest.mark.parametrize(
    ("url", "is_requested"),
    [
        ("/users/7", True),
        ("http://shop/api/users/{{ id }}?x=1", True),
        ("/users/7/orders", True),
        ("/orders/7", False),
        ("/users", False),
    ],
)
def test_a_path_is_requested_with_any_name_in_its_place(url: str, is_requested: bool) -> None:
    left = missing("THE API SHALL know `/users/{id}`.", Asserted(paths=(url,)))
    assert left == ([] if is_requested else ["/users/{id}"])


TEST = """
STATUS = {status}

def helper(answer):
    assert answer.retry_after

def test_one():
    assert get().status == STATUS

def test_two():
    assert get().status == 500
"""


@pytest.mark.verifies("gate#4.3")
@pytest.mark.parametrize("status", ["401", "HTTPStatus.UNAUTHORIZED", "b'HTTP/1.1 401 No'"])
def test_a_python_test_asserts_by_its_tokens_and_those_of_its_module(status: str) -> None:
    found = asserted_by_test(TEST.format(status=status), "tests/test_a.py::test_one")
    assert found is not None
    assert missing("THE API SHALL answer 401 with `Retry-After`.", found) == []
    assert missing("THE API SHALL answer 500.", found) == ["500"]
    assert missing("THE API SHALL answer 40 items.", found) == []


def test_a_test_that_is_not_there_asserts_nothing_that_is_known() -> None:
    assert asserted_by_test(TEST.format(status=1), "tests/test_a.py::test_three") is None
    assert asserted_by_test("def (", "tests/test_a.py::test_one") is None
