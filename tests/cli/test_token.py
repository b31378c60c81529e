import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shall.cli.token import expiry
from shall.errors import BadValue

Shall = Callable[..., Any]
NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)


@pytest.mark.verifies("auth#1.1")
def test_a_token_is_made_listed_and_revoked(
    shall: Shall, shall_process: Shall, project: Path
) -> None:
    made = shall_process(
        "token", "new", "--name", "ci", "--scope", "read", "run", "--file", "tokens"
    )
    assert made.returncode == 0, made.stderr
    [token] = made.stdout.splitlines()
    assert token.startswith("shall_")
    assert token not in made.stderr + (project / "tokens").read_text()
    assert stat.S_IMODE((project / "tokens").stat().st_mode) == 0o600
    more = ("--expires", "2099-01-01", "--file", "tokens")
    assert shall("token", "new", "--name", "board", *more).returncode == 0
    listed = shall("token", "list", "--file", "tokens").stdout
    rows = [line.split() for line in listed.splitlines()]
    assert [row[:2] for row in rows[1:]] == [["ci", "read,run"], ["board", "read"]]
    assert rows[1][4] == "never"
    assert rows[2][4:6] == ["2099-01-01", "00:00"]
    revoked = shall("token", "revoke", "ci", "--file", "tokens")
    assert revoked.returncode == 0
    assert "ci" not in shall("token", "list", "--file", "tokens").stdout


def test_a_list_tells_what_is_over_and_what_is_a_certificate(shall: Shall, project: Path) -> None:
    (project / "tokens").write_text(
        f"name=old sha256={'0' * 64} scopes=read expires=2020-01-01\n"
        "name=gateway cert='CN=gateway,O=A \x1b[31m' scopes=admin\n"
    )
    listed = shall("token", "list", "--file", "tokens").stdout
    assert "2020-01-01 00:00 (expired)" in listed
    assert "certificate CN=gateway,O=A \\x1b[31m" in listed


@pytest.mark.verifies("auth#6.4")
def test_a_token_of_some_workspaces_names_them_by_their_absolute_paths(
    shall: Shall, project: Path
) -> None:
    new = ("token", "new", "--file", "tokens", "--name")
    assert shall(*new, "shop", "--workspace", "tests", "a b").returncode == 0
    assert shall(*new, "all").returncode == 0
    tests, blank = project.resolve() / "tests", project.resolve() / "a b"
    assert f" workspaces='{tests}:{blank}' " in (project / "tokens").read_text()
    shop, every = shall("token", "list", "--file", "tokens").stdout.splitlines()[1:]
    assert shop.endswith(f" {tests}:{blank}")
    assert every.split()[-1] == "all"
    refused = shall(*new, "colon", "--workspace", "a:b")
    assert refused.returncode == 2
    assert "A token file cannot hold the path" in refused.stderr
    assert "colon" not in (project / "tokens").read_text().replace("a:b", "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("new", "--name", "ci", "--scope", "root"),
        ("new", "--name", "a b"),
        ("new", "--name", "ci", "--expires", "soon"),
        ("new", "--name", "ci", "--expires", "2020-01-01"),
        ("new", "--name", "ci", "--expires", "0d"),
        ("new",),
        ("revoke", "ci"),
        ("list",),
        (),
    ],
)
def test_what_cannot_be_done_ends_with_2_and_no_token(
    shall: Shall, project: Path, arguments: tuple[str, ...]
) -> None:
    ended = shall("token", *arguments, *(("--file", "tokens") if arguments else ()))
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr
    assert not (project / "tokens").exists()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12h", NOW + timedelta(hours=12)),
        ("90d", NOW + timedelta(days=90)),
        ("4w", NOW + timedelta(weeks=4)),
        ("2027-01-01", datetime(2027, 1, 1, tzinfo=UTC)),
        ("2027-01-01T12:00:00+02:00", datetime(2027, 1, 1, 10, tzinfo=UTC)),
    ],
)
def test_a_time_is_read(text: str, expected: datetime) -> None:
    assert expiry(text, NOW) == expected


@pytest.mark.parametrize("text", ["", "d", "90", "-1d", "1y", "999999w", "tomorrow", "2027-13-01"])
def test_what_is_no_time_is_told(text: str) -> None:
    with pytest.raises(BadValue, match="2027-01-01"):
        expiry(text, NOW)
