"""Documents that would keep a careless reader busy for hours."""

import pytest

from shall.actions.importing import read_cases
from shall.errors import ShallError

HOSTILE = {
    "curl: assignments": ("curl", "a=1 " * 100_000 + "curl http://h"),
    "curl: flags": ("curl", f"curl -{'s' * 150_000} http://h"),
    "curl: unknown flags": ("curl", f"curl -{'W' * 150_000} http://h"),
    "curl: ranges": ("curl", f"curl 'http://h/{'[' * 50_000}{'-' * 50_000}'"),
    "hurl: spaces": ("hurl", f"GET http://h\na: b{' ' * 150_000}c\n"),
    "hurl: quotes": ("hurl", 'GET http://h\n{"a' + '\\"' * 80_000),
    "hurl: tokens": ("hurl", "GET http://h\nHTTP 200\n[Asserts]\nbody == " + '\\"' * 80_000),
    "tavern: quotes": ("tavern", "test_name: a\nstages: !x " + '\\"' * 80_000),
    "postman: braces": (
        "postman",
        '{"item": [{"request": "http://h/{{' + " " * 150_000 + '"}]}',
    ),
    "postman: quotes": (
        "postman",
        '{"item": [{"request": {"url": "http://h", "body": {"mode": "raw", "raw": "'
        + '\\\\\\"' * 100_000
        + '"}}}]}',
    ),
}


@pytest.mark.repeats
@pytest.mark.verifies("import#1.4")
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_ends_in_the_time_that_its_length_allows(name: str) -> None:
    kind, text = HOSTILE[name]
    try:
        found = read_cases(text, "a", kind)
    except ShallError as error:
        assert str(error)
    else:
        assert len(found.files) <= 1
