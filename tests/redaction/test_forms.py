import base64
import html
import json
import quopri
import re
import string
import threading
import time
from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.redaction.spelling import spellings

from shall.engine.redact import Redactor
from shall.redaction.forms import MASK, SHORTEST, folded, forget_forms, forms_of, plain_forms_of
from shall.redaction.matcher import Matcher, Words, mask_spans

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


TOKENS = st.text(f"{string.ascii_letters}{string.digits}._-", min_size=SHORTEST, max_size=40)


@pytest.mark.verifies("defences#9.1")
@given(VALUES | TOKENS)
def test_texts_with_any_form_of_a_value_are_not_clean(value: str) -> None:
    redactor = knowing(value)
    for form in (*spellings(value), *forms_of(value)):
        assert not redactor.are_clean(["a", f"b <{form}> c"])


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


ESCAPES: list[Callable[[str], str]] = [
    lambda char: char,
    lambda char: f"&#{ord(char)};",
    lambda char: f"&#x{ord(char):X};",
    lambda char: f"&#x{ord(char):04x};",
    lambda char: "".join(f"%{byte:02x}" for byte in char.encode()),
    lambda char: "".join(f"%25{byte:02X}" for byte in char.encode()),
    lambda char: "".join(f"\\x{byte:02x}" for byte in char.encode()),
    lambda char: json.dumps(f"&#{ord(char)};")[1:-1],
    lambda char: f"\\u{ord(char):04X}" if ord(char) < 1 << 16 else f"\\U{ord(char):08X}",
    lambda char: f"\\\\u{ord(char):04x}" if ord(char) < 1 << 16 else f"\\u{{{ord(char):x}}}",
]


@pytest.mark.verifies("defences#9.20")
@given(VALUES, st.lists(st.sampled_from(ESCAPES), min_size=40, max_size=40), st.text("%&\\x;n\n"))
def test_a_value_is_masked_whichever_of_its_characters_are_escaped(
    value: str, escapes: list[Callable[[str], str]], around: str
) -> None:
    assume(folded(value) not in folded(around))
    used = escapes[: len(value)]
    # What escapes with a backslash escapes a backslash, too.
    assume("\\" not in value or not any("\\" in escape("a") for escape in used))
    spelled = "".join(escape(char) for escape, char in zip(used, value, strict=True))
    text = f"{around} <{spelled}> {around}"
    assert MASK in knowing(value).text(text)
    assert knowing(value).text(text).startswith(f"{around} <{MASK}") or spelled[0] in "%&\\"
    assert knowing(value).holds(text)
    assert not knowing(value).are_clean([text])


WITHOUT_BREAKS = str.maketrans("", "", "=\r\n")


@pytest.mark.verifies("defences#9.22")
@given(VALUES, st.sampled_from(["\n", "\r\n"]), st.integers(0, 80), st.booleans(), st.booleans())
def test_a_value_in_a_mail_is_masked(
    value: str, end: str, before: int, is_json: bool, is_html: bool
) -> None:
    content = html.escape(value) if is_html else value
    lines = quopri.encodestring(f"{'b' * before}{content} after".encode()).decode()
    text = lines.replace("\n", end)
    text = json.dumps(text)[1:-1] if is_json else text
    masked = knowing(value).text(text)
    assert MASK in masked
    assert knowing(value).holds(text)
    assert not knowing(value).are_clean([text])
    left = masked.rpartition(MASK)[2]
    assert left.replace("\\r", "").replace("\\n", "").translate(WITHOUT_BREAKS) == " after"


@pytest.mark.verifies("defences#9.22")
@pytest.mark.parametrize(
    ("value", "text", "masked"),
    [
        ("ab=cd&ef/9", "x?t=3Dab=3Dcd=26ef/9 y", f"x?t=3D{MASK} y"),
        ("ab=cd&ef/9", "x?t=3Dab=3D=\r\ncd&amp;e=\r\nf/9 y", f"x?t=3D{MASK} y"),
        ("ab&cd=ef9", "<p>a=26#98;=26cd=3Def9</p>", f"<p>{MASK}</p>"),
        ("ab-cd-ef-9", "ab-cd-=\nef-9.", f"{MASK}."),
        ("grün-9-weiß", "gr=C3=BCn-9-wei=C3=9F!", f"{MASK}!"),
        ("grün-9-weiß", "gr=FCn-9-wei=DF!", f"{MASK}!"),
        ("20ab/cd", "?a=20ab%2Fcd&b=1", f"?a={MASK}&b=1"),
        ("ab/cd=20ef", "?a=ab%2Fcd=20ef&b=1", f"?a={MASK}&b=1"),
    ],
)
def test_quoted_printable_is_masked(value: str, text: str, masked: str) -> None:
    assert knowing(value).text(text) == masked
    assert not knowing(value).are_clean(["=", text])


