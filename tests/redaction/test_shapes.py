import secrets

import pytest

from shall.redaction.forms import MASK
from shall.redaction.shapes import mask_path, mask_url_path

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm5hIn0.c2lnbmF0dXJlLXg"


@pytest.mark.verifies("defences#9.11")
@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/bot110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/send", f"/bot110201543:{MASK}/send"),
        (f"/verify/{JWT}", f"/verify/{MASK}"),
        ("/hooks/ghp_a1b2c3d4e5f6g7h8i9j0/x", f"/hooks/{MASK}/x"),
        (f"/reset/{'0123456789abcdef' * 4}", f"/reset/{MASK}"),
        (f"/key/AKIA{'A1' * 6}", f"/key/{MASK}"),
        (f"/invite/{'x1Y2' * 5}", f"/invite/{MASK}"),
    ],
)
def test_what_looks_like_a_token_is_masked(path: str, shown: str) -> None:
    assert mask_path(path) == shown
    assert mask_url_path(f"http://h:1{path}?a=http://b/c") == f"http://h:1{shown}?a=http://b/c"
    assert mask_url_path(path) == shown
    assert mask_url_path(f"https://h{path}") == f"https://h{shown}"


@pytest.mark.verifies("defences#9.11")
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "",
        "/users/550e8400-e29b-41d4-a716-446655440000",
        "/commits/da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "/posts/how-to-install-python-3-11-on-ubuntu-22-04",
        "/wiki/HowToInstallPython311OnUbuntu2204",
        "/tests/cases/login_with_a_long_name_2024.yaml",
        "/boards/task-management-of-everything-one-can-think-of",
    ],
)
def test_an_ordinary_path_is_shown(path: str) -> None:
    assert mask_path(path) == path
    assert mask_url_path(f"https://h{path}#f") == f"https://h{path}#f"
    assert mask_url_path(path) == path


@pytest.mark.verifies("defences#9.11")
def test_most_random_tokens_are_found() -> None:
    found = sum(mask_path(f"/t/{secrets.token_urlsafe(32)}") == f"/t/{MASK}" for _ in range(1000))
    assert found > 900
