"""``snapshot`` checks, and ``shall run --update-snapshots``."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shall.cases.reader import read_case
from shall.cases.yaml_writer import to_yaml
from shall.errors import InvalidCase

Shall = Callable[..., Any]

ORDER = {"id": 7, "token": "tok-canary-123", "lines": [{"sku": "A1", "at": 1}], "名": "书"}
CASE = """testcase:
  name: an order
  {more}
  steps:
    - GET: /given/order
      expect:
        status: 200
        body: {snapshot: {name: order, ignore: ["$.lines[*].at"]}}
        header X-Trace: {snapshot: trace}
"""


def answer(service: Any, **changes: Any) -> None:
    value = {**ORDER, **changes}
    body = json.dumps(value)
    service.answer("order", body, "application/json", headers={"X-Trace": "t-1"})


@pytest.fixture
def folder(project: Path, service: Any) -> Path:
    """The folder of the snapshots of a case that is written."""
    write(project)
    answer(service)
    return project / "tests/cases/__snapshots__"


def write(project: Path, more: str = "") -> None:
    case = project / "tests/cases/order.yaml"
    case.parent.mkdir(parents=True, exist_ok=True)
    case.write_text(CASE.replace("{more}", more))


@pytest.mark.verifies("contract#3.3")
def test_without_its_file_the_check_fails_with_the_command(
    shall: Shall, folder: Path, service: Any
) -> None:
    ended = shall("run", "--host", service.url)
    assert ended.returncode == 1
    assert "shall run --update-snapshots tests/cases/order.yaml" in ended.stdout
    assert not folder.exists()


@pytest.mark.verifies("contract#3.1", "contract#3.2", "contract#3.4", "contract#3.5")
def test_a_snapshot_is_written_compared_and_changed(
    shall: Shall, folder: Path, service: Any
) -> None:
    written = shall("run", "--update-snapshots", "--host", service.url)
    assert written.returncode == 0, written.stderr
    assert "Wrote the snapshot tests/cases/__snapshots__/order.order.json." in written.stderr
    text = (folder / "order.order.json").read_text("utf-8")
    assert json.loads(text) == {"id": 7, "token": "***", "lines": [{"sku": "A1"}], "名": "书"}
    assert '"名": "书"' in text
    assert json.loads((folder / "order.trace.json").read_text()) == "t-1"

    answer(service, token="another-9876", lines=[{"sku": "A1", "at": 2}])
    assert shall("run", "--host", service.url).returncode == 0
    answer(service, lines=[{"sku": "B7", "at": 2}])
    differs = shall("run", "--host", service.url)
    assert differs.returncode == 1
    assert "it differs from the snapshot" in differs.stdout
    assert '"sku": "B7"' in differs.stdout
    assert "tok-canary" not in differs.stdout

    changed = shall("run", "--update-snapshots", "--host", service.url)
    assert "Changed the snapshot tests/cases/__snapshots__/order.order.json." in changed.stderr
    assert "order.trace.json" not in changed.stderr
    assert shall("run", "--host", service.url).returncode == 0


@pytest.mark.verifies("contract#3.4")
def test_a_case_that_does_not_pass_writes_no_snapshot(
    project: Path, shall: Shall, folder: Path, service: Any
) -> None:
    case = project / "tests/cases/order.yaml"
    case.write_text(case.read_text() + "    - GET: /status/500\n")
    ended = shall("run", "--update-snapshots", "--host", service.url)
    assert ended.returncode == 1
    assert "were not written, since it did not pass" in ended.stderr
    assert not folder.exists()


@pytest.mark.verifies("contract#3.6", "contract#3.7")
def test_a_run_that_updates_proves_nothing_and_a_changed_snapshot_is_stale(
    project: Path, shall: Shall, folder: Path, service: Any
) -> None:
    (project / "specs").mkdir()
    (project / "specs/requirements.md").write_text(
        "### Requirement 1\n\n1. THE shop SHALL list orders.\n"
    )
    write(project, "verifies: ['1.1']")

    def status() -> str:
        data = json.loads(shall("trace", "--format", "json").stdout)
        return str(data["criteria"][0]["status"])

    for _ in range(2):  # the second writes nothing, and compares nothing either
        shall("run", "--update-snapshots", "--host", service.url)
        assert status() == "not run"
    shall("run", "--host", service.url)
    assert status() == "proved"
    snapshot = folder / "order.order.json"
    snapshot.write_text(snapshot.read_text().replace("A1", "B7"))
    assert status() == "stale"


@pytest.mark.verifies("contract#3.8")
def test_snapshots_that_no_case_compares_with_are_listed(
    shall: Shall, folder: Path, service: Any
) -> None:
    folder.mkdir()
    for name in ("order.old", "gone.order", "order.trace"):
        (folder / f"{name}.json").write_text('"t-1"\n')
    ended = shall("run", "--update-snapshots", "--host", service.url)
    unused = [it for it in ended.stderr.splitlines() if "No case compares" in it]
    assert [it.rpartition("/")[2] for it in unused] == ["gone.order.json.", "order.old.json."]


@pytest.mark.verifies("contract#3.9")
def test_several_values_for_one_snapshot_are_not_written(
    project: Path, shall: Shall, folder: Path, service: Any
) -> None:
    case = project / "tests/cases/order.yaml"
    case.write_text(case.read_text() + "        $.id: {snapshot: trace}\n")
    ended = shall("run", "--update-snapshots", "--host", service.url)
    assert "order.trace.json was not written: its case compares several values" in ended.stderr
    assert [it.name for it in folder.iterdir()] == ["order.order.json"]


@pytest.mark.verifies("contract#3.5", "contract#3.9")
@pytest.mark.parametrize(
    ("expect", "said"),
    [
        ("$.token: {snapshot: token}", "is a masked secret"),
        ('body: {snapshot: {name: all, ignore: ["$.*"]}}', "nothing is left to compare"),
        ("$.none: {snapshot: none}", "no none"),
    ],
)
def test_a_snapshot_that_anything_would_equal_fails(
    project: Path, shall: Shall, folder: Path, service: Any, expect: str, said: str
) -> None:
    case = project / "tests/cases/order.yaml"
    case.write_text(case.read_text().partition("        body")[0] + f"        {expect}\n")
    shall("run", "--update-snapshots", "--host", service.url)
    ended = shall("run", "--host", service.url)
    assert ended.returncode == 1
    assert said in ended.stdout
    assert "tok-canary" not in "".join(it.read_text() for it in folder.glob("*"))


def test_a_snapshot_that_is_not_json_is_an_error(shall: Shall, folder: Path, service: Any) -> None:
    folder.mkdir()
    (folder / "order.order.json").write_text("{")
    ended = shall("run", "--host", service.url)
    assert "is not JSON" in ended.stdout
    assert "1 error" in ended.stdout


@pytest.mark.verifies("contract#3.9")
@pytest.mark.parametrize(
    "step",
    [
        "expect: {$.a: {each: {snapshot: a}}}",
        "expect: {$.a: {not_snapshot: a}}",
        "until: {body: {snapshot: a}}",
        "expect: {body: {snapshot: ../a}}",
        "expect: {body: {snapshot: '{{ a }}'}}",
        "expect: {body: {snapshot: {name: a, ignore: [$]}}}",
        "expect: {body: {snapshot: {name: a, ignore: ['$[']}}}",
        "expect: {body: {snapshot: {name: a, ignore: []}}}",
    ],
)
def test_a_snapshot_is_refused_where_its_file_is_not_known(step: str) -> None:
    with pytest.raises(InvalidCase):
        read_case(f"testcase:\n  name: a\n  steps:\n    - GET: /a\n      {step}\n", "a.yaml")


def test_a_snapshot_is_written_as_it_is_read() -> None:
    case = read_case(CASE.replace("{more}", ""), "a.yaml")
    assert read_case(to_yaml(case), "a.yaml") == case
