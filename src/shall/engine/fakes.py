"""The values of ``fake.NAME()``: made by Faker, drawn from the random values of a case."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from random import Random
from threading import Lock
from typing import Any

from shall.cases.fakes import BY_NAME, LOCALES
from shall.engine.functions import call_function
from shall.engine.random_values import Draws
from shall.errors import BadExpression

_LOCALE = re.compile(r"[a-z]{2,3}(_[A-Za-z]{2,4})?")
_BORN = date(1945, 1, 1)
_SINCE = datetime(2000, 1, 1, tzinfo=UTC)

_one_at_a_time = Lock()
"""A generator is shared by the threads of a process, and draws from one case at a time."""


def call_fake(name: str, args: Sequence[Any], kwargs: Mapping[str, Any], draws: Draws) -> Any:
    """Return a made-up value in a locale.

    Raises:
        BadExpression: Faker is not installed, or has no such locale.
    """
    (locale,) = [*args, *kwargs.values()] or ["en"]
    random = draws.random
    if not isinstance(locale, str) or not _LOCALE.fullmatch(locale):
        raise BadExpression(f"`fake.{name}` has no locale {locale!r:.40}.", hint=_LOCALE_HINT)
    if name in _OWN:
        return _OWN[name](random)
    if name == "id_card" and locale.startswith("zh"):
        return call_function("fake_id_card", (), {}, draws)
    generator = _generator(LOCALES.get(locale, locale))
    with _one_at_a_time:
        generator.random = random
        return _plain(getattr(generator, BY_NAME[name].method)())


_LOCALE_HINT = "Write 'en', 'zh' or a locale of Faker such as 'de_DE'."


def load() -> None:
    """Import Faker, where it is installed, with the locales that have a name of their own."""
    try:
        for locale in LOCALES.values():
            _generator(locale)
    except BadExpression:
        return


@cache
def _generator(locale: str) -> Any:
    try:
        from faker.factory import Factory
    except ImportError:
        raise BadExpression(
            "`fake` needs Faker, which is not installed.", hint="Run `pip install 'shall[data]'`."
        ) from None
    try:
        return Factory.create(locale)
    except AttributeError:
        raise BadExpression(f"Faker has no locale '{locale}'.", hint=_LOCALE_HINT) from None


def _plain(value: Any) -> Any:
    """Return a value as JSON has it, a text in one line."""
    if isinstance(value, Decimal):
        return float(value)
    return ", ".join(value.splitlines()) if isinstance(value, str) else value


def _date_of_birth(random: Random) -> str:
    return (_BORN + timedelta(days=random.randrange(61 * 365))).isoformat()


def _datetime(random: Random) -> str:
    moment = _SINCE + timedelta(seconds=random.randrange(30 * 365 * 86_400))
    return moment.isoformat().replace("+00:00", "Z")


def _domain(random: Random) -> str:
    return f"example.{random.choice(('com', 'net', 'org'))}"


def _url(random: Random) -> str:
    return f"https://{_domain(random)}/{random.choice(_WORDS)}/{random.randint(1, 9999)}"


_WORDS = ("items", "news", "pages", "posts", "shop", "wiki")

_OWN: Mapping[str, Callable[[Random], Any]] = {
    "date_of_birth": _date_of_birth,
    "datetime": _datetime,
    "domain": _domain,
    "url": _url,
}
"""What Faker would make from today's date, or of names that somebody may own."""
