"""Owners of documents, by CODEOWNERS."""

import pytest

from shall.specs.owners import owners_of, read_owners

GITHUB = """\
# who reviews what
*            @all
*.md         @writers
/specs/      @leads @ada  # every requirement
specs/shop/* @shop
auth         @auth
docs/**/*.md @docs
build/free
"""


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("src/a.py", ("@all",)),
        ("a/b.md", ("@writers",)),
        ("specs/a/requirements.md", ("@leads", "@ada")),
        ("other/specs/a.py", ("@all",)),
        ("specs/shop/requirements.md", ("@shop",)),
        ("specs/shop/deep/requirements.md", ("@leads", "@ada")),
        ("specs/auth/requirements.md", ("@auth",)),
        ("docs/a.md", ("@docs",)),
        ("docs/x/y/a.md", ("@docs",)),
        ("build/free/a.md", ()),
    ],
)
def test_the_last_rule_that_matches_names_the_owners(path: str, owners: tuple[str, ...]) -> None:
    assert owners_of(path, read_owners(GITHUB)) == owners


def test_a_section_of_gitlab_owns_what_its_rules_leave_open() -> None:
    rules = read_owners("[Docs][2] @docs\nspecs/\nsrc/ @dev\n^[Other]\nbench/\n")

    assert owners_of("specs/a.md", rules) == ("@docs",)
    assert owners_of("src/a.py", rules) == ("@dev",)
    assert owners_of("bench/a.py", rules) == ()


def test_a_blank_in_a_path_is_written_with_a_backslash() -> None:
    assert owners_of("my specs/a.md", read_owners("my\\ specs/ @a")) == ("@a",)
