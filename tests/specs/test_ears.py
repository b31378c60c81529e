import re
import time
from collections.abc import Callable

import pytest

from shall.specs.ears import parse_clause
from shall.specs.fingerprint import criterion_fingerprint
from shall.specs.model import Clause, Condition, Trigger


@pytest.mark.verifies("tracing#1.3")
def test_a_sentence_keeps_its_conditions_in_the_order_written() -> None:
    sentence = "While signed in, when the token expires, the API shall answer 401."
    assert parse_clause(sentence) == Clause(
        conditions=(
            Condition(Trigger.STATE, "signed in"),
            Condition(Trigger.EVENT, "the token expires"),
        ),
        subject="API",
        response="answer 401",
    )


@pytest.mark.verifies("tracing#1.3")
@pytest.mark.parametrize(
    ("sentence", "trigger", "condition", "subject", "response"),
    [
        (
            "WHEN a, b, and c come, THE Shop SHALL take x, y",
            "when",
            "a, b, and c come",
            "Shop",
            "take x, y",
        ),
        (
            "WHEN the user asks THEN the system SHALL answer",
            "when",
            "the user asks",
            "system",
            "answer",
        ),
        ("IF it fails, THEN THE Shop SHALL stop", "if", "it fails", "Shop", "stop"),
        ("WHEN 买家付款时，THEN THE 商店 SHALL 发货", "when", "买家付款", "商店", "发货"),
        ("WHEN 买家付款前，THEN 商店 SHALL 报价", "when", "买家付款前", "商店", "报价"),
        ("If it fails, the shop shall stop.", "if", "it fails", "shop", "stop"),
        (
            "WHERE photos exist in an album THE Photo App SHALL move them",
            "where",
            "photos exist in an album",
            "Photo App",
            "move them",
        ),
        (
            "while the door is open the light shall burn",
            "while",
            "the door is open",
            "light",
            "burn",
        ),
        (
            "After three failures, the dispatcher SHALL wait",
            "after",
            "three failures",
            "dispatcher",
            "wait",
        ),
        ("WHEN `a, b` is sent, THE API SHALL echo", "when", "`a, b` is sent", "API", "echo"),
        (
            'When it reads "shall, then", the API shall go on',
            "when",
            'it reads "shall, then"',
            "API",
            "go on",
        ),
    ],
)
def test_what_real_documents_do_is_read(
    sentence: str, trigger: str, condition: str, subject: str, response: str
) -> None:
    clause = parse_clause(sentence)
    assert clause is not None
    kind = Trigger.EVENT if trigger == "after" else Trigger(trigger)
    assert clause == Clause((Condition(kind, condition),), subject, response)


def test_conditions_may_be_joined_by_and() -> None:
    clause = parse_clause("WHEN a comes, and if b holds, then the API SHALL NOT answer")
    assert clause is not None
    assert [it.trigger for it in clause.conditions] == [Trigger.EVENT, Trigger.UNWANTED]
    assert clause.response == "NOT answer"


@pytest.mark.parametrize(
    "sentence",
    [
        "",
        "The API answers quickly.",
        "When the token expires,",
        "shall",
        "The API shall.",
        "The marshall answers.",
        "It says `shall` only.",
    ],
)
def test_a_sentence_without_a_modal_is_not_a_clause(sentence: str) -> None:
    assert parse_clause(sentence) is None


def test_a_condition_without_an_end_is_part_of_the_subject() -> None:
    clause = parse_clause("When it rains shall it pour")
    assert clause is not None
    assert clause.conditions == ()


@pytest.mark.repeats
@pytest.mark.parametrize(
    ("read", "hostile"),
    [
        (parse_clause, "when a, "),
        (parse_clause, "when a then "),
        (parse_clause, "“"),
        (criterion_fingerprint, "["),
        (criterion_fingerprint, "[]("),
    ],
)
def test_time_grows_no_faster_than_the_length(read: Callable[[str], object], hostile: str) -> None:
    def seconds(length: int) -> float:
        started = time.process_time()
        read(hostile * length + "the x shall y")
        return time.process_time() - started

    small = min(seconds(2_500) for _ in range(3))
    large = min(seconds(20_000) for _ in range(3))
    assert large < 32 * max(small, 0.001)  # linear is 8 times, quadratic 64


@pytest.mark.verifies("tracing#1.3")
@pytest.mark.parametrize(
    "sentence",
    [
        "**WHEN** it rains, **THE** shop **SHALL** close",
        "**When** it rains, _the_ shop **shall** close.",
        "WHEN it rains **THEN** THE shop **SHALL** close",
        "WHEN it rains then, the shop SHALL close",
    ],
)
def test_emphasised_keywords_are_keywords(sentence: str) -> None:
    assert parse_clause(sentence) == Clause(
        (Condition(Trigger.EVENT, "it rains"),), "shop", "close"
    )


@pytest.mark.verifies("tracing#1.5")
@pytest.mark.parametrize(
    "text",
    [
        "**WHEN** a `token` expires, THE API SHALL answer 401.",
        "when a token  expires, the API shall answer 401",
        "WHEN a [token](docs/token.md) expires, THE API\nSHALL answer 401",
        "*WHEN* a **_token_** expires, *THE* __API__ SHALL *answer* ``401``",
        "WHEN a token expires, THE API SHALL answer \uff14\uff10\uff11",
    ],
)
def test_markup_does_not_change_a_fingerprint(text: str) -> None:
    plain = criterion_fingerprint("WHEN a token expires, THE API SHALL answer 401")
    assert criterion_fingerprint(text) == plain
    assert re.fullmatch("[0-9a-f]{64}", plain)


@pytest.mark.verifies("tracing#4.14")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The API shall answer 401", "The API shall answer 402"),
        ("The API shall answer 401", "The API shall not answer 401"),
        ("The API shall give total_amount", "The API shall give totalamount"),
        ("The API shall answer in ~5 ms", "The API shall answer in 5 ms"),
        ("The API shall answer `_id`", "The API shall answer `id`"),
        ("The API shall answer _id", "The API shall answer id"),
        ("The API shall read `*.yaml`", "The API shall read `.yaml`"),
        ("The API shall wait 2 * 3 s", "The API shall wait 2 3 s"),
        ("The API shall wait 10² ms", "The API shall wait 102 ms"),
        ("The API shall answer `[a](b)`", "The API shall answer `a`"),
    ],
)
def test_another_meaning_is_another_fingerprint(one: str, other: str) -> None:
    assert criterion_fingerprint(one) != criterion_fingerprint(other)
