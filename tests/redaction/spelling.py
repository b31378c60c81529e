"""How services and libraries spell a value: written independently of what masks it."""

import base64
import json
from urllib.parse import quote, quote_plus


def spellings(value: str) -> list[str]:
    """Return the forms of a value, each as a part of something longer where it can be."""
    data = value.encode()
    escaped = json.dumps(value)[1:-1]
    found = [value, value.upper(), value.lower(), data.hex(), data.hex().upper()]
    found += [escaped, json.dumps(value, ensure_ascii=False)[1:-1], escaped.replace("/", "\\/")]
    for encode in (lambda text: quote(text, safe=""), quote_plus, quote):
        once = encode(value)
        found += [once, encode(once), lower_digits(once), lower_digits(encode(once))]
    found.append(quote(value, safe="/:;,?@&=+$-_.!~*'()#"))  # encodeURI of JavaScript
    if "%" not in value:  # within an address, whose reserved characters stay
        found.append(quote(value, safe="!#$&'()*+,/:;=?@[]~"))
    return found


def lower_digits(text: str) -> str:
    """Write the hexadecimal digits of escapes in lower case."""
    parts = text.split("%")
    return parts[0] + "".join(f"%{part[:2].lower()}{part[2:]}" for part in parts[1:])


def encoded(value: str, before: str, after: str = "") -> tuple[str, str]:
    """Return base64 and base64url of a value between other text."""
    data = f"{before}{value}{after}".encode()
    return base64.b64encode(data).decode(), base64.urlsafe_b64encode(data).decode()


def jwt_with(value: str) -> str:
    """Return a JWT whose payload holds a value."""
    parts = (json.dumps({"alg": "none"}), json.dumps({"sub": "anna", "key": value}))
    return ".".join(base64.urlsafe_b64encode(it.encode()).decode().rstrip("=") for it in parts)


def every_form(value: str) -> list[str]:
    """Return what to look for: a value, its spellings, and its part of a longer base64 text."""
    inside = [encoded(value, before, "tail")[0] for before in ("", "a", "ab")]
    cores = [text[4:-8] for text in inside]  # without what it shares with its neighbours
    return sorted({*spellings(value), *cores}, key=len)


def echoed(value: str) -> str:
    """Return a text that holds a value in every form."""
    texts = [
        *spellings(value),
        *encoded(value, "anna:"),
        *encoded(value, "a", "b"),
        jwt_with(value),
    ]
    return "\n".join(texts)
