"""The page of a criterion, and the first page."""

from datetime import timedelta

import pytest
from msgspec.structs import replace
from tests.pages.test_matrix import HOSTILE, NOW, SERVED, outcome, proof_of, row, text_of
from tests.pages.test_report import Page

from shall.actions.criterion_story import FileChange, SourceChange, Story, TextChange
from shall.pages.criterion import criterion_page
from shall.pages.overview import overview_page
from shall.span import Span
from shall.specs.decisions import Decision, DecisionKind
from shall.specs.mentions import Mention
from shall.specs.status import Status

CASE = "tests/cases/login.yaml"
CUT = "What follows is not compared"


def page_of(story: Story, status: Status = Status.SUSPECT, language: str = "en") -> str:
    found = row("auth#1.1", status)
    return criterion_page(proof_of(found), found, story, replace(SERVED, language=language))


@pytest.mark.verifies("matrix-pages#4.1")
def test_the_chain_leads_from_the_documents_to_the_newest_outcome() -> None:
    mentions = (
        Mention("design", "Tokens", Span("specs/auth/design.md", 12), ("1.1",)),
        Mention("task", "Write the login", Span("specs/auth/tasks.md", 7), ("1.1",), "2.1", "x"),
    )
    found = replace(
        row("auth#1.1", links=[outcome("auth#1.1", is_dirty=True, data_row="7")]), mentions=mentions
    )
    page = criterion_page(proof_of(found), found, Story(), SERVED)
    text = text_of(page)

    for part in (
        "specs/auth/requirements.md:9",
        "1 Signing in",
        "specs/auth/design.md:12",
        "Tokens",
        "specs/auth/tasks.md:7",
        "[x] 2.1 Write the login",
        CASE,
        "3 days ago",
        "staging",
        "1a2b3c4d5e6f (uncommitted changes)",
    ):
        assert part in text
    assert '<a href="/runs/r1">r1</a>' in page
    assert "<dt>Checks</dt><dd>2</dd>" in page
    Page(page)


@pytest.mark.verifies("matrix-pages#4.3")
def test_what_was_not_compared_is_said() -> None:
    many = "a line\n" * 2_001
    differs_late = FileChange(CASE, many + "old\n", many + "new\n")
    differs_early = FileChange(CASE, "old\n" + many, "new\n" + many)

    def of_file(change: FileChange, left_out: int = 0) -> str:
        source = SourceChange(CASE, "1a2b3c4", is_known=True, files=(change,))
        return text_of(page_of(Story(sources=(source,), left_out=left_out)))

    assert "lines beyond the first 2,000, differ" in of_file(differs_late)
    assert CUT in of_file(differs_early)
    assert CUT not in of_file(FileChange(CASE, "old", "new"))
    assert "3 more cases and tests have changed: not compared" in of_file(differs_late, 3)
    text = TextChange("f", "now " * 2_000 + "b", "then " * 2_000 + "a", "baseline")
    assert CUT in text_of(page_of(Story(texts=(text,))))


@pytest.mark.verifies("matrix-pages#4.2")
def test_a_former_text_is_shown_beside_the_present_one_with_its_words_set_off() -> None:
    change = TextChange("f", "THE API SHALL answer 204", "THE API SHALL answer 200", "baseline")
    page = page_of(Story(texts=(change,)))

    assert "<p>THE API SHALL answer <del>200</del></p>" in page
    assert "<p>THE API SHALL answer <ins>204</ins></p>" in page
    assert "The former text is that of the baseline" in page


@pytest.mark.verifies("matrix-pages#4.3")
def test_lines_that_differ_are_shown_side_by_side_with_what_is_around_them() -> None:
    old = "\n".join(f"line {at}" for at in range(1, 31))
    new = old.replace("line 15", "other").replace("line 30", "line 30\nlast")
    source = SourceChange(CASE, "1a2b3c4", is_known=True, files=(FileChange(CASE, old, new),))
    page = page_of(Story(sources=(source,)), Status.STALE)

    assert '<td class="less" data-label="Then"><code>- line 15</code></td>' in page
    assert '<td class="more" data-label="Now"><code>+ other</code></td>' in page
    assert '<td class="more" data-label="Now"><code>+ last</code></td>' in page
    assert "<code>line 12</code>" in page
    assert "<code>line 5</code>" not in page
    assert "…" in page


