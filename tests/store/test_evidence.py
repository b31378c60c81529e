import json
import logging
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from shall.errors import StoreUnavailable
from shall.store.base import Evidence
from shall.store.evidence import EvidenceLog

AT = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
FACT = Evidence(
    at=AT,
    criterion="auth#1.2",
    source="cases/登录.yaml",
    kind="case",
    outcome="passed",
    run_id="r1",
    criterion_fingerprint="ab12",
    source_fingerprint="cd34",
    checks_executed=3,
    duration_s=0.5,
    environment="staging",
    data_row="row 1",
)
LATER = replace(FACT, at=AT + timedelta(hours=1), run_id="r2")


def lines(folder: Path) -> list[str]:
    return (folder / "2026-11.jsonl").read_text(encoding="utf-8").splitlines()


def stamp(file: Path) -> tuple[int, int, int]:
    """Return what changes when a file is written; the time of an access changes when it is read."""
    found = file.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def test_a_fact_comes_back_as_it_was_written(tmp_path: Path) -> None:
    log = EvidenceLog(tmp_path / "evidence")

    assert log.newest() == []
    assert log.append([]) == 0
    assert log.append([FACT]) == 1
    assert log.newest() == [FACT]
    assert EvidenceLog(tmp_path / "evidence").newest() == [FACT]


def test_a_line_has_sorted_keys_a_format_and_nothing_but_ascii(tmp_path: Path) -> None:
    EvidenceLog(tmp_path).append([FACT])

    (line,) = lines(tmp_path)
    assert line.isascii()
    assert list(json.loads(line)) == sorted(json.loads(line))
    assert json.loads(line)["format"] == 1


@pytest.mark.verifies("store#1.7")
def test_a_green_run_on_a_green_project_writes_nothing(tmp_path: Path) -> None:
    log = EvidenceLog(tmp_path)
    log.append([FACT])
    before = stamp(tmp_path / "2026-11.jsonl")

    assert log.append([LATER, replace(LATER, duration_s=9, at=AT + timedelta(days=40))]) == 0
    assert stamp(tmp_path / "2026-11.jsonl") == before
    assert os.listdir(tmp_path) == ["2026-11.jsonl"]  # noqa: PTH208 - hidden ones too


@pytest.mark.parametrize(
    "news",
    [
        replace(LATER, outcome="failed"),
        replace(LATER, criterion_fingerprint=None),
        replace(LATER, source_fingerprint="ee"),
    ],
)
def test_what_is_new_is_written_and_counts(tmp_path: Path, news: Evidence) -> None:
    log = EvidenceLog(tmp_path)
    log.append([FACT])

    assert log.append([news, news]) == 1
    assert log.newest() == [news]
    assert len(lines(tmp_path)) == 2


@pytest.mark.verifies("tracing#4.35")
def test_a_pass_without_a_check_is_another_outcome_than_one_with_some(tmp_path: Path) -> None:
    log = EvidenceLog(tmp_path)
    assert log.append([FACT]) == 1
    assert log.append([replace(LATER, checks_executed=1)]) == 0
    without = replace(LATER, checks_executed=0)
    assert log.append([without]) == 1
    assert log.newest() == [without]
    assert log.append([replace(without, at=LATER.at + timedelta(hours=1))]) == 0
    assert log.append([replace(FACT, at=LATER.at + timedelta(hours=2))]) == 1


def test_each_criterion_source_and_row_stands_for_itself(tmp_path: Path) -> None:
    log = EvidenceLog(tmp_path)
    facts = [
        FACT,
        replace(FACT, criterion="auth#1.3"),
        replace(FACT, source="x"),
        replace(FACT, data_row=None),
    ]

    assert log.append(facts) == 4
    assert log.newest() == facts


def test_facts_go_to_the_file_of_their_month(tmp_path: Path) -> None:
    log = EvidenceLog(tmp_path)
    december = replace(FACT, at=AT + timedelta(days=20), outcome="failed")
    log.append([FACT])
    log.append([december])

    assert sorted(path.name for path in tmp_path.iterdir()) == ["2026-11.jsonl", "2026-12.jsonl"]
    assert log.newest() == [december]


@pytest.mark.verifies("reliability#4.2")
def test_what_is_said_after_the_clock_was_set_back_counts(tmp_path: Path) -> None:
    log = EvidenceLog(tmp_path)
    log.append([LATER])
    failed = replace(FACT, outcome="failed", run_id="r3")

    assert [log.append([failed]), log.append([failed])] == [1, 0]
    (newest,) = EvidenceLog(tmp_path).newest()
    assert (newest.run_id, newest.at) == ("r3", LATER.at + timedelta(microseconds=1))
    log.append([replace(FACT, at=LATER.at + timedelta(hours=1))])
    assert log.newest() == [replace(FACT, at=LATER.at + timedelta(hours=1))]


