"""Rule S138: what a change of OpenSpec would lose when it is archived."""

from collections.abc import Iterator, Mapping, Sequence

from shall.diagnostics import Severity
from shall.specs.identifiers import requirement_key
from shall.specs.lint.rule import Finding, Rule, Text
from shall.specs.model import Criterion, Feature, Operation

DROPPED = Rule(
    "S138",
    "dropped-scenario",
    Severity.WARNING,
    Text(
        "A modified requirement of an OpenSpec change leaves out a scenario of the current one,"
        " which archiving the change deletes.",
        "OpenSpec 变更修改了需求，却遗漏了现有的场景；归档该变更时，该场景会被删除。",
    ),
    Text(
        "This change leaves out the scenario {other} ({place}), so archiving it deletes that.",
        "此变更遗漏了场景 {other}（{place}），归档时会将其删除。",
    ),
    Text(
        "Copy the scenario into the change, or remove its requirement and add another one.",
        "将该场景复制到变更中；若确实不再需要，请删除原需求并另行添加。",
    ),
    bad=("## MODIFIED Requirements\n\n### Requirement: Ringing\n\nThe shop SHALL ring twice.\n",),
    good=(
        "## MODIFIED Requirements\n\n### Requirement: Ringing\n\nThe shop SHALL ring twice.\n\n"
        "#### Scenario: Bell is pressed\n\n- **WHEN** the bell is pressed\n"
        "- **THEN** the shop rings twice\n",
    ),
)

RULES = (DROPPED,)


def check(features: Sequence[Feature]) -> Iterator[Finding]:
    """Report current scenarios that a change leaves out of a requirement that it modifies."""
    modified = [(it, found) for it in features if (found := list(_modified(it)))]
    scenarios = _scenarios(features) if modified else {}
    for delta, requirements in modified:
        former = {f"{delta.name}#{it.new}": f"{delta.name}#{it.old}" for it in delta.renames}
        proposed = {it.key for it in delta.criteria()}
        for criterion in requirements:
            for scenario in scenarios.get(former.get(criterion.key, criterion.key), ()):
                title = scenario.local.partition("/")[2]
                if f"{criterion.key}/{title}" not in proposed:
                    values = {"other": title, "place": str(scenario.span)}
                    yield Finding(DROPPED, criterion.span, criterion, values=values)


def _modified(delta: Feature) -> Iterator[Criterion]:
    """Yield the requirements that a change modifies."""
    for criterion in delta.criteria():
        is_requirement = criterion.key == requirement_key(criterion.key)
        change = criterion.change if is_requirement else None
        if change is not None and change.operation is Operation.MODIFIED:
            yield criterion


def _scenarios(features: Sequence[Feature]) -> Mapping[str, Sequence[Criterion]]:
    """Return the current scenarios by the key of their requirement."""
    found: dict[str, list[Criterion]] = {}
    for feature in features:
        for criterion in feature.criteria():
            requirement = requirement_key(criterion.key)
            if criterion.change is None and criterion.key != requirement:
                found.setdefault(requirement, []).append(criterion)
    return found