@pytest.mark.verifies("matrix-pages#4.4")
def test_what_is_not_known_is_said() -> None:
    page = page_of(
        Story(
            texts=(TextChange("f", "THE API SHALL answer 204"),),
            sources=(
                SourceChange(CASE, "", is_known=False),
                SourceChange("tests/a.yaml", "1a2b3c4", is_known=True),
                SourceChange("b", "c", is_known=True, files=(FileChange("big", None, None),)),
            ),
        )
    )
    assert page.count("The former text is not known") == 2
    assert "<del>" not in page
    assert "No file of it differs from commit 1a2b3c4" in page
    assert "its text is not shown" in page


@pytest.mark.verifies("matrix-pages#4.5")
def test_decisions_and_outcomes_are_listed() -> None:
    latest = outcome("auth#1.1").latest
    assert latest is not None
    waiver = Decision(
        DecisionKind.WAIVER, "auth#1.1", "other", "Ada", NOW - timedelta(days=2), "a reason"
    )
    gone = replace(waiver, is_withdrawn=True, at=NOW, criterion_fingerprint="f", reason="")
    failed = replace(latest, outcome="failed", criterion_fingerprint="other", run_id="r0")
    text = text_of(page := page_of(Story(decisions=(gone, waiver), outcomes=(latest, failed))))

    assert "waiver by Ada · withdrawn" in text
    assert "waiver by Ada · a reason · for another text" in text
    assert page.index('href="/runs/r1"') < page.index('href="/runs/r0"')
    assert text.count("for another text") == 2


def test_hostile_texts_of_a_criterion_are_text() -> None:
    latest = outcome(HOSTILE, source=HOSTILE, run_id=HOSTILE).latest
    assert latest is not None
    story = Story(
        (TextChange("f", HOSTILE, HOSTILE * 2, HOSTILE),),
        (SourceChange(HOSTILE, HOSTILE, True, (FileChange(HOSTILE, HOSTILE, HOSTILE * 2),)),),
        (Decision(DecisionKind.WAIVER, HOSTILE, "f", HOSTILE, NOW, HOSTILE, source=HOSTILE),),
        (latest,),
    )
    found = row(HOSTILE, Status.SUSPECT, HOSTILE, [outcome(HOSTILE, source=HOSTILE)], HOSTILE)
    text = criterion_page(proof_of(found), found, story, SERVED)

    text.encode()
    assert len(Page(text).all("script")) == 1
    assert not set("\0\u202e\x1b") & set(text)


@pytest.mark.verifies("matrix-pages#3.4")
def test_the_first_page_says_how_much_is_proved_and_begins_with_the_worst() -> None:
    proof = proof_of(
        row("auth#1.1"),
        row("auth#1.2", Status.STALE),
        row("auth#1.3", Status.UNTESTED, links=()),
        row("auth#1.4", Status.FAILING),
    )
    page = overview_page(proof, SERVED, "books")
    text = text_of(page)

    assert "1 of 4 criteria proved" in text
    first = page[page.index('id="first"') :]
    assert first.index("auth#1.4") < first.index("auth#1.2")
    assert "the case or test changed since" in text
    assert "auth#1.3" not in first[: first.index("</table>")]


def test_a_project_that_is_all_proved_needs_no_attention() -> None:
    text = text_of(overview_page(proof_of(row("auth#1.1")), SERVED, "books"))
    assert "Every criterion that counts is proved" in text
    missing = proof_of(row("auth#1.1"), row("auth#1.2", Status.UNTESTED, links=()))
    assert "Every criterion" not in text_of(overview_page(missing, SERVED, "books"))
    assert "Every criterion" not in text_of(overview_page(proof_of(), SERVED, "books"))
