"""Importing a library without a part that no command uses."""

import importlib
import sys
import typing

import pytest

from shall.partial_import import forward_references_unread, imported_late, left_out


def test_a_module_that_is_left_out_cannot_be_found_and_can_be_imported_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)

    with left_out("colorsys"), pytest.raises(ImportError):
        importlib.import_module("colorsys")

    assert importlib.import_module("colorsys").rgb_to_hsv(0, 0, 0) == (0.0, 0.0, 0)


def test_the_members_that_a_library_names_are_found_in_a_module_that_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)

    with left_out("colorsys", rgb_to_hsv=None):
        assert importlib.import_module("colorsys").rgb_to_hsv is None

    assert importlib.import_module("colorsys").rgb_to_hsv(0, 0, 0) == (0.0, 0.0, 0)


def test_a_module_that_is_imported_already_is_not_left_out() -> None:
    with left_out("sys"):
        assert importlib.import_module("sys") is sys
    assert sys.modules["sys"] is sys


def test_a_module_is_imported_when_more_than_the_members_named_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)

    with imported_late("colorsys", rgb_to_hsv=None):
        during = importlib.import_module("colorsys")
        assert during.rgb_to_hsv is None
    assert "colorsys" not in sys.modules

    assert during.hsv_to_rgb(0, 0, 0) == (0, 0, 0)
    assert sys.modules["colorsys"].rgb_to_hsv(0, 0, 0) == (0.0, 0.0, 0)


def test_a_module_that_is_imported_late_may_be_used_in_the_block_already(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)

    with imported_late("colorsys"):
        during = importlib.import_module("colorsys")
        assert during.hsv_to_rgb(0, 0, 0) == (0, 0, 0)
        imported = sys.modules["colorsys"]

    assert sys.modules["colorsys"] is imported is not during


@pytest.mark.parametrize("is_at_once", [True, False])
def test_a_module_is_imported_when_a_function_of_it_is_called(
    monkeypatch: pytest.MonkeyPatch, is_at_once: bool
) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)

    with imported_late("colorsys", "hsv_to_rgb"):
        hsv_to_rgb = importlib.import_module("colorsys").hsv_to_rgb
        if is_at_once:
            assert hsv_to_rgb(0, 0, 0) == (0, 0, 0)
    assert ("colorsys" in sys.modules) is is_at_once

    assert hsv_to_rgb(0, 0, 0) == (0, 0, 0)
    assert sys.modules["colorsys"].rgb_to_hsv(0, 0, 0) == (0.0, 0.0, 0)


def test_forward_references_are_read_again_after_a_block_that_leaves_them_unread() -> None:
    with forward_references_unread():
        typing.ForwardRef("no expression", is_class=True)

    with pytest.raises(SyntaxError):
        typing.ForwardRef("no expression", is_class=True)
