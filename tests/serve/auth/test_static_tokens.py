import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shall.admin.token_file import new_token, revoke_token
from shall.errors import InvalidFile, InvalidSetting
from shall.serve.auth import authenticator
from shall.serve.auth.refusal import Refused
from shall.serve.auth.static_tokens import LOOK_AGAIN_S, KnownTokens
from shall.settings import Settings

Guard = Callable[..., Any]


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tokens"


@pytest.fixture
def clock() -> Clock:
    return Clock()


def knows(tokens: KnownTokens, token: str) -> bool:
    return tokens.find(token.encode()) is not None


@pytest.mark.verifies("auth#1.2")
def test_a_token_is_made_and_revoked_while_the_server_runs(file: Path, clock: Clock) -> None:
    first = new_token(file, "first", ["read"])
    tokens = KnownTokens("", file, clock)
    second = new_token(file, "second", ["run"])
    assert knows(tokens, first)
    assert not knows(tokens, second)
    clock.now_s += LOOK_AGAIN_S
    assert knows(tokens, second)
    revoke_token(file, "first")
    clock.now_s += LOOK_AGAIN_S
    assert not knows(tokens, first)
    assert knows(tokens, second)
    revoke_token(file, "second")
    clock.now_s += LOOK_AGAIN_S
    assert not knows(tokens, second)


@pytest.mark.verifies("auth#1.2")
def test_a_change_counts_at_once_after_a_signal(file: Path, guard: Guard) -> None:
    token = new_token(file, "ci", ["read"])
    guarded = guard(token_file=file)
    assert guarded.who(token) == ("ci", ["read"])
    revoke_token(file, "ci")
    guarded.authenticator.reload()
    assert guarded.get(token=token).status_code == 401


def test_a_file_behind_a_link_that_is_swapped_is_seen(file: Path, clock: Clock) -> None:
    """As Kubernetes changes a mounted secret."""
    for name in ("old", "new"):
        (file.parent / name).write_text(f"{name}-token")
    file.symlink_to("old")
    tokens = KnownTokens("", file, clock)
    (file.parent / "next").symlink_to("new")
    (file.parent / "next").rename(file)
    clock.now_s += LOOK_AGAIN_S
    assert not knows(tokens, "old-token")
    assert knows(tokens, "new-token")


@pytest.mark.verifies("auth#1.3")
@pytest.mark.parametrize("broken", ["name=ci scopes=read\n", "", "\n", None])
def test_a_broken_file_changes_nothing_and_is_reported_once(
    file: Path, clock: Clock, broken: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    token = new_token(file, "ci", ["read"])
    tokens = KnownTokens("", file, clock)
    kept = file.read_text()
    if broken is None:
        file.unlink()
    else:
        file.write_text(broken)
    for _ in range(3):
        clock.now_s += LOOK_AGAIN_S
        assert knows(tokens, token)
        assert not knows(tokens, "other")
    [record] = [it for it in caplog.records if it.levelname == "ERROR"]
    assert str(file) in record.getMessage()
    file.write_text(kept.replace("name=ci", "name=renamed"))
    clock.now_s += LOOK_AGAIN_S
    found = tokens.find(token.encode())
    assert found is not None
    assert found.name == "renamed"


@pytest.mark.verifies("auth#1.4")
def test_a_token_whose_time_is_over_is_refused(file: Path) -> None:
    now = datetime.now(UTC)
    token = new_token(file, "ci", ["read"], now + timedelta(hours=1))
    tokens = KnownTokens("", file)
    assert knows(tokens, token)
    past = f"{now - timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}"
    head, _, _ = file.read_text().partition("expires=")
    file.write_text(f"{head}expires={past}\n")
    tokens.reload()
    with pytest.raises(Refused, match="has expired"):
        tokens.find(token.encode())


@pytest.mark.verifies("auth#1.6")
@pytest.mark.parametrize("text", ["plain-token", "plain-token\n", "\n plain-token \r\n"])
def test_a_file_with_one_word_holds_a_plain_token(file: Path, guard: Guard, text: str) -> None:
    file.write_text(text)
    guarded = guard(token_file=file)
    assert guarded.who("plain-token") == ("token", ["admin", "read", "run", "write"])
    assert guarded.get(token="plain-toke").status_code == 401


def test_the_settings_token_and_the_file_are_both_known(file: Path, guard: Guard) -> None:
    made = new_token(file, "ci", ["run"])
    guarded = guard(auth_token="pässwörd", token_file=file)
    assert guarded.who(made) == ("ci", ["run"])
    sent = [(b"Authorization", "Bearer pässwörd".encode())]
    assert guarded.get(headers=sent).json()["name"] == "token"


@pytest.mark.parametrize(
    ("text", "error", "reported"),
    [
        (None, InvalidSetting, "cannot be read: No such file"),
        ("", InvalidSetting, "is empty"),
        ("name=a\n", InvalidFile, ":1:1: sha256: A line has either"),
    ],
)
def test_a_file_that_cannot_be_used_is_reported_at_start(
    file: Path, text: str | None, error: type[Exception], reported: str
) -> None:
    if text is not None:
        file.write_text(text)
    with pytest.raises(error, match=reported):
        authenticator(Settings(token_file=file))


def test_a_file_that_is_not_text_is_reported(file: Path) -> None:
    file.write_bytes(os.urandom(8) + b"\xff")
    with pytest.raises(InvalidSetting, match="not UTF-8"):
        KnownTokens("", file)


@pytest.mark.verifies("auth#4.4")
def test_a_list_of_callers_bounds_certificates_too(file: Path) -> None:
    assert KnownTokens("", None).holder_of("CN=a").may("write")
    new_token(file, "ci", ["read"])
    with file.open("a") as out:
        out.write("name=gateway cert='CN=a,O=Example' scopes=run\n")
    tokens = KnownTokens("", file)
    found = tokens.holder_of("CN=a,O=Example")
    assert (found.name, sorted(found.scopes)) == ("gateway", ["run"])
    with pytest.raises(Refused, match="client certificate is not known"):
        tokens.holder_of("CN=a")
