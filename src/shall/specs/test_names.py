"""Which criteria the name of a test names: by key, or by the title of a scenario."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from shall.specs.identifiers import slug
from shall.specs.model import Criterion, Kind

_STEPS = re.compile(r"\s*[>›»/]\s*|::")
_KEY = re.compile(
    r"(?<![\w-])(?P<feature>[\w][\w./-]*?)#(?P<local>[^\s\[\](){}<>,;\"'`，；：。（）]+)"
)
# What may follow a key in a name: nothing, a full stop, or the underscores of Go's subtests.
_AFTER = re.compile(r"_|[.:!?。：！？]*$")
_LATIN_WORDS, _OTHER_LETTERS = 3, 6
"""A scenario is known by its title alone if that has so many words, or letters without spaces."""


def keys_in(name: str, known: Mapping[str, Criterion]) -> Iterator[Criterion]:
    """Yield the criteria whose keys are in the name of a test."""
    for found in _KEY.finditer(name):
        for feature in _endings(found["feature"]):
            criterion = _longest(feature, found["local"], known)
            if criterion is not None:
                yield criterion
                break


def _endings(feature: str) -> Iterator[str]:
    """Yield a path and each of its ends: Go joins the names of subtests by a slash."""
    yield feature
    while "/" in feature:
        feature = feature.partition("/")[2]
        yield feature


def _longest(feature: str, local: str, known: Mapping[str, Criterion]) -> Criterion | None:
    for end in range(len(local), 0, -1):
        criterion = known.get(f"{feature}#{local[:end]}")
        if criterion is not None and _AFTER.match(local, end):
            return criterion
    return None


def scenarios_by_title(criteria: Iterable[Criterion]) -> Mapping[str, Criterion]:
    """Return OpenSpec scenarios by the slug of their title, where no other has it."""
    scenarios = [it for it in criteria if it.kind is Kind.SCENARIO and "/" in it.local]
    titles = Counter(it.local.rpartition("/")[2] for it in scenarios)
    return {title: it for it in scenarios if titles[title := it.local.rpartition("/")[2]] == 1}


def scenarios_in(name: str, scenarios: Mapping[str, Criterion]) -> Iterator[Criterion]:
    """Yield the scenarios whose title is a part of the name of a test: ``Login > Wrong password``.

    A short title counts only beside that of its requirement.
    """
    parts = {slug(part) for part in _STEPS.split(name)}
    for part in parts:
        scenario = scenarios.get(part)
        if scenario is None:
            continue
        requirement = scenario.local.rpartition("/")[0]
        if _is_telling(part) or requirement in parts:
            yield scenario


def _is_telling(title: str) -> bool:
    return title.count("-") + 1 >= _LATIN_WORDS or (
        not title.isascii() and len(title) >= _OTHER_LETTERS
    )
