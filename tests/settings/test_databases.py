"""``databases:`` of ``shall.yaml``."""

from pathlib import Path

import pytest

from shall.actions.run import run_options
from shall.actions.run_request import RunRequest
from shall.bootstrap import open_workspace
from shall.database_source import Database
from shall.errors import InvalidSetting
from shall.secret_source import SecretSource
from shall.settings import Settings, read_settings
from shall.settings.page import settings_table

YAML = """\
databases:
  shop: {url: "postgresql://ann@db.example.com/shop?sslmode=require", password: {file: word.txt}}
  ledger: mariadb://127.0.0.1:3307/ledger
environments:
  staging:
    databases:
      shop: {url: "postgres://ann@staging.example.com:5433/shop", password: {environment: WORD}}
"""


def settings_of(folder: Path, text: str) -> Settings:
    (folder / "shall.yaml").write_text(text, "utf-8")
    return read_settings({}, {}, folder)[0]


@pytest.mark.verifies("databases#2.1")
def test_databases_have_a_url_and_the_source_of_a_password(tmp_path: Path) -> None:
    shop, ledger = settings_of(tmp_path, YAML).databases.values()

    assert shop == Database(
        *("postgresql", "db.example.com", 5432, "ann", "shop", (("sslmode", "require"),)),
        password=SecretSource(file="word.txt"),
    )
    assert ledger == Database("mysql", "127.0.0.1", 3307, "", "ledger")


@pytest.mark.verifies("databases#2.1")
def test_an_environment_replaces_a_database_and_its_password(tmp_path: Path) -> None:
    (tmp_path / "word.txt").write_text("of-the-file\n")
    workspace = open_workspace(tmp_path, settings_of(tmp_path, YAML), keeps_state=False)

    here = run_options(workspace, RunRequest())
    there = run_options(workspace, RunRequest(environment="staging"))

    workspace.close()
    assert here.databases["shop"].host == "db.example.com"
    assert here.passwords == {"databases.shop.password": "of-the-file"}
    assert here.variables == {}
    assert there.databases["shop"].port == 5433
    assert list(there.databases) == ["shop", "ledger"]
    assert "WORD" in there.unavailable["databases.shop.password"]


@pytest.mark.verifies("databases#2.1")
@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("postgresql://ann:canary@h/shop", "the URL of shop has a password; write password: {"),
        ("oracle://canary/x", "must begin with postgresql://, mysql:// or sqlite:///"),
        ("postgresql://canary", "must name a host and a database"),
        ("postgresql://canary/x?service=y", "an option that is not supported: service"),
        ("sqlite://", "must name a file: sqlite:///data/shop.db"),
        ("postgresql://canary:port/x", "the URL of shop cannot be read"),
        ("{url: 'sqlite:///a', user: canary}", "an unknown key user; known are url, password"),
        ("{url: 'sqlite:///a', password: canary}", "the source of databases.shop.password must"),
        ("7", "the database shop has no url"),
    ],
)
@pytest.mark.parametrize(
    "place", ["databases: {{shop: {}}}", "environments: {{a: {{databases: {{shop: {}}}}}}}"]
)
def test_what_is_wrong_with_a_database_is_told_without_its_url(
    tmp_path: Path, place: str, said: str, why: str
) -> None:
    quoted = said if said.startswith("{") or said == "7" else f'"{said}"'

    with pytest.raises(InvalidSetting) as error:
        settings_of(tmp_path, place.format(quoted))

    assert why in str(error.value)
    assert "shall.yaml:1:" in str(error.value)
    assert "canary" not in str(error.value)


@pytest.mark.verifies("databases#2.5")
def test_the_table_of_settings_shows_no_url(tmp_path: Path) -> None:
    (tmp_path / "shall.yaml").write_text(YAML, "utf-8")

    table = settings_table(*read_settings({}, {}, tmp_path))

    assert next(row[1] for row in table if row[0] == "databases") == "***"
