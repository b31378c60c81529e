"""What a step captures: the value of a selector, most often of a path into the body."""

from collections.abc import Mapping

from shall.cases.selector import parse_selector
from shall.engine.query import Select, field


def plan_capture(capture: Mapping[str, str]) -> tuple[tuple[str, Select], ...]:
    """Return the names of variables with what takes their values out of a response."""
    return tuple([(name, _selection(text)) for name, text in capture.items()])


def _selection(text: str) -> Select:
    selector = parse_selector(text)
    if selector.path is not None and not selector.filters:
        return field(selector.path)
    from shall.engine.selectors import selection  # few captures need it

    return selection(text, for_presence=True)
