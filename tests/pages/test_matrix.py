"""The matrix as a page and as a file: rows, filters, keywords, notices, hostile texts."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from msgspec.structs import replace
from tests.pages.test_report import Page

from shall.actions.approvals import Approval
from shall.actions.proof import Heading, Proof
from shall.diagnostics import Diagnostic, Severity
from shall.pages.frame import Look
from shall.pages.links import ServedLinks
from shall.pages.matrix import matrix_file, matrix_page
from shall.pages.matrix_filter import MatrixFilter, rows_of
from shall.span import Span
from shall.specs.decisions import Decision, DecisionKind, Verdict
from shall.specs.matrix import Matrix, Moved, Row, UnknownLink
from shall.specs.model import Criterion, Link, LinkKind
from shall.specs.status import Latest, LinkOutcome, Status

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
SERVED = Look("en", NOW, ServedLinks())
FILE = Look("en", NOW)


def outcome(
    key: str,
    status: Status = Status.PROVED,
    source: str = "tests/cases/login.yaml",
    **changes: object,
) -> LinkOutcome:
    values = {
        "criterion": key,
        "source": source,
        "outcome": "failed" if status is Status.FAILING else "passed",
        "run_id": "r1",
        "criterion_fingerprint": "f",
        "source_fingerprint": "s",
        "environment": "staging",
        "at": NOW - timedelta(days=3),
        "checks_executed": 2,
        "commit": "1a2b3c4d5e6f7a8b",
        "is_dirty": False,
    }
    latest = Latest(**{**values, **changes})  # type: ignore[arg-type]
    link = Link(key, LinkKind.CASE, source, Span(source, 4))
    return LinkOutcome(link, status, latest, latest.environment)


def row(
    key: str,
    status: Status = Status.PROVED,
    text: str = "WHEN a user signs in, THE API SHALL answer 200",
    links: Sequence[LinkOutcome] | None = None,
    file: str = "specs/auth/requirements.md",
) -> Row:
    criterion = Criterion(key, text, Span(file, 9), "f")
    found = [outcome(key, status)] if links is None else links
    return Row(criterion, status, tuple(found), status)


def proof_of(*rows: Row, **changes: object) -> Proof:
    headings = {
        it.criterion.key: Heading(it.criterion.key.partition("#")[0], "1", "Signing in", "f.md", 3)
        for it in rows
    }
    return Proof(**{"matrix": Matrix(rows), "headings": headings, **changes})  # type: ignore[arg-type]


def shown(page: str) -> list[str]:
    return re.findall(r'<tr id="([^"]+)" data-row>', page)


def text_of(page: str) -> str:
    body = re.sub(r"<(script|style)[^>]*>.*?</\1>", "", page, flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", "", body))


def index_of(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    index: dict[str, Any] = json.loads(found[1])
    return index


@pytest.mark.verifies("matrix-pages#1.1")
def test_a_criterion_is_shown_below_its_requirement_with_status_and_proof() -> None:
    page = matrix_page(
        proof_of(row("auth#1.1"), row("shop#1.1", Status.FAILING)), MatrixFilter(), SERVED
    )

    assert shown(page) == ["auth-1.1", "shop-1.1"]
    assert re.findall(r'<tr class="group">.*?</tr>', page)[0].count("1 Signing in") == 1
    assert '<a href="/criteria/auth%231.1" class="key">auth#1.1</a>' in page
    assert page.index("auth#1.1") < page.index("✓ proved</span> <code>tests/cases/login.yaml")
    assert "1 of 2 criteria proved" in text_of(page)
    Page(page)  # every element is closed


@pytest.mark.verifies("matrix-pages#1.2")
@pytest.mark.parametrize(
    ("text", "keywords"),
    [
        ("WHEN a user pays, THE shop SHALL not ask again", ["WHEN", "THE", "SHALL", "not"]),
        ("IF it fails, THEN THE shop SHALL say `SHALL`", ["IF", "THEN", "THE", "SHALL"]),
        ("WHILE it is closed, THE shop SHALL wait", ["WHILE", "THE", "SHALL"]),
        ("WHERE delivery is offered, THE shop SHALL show it", ["WHERE", "THE", "SHALL"]),
        ("WHEN it rains THEN the shop SHALL close", ["WHEN", "THEN", "SHALL"]),
        ("The shop SHALL wait", ["SHALL"]),
        ("当用户提交订单时，系统应扣减库存", ["当", "时", "应"]),
        ("如果订单不存在，那么系统应返回 404", ["如果", "那么", "应"]),
        ("WHEN 用户取消订单 THEN 系统 SHALL 恢复库存", ["WHEN", "THEN", "SHALL"]),
        ("系统不得显示已下架的商品", ["不得"]),
        ("**WHEN** the password is wrong **THEN** 401 is answered", ["WHEN", "THEN"]),
        ("99 % of users finish in 3 s", []),
    ],
)
def test_keywords_are_set_off_in_english_and_chinese(text: str, keywords: list[str]) -> None:
    page = matrix_page(proof_of(row("auth#1.1", text=text)), MatrixFilter(), SERVED)

    assert re.findall(r'<b class="keyword">([^<]+)</b>', page) == keywords


@pytest.mark.verifies("matrix-pages#1.3")
def test_a_row_shows_when_where_and_at_which_commit_it_was_proved() -> None:
    page = matrix_page(proof_of(row("auth#1.1")), MatrixFilter(), SERVED)
    assert ">3 days ago</time>" in page
    assert '<span class="environment">staging</span><code>1a2b3c4</code>' in page

    dirty = row("auth#1.1", links=[outcome("auth#1.1", is_dirty=True)])
    assert "<code>1a2b3c4+</code>" in matrix_page(proof_of(dirty), MatrixFilter(), SERVED)


def test_the_oldest_outcome_dates_a_proof_and_the_newest_one_a_failure() -> None:
    old, new = timedelta(days=9), timedelta(days=1)
    links = [
        outcome("auth#1.1", source=name, at=NOW - age) for name, age in (("a", old), ("b", new))
    ]
    assert ">9 days ago<" in matrix_page(
        proof_of(row("auth#1.1", links=links)), MatrixFilter(), SERVED
    )

    bad = [
        outcome("auth#1.1", Status.FAILING, source=name, at=NOW - age)
        for name, age in (("a", old), ("b", new))
    ]
    failing = row("auth#1.1", Status.FAILING, links=bad)
    assert ">1 day ago<" in matrix_page(proof_of(failing), MatrixFilter(), SERVED)


@pytest.mark.verifies("matrix-pages#1.4")
def test_each_status_has_a_word_and_a_mark() -> None:
    rows = [row(f"auth#1.{at}", it, links=()) for at, it in enumerate(Status)]
    pills = set(
        re.findall(
            r'<span class="pill [^"]+">([^<]+)</span>',
            matrix_page(proof_of(*rows), MatrixFilter(), SERVED),
        )
    )

    assert all(re.fullmatch(r"\S (1 )?\w[\w ]+", it) for it in pills)
    assert len({it for it in pills if "1 " in it}) == len(Status)


@pytest.mark.verifies("matrix-pages#1.5")
@pytest.mark.parametrize(
    ("wanted", "keys"),
    [
        ({"status": "failing"}, ["auth#1.2"]),
        ({"feature": "shop"}, ["shop#1.1"]),
        ({"owner": "@team"}, ["shop#1.1"]),
        ({"language": "zh"}, ["shop#1.1"]),
        ({"environment": "production"}, ["auth#1.2"]),
        ({"q": "PASSWORD answer"}, ["auth#1.2"]),
        ({"q": "-password -订单"}, ["auth#1.1"]),
        ({"q": '"is wrong"'}, ["auth#1.2"]),
        ({"q": '-"is wrong" auth'}, ["auth#1.1"]),
        ({"q": "orders.yaml"}, ["shop#1.1"]),
        ({"q": "signing"}, ["auth#1.1", "auth#1.2", "shop#1.1"]),
        ({"q": "password", "status": "proved"}, []),
    ],
)
def test_rows_are_chosen_by_each_filter_and_by_all_together(
    wanted: dict[str, str], keys: list[str]
) -> None:
    wrong = "IF the password is wrong, THEN THE API SHALL answer 401"
    links = [outcome("auth#1.2", Status.FAILING, environment="production")]
    orders = outcome("shop#1.1", source="tests/cases/orders.yaml")
    proof = proof_of(
        row("auth#1.1"),
        row("auth#1.2", Status.FAILING, wrong, links),
        row(
            "shop#1.1",
            text="当用户提交订单时，系统应扣减库存",
            links=[orders],
            file="specs/shop.md",
        ),
        owners={"specs/shop.md": ("@team",)},
    )

    found = rows_of(proof, MatrixFilter(**wanted))
    assert [it.criterion.key for it in found] == keys
    page = matrix_page(proof, MatrixFilter(**wanted), SERVED)
    assert shown(page) == [key.replace("#", "-") for key in keys]


def test_the_form_shows_what_was_asked_for_and_leads_back_to_all() -> None:
    proof = proof_of(row("auth#1.1"), row("shop#1.1", Status.FAILING))
    page = matrix_page(proof, MatrixFilter(q='a"b', status="failing"), SERVED)

    assert 'value="a&quot;b"' in page
    assert '<option value="failing" selected>failing</option>' in page
    assert "0 of 2" not in text_of(page)
    assert "0 criteria of 2" in text_of(page)
    assert 'href="/matrix">Show all' in page


@pytest.mark.verifies("matrix-pages#1.5")
def test_a_page_has_at_most_500_rows_and_links_to_the_next_with_the_same_filters() -> None:
    proof = proof_of(*[row(f"auth#{at}.1") for at in range(1, 1202)])
    page = matrix_page(proof, MatrixFilter(q="user"), SERVED, 2)

    assert len(shown(page)) == 500
    assert shown(page)[0] == "auth-501.1"
    assert "Rows 501 to 1,000 of 1,201" in page
    assert 'href="/matrix?q=user&amp;page=3" rel="next"' in page
    assert len(shown(matrix_page(proof, MatrixFilter(), SERVED, 99))) == 201


def test_another_workspace_is_sent_with_the_form() -> None:
    look = replace(SERVED, links=ServedLinks(workspace="/srv/b"))
    page = matrix_page(proof_of(row("auth#1.1")), MatrixFilter(), look)

    assert '<input type="hidden" name="workspace" value="/srv/b">' in page


@pytest.mark.verifies("matrix-pages#1.6")
def test_what_hides_criteria_is_said_beside_the_figures() -> None:
    wrong = Diagnostic("spec.unreadable", Severity.ERROR, "It is not text.", Span("specs/b.md", 1))
    proof = proof_of(row("auth#1.1"))
    proof = replace(proof, matrix=replace(proof.matrix, wrong_specs=(wrong,)))
    page = matrix_page(proof, MatrixFilter(), SERVED)

    assert "1 problem hides criteria or links" in page[: page.index("</header>")]
    assert '<header class="head error">' in page
    assert re.search(r"specs/b.md:1\S* It is not text\.", text_of(page))


@pytest.mark.verifies("matrix-pages#1.7")
def test_what_was_not_read_and_what_does_not_count_is_listed() -> None:
    def found(message: str) -> Diagnostic:
        return Diagnostic("x", Severity.WARNING, message, Span("specs/a.md", 7))

    link = Link("auth#9.9", LinkKind.CASE, "tests/cases/old.yaml", Span("tests/cases/old.yaml", 3))
    proof = proof_of(row("auth#1.1"))
    last = Decision(
        DecisionKind.APPROVAL, "", "", "Ada", NOW, "as discussed", verdict=Verdict.APPROVED
    )
    proof = replace(
        proof,
        matrix=replace(
            proof.matrix,
            unread=(found("This looks like a requirement."),),
            unknown=(UnknownLink(link, ("auth#1.1",)),),
            moved=(Moved("auth#1.3", "auth#1.1", ("tests/cases/a.yaml",)),),
            undecided=(found("The waiver of auth#1.1 by Ada expired on 2026-01-01."),),
        ),
        approvals=(
            Approval("specs/auth/requirements.md", "x", last, is_current=True),
            Approval("specs/auth/design.md", "x", last, is_current=False),
        ),
    )
    text = text_of(matrix_page(proof, MatrixFilter(), SERVED))

    assert "Not read: 1 passage that looks like a requirement" in text
    assert "This looks like a requirement." in text
    assert "auth#9.9 is unknown. Did you mean auth#1.1?" in text
    assert "auth#1.3 is auth#1.1 now; update the key in tests/cases/a.yaml" in text
    assert "expired on 2026-01-01" in text
    assert "specs/auth/requirements.md approved by Ada, 2026-03-04: as discussed" in text
    assert "specs/auth/design.md changed since the decision of Ada" in text


@pytest.mark.verifies("matrix-pages#1.8")
def test_a_row_shows_its_waiver_and_its_lint_findings() -> None:
    waiver = Decision(
        DecisionKind.WAIVER, "auth#1.1", "f", "Ada", NOW, "the bank is late", until=date(2026, 4, 1)
    )
    waived = replace(row("auth#1.1", Status.WAIVED), decision=waiver)
    finding = Diagnostic("S104", Severity.WARNING, "“fast” cannot be tested.", Span("a.md", 9))
    page = matrix_page(proof_of(waived, findings={"auth#1.1": (finding,)}), MatrixFilter(), SERVED)

    own = page[page.index('<tr id="auth-1.1"') :]
    assert "Waived until 2026-04-01 by Ada: the bank is late" in own
    assert '<p class="note warning"><b>S104</b> “fast” cannot be tested.</p>' in own


HOSTILE = "</script></title><script>alert(1)</script>\"'><b onclick=x>\0\ud800\u202e\x1b]]>"


@pytest.mark.verifies("matrix-pages#1.9")
@pytest.mark.parametrize("form", ["page", "file"])
def test_hostile_texts_reach_the_page_as_text(form: str) -> None:
    link = outcome(
        HOSTILE, Status.SUSPECT, HOSTILE, environment=HOSTILE, commit=HOSTILE, run_id=HOSTILE
    )
    decision = Decision(DecisionKind.WAIVER, HOSTILE, "f", HOSTILE, NOW, HOSTILE)
    bad = replace(row(HOSTILE, Status.SUSPECT, HOSTILE, [link], HOSTILE), decision=decision)
    found = Diagnostic(HOSTILE, Severity.WARNING, HOSTILE, Span(HOSTILE, 1), HOSTILE)
    proof = proof_of(
        bad,
        headings={HOSTILE: Heading(HOSTILE, HOSTILE, HOSTILE, HOSTILE, 1, HOSTILE)},
        owners={HOSTILE: (HOSTILE,)},
        findings={HOSTILE: (found,)},
    )
    proof = replace(proof, matrix=replace(proof.matrix, problems=(found,), unread=(found,)))
    if form == "page":
        text = matrix_page(proof, MatrixFilter(HOSTILE, *[HOSTILE] * 5), SERVED)
    else:
        text = matrix_file(proof, FILE, HOSTILE)

    text.encode()
    page = Page(text)
    assert [it.get("type") for it in page.all("script")].count(None) == 0
    assert not [it for it in page.all("b") if it.get("onclick")]
    assert not set("\0\u202e\x1b") & set(text)
    assert "<script>alert(1)</script>" in text_of(text)


@pytest.mark.verifies("matrix-pages#1.9")
def test_a_megabyte_of_text_is_cut() -> None:
    proof = proof_of(row("auth#1.1", text="WHEN x, THE API SHALL " + "y" * 1_000_000))

    page = matrix_page(proof, MatrixFilter(), SERVED)
    assert len(page) < 50_000
    assert "y…" in page
    assert len(matrix_file(proof, FILE)) < 100_000


@pytest.mark.verifies("matrix-pages#2.2")
def test_a_file_has_the_first_rows_as_html_and_all_of_them_as_data() -> None:
    proof = proof_of(
        *[row(f"auth#{at}.1") for at in range(1, 702)], row("shop#1.1", Status.FAILING)
    )
    page = matrix_file(proof, FILE, "books")
    index = index_of(page)

    assert len(shown(page)) == 500
    assert len(index["rows"]) == 702
    columns = index["columns"]
    last = dict(zip(columns, index["rows"][-1], strict=True))
    assert last["key"] == "shop#1.1"
    assert "".join(last["text"]) == "WHEN a user signs in, THE API SHALL answer 200"
    assert last["text"][1] == "WHEN"
    tables = index["tables"]
    assert tables["status"][last["status"]] == "failing"
    assert tables["links"][last["links"][0]][1] == "tests/cases/login.yaml (staging)"
    assert tables["environment"][last["environment"][0]] == "staging"
    assert "Rows 1 to 500 of 702; a browser" in text_of(page)


@pytest.mark.verifies("matrix-pages#2.2")
@pytest.mark.repeats
def test_ten_thousand_criteria_make_a_file_below_three_megabytes() -> None:
    text = "WHEN a customer places order {n}, THE shop SHALL take it off the stock and answer 201"
    rows = [
        row(
            f"feature-{at // 20}#{at % 20}.1",
            Status.FAILING if at % 50 == 0 else Status.PROVED,
            text.format(n=at),
            [outcome("x", source=f"tests/cases/feature-{at // 20}/part-{at % 4}.yaml")],
        )
        for at in range(10_000)
    ]
    assert len(matrix_file(proof_of(*rows), FILE).encode()) < 3_000_000


@pytest.mark.verifies("matrix-pages#2.3")
def test_a_file_says_why_what_is_not_proved_is_not_as_far_as_size_allows() -> None:
    rows = [
        row("auth#1.1"),
        row("auth#1.2", Status.UNTESTED, links=()),
        row("auth#1.3", Status.SUSPECT),
    ]
    page = matrix_file(proof_of(*rows), FILE)

    chains = re.findall(r'<details class="case [^"]+" id="why-([^"]+)">', page)
    assert chains == ["auth-1.3", "auth-1.2"]
    text = text_of(page)
    assert "the requirement changed since" in text
    assert "No case and no test is linked to it" in text
    assert "left out here" not in text

    many = [row(f"auth#{at}.1", Status.SUSPECT) for at in range(2000)]
    page = matrix_file(proof_of(*many), FILE)
    left_out = 2000 - page.count('<details class="case')
    assert 0 < left_out < 2000
    assert f"{left_out} criteria are left out here" in text_of(page)


def test_a_project_without_criteria_has_a_page_that_says_so() -> None:
    for page in (matrix_page(proof_of(), MatrixFilter(), SERVED), matrix_file(proof_of(), FILE)):
        assert "<h1>No criterion was found</h1>" in page
        assert "data-row>" not in page


def test_the_heat_map_counts_the_criteria_of_each_feature_by_status() -> None:
    proof = proof_of(
        row("auth#1.1"), row("auth#1.2"), row("auth#1.3", Status.FAILING), row("shop#1.1")
    )
    page = matrix_page(proof, MatrixFilter(), SERVED)
    heat = page[page.index('<table class="heat">') : page.index('<h2 id="matrix"')]

    assert re.findall(r"<th scope=\"row\">.*?</tr>", heat)[0].count("<td") == 3
    assert '<a href="/matrix?feature=auth&amp;status=failing">1</a>' in heat
    assert 'class="num cell proved shade-4"' in heat


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_is_written_in_the_language_of_its_reader(language: str) -> None:
    proof = proof_of(row("auth#1.1"), row("auth#1.2", Status.SUSPECT))
    page = matrix_page(proof, MatrixFilter(), replace(SERVED, language=language))

    assert ("可疑" in page or "待复核" in page or "已证明" in page) is (language == "zh")
    assert ("criteria proved" in page) is (language == "en")
