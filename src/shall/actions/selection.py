"""Which of the cases that were found run, and in which order."""

import hashlib
import random
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import UNSET, UnsetType

from shall.actions.match_expression import Expression, match_expression
from shall.actions.run_request import RunRequest, Selection, Shard
from shall.engine.job import Job
from shall.errors import BadValue
from shall.log import Log
from shall.results.records import ShardRecord
from shall.workspace.revision import revision_of
from shall.workspace.workspace import Workspace

if TYPE_CHECKING:
    from shall.actions.case_needs import Needs

_log = Log(__name__)

_OPERATOR = re.compile(r"[()]|\b(?:and|or|not)\b")


def order(
    workspace: Workspace,
    keys: Sequence[str],
    selection: Selection,
    needs: "Needs | None" = None,
) -> list[str]:
    """Return the keys that are chosen, in the order in which the cases shall start.

    A case comes after those that it needs, which are chosen with it, in the same shard.
    """
    chosen = list(keys)
    bad: frozenset[str] = frozenset()
    if selection.last_failed or selection.failed_first:
        bad = failed_last(workspace).intersection(chosen)
    if selection.last_failed and not bad and chosen:
        _log.warning("%s", "None of these cases failed last time, so all run.")
    if selection.last_failed and bad:
        chosen = [key for key in chosen if key in bad]
        chosen = needs.arranged(chosen) if needs is not None else chosen
    if selection.shard is not None:
        chosen = in_shard(chosen, selection.shard, needs.groups if needs is not None else {})
    if selection.seed is not None:
        random.Random(selection.seed).shuffle(chosen)  # noqa: S311 - an order, no secret
    if selection.failed_first:
        chosen.sort(key=lambda key: key not in bad)
    return chosen if needs is None else needs.arranged(chosen)


def shard_record(
    workspace: Workspace, keys: Sequence[str], request: RunRequest
) -> ShardRecord | UnsetType:
    """Return what the report of a shard says, so that all can be merged; UNSET: there are none."""
    shard = request.selection.shard if request.selection is not None else None
    if shard is None:
        return UNSET
    repeat = request.selection.repeat if request.selection is not None else 1
    parts = sorted(keys) if repeat == 1 else [*sorted(keys), f"repeat {repeat}"]
    whole = "\n".join(parts).encode("utf-8", "surrogatepass")
    commit, is_dirty = revision_of(workspace.root, workspace.state)
    digest = hashlib.sha256(whole).hexdigest()
    return ShardRecord(shard.index, shard.total, len(keys), digest, commit, bool(is_dirty))


def failed_last(workspace: Workspace) -> frozenset[str]:
    """Return the keys of the cases whose last stored result was bad; skipped ones do not count."""
    if workspace.store is None or not workspace.has_state():
        return frozenset()
    return workspace.store.failed_last()


def in_shard(
    keys: Sequence[str], shard: Shard, groups: Mapping[str, str] = MappingProxyType({})
) -> list[str]:
    """Return the keys of one shard, in the order given; every machine divides them alike.

    With durations the longest case goes to the shard with the least to do, and so on; a case
    without one counts as the mean. Without any, a hash of the key decides: a case that is added
    moves no other. Keys of one of the ``groups`` stay together.
    """
    if not shard.durations:
        ours = shard.index - 1
        return [key for key in keys if _hash(groups.get(key, key)) % shard.total == ours]
    known = [shard.durations[key] for key in keys if key in shard.durations]
    mean = sum(known) / len(known) if known else 1.0
    lengths: dict[str, float] = {}
    for key in keys:
        group = groups.get(key, key)
        lengths[group] = lengths.get(group, 0.0) + shard.durations.get(key, mean)
    loads = [0.0] * shard.total
    place: dict[str, int] = {}
    for group in sorted(lengths, key=lambda it: (-lengths[it], it)):
        least = loads.index(min(loads))
        place[group] = least
        loads[least] += lengths[group]
    return [key for key in keys if place[groups.get(key, key)] == shard.index - 1]


def _hash(key: str) -> int:
    return int.from_bytes(hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()[:8], "big")


def chooses_case(tags: Sequence[str], keyword: str | None) -> Callable[[Job], bool]:
    """Return a function that says whether a job is chosen by its tags, and by its key and name.

    One of the ``tags``, each an expression of tags, must hold, and so must the expression
    ``keyword``, whose words are parts of the key or name, in any case of letters. A job that could
    not be read is always chosen, since nobody knows what it is.

    Raises:
        BadValue: An expression cannot be parsed.
    """
    wanted = [_tag_expression(it) for it in tags]
    words = match_expression(keyword) if keyword else None

    def is_chosen(job: Job) -> bool:
        if job.case is None:
            return True
        return _by_tags(wanted, job.case.tags) and (words is None or _by_words(words, job))

    return is_chosen


def _tag_expression(text: str) -> Expression:
    """Return what a tag, or an expression of tags, asks; a tag may hold spaces."""
    return match_expression(text) if _OPERATOR.search(text) else lambda test: test(text)


def _by_tags(wanted: Sequence[Expression], tags: Sequence[str]) -> bool:
    return not wanted or any(expression(tags.__contains__) for expression in wanted)


def _by_words(words: Expression, job: Job) -> bool:
    assert job.case is not None  # noqa: S101 - the caller looked
    text = f"{job.key}\n{job.case.name}".casefold()
    return words(lambda word: word.casefold() in text)


def read_shard(text: str, environ: Mapping[str, str], durations: Mapping[str, float]) -> Shard:
    """Read ``2/5``; ``auto/5`` takes the index that a Kubernetes Indexed Job or GitLab sets.

    Raises:
        BadValue: It is neither.
    """
    index, _, total = text.partition("/")
    if index == "auto":
        index, total = _of_environment(total, environ)
    if not (index.isdecimal() and total.isdecimal() and 1 <= int(index) <= int(total)):
        raise BadValue(
            f"--shard {text} is invalid.",
            hint="Write --shard 2/5 for the second of five parts, or auto/5.",
        )
    return Shard(int(index), int(total), durations)


def _of_environment(total: str, environ: Mapping[str, str]) -> tuple[str, str]:
    job = environ.get("JOB_COMPLETION_INDEX", "")  # Kubernetes counts from 0
    if job.isdecimal():
        return str(int(job) + 1), total
    if node := environ.get("CI_NODE_INDEX", ""):  # GitLab counts from 1
        return node, total or environ.get("CI_NODE_TOTAL", "")
    raise BadValue(
        "--shard auto needs JOB_COMPLETION_INDEX or CI_NODE_INDEX, and neither is set.",
        hint="Run in an Indexed Job or a parallel job of GitLab, or name the part: --shard 2/5.",
    )
