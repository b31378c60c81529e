import os
import socket
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from shall.actions.requirements import read_specs as specs_of
from shall.admin import doctor
from shall.admin.doctor import CHECKS, CheckResult, Examined, Health, examine
from shall.admin.repair import repair
from shall.bootstrap import open_workspace
from shall.errors import StoreUnavailable
from shall.settings import Settings
from shall.specs.model import SpecSet
from shall.store.sqlite import SqliteStore
from shall.workspace.server_folder import Origin

NOW = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
MakeCertificate = Callable[..., tuple[Path, Path]]


@pytest.fixture
def subject(tmp_path: Path) -> Examined:
    project = tmp_path / "project"
    project.mkdir()
    workspace = open_workspace(project, Settings())
    assert isinstance(workspace.store, SqliteStore)
    workspace.store.close()
    return Examined(project, workspace.state, host="127.0.0.1")


def found(subject: Examined, check: str) -> CheckResult:
    """Return the one finding of a check."""
    [finding] = [it for it in examine(subject) if it.check == check]
    return finding


@pytest.mark.verifies("store#4.1")
def test_all_is_well_with_a_new_project(subject: Examined) -> None:
    findings = list(examine(subject))
    assert {it.check for it in findings} == set(CHECKS) - {"requirements"}  # none are read
    assert [it for it in findings if it.health is not Health.OK or it.next_step] == []


@pytest.mark.verifies("store#4.1")
def test_what_is_wrong_comes_with_a_next_step(subject: Examined, tmp_path: Path) -> None:
    state = subject.state
    (state / "evidence").mkdir(exist_ok=True)
    (state / "evidence/2026-11.jsonl").write_text("torn")
    left_over = subject.workspace / "specs/.shall-1.tmp"
    left_over.parent.mkdir()
    left_over.write_text("half")
    os.utime(left_over, (0, 0))
    log = tmp_path / "calls.jsonl"
    log.write_text('{"tool": 1}\n{"to')
    token = tmp_path / "token"
    token.write_text("x")
    token.chmod(0o644)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        spoiled = replace(subject, call_log=log, token_file=token, port=port)
        bad = {it.check: it for it in examine(spoiled) if it.health is not Health.OK}
    assert bad.keys() == {"evidence", "temporary files", "call log", "token file", "port"}
    assert {it.health for it in bad.values()} == {Health.WARN}
    assert all(it.next_step for it in bad.values())
    assert "(line 1)" in bad["evidence"].message
    assert bad["token file"].next_step == f"chmod 600 {token}"
    assert str(left_over) in bad["temporary files"].message


def test_a_file_that_is_being_written_is_not_left_over(subject: Examined) -> None:
    (subject.state / ".shall-1.tmp").write_text("half")
    assert found(subject, "temporary files").health is Health.OK
    assert list(repair(subject, NOW)) == []
    assert (subject.state / ".shall-1.tmp").exists()


def test_a_stopped_restore_is_named_and_left_alone(subject: Examined) -> None:
    folder = subject.workspace / ".shall-2.tmp"
    folder.mkdir()
    os.utime(folder, (0, 0))
    assert "Delete the files" in found(subject, "temporary files").next_step
    assert list(repair(subject, NOW)) == []
    assert folder.is_dir()


@pytest.mark.verifies("store#4.1")
def test_what_is_missing_or_broken_fails(
    subject: Examined, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "_PACKAGES", ("mcp", "no-such-package"))
    missing = [it for it in examine(subject) if it.check == "versions"][-1]
    assert (missing.health, missing.message) == (Health.FAIL, "Missing: no-such-package.")
    nowhere = replace(subject, workspace=tmp_path / "nowhere")
    assert found(nowhere, "workspace").health is Health.FAIL
    assert found(replace(subject, workspace=Path("/")), "workspace").health is Health.WARN
    assert found(replace(subject, state=tmp_path / "none"), "state").health is Health.WARN
    token = replace(subject, token_file=tmp_path / "none")
    assert found(token, "token file").health is Health.FAIL
    (tmp_path / "state").mkdir()
    (tmp_path / "state/local").write_text("in the way")
    strange = replace(subject, state=tmp_path / "state")
    assert {it.check for it in examine(strange)} == set(CHECKS) - {"requirements"}


def test_a_disk_that_is_almost_full_is_reported(
    subject: Examined, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "LOW_DISK_BYTES", 1 << 62)
    assert found(subject, "disk").health is Health.WARN


def test_a_database_of_a_newer_release_is_not_called_damaged(subject: Examined) -> None:
    database = subject.state / "local/shall.db"
    data = bytearray(database.read_bytes())
    data[60:64] = (99).to_bytes(4, "big")  # the header's user_version
    database.write_bytes(data)
    finding = found(subject, "store")
    assert finding.health is Health.FAIL
    assert "newer" in finding.message
    assert "Upgrade" in finding.next_step
    assert list(repair(subject, NOW)) == []


