"""What a newcomer wants to say, each as a case of ``examples/wishes``."""

import shutil
from pathlib import Path
from typing import Any

from tests.examples.conftest import SHOP

from shall.actions.run import execute
from shall.actions.run_request import RunRequest
from shall.bootstrap import open_workspace
from shall.results.collected import Collected
from shall.settings import process_environment, read_settings


def test_every_wish_is_a_case_that_passes(shop: Any, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("SHOP_PASSWORD", "wonderland")
    folder = tmp_path / "wishes"
    shutil.copytree(SHOP.parent / "wishes", folder)
    settings, _ = read_settings({}, process_environment(), folder)
    space = open_workspace(folder, settings, keeps_state=False)
    collected = Collected()
    request = RunRequest(environment="local", host=f"http://{shop.address}")
    summary = execute(space, request, [collected.take])
    space.close()

    found = {
        (it.case_key.rpartition("/")[2], it.data_row): it.outcome.value
        for it in collected.result(summary).cases
    }
    assert found == {
        ("header.yaml", None): "passed",
        ("lists.yaml", None): "passed",
        ("login.yaml", None): "passed",
        ("pages.yaml", None): "passed",
        ("poll.yaml", None): "passed",
        ("rows.yaml", "1 pen"): "passed",
        ("rows.yaml", "2 lamp"): "passed",
        ("skipped.yaml", None): "skipped",
    }
    pages = next(it for it in collected.result(summary).cases if it.case_key.endswith("pages.yaml"))
    assert len(pages.steps) == 6
