"""The code that a unit case calls, found in source alone."""

import pytest

from shall.cases.fields import Findings
from shall.cases.unit.reader import examine_unit_data
from shall.cases.unit.target import UnitCode, find_code

CART = """
import os
from os import system
from subprocess import *
from shop.inner import deep, run
from .inner import deep as near
if True:
    def below(): ...
partial = len
class Cart:
    from os import popen
    @staticmethod
    def zero(): ...
    async def load(self): ...
class Child(Base): ...
"""
INNER = "from os import system as run\nasync def deep(): ...\n"
SOURCES = {
    "shop": ("shop/__init__.py", ""),
    "shop.cart": ("shop/cart.py", CART),
    "shop.inner": ("shop/inner.py", INNER),
    "shop.broken": ("shop/broken.py", "def f(:\n"),
}


def find(module: str, function: str | None, class_name: str | None = None) -> tuple[UnitCode, str]:
    target = {"module": module, "function": function, "class": class_name}
    data = {"name": "u", "target": target, "cases": [{"id": "a"}]}
    findings = Findings()
    code = find_code(examine_unit_data(data).unit, SOURCES.get, findings)
    return code, " ".join(f"{it.message} {it.hint}" for it in findings.problems)


@pytest.mark.verifies("unit#1.5")
@pytest.mark.parametrize(
    ("module", "function", "class_name", "said"),
    [
        ("os", "system", None, "The workspace has no module `os`."),
        ("shop.cart", "system", None, "`system` is not defined in the workspace"),
        ("shop.cart", "os", None, "`os` is not defined in the workspace"),
        ("shop.cart", "Popen", None, "`Popen` is not defined in the workspace"),
        ("shop.cart", "run", None, "`run` is not defined in the workspace"),
        ("shop.cart", "popen", "Cart", "`popen` is not defined in the workspace"),
        ("shop.cart", "system", "os", "`os` is not defined in the workspace"),
        ("shop.cart", "zeero", "Cart", "Did you mean `zero`?"),
        ("shop.inner", "depe", None, "Did you mean `deep`?"),
        ("shop.cart", "x", "below", "`below` is not a class."),
        ("shop.broken", "f", None, "shop/broken.py is not Python: line 1"),
    ],
)
def test_code_that_the_workspace_does_not_define_is_refused(
    module: str, function: str, class_name: str | None, said: str
) -> None:
    assert said in find(module, function, class_name)[1]


def test_what_is_defined_elsewhere_in_the_workspace_is_found_there() -> None:
    for name in ("deep", "near"):
        code, said = find("shop.cart", name)
        assert said == ""
        assert code.is_async
    assert find("shop.cart", "below")[1] == ""
    assert find("shop.cart", "partial")[1] == ""
    assert find("shop.cart", "anything", "Child")[1] == ""
    assert find("shop.cart", "zero", "Cart")[0].is_static
    assert find("shop.cart", "load", "Cart")[0].is_async
