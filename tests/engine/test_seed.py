"""Random values by a seed, and the functions of ``fake``."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from shall.cases.fakes import FAKES, LOCALES, fakes_table
from shall.cases.functions import FUNCTIONS
from shall.cases.reader import read_data
from shall.engine import fakes
from shall.engine.evaluate import evaluate
from shall.engine.random_values import Draws
from shall.engine.scope import Scope
from shall.errors import BadExpression, InvalidCase
from shall.report.failures import case_text
from shall.results.records import CaseResult, Outcome

ROOT = Path(__file__).parents[2]
TIMES = {"timestamp", "timestamp_ms", "get_timestamp", "datetime_now", "date_today", "date_offset"}
FORMS = {
    "email": r"\S+@example\.(com|net|org)",
    "password": r"\S{10}",
    "date_of_birth": r"(19[4-9]\d|200[0-5])-\d\d-\d\d",
    "country_code": "[A-Z]{2}",
    "latitude": r"-?\d+(\.\d+)?",
    "longitude": r"-?\d+(\.\d+)?",
    "url": r"https://example\.(com|net|org)/\w+/\d+",
    "domain": r"example\.(com|net|org)",
    "ipv4": r"\d+(\.\d+){3}",
    "ipv6": r"[0-9a-f:]+",
    "mac_address": r"[0-9a-f]{2}(:[0-9a-f]{2}){5}",
    "color": r"#[0-9a-f]{6}",
    "card_number": r"\d{11,19}",
    "currency": "[A-Z]{3}",
    "barcode": r"\d{13}",
    "datetime": r"20[0-2]\d-\d\d-\d\dT\d\d:\d\d:\d\dZ",
}


def drawn(expression: str, seed: int | None = 7, name: str = "a.yaml") -> Any:
    return evaluate(expression, Scope(draws=Draws(seed, name)))


@pytest.mark.verifies("cases#11.1")
@pytest.mark.parametrize("fake", FAKES, ids=lambda it: it.name)
def test_every_fake_has_its_form_and_follows_the_seed(fake: Any) -> None:
    for locale in LOCALES:
        call = f"{{{{ fake.{fake.name}('{locale}') }}}}"
        several = f"{{{{ [{', '.join([call[3:-3]] * 9)}] }}}}"
        value, values = drawn(call), drawn(several)

        assert re.fullmatch(FORMS.get(fake.name, ".+"), str(value)), value
        assert json.loads(json.dumps(value)) == value
        assert drawn(call) == value
        assert drawn(several) == values
        assert len({*values}) > 1
        assert drawn(several, name="b.yaml") != values


@pytest.mark.verifies("cases#11.1")
def test_names_are_those_of_the_locale() -> None:
    han = re.compile(r"[\u4e00-\u9fff]{2,4}")

    assert han.fullmatch(drawn("{{ fake.name('zh') }}"))
    assert han.fullmatch(drawn("{{ fake.name(locale='zh') }}"))
    assert drawn("{{ fake.name() }}").isascii()
    assert drawn("{{ fake.name('en') }}") == drawn("{{ fake.name('en_US') }}")
    assert drawn("{{ fake.city('de_DE') }}") != drawn("{{ fake.city() }}")


@pytest.mark.verifies("cases#11.2")
@pytest.mark.parametrize("name", sorted(FUNCTIONS.keys() - TIMES - {"demo_func"}))
def test_every_function_but_those_of_time_follows_the_seed(name: str) -> None:
    call = f"{name}({'1, 2, 3, 4, 5' if name == 'random_choice' else ''})"
    several = f"{{{{ [{', '.join([call] * 9)}] }}}}"

    assert drawn(several) == drawn(several)
    assert drawn(several) != drawn(several, seed=8)
    assert drawn(several, seed=None) != drawn(several, seed=None)


def test_a_uuid_by_a_seed_is_one_of_version_4() -> None:
    assert re.fullmatch(
        r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
        drawn("{{ uuid() }}"),
    )


@pytest.mark.verifies("cases#11.4")
@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("fake.nam()", "Unknown function `fake.nam`. Did you mean `fake.name`?"),
        ("fake.name('en', 'zh')", "`fake.name` takes 1 argument, not 2."),
        ("fake.name(language='zh')", "`fake.name` has no argument `language`."),
        ("faker.name()", "Unknown module `faker`."),
    ],
)
def test_a_wrong_call_is_reported_when_the_case_is_read(call: str, message: str) -> None:
    step = {"POST": "/a", "json": {"a": f"{{{{ {call} }}}}"}}

    with pytest.raises(InvalidCase) as refused:
        read_data({"name": "a", "steps": [step]})

    assert message in str(refused.value)


@pytest.mark.verifies("cases#11.4")
@pytest.mark.parametrize("locale", ["'xx'", "'zh; rm'", "7", "'../../etc'"])
def test_an_unknown_locale_is_an_error_with_the_next_step(locale: str) -> None:
    with pytest.raises(BadExpression, match="locale") as refused:
        drawn(f"{{{{ fake.name({locale}) }}}}")

    assert refused.value.hint == "Write 'en', 'zh' or a locale of Faker such as 'de_DE'."


@pytest.mark.verifies("cases#11.4")
def test_without_faker_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "faker.factory", None)
    fakes._generator.cache_clear()

    with pytest.raises(BadExpression, match="Faker, which is not installed") as refused:
        drawn("{{ fake.name() }}")

    assert refused.value.hint == "Run `pip install 'shall[data]'`."
    fakes.load()  # a server without the extra starts
    fakes._generator.cache_clear()


def test_the_documentation_lists_every_function() -> None:
    assert fakes_table() in (ROOT / "docs/guides/variables.md").read_text("utf-8")


def sent_of(results: Sequence[CaseResult]) -> dict[tuple[str, str | None, int], str]:
    found = {}
    for it in results:
        assert it.outcome is Outcome.PASSED
        assert it.steps[0].exchange is not None
        found[(it.case_key, it.data_row, it.attempt)] = it.steps[0].exchange.request_body
    return found


CASE = {
    "variables": {"id": "{{ uuid() }}"},
    "steps": [
        {"POST": "/echo", "json": ["{{ id }}", "{{ fake.name('zh') }}", "{{ random_int() }}"]}
    ],
}


@pytest.mark.anyio
@pytest.mark.verifies("cases#11.2")
async def test_the_values_of_a_case_depend_on_the_seed_and_itself(service: Any, run: Any) -> None:
    async def sent(number: int, **options: Any) -> dict[Any, str]:
        result = await run([CASE] * number, host=service.url, **options)
        return sent_of(result.cases)

    one_by_one = await sent(20, seed=5, concurrency=1)

    assert await sent(20, seed=5) == one_by_one
    assert len({*one_by_one.values()}) == 20
    assert (await sent(3, seed=5)).items() <= one_by_one.items()
    assert {*(await sent(20, seed=6)).values()}.isdisjoint(one_by_one.values())


@pytest.mark.anyio
@pytest.mark.verifies("cases#11.3")
async def test_a_result_has_the_seed_where_a_value_was_drawn(service: Any, run: Any) -> None:
    plain = {"steps": [{"POST": "/echo", "json": 1}]}

    drawing, other = (await run([CASE, plain], host=service.url)).cases
    again = (await run([CASE], host=service.url, seed=drawing.seed)).cases

    assert sent_of(again) == sent_of([drawing])
    assert not other.seed


@pytest.mark.anyio
@pytest.mark.verifies("cases#11.3")
async def test_what_did_not_pass_shows_how_to_draw_the_same_values(service: Any, run: Any) -> None:
    (bad,) = (
        await run([{"steps": [{"GET": "/status/500?a={{ uuid() }}"}]}], host=service.url, seed=48)
    ).cases

    assert "Random values were drawn: --seed 48 repeats them." in case_text(bad)
    assert "--seed 48 可重现" in case_text(bad, "zh")
