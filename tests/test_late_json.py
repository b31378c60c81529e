"""JSON without importing ``json`` before it is used."""

import json
import math
from collections import OrderedDict
from typing import Any

import pytest

from shall import late_json

VALUES: tuple[Any, ...] = (
    *(None, True, 0, 10**40, -0.0, 1e300, math.inf, -math.inf, math.nan, "", 'a "b" \\ / \n'),
    *("Übergröße", "用户", "\ud800", "\x7f\u2028", [], {}, [1, [2.5, {"a": None}]], (1, "b")),
    {True: "b", None: "c", 1.5: "d", "用": "\ud83d\ude00"},
    OrderedDict(z=1, a=[OrderedDict()]),
)


@pytest.mark.parametrize("value", VALUES)
def test_values_are_encoded_as_json_encodes_them(value: Any) -> None:
    expected = json.dumps(value, ensure_ascii=False)

    assert late_json.dumps(value) == json.dumps(value)
    assert late_json.dumps(value, ensure_ascii=False) == expected
    assert late_json.encode(value) == expected
    assert "".join(late_json.iterencode(value)) == expected


def test_a_value_that_json_does_not_have_is_named() -> None:
    for encode in (late_json.encode, late_json.dumps, json.dumps):
        with pytest.raises(TypeError, match=r"^Object of type bytes is not JSON serializable$"):
            encode({"a": b""})

    assert "".join(late_json.iterencode({"a": b""}, default=str)) == json.dumps("b''").join(
        ('{"a": ', "}")
    )


def test_text_and_bytes_are_decoded_as_json_decodes_them() -> None:
    assert late_json.loads('"\\ud800"') == "\ud800"
    assert late_json.loads('{"a": 1e400}'.encode("utf-16")) == {"a": math.inf}
    with pytest.raises(ValueError, match="line 1 column 2"):
        late_json.loads("[")
