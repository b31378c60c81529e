"""Secrets below keys, in texts that hold JSON but cannot be parsed as JSON."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shall.engine.redact import Redactor
from shall.redaction.json_text import secret_spans

NUMBER = re.compile(r"\d{5}")
KEYS = st.sampled_from(["a", "token", "password", "user", "session", "keys"])
TREES = st.recursive(
    st.integers(10_000, 99_999) | st.integers(10_000, 99_999).map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
)


@pytest.mark.verifies("defences#9.17")
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"a": 1, "token": "orchard"', '{"a": 1, "token": "***"'),
        ('{"user": {"password": "orch', '{"user": {"password": "***'),
        ('{"pin": 123}\n{"pin": "45", "n": 6}\n', '{"pin": ***}\n{"pin": "***", "n": 6}\n'),
        ('data: {"token": "a\\"b"}\n\nid: 5\n', 'data: {"token": "***"}\n\nid: 5\n'),
        ('{"credentials": {"user": "anna", "id": 7', '{"credentials": {"user": "***", "id": ***'),
        (
            '{"tokens": ["x1", ["x2"], {"a": "x3"}], "b": "c"',
            '{"tokens": ["***", ["***"], {"a": "***"}], "b": "c"',
        ),
        ('load({"n": 1, "to\\u006ben": "orchard"})', 'load({"n": 1, "to\\u006ben": "***"})'),
        ('{"token_type": "bearer", "n": "token", "orchard', None),
        ('"token" "orchard": {"x": "y"', None),
    ],
)
def test_values_are_masked_by_their_keys_where_the_text_is_cut(
    text: str, shown: str | None
) -> None:
    assert Redactor().body(text) == (text if shown is None else shown)


@pytest.mark.verifies("defences#9.17")
@given(TREES)
def test_the_same_values_are_found_in_lines_as_in_whole_json(tree: Any) -> None:
    whole = Redactor().body(json.dumps([tree]))
    cut = Redactor().body(f"data: {json.dumps([tree])}\n")
    assert set(NUMBER.findall(cut)) <= set(NUMBER.findall(whole))


def test_what_is_found_are_the_values_alone() -> None:
    text = '{"token": "a", "b": [1, {"token": 2.5e3}], "c": "token"}'
    found = list(secret_spans(text, "token".__eq__, "token".__eq__))
    assert [text[start:end] for start, end in found] == ["a", "2.5e3"]