@pytest.mark.verifies("store#4.3", "store#4.4")
def test_repair_fixes_all_it_can_and_a_second_one_does_nothing(
    subject: Examined, tmp_path: Path
) -> None:
    database = subject.state / "local/shall.db"
    data = bytearray(database.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    database.write_bytes(data)
    (subject.state / "evidence").mkdir(exist_ok=True)
    (subject.state / "evidence/2026-11.jsonl").write_text("torn")
    left_over = subject.state / ".shall-1.tmp"
    left_over.write_text("half")
    os.utime(left_over, (0, 0))
    log = tmp_path / "calls.jsonl"
    log.write_text('{"to')
    spoiled = replace(subject, call_log=log)
    done = list(repair(spoiled, NOW))
    assert [line.partition(":")[0] for line in done] == [
        *("store", "store", "evidence", "call log", "temporary files")
    ]
    assert (subject.state / "local/shall.db.damaged-20261121T070000Z").read_bytes() == data
    kept = subject.state / "local/repaired/2026-11.jsonl.20261121T070000Z"
    assert kept.read_text() == "torn"
    assert log.read_text() == '{"to\n'
    assert [it for it in examine(spoiled) if it.health is not Health.OK] == []
    assert list(repair(spoiled, NOW)) == []


@pytest.mark.verifies("store#3.7")
def test_the_store_of_another_user_is_not_replaced(
    subject: Examined, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = subject.state / "local/shall.db"
    database.write_bytes(b"no database")
    owner = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    with pytest.raises(StoreUnavailable, match="belongs to the user"):
        list(repair(subject, NOW))
    assert database.read_bytes() == b"no database"
    assert list(database.parent.glob("*.damaged-*")) == []


@pytest.fixture
def make_certificate(tmp_path: Path) -> MakeCertificate:
    """Makes a self-signed server certificate, no authority, and its key."""

    def make(name: str, days: int = 365) -> tuple[Path, Path]:
        cert, key = tmp_path / f"{name}.pem", tmp_path / f"{name}.key"
        new = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        new += ["-nodes", "-subj", f"/CN={name}", "-addext", "basicConstraints=CA:FALSE"]
        new += ["-keyout", str(key), "-out", str(cert)]
        again = ["openssl", "x509", "-in", str(cert), "-signkey", str(key), "-out", str(cert)]
        for command in (new, [*again, "-days", str(days)]):  # only the second takes negative days
            subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL)
        return cert, key

    return make


@pytest.mark.verifies("store#4.5")
def test_a_certificate_and_its_key_are_tried(
    subject: Examined, make_certificate: MakeCertificate, tmp_path: Path
) -> None:
    cert, key = make_certificate("one")
    _, other = make_certificate("two")
    brief, brief_key = make_certificate("brief", days=5)
    late, late_key = make_certificate("late", days=-1)
    (tmp_path / "junk").write_text("no certificate")

    def shown(cert: Path | None, key: Path | None) -> tuple[Health, str]:
        finding = found(replace(subject, tls_cert=cert, tls_key=key), "certificate")
        assert (finding.next_step == "") == (finding.health is Health.OK)
        return finding.health, finding.message

    assert shown(cert, key) == (Health.OK, f"{cert}: 365 days left")
    assert shown(brief, brief_key) == (Health.WARN, f"{brief}: 5 days left")
    assert shown(late, late_key) == (Health.FAIL, f"{late} has expired.")
    assert shown(cert, other)[0] is Health.FAIL
    assert "does not belong" in shown(cert, other)[1]
    assert shown(cert, None) == (Health.FAIL, "tls_cert is set, tls_key is not.")
    assert shown(None, key) == (Health.FAIL, "tls_key is set, tls_cert is not.")
    assert shown(tmp_path / "junk", key)[0] is Health.FAIL
    assert shown(cert, tmp_path / "nowhere")[0] is Health.FAIL


def test_a_key_with_a_password_is_reported_and_not_asked_for(
    subject: Examined, make_certificate: MakeCertificate, tmp_path: Path
) -> None:
    cert, key = make_certificate("one")
    sealed = tmp_path / "sealed.key"
    seal = ["openssl", "pkey", "-in", str(key), "-out", str(sealed), "-aes256"]
    subprocess.run([*seal, "-passout", "pass:x1234"], check=True, capture_output=True)
    finding = found(replace(subject, tls_cert=cert, tls_key=sealed), "certificate")
    assert finding.health is Health.FAIL
    assert "must have no password" in finding.next_step


@pytest.mark.verifies("defences#10.3")
def test_a_servers_own_workspace_is_named_before_and_after_it_is_made(
    subject: Examined, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    before = found(replace(subject, workspace=own, origin=Origin.OWN), "workspace")
    assert (before.health, before.message) == (
        Health.OK,
        f"/ is too broad: a server started here uses {own}; its first start creates it",
    )
    own.mkdir()
    after = found(replace(subject, workspace=own, origin=Origin.OWN), "workspace")
    assert after.message.endswith(f"uses {own}")
    assert found(replace(subject, origin=Origin.NONE), "workspace").health is Health.WARN


@pytest.mark.verifies("store#4.1")
def test_requirements_that_were_not_read_are_a_warning(subject: Examined) -> None:
    def read_specs() -> SpecSet:
        return specs_of(open_workspace(subject.workspace, Settings(), keeps_state=False))

    subject = replace(subject, read_specs=read_specs)
    specs = subject.workspace / "specs"
    specs.mkdir()
    (specs / "requirements.md").write_text("### Requirement 1\n\n1. A SHALL b.\n")
    assert found(subject, "requirements").message == "1 criterion, everything was read"
    (specs / "auth").mkdir()
    (specs / "auth/prices.md").write_text("# Prices\n\nThe shop MUST round a price up.\n")
    warning = found(subject, "requirements")
    assert warning.health is Health.WARN
    assert warning.message.endswith("was not read, the first at specs/auth/prices.md:1:1.")
    assert warning.next_step == "`shall lint` lists what was not read, and why."
    (specs / "requirements.md").write_bytes(b"\xff\xfe")
    broken = next(it for it in examine(subject) if it.check == "requirements")
    assert broken.health is Health.FAIL
    assert broken.message.startswith("specs/requirements.md:1")


@pytest.mark.verifies("store#4.1")
def test_a_state_that_cannot_be_created_fails(
    subject: Examined, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # a root user may write everywhere
    finding = found(replace(subject, state=subject.workspace / "none"), "state")
    assert finding.health is Health.FAIL
    assert finding.message.endswith("/none cannot be created.")
