"""The functions an expression may call; their signatures are in ``cases.functions``.

Made-up people carry names, phones and id cards in the Chinese form, as the earlier tool made
them. They are test data: nothing here is fit for secrets.
"""

import string
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from shall.cases.functions import FUNCTIONS, KEYWORD_SPELLINGS
from shall.engine.random_values import Draws
from shall.errors import BadExpression

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰"
_CITIES = ("北京市朝阳区", "上海市浦东新区", "广州市天河区", "深圳市南山区", "成都市武侯区")
_STREETS = ("人民路", "中山路", "建设路", "解放路", "和平街")
_TRADES = ("科技", "信息", "网络", "电子", "贸易")
_PHONE_PREFIXES = ("130", "135", "138", "150", "158", "176", "186", "199")
_AREAS = ("110105", "310115", "440106", "440305", "510107")
_WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "haven")

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999
_ID_CHECKS = "10X98765432"

_MAX_LENGTH = 100_000
_MAX_FORMAT = 1_000


def call_function(name: str, args: Sequence[Any], kwargs: Mapping[str, Any], draws: Draws) -> Any:
    """Call a function of an expression by name; those of chance take ``draws.random`` first.

    Raises:
        BadExpression: An argument has the wrong type or range.
    """
    function = _FUNCTIONS.get(name) or partial(_OF_CHANCE[name], draws.random)
    signature = FUNCTIONS[name]
    named = {KEYWORD_SPELLINGS.get(key, key): value for key, value in kwargs.items()}
    try:
        if signature.any_arguments:
            return function(*args, **kwargs)
        given = dict(zip((parameter for parameter, _ in signature.parameters), args, strict=False))
        return function(**{**dict(signature.parameters), **given, **named})
    except (TypeError, ValueError, OverflowError, IndexError) as error:
        raise BadExpression(
            f"`{name}` cannot be called like this: {error}.", hint=f"It is {name}{signature}."
        ) from None


def _now() -> datetime:
    return datetime.now().astimezone()


def _timestamp() -> int:
    return int(_now().timestamp())


def _timestamp_ms() -> int:
    return int(_now().timestamp() * 1000)


def _datetime_now(format: str) -> str:
    return _formatted(_now(), format)


def _formatted(moment: datetime, form: str) -> str:
    if len(form) > _MAX_FORMAT:
        raise ValueError(f"the format is longer than {_MAX_FORMAT} characters")
    return moment.strftime(form)


def _date_offset(days: int, format: str) -> str:
    return _formatted(_now() + timedelta(days=days), format)


def _uuid4(random: Random) -> uuid.UUID:
    return uuid.UUID(int=random.getrandbits(128), version=4)


def _uuid(random: Random) -> str:
    return str(_uuid4(random))


def _uuid_short(random: Random, length: int) -> str:
    return _uuid4(random).hex[: int(length)]


def _random_int(random: Random, min_val: int, max_val: int) -> int:
    return random.randint(int(min_val), int(max_val))


def _random_float(random: Random, min_val: float, max_val: float, digits: int) -> float:
    return round(random.uniform(float(min_val), float(max_val)), int(digits))


def _characters(random: Random, alphabet: str, length: int) -> str:
    if not 0 <= int(length) <= _MAX_LENGTH:
        raise ValueError(f"length is {length}, it must be 0 to {_MAX_LENGTH}")
    return "".join(random.choices(alphabet, k=int(length)))


def _random_str(random: Random, length: int) -> str:
    return _characters(random, string.ascii_letters + string.digits, length)


def _random_letters(random: Random, length: int) -> str:
    return _characters(random, string.ascii_letters, length)


def _random_digits(random: Random, length: int) -> str:
    return _characters(random, string.digits, length)


def _random_choice(random: Random, *choices: Any) -> Any:
    if len(choices) == 1 and isinstance(choices[0], list | str):
        choices = tuple(choices[0])
    return random.choice(choices)


def _fake_username(random: Random) -> str:
    return f"{random.choice(_WORDS)}_{_random_digits(random, 5)}"


def _fake_email(random: Random, domain: str) -> str:
    return f"{_fake_username(random)}@{domain}"


def _fake_phone(random: Random) -> str:
    return random.choice(_PHONE_PREFIXES) + _random_digits(random, 8)


def _fake_name(random: Random) -> str:
    return random.choice(_SURNAMES) + "".join(random.choices(_GIVEN, k=random.choice((1, 2))))


def _fake_address(random: Random) -> str:
    number = random.randint(1, 999)
    return f"{random.choice(_CITIES)}{random.choice(_STREETS)}{number}号"


def _fake_id_card(random: Random) -> str:
    born = datetime(1960, 1, 1).astimezone() + timedelta(days=random.randrange(15_000))
    digits = f"{random.choice(_AREAS)}{born:%Y%m%d}{_random_digits(random, 3)}"
    total = sum(int(digit) * weight for digit, weight in zip(digits, _ID_WEIGHTS, strict=True))
    return digits + _ID_CHECKS[total % 11]


def _fake_company(random: Random) -> str:
    name = "".join(random.choices(_GIVEN, k=2))
    return f"{name}{random.choice(_TRADES)}有限公司"


def _demo_get_id(random: Random) -> int:
    return random.randint(1, 10_000)


def _demo_func(*args: Any, **kwargs: Any) -> str:
    return "_".join(str(value) for value in (*args, *kwargs.values())) or "demo"


_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "timestamp": _timestamp,
    "timestamp_ms": _timestamp_ms,
    "get_timestamp": _timestamp,
    "datetime_now": _datetime_now,
    "date_today": _datetime_now,
    "date_offset": _date_offset,
    "demo_func": _demo_func,
}
_OF_CHANCE: Mapping[str, Callable[..., Any]] = {
    "uuid": _uuid,
    "generate_uuid": _uuid,
    "uuid_short": _uuid_short,
    "random_int": _random_int,
    "random_float": _random_float,
    "random_str": _random_str,
    "random_letters": _random_letters,
    "random_digits": _random_digits,
    "random_choice": _random_choice,
    "fake_email": _fake_email,
    "fake_phone": _fake_phone,
    "fake_username": _fake_username,
    "fake_name": _fake_name,
    "fake_address": _fake_address,
    "fake_id_card": _fake_id_card,
    "fake_company": _fake_company,
    "demo_get_id": _demo_get_id,
}
