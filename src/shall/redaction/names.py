"""Names of headers, fields, parameters, cookies and variables that hold secrets, en and zh.

This is the one table: results, logs, redirects and tool replies all ask it.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Any

_STRONG = re.compile(
    r"pass(word|wd|wort|phrase|code)|secret|token|credential|authorization"
    r"|(api|access|private|signing|encryption|master|shared|account|storage|subscription|auth"
    r"|session|app|client|ssh|hmac|webhook)key"
    r"|密[码碼]|口令|[密私金][钥鑰]|令牌|权杖|權杖|凭[证据證]|憑[證據]|通行[码碼]|授[权權][码碼]"
)
"""Parts of a name, without its separators: everything below such a name is secret."""

_WEAK = re.compile(r"sess(ion)?id|csrf|xsrf|signature|会话|會話|[签簽][名章]|验证码|驗證碼|校验码")
"""As above, but an object below such a name may hold more than secrets (``session.user``)."""

_WORDS = re.compile(
    r"pass|pwd|passwd|pin|otp|totp|jwt|sid|session|cookie|sig|hmac|cvv|cvc|mima|miyao"
    r"|lingpai|kouling|yanzhengma"
)
"""Whole words of a name: ``user_pwd``, ``connect.sid``. The last five are pinyin."""

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[^\W\d_]+")

_PASSWORD = re.compile(r"pass(word|wd|wort|phrase|code)|密[码碼]|口令|通行[码碼]")
_PASSWORD_WORDS = re.compile(r"pass|pwd|passwd|pin|mima|kouling")

_ABOUT = re.compile(
    r"type|types|count|counts|used|ttl|length|size|limit|rate|endpoint|endpoints"
    r"|supported|method|methods|algorithm|alg|policy|issuer|audience"
)
"""Last words of names that say something about a secret: ``token_type``, ``session_count``."""

_ABOUT_PART = re.compile(
    r"expire|expir(y|ation)|tokentype|tokens?(count|used)"
    r"|^(max|min|total|prompt|completion|input|output|reasoning|cached)tokens$"
    r"|(类型|類型|长度|長度|数量|數量|次数|强度|有效期|过期时间)$"
)


_ORDINARY = re.compile(
    r"passed|failed|active|inactive|enabled|disabled|expired|invalid|unknown|required"
    r"|optional|string|number|boolean|object|bearer"
)
"""Words that answers hold under names of secrets, but that are none (``session: active``)."""


@lru_cache(maxsize=4096)
def is_secret_name(name: str) -> bool:
    """Return whether a header, field, parameter, cookie or variable of this name is a secret."""
    written = name if name.isascii() else unicodedata.normalize("NFKC", name)
    words = [word.lower() for word in _WORD.findall(written)]
    joined = "".join(words)
    named = (
        _STRONG.search(joined) is not None
        or _WEAK.search(joined) is not None
        or any(map(_WORDS.fullmatch, words))
    )
    return named and not _is_about(words, joined)


@lru_cache(maxsize=4096)
def is_password_name(name: str) -> bool:
    """Return whether a secret of this name is a password, not a token or key."""
    written = name if name.isascii() else unicodedata.normalize("NFKC", name)
    words = [word.lower() for word in _WORD.findall(written)]
    has_part = _PASSWORD.search("".join(words)) is not None
    return has_part or any(map(_PASSWORD_WORDS.fullmatch, words))


@lru_cache(maxsize=4096)
def holds_only_secrets(name: str) -> bool:
    """Return whether everything in an object of this name is secret."""
    return _STRONG.search("".join(_WORD.findall(name)).lower()) is not None


def is_ordinary(value: Any) -> bool:
    """Return whether a value under a secret's name is a word that says something about it."""
    return isinstance(value, str) and _ORDINARY.fullmatch(value.lower()) is not None


def _is_about(words: list[str], joined: str) -> bool:
    return bool(_ABOUT.fullmatch(words[-1]) or _ABOUT_PART.search(joined))
