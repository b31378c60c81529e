import base64
import re
import string
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.redaction.spelling import spellings

from shall.engine.redact import Redactor
from shall.redaction.forms import MASK, SHORTEST, Matcher, Words, folded, forms_of, mask_spans

VALUES = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="*"),
    min_size=SHORTEST,
    max_size=40,
).filter(lambda text: len(text.strip()) >= SHORTEST)


def knowing(*values: str) -> Redactor:
    redactor = Redactor()
    redactor.learn(list(values))
    return redactor


@pytest.mark.verifies("defences#9.1")
@given(VALUES)
def test_no_form_of_a_value_is_left(value: str) -> None:
    redactor = knowing(value)
    for form in spellings(value):
        assert form not in redactor.text(f"a <{form}> b")


@pytest.mark.verifies("defences#9.1")
@given(VALUES, st.text(max_size=4), st.text(max_size=4))
def test_a_value_inside_what_was_encoded_is_masked(value: str, before: str, after: str) -> None:
    data = [text.encode("utf-8", "replace") for text in (before, value, after)]
    redactor = knowing(value)
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        text = encode(b"".join(data)).decode()
        masked = redactor.text(text)
        assert MASK in masked
        shown = masked.replace(MASK, "").rstrip("=")
        # What is left is what stands around the value, and the characters it shares with it.
        assert len(shown) <= -(-(len(data[0]) + len(data[2])) * 8 // 6) + 2


@pytest.mark.verifies("defences#9.2")
@given(VALUES, st.text())
def test_a_text_without_the_value_is_unchanged(value: str, text: str) -> None:
    low = folded(text)
    if not any(form in low for form in forms_of(value)):
        assert knowing(value).text(text) == text
    assert Redactor().text(text) == text


@pytest.mark.verifies("defences#9.1")
@pytest.mark.parametrize(
    "text",
    [
        "basic dXNlcjpjYW5hcnktNWYxYjlj and more",  # user:canary-5f1b9c
        "eyJhIjoiYiJ9.eyJrIjoiY2FuYXJ5LTVmMWI5YyJ9.c2ln",
        "CANARY-5F1B9C",
        "Canary-5f1B9c",
        "%63anary" + "%63%61%6e%61%72%79%2d%35%66%31%62%39%63",
        r"\u0063\u0061\u006e\u0061\u0072\u0079\u002d\u0035\u0066\u0031\u0062\u0039\u0063",
        "63616E6172792D356631623963",
    ],
)
def test_known_spellings_are_masked(text: str) -> None:
    assert MASK in knowing("canary-5f1b9c").text(text)


@pytest.mark.verifies("defences#9.1")
@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("it's a <secret> & more", "it&#39;s a &lt;secret&gt; &amp; more"),
        ("it's a <secret> & more", "it''s a <secret> & more"),
        ("a<b>c&d/e", r"a\u003cb\u003ec\u0026d/e"),
        ("slash/slash", r"slash\/slash"),
        ('quoted"quoted', r"{\"k\": \"quoted\\\"quoted\"}"),
        ("straße-straße", "STRASSE-STRASSE"),
        (
            "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\n-----END KEY-----",
            "  MIIEvQIBADANBgkqhkiG9w0B",
        ),
        ("postgres://app:pa55-word@db/x", "password pa55-word was refused"),
    ],
)
def test_escapes_of_other_formats_are_masked(value: str, text: str) -> None:
    masked = knowing(value).text(text)
    assert MASK in masked
    assert not any(part in masked for part in ("secret", "slash", "quoted", "STRASSE", "pa55"))


@pytest.mark.verifies("defences#9.2")
def test_the_case_of_letters_is_folded_without_moving_them() -> None:
    text = "İİİ canary-5f1b9c ΑΣ"
    assert len(folded(text)) == len(text)
    assert knowing("canary-5f1b9c").text(text) == f"İİİ {MASK} ΑΣ"


@pytest.mark.verifies("defences#9.1")
def test_neighbours_and_overlaps_are_masked_once() -> None:
    redactor = knowing("abcdef", "defghi")
    assert redactor.text("1abcdefghi2") == f"1{MASK}2"
    assert redactor.text("abcdefabcdef") == MASK


@pytest.mark.verifies("defences#9.1", "defences#9.2")
@given(st.lists(st.text(string.ascii_lowercase, min_size=6, max_size=9), max_size=9), st.text("ab"))
def test_many_forms_are_found_as_few_are(forms: list[str], text: str) -> None:
    others = [f"{number:06}" for number in range(2000)]
    masked = Matcher([*forms, *others]).mask("-".join([text, *forms, text]))
    assert not any(form in masked for form in forms)
    assert (MASK in masked) is bool(forms)
    assert Matcher(others).mask(text) == text


@pytest.mark.verifies("defences#9.3")
def test_a_short_value_is_masked_as_a_whole_value_and_a_whole_word() -> None:
    redactor = Redactor(["pin2"], {"pin2": "7734"})
    assert redactor.value({"a": "7734", "b": 7734}) == {"a": MASK, "b": MASK}
    assert redactor.text("it is 7734, 您的密码是7734。") == f"it is {MASK}, 您的密码是{MASK}。"
    assert redactor.text("order 177345 of x7734") == "order 177345 of x7734"


@pytest.mark.verifies("defences#9.2")
def test_asterisks_and_blanks_are_no_secrets() -> None:
    redactor = knowing("******", "        ")
    assert redactor.text("a ******        b") == "a ******        b"


@given(
    st.lists(st.text("ab密_ -", min_size=1, max_size=5), min_size=1, max_size=90),
    st.text("ab密_ -", max_size=60),
)
def test_short_values_are_found_where_they_are_whole_words(words: list[str], text: str) -> None:
    spans = [
        found.span(1)
        for word in words
        for found in re.finditer(rf"(?<![A-Za-z0-9_])(?=({re.escape(word)})(?![A-Za-z0-9_]))", text)
    ]
    expected = mask_spans(text, spans)
    assert Words(words).mask(text) == expected
    many = {*words, *(f"{number:05}" for number in range(100))}
    assert Words(many).mask(text) == expected


@pytest.mark.verifies("defences#9.14")
def test_other_threads_compute_while_many_secrets_are_searched_for() -> None:
    redactor = Redactor(["codes"], {"codes": [f"{number:05x}" for number in range(5000)]})
    searching = threading.Thread(target=redactor.text, args=("00000 " * 50_000,))
    last, longest = time.process_time(), 0.0
    searching.start()
    while searching.is_alive():
        searching.join(0.01)
        longest, last = max(longest, time.process_time() - last), time.process_time()
    assert longest < 1  # of computing; one alternation took 4 s
