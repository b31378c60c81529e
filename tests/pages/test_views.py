"""The views of MCP clients: one file each, that can do no more than show a result."""

import base64
import hashlib
import re

import pytest

from shall.mcp.matrix_reply import TraceReply
from shall.mcp.results import FailedCase, RunReply
from shall.pages.frame import asset
from shall.pages.views import matrix_view, run_view

MOST_BYTES = 64_000

VERDICTS = {"none_ran", "all_passed", "some_passed"}
MADE_BY_THE_SCRIPT = {
    *{"is_answer", "is_cancelled", "plain_text", "error_message", "more_criteria"},
    *VERDICTS,
}
OF_A_CRITERION = {"key", "status", "text", "place", "verified_by", "criterion", "source"}

VIEWS = pytest.mark.parametrize("view", [run_view(), matrix_view()], ids=["run", "matrix"])


@VIEWS
@pytest.mark.verifies("mcp-apps#1.4")
def test_a_view_is_one_small_document_that_loads_nothing(view: str) -> None:
    assert len(view.encode()) <= MOST_BYTES
    policy = re.findall(r'Content-Security-Policy" content="([^"]*)"', view)[0]
    assert policy.startswith("default-src &#x27;none&#x27;; script-src &#x27;sha256-")
    [script] = re.findall(r"<script[^>]*>(.*?)</script>", view, re.DOTALL)
    [style] = re.findall(r"<style>(.*?)</style>", view, re.DOTALL)
    for text in (script, style):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"sha256-{digest}" in policy
    assert "unsafe" not in policy
    assert not re.search(
        r"""(?:src|href)=|url\(|@import|https?://(?!www\.w3\.org/2000/svg)""", view
    )


@VIEWS
@pytest.mark.verifies("mcp-apps#1.6")
def test_a_view_has_a_template_of_each_language(view: str) -> None:
    assert re.findall(r'<template data-language="(\w+)">', view) == ["en", "zh"]
    english, chinese = view.split('<template data-language="zh">')
    named = re.compile(r'data-(?:field|when|unless|rows|pill|counts|share)="([^"]*)"')
    assert named.findall(english) == named.findall(chinese)


@pytest.mark.verifies("mcp-apps#1.6")
def test_the_views_follow_the_theme_of_the_client() -> None:
    style = asset("style.css")
    for theme in ("light", "dark"):
        assert f"[data-theme={theme}] {{ color-scheme: {theme}; }}" in style
    assert "light-dark(" in style
    assert "prefers-color-scheme" not in style


def test_the_views_show_values_that_the_tools_answer() -> None:
    named = re.compile(r'data-(?:field|when|unless|rows|pill|counts)="([^".]+)"')
    made = {name for it in (run_view(), matrix_view()) for name in named.findall(it)}
    answered = {*RunReply.__annotations__, *TraceReply.__annotations__, *FailedCase.__annotations__}
    assert made <= answered | OF_A_CRITERION | MADE_BY_THE_SCRIPT | {"more_results"}
    assert [it for it in VERDICTS if f"few.{it} = " not in asset("view.js")] == []


@pytest.mark.verifies("mcp-apps#1.5")
def test_the_script_makes_no_markup_and_listens_to_its_client_alone() -> None:
    script = asset("view.js")
    sinks = ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval", "Function(")
    others = ("srcdoc", "createContextualFragment", "setHTML", "fetch(", "location", "open(")
    assert [it for it in (*sinks, *others) if it in script] == []
    assert script.count('addEventListener("message"') == 1
    assert "if (event.source !== window.parent" in script
