"""The functions that an expression may call: names, parameters and defaults.

The table is here so that reading can refuse an unknown name or a wrong argument before anything
is sent; the engine implements them.
"""

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from shall.cases.syntax import Call
from shall.messages import plural

MODULES = ("", "tools", "helpers")
"""Prefixes of a function's name; all mean the same."""

FAKE = "fake"
"""The prefix of the functions of ``cases.fakes``."""

KEYWORD_SPELLINGS = {"min": "min_val", "max": "max_val", "fmt": "format", "offset": "days"}
"""Other spellings of keyword arguments."""


class Signature(Struct, frozen=True):
    """Parameters with their defaults, in order. ``any_arguments`` takes whatever is given."""

    parameters: tuple[tuple[str, Any], ...] = ()
    any_arguments: bool = False

    def __str__(self) -> str:
        if self.any_arguments:
            return "(...)"
        return "(" + ", ".join(f"{name}={default!r}" for name, default in self.parameters) + ")"


_NONE = Signature()
_LENGTH_8 = Signature((("length", 8),))
_LOCALE = Signature((("locale", "en"),))
_DATE = "%Y-%m-%d"

FUNCTIONS: dict[str, Signature] = {
    "timestamp": _NONE,
    "timestamp_ms": _NONE,
    "get_timestamp": _NONE,
    "datetime_now": Signature((("format", "%Y-%m-%d %H:%M:%S"),)),
    "date_today": Signature((("format", _DATE),)),
    "date_offset": Signature((("days", 0), ("format", _DATE))),
    "uuid": _NONE,
    "generate_uuid": _NONE,
    "uuid_short": _LENGTH_8,
    "random_int": Signature((("min_val", 0), ("max_val", 100))),
    "random_float": Signature((("min_val", 0.0), ("max_val", 1.0), ("digits", 2))),
    "random_str": _LENGTH_8,
    "random_letters": _LENGTH_8,
    "random_digits": Signature((("length", 6),)),
    "random_choice": Signature(any_arguments=True),  # a list, or the choices themselves
    "fake_email": Signature((("domain", "example.com"),)),
    "fake_phone": _NONE,
    "fake_username": _NONE,
    "fake_name": _NONE,
    "fake_address": _NONE,
    "fake_id_card": _NONE,
    "fake_company": _NONE,
    "demo_get_id": _NONE,
    "demo_func": Signature(any_arguments=True),
}
"""Every function, with its parameters. ``get_timestamp`` is ``timestamp``, ``generate_uuid`` is
``uuid``: older spellings."""


def check_call(call: Call) -> tuple[str, str, str] | None:
    """Return code, message and hint of what is wrong with a call; None when it can be made."""
    if call.module == FAKE:
        return _check_fake(call)
    if call.module not in MODULES:
        hint = "Functions are in `tools`, `helpers` and `fake`."
        return "case.unknown-function", f"Unknown module `{call.module}`.", hint
    signature = FUNCTIONS.get(call.name)
    if signature is None:
        from shall.cases.nearest import nearest  # only where something is wrong, as below

        near = nearest(call.name, FUNCTIONS)
        hint = f"Did you mean `{near}`?" if near else ""
        return "case.unknown-function", f"Unknown function `{call.name}`.", hint
    if call.name == "random_choice" and (call.kwargs or not call.args):
        message = "`random_choice` needs something to choose from."
        return "case.bad-argument", message, "Pass a list or several values."
    wrong = None if signature.any_arguments else _wrong_arguments(call, signature)
    return ("case.bad-argument", wrong, f"It is {call.name}{signature}.") if wrong else None


def _check_fake(call: Call) -> tuple[str, str, str] | None:
    from shall.cases.fakes import BY_NAME  # few cases make data up

    name = f"{FAKE}.{call.name}"
    if call.name in BY_NAME:
        wrong = _wrong_arguments(replace(call, name=name), _LOCALE)
        return ("case.bad-argument", wrong, f"It is {name}{_LOCALE}.") if wrong else None
    from shall.cases.nearest import nearest

    near = nearest(name, [f"{FAKE}.{it}" for it in BY_NAME])
    hint = f"Did you mean `{near}`?" if near else f"Known are {', '.join(BY_NAME)}."
    return "case.unknown-function", f"Unknown function `{name}`.", hint


def _wrong_arguments(call: Call, signature: Signature) -> str | None:
    names = [name for name, _ in signature.parameters]
    if len(call.args) > len(names):
        arguments = plural(len(names), "argument", "arguments")
        return f"`{call.name}` takes {len(names)} {arguments}, not {len(call.args)}."
    given = set(names[: len(call.args)])
    for written, _ in call.kwargs:
        name = KEYWORD_SPELLINGS.get(written, written)
        if name not in names:
            return f"`{call.name}` has no argument `{written}`."
        if name in given:
            return f"`{call.name}` is given `{name}` twice."
        given.add(name)
    return None