@pytest.mark.verifies("tracing#2.5")
def test_branches_merged_by_union_in_any_order_say_the_same(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    EvidenceLog(ours).append([FACT])
    EvidenceLog(ours).append([replace(LATER, outcome="failed")])
    EvidenceLog(theirs).append([replace(LATER, outcome="error", run_id="r3")])
    both = lines(ours) + lines(theirs)
    said = []
    for number, merged in enumerate((both, both[::-1], [*both[1:], both[0], *both])):
        folder = tmp_path / f"merged{number}"
        folder.mkdir()
        (folder / "2026-11.jsonl").write_text("\n".join(merged) + "\n")
        said.append(EvidenceLog(folder).newest())

    assert said[0] == said[1] == said[2]
    assert [fact.run_id for fact in said[0]] == ["r3"]


def test_a_torn_last_line_is_skipped_and_stays_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log = EvidenceLog(tmp_path)
    log.append([FACT])
    with (tmp_path / "2026-11.jsonl").open("a") as file:
        file.write('{"at": "2026-11-2')

    assert log.newest() == [FACT]
    assert "2026-11.jsonl:2: skipped an unreadable line" in caplog.text
    log.append([replace(LATER, outcome="failed")])
    assert log.newest() == [replace(LATER, outcome="failed")]
    assert len(lines(tmp_path)) == 3


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"format": 2}, "newer release"),
        ({"at": "2026-11-21T07:00:00"}, "no zone"),
        ({"at": 3}, "argument must be str"),
        ({"at": "9999-12-31T23:59:59.999999+00:00"}, "nothing can follow"),
        ({"criterion": ["a"]}, "not text"),
        ({"outcome": "flaky"}, "the outcome flaky is not known"),
    ],
)
@pytest.mark.verifies("tracing#4.17")
def test_a_line_that_cannot_be_used_is_skipped_and_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, change: dict[str, object], reason: str
) -> None:
    EvidenceLog(tmp_path).append([FACT])
    good = json.loads(lines(tmp_path)[0])
    strange = ["<<<<<<< HEAD", "[]", "3", "", '"x"', "{}", json.dumps(good | change)]
    (tmp_path / "2026-11.jsonl").write_text("\n".join([*strange, json.dumps(good)]))

    with caplog.at_level(logging.WARNING):
        assert EvidenceLog(tmp_path).newest() == [FACT]
    assert len(caplog.records) == 6
    assert reason in caplog.records[-1].getMessage()


def test_a_field_of_a_later_release_does_not_disturb(tmp_path: Path) -> None:
    EvidenceLog(tmp_path).append([FACT])
    data = json.loads(lines(tmp_path)[0]) | {"colour": "green"}
    (tmp_path / "2026-11.jsonl").write_text(json.dumps(data))

    assert EvidenceLog(tmp_path).newest() == [FACT]


def test_an_unchanged_file_is_read_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "2026-11.jsonl").write_text("torn\n")
    log = EvidenceLog(tmp_path)
    for _ in range(3):
        log.newest()

    assert len(caplog.records) == 1


def test_lines_that_another_program_appends_or_takes_away_count(tmp_path: Path) -> None:
    log, other = EvidenceLog(tmp_path), EvidenceLog(tmp_path)
    file = tmp_path / "2026-11.jsonl"
    other.append([FACT])
    assert log.newest() == [FACT]

    other.append([replace(LATER, outcome="failed")])
    with file.open("a") as appended:
        appended.write("torn")
    assert log.newest() == [replace(LATER, outcome="failed")]
    assert [it.line for it in log.unreadable()] == [3]

    with file.open("a") as appended:
        appended.write(f"\n{lines(tmp_path)[0]}\ntorn too\n")
    log.newest()
    assert [it.line for it in log.unreadable()] == [3, 5]

    file.write_text(lines(tmp_path)[0] + "\n")
    assert log.newest() == [FACT]
    assert log.unreadable() == []


def test_writers_at_once_write_a_fact_once(tmp_path: Path) -> None:
    logs = [EvidenceLog(tmp_path) for _ in range(8)]
    written: list[int] = []

    def write(log: EvidenceLog) -> None:
        written.extend(log.append([replace(FACT, criterion=f"a#{number}")]) for number in range(20))

    threads = [threading.Thread(target=write, args=(log,)) for log in logs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(written) == len(lines(tmp_path)) == len(logs[0].newest()) == 20


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreUnavailable, match=r"cannot be used: Not a directory\. Make it"):
        EvidenceLog(tmp_path / "file" / "evidence").append([FACT])


def test_a_link_in_the_file_s_place_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("")
    folder = tmp_path / "evidence"
    folder.mkdir()
    (folder / "2026-11.jsonl").symlink_to(outside)

    with pytest.raises(StoreUnavailable):
        EvidenceLog(folder).append([FACT])
    assert outside.read_text() == ""


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from shall.errors import StoreUnavailable
from shall.store.evidence import EvidenceLog
log = EvidenceLog(Path(sys.argv[1]))
(fact,) = log.newest()
size = (Path(sys.argv[1]) / "2026-11.jsonl").stat().st_size
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 40, resource.RLIM_INFINITY))
from msgspec.structs import replace
try:
    log.append([replace(fact, outcome="failed")])
