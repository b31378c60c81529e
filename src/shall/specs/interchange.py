"""The coverage matrix in the formats of other tools: sphinx-needs and SpecAssay."""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from shall import __version__
from shall.specs.matrix import Matrix, Row
from shall.specs.status import UNCOUNTED, LinkOutcome, Status

_TITLE_LENGTH = 80
_MANIFEST_VERSION = 4


def to_needs(matrix: Matrix, project: str, now: datetime) -> dict[str, Any]:
    """Return ``needs.json`` as sphinx-needs imports it.

    Each criterion is a need of the type ``req``, each case and test one of the type ``test`` that
    links to the criteria it verifies. A need's id is made of the key or source in the letters
    that sphinx-needs allows; its title begins with the key.
    """
    sources: dict[str, list[str]] = {}
    for row in matrix.rows:
        for it in row.links:
            sources.setdefault(it.link.source, []).append(row.criterion.key)
    requirements = ids_of("REQ", [row.criterion.key for row in matrix.rows])
    tests = ids_of("TEST", sources)
    needs = [_requirement(requirements[row.criterion.key], row) for row in matrix.rows]
    for source, keys in sources.items():
        links = [requirements[key] for key in dict.fromkeys(keys)]
        needs.append(_need(tests[source], "test", source, links))
    version = {
        "created": now.isoformat(timespec="seconds"),
        "creator": {"program": "shall", "version": __version__},
        "needs": {need["id"]: need for need in needs},
        "needs_amount": len(needs),
    }
    return {
        "created": now.isoformat(timespec="seconds"),
        "project": project,
        "current_version": "",
        "versions": {"": version},
    }


def ids_of(prefix: str, names: Iterable[str]) -> Mapping[str, str]:
    """Map names to ids of capital letters, digits and underscores, each different.

    Where letters are lost that distinguish names, a part of the name's hash follows.
    """
    plain = {name: _plain(name) for name in names}
    count = Counter(plain.values())
    ids = {}
    for name, text in plain.items():
        is_lossy = count[text] > 1 or not name.isascii()
        suffix = f"_{hashlib.sha256(name.encode()).hexdigest()[:8].upper()}" if is_lossy else ""
        ids[name] = f"{prefix}_{text}{suffix}"
    return ids


def _plain(name: str) -> str:
    return re.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_")


def _requirement(need_id: str, row: Row) -> dict[str, Any]:
    criterion = row.criterion
    return {
        **_need(need_id, "req", f"{criterion.key} {criterion.text}"),
        "status": row.status.value,
        "content": criterion.text,
        "tags": [criterion.key.partition("#")[0]],
    }


def _need(need_id: str, kind: str, title: str, links: Sequence[str] = ()) -> dict[str, Any]:
    title = " ".join(title.split())
    short = title if len(title) <= _TITLE_LENGTH else f"{title[: _TITLE_LENGTH - 1]}…"
    return {"id": need_id, "type": kind, "title": short, "links": list(links)}


def to_manifest(matrix: Matrix, project: str, now: datetime) -> dict[str, Any]:
    """Return ``trace-manifest.json``, schema version 4.

    Only ``proved`` is ``proven``. Criteria that are waived or not testable are debt that a person
    answers for; every other one is a gap. ``repoPath`` is relative, so that no folder is shown.
    """
    rows = [_manifest_row(row) for row in matrix.rows]
    failures = [
        {"kind": "silent-gap", "id": row.criterion.key, "detail": f"status: {row.status}"}
        for row in matrix.rows
        if _manifest_status(row) == "GAP"
    ]
    failures += [
        {
            "kind": "orphan-test",
            "id": it.link.criterion,
            "detail": f"{it.link.source} names a criterion that is unknown or ambiguous",
        }
        for it in matrix.unknown
    ]
    failures += [
        {"kind": "registry-missing", "detail": problem.text} for problem in matrix.wrong_specs
    ]
    if not rows:
        failures.append({"kind": "registry-missing", "detail": "no criterion"})
    counts = Counter(row["status"] for row in rows)
    statuses = ("proven", "tracked-debt", "GAP", "backlog")
    return {
        "schemaVersion": _MANIFEST_VERSION,
        "format": "trace-manifest",
        "emitter": "shall",
        "targetName": project,
        "repoPath": ".",
        "generatedAt": now.isoformat(timespec="seconds"),
        "gate": {
            "ok": not failures,
            "failures": failures,
            "diagnostics": [],
            "executionVerified": True,
        },
        "totals": {
            "registryIdCount": len(rows),
            "acCount": len(rows),
            "coveredCount": counts["proven"] + counts["tracked-debt"],
            "retiredCount": 0,
        },
        "statusCounts": {status: counts[status] for status in statuses},
        "rows": rows,
        "retired": [],
    }


def _manifest_row(row: Row) -> dict[str, Any]:
    criterion = row.criterion
    return {
        "id": criterion.key,
        "type": "AC",
        "statement": criterion.text,
        "registry": {"path": criterion.span.file, "line": criterion.span.line},
        "status": _manifest_status(row),
        "implementations": [],
        "proofs": [_proof(it) for it in row.links if it.status is Status.PROVED],
        "carryingTasks": [],
        "attestedBy": row.decision.by if row.decision else None,
        "parent": None,
    }


def _manifest_status(row: Row) -> str:
    if row.status is Status.PROVED:
        return "proven"
    return "tracked-debt" if row.status in UNCOUNTED else "GAP"


def _proof(it: LinkOutcome) -> dict[str, Any]:
    span = it.link.span
    return {"name": it.link.source, "path": span.file, "line": span.line}


EXPORTS: Mapping[str, Callable[[Matrix, str, datetime], dict[str, Any]]] = {
    "needs": to_needs,
    "manifest": to_manifest,
}
