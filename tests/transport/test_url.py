"""URLs as they go on the wire."""

import pytest

from shall.errors import BadValue
from shall.transport.url import checked_url


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("http://h/a?b=C&d=~_", "http://h/a?b=C&d=~_"),
        ("https://127.0.0.1:59999/", "https://127.0.0.1:59999/"),
        ("http://h:60000/", "http://h:60000/"),
        ("http://h:05555/", "http://h:5555/"),
        ("http://h:/", "http://h/"),
        ("http://H/", "http://h/"),
        ("http://h", "http://h/"),
        ("http://h/a b", "http://h/a%20b"),
        ("http://h/\u00e9", "http://h/%C3%A9"),
    ],
)
def test_a_url_is_sent_in_its_usual_form(url: str, sent: str) -> None:
    assert checked_url(url) == sent


@pytest.mark.parametrize(
    "url", ["http:///a", "http://:80/", "ftp://h/", "h/a", "http://h:\uff11/", "http://h:65536/"]
)
def test_a_url_without_a_host_or_with_a_wrong_port_is_refused(url: str) -> None:
    with pytest.raises(BadValue):
        checked_url(url)
