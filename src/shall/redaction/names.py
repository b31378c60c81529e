"""Names of headers, fields, parameters, cookies and variables that hold secrets, en and zh.

This is the one table: results, logs, redirects and tool replies all ask it. Its words are no
patterns: to compile those took 15 million instructions whenever the program started.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from shall.late_pattern import late_pattern

_PASSWORD = (
    *("password", "passwd", "passwort", "passphrase", "passcode"),
    *("密码", "密碼", "口令", "通行码", "通行碼"),
)
_KEYS = (
    *("api", "access", "private", "signing", "encryption", "master", "shared", "account"),
    *("storage", "subscription", "auth", "session", "app", "client", "ssh", "hmac", "webhook"),
)
_STRONG = (
    *_PASSWORD,
    *("secret", "token", "credential", "authorization"),
    *(f"{it}key" for it in _KEYS),
    *("密钥", "密鑰", "私钥", "私鑰", "金钥", "金鑰", "令牌", "权杖", "權杖"),
    *("凭证", "凭据", "凭證", "憑證", "憑據", "授权码", "授权碼", "授權码", "授權碼"),
)
"""Parts of a name, without its separators: everything below such a name is secret."""

_WEAK = (
    *("sessid", "sessionid", "csrf", "xsrf", "signature", "会话", "會話"),
    *("签名", "签章", "簽名", "簽章", "验证码", "驗證碼", "校验码"),
)
"""As above, but an object below such a name may hold more than secrets (``session.user``)."""

_WORDS = frozenset(
    {
        *("pass", "pwd", "passwd", "pin", "otp", "totp", "jwt", "sid", "session", "cookie", "sig"),
        *("hmac", "cvv", "cvc", "mima", "miyao", "lingpai", "kouling", "yanzhengma"),
    }
)
"""Whole words of a name: ``user_pwd``, ``connect.sid``. The last five are pinyin."""

_WORD = late_pattern(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[^\W\d_]+")

_GAPS = dict.fromkeys(
    (*range(ord("A")), *range(ord("Z") + 1, ord("a")), *range(ord("z") + 1, 128)), " "
)
"""What is no letter in ASCII, for ``str.translate``."""

_PASSWORD_WORDS = frozenset({"pass", "pwd", "passwd", "pin", "mima", "kouling"})

_ABOUT = frozenset(
    {
        *("type", "types", "count", "counts", "used", "ttl", "length", "size", "limit", "rate"),
        *("endpoint", "endpoints", "supported", "method", "methods", "algorithm", "alg", "policy"),
        *("issuer", "audience"),
    }
)
"""Last words of names that say something about a secret: ``token_type``, ``session_count``."""

_ABOUT_PARTS = (
    *("expire", "expiry", "expiration", "tokentype"),
    *("tokencount", "tokenscount", "tokenused", "tokensused"),
)
_AMOUNTS = frozenset(
    {
        *("maxtokens", "mintokens", "totaltokens", "prompttokens", "completiontokens"),
        *("inputtokens", "outputtokens", "reasoningtokens", "cachedtokens"),
    }
)
_FLAGS = frozenset({"accesscontrolallowcredentials"})
"""Names of headers that are true or absent."""
_ABOUT_ENDS = (
    *("类型", "類型", "长度", "長度", "数量", "數量", "次数"),
    *("强度", "有效期", "过期时间"),
)

_ORDINARY = frozenset(
    {
        *("passed", "failed", "active", "inactive", "enabled", "disabled", "expired", "invalid"),
        *("unknown", "required", "optional", "string", "number", "boolean", "object", "bearer"),
    }
)
"""Words that answers hold under names of secrets, but that are none (``session: active``)."""


@lru_cache(maxsize=4096)
def is_secret_name(name: str) -> bool:
    """Return whether a header, field, parameter, cookie or variable of this name is a secret."""
    words = _words(name)
    joined = "".join(words)
    named = _has_part(joined, _STRONG) or _has_part(joined, _WEAK) or not _WORDS.isdisjoint(words)
    return named and not _is_about(words, joined)


@lru_cache(maxsize=4096)
def is_password_name(name: str) -> bool:
    """Return whether a secret of this name is a password, not a token or key."""
    words = _words(name)
    return _has_part("".join(words), _PASSWORD) or not _PASSWORD_WORDS.isdisjoint(words)


@lru_cache(maxsize=4096)
def holds_only_secrets(name: str) -> bool:
    """Return whether everything in an object of this name is secret."""
    return _has_part("".join(_WORD.findall(name)).lower(), _STRONG)


def is_ordinary(value: Any) -> bool:
    """Return whether a value under a secret's name is a word that says something about it."""
    return isinstance(value, str) and value.lower() in _ORDINARY


def _words(name: str) -> list[str]:
    if name.isascii() and (name.islower() or name.istitle()):  # as most: each run of letters
        return name.lower().translate(_GAPS).split()
    return [word.lower() for word in _WORD.findall(unicodedata.normalize("NFKC", name))]


def _is_about(words: list[str], joined: str) -> bool:
    return (
        words[-1] in _ABOUT
        or joined in _AMOUNTS
        or joined in _FLAGS
        or joined.endswith(_ABOUT_ENDS)
        or _has_part(joined, _ABOUT_PARTS)
    )


def _has_part(name: str, parts: Iterable[str]) -> bool:
    return any(map(name.__contains__, parts))


def leaves(value: Any) -> Iterator[Any]:
    """Yield the values within JSON data that hold no others."""
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from leaves(item)
    else:
        yield value
