"""Checks the links of a pytest session to criteria."""

from collections.abc import Mapping, Sequence

import pytest

from shall.actions.links import MOST_REPORTED, LinkCheck
from shall.errors import ShallError
from shall.pytest_support.runner import runner_of


def problems_of_links(config: pytest.Config, links: Mapping[str, Sequence[str]]) -> list[str]:
    """Return what is wrong with the criteria that tests name, by node id; the first of many.

    Where the project has no requirements the marks may be another plugin's: nothing is said.
    """
    try:
        check = LinkCheck(runner_of(config).workspace)
        if not check.has_requirements:
            return []
        problems = [
            f"{node}: verifies {problem}"
            for node, criteria in links.items()
            for problem in map(check.problem, dict.fromkeys(criteria))
            if problem is not None
        ]
    except ShallError as error:
        return [f"links to criteria were not checked: {error}"]
    more = len(problems) - MOST_REPORTED
    return problems[:MOST_REPORTED] + ([f"and {more} more"] if more > 0 else [])
