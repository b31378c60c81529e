import os
import re
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from shall.actions.principal import SCOPES
from shall.admin.token_file import list_tokens, new_token, revoke_token
from shall.admin.tokens import RESERVED, Token, bare_token, digest_of, parse_tokens, token_line
from shall.errors import AlreadyExists, BadValue, FileMissing, FileUnavailable, InvalidFile

DIGEST = digest_of(b"x")
times = st.none() | st.integers(0, 2**32).map(lambda it: datetime.fromtimestamp(it, UTC))


@given(
    st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True).filter(
        lambda it: it not in RESERVED
    ),
    st.frozensets(st.sampled_from(SCOPES), min_size=1),
    st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1),
    st.tuples(times, times),
)
def test_what_is_written_reads_back_the_same(
    name: str, scopes: frozenset[str], subject: str, at: tuple[datetime | None, datetime | None]
) -> None:
    folders = (Path("/srv/shop"), Path("/srv/it's a \\ stock"))
    for token in (
        Token(name, scopes, DIGEST, "", *at),
        Token(name, scopes, "", subject, *at),
        Token(name, scopes, DIGEST, "", *at, workspaces=folders),
    ):
        [read] = parse_tokens(f"# head\n\n{token_line(token)}\n", "tokens")
        assert read == replace(token, line=3)


@pytest.mark.verifies("auth#1.5")
def test_every_bad_line_is_told_with_its_place_and_without_its_secret() -> None:
    right = f"name=a sha256={DIGEST} scopes=read"
    text = "\n".join(
        [
            right,
            f"name=b sha256={DIGEST} scopes=read",
            f"name=a sha256={digest_of(b'y')} scopes=read",
            "canary-secret canary-other",
            "name=c sha=canary-secret scopes=read",
            "name=c sha256=canary-secret scopes=read",
            f"name=c sha256={digest_of(b'z')} scopes=reed",
            f"name=c sha256={digest_of(b'z')}",
            f"name=c sha256={digest_of(b'z')} scopes=read expires=soon",
            f"name=c sha256={digest_of(b'z')} scopes=read workspaces=canary-secret",
            f"name=c sha256={digest_of(b'z')} scopes=read workspaces=",
            f"name=../c sha256={digest_of(b'z')} scopes=read",
            f"name=token sha256={digest_of(b'z')} scopes=read",
            f"sha256={digest_of(b'z')} scopes=read",
            "name=c cert= scopes=read",
            "name=c name=d cert=x scopes=read",
            "name=c cert='CN=canary-secret scopes=read",
        ]
    )
    with pytest.raises(InvalidFile) as error:
        parse_tokens(text, "etc/tokens")
    told = str(error.value).splitlines()
    assert [line.split(":")[:2] for line in told] == [["etc/tokens", str(n)] for n in range(2, 18)]
    assert "Did you mean sha256=?" in told[3]
    assert "Line 1 is the same token" in told[0]
    assert "canary" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("abc", "abc"),
        ("abc==\n", "abc=="),
        ("#abc", "#abc"),
        ("a b", None),
        ("", None),
        ("name=ci", None),  # a list that lost its rest must not become a token
    ],
)
def test_one_word_is_a_token(text: str, token: str | None) -> None:
    assert bare_token(text) == token


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tokens"


@pytest.mark.verifies("auth#1.1")
def test_the_file_keeps_a_hash_and_nobody_else_may_read_it(file: Path) -> None:
    expires = datetime.now(UTC).replace(microsecond=0) + timedelta(days=90)
    made = new_token(file, "ci", ["run", "read"], expires)
    assert re.fullmatch(r"shall_[A-Za-z0-9_-]{43}", made)
    assert new_token(file, "other", ["read"]) != made
    assert made not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    first, second = list_tokens(file)
    assert (first.name, sorted(first.scopes), first.expires) == ("ci", ["read", "run"], expires)
    assert first.digest == digest_of(made.encode())
    assert first.created is not None
    assert (second.name, second.expires) == ("other", None)


def test_what_a_person_wrote_stays(file: Path) -> None:
    file.write_text(f"# ours\nname=a sha256={DIGEST} scopes=read")
    file.chmod(0o640)
    new_token(file, "b", ["read"])
    revoke_token(file, "b")
    assert file.read_text() == f"# ours\nname=a sha256={DIGEST} scopes=read\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert list(file.parent.iterdir()) == [file]


def test_a_file_of_another_user_stays_theirs(file: Path) -> None:
    new_token(file, "a", ["read"])
    if os.getuid() == 0:  # only root may give a file away
        os.chown(file, 12345, 12345)
    before = file.stat()
    new_token(file, "b", ["read"])
    after = file.stat()
    assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)
    assert after.st_ino != before.st_ino, "a reader sees all of it or nothing"


def test_a_link_stays_a_link(file: Path) -> None:
    (file.parent / "real").write_text("# here\n")
    file.symlink_to("real")
    new_token(file, "a", ["read"])
    assert file.is_symlink()
    assert [token.name for token in list_tokens(file.parent / "real")] == ["a"]


def test_after_the_last_token_the_file_is_not_empty(file: Path) -> None:
    file.write_text(f"name=a sha256={DIGEST} scopes=read\n")
    revoke_token(file, "a")
    assert file.read_text().startswith("#")
    assert list_tokens(file) == ()


@pytest.mark.verifies("auth#1.7")
def test_commands_at_the_same_time_lose_nothing(file: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from shall.admin.token_file import *\n"
        "[new_token(Path(sys.argv[1]), f'{sys.argv[2]}{n}', ['read']) for n in range(20)]"
    )
    command = [sys.executable, "-c", code, str(file)]
    started = [subprocess.Popen([*command, name]) for name in "abc"]
    assert [process.wait(60) for process in started] == [0, 0, 0]
    names = {token.name for token in list_tokens(file)}
    assert names == {f"{name}{n}" for name in "abc" for n in range(20)}


@pytest.mark.parametrize("name", ["", "a b", "a=b", "-a", "ü", "a\n", "x" * 65, "token", "nobody"])
def test_a_name_is_one_word(file: Path, name: str) -> None:
    with pytest.raises(BadValue):
        new_token(file, name, ["read"])
    assert not file.exists()


def test_what_cannot_be_done_is_told(file: Path) -> None:
    now = datetime.now(UTC)
    with pytest.raises(BadValue, match="in the past"):
        new_token(file, "a", ["read"], now - timedelta(seconds=1))
    with pytest.raises(FileMissing):
        revoke_token(file, "a")
    with pytest.raises(FileMissing):
        list_tokens(file)
    new_token(file, "deploy", ["read"])
    with pytest.raises(AlreadyExists, match="shall token revoke deploy"):
        new_token(file, "deploy", ["read"])
    with pytest.raises(BadValue, match="Did you mean deploy"):
        revoke_token(file, "deplay")
    file.write_text("plain\n")
    for act in (lambda: new_token(file, "a", ["read"]), lambda: list_tokens(file)):
        with pytest.raises(AlreadyExists, match="one plain token"):
            act()
    assert file.read_text() == "plain\n"
    with pytest.raises(FileUnavailable, match="No such file"):
        new_token(file.parent / "none" / "tokens", "a", ["read"])
    with pytest.raises(FileUnavailable, match="directory"):
        new_token(file.parent, "a", ["read"])
    file.write_bytes(b"\xff\xfe x")
    for act in (lambda: new_token(file, "a", ["read"]), lambda: list_tokens(file)):
        with pytest.raises(FileUnavailable, match="UTF-8"):
            act()
