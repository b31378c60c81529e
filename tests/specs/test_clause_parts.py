"""Sentences of real documents whose conditions and subject stand in unusual places."""

import pytest

from shall.specs.ears import parse_clauses
from shall.specs.reader import read_document


@pytest.mark.verifies("tracing#1.15")
@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        (
            "WHEN a ticket is sold, THE till SHALL print it; THE door SHALL open",
            [("a ticket is sold", "till"), ("a ticket is sold", "door")],
        ),
        (
            "WHEN a ticket is sold, THE till SHALL print it; IF it jams, THEN THE till SHALL warn",
            [("a ticket is sold", "till"), ("it jams", "till")],
        ),
        ("当门票售出时，系统应打印门票；闸机应开启", [("门票售出", "系统"), ("门票售出", "闸机")]),
        ("THE till SHALL print it. THE door SHALL open", [("", "till"), ("", "door")]),
        ("THE till SHALL, when a ticket is sold, print it", [("a ticket is sold", "till")]),
        (
            "On success it SHALL print, and warn the till. The door SHALL open",
            [("success", "it"), ("", "door")],
        ),
        ("**THEN** the door SHALL open", [("", "door")]),
        (
            "WHEN a till logs in and then goes back THEN the till SHALL print",
            [("a till logs in and then goes back", "till")],
        ),
        (
            "If a till jams and then prints, the till shall warn",
            [("a till jams and then prints", "till")],
        ),
        ("WHEN a till jams and then THE door SHALL open", [("a till jams and", "door")]),
        ("有用建议率 > 80%", []),
        ("针对建议提问", []),
        ("过滤需要检查的门票", []),
        ("门票建议使用防水纸", [("", "门票")]),
        ("系统在打印时，不得显示姓名", [("打印", "系统")]),
        ("售票接口在返回错误时，不得泄露姓名", [("返回错误", "售票接口")]),
        ("系统发送门票，不得附带广告", [("发送门票", "系统")]),
        ("用户退回门票，应当收到退款", [("用户退回门票", "")]),
        ("过期的门票一律不得使用", [("", "过期的门票")]),
        ("**Blocking**: WHEN a till jams THEN it SHALL warn", [("a till jams", "it")]),
        ("**夜间售票：** The till shall 打印门票", [("", "till")]),
        ("**夜间必须售票：** The till shall 打印门票", [("", "夜间")]),
        ("The `sell(seat, price)` call SHALL 打印门票", [("", "`sell(seat, price)` call")]),
        ("Every ticket (day, night) MUST be printed — once", [("", "Every ticket (day, night)")]),
        ("Tills — old, new, and spare — MUST print", [("", "Tills — old, new, and spare")]),
        ("售票页在提交时应打印门票", [("提交", "售票页")]),
        ("存在多张门票时应提示", [("存在多张门票", "")]),
        ("访客看到的可执行操作的列表须排序", [("", "访客看到的可执行操作的列表")]),
        ("售票接口，当座位已满时，应返回 409", [("座位已满", "售票接口")]),
        ("系统，如果门票无效，应返回 404", [("门票无效", "系统")]),
        ("付款后，当会话过期时，应返回 401", [("付款后 / 会话过期", "")]),
        ("售票服务必须支持退票", [("", "售票服务")]),
        ("倒计时应每秒更新", [("", "倒计时")]),
        ("每個會話可記錄摘要", [("", "每個會話")]),
    ],
)
def test_each_part_has_its_condition_and_subject(text: str, clauses: list[tuple[str, str]]) -> None:
    found = [(" / ".join(c.text for c in it.conditions), it.subject) for it in parse_clauses(text)]
    assert found == clauses


@pytest.mark.verifies("tracing#1.15")
@pytest.mark.parametrize("text", ["新访客不需说明即可购票", "访客不需要登录", "门票即将过期"])
def test_what_need_not_or_is_about_to_be_is_no_duty(text: str) -> None:
    assert parse_clauses(text) == ()


@pytest.mark.verifies("tracing#1.15")
@pytest.mark.parametrize(
    ("text", "subject", "response"),
    [
        ("系统只允许查询门票，不允许修改", "系统", "只允许查询门票，不允许修改"),
        ("系统应只允许查询门票，不允许修改", "系统", "只允许查询门票，不允许修改"),
        ("访客仅能查看座位，但不得预订", "访客", "仅能查看座位，但不得预订"),
        ("只允许查询门票，不允许修改", "", "只允许查询门票，不允许修改"),
        ("必须打印门票", "", "打印门票"),
        ("MUST print a ticket", "", "print a ticket"),
    ],
)
def test_a_limit_and_its_prohibition_are_one_response_and_a_subject_may_be_missing(
    text: str, subject: str, response: str
) -> None:
    [clause] = parse_clauses(text)
    assert (clause.conditions, clause.subject, clause.response) == ((), subject, response)
    assert not clause.is_negative


@pytest.mark.verifies("tracing#1.15")
def test_a_limit_within_a_condition_is_no_response() -> None:
    [clause] = parse_clauses("当访客只允许站内通知，系统不得发送短信")
    assert [it.text for it in clause.conditions] == ["访客只允许站内通知"]
    assert (clause.subject, clause.response) == ("系统", "不得发送短信")


@pytest.mark.verifies("tracing#1.15")
def test_an_id_with_a_chinese_word_before_a_sentence_is_no_part_of_its_clauses() -> None:
    [clause] = parse_clauses("需求3.2 - 如果访客在10分钟内未付款,那么系统应当释放座位")
    assert [it.text for it in clause.conditions] == ["访客在10分钟内未付款"]
    assert (clause.subject, clause.response) == ("系统", "释放座位")


@pytest.mark.verifies("tracing#1.10")
@pytest.mark.parametrize(
    ("path", "text", "lines"),
    [
        (
            ".kiro/specs/till/requirements.md",
            "### Requirement 1\n\n#### Acceptance Criteria\n\n1. THE till SHALL open\n\n"
            "## Non-Functional Requirements\n\n### Speed\n\n- Printing should be fast\n"
            "- Printing is quiet\n",
            [11],
        ),
        (
            ".kiro/specs/till/requirements.md",
            "### Requirement 1\n\n- THE till SHALL open\n1. THE till SHOULD ring\n",
            [4],
        ),
        (
            "specs/001-till/spec.md",
            "## Requirements\n\n- **FR-001**: THE till MUST open\n- The till should ring\n\n"
            "## Assumptions\n\n- The shop should be open\n",
            [4],
        ),
    ],
)
def test_items_that_say_should_outside_criteria_are_listed(
    path: str, text: str, lines: list[int]
) -> None:
    document = read_document(text, path, "till")
    assert len(list(document.criteria())) == 1
    assert [it.span.line for it in document.unread if it.span] == lines
