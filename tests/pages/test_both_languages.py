"""A saved file with both languages: what it has, and when it has one."""

import re
from datetime import UTC, datetime

import pytest
from tests.made_results import html_page
from tests.pages.test_report import Make, MakeRun, MakeStep, Page

from shall.pages.frame import Body, Look, saved_in_both
from shall.pages.markup import tag
from shall.pages.report import Beside, criterion_texts, run_body
from shall.results.records import RunResult
from shall.specs.matrix import Matrix

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
WORDS = {"en": "3 of 5 cases did not pass", "zh": "5 个用例中有 3 个未通过"}


def in_both(run: RunResult, matrix: Matrix, language: str) -> str:
    """Write a run as the commands do."""

    def body_in(language: str) -> Body:
        beside = Beside(matrix, texts=criterion_texts(matrix, language))
        return run_body(run, Look(language, NOW), beside)

    return "".join(saved_in_both(language, body_in))


@pytest.mark.verifies("run-pages#2.9")
@pytest.mark.parametrize(("language", "other"), [("en", "zh"), ("zh", "en")])
def test_a_file_starts_in_one_language_and_has_the_other_beside(
    sample: RunResult, matrix: Matrix, language: str, other: str
) -> None:
    text = in_both(sample, matrix, language)

    before, template = text.split("<template data-language=", 1)
    inside, after = template.split('</template><script type="module">', 1)
    assert inside.startswith(f'"{other}" data-title="{WORDS[other]} · shall">')
    assert f"<h1>{WORDS[other]}</h1>" in inside
    assert WORDS[language] not in inside
    assert f"<title>{WORDS[language]} · shall</title>" in before
    assert WORDS[other] not in before
    assert [it.count('<dialog id="help"') for it in (inside, after)] == [1, 1]
    page = Page(text)
    assert page.all("html") == [{"lang": language}]
    assert page.all("script") == [{"type": "module"}]
    assert [it.get("lang") for it in page.all("button") if "lang" in it] == [other, language]
    switches = ["hidden" in it for it in page.all("nav")]
    assert switches == [True, False]  # the first is shown by the script


@pytest.mark.verifies("run-pages#2.9")
def test_each_language_is_what_a_file_of_it_alone_has(sample: RunResult, matrix: Matrix) -> None:
    def main_of(text: str) -> list[str]:
        return re.findall(r"<header class.*?</footer>", text, re.DOTALL)

    text = in_both(sample, matrix, "en")

    alone = [main_of(html_page(sample, matrix, it, now=NOW))[0] for it in ("en", "zh")]
    assert main_of(text) == alone


@pytest.mark.verifies("run-pages#2.9")
def test_a_large_page_has_one_language() -> None:
    made: list[str] = []

    def body_in(language: str) -> Body:
        made.append(language)
        return Body("A run", Look(language, NOW), (tag("p", "x" * 1_400_000), None))

    text = "".join(saved_in_both("zh", body_in))

    assert made == ["zh"]
    assert "<template" not in text
    assert "<nav" not in text


@pytest.mark.verifies("run-pages#2.5")
@pytest.mark.verifies("run-pages#2.9")
@pytest.mark.repeats
def test_ten_thousand_passing_cases_take_less_than_three_megabytes_in_both_languages(
    make_run: MakeRun, make_case: Make, make_step: MakeStep
) -> None:
    steps = (make_step(), make_step())
    run = make_run(*(make_case(name=f"order {it}", steps=steps) for it in range(10_000)))

    text = in_both(run, Matrix(()), "en")

    assert '<template data-language="zh"' in text
    assert len(text.encode()) < 3_000_000


def test_a_file_that_was_not_asked_for_both_has_one(sample: RunResult, matrix: Matrix) -> None:
    assert "data-language" not in html_page(sample, matrix).split("<script")[0]
