"""Finds by recorded fingerprints where the texts of criteria are whose keys no longer exist."""

from collections.abc import Iterable, Mapping, Sequence

from shall.specs.model import Criterion, Link
from shall.specs.status import Latest


def keys_of_recorded_texts(
    links: Iterable[Link],
    latest: Iterable[Latest],
    criteria: Sequence[Criterion],
    aliases: Mapping[str, str],
) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Map each (name, source) of ``links`` to the keys that the text has for which it was recorded.

    ``links`` name criteria that do not exist. The newest outcome says which text a link was
    written for; where the name meant several criteria, none. ``aliases`` are the features by their
    short names.
    """
    wanted = {(link.criterion, link.source) for link in links}
    if not wanted:
        return {}
    short = {feature: alias for alias, feature in aliases.items()}
    recorded: dict[tuple[str, str], dict[str, Latest]] = {}
    for fact in latest:
        feature, _, local = fact.criterion.partition("#")
        for name in {fact.criterion, local, f"{short.get(feature, feature)}#{local}"}:
            if (name, fact.source) in wanted and fact.criterion_fingerprint is not None:
                newest = recorded.setdefault((name, fact.source), {})
                if fact.criterion not in newest or newest[fact.criterion].at < fact.at:
                    newest[fact.criterion] = fact
    keys: dict[str | None, list[str]] = {}
    for criterion in criteria:
        keys.setdefault(criterion.fingerprint, []).append(criterion.key)
    return {
        pair: tuple(keys[fact.criterion_fingerprint])
        for pair, newest in recorded.items()
        for fact in newest.values()
        if len(newest) == 1 and fact.criterion_fingerprint in keys
    }
