"""The settings of the gate, and how their values are read."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from shall import value_types as types
from shall.declaration import project
from shall.engine.options import RunSettings
from shall.rules import BASELINE_RULES, BaselineRule, GateRules, Rules

_HOURS = {"h": 1, "d": 24, "w": 168}


def percent(value: Any) -> float:
    """Read a percentage."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
        raise ValueError("it must be 0 to 100")
    return float(value)


def statuses(value: Any) -> tuple[str, ...]:
    """Read statuses of criteria: a list, or one."""
    found = (value,) if isinstance(value, str) else value
    if not isinstance(found, list | tuple):
        raise ValueError("not a list of statuses")  # noqa: TRY004 - one exception for every value
    from shall.specs.status import Status  # as below

    known = [status.value for status in Status]
    for status in found:
        if status not in known:
            raise ValueError(f"{status} is not a status; there are: {', '.join(known)}")
    return tuple(found)


def required(value: Any) -> Mapping[str, tuple[str, ...]]:
    """Read ``{level or kind: status or statuses}``."""
    from shall.specs.gate import REQUIRABLE  # imports all that reads requirements

    for name in types.mapping(value):
        if name not in REQUIRABLE:
            known = ", ".join(sorted(REQUIRABLE))
            raise ValueError(
                f"{name} is neither a level nor a kind of criteria; there are: {known}"
            )
    return {name: statuses(allowed) for name, allowed in value.items()}


def age(value: Any) -> str:
    """Read a length of time such as ``90d``, ``12h`` or ``4w``."""
    text = value if isinstance(value, str) else ""
    number, unit = text[:-1], text[-1:]
    if unit not in _HOURS or not number.isdecimal() or not 0 < int(number) < 100_000:
        raise ValueError("write a number and h, d or w, such as 90d")
    return text


def baseline(value: Any) -> BaselineRule:
    """Read where a baseline must be there."""
    for rule in BASELINE_RULES:
        if value == rule:
            return rule
    raise ValueError(f"write one of {', '.join(BASELINE_RULES)}")


def limit(value: Any) -> int | None:
    """Read how many are allowed; ``any`` stands for no limit."""
    return None if value == "any" else types.not_negative(value)


def features(value: Any) -> Mapping[str, Mapping[str, Any]]:
    """Read ``{glob of features: rules}``."""
    found: dict[str, Mapping[str, Any]] = {}
    for name, rules in types.mapping(value).items():
        found[name] = {}
        for rule, wanted in types.mapping(rules).items():
            if rule not in _RULES:
                raise ValueError(
                    f"{name} has an unknown rule {rule}; there are: {', '.join(_RULES)}"
                )
            try:
                found[name] = {**found[name], rule: _RULES[rule](wanted)}
            except ValueError as error:
                raise ValueError(f"{name}: {rule} is {wanted}: {error}") from None
    return found


_RULES: Mapping[str, Callable[[Any], Any]] = {
    "minimum": percent,
    "forbid": statuses,
    "require": required,
    "max_age": age,
    "clean_tree": types.boolean,
}


class GateSettings(RunSettings, frozen=True, kw_only=True):
    """What ``shall gate`` asks for."""

    gate_minimum: float = project(
        "gate_minimum",
        100,
        percent,
        "per cent of the criteria that must be proved",
        key="gate.minimum",
    )
    gate_forbid: tuple[str, ...] = project(
        "gate_forbid",
        tuple(sorted(Rules().forbid)),
        statuses,
        "statuses that no criterion may have",
        key="gate.forbid",
    )
    gate_require: Mapping[str, tuple[str, ...]] = project(
        "gate_require",
        {},
        required,
        "statuses that criteria of a level or kind must have (must: proved)",
        key="gate.require",
    )
    gate_max_age: str = project(
        "gate_max_age",
        "",
        age,
        "age that no proof may exceed (90d); runs renew what is older than half of it",
        key="gate.max_age",
    )
    gate_clean_tree: bool = project(
        "gate_clean_tree",
        False,
        types.boolean,
        "whether each proof must be of a commit without other changes",
        key="gate.clean_tree",
    )
    gate_unknown_links: int | None = project(
        "gate_unknown_links",
        0,
        limit,
        "links that may name no criterion, or several; any: no limit",
        key="gate.unknown_links",
    )
    gate_unread: int | None = project(
        "gate_unread",
        0,
        limit,
        "passages that may look like requirements and not be read; any: no limit",
        key="gate.unread",
    )
    gate_unasserted: int | None = project(
        "gate_unasserted",
        None,
        limit,
        "criteria that may name what none of their cases and tests asserts; any: no limit",
        key="gate.unasserted",
    )
    gate_baseline: BaselineRule = project(
        "gate_baseline",
        "committed",
        baseline,
        "whether there must be a baseline: required, committed (where git has or had one)"
        " or optional",
        key="gate.baseline",
    )
    gate_features: Mapping[str, Mapping[str, Any]] = project(
        "gate_features",
        {},
        features,
        "rules for features whose names match a glob",
        key="gate.features",
    )

    def gate_rules(self) -> GateRules:
        """Return the rules; those of a glob replace what all features must satisfy."""
        rules = _with(
            Rules(),
            {
                "minimum": self.gate_minimum,
                "forbid": self.gate_forbid,
                "require": self.gate_require,
                "max_age": self.gate_max_age,
                "clean_tree": self.gate_clean_tree,
            },
        )
        return GateRules(
            rules,
            tuple((name, _with(rules, own)) for name, own in self.gate_features.items()),
            unknown_links=self.gate_unknown_links,
            unread=self.gate_unread,
            unasserted=self.gate_unasserted,
            baseline=self.gate_baseline,
        )


def _with(rules: Rules, own: Mapping[str, Any]) -> Rules:
    values = dict(own)
    if "forbid" in values:
        values["forbid"] = frozenset(values["forbid"])
    if "require" in values:
        values["require"] = {name: frozenset(it) for name, it in values["require"].items()}
    if "max_age" in values:
        values["max_age"] = _length(values["max_age"])
    return replace(rules, **values)


def _length(text: str) -> timedelta | None:
    return timedelta(hours=int(text[:-1]) * _HOURS[text[-1]]) if text else None