except StoreUnavailable as error:
    sys.stdout.write(str(error))
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
"""


@pytest.mark.process
def test_a_line_that_does_not_fit_is_taken_back(tmp_path: Path) -> None:
    EvidenceLog(tmp_path).append([FACT])
    before = (tmp_path / "2026-11.jsonl").read_bytes()

    command = [sys.executable, "-c", FULL_DISK, str(tmp_path)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert "No space left" in said
    assert (tmp_path / "2026-11.jsonl").read_bytes() == before


def test_a_line_of_an_older_version_says_the_same_where_its_source_is_unchanged(
    tmp_path: Path,
) -> None:
    asked: list[tuple[str, str]] = []

    def is_unchanged(recorded: str, fact: Evidence) -> bool:
        asked.append((recorded, fact.source_fingerprint))
        return recorded == "cd34"

    log = EvidenceLog(tmp_path)
    log.append([FACT])
    upgraded = replace(LATER, source_fingerprint="2:ef56")

    assert log.append([upgraded], is_unchanged=is_unchanged) == 0
    assert log.append([replace(upgraded, outcome="failed")], is_unchanged=is_unchanged) == 1
    assert asked == [("cd34", "2:ef56")]


def test_a_source_that_changed_since_an_older_version_takes_a_new_line(tmp_path: Path) -> None:
    log = EvidenceLog(tmp_path)
    log.append([FACT])

    assert (
        log.append([replace(LATER, source_fingerprint="2:ef56")], is_unchanged=lambda *_: False)
        == 1
    )


def test_two_fingerprints_of_one_version_are_compared_as_they_are(tmp_path: Path) -> None:
    log = EvidenceLog(tmp_path)
    log.append([FACT])

    assert (
        log.append([replace(LATER, source_fingerprint="ef56")], is_unchanged=lambda *_: True) == 1
    )


@pytest.mark.verifies("tracing#4.47")
@pytest.mark.parametrize("outcome", ["failed", "error"])
def test_a_pass_is_not_written_after_a_failure_that_is_newer_and_was_not_seen(
    tmp_path: Path, outcome: str
) -> None:
    log = EvidenceLog(tmp_path)
    log.append([FACT])
    seen = log.newest()
    failed = replace(LATER, outcome=outcome, run_id="r3")
    log.append([failed])
    late: list[Evidence] = []
    between = replace(FACT, at=AT + timedelta(minutes=1), run_id="r2", source_fingerprint="ef56")

    assert log.append([between], seen=seen, superseded=late) == 0
    assert late == [between]
    assert log.newest() == [failed]
    bad = replace(between, outcome="error" if outcome == "failed" else "failed")
    assert log.append([bad], seen=seen, superseded=late) == 1
    assert late == []
    assert [it.outcome for it in log.newest()] == [bad.outcome]
    assert log.append([between], seen=log.newest()) == 1
    assert [it.outcome for it in log.newest()] == ["passed"]


@pytest.mark.verifies("tracing#4.47")
def test_a_failure_that_is_recorded_while_a_pass_is_written_counts(tmp_path: Path) -> None:
    log = EvidenceLog(tmp_path)

    def revision() -> tuple[str, bool]:
        EvidenceLog(tmp_path).append([replace(LATER, outcome="failed")])
        return "", False

    late: list[Evidence] = []
    assert log.append([FACT], revision, seen=[], superseded=late) == 0
    assert [it.source for it in late] == [FACT.source]
    assert [it.outcome for it in log.newest()] == ["failed"]


@pytest.mark.verifies("tracing#4.40")
def test_a_pass_with_other_variables_is_written(tmp_path: Path) -> None:
    log = EvidenceLog(tmp_path)
    log.append([replace(FACT, variables="1:ab")])
    assert log.append([replace(LATER, variables="1:cd")]) == 1
    assert [it.variables for it in log.newest()] == ["1:cd"]


def test_a_set_that_passes_again_after_the_whole_failed_is_written(tmp_path: Path) -> None:
    log = EvidenceLog(tmp_path)
    log.append([FACT])
    log.append([replace(LATER, data_row=None, outcome="failed")])
    again = replace(FACT, at=LATER.at + timedelta(hours=1))
    assert log.append([again]) == 1
    assert {it.data_row: it.outcome for it in log.newest()} == {"row 1": "passed", None: "failed"}


def test_a_failure_at_the_very_time_of_a_recorded_pass_counts(tmp_path: Path) -> None:
    log = EvidenceLog(tmp_path)
    log.append([FACT])
    log.append([replace(FACT, outcome="failed")])
    assert [it.outcome for it in log.newest()] == ["failed"]