@pytest.mark.verifies("defences#9.22", "defences#9.23")
@given(VALUES, st.sampled_from(":- "), st.booleans())
def test_separated_hexadecimal_is_masked(value: str, between: str, is_upper: bool) -> None:
    digits = value.encode().hex(between)
    text = f"key: {digits.upper() if is_upper else digits}."
    assert knowing(value).text(text) == f"key: {MASK}."
    assert not knowing(value).are_clean([text])


@pytest.mark.verifies("defences#9.20")
@pytest.mark.parametrize(
    ("value", "text", "masked"),
    [
        ("Ab+cd/Ef=9", "<p>Ab&#43;cd&#x2F;Ef&#x3D;9</p>", f"<p>{MASK}</p>"),
        ('it"s/secret', "[it&#34;s&sol;secret]", f"[{MASK}]"),
        ('it"s/secret', "[it\\&quot;s/secret]", f"[{MASK}]"),
        ("it's\\here", "[it&#039;s\\here]", f"[{MASK}]"),
        ("000000\\", "<00000&#48;\\>", f"<{MASK}>"),
        ("000000\\", "<00000\\x30\\>", f"<{MASK}>"),
        ("0\\00000", "<0\\\\0000\\u0030>", f"<{MASK}>"),
        ("grün-9-weiß", "gr&uuml;n-9-wei&szlig;!", f"{MASK}!"),
        ("grün-9-weiß", "gr%FCn-9-wei%DF!", f"{MASK}!"),
        ("grün-9-weiß", "grÃ¼n-9-weiÃŸ!", f"{MASK}!"),
        ("grün-9-weiß", "grÃ¼n-9-weiÃ\x9f!", f"{MASK}!"),
        ("grün-9-weiß", r"b'gr\xc3\xbcn-9-wei\xc3\x9f'", f"b'{MASK}'"),
        ("grün-9-weiß", r'"gr\xFCn-9-wei\xDF"', f'"{MASK}"'),
        ("grün-9-weiß", "gru\u0308n-9-weiß!", f"{MASK}!"),
        ("one+%41-two", "one&#43;%41-two!", f"{MASK}!"),
    ],
)
def test_escapes_that_a_service_chooses_are_masked(value: str, text: str, masked: str) -> None:
    assert knowing(value).text(text) == masked


@pytest.mark.verifies("defences#9.20")
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_base64_in_lines_is_masked(end: str) -> None:
    data = base64.b64encode(b"a" * 50 + b"canary-5f1b9c" + b"b" * 50).decode()
    text = end.join(data[at : at + 76] for at in range(0, len(data), 76))
    masked = knowing("canary-5f1b9c").text(text)
    assert MASK in masked
    assert len(masked.replace(MASK, "").replace(end, "")) < len(data) - 16


@pytest.mark.verifies("defences#9.20", "defences#9.18")
@pytest.mark.parametrize("end", ["", "%", "%2", "&#", "&#x2", "\\u00"])
def test_the_beginning_of_an_escaped_value_is_masked_where_a_text_was_cut(end: str) -> None:
    matcher = Matcher(forms_of("canary-5f1b9c"))
    assert matcher.mask_end(f"it is can&#97;ry{end}") == f"it is {MASK}"


@pytest.mark.verifies("defences#9.20")
@pytest.mark.repeats
def test_escaped_values_in_a_long_text_are_masked() -> None:
    text = "&amp;%41 " * 100_000
    masked = knowing("canary-5f1b9c").text(f"{text}can&#97;ry-5f1b9c {text}can%61ry-5f1b9c")
    assert masked == f"{text}{MASK} {text}{MASK}"


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
@pytest.mark.repeats
def test_other_threads_compute_while_many_secrets_are_searched_for() -> None:
    redactor = Redactor(["codes"], {"codes": [f"{number:05x}" for number in range(5000)]})
    searching = threading.Thread(target=redactor.text, args=("00000 " * 50_000,))
    last, longest = time.process_time(), 0.0
    searching.start()
    while searching.is_alive():
        searching.join(0.01)
        longest, last = max(longest, time.process_time() - last), time.process_time()
    assert longest < 1  # of computing; one alternation took 4 s


def test_forms_of_a_secret_are_kept_until_they_are_forgotten() -> None:
    for find in (forms_of, plain_forms_of):
        found = find("hunter2hunter2")
        assert find("hunter2hunter2") is found
        forget_forms()
        assert find("hunter2hunter2") is not found
